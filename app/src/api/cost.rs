//! What a project's traffic costs, and its budgets, for the pages.

use atelier_domain::{
    budget::{Per, Period},
    cost::Nanos,
    timestamp::Timestamp,
    traffic::{By, Slice, Span, Sum},
};
use leptos::server;
use serde::{Deserialize, Serialize};

use super::UiError;

/// What a span cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Costs {
    pub span: Span,
    pub by: By,
    /// "in November so far"
    pub words: String,
    /// "October to the same day"
    pub against: String,
    pub from: Timestamp,
    /// Where the span is over.
    pub to: Option<Timestamp>,
    pub total: Sum,
    pub before: Sum,
    /// The bars, as SVG.
    pub chart: String,
    pub bars: Vec<Bar>,
    pub slices: Vec<Slice>,
    /// Models that were used without a known price.
    pub unpriced: Vec<String>,
    /// Whether there was ever a request.
    pub used: bool,
    /// Whether the reader may see requests.
    pub may_look: bool,
    /// The studio's address.
    pub url: String,
}

/// A day, or an hour of today.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bar {
    /// "23 Nov", "14:00"
    pub label: String,
    pub from: Timestamp,
    pub to: Timestamp,
    /// `None` before the project's first request, and for what is still to come.
    pub sum: Option<Sum>,
    /// It goes on.
    pub unfinished: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Budgets {
    pub budgets: Vec<BudgetStand>,
    /// The names of keys, for who sets budgets.
    pub keys: Vec<String>,
    pub may_set: bool,
}

/// A budget as people read it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BudgetStand {
    pub id: String,
    pub name: String,
    pub per: Per,
    /// A key by its name, a user or a tag.
    pub subject: Option<String>,
    pub period: Period,
    pub limit: Nanos,
    pub warn_at: u32,
    /// When the next period begins.
    pub until: Option<Timestamp>,
    pub accounts: Vec<AccountStand>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccountStand {
    /// Empty for a project's.
    pub subject: String,
    pub spent: Nanos,
    pub reserved: Nanos,
}

/// What a span cost, and by what; anything that is no span is this month.
#[server(prefix = "/fn")]
pub async fn show_costs(project: String, span: String, by: String) -> Result<Costs, UiError> {
    use crate::backend::{cost, cx, parse, reply};
    let (span, by) = (Span::parse(&span).unwrap_or_default(), By::parse(&by).unwrap_or_default());
    reply(cost::page(&cx()?, parse(&project)?, span, by).await)
}

#[server(prefix = "/fn")]
pub async fn list_budgets(project: String) -> Result<Budgets, UiError> {
    use crate::backend::{cost, cx, parse, reply};
    reply(cost::budgets(&cx()?, parse(&project)?).await)
}

/// What is typed of a budget.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BudgetFields {
    pub name: String,
    pub per: String,
    pub subject: String,
    pub period: String,
    pub limit: String,
    pub warn_at: String,
    /// It shall not be there yet.
    #[serde(default)]
    pub fresh: Option<String>,
}

/// Makes a budget, or sets it anew by its name. Gives the name.
#[server(prefix = "/fn")]
pub async fn put_budget(project: String, #[server(flatten)] fields: BudgetFields) -> Result<String, UiError> {
    use crate::backend::{cost, cx, parse, redirect_plain, reply};
    let name = reply(cost::put_budget(&cx()?, parse(&project)?, fields).await)?;
    redirect_plain(&format!("/p/{project}/cost#budgets-h"));
    Ok(name)
}

#[server(prefix = "/fn")]
pub async fn remove_budget(project: String, budget: String) -> Result<(), UiError> {
    use crate::backend::{cost, cx, parse, redirect_plain, reply};
    reply(cost::remove_budget(&cx()?, parse(&project)?, parse(&budget)?).await)?;
    redirect_plain(&format!("/p/{project}/cost#budgets-h"));
    Ok(())
}
