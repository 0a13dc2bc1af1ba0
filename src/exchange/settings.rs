//! A model and how it is asked, from an object as OpenAI's interface and its many relatives have it.

use serde_json::{Map, Value, json};

use super::{
    model,
    notes::{Notes, listed, shown},
};
use crate::prompt::Draft;

const TOOLS_MAX: usize = 128;
const STOPS_MAX: usize = 4;

/// What becomes of settings that have no field of their own.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    /// They are further parameters of the prompt.
    Keep,
    /// They are named in a note: they are about a connection more than about the prompt.
    Note,
}

/// Puts the settings into the draft, over what it has. Nothing secret is taken.
pub(super) fn take(settings: &Map<String, Value>, rest: Rest, draft: &mut Draft, notes: &mut Notes) {
    let (mut secrets, mut left) = (Vec::new(), Vec::new());
    for (key, value) in settings.iter().filter(|(_, value)| !value.is_null()) {
        if is_secret(key, value) {
            secrets.push(key.as_str());
            continue;
        }
        if known(key, value, draft, notes) {
            continue;
        }
        match rest {
            // How an answer is sent is up to whoever asks.
            _ if matches!(key.as_str(), "stream" | "stream_options" | "streaming") => left.push(key.as_str()),
            Rest::Note => left.push(key.as_str()),
            Rest::Keep => drop(draft.params.more.insert(key.clone(), value.clone())),
        }
    }
    if !secrets.is_empty() {
        notes.say(format!("Keys and passwords are never carried over: {}.", listed(secrets)));
    }
    if !left.is_empty() {
        notes.say(format!("These settings are not carried over: {}.", listed(left)));
    }
}

/// Whether this setting has a field of its own. What does not fit there is noted.
fn known(key: &str, value: &Value, draft: &mut Draft, notes: &mut Notes) -> bool {
    let mut bad = |why: &str| notes.say(format!("The setting {} is left out: {why}", shown(&format!("{key}: {value}"))));
    match key {
        "model" | "model_name" | "modelName" => match value.as_str().map(model::name).filter(|name| fits_model(name)) {
            Some(name) => draft.model = Some(name),
            None => bad("no model is named like this."),
        },
        "temperature" => match value.as_f64().filter(|t| (0.0..=2.0).contains(t)) {
            Some(temperature) => draft.params.temperature = Some(temperature),
            None => bad("a temperature lies between 0 and 2."),
        },
        "top_p" | "topP" => match value.as_f64().filter(|p| *p > 0.0 && *p <= 1.0) {
            Some(top_p) => draft.params.top_p = Some(top_p),
            None => bad("top_p lies above 0 and at most at 1."),
        },
        "max_tokens" | "max_completion_tokens" | "max_output_tokens" | "maxTokens" => {
            match value.as_u64().and_then(|n| u32::try_from(n).ok()).filter(|n| (1..=1_000_000).contains(n)) {
                Some(tokens) => draft.params.max_tokens = Some(tokens),
                None => bad("the longest answer has between 1 and 1,000,000 tokens."),
            }
        }
        "seed" => match value.as_u64() {
            Some(seed) => draft.params.seed = Some(seed),
            None => bad("a seed is a whole number from 0."),
        },
        "stop" | "stop_sequences" => stops(value, draft, notes),
        "tools" | "functions" => tools(value, draft, notes),
        "response_format" if value.get("type").is_some_and(Value::is_string) => draft.response_format = Some(value.clone()),
        "response_format" => bad("a response format is an object with a “type”."),
        _ => return false,
    }
    true
}

fn fits_model(name: &str) -> bool {
    !name.is_empty() && name.len() <= 200 && !name.contains(|c: char| c.is_control() || c.is_whitespace())
}

fn stops(value: &Value, draft: &mut Draft, notes: &mut Notes) {
    let all: Vec<&Value> = match value {
        Value::Array(all) => all.iter().collect(),
        one => vec![one],
    };
    let good = all.iter().filter_map(|stop| stop.as_str()).filter(|stop| !stop.is_empty() && stop.len() <= 1_000);
    let stops: Vec<String> = good.take(STOPS_MAX).map(str::to_owned).collect();
    if stops.len() < all.len() {
        notes.say(format!("Of its {} stop texts {} are kept: at most {STOPS_MAX}, none of them empty.", all.len(), stops.len()));
    }
    if !stops.is_empty() {
        draft.params.stop = Some(stops);
    }
}

fn tools(value: &Value, draft: &mut Draft, notes: &mut Notes) {
    let Some(all) = value.as_array() else {
        notes.say("Its tools are no list and are left out.");
        return;
    };
    draft.tools = all.iter().filter_map(tool).take(TOOLS_MAX).collect();
    if draft.tools.len() < all.len() {
        let odd: Vec<&str> = all.iter().filter(|one| tool(one).is_none()).filter_map(|one| one.get("type").and_then(Value::as_str)).collect();
        let which = if odd.is_empty() { String::new() } else { format!(" ({})", listed(odd)) };
        notes.say(format!("Of its {} tools {} are carried over: at most {TOOLS_MAX}, and only functions with a name{which}.", all.len(), draft.tools.len()));
    }
}

