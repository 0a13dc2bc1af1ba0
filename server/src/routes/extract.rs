//! What handlers take from a request: who calls, of which prompt, and what was sent.

use std::borrow::Cow;

use atelier_backend::{cx::Cx, prompt::PromptRef, pull};
use atelier_domain::{
    fault::Fault,
    id::{ProjectId, RequestId},
    prompt::{LabelName, PromptName, Selector},
};
use axum::{
    body::Body,
    extract::{FromRequest, FromRequestParts, RawPathParams, Request},
};
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use http::{HeaderValue, header, request::Parts};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::fields::{Errors, Fields};
use crate::{
    problem::{self, HttpError},
    serve::BODY_LIMIT,
};

/// Past this an endless body is cut off; up to it the rest is read, so that the client sees the answer.
const BODY_PATIENCE: usize = 8 * BODY_LIMIT;

/// The longest text of a query parameter, in characters.
const TEXT_MAX: usize = 200;

/// A program, and the project of its key.
pub struct Caller {
    pub cx: Cx,
    pub project: ProjectId,
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, HttpError> {
        let cx = parts.extensions.get::<Cx>().ok_or_else(Fault::unauthenticated)?.clone();
        let project = pull::project_of_key(&cx)?;
        Ok(Self { cx, project })
    }
}

/// A program at one of its prompts, which may not exist.
pub struct At {
    pub cx: Cx,
    pub project: ProjectId,
    pub name: PromptName,
}

impl At {
    pub fn prompt(&self) -> PromptRef {
        PromptRef::Name(self.project, self.name.clone())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for At {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, HttpError> {
        let Caller { cx, project } = Caller::from_request_parts(parts, state).await?;
        // What cannot be a name is no prompt's.
        let name = segment(parts, state, "name").await?.parse().map_err(|_| Fault::not_found("prompt_not_found", "This prompt"))?;
        Ok(Self { cx, project, name })
    }
}

/// A program, and the name that its path ends with: of something that may not exist yet.
pub struct AtNamed {
    pub cx: Cx,
    pub project: ProjectId,
    pub name: String,
}

impl<S: Send + Sync> FromRequestParts<S> for AtNamed {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, HttpError> {
        let Caller { cx, project } = Caller::from_request_parts(parts, state).await?;
        Ok(Self { cx, project, name: segment(parts, state, "name").await? })
    }
}

/// A program at one of its experiments, which may not exist.
pub struct AtKey {
    pub cx: Cx,
    pub project: ProjectId,
    pub key: String,
}

impl<S: Send + Sync> FromRequestParts<S> for AtKey {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, HttpError> {
        let Caller { cx, project } = Caller::from_request_parts(parts, state).await?;
        let key = segment(parts, state, "key").await?;
        // No key holds it, and the database would not look for it.
        if key.contains('\0') {
            return Err(Fault::not_found("experiment_not_found", "This experiment").into());
        }
        Ok(Self { cx, project, key })
    }
}

/// A program at one of its requests, which may not exist.
pub struct AtRequest {
    pub cx: Cx,
    pub request: RequestId,
}

impl<S: Send + Sync> FromRequestParts<S> for AtRequest {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, HttpError> {
        let Caller { cx, .. } = Caller::from_request_parts(parts, state).await?;
        let request = segment(parts, state, "id").await?.parse().map_err(|_| Fault::not_found("request_not_found", "This request"))?;
        Ok(Self { cx, request })
    }
}

/// A program, and an end user of its project.
pub struct AtUser {
    pub cx: Cx,
    pub project: ProjectId,
    pub user: String,
}

impl<S: Send + Sync> FromRequestParts<S> for AtUser {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, HttpError> {
        let Caller { cx, project } = Caller::from_request_parts(parts, state).await?;
        Ok(Self { cx, project, user: segment(parts, state, "user").await? })
    }
}

/// The label that a path names.
pub struct PathLabel(pub LabelName);

impl<S: Send + Sync> FromRequestParts<S> for PathLabel {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, HttpError> {
        Ok(Self(segment(parts, state, "label").await?.parse()?))
    }
}

async fn segment<S: Send + Sync>(parts: &mut Parts, state: &S, wanted: &str) -> Result<String, HttpError> {
    let unreadable = |_| problem::malformed("The address cannot be read: what is percent-encoded in it must be UTF-8.");
    let params = RawPathParams::from_request_parts(parts, state).await.map_err(unreadable)?;
    let found = params.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.to_owned());
    Ok(found.unwrap_or_default())
}

/// The entity tags that the client holds. Empty for most requests: nothing is allocated then.
pub struct Held(Vec<HeaderValue>);

impl Held {
    /// By weak comparison, as RFC 9110 (13.1.2) has it for `If-None-Match`. Our tags hold no commas.
    pub fn has(&self, etag: &str) -> bool {
        let tags = self.0.iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
        tags.map(str::trim).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Held {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(parts.headers.get_all(header::IF_NONE_MATCH).iter().cloned().collect()))
    }
}

/// Query parameters that are read by their names; others are ignored.
pub struct QueryFields<'q> {
    pairs: Vec<(Cow<'q, str>, Cow<'q, str>)>,
    pub errors: Errors,
}

