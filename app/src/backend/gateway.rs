//! What a project keeps of its traffic, and what forms say of it.

pub use atelier_backend::{
    request::erase_user,
    traffic::{forget_answers, settings, try_redaction},
};

use atelier_backend::{cx::Cx, request, traffic};
use atelier_domain::{
    account::Action,
    fault::{Fault, FieldError, Problems},
    gateway::{CacheMode, GatewaySettings, Redaction},
    id::ProjectId,
    request::{RequestFilter, word},
};

use crate::api::gateway::{GatewayFields, RedactionFields};

pub fn redaction(typed: RedactionFields) -> Redaction {
    let RedactionFields { email, phone, card, key, patterns } = typed;
    Redaction { email: email.is_some(), phone: phone.is_some(), card: card.is_some(), key: key.is_some(), patterns: lines(&patterns) }
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// # Errors
/// Denied for everybody but owners; Invalid naming each field at fault.
pub async fn put_form(cx: &Cx, project: ProjectId, typed: GatewayFields) -> Result<(), Fault> {
    cx.read(Action::Administer, project, async |_, _| Ok(())).await?;
    let mut problems = Problems::default();
    let mut whole = |field: &'static str, text: &str| {
        let number = text.trim().parse::<u32>();
        problems.keep(number.map_err(|_| Fault::field(field, "This is a whole number.")))
    };
    let (days, keep) = (whole("days", &typed.days), whole("keep", &typed.keep));
    let cache = problems.keep(match typed.cache.as_str() {
        "off" => Ok(CacheMode::Off),
        "exact" => Ok(CacheMode::Exact),
        _ => Err(Fault::field("cache", "Choose one of these.")),
    });
    let unit = problems.keep(match typed.unit.as_str() {
        "60" => Ok(60),
        "3600" => Ok(3_600),
        "86400" => Ok(86_400),
        _ => Err(Fault::field("unit", "Choose one of these.")),
    });
    problems.check()?;
    let (Some(days), Some(keep), Some(cache), Some(unit)) = (days, keep, cache, unit) else { return Err(Fault::internal()) };
    let settings = GatewaySettings {
        bodies: typed.bodies.is_some(),
        days,
        redact: redaction(typed.redact),
        cache,
        cache_seconds: u32::saturating_mul(keep, unit),
        origins: lines(&typed.origins),
    };
    traffic::put_settings(cx, project, settings).await.map_err(as_typed)
}

/// The page has a number and a unit for what is kept in seconds.
fn as_typed(mut fault: Fault) -> Fault {
    for error in &mut fault.fields {
        if error.field == "cache_seconds" {
            *error = FieldError { field: "keep".to_owned(), detail: "Between a minute and 90 days.".to_owned() };
        }
    }
    fault
}

/// # Errors
/// Denied for everybody but owners; Invalid for what names nobody.
pub async fn count_user(cx: &Cx, project: ProjectId, user: &str) -> Result<i64, Fault> {
    cx.read(Action::Administer, project, async |_, _| Ok(())).await?;
    let user = word("user", user)?;
    Ok(request::count(cx, project, RequestFilter { user: Some(user), ..RequestFilter::default() }).await?.0)
}
