//! Budgets and what they stand at.

use atelier_domain::{
    budget::{Per, Period},
    cost::Nanos,
};
use leptos::prelude::*;

use super::editor::Editor;
use crate::{
    api::cost::{AccountStand, BudgetStand, Budgets, PutBudget, RemoveBudget},
    ask::{Change, Reading},
    pages::account::land::on_success,
    ui::{Callout, ConfirmDialog, Empty, Icon, Opens, Panel, Tools, use_toaster},
};

#[derive(Clone, Copy)]
pub struct BudgetChanges {
    pub put: Change,
    pub remove: Change,
}

impl BudgetChanges {
    /// What is read anew after each success; not after a failure, whose form still stands open.
    pub fn new(budgets: Reading<Budgets>) -> Self {
        let (changes, toaster) = (Self { put: Change::by::<PutBudget>(), remove: Change::by::<RemoveBudget>() }, use_toaster());
        on_success(changes.put, move |name: String| {
            toaster.push(format!("The budget “{name}” holds from the next request on"));
            budgets.refetch();
        });
        on_success(changes.remove, move |()| {
            toaster.push("The budget is removed");
            budgets.refetch();
        });
        changes
    }
}

/// Whole per cents of a limit, rounded down; a limit of nothing is spent.
fn per_cent(part: Nanos, limit: Nanos) -> i64 {
    if limit <= Nanos::ZERO {
        return 100;
    }
    i64::try_from(i128::from(part.0) * 100 / i128::from(limit.0)).unwrap_or(i64::MAX)
}

impl BudgetStand {
    /// "the project", "key web-chat", "each user".
    pub fn whose(&self) -> String {
        match (self.per, &self.subject) {
            (Per::Project, _) => "the project".to_owned(),
            (per, Some(subject)) => format!("{} {subject}", per.as_str()),
            (per, None) => format!("each {}", per.as_str()),
        }
    }

    fn anew(&self) -> String {
        self.until.map_or_else(|| "never begins anew".to_owned(), |until| format!("begins anew on {}", until.short_day()))
    }

    /// The account that is furthest, and how far.
    fn worst(&self) -> Option<(&AccountStand, i64)> {
        let far = |account: &AccountStand| per_cent(account.spent.saturating_add(account.reserved), self.limit);
        self.accounts.iter().map(|account| (account, far(account))).max_by_key(|(_, percent)| *percent)
    }
}

/// What is past its warning, or spent; nothing where none is.
#[component]
pub fn Banner(budgets: Vec<BudgetStand>) -> impl IntoView {
    let say = |budget: &BudgetStand| {
        let (account, percent) = budget.worst().filter(|(_, percent)| *percent >= i64::from(budget.warn_at))?;
        let of = if account.subject.is_empty() || budget.subject.is_some() {
            String::new()
        } else {
            format!(" of {} “{}”", budget.per.as_str(), account.subject)
        };
        let (name, limit, when) = (&budget.name, budget.limit, budget.anew());
        let reserved = if account.reserved > Nanos::ZERO { format!(" and {} reserved", account.reserved) } else { String::new() };
        let spent = format!("{}{reserved}", account.spent);
        let spent_up = percent >= 100;
        let then = if spent_up { "What falls under it is refused." } else { "Once it is spent, what falls under it is refused." };
        let text = format!(
            "The budget “{name}”{of} has {} spent: {spent} of {limit}. {then} It {when}.",
            if spent_up { "all".to_owned() } else { format!("{percent} %") }
        );
        Some(view! { <Callout tone=if spent_up { "bad" } else { "warn" }>{text} " " <a class="c-link" href="#budgets-h">"Budgets"</a></Callout> })
    };
    let all: Vec<_> = budgets.iter().filter_map(say).collect();
    (!all.is_empty()).then(|| view! { <div class="l-stack" id="past">{all}</div> }).into_any()
}

#[component]
pub fn BudgetList(project: String, data: Budgets, changes: BudgetChanges) -> impl IntoView {
    let Budgets { budgets, keys, may_set } = data;
    let add = may_set.then(|| view! { <Editor project=project.clone() keys=keys.clone() budget=None put=changes.put/> });
    let inside = if budgets.is_empty() {
        let say = if may_set {
            "Set one, and requests that would go over it are refused with the reason, before they cost anything."
        } else {
            "An owner of this project sets them."
        };
        view! {
            <Empty title="No budgets yet">
                <p>{say}</p>
                {may_set.then(|| view! { <p><Opens dialog="new-budget" small=true>"Set the first budget"</Opens></p> })}
            </Empty>
        }
        .into_any()
    } else {
        let items = budgets.into_iter().map(|budget| view! { <Item project=project.clone() keys=keys.clone() budget=budget may_set=may_set changes=changes/> });
        view! { <ul class="p-budgets">{items.collect_view()}</ul> }.into_any()
    };
    view! {
        <Panel id="budgets" title="Budgets" say="What is estimated is set aside before a model is asked, and settled after.">
            <Tools slot>{may_set.then(|| view! { <Opens dialog="new-budget" kind="quiet" small=true><Icon name="plus"/>"Budget"</Opens> })}</Tools>
            {inside}
        </Panel>
        {add}
    }
    .into_any()
}

