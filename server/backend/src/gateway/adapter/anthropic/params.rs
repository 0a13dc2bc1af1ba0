//! Parameters: those that Anthropic has under another name, those of its own, and those that it lacks.

use atelier_domain::fault::Fault;
use serde_json::{Map, Value, json};

use crate::gateway::{chat::Chat, faults};

/// What the parameters come to.
pub(super) struct Others {
    pub body: Map<String, Value>,
    pub max_tokens: Option<u64>,
    pub parallel: bool,
}

/// Anthropic's own, passed on as they are.
const OWN: [&str; 8] = ["cache_control", "container", "context_management", "inference_geo", "mcp_servers", "output_config", "thinking", "top_k"];

/// Without effect on what the model answers.
const IDLE: [&str; 6] = ["stream", "stream_options", "store", "prompt_cache_key", "prompt_cache_retention", "safety_identifier"];

pub(super) fn write(chat: &Chat) -> Result<Others, Fault> {
    let params = &chat.params;
    if params.seed.is_some() {
        return Err(faults::cannot("params.seed", "Anthropic's models take no seed. Leave it out, or choose another provider's model."));
    }
    if params.temperature.is_some_and(|temperature| temperature > 1.0) {
        return Err(faults::cannot("params.temperature", "Anthropic's models take a temperature between 0 and 1."));
    }
    let mut others = Others { body: Map::new(), max_tokens: None, parallel: true };
    let mut set = |name: &str, value: Option<Value>| others.body.extend(value.map(|value| (name.to_owned(), value)));
    set("temperature", params.temperature.map(Value::from));
    set("top_p", params.top_p.map(Value::from));
    set("stop_sequences", params.stop.clone().filter(|stop| !stop.is_empty()).map(Value::from));
    for (name, value) in chat.others() {
        others.add(name, value)?;
    }
    Ok(others)
}

impl Others {
    fn add(&mut self, name: &str, value: &Value) -> Result<(), Fault> {
        match name {
            "max_completion_tokens" => self.max_tokens = value.as_u64(),
            "parallel_tool_calls" => self.parallel = value.as_bool() != Some(false),
            "user" => drop(self.body.insert("metadata".to_owned(), json!({"user_id": value}))),
            // OpenAI's metadata are for its own dashboard.
            "metadata" if value.get("user_id").is_some() => drop(self.body.insert(name.to_owned(), value.clone())),
            "metadata" => {}
            "service_tier" if matches!(value.as_str(), Some("auto" | "standard_only")) => drop(self.body.insert(name.to_owned(), value.clone())),
            "service_tier" => {}
            "reasoning_effort" => self.effort(value)?,
            _ if OWN.contains(&name) => self.own(name, value),
            _ if IDLE.contains(&name) || is_default(name, value) => {}
            _ => {
                let say = format!("Anthropic's models take no “{name}”. Leave it out, or choose another provider's model.");
                return Err(faults::cannot("params", say));
            }
        }
        Ok(())
    }

    /// What stands there already, an effort, stays unless it is set anew.
    fn own(&mut self, name: &str, value: &Value) {
        match (self.body.get_mut(name).and_then(Value::as_object_mut), value) {
            (Some(before), Value::Object(more)) => before.extend(more.clone()),
            _ => drop(self.body.insert(name.to_owned(), value.clone())),
        }
    }

    fn effort(&mut self, value: &Value) -> Result<(), Fault> {
        match value.as_str() {
            Some("none") => drop(self.body.insert("thinking".to_owned(), json!({"type": "disabled"}))),
            Some("minimal") => self.own("output_config", &json!({"effort": "low"})),
            Some(effort @ ("low" | "medium" | "high" | "xhigh" | "max")) => self.own("output_config", &json!({"effort": effort})),
            _ => return Err(faults::cannot("params.reasoning_effort", "The effort is none, low, medium, high, xhigh or max.")),
        }
        Ok(())
    }
}

/// Set, but to what happens anyhow.
fn is_default(name: &str, value: &Value) -> bool {
    match name {
        "n" => value.as_u64() == Some(1),
        "logprobs" => value.as_bool() == Some(false),
        "presence_penalty" | "frequency_penalty" => value.as_f64() == Some(0.0),
        "modalities" => *value == json!(["text"]),
        _ => false,
    }
}
