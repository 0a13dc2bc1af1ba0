//! Requests that came through the gateway: found, looked at, exported, erased; and how their texts are stored.

mod asked;

use std::{
    io::{Read, Write},
    sync::Arc,
};

use atelier_domain::{
    account::Action,
    fault::Fault,
    id::{ProjectId, PromptId, RequestId},
    page::Page,
    request::{Exchange, Facts, Line, RequestFilter, text_of},
};
use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    cx::{Area, Cx, Target},
    db::{Db, internal},
    prompt::bad_cursor,
    store::{self, request::Wanted},
    studio::Studio,
};

pub use asked::{Choices, choices, read};

/// The most of a request's texts that search reads, in bytes.
const WORDS: usize = 32 << 10;
/// Requests that are deleted in one transaction.
const GROUP: i64 = 500;
/// Past so many a list says "more than".
pub const COUNT_MAX: i64 = 10_000;
/// The largest text that is unpacked, in bytes: nothing that we packed is larger.
const UNPACKED_MAX: u64 = 256 << 20;

/// A request with its texts.
#[derive(Clone, Debug, PartialEq)]
pub struct Whole {
    pub line: Line,
    /// `None` where bodies are not kept.
    pub exchange: Option<Exchange>,
}

impl Target for RequestId {
    type Found = (i64, Line);

    fn missing(&self) -> Fault {
        Fault::not_found("request_not_found", "This request")
    }

    async fn find(&self, db: &mut Db) -> Result<Option<(ProjectId, (i64, Line))>, Fault> {
        Ok(store::request::by_id(db, *self).await?.map(|found| (found.1.facts.project, found)))
    }
}

/// Requests of a project, the newest first; `cursor` is where a list before ended.
///
/// # Errors
/// NotFound; Denied for viewers; Invalid for a cursor that no list gave, or a filter with a prompt of another project.
pub async fn list(cx: &Cx, project: ProjectId, filter: RequestFilter, limit: u32, cursor: Option<&str>) -> Result<Page<Line>, Fault> {
    let before = cursor.map(|cursor| cursor.parse().map_err(|_| bad_cursor())).transpose()?;
    let found = found(cx, project, Wanted { filter: filter.tidy()?, before, after: None, limit: i64::from(limit) + 1 }).await?;
    let next = (found.len() > limit as usize).then(|| found.get(limit as usize - 1).map(|(seq, _)| seq.to_string())).flatten();
    Ok(Page { data: found.into_iter().take(limit as usize).map(|(_, line)| line).collect(), next })
}

/// What came after a place in the list, the newest first, and the new place.
///
/// # Errors
/// As [`list`].
pub async fn since(cx: &Cx, project: ProjectId, filter: RequestFilter, limit: u32, after: Option<&str>) -> Result<(Vec<Line>, String), Fault> {
    let after: Option<i64> = after.map(|after| after.parse().map_err(|_| bad_cursor())).transpose()?;
    let found = found(cx, project, Wanted { filter: filter.tidy()?, before: None, after, limit: limit.into() }).await?;
    let place = found.first().map(|(seq, _)| *seq).or(after).unwrap_or_default();
    Ok((found.into_iter().map(|(_, line)| line).collect(), place.to_string()))
}

async fn found(cx: &Cx, project: ProjectId, wanted: Wanted) -> Result<Vec<(i64, Line)>, Fault> {
    let engine = cx.studio.db.engine;
    cx.read(Action::SeeRequests, project, async |db, project| {
        within(db, project.id, wanted.filter.prompt).await?;
        store::request::list(db, engine, project.id, &wanted).await
    })
    .await
}

/// A prompt of another project has no requests here, not even hints.
async fn within(db: &mut Db, project: ProjectId, prompt: Option<PromptId>) -> Result<(), Fault> {
    let Some(prompt) = prompt else { return Ok(()) };
    let owner = store::prompt::by_id(db, prompt).await?.map(|prompt| prompt.project);
    if owner == Some(project) { Ok(()) } else { Err(Fault::not_found("prompt_not_found", "This prompt")) }
}

