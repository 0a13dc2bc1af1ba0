//! Parameters: those that Gemini has under another name, those of its own, and those that it lacks.

use atelier_domain::fault::Fault;
use serde_json::{Map, Value, json};

use crate::gateway::{chat::Chat, faults};

/// What the parameters come to.
#[derive(Default)]
pub(super) struct Others {
    pub body: Map<String, Value>,
    /// `generationConfig`.
    pub config: Map<String, Value>,
}

/// Gemini's own, passed on as they are.
const OWN: [&str; 2] = ["safetySettings", "cachedContent"];
const OWN_CONFIG: [&str; 5] = ["thinkingConfig", "mediaResolution", "responseModalities", "speechConfig", "topK"];

/// Without effect on what the model answers.
const IDLE: [&str; 9] =
    ["stream", "stream_options", "store", "user", "metadata", "service_tier", "prompt_cache_key", "prompt_cache_retention", "safety_identifier"];

pub(super) fn write(chat: &Chat) -> Result<Others, Fault> {
    let params = &chat.params;
    if params.seed.is_some_and(|seed| i32::try_from(seed).is_err()) {
        return Err(faults::cannot("params.seed", "Gemini's models take a seed up to 2,147,483,647."));
    }
    let mut others = Others::default();
    for (name, value) in chat.others() {
        others.add(name, value, &chat.model)?;
    }
    let mut set = |name: &str, value: Option<Value>| others.config.extend(value.map(|value| (name.to_owned(), value)));
    set("temperature", params.temperature.map(Value::from));
    set("topP", params.top_p.map(Value::from));
    set("maxOutputTokens", params.max_tokens.map(Value::from));
    set("stopSequences", params.stop.clone().filter(|stop| !stop.is_empty()).map(Value::from));
    set("seed", params.seed.map(Value::from));
    Ok(others)
}

impl Others {
    fn add(&mut self, name: &str, value: &Value, model: &str) -> Result<(), Fault> {
        let mut config = |name: &str| drop(self.config.insert(name.to_owned(), value.clone()));
        match name {
            "max_completion_tokens" => config("maxOutputTokens"),
            "top_k" => config("topK"),
            "presence_penalty" => config("presencePenalty"),
            "frequency_penalty" => config("frequencyPenalty"),
            "reasoning_effort" => drop(self.config.insert("thinkingConfig".to_owned(), effort(value, model)?)),
            _ if OWN_CONFIG.contains(&name) => config(name),
            _ if OWN.contains(&name) => drop(self.body.insert(name.to_owned(), value.clone())),
            _ if IDLE.contains(&name) || is_default(name, value) => {}
            _ => {
                let say = format!("Gemini's models take no “{name}”. Leave it out, or choose another provider's model.");
                return Err(faults::cannot("params", say));
            }
        }
        Ok(())
    }
}

/// As Google's own OpenAI door does it: 2.5 takes a budget of tokens, what follows a level.
fn effort(value: &Value, model: &str) -> Result<Value, Fault> {
    let budgets = [("none", 0), ("minimal", 1_024), ("low", 1_024), ("medium", 8_192), ("high", 24_576)];
    let wrong = || faults::cannot("params.reasoning_effort", "The effort is none, minimal, low, medium or high.");
    let (word, budget) = budgets.into_iter().find(|(word, _)| value.as_str() == Some(word)).ok_or_else(wrong)?;
    let by_budget = model.contains("gemini-2");
    match (by_budget, word) {
        (true, _) => Ok(json!({"thinkingBudget": budget})),
        (false, "none") => Err(faults::cannot("params.reasoning_effort", "This model of Gemini cannot but think: the least is minimal.")),
        (false, word) => Ok(json!({"thinkingLevel": word})),
    }
}

/// Set, but to what happens anyhow.
fn is_default(name: &str, value: &Value) -> bool {
    match name {
        "n" => value.as_u64() == Some(1),
        "logprobs" => value.as_bool() == Some(false),
        // Gemini makes several calls at once as it likes.
        "parallel_tool_calls" => value.as_bool() == Some(true),
        "modalities" => *value == json!(["text"]),
        _ => false,
    }
}
