//! Chat completions, as OpenAI's clients speak them.

mod read;
mod stream;
mod write;

use atelier_domain::fault::Fault;
use bytes::Bytes;
use serde_json::{Map, Value};

use super::{
    Lead,
    raw::{Raw, Rewrite, in_words_of},
};
use crate::gateway::adapter::OpenAi;

pub(super) use read::{head, read};
pub(super) use stream::Stream;
pub(super) use write::whole;

/// One limit under its old and its new name.
const LIMITS: [&str; 2] = ["max_tokens", "max_completion_tokens"];

pub(super) fn forward(body: &Raw, model: &str, lead: &Lead, stream: bool) -> Result<Bytes, Fault> {
    let mut out = Rewrite::new(body);
    if !lead.is_empty() {
        for (name, value) in in_words_of(&OpenAi::default(), lead, None, model)? {
            let said = if LIMITS.contains(&name.as_str()) { LIMITS.iter().any(|limit| out.says(limit)) } else { out.says(&name) };
            match (name.as_str(), value) {
                ("messages", Value::Array(turns)) => out.join("messages", &turns, body.list("messages")?),
                ("model" | "stream", _) => {}
                (_, value) if !said => out.set(name, value),
                _ => {}
            }
        }
    }
    out.set("model", model);
    out.set("stream", stream);
    if stream {
        let mut options: Map<String, Value> = match body.some(&["stream_options"])?.shift_remove("stream_options") {
            Some(Value::Object(options)) => options,
            _ => Map::new(),
        };
        // Usage is recorded whether or not the client asked for it.
        options.insert("include_usage".to_owned(), true.into());
        out.set("stream_options", options);
    } else {
        out.leave_out("stream_options");
    }
    Ok(out.write())
}
