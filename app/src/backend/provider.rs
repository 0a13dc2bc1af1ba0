//! Providers and prices, and what forms say of them.

pub use atelier_backend::provider::*;

use atelier_backend::cx::Cx;
use atelier_domain::{
    cost::{ModelEntry, Price, Rate},
    fault::{Fault, Problems},
    id::ProjectId,
    provider::{Provider, ProviderForm, ProviderKind, ProviderName},
};

use crate::api::provider::{PriceFields, PriceRow, Prices};

/// Prices on one page.
const PRICES_MAX: usize = 100;

/// A form's fields as they were typed.
pub struct Typed {
    pub name: String,
    pub kind: String,
    pub base_url: String,
    pub key: String,
    /// A line each: `name: value`.
    pub headers: String,
    /// A line each.
    pub models: String,
}

/// # Errors
/// As [`put`].
pub async fn put_form(cx: &Cx, project: ProjectId, typed: Typed) -> Result<Provider, Fault> {
    let mut problems = Problems::default();
    let name = problems.keep(typed.name.trim().parse::<ProviderName>());
    let kind = problems.keep(typed.kind.parse::<ProviderKind>());
    let lines = |text: &str| text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let mut headers = Vec::new();
    for line in lines(&typed.headers) {
        match line.split_once(':') {
            Some((name, value)) => headers.push((name.to_owned(), value.to_owned())),
            None => problems.add("headers", "Write a header a line, as in “x-team: support”."),
        }
    }
    problems.check()?;
    let (Some(name), Some(kind)) = (name, kind) else { return Err(Fault::internal()) };
    let form = ProviderForm {
        base_url: Some(typed.base_url),
        key: Some(typed.key).filter(|key| !key.trim().is_empty()),
        headers: Some(headers).filter(|headers| !headers.is_empty()),
        models: Some(lines(&typed.models)),
    };
    let (provider, _) = put(cx, project, &name, kind, form).await.map_err(one_field)?;
    check(cx, provider.id).await
}

/// The page has one field for all headers.
fn one_field(mut fault: Fault) -> Fault {
    for error in &mut fault.fields {
        if error.field.starts_with("headers[") {
            "headers".clone_into(&mut error.field);
        }
    }
    fault
}

/// # Errors
/// Denied for everybody but owners.
pub async fn prices_page(cx: &Cx, project: ProjectId, q: &str) -> Result<Prices, Fault> {
    let (table, own) = prices(cx, project).await?;
    let wanted = q.trim().to_lowercase();
    let rows = table.entries().iter().filter(|entry| entry.name.to_lowercase().contains(&wanted));
    let mut entries: Vec<PriceRow> = rows.map(|entry| PriceRow { entry: entry.clone(), own: own.contains(&entry.name) }).collect();
    entries.sort_by_key(|row| !row.own);
    let found = entries.len();
    entries.truncate(PRICES_MAX);
    Ok(Prices { as_of: table.as_of, source: table.source, entries, found })
}

/// # Errors
/// Invalid for what is no price.
pub async fn set_price(cx: &Cx, project: ProjectId, typed: PriceFields) -> Result<(), Fault> {
    let mut problems = Problems::default();
    let mut rate = |field: &'static str, text: &str| match text.trim().trim_start_matches('$') {
        "" => None,
        text => problems.keep(text.parse::<Rate>().map_err(|fault| fault.at(field))),
    };
    let (input, cached, cache_write) = (rate("input", &typed.input), rate("cached", &typed.cached), rate("cache_write", &typed.cache_write));
    let (image, output, reasoning) = (rate("image", &typed.image), rate("output", &typed.output), rate("reasoning", &typed.reasoning));
    let model = typed.model.trim();
    let context = match typed.context.trim().replace([',', ' ', '_'], "") {
        text if text.is_empty() => None,
        text => problems.keep(text.parse::<u32>().map_err(|_| Fault::field("context", "Give the tokens that the model reads at once, or nothing."))),
    };
    problems.check()?;
    let price = (input.is_some() || output.is_some()).then(|| Price {
        input: input.unwrap_or_default(),
        cached,
        cache_write,
        image,
        output: output.unwrap_or_default(),
        reasoning,
        above: None,
    });
    // What the program's table knows beside the price stays.
    let (table, _) = prices(cx, project).await?;
    let known = table.find(model).cloned().unwrap_or_default();
    let entry = ModelEntry { name: model.to_owned(), price, context: context.or(known.context), ..known };
    put_price(cx, project, entry).await.map_err(|fault| Fault { fields: fault.fields.into_iter().map(named).collect(), ..fault })
}

fn named(error: atelier_domain::fault::FieldError) -> atelier_domain::fault::FieldError {
    if error.field == "name" { atelier_domain::fault::FieldError { field: "model".to_owned(), ..error } } else { error }
}
