//! What clients say and hear, in both protocols.

mod anthropic;
mod errors;
mod filter;
mod fuzz;
mod openai;
mod openapi;
mod streams;
mod vectors;

use serde_json::json;

use super::*;
use crate::gateway::{
    adapter::{Adapter, Anthropic, Gemini, OpenAi},
    chat::{Finish, Part, Role},
};

const BOTH: [Dialect; 2] = [Dialect::OpenAi, Dialect::Anthropic];

fn adapter(dialect: Dialect) -> Box<dyn Adapter> {
    match dialect {
        Dialect::OpenAi => Box::new(OpenAi::default()),
        Dialect::Anthropic => Box::new(Anthropic),
    }
}

fn read(dialect: Dialect, body: &Value) -> Inbound {
    dialect.read(body.to_string()).unwrap()
}

/// The fields that a fault names.
fn wrong(dialect: Dialect, body: &Value) -> String {
    let fault = dialect.read(body.to_string()).and_then(|inbound| inbound.chat().cloned()).unwrap_err();
    assert_eq!(fault.kind, Kind::Invalid);
    fault.fields.iter().map(|error| error.field.as_str()).collect::<Vec<_>>().join(" ")
}

fn forward(dialect: Dialect, body: &Value, lead: &Lead, stream: bool) -> Value {
    serde_json::from_slice(&read(dialect, body).forward("m", lead, stream).unwrap()).unwrap()
}

/// What a provider of another protocol is sent.
fn translated(dialect: Dialect, body: &Value, adapter: &dyn Adapter) -> Value {
    let chat = read(dialect, body).translate("m", &Lead::default()).unwrap();
    serde_json::from_slice(&adapter.chat(&chat, false).unwrap().body).unwrap()
}

fn head() -> Head {
    Head { id: "id-1".to_owned(), model: "openai/m".to_owned(), created: 1_700_000_000 }
}