/// How many requests there are, up to [`COUNT_MAX`] or less; and whether there are more.
///
/// # Errors
/// As [`list`].
pub async fn count(cx: &Cx, project: ProjectId, filter: RequestFilter) -> Result<(i64, bool), Fault> {
    let (engine, wanted) = (cx.studio.db.engine, Wanted { filter: filter.tidy()?, ..Wanted::default() });
    cx.read(Action::SeeRequests, project, async |db, project| {
        within(db, project.id, wanted.filter.prompt).await?;
        store::request::count_since(db, engine, project.id, &wanted, COUNT_MAX).await
    })
    .await
}

/// # Errors
/// NotFound; Denied for viewers.
pub async fn find(cx: &Cx, request: RequestId) -> Result<Whole, Fault> {
    cx.read(Action::SeeRequests, request, async |db, (seq, line)| whole(db, seq, line).await).await
}

async fn whole(db: &mut Db, seq: i64, line: Line) -> Result<Whole, Fault> {
    let body = store::request::body(db, seq).await?;
    Ok(Whole { line, exchange: body.and_then(|body| expanded(&body)) })
}

/// The next requests of an export, whole, and where to go on.
///
/// # Errors
/// As [`list`].
pub async fn export(cx: &Cx, project: ProjectId, filter: RequestFilter, limit: u32, cursor: Option<&str>) -> Result<(Vec<Whole>, Option<String>), Fault> {
    let before = cursor.map(|cursor| cursor.parse().map_err(|_| bad_cursor())).transpose()?;
    let (engine, wanted) = (cx.studio.db.engine, Wanted { filter: filter.tidy()?, before, after: None, limit: limit.into() });
    cx.read(Action::SeeRequests, project, async |db, project| {
        within(db, project.id, wanted.filter.prompt).await?;
        let found = store::request::list(db, engine, project.id, &wanted).await?;
        let next = found.last().filter(|_| found.len() == limit as usize).map(|(seq, _)| seq.to_string());
        let mut all = Vec::with_capacity(found.len());
        for (seq, line) in found {
            all.push(whole(db, seq, line).await?);
        }
        Ok((all, next))
    })
    .await
}

/// Deletes an end user's requests, and gives how many there were. What they cost stays in sums and budgets, without the user.
///
/// # Errors
/// NotFound; Denied for everybody but owners; Invalid for what names nobody.
pub async fn erase_user(cx: &Cx, project: ProjectId, user: &str) -> Result<u64, Fault> {
    let user = atelier_domain::request::word("user", user)?;
    cx.read(Action::Administer, project, async |_, _| Ok(())).await?;
    // What is still in the journal is theirs as well.
    crate::journal::drain(&cx.studio).await?;
    let (engine, mut erased) = (cx.studio.db.engine, 0);
    loop {
        let gone = cx
            .write(Action::Administer, project, async |tx, project| {
                let doomed = store::request::doomed(tx, project.id, None, Some(&user), GROUP).await?;
                store::request::delete(tx, engine, &doomed).await?;
                if doomed.len() < GROUP as usize {
                    store::budget::forget_user(tx, project.id, &user).await?;
                    let nobody: Uuid = tx.new_id();
                    store::score::forget_user(tx, project.id, &user).await?;
                    store::experiment::forget_unit(tx, project.id, &user, &format!("erased-{nobody}")).await?;
                    // An answer may repeat what they asked.
                    store::gateway::forget_answers(tx, project.id).await?;
                    tx.changed(Area::Cache, project.id.0, Some(project.id), "cache.emptied", json!({}));
                    tx.changed(Area::Budget, project.id.0, Some(project.id), "budget.recounted", json!({}));
                    tx.changed(Area::Gateway, project.id.0, Some(project.id), "user.erased", json!({"requests": erased + doomed.len() as u64}));
                }
                Ok(doomed.len())
            })
            .await?;
        erased += gone as u64;
        if gone < GROUP as usize {
            return Ok(erased);
        }
    }
}

