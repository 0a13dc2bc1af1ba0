//! Each protocol against recorded shapes, split anywhere and mutated.

mod anthropic;
mod fuzz;
mod gemini;
mod openai;
mod split;

use atelier_domain::prompt::Params;
use atelier_upstream::fixtures;
use serde_json::{Map, Value, json};

use super::*;
use crate::gateway::chat::{Answer, Finish, Part, Role, Turn};

fn adapters() -> [(&'static str, Box<dyn Adapter>); 3] {
    [("openai", Box::new(OpenAi::default())), ("anthropic", Box::new(Anthropic)), ("gemini", Box::new(Gemini))]
}

/// The deltas of a stream that comes in these pieces, and the code of what goes wrong.
fn streamed<'a>(adapter: &dyn Adapter, pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Delta>, Option<String>) {
    let (mut decoder, mut deltas) = (adapter.decoder(), Vec::new());
    for piece in pieces {
        if let Err(failure) = decoder.feed(piece, &mut deltas) {
            return (deltas, Some(failure.fault.code.into_owned()));
        }
    }
    let ended = decoder.end(&mut deltas);
    (deltas, ended.err().map(|failure| failure.fault.code.into_owned()))
}

/// A recorded stream, folded.
fn fixture(provider: &str, name: &str) -> Answer {
    let adapter = adapters().into_iter().find(|(known, _)| *known == provider).unwrap().1;
    if name.ends_with(".json") {
        return adapter.answer(fixtures::text(provider, name).unwrap().as_bytes()).unwrap().into_iter().collect();
    }
    let (deltas, wrong) = streamed(&*adapter, [fixtures::text(provider, name).unwrap().as_bytes()]);
    assert_eq!(wrong, None, "{provider} {name}");
    deltas.into_iter().collect()
}

fn chat(model: &str) -> Chat {
    let messages = vec![Turn::new(Role::System, "Be brief."), Turn::new(Role::User, "Hello")];
    Chat { model: model.to_owned(), messages, ..Chat::default() }
}

/// One of everything: tools and their answers, an image, limits.
fn everything(model: &str) -> Chat {
    let call = json!({"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": "{\"city\": \"Paris\"}"}});
    let image = Part::Image { url: "data:image/png;base64,iVBORw0KGgo=".to_owned(), detail: Some("low".to_owned()) };
    let mut chat = chat(model);
    chat.messages = vec![
        Turn::new(Role::System, "Be brief."),
        Turn { parts: vec![Part::Text("What is it like there?".to_owned()), image], ..Turn::new(Role::User, "") },
        Turn { tool_calls: vec![call.clone()], ..Turn::new(Role::Assistant, "") },
        Turn { tool_call_id: Some("call_1".to_owned()), ..Turn::new(Role::Tool, "21 degrees") },
        Turn::new(Role::User, "And now?"),
    ];
    let parameters = json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": false});
    chat.tools = vec![
        json!({"type": "function", "function": {"name": "get_weather", "description": "Looks it up.", "parameters": parameters, "strict": true}}),
        json!({"name": "now"}),
    ];
    chat.tool_choice = Some(json!({"type": "function", "function": {"name": "get_weather"}}));
    let schema = json!({"type": "object", "properties": {"warm": {"type": "boolean"}}, "required": ["warm"], "additionalProperties": false});
    chat.response_format = Some(json!({"type": "json_schema", "json_schema": {"name": "warmth", "schema": schema, "strict": true}}));
    let stop = Some(vec!["END".to_owned()]);
    chat.params = Params { temperature: Some(0.5), top_p: Some(0.9), max_tokens: Some(100), stop, seed: None, more: Map::new() };
    chat
}

fn body(adapter: &dyn Adapter, chat: &Chat, stream: bool) -> Value {
    serde_json::from_slice(&adapter.chat(chat, stream).unwrap().body).unwrap()
}

fn calls(answer: &Answer) -> Vec<(&str, &str, &str)> {
    answer.tool_calls.values().map(|call| (call.id.as_str(), call.name.as_str(), call.arguments.as_str())).collect()
}