fn lead() -> Lead {
    let params = json!({"temperature": 0.2, "max_tokens": 40, "reasoning_effort": "low"});
    Lead {
        turns: vec![Turn::new(Role::System, "Be kind."), Turn::new(Role::User, "Hi"), Turn::new(Role::Assistant, "Hello")],
        params: serde_json::from_value(params).unwrap(),
        tools: vec![json!({"type": "function", "function": {"name": "look_up"}})],
        response_format: Some(json!({"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}})),
    }
}

fn text(text: &str) -> Delta {
    Delta::Text(text.to_owned())
}

fn call(index: u32, id: Option<&str>, arguments: &str) -> Delta {
    Delta::ToolCall { index, id: id.map(str::to_owned), name: id.map(|_| "look_up".to_owned()), arguments: arguments.to_owned(), signature: None }
}

const USAGE: Usage = Usage { input: 100, cached: 60, cache_write: 10, image: 7, output: 30, reasoning: 12 };

/// One of every delta.
fn deltas() -> Vec<Delta> {
    vec![
        Delta::Model("m-2026".to_owned()),
        Delta::Reasoning("Let me ".to_owned()),
        Delta::Reasoning("think.".to_owned()),
        text("Good \"day\"\n"),
        text("é😀"),
        call(3, Some("call_a"), "{\"q\""),
        call(3, None, ": 1}"),
        call(7, Some("call_b"), ""),
        Delta::Usage(USAGE),
        Delta::Finish(Finish::ToolCalls),
    ]
}

fn encoded(dialect: Dialect, include_usage: bool, deltas: &[Delta]) -> String {
    let (mut encoder, mut out) = (dialect.encoder(head(), include_usage), Vec::new());
    encoder.start(&mut out);
    deltas.iter().for_each(|delta| encoder.push(delta, &mut out));
    encoder.finish(&USAGE, &mut out);
    String::from_utf8(out).unwrap()
}

/// The data of a stream's events.
fn events(stream: &str) -> Vec<Value> {
    let data = stream.lines().filter_map(|line| line.strip_prefix("data: ")).filter(|data| *data != "[DONE]");
    data.map(|data| serde_json::from_str(data).unwrap()).collect()
}

#[test]
fn a_lead_stands_before_the_call_and_the_call_wins() {
    let mut chat = read(
        Dialect::OpenAi,
        &json!({"model": "m", "messages": [{"role": "user", "content": "Go"}], "temperature": 1, "reasoning_effort": "high", "tools": [{"name": "mine"}]}),
    )
    .chat()
    .cloned()
    .unwrap();
    lead().apply(&mut chat);
    let said: Vec<_> = chat.messages.iter().map(|turn| turn.text().unwrap()).collect();
    assert_eq!(said, ["Be kind.", "Hi", "Hello", "Go"]);
    assert_eq!((chat.params.temperature, chat.params.max_tokens), (Some(1.0), Some(40)));
    assert_eq!(chat.others().collect::<Vec<_>>(), [("reasoning_effort", &json!("high"))]);
    assert_eq!((chat.tools, chat.response_format), (vec![json!({"name": "mine"})], lead().response_format));
}

#[test]
fn a_call_s_limit_goes_over_a_lead_s_under_either_name() {
    let mut lead = Lead::default();
    lead.params.more.insert("max_completion_tokens".to_owned(), 7.into());
    let body = json!({"model": "m", "messages": [{"role": "user", "content": "Go"}], "max_tokens": 5});
    let mut chat = read(Dialect::OpenAi, &body).chat().cloned().unwrap();
    lead.apply(&mut chat);
    assert_eq!((chat.params.max_tokens, chat.params.more.len()), (Some(5), 0));
    let sent = forward(Dialect::OpenAi, &body, &lead, false);
    assert_eq!((sent.get("max_tokens"), sent.get("max_completion_tokens")), (Some(&json!(5)), None));
}

#[test]
fn what_is_no_json_object_is_malformed() {
    for body in ["", "{", "[]", "1", "{\"model\": \"m\",}", "\u{feff}{}", "{\"a\": \"\u{0}\"}", &"[".repeat(10_000)] {
        for dialect in BOTH {
            assert_eq!(dialect.read(body.to_owned()).unwrap_err().code, "malformed", "{body:?}");
        }
    }
    assert_eq!(Dialect::OpenAi.read(b"{\"model\": \"\xff\"}".as_slice()).unwrap_err().code, "malformed");
    assert_eq!(embeddings::read("nonsense").unwrap_err().message, "The body is not valid JSON: look at line 1, column 2.");
}

#[test]
fn a_body_without_messages_is_an_answer_to_its_prompt_alone() {
    for dialect in BOTH {
        for body in [json!({"model": "prompt/a"}), json!({"model": "prompt/a", "messages": null}), json!({"model": "prompt/a", "messages": []})] {
            let inbound = read(dialect, &body);
            assert_eq!(inbound.forward("m", &Lead::default(), false).unwrap_err().fields[0].field, "messages");
            assert_eq!(inbound.translate("m", &Lead::default()).unwrap_err().fields[0].field, "messages");
            assert!(forward(dialect, &body, &lead(), false).pointer("/messages/1").is_some());
            assert_eq!(inbound.translate("m", &lead()).unwrap().messages.len(), 3);
        }
    }
}

#[test]
fn the_studio_s_extras_are_taken_out() {
    for dialect in BOTH {
        let inbound = read(dialect, &json!({"model": "m", "atelier": {"tags": ["a"]}, "messages": [{"role": "user", "content": "Go"}]}));
        assert_eq!(inbound.atelier, Some(json!({"tags": ["a"]})));
        assert!(!inbound.chat().unwrap().extra.contains_key("atelier"));
        assert!(!String::from_utf8(inbound.forward("m", &Lead::default(), true).unwrap().to_vec()).unwrap().contains("atelier"));
        assert_eq!(read(dialect, &json!({"model": "m", "atelier": null})).atelier, None);
    }
}

#[test]
fn what_nobody_has_to_know_is_copied_as_it_was_written() {
    let body = concat!(
        r#"{ "mod\u0065l":"x", "seed" : 123456789012345678901234567890, "messages": [ {"role":"user",  "content":"\u00e9"} ],"#,
        r#""top_p":1.00,"stream":true,"model":"y" }"#
    );
    let inbound = Dialect::OpenAi.read(body).unwrap();
    assert_eq!((inbound.model.as_str(), inbound.body().as_ref()), ("y", body.as_bytes()));
    let sent = inbound.forward("m", &Lead::default(), false).unwrap();
    let expected = r#"{"model":"m","seed":123456789012345678901234567890,"messages":[ {"role":"user",  "content":"\u00e9"} ],"top_p":1.00,"stream":false}"#;
    assert_eq!(sent, expected);
    let lead = Lead { turns: vec![Turn::new(Role::System, "A")], ..Lead::default() };
    let sent = inbound.forward("m", &lead, false).unwrap();
    assert_eq!(sent, expected.replace("[ {", r#"[{"role":"system","content":"A"},{"#).replace("} ]", "}]"));
}

#[test]
fn what_nests_too_deep_is_the_provider_s_to_refuse_or_malformed() {
    let deep = format!(r#"{{"model":"x","messages":[{}1{}]}}"#, "[".repeat(100_000), "]".repeat(100_000));
    for dialect in BOTH {
        let inbound = dialect.read(deep.clone()).unwrap();
        assert_eq!(inbound.chat().unwrap_err().code, "malformed");
        assert!(inbound.forward("m", &Lead::default(), false).is_ok());
    }
}
