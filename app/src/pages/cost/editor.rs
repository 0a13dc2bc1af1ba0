//! A budget as it is typed.

use atelier_domain::budget::{BudgetForm, Per, Period};
use leptos::prelude::*;

use crate::{
    api::{UiError, cost::BudgetStand},
    ask::{ActionForm, Change},
    pages::account::land::{focus_mistake, unplaced},
    ui::{Close, Dialog, ErrorNote, Field, Select, Submit, close_on_success, failure},
};

/// The dialog `new-budget`, or that of one budget.
#[component]
pub fn Editor(project: String, keys: Vec<String>, budget: Option<BudgetStand>, put: Change) -> impl IntoView {
    focus_mistake(put);
    // All editors share one change: what is wrong stands in the one that was sent.
    let (all, of) = (failure(put), budget.as_ref().map(|budget| budget.name.clone()));
    let fault = Signal::derive(move || {
        all.get().filter(|_| if of.is_some() { put.sent("fresh").is_none() && put.sent("name") == of } else { put.sent("fresh").is_some() })
    });
    let (id, title) = match &budget {
        Some(budget) => (format!("budget-{}", budget.id), format!("Change {}", budget.name)),
        None => ("new-budget".to_owned(), "Set a budget".to_owned()),
    };
    close_on_success(id.clone(), put);
    let name = match &budget {
        Some(budget) => view! { <input type="hidden" name="name" value=budget.name.clone()/> }.into_any(),
        None => {
            let id = format!("{id}-name");
            view! {
                <input type="hidden" name="fresh" value="true"/>
                <Field id=id label="Name" name="name" placeholder="Whole project" hint="A refusal names it, and so does the warning." maxlength=100 required=true focus=true fault=fault/>
            }
            .into_any()
        }
    };
    view! {
        <Dialog id=id.clone() title=title small=true>
            <ActionForm action=put attr:novalidate="" attr:autocomplete="off">
                <div class="c-dialog-body">
                    <ErrorNote fault=unplaced(fault, &["name", "per", "subject", "period", "limit", "warn_at"])/>
                    <input type="hidden" name="project" value=project/>
                    {name}
                    <Fields id=id.clone() keys=keys budget=budget fault=fault/>
                </div>
                <div class="c-dialog-foot">
                    <span class="l-end">
                        <Close dialog=id/>
                        <Submit pending=put.pending()>"Set it"</Submit>
                    </span>
                </div>
            </ActionForm>
        </Dialog>
    }
    .into_any()
}

#[component]
fn Fields(id: String, keys: Vec<String>, budget: Option<BudgetStand>, fault: Signal<Option<UiError>>) -> impl IntoView {
    let [per, subject, period, limit, warn_at] = ["per", "subject", "period", "limit", "warn"].map(|field| format!("{id}-{field}"));
    let whose = |per: Per| match per {
        Per::Project => "The whole project",
        Per::Key => "Each key",
        Per::User => "Each end user",
        Per::Tag => "Each tag",
    };
    let often = |period: Period| match period {
        Period::Day => "A day, UTC",
        Period::Week => "A week, from Monday",
        Period::Month => "A month",
        Period::Total => "In all, once",
    };
    let pers = Per::ALL.map(|per| (per.as_str().to_owned(), whose(per).to_owned())).to_vec();
    let periods = Period::ALL.map(|period| (period.as_str().to_owned(), often(period).to_owned())).to_vec();
    let now = budget.as_ref().map_or((Per::Project, Period::Month, BudgetForm::WARN_AT), |budget| (budget.per, budget.period, budget.warn_at));
    let typed = budget.as_ref().map(|budget| budget.limit.to_decimal()).unwrap_or_default();
    let only = budget.and_then(|budget| budget.subject).unwrap_or_default();
    let hint = if keys.is_empty() {
        "One user or one tag alone. Empty: each of them may spend so much.".to_owned()
    } else {
        format!("One alone: a key by its name ({}), a user, or a tag. Empty: each of them may spend so much.", keys.join(", "))
    };
    view! {
        <Select id=per label="Whose spending" name="per" options=pers value=now.0.as_str() fault=fault/>
        <div class="p-only"><Field id=subject label="Only this one" name="subject" value=only hint=hint maxlength=200 fault=fault/></div>
        <Select id=period label="Over which time" name="period" options=periods value=now.1.as_str() fault=fault/>
        <Field id=limit label="Limit in USD" name="limit" value=typed placeholder="100" required=true fault=fault/>
        <Field id=warn_at label="Warn from, per cent of the limit" name="warn_at" value=now.2.to_string() fault=fault/>
    }
    .into_any()
}
