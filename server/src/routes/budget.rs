//! Budgets: set by their names, and listed with what they stand at.

use atelier_backend::budget;
use atelier_domain::{
    account::Action,
    budget::{BudgetForm, Per, Period},
    cost::Nanos,
    fault::Fault,
};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use utoipa::IntoParams;

use super::{
    extract::{AtNamed, Caller, FromBody, Json},
    fields::Fields,
    wire::{List, budget as wire},
};
use crate::problem::HttpError;

#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "read as a text; this is its description")]
pub struct BudgetPath {
    /// What people know it by; without control characters.
    #[param(min_length = 1, max_length = 100, example = "Whole project")]
    name: String,
}

impl FromBody for BudgetForm {
    fn read(body: &mut Fields) -> Option<Self> {
        let per = body.need::<Per>("per");
        let subject = body.take::<String>("subject");
        let period = body.need::<Period>("period");
        let limit = body.need::<String>("limit").and_then(|text| body.errors.keep(amount(&text)));
        let warn_at = body.take::<u32>("warn_at").unwrap_or(BudgetForm::WARN_AT);
        Some(Self { per: per?, subject, period: period?, limit: limit?, warn_at })
    }
}

fn amount(text: &str) -> Result<Nanos, Fault> {
    if text.starts_with('-') {
        return Err(Fault::field("limit", "A limit is $0 or more."));
    }
    text.parse::<Nanos>().map_err(|fault| fault.at("limit"))
}

/// Lists the budgets of the project, with what was spent in the periods that they are in.
#[utoipa::path(get, path = "/api/v1/budgets", tag = "Budgets", operation_id = "listBudgets",
    responses((status = 200, description = "All of them, by name.", body = List<wire::Budget>)),
    security(("bearer" = ["admin"]), ("x-api-key" = ["admin"])))]
pub async fn list(Caller { cx, project }: Caller) -> Result<axum::Json<List<wire::Budget>>, HttpError> {
    let now = cx.now();
    let stands = budget::stands(&cx, Action::Administer, project).await?;
    Ok(axum::Json(List { data: stands.into_iter().map(|stand| wire::Budget::new(stand, now)).collect(), next: None }))
}

/// Sets a budget, or sets it anew. What was spent since its period began counts.
#[utoipa::path(put, path = "/api/v1/budgets/{name}", tag = "Budgets", operation_id = "putBudget", request_body = wire::BudgetDraft, params(BudgetPath),
    responses((status = 200, description = "The budget was set anew.", body = wire::Budget), (status = 201, description = "The budget was made.", body = wire::Budget)),
    security(("bearer" = ["admin"]), ("x-api-key" = ["admin"])))]
pub async fn put(AtNamed { cx, project, name }: AtNamed, body: Json<BudgetForm>) -> Result<Response, HttpError> {
    let (budget, made) = budget::put(&cx, project, &name, body.value).await?;
    let stands = budget::stands(&cx, Action::Administer, project).await?;
    let stand = stands.into_iter().find(|stand| stand.budget.id == budget.id).ok_or_else(Fault::internal)?;
    let status = if made { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, axum::Json(wire::Budget::new(stand, cx.now()))).into_response())
}