/// Deletes what projects keep no longer.
///
/// # Errors
/// Internal.
pub async fn sweep(studio: &Arc<Studio>) -> Result<(), Fault> {
    let now = studio.clock.now();
    let all = store::gateway::all_settings(&mut *studio.db.read().await?).await?;
    for (project, settings) in all {
        let before = now.plus_seconds(-86_400 * i64::from(settings.days));
        loop {
            let mut tx = studio.db.begin().await?;
            let doomed = store::request::doomed(&mut tx, project, Some(before), None, GROUP).await?;
            store::request::delete(&mut tx, studio.db.engine, &doomed).await?;
            tx.commit().await.map_err(internal)?;
            if doomed.len() < GROUP as usize {
                break;
            }
        }
    }
    let mut tx = studio.db.begin().await?;
    store::gateway::sweep_answers(&mut tx, now).await?;
    tx.commit().await.map_err(internal)?;
    studio.answers.sweep(now);
    studio.books.sweep(now);
    Ok(())
}

/// As it is stored.
pub fn compressed(exchange: &Exchange) -> Vec<u8> {
    pack(exchange)
}

/// `None` for what we did not write.
pub fn expanded(body: &[u8]) -> Option<Exchange> {
    unpack(body)
}

pub fn pack(value: &impl Serialize) -> Vec<u8> {
    let json = serde_json::to_vec(value).unwrap_or_default();
    let mut encoder = DeflateEncoder::new(Vec::with_capacity(json.len() / 3), Compression::fast());
    // A vector takes whatever is written.
    let _ = encoder.write_all(&json);
    encoder.finish().unwrap_or_default()
}

pub fn unpack<T: DeserializeOwned>(packed: &[u8]) -> Option<T> {
    let mut json = Vec::new();
    DeflateDecoder::new(packed).take(UNPACKED_MAX).read_to_end(&mut json).ok()?;
    serde_json::from_slice(&json).inspect_err(|error| tracing::error!(%error, "a stored text cannot be read")).ok()
}

/// What a request is found by: the user, what was asked and said, the error.
pub fn words(facts: &Facts, exchange: &Exchange) -> String {
    let mut words = facts.user.clone().unwrap_or_default();
    let mut add = |text: &str| {
        if words.len() < WORDS {
            words.push('\n');
            let end = text.len().min(WORDS);
            words.push_str(&text[..(0..=end).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()]);
        }
    };
    let said = &exchange.answer;
    [&said.text, &said.refusal, &said.reasoning].into_iter().for_each(|text| add(text));
    exchange.error.iter().for_each(|error| add(error));
    said.tool_calls.iter().for_each(|call| add(&call.to_string()));
    let messages = exchange.request.get("messages").and_then(Value::as_array).into_iter().flatten();
    // The newest last: it is what was asked.
    messages.rev().for_each(|message| add(&message.get("content").map(text_of).unwrap_or_default()));
    ["system", "input"].iter().filter_map(|name| exchange.request.get(*name)).for_each(|text| add(&text_of(text)));
    words
}

#[cfg(test)]
mod tests {
    use atelier_domain::request::Said;

    use super::*;

    #[test]
    fn texts_are_stored_smaller_and_come_back() {
        let exchange = Exchange { request: json!({"messages": [{"role": "user", "content": "where ".repeat(500)}]}), ..Exchange::default() };
        let packed = compressed(&exchange);
        assert!(packed.len() < 200, "{}", packed.len());
        assert_eq!(expanded(&packed), Some(exchange));
        assert_eq!(expanded(b"none"), None);
    }

    #[test]
    fn words_are_what_was_asked_and_said() {
        let exchange = Exchange {
            request: json!({"system": "be kind", "messages": [{"role": "user", "content": [{"type": "text", "text": "wo ist"}]}]}),
            answer: Said { text: "hier".into(), ..Said::default() },
            error: Some("cut".into()),
            ..Exchange::default()
        };
        let facts = Facts { user: Some("mara".into()), ..Facts::default() };
        assert_eq!(words(&facts, &exchange).split_whitespace().collect::<Vec<_>>(), ["mara", "hier", "cut", "wo", "ist", "be", "kind"]);
    }
}
