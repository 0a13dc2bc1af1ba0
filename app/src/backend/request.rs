//! Requests, put together for their pages.

use atelier_backend::{
    cx::Cx,
    prompt as prompts, provider,
    request::{self as requests, Whole},
    score::{self, Score, ScoreFilter},
};
use atelier_domain::{
    account::Action,
    fault::{Fault, Kind},
    feedback::ScoreSource,
    id::{ProjectId, PromptId, RequestId},
    request::RequestQuery,
};
use serde_json::Value;

use crate::api::request::{OpenRequest, OtherVersion, RequestChoices, Requests, Scored, Tail};

/// On one page, and the most that the tail brings at once.
const PAGE: u32 = 50;
const TAIL: u32 = 200;
/// Versions to run a request through.
const VERSIONS: u32 = 50;
/// Scores of one request that its panel shows.
const SCORES: u32 = 50;

/// # Errors
/// As [`requests::list`] and [`requests::read`].
pub async fn page(cx: &Cx, project: ProjectId, query: &RequestQuery, cursor: Option<&str>) -> Result<Requests, Fault> {
    let filter = requests::read(cx, project, query).await?;
    // The place first: what comes in between is told twice rather than never.
    let (_, place) = requests::since(cx, project, filter.clone(), 1, None).await?;
    let page = requests::list(cx, project, filter, PAGE, cursor).await?;
    Ok(Requests { lines: page.data, next: page.next, place, now: cx.now(), url: cx.studio.settings.url.clone() })
}

/// # Errors
/// As [`page`].
pub async fn counted(cx: &Cx, project: ProjectId, query: &RequestQuery) -> Result<(i64, bool), Fault> {
    let filter = requests::read(cx, project, query).await?;
    requests::count(cx, project, filter).await
}

/// # Errors
/// As [`page`].
pub async fn tail(cx: &Cx, project: ProjectId, query: &RequestQuery, place: &str) -> Result<Tail, Fault> {
    let filter = requests::read(cx, project, query).await?;
    let (lines, place) = requests::since(cx, project, filter, TAIL, Some(place)).await?;
    Ok(Tail { lines, place })
}

/// # Errors
/// NotFound; Denied for viewers.
pub async fn to_choose(cx: &Cx, project: ProjectId) -> Result<RequestChoices, Fault> {
    let found = requests::choices(cx, project).await?;
    let models = provider::models(cx, project).await?.into_iter().map(|model| model.name).collect();
    Ok(RequestChoices { prompts: found.prompts, models, keys: found.keys.into_iter().map(|(id, name)| (id.to_string(), name)).collect() })
}

/// A request of this project.
///
/// # Errors
/// NotFound, where the address names another project too; Denied for viewers.
pub async fn find(cx: &Cx, project: ProjectId, request: RequestId) -> Result<Whole, Fault> {
    let missing = || Fault::not_found("request_not_found", "This request");
    // Who may not hears that, whosever the request is.
    cx.actor.check(Action::SeeRequests, project, missing())?;
    let found = requests::find(cx, request).await?;
    if found.line.facts.project == project { Ok(found) } else { Err(missing()) }
}

/// # Errors
/// As [`find`].
pub async fn open(cx: &Cx, project: ProjectId, request: RequestId) -> Result<OpenRequest, Fault> {
    let Whole { line, exchange } = find(cx, project, request).await?;
    let may_run = cx.actor.check(Action::Write, project, Fault::internal()).is_ok();
    let versions = match line.facts.prompt {
        Some(prompt) if may_run => versions(cx, prompt).await?,
        _ => Vec::new(),
    };
    let filter = ScoreFilter { request: Some(request), ..ScoreFilter::default() };
    let scores = score::list(cx, project, filter, SCORES, None).await?.data.into_iter().map(scored).collect();
    Ok(OpenRequest { line, exchange, scores, versions, may_run, url: cx.studio.settings.url.clone(), now: cx.now() })
}

fn scored(score: Score) -> Scored {
    let value = match score.said.json() {
        Value::Bool(yes) => if yes { "yes" } else { "no" }.to_owned(),
        Value::String(words) => words,
        number => number.to_string(),
    };
    let by = match score.source {
        ScoreSource::User => format!("a user, through {}", score.author),
        ScoreSource::Api | ScoreSource::Reviewer => score.author,
    };
    Scored { name: score.name, value, comment: score.comment, by, at: score.at }
}

/// None where the prompt is gone.
async fn versions(cx: &Cx, prompt: PromptId) -> Result<Vec<OtherVersion>, Fault> {
    let (prompt, history) = match prompts::history(cx, prompt, VERSIONS, None).await {
        Err(fault) if fault.kind == Kind::NotFound => return Ok(Vec::new()),
        found => found?,
    };
    let other = |version: atelier_domain::prompt::Summary| {
        let labels = prompt.labels.iter().filter(|label| label.version == version.number).map(|label| format!(", {}", label.label)).collect::<String>();
        OtherVersion { number: version.number, words: format!("Version {}{labels}", version.number), model: version.model }
    };
    Ok(history.data.into_iter().map(other).collect())
}
