//! Costs and budgets, as pages read and set them.

use std::collections::HashMap;

use atelier_backend::{account, budget, cx::Cx, traffic};
use atelier_domain::{
    account::Action,
    budget::{BudgetForm, Per, Period},
    cost::Nanos,
    fault::{Fault, Problems},
    id::{BudgetId, KeyId, ProjectId},
    timestamp::Timestamp,
    traffic::{By, Span, Sum, Window},
};

use crate::{
    api::cost::{AccountStand, Bar, BudgetFields, BudgetStand, Budgets, Costs},
    render::chart,
};

/// # Errors
/// NotFound.
pub async fn page(cx: &Cx, project: ProjectId, span: Span, by: By) -> Result<Costs, Fault> {
    let (now, report) = (cx.now(), traffic::report(cx, project, span, by).await?);
    let window = report.window;
    let bars = bars(&window, now, report.first, &report.steps);
    Ok(Costs {
        span,
        by,
        words: span.words(now),
        against: span.against(now),
        from: window.from,
        to: (window.to < now).then_some(window.to),
        total: report.total,
        before: report.before,
        chart: chart::bars(&bars),
        bars,
        slices: report.slices,
        unpriced: report.unpriced,
        used: report.first.is_some(),
        may_look: may(cx, project, Action::SeeRequests),
        url: cx.studio.settings.url.clone(),
    })
}

fn may(cx: &Cx, project: ProjectId, action: Action) -> bool {
    cx.actor.check(action, project, Fault::internal()).is_ok()
}

/// One for each step of the window. Where nothing was asked there is a zero, but for the time before the first request and that to come.
fn bars(window: &Window, now: Timestamp, first: Option<Timestamp>, steps: &[(Timestamp, Sum)]) -> Vec<Bar> {
    let known: HashMap<Timestamp, &Sum> = steps.iter().map(|(at, sum)| (*at, sum)).collect();
    let count = (window.end.seconds() - window.from.seconds()) / window.step;
    let bar = |number: i64| {
        let from = window.from.plus_seconds(number * window.step);
        let to = from.plus_seconds(window.step);
        let recorded = from <= now && first.is_some_and(|first| first < to);
        let label = if window.step < 86_400 { from.clock()[..5].to_owned() } else { from.short_day() };
        Bar { label, from, to, sum: recorded.then(|| known.get(&from).copied().cloned().unwrap_or_default()), unfinished: from <= now && to > now }
    };
    (0..count).map(bar).collect()
}

/// # Errors
/// NotFound.
pub async fn budgets(cx: &Cx, project: ProjectId) -> Result<Budgets, Fault> {
    let (now, stands, keys) = (cx.now(), budget::list(cx, project).await?, account::key_names(cx, project).await?);
    let (may_set, may_look) = (may(cx, project, Action::Administer), may(cx, project, Action::SeeRequests));
    let named = |per: Per, subject: String| match per {
        Per::Key => subject.parse::<KeyId>().ok().and_then(|key| keys.get(&key).cloned()).unwrap_or(subject),
        // Who the end users are stands in requests.
        Per::User if !may_look => "somebody".to_owned(),
        Per::Project | Per::User | Per::Tag => subject,
    };
    let stand = |budget::Stand { budget, accounts }| {
        let form = budget.form;
        let account = |(subject, spent, reserved)| AccountStand { subject: named(form.per, subject), spent, reserved };
        BudgetStand {
            id: budget.id.to_string(),
            name: budget.name,
            per: form.per,
            period: form.period,
            limit: form.limit,
            warn_at: form.warn_at,
            until: form.period.end(now),
            accounts: accounts.into_iter().map(account).collect(),
            subject: form.subject.map(|subject| named(form.per, subject)),
        }
    };
    let budgets = stands.into_iter().map(stand).collect();
    let mut keys: Vec<String> = if may_set { keys.into_values().collect() } else { Vec::new() };
    keys.sort_unstable();
    keys.dedup();
    Ok(Budgets { budgets, keys, may_set })
}