/// A tool as chat completions have it; a bare function is wrapped, Anthropic's `input_schema` too.
fn tool(value: &Value) -> Option<Value> {
    let named = |function: &Value| function.get("name").and_then(Value::as_str).is_some_and(|name| !name.is_empty());
    if value.get("function").is_some_and(named) {
        return Some(value.clone());
    }
    if !named(value) || value.get("type").and_then(Value::as_str).is_some_and(|kind| kind != "function" && kind != "custom") {
        return None;
    }
    let mut function = value.as_object()?.clone();
    function.shift_remove("type");
    if let Some(schema) = function.shift_remove("input_schema") {
        function.insert("parameters".to_owned(), schema);
    }
    Some(json!({"type": "function", "function": function}))
}

/// By its name, or by what LangChain puts in the place of secrets.
fn is_secret(key: &str, value: &Value) -> bool {
    let key: String = key.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    let tells = ["apikey", "secret", "password", "authorization", "accesstoken", "authtoken", "bearertoken", "accesskey", "credential", "headers"];
    tells.iter().any(|tell| key.contains(tell)) || value.get("type").and_then(Value::as_str) == Some("secret")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prompt::{Body, PromptType};

    fn taken(settings: Value, rest: Rest) -> (Draft, Vec<String>) {
        let (mut draft, mut notes) = (Draft::new(Body::Text("x".to_owned())), Notes::default());
        notes.about("p");
        take(settings.as_object().unwrap(), rest, &mut draft, &mut notes);
        draft.check(PromptType::Text).unwrap();
        (draft, notes.into_sentences())
    }

    #[test]
    fn settings_that_fit_are_taken_and_the_rest_is_kept() {
        let settings = json!({"model": "gpt-4o", "temperature": 0, "top_p": 1, "max_completion_tokens": 9, "stop": "END", "seed": 7, "top_k": 4,
            "logit_bias": null, "tools": [{"name": "find", "parameters": {"type": "object"}}], "response_format": {"type": "json_object"}});
        let (draft, notes) = taken(settings, Rest::Keep);
        let expected = json!({"text": "x", "variables": [], "model": "openai/gpt-4o",
            "params": {"temperature": 0.0, "top_p": 1.0, "max_tokens": 9, "stop": ["END"], "seed": 7, "top_k": 4},
            "tools": [{"type": "function", "function": {"name": "find", "parameters": {"type": "object"}}}],
            "response_format": {"type": "json_object"}, "note": ""});
        assert_eq!(serde_json::to_value(&draft).unwrap(), expected);
        assert_eq!(notes, Vec::<String>::new());
    }

    #[test]
    fn settings_that_do_not_fit_are_noted_and_the_draft_stays_valid() {
        for (settings, rest, note) in [
            (json!({"temperature": 3}), Rest::Keep, "“p”: The setting “temperature: 3” is left out: a temperature lies between 0 and 2."),
            (json!({"model": "a b"}), Rest::Keep, "“p”: The setting “model: \"a b\"” is left out: no model is named like this."),
            (json!({"max_tokens": -1}), Rest::Keep, "“p”: The setting “max_tokens: -1” is left out: the longest answer has between 1 and 1,000,000 tokens."),
            (json!({"seed": "x"}), Rest::Keep, "“p”: The setting “seed: \"x\"” is left out: a seed is a whole number from 0."),
            (json!({"stop": ["a", "b", "c", "d", "e"]}), Rest::Keep, "“p”: Of its 5 stop texts 4 are kept: at most 4, none of them empty."),
            (
                json!({"tools": [{"type": "web_search_preview"}]}),
                Rest::Keep,
                "“p”: Of its 1 tools 0 are carried over: at most 128, and only functions with a name (“web_search_preview”).",
            ),
            (
                json!({"response_format": "json"}),
                Rest::Keep,
                "“p”: The setting “response_format: \"json\"” is left out: a response format is an object with a “type”.",
            ),
            (json!({"stream": true}), Rest::Keep, "“p”: These settings are not carried over: “stream”."),
            (json!({"timeout": 3, "n": 1}), Rest::Note, "“p”: These settings are not carried over: “timeout” and “n”."),
        ] {
            assert_eq!(taken(settings, rest).1, [note]);
        }
    }

    #[test]
    fn nothing_secret_is_taken() {
        let secret = json!({"lc": 1, "type": "secret", "id": ["KEY"]});
        for settings in [json!({"openai_api_key": secret}), json!({"apiKey": "sk-1"}), json!({"x": secret}), json!({"default_headers": {"X": "y"}})] {
            let (draft, notes) = taken(settings, Rest::Keep);
            assert!(draft.params.more.is_empty());
            assert!(notes[0].contains("Keys and passwords are never carried over"), "{notes:?}");
        }
    }
}