#[test]
fn recorded_answers_read_the_same_streamed_and_whole() {
    for (provider, name, _) in fixtures::ALL {
        let Some(stem) = name.strip_suffix(".sse") else { continue };
        let (stream, whole) = (fixture(provider, name), fixture(provider, &format!("{stem}.json")));
        let spaceless = |answer: &Answer| calls(answer).iter().map(|(id, name, text)| format!("{id} {name} {}", text.replace(' ', ""))).collect::<Vec<_>>();
        assert_eq!(spaceless(&stream), spaceless(&whole), "{provider} {name}");
        let rest = |answer: Answer| (answer.model, answer.text, answer.reasoning, answer.refusal, answer.finish, answer.usage);
        assert_eq!(rest(stream), rest(whole), "{provider} {name}");
    }
}

#[test]
fn refusals_and_filters_are_told_from_answers() {
    let cases = [
        ("openai", "refusal.sse", Finish::Refusal, "provider_refused"),
        ("openai", "filter.sse", Finish::ContentFilter, "provider_filtered"),
        ("anthropic", "refusal.sse", Finish::Refusal, "provider_refused"),
        ("gemini", "refusal.sse", Finish::ContentFilter, "provider_filtered"),
        ("gemini", "filter.sse", Finish::ContentFilter, "provider_filtered"),
        ("gemini", "filter-prompt.sse", Finish::ContentFilter, "provider_filtered"),
    ];
    for (provider, name, finish, code) in cases {
        let answer = fixture(provider, name);
        assert_eq!((answer.finish.clone(), answer.check().unwrap_err().code.as_ref()), (Some(finish), code), "{provider} {name}");
    }
    let fault = fixture("openai", "refusal.sse").check().unwrap_err();
    assert_eq!(
        fault.message,
        "The model refused to answer. Change what the messages ask for, or choose another model. It says: “I'm sorry, I can't help with that.”"
    );
}

#[test]
fn a_half_answer_is_cut_wherever_it_breaks_off() {
    for (provider, adapter) in adapters() {
        let stream = fixtures::text(provider, "tool.sse").unwrap().as_bytes();
        for end in (0..stream.len() * 2 / 3).step_by(7) {
            assert_eq!(streamed(&*adapter, [&stream[..end]]).1.as_deref(), Some("provider_cut"), "{provider} {end}");
        }
    }
}

#[test]
fn a_key_shows_in_no_debug_text_and_must_fit_a_header() {
    let secret = Secret::new("sk-test-very-secret");
    for (_, adapter) in adapters() {
        let headers = adapter.auth(&secret).unwrap();
        assert!(!format!("{headers:?} {secret:?}").contains("very"), "{headers:?}");
        assert_eq!(adapter.auth(&Secret::new("two\nlines")).unwrap_err().code, "provider_key");
    }
    let azure = OpenAi::at("studio.openai.azure.com").auth(&secret).unwrap();
    assert!(azure.contains_key("api-key") && !azure.contains_key("authorization"));
}

#[test]
fn every_recorded_error_has_its_code_and_says_what_to_do() {
    let cases = [
        ("key.error", 401, "provider_key"),
        ("model.error", 404, "provider_model"),
        ("limited.error", 429, "provider_limited"),
        ("quota.error", 429, "provider_quota"),
        ("context.error", 400, "provider_too_long"),
        ("failed.error", 500, "provider_failed"),
        ("overloaded.error", 529, "provider_overloaded"),
        ("filter-prompt.error", 400, "provider_filtered"),
    ];
    for (provider, adapter) in adapters() {
        for (name, status, code) in cases {
            let Some(text) = fixtures::text(provider, name) else { continue };
            let failure = adapter.fault(status, &HeaderMap::new(), text.as_bytes());
            assert_eq!(failure.fault.code, code, "{provider} {name}");
            assert_eq!(failure.status, Some(status));
            assert!(failure.fault.message.contains(" It says: “"), "{}", failure.fault.message);
        }
        for (status, code) in [(401, "provider_key"), (404, "provider_address"), (429, "provider_limited"), (502, "provider_failed"), (418, "provider_invalid")]
        {
            assert_eq!(adapter.fault(status, &HeaderMap::new(), b"<html>").fault.code, code, "{provider} {status}");
        }
    }
    let wait = Gemini.fault(429, &HeaderMap::new(), fixtures::text("gemini", "limited.error").unwrap().as_bytes());
    assert_eq!(wait.retry_after, Some(7));
    assert!(wait.fault.message.starts_with("The provider takes no more requests just now. Try again in 7 seconds."));
}
