//! Answers in Gemini's words: a stream is several whole ones, and each is read like one.

use serde::Deserialize;
use serde_json::Value;

use super::super::{error_text, parse, streamed::Events};
use crate::gateway::{
    chat::{Delta, Finish, Usage},
    faults::{self, About, Complaint, Failure, seconds},
    sse::Event,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    #[serde(default)]
    candidates: Vec<Answered>,
    prompt_feedback: Option<Feedback>,
    usage_metadata: Option<Tokens>,
    model_version: Option<String>,
    error: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answered {
    #[serde(default)]
    index: u64,
    content: Option<Content>,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Content {
    #[serde(default)]
    parts: Vec<Part>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Part {
    text: Option<String>,
    #[serde(default)]
    thought: bool,
    thought_signature: Option<String>,
    function_call: Option<Call>,
}

#[derive(Deserialize)]
struct Call {
    id: Option<String>,
    name: String,
    #[serde(default)]
    args: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Feedback {
    block_reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Tokens {
    prompt_token_count: u64,
    tool_use_prompt_token_count: u64,
    cached_content_token_count: u64,
    candidates_token_count: u64,
    thoughts_token_count: u64,
    prompt_tokens_details: Vec<OfKind>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct OfKind {
    modality: String,
    token_count: u64,
}

impl From<Tokens> for Usage {
    fn from(tokens: Tokens) -> Self {
        Self {
            input: tokens.prompt_token_count.saturating_add(tokens.tool_use_prompt_token_count),
            cached: tokens.cached_content_token_count,
            cache_write: 0,
            image: tokens.prompt_tokens_details.iter().filter(|of| of.modality == "IMAGE").fold(0, |sum, of| sum.saturating_add(of.token_count)),
            output: tokens.candidates_token_count.saturating_add(tokens.thoughts_token_count),
            reasoning: tokens.thoughts_token_count,
        }
    }
}

#[derive(Default)]
pub(super) struct Candidate {
    model: bool,
    calls: u32,
    finished: bool,
}

impl Events for Candidate {
    fn event(&mut self, event: &Event, out: &mut Vec<Delta>) -> Result<(), Failure> {
        let response = serde_json::from_str(&event.data).map_err(|error| faults::malformed(error_text(&error)))?;
        self.response(response, out)
    }

    /// Never: tokens are counted in what may follow the end.
    fn complete(&self) -> bool {
        false
    }

    fn whole(&self) -> bool {
        self.finished
    }
}

impl Candidate {
    fn response(&mut self, response: Response, out: &mut Vec<Delta>) -> Result<(), Failure> {
        if let Some(error) = response.error {
            return Err(complaint(&serde_json::json!({"error": error}), None).into());
        }
        if let Some(model) = response.model_version.filter(|_| !self.model) {
            self.model = true;
            out.push(Delta::Model(model));
        }
        let mut finish = None;
        for candidate in response.candidates.into_iter().filter(|candidate| candidate.index == 0) {
            candidate.content.into_iter().flat_map(|content| content.parts).for_each(|part| self.part(part, out));
            finish = candidate.finish_reason.filter(|reason| reason != "FINISH_REASON_UNSPECIFIED").map(|reason| self.finish(reason));
        }
        if response.prompt_feedback.and_then(|feedback| feedback.block_reason).is_some() {
            finish = Some(Finish::ContentFilter);
        }
        out.extend(response.usage_metadata.map(|tokens| Delta::Usage(tokens.into())));
        self.finished |= finish.is_some();
        out.extend(finish.map(Delta::Finish));
        Ok(())
    }

    fn part(&mut self, part: Part, out: &mut Vec<Delta>) {
        if let Some(text) = part.text.filter(|text| !text.is_empty()) {
            out.push(if part.thought { Delta::Reasoning(text) } else { Delta::Text(text) });
        }
        if let Some(call) = part.function_call {
            let index = self.calls;
            self.calls += 1;
            // Older models give no id; an answer to the call needs one.
            let id = call.id.filter(|id| !id.is_empty()).unwrap_or_else(|| format!("call_{index}"));
            let arguments = if call.args.is_null() { "{}".to_owned() } else { call.args.to_string() };
            out.push(Delta::ToolCall { index, id: Some(id), name: Some(call.name), arguments, signature: part.thought_signature });
        }
    }

    fn finish(&self, reason: String) -> Finish {
        match reason.as_str() {
            "STOP" if self.calls > 0 => Finish::ToolCalls,
            "STOP" => Finish::Stop,
            "MAX_TOKENS" => Finish::Length,
            "SAFETY" | "RECITATION" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII" | "IMAGE_SAFETY" | "IMAGE_PROHIBITED_CONTENT" | "LANGUAGE" => {
                Finish::ContentFilter
            }
            _ => Finish::Other(reason.to_lowercase()),
        }
    }
}

pub(super) fn answer(body: &[u8]) -> Result<Vec<Delta>, Failure> {
    let mut out = Vec::new();
    let mut candidate = Candidate::default();
    candidate.response(parse(body)?, &mut out)?;
    if candidate.finished { Ok(out) } else { Err(faults::malformed("an answer without an end").into()) }
}

pub(super) fn complaint(said: &Value, status: Option<u16>) -> Complaint {
    // Without alt=sse an error comes as a list.
    let error = said.get(0).unwrap_or(said).get("error").unwrap_or(&Value::Null);
    let text = |name: &str| error.get(name).and_then(Value::as_str);
    let status = status.or_else(|| error.get("code").and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok()));
    let details = || error.get("details").and_then(Value::as_array).into_iter().flatten();
    let reason = details().find_map(|detail| detail.get("reason")).and_then(Value::as_str).unwrap_or_default();
    let delay = details().find_map(|detail| detail.get("retryDelay")).and_then(Value::as_str);
    let retry_after = delay.and_then(|delay| delay.strip_suffix('s')).and_then(|delay| delay.parse().ok()).and_then(seconds);
    let message = text("message").map(str::to_owned);
    let lower = message.as_deref().unwrap_or_default().to_lowercase();
    let about = match (text("status"), reason) {
        (_, "API_KEY_INVALID") | (Some("UNAUTHENTICATED"), _) => About::Key,
        (Some("INVALID_ARGUMENT"), _) if lower.contains("api key not valid") || lower.contains("api key expired") => About::Key,
        (Some("INVALID_ARGUMENT"), _) if lower.contains("token count") && lower.contains("exceeds") => About::TooLong,
        (Some("INVALID_ARGUMENT" | "FAILED_PRECONDITION" | "OUT_OF_RANGE"), _) => About::Request,
        (Some("PERMISSION_DENIED"), _) => About::Right,
        (Some("NOT_FOUND"), _) if lower.contains("model") => About::Model,
        (Some("RESOURCE_EXHAUSTED"), _) if lower.contains("billing") && retry_after.is_none() => About::Quota,
        (Some("RESOURCE_EXHAUSTED"), _) => About::TooMany,
        (Some("UNAVAILABLE"), _) => About::Overloaded,
        (Some("DEADLINE_EXCEEDED"), _) => About::TimeOut,
        (Some("INTERNAL"), _) => About::Itself,
        _ => status.map_or(About::Itself, About::status),
    };
    Complaint { about, message, status, retry_after }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_of_pictures_are_told_apart() {
        let told = r#"{"promptTokenCount": 300, "candidatesTokenCount": 4, "promptTokensDetails":
            [{"modality": "TEXT", "tokenCount": 42}, {"modality": "IMAGE", "tokenCount": 200}, {"modality": "IMAGE", "tokenCount": 58}]}"#;
        let usage = Usage::from(serde_json::from_str::<Tokens>(told).unwrap());
        assert_eq!(usage, Usage { input: 300, image: 258, output: 4, ..Usage::default() });
    }
}