impl<'q> QueryFields<'q> {
    fn new(query: &'q str) -> Self {
        Self { pairs: form_urlencoded::parse(query.as_bytes()).collect(), errors: Errors::default() }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(key, _)| key == name).map(|(_, value)| &**value)
    }

    /// One of these words; absent is empty, and empty is none of them.
    pub fn word<T: Copy>(&mut self, name: &str, all: &[T], word: fn(T) -> &'static str) -> String {
        let Some(text) = self.get(name) else { return String::new() };
        if let Some(found) = all.iter().copied().map(word).find(|word| *word == text) {
            return found.to_owned();
        }
        let words: Vec<_> = all.iter().copied().map(word).collect();
        self.errors.add(name, format!("This is one of {}.", words.join(", ")));
        String::new()
    }

    /// A text that stands for something, and so is not empty where it is there.
    pub fn some(&mut self, name: &str) -> String {
        if self.get(name) == Some("") {
            self.errors.add(name, "This is empty.");
        }
        self.text(name)
    }

    /// A text for a search: absent is empty.
    pub fn text(&mut self, name: &str) -> String {
        let text = self.get(name).unwrap_or_default().to_owned();
        if text.chars().count() > TEXT_MAX || text.contains('\0') {
            self.errors.add(name, format!("At most {TEXT_MAX} characters, none of them NUL."));
        }
        text
    }

    pub fn flag(&mut self, name: &str) -> bool {
        match self.get(name) {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => {
                self.errors.add(name, "This is true or false.");
                false
            }
        }
    }

    pub fn limit(&mut self) -> u32 {
        let Some(text) = self.get("limit") else { return 50 };
        let limit = text.parse().ok().filter(|limit| (1..=200).contains(limit));
        limit.unwrap_or_else(|| {
            self.errors.add("limit", "A limit lies between 1 and 200.");
            50
        })
    }

    /// A version that must be named.
    pub fn version(&mut self, name: &str) -> u32 {
        let version = self.get(name).filter(|text| text.bytes().all(|b| b.is_ascii_digit())).and_then(|text| text.parse().ok()).filter(|version| *version > 0);
        version.unwrap_or_else(|| {
            self.errors.add(name, "A version is a whole number from 1 on.");
            1
        })
    }

    /// What can be read from a text, where it is there.
    pub fn parsed<T: DeserializeOwned>(&mut self, name: &str, is: &str) -> Option<T> {
        let read = serde_json::from_value(self.get(name)?.into()).ok();
        if read.is_none() {
            self.errors.add(name, is);
        }
        read
    }

    /// A version where one is asked for; 0 is a draft.
    pub fn draft_or_version(&mut self, name: &str) -> Option<u32> {
        let said = self.get(name)?;
        let version = said.parse().ok().filter(|version| i32::try_from(*version).is_ok());
        if version.is_none() {
            self.errors.add(name, "A version is a whole number; 0 is a draft.");
        }
        version
    }

    pub fn cursor(&self) -> Option<String> {
        self.get("cursor").map(str::to_owned)
    }

    pub fn selector(&mut self) -> Selector {
        let version = self.get("version").map(|text| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<u32>()));
        let label = self.get("label").map(str::to_owned);
        match version {
            None => self.errors.selector(label.as_deref(), None),
            Some(Some(Ok(version))) => self.errors.selector(label.as_deref(), Some(version)),
            Some(_) => {
                self.errors.add("version", "A version is a whole number from 1 on.");
                Selector::Published
            }
        }
    }

    pub fn choice<T: Copy + Default>(&mut self, name: &str, choices: &[(&str, T)]) -> T {
        let Some(text) = self.get(name) else { return T::default() };
        if let Some((_, choice)) = choices.iter().find(|(word, _)| *word == text) {
            return *choice;
        }
        let words: Vec<_> = choices.iter().map(|(word, _)| *word).collect();
        self.errors.add(name, format!("This is one of {}.", words.join(", ")));
        T::default()
    }
}

