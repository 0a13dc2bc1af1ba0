//! What a project keeps of its traffic, and what its traffic comes to.

use atelier_domain::{
    account::{Action, Scope},
    fault::Fault,
    gateway::{GatewaySettings, Redaction},
    id::ProjectId,
    timestamp::Timestamp,
    traffic::{By, Slice, Span, Sum, Window},
};
use serde_json::json;

use crate::{
    cx::{Area, Cx, KeyGrant},
    gateway::{Routes, Scrubber, scrub},
    store,
    studio::Studio,
};

/// Rows of a breakdown at most.
pub const MOST: i64 = 200;
/// Rows of an exported breakdown at most.
const EXPORTED: i64 = 100_000;
/// Bytes of a text that redaction is tried on.
const SAMPLE_MAX: usize = 20_000;

/// # Errors
/// Denied for everybody but owners.
pub async fn settings(cx: &Cx, project: ProjectId) -> Result<GatewaySettings, Fault> {
    cx.read(Action::Administer, project, async |db, project| store::gateway::settings(db, project.id).await).await
}

/// # Errors
/// Denied for everybody but owners; Invalid naming each field at fault.
pub async fn put_settings(cx: &Cx, project: ProjectId, settings: GatewaySettings) -> Result<(), Fault> {
    settings.check()?;
    scrub::check(&settings.redact)?;
    cx.write(Action::Administer, project, async |tx, project| {
        let (at, by) = (tx.now(), tx.author());
        store::gateway::put_settings(tx, project.id, &settings, at, &by).await?;
        tx.changed(Area::Gateway, project.id.0, Some(project.id), "gateway.set", json!(settings));
        Ok(())
    })
    .await
}

/// Whether any project lists the origin: all that can be said before a browser shows its key.
///
/// # Errors
/// Internal.
pub async fn origin_known(studio: &Studio, origin: &str) -> Result<bool, Fault> {
    let mut db = studio.db.read().await?;
    Ok(store::gateway::all_settings(&mut db).await?.iter().any(|(_, settings)| settings.origins.iter().any(|listed| listed == origin)))
}

/// Whether pages of the origin may read answers with this key: its project lists them, and it may read and nothing else, since
/// whoever visits such a page can take the key away.
///
/// # Errors
/// Internal.
pub async fn origin_allowed(studio: &Studio, key: &KeyGrant, origin: &str) -> Result<bool, Fault> {
    let settings = &Routes::of(studio, key.project).await?.settings;
    Ok(key.scopes == [Scope::Read] && settings.origins.iter().any(|listed| listed == origin))
}

/// Forgets every answer that could be given again, and gives how many there were.
///
/// # Errors
/// Denied for everybody but owners.
pub async fn forget_answers(cx: &Cx, project: ProjectId) -> Result<u64, Fault> {
    let gone = cx
        .write(Action::Administer, project, async |tx, project| {
            let gone = store::gateway::forget_answers(tx, project.id).await?;
            tx.changed(Area::Cache, project.id.0, Some(project.id), "cache.emptied", json!({"answers": gone}));
            Ok(gone)
        })
        .await?;
    Ok(gone)
}

/// What a project's traffic comes to in a span, and in as much time before.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    pub window: Window,
    pub total: Sum,
    pub before: Sum,
    /// When each bar begins, and its sum; bars without traffic are left out.
    pub steps: Vec<(Timestamp, Sum)>,
    /// The dearest first, at most [`MOST`].
    pub slices: Vec<Slice>,
    /// Models that were used without a known price.
    pub unpriced: Vec<String>,
    /// When the project's first request came.
    pub first: Option<Timestamp>,
}

/// # Errors
/// NotFound.
pub async fn report(cx: &Cx, project: ProjectId, span: Span, by: By) -> Result<Report, Fault> {
    let window = span.window(cx.now());
    cx.read(Action::See, project, async |db, project| {
        let Window { from, to, before, step, .. } = window;
        let steps = store::request::steps(db, project.id, from, to, step).await?;
        let total: Sum = steps.iter().map(|(_, sum)| sum).sum();
        let before: Sum = store::request::steps(db, project.id, before.0, before.1, step).await?.iter().map(|(_, sum)| sum).sum();
        let slices = store::request::slices(db, project.id, from, to, by, MOST).await?;
        let unpriced = match total.unpriced {
            0 => Vec::new(),
            _ => store::request::slices(db, project.id, from, to, By::Model, MOST).await?,
        };
        let unpriced = unpriced.into_iter().filter(|slice| slice.sum.unpriced > 0).map(|slice| slice.value).collect();
        let steps = steps.into_iter().map(|(at, sum)| (Timestamp::from_seconds(at * step), sum)).collect();
        Ok(Report { window, total, before, steps, slices, unpriced, first: store::request::first_traffic(db, project.id).await? })
    })
    .await
}

/// A breakdown as a file has it: all of it, the dearest first.
///
/// # Errors
/// NotFound.
pub async fn breakdown(cx: &Cx, project: ProjectId, span: Span, by: By) -> Result<(Window, Vec<Slice>), Fault> {
    let window = span.window(cx.now());
    let slices = cx.read(Action::See, project, async |db, project| store::request::slices(db, project.id, window.from, window.to, by, EXPORTED).await);
    Ok((window, slices.await?))
}

/// What a text becomes by a project's redaction, before it is set.
///
/// # Errors
/// Denied for everybody but owners; Invalid naming each field at fault.
pub async fn try_redaction(cx: &Cx, project: ProjectId, redact: Redaction, sample: &str) -> Result<String, Fault> {
    cx.read(Action::Administer, project, async |_, _| Ok(())).await?;
    let settings = GatewaySettings { redact, ..GatewaySettings::default() };
    settings.check()?;
    scrub::check(&settings.redact)?;
    if sample.len() > SAMPLE_MAX {
        return Err(Fault::field("sample", format!("At most {SAMPLE_MAX} bytes.")));
    }
    let mut text = sample.to_owned();
    Scrubber::new(&settings.redact).text(&mut text);
    Ok(text)
}