/// # Errors
/// Denied for everybody but owners; Invalid naming each field at fault.
pub async fn put_budget(cx: &Cx, project: ProjectId, typed: BudgetFields) -> Result<String, Fault> {
    // Who may not hears that, whatever was typed.
    let stands = budget::stands(cx, Action::Administer, project).await?;
    let mut problems = Problems::default();
    if typed.fresh.is_some() && stands.iter().any(|stand| stand.budget.name == typed.name.trim()) {
        problems.add("name", "There is a budget of this name already: change that one, or give this one another name.");
    }
    let unknown = |field: &'static str| Fault::field(field, "Choose one of these.");
    let per = problems.keep(Per::parse(&typed.per).ok_or_else(|| unknown("per")));
    let period = problems.keep(Period::parse(&typed.period).ok_or_else(|| unknown("period")));
    let amount = typed.limit.trim().trim_start_matches('$').replace(',', "");
    let limit = problems.keep(amount.parse::<Nanos>().map_err(|fault| fault.at("limit")));
    let percent = match typed.warn_at.trim().trim_end_matches('%').trim_end() {
        "" => Ok(BudgetForm::WARN_AT),
        text => text.parse::<u32>().map_err(|_| Fault::field("warn_at", "Between 1 and 100 per cent of the limit.")),
    };
    let warn_at = problems.keep(percent);
    problems.check()?;
    let (Some(per), Some(period), Some(limit), Some(warn_at)) = (per, period, limit, warn_at) else { return Err(Fault::internal()) };
    // Its field is not shown then, whatever it holds.
    let subject = Some(typed.subject).filter(|subject| per != Per::Project && !subject.trim().is_empty());
    let subject = match (per, subject) {
        // The key that it counts already, whatever others are called by now.
        (Per::Key, Some(subject)) => Some(same_key(cx, project, &stands, typed.name.trim(), subject).await?),
        (_, subject) => subject,
    };
    let (budget, _) = budget::put(cx, project, &typed.name, BudgetForm { per, subject, period, limit, warn_at }).await?;
    Ok(budget.name)
}

/// The id of a budget's key where what was typed is still its name.
async fn same_key(cx: &Cx, project: ProjectId, stands: &[budget::Stand], budget: &str, typed: String) -> Result<String, Fault> {
    let known = stands.iter().find(|stand| stand.budget.name == budget && stand.budget.form.per == Per::Key);
    let Some(id) = known.and_then(|stand| stand.budget.form.subject.clone()) else { return Ok(typed) };
    let keys = account::key_names(cx, project).await?;
    let name = id.parse::<KeyId>().ok().and_then(|key| keys.get(&key));
    Ok(if name.is_some_and(|name| name == typed.trim()) { id } else { typed })
}

/// # Errors
/// Denied for everybody but owners; NotFound, where it is another project's too.
pub async fn remove_budget(cx: &Cx, project: ProjectId, id: BudgetId) -> Result<(), Fault> {
    let stands = budget::stands(cx, Action::Administer, project).await?;
    if !stands.iter().any(|stand| stand.budget.id == id) {
        return Err(Fault::not_found("budget_not_found", "This budget"));
    }
    budget::remove(cx, id).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_without_requests_is_a_zero_but_not_before_the_first_and_not_tomorrow() {
        let now = Timestamp::from_seconds(1_763_900_000);
        let window = Span::Month.window(now);
        let day = |number: i64| window.from.plus_seconds(number * 86_400);
        let sum = Sum { requests: 3, cost: 5, ..Sum::default() };
        let bars = bars(&window, now, Some(day(4).plus_seconds(60)), &[(day(4), sum.clone())]);
        assert_eq!(bars.len(), 30);
        assert_eq!((bars[3].sum.clone(), bars[4].sum.clone(), bars[5].sum.clone()), (None, Some(sum), Some(Sum::default())));
        let today = bars.iter().position(|bar| bar.unfinished).unwrap();
        assert!(bars[today].sum.is_some() && bars[today + 1].sum.is_none() && bars[4].label == "5 Nov", "{bars:?}");
        assert_eq!(super::bars(&Span::Today.window(now), now, None, &[])[9].label, "09:00");
    }
}