/// What a call reads from its query.
pub trait FromQuery: Sized {
    fn read(query: &mut QueryFields<'_>) -> Self;
}

pub struct Query<T>(pub T);

impl<T: FromQuery, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, HttpError> {
        let mut query = QueryFields::new(parts.uri.query().unwrap_or_default());
        let read = T::read(&mut query);
        query.errors.check()?;
        Ok(Self(read))
    }
}

/// What a call reads from its body. Nothing is given only where an error was noted.
pub trait FromBody: Sized {
    fn read(body: &mut Fields) -> Option<Self>;
}

/// A JSON body, and its bytes as they came.
pub struct Json<T> {
    pub value: T,
    pub bytes: Bytes,
}

impl<T: FromBody, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = HttpError;

    async fn from_request(request: Request, _: &S) -> Result<Self, HttpError> {
        let (parts, body) = request.into_parts();
        let bytes = whole(body).await?;
        if !is_json(&parts) {
            return Err(problem::unsupported_media_type().into());
        }
        let value = serde_json::from_slice(&bytes).map_err(|error| problem::malformed(format!("The body is no valid JSON: {error}.")))?;
        let mut fields = Fields::new(value)?;
        let value = T::read(&mut fields);
        fields.errors.check()?;
        Ok(Self { value: value.ok_or_else(Fault::internal)?, bytes })
    }
}

/// Any JSON.
pub struct Loose(pub Value);

impl<S: Send + Sync> FromRequest<S> for Loose {
    type Rejection = HttpError;

    async fn from_request(request: Request, _: &S) -> Result<Self, HttpError> {
        let (parts, body) = request.into_parts();
        let bytes = whole(body).await?;
        if !is_json(&parts) {
            return Err(problem::unsupported_media_type().into());
        }
        Ok(Self(serde_json::from_slice(&bytes).map_err(|error| problem::malformed(format!("The body is no valid JSON: {error}.")))?))
    }
}

/// A JSON body, or none: some clients write `null` for that.
pub struct MaybeJson<T>(pub T);

impl<T: FromBody + Default, S: Send + Sync> FromRequest<S> for MaybeJson<T> {
    type Rejection = HttpError;

    async fn from_request(request: Request, state: &S) -> Result<Self, HttpError> {
        let (parts, body) = request.into_parts();
        let bytes = whole(body).await?;
        if bytes.is_empty() || bytes.trim_ascii() == b"null" {
            return Ok(Self(T::default()));
        }
        let request = Request::from_parts(parts, Body::from(bytes));
        Ok(Self(Json::from_request(request, state).await?.value))
    }
}

fn is_json(parts: &Parts) -> bool {
    let essence = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).and_then(|value| value.split(';').next());
    essence
        .map(|essence| essence.trim().to_ascii_lowercase())
        .is_some_and(|essence| essence == "application/json" || essence.strip_prefix("application/").is_some_and(|rest| rest.ends_with("+json")))
}

/// The body up to the limit. What is over it is read and dropped: a client that is cut off while it sends never sees the answer.
async fn whole(body: Body) -> Result<Bytes, Fault> {
    let mut frames = body.into_data_stream();
    let (mut kept, mut seen) = (BytesMut::new(), 0usize);
    while let Some(frame) = frames.next().await {
        let frame = frame.map_err(|_| problem::malformed("The body ended before it was complete."))?;
        seen += frame.len();
        if seen > BODY_PATIENCE {
            break;
        }
        if seen > BODY_LIMIT { kept.clear() } else { kept.extend_from_slice(&frame) }
    }
    if seen > BODY_LIMIT { Err(problem::too_large()) } else { Ok(kept.freeze()) }
}