#[component]
fn Item(project: String, keys: Vec<String>, budget: BudgetStand, may_set: bool, changes: BudgetChanges) -> impl IntoView {
    let period = match budget.period {
        Period::Day => "a day",
        Period::Week => "a week",
        Period::Month => "a month",
        Period::Total => "in all",
    };
    let say = format!("{} for {} {period}, {}", budget.limit, budget.whose(), budget.anew());
    let (limit, warn_at) = (budget.limit, budget.warn_at);
    let shown = |account: AccountStand| view! { <Account account=account limit=limit warn_at=warn_at/> };
    let mut accounts: Vec<AccountStand> = budget.accounts.clone();
    let rest = if accounts.len() > 3 { accounts.split_off(3) } else { Vec::new() };
    let none = accounts.is_empty().then(|| view! { <p class="c-hint">"Nothing is spent of it yet."</p> });
    let more = (!rest.is_empty()).then(|| {
        let count = rest.len();
        view! { <details><summary class="c-hint">{format!("{count} more")}</summary><div class="l-stack">{rest.into_iter().map(shown).collect_view()}</div></details> }
    });
    let name = budget.name.clone();
    view! {
        <li>
            <div class="l-head">
                <span><b>{name}</b> <small class="c-hint">{say}</small></span>
                {may_set.then(|| view! { <Acts project=project keys=keys budget=budget changes=changes/> })}
            </div>
            {accounts.into_iter().map(shown).collect_view()}
            {none}
            {more}
        </li>
    }
    .into_any()
}

/// Spent, reserved, the mark of the warning; in words too.
#[component]
fn Account(account: AccountStand, limit: Nanos, warn_at: u32) -> impl IntoView {
    let (spent, held) = (per_cent(account.spent, limit), per_cent(account.spent.saturating_add(account.reserved), limit));
    let tone = if held >= 100 {
        Some("bad")
    } else if held >= i64::from(warn_at) {
        Some("warn")
    } else {
        None
    };
    let state = match tone {
        Some("bad") => Some("spent"),
        Some(_) => Some("past its warning"),
        None => None,
    };
    let state = state.map(|words| view! { <span class="p-budget-state" data-tone=tone><Icon name="warn" small=true/>{words}</span> });
    let reserved = (account.reserved > Nanos::ZERO).then(|| format!(", {} reserved", account.reserved));
    let label = format!("{spent} per cent spent, warning at {warn_at}");
    let width = |percent: i64| format!("{}%", percent.clamp(0, 100));
    view! {
        <div class="p-account-line">
            <span class="l-row" data-wrap="true">
                <span>{account.subject}</span>
                {state}
                <span class="num l-end"><b>{account.spent.to_string()}</b> " of " {limit.to_string()}{reserved}</span>
            </span>
            <svg class="c-bar" data-tone=tone role="img" aria-label=label>
                <rect class="p-reserved" width=width(held) height="100%"></rect>
                <rect width=width(spent) height="100%"></rect>
                <line class="edge" x1=width(warn_at.into()) x2=width(warn_at.into()) y1="0" y2="100%"></line>
            </svg>
        </div>
    }
    .into_any()
}

#[component]
fn Acts(project: String, keys: Vec<String>, budget: BudgetStand, changes: BudgetChanges) -> impl IntoView {
    let (id, of) = (budget.id.clone(), format!(" {}", budget.name));
    let (edit, remove, title) = (format!("budget-{id}"), format!("remove-{id}"), format!("Remove {}?", budget.name));
    let (of_remove, here) = (of.clone(), project.clone());
    view! {
        <span class="l-row">
            <Opens dialog=edit small=true>"Change"<span class="sr">{of}</span></Opens>
            <Opens dialog=remove.clone() small=true>"Remove"<span class="sr">{of_remove}</span></Opens>
        </span>
        <Editor project=project keys=keys budget=Some(budget) put=changes.put/>
        <ConfirmDialog id=remove title=title say="Nothing limits what it counted any more. What was spent stays in the records." confirm="Remove it" action=changes.remove>
            <input type="hidden" name="project" value=here/>
            <input type="hidden" name="budget" value=id/>
        </ConfirmDialog>
    }
    .into_any()
}
