//! What is encoded here, the adapters of the same protocols read back.

use atelier_upstream::fixtures;
use proptest::prelude::*;

use super::*;

fn decoded(dialect: Dialect, stream: &[u8]) -> Answer {
    let (mut decoder, mut deltas) = (adapter(dialect).decoder(), Vec::new());
    decoder.feed(stream, &mut deltas).unwrap();
    decoder.end(&mut deltas).unwrap();
    deltas.into_iter().collect()
}

/// What both protocols can tell: texts, calls by their place, the end, the usage.
fn shared(answer: Answer, usage: &Usage) -> impl PartialEq + std::fmt::Debug + use<> {
    let calls: Vec<_> = answer.tool_calls.into_values().collect();
    (answer.text, answer.reasoning, calls, answer.finish, answer.usage.unwrap_or(*usage))
}

#[test]
fn a_stream_of_openai_goes_from_a_role_to_done() {
    let stream = encoded(Dialect::OpenAi, true, &deltas());
    assert!(stream.ends_with("data: [DONE]\n\n") && !stream.contains("event:"), "{stream}");
    let events = events(&stream);
    let said: Vec<_> = events.iter().filter_map(|event| event.pointer("/choices/0/delta")).cloned().collect();
    let function = |name: Option<&str>, arguments: &str| match name {
        Some(name) => json!({"name": name, "arguments": arguments}),
        None => json!({"arguments": arguments}),
    };
    let begun = |index: u32, id: &str, arguments: &str| {
        let function = function(Some("look_up"), arguments);
        json!({"tool_calls": [{"index": index, "id": id, "type": "function", "function": function}]})
    };
    let expected = [
        json!({"role": "assistant", "content": ""}),
        json!({"reasoning_content": "Let me "}),
        json!({"reasoning_content": "think."}),
        json!({"content": "Good \"day\"\n"}),
        json!({"content": "é😀"}),
        begun(0, "call_a", "{\"q\""),
        json!({"tool_calls": [{"index": 0, "function": function(None, ": 1}")}]}),
        begun(1, "call_b", ""),
        json!({}),
    ];
    assert_eq!(said, expected);
    let last = events.last().unwrap();
    assert_eq!((last.get("choices"), last.pointer("/usage/prompt_tokens")), (Some(&json!([])), Some(&json!(100))));
    assert_eq!(events[0].get("usage"), Some(&Value::Null));
    let silent = encoded(Dialect::OpenAi, false, &deltas());
    assert!(!silent.contains("usage") && silent.ends_with("data: [DONE]\n\n"));
}

#[test]
fn logprobs_and_refusals_come_in_chunks_of_their_own() {
    let token = json!({"token": "a", "logprob": -0.5, "bytes": [97], "top_logprobs": []});
    let deltas = [text("a"), Delta::Logprobs(json!({"content": [token]})), Delta::Refusal("No.".to_owned())];
    let events = events(&encoded(Dialect::OpenAi, false, &deltas));
    assert_eq!(events[2].pointer("/choices/0/logprobs"), Some(&json!({"content": [token], "refusal": null})));
    assert_eq!(events[3].pointer("/choices/0/delta"), Some(&json!({"refusal": "No."})));
}

#[test]
fn a_stream_of_anthropic_opens_and_closes_each_block() {
    let stream = encoded(Dialect::Anthropic, false, &deltas());
    let names: Vec<_> = stream.lines().filter_map(|line| line.strip_prefix("event: ")).collect();
    let (start, delta, stop) = ("content_block_start", "content_block_delta", "content_block_stop");
    let blocks = [start, delta, delta, stop, start, delta, delta, stop, start, delta, delta, stop, start, stop];
    assert_eq!(names, [&["message_start"], &blocks[..], &["message_delta", "message_stop"]].concat());
    let events = events(&stream);
    assert!(names.iter().zip(&events).all(|(name, event)| event["type"] == **name));
    let indices: Vec<_> = events.iter().filter_map(|event| event.get("index").and_then(Value::as_u64)).collect();
    assert_eq!(indices, [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3]);
    assert_eq!(events[9].get("content_block"), Some(&json!({"type": "tool_use", "id": "call_a", "name": "look_up", "input": {}})));
    assert_eq!(events[10].get("delta"), Some(&json!({"type": "input_json_delta", "partial_json": "{\"q\""})));
    assert_eq!(events[15].pointer("/usage/input_tokens"), Some(&json!(30)));
}

#[test]
fn a_failed_stream_ends_in_an_error_and_nothing_else() {
    let fault = Fault::upstream("provider_overloaded", "The provider is overloaded. Try again in a moment.");
    for (dialect, begins) in [(Dialect::OpenAi, "data: {\"error\":"), (Dialect::Anthropic, "event: error\ndata: {\"type\":\"error\",")] {
        let mut out = Vec::new();
        dialect.encoder(head(), true).fail(&fault, "req-1", &mut out);
        assert!(String::from_utf8(out.clone()).unwrap().starts_with(begins));
        let failure = adapter(dialect).decoder().feed(&out, &mut Vec::new()).unwrap_err();
        assert!(failure.fault.message.contains("Try again"), "{}", failure.fault.message);
    }
}

#[test]
fn what_providers_answered_comes_through_both_protocols() {
    for (provider, name, _) in fixtures::ALL.iter().filter(|(_, name, _)| name.ends_with(".sse") && !name.starts_with("filter")) {
        let adapter: Box<dyn Adapter> = match *provider {
            "openai" => Box::new(OpenAi::default()),
            "anthropic" => Box::new(Anthropic),
            _ => Box::new(Gemini),
        };
        let (mut decoder, mut deltas) = (adapter.decoder(), Vec::new());
        decoder.feed(fixtures::text(provider, name).unwrap().as_bytes(), &mut deltas).unwrap();
        decoder.end(&mut deltas).unwrap();
        let answer: Answer = deltas.iter().cloned().collect();
        let usage = answer.usage.unwrap();
        for dialect in BOTH {
            let (mut encoder, mut out) = (dialect.encoder(head(), true), Vec::new());
            encoder.start(&mut out);
            deltas.iter().for_each(|delta| encoder.push(delta, &mut out));
            encoder.finish(&usage, &mut out);
            let streamed = decoded(dialect, &out);
            let whole: Answer = self::adapter(dialect).answer(&dialect.whole(&head(), &answer, &usage)).unwrap().into_iter().collect();
            for found in [&streamed, &whole] {
                assert_eq!(found.usage.unwrap(), usage, "{provider} {name} {dialect:?}");
                let calls = |answer: &Answer| {
                    answer.tool_calls.values().map(|call| (call.name.clone(), serde_json::from_str::<Value>(&call.arguments).ok())).collect::<Vec<_>>()
                };
                assert_eq!((&found.reasoning, calls(found)), (&answer.reasoning, calls(&answer)), "{provider} {name} {dialect:?}");
                let said = |answer: &Answer| format!("{}{}", answer.text, answer.refusal);
                assert_eq!(said(found), said(&answer), "{provider} {name} {dialect:?}");
            }
        }
    }
}

fn any_delta() -> impl Strategy<Value = Delta> {
    prop_oneof![
        "[a-zé\"\\\\\n😀]{1,6}".prop_map(Delta::Text),
        "[a-z]{1,6}".prop_map(Delta::Reasoning),
        (0..3_u32, "[a-z\"{}]{1,4}").prop_map(|(index, arguments)| call(index, Some(&format!("call_{index}")), &arguments)),
    ]
}

proptest! {
    #[test]
    fn any_answer_survives_its_own_protocol(deltas in proptest::collection::vec(any_delta(), 0..20)) {
        let mut answer: Answer = deltas.iter().cloned().collect();
        answer.finish = Some(if answer.tool_calls.is_empty() { Finish::Stop } else { Finish::ToolCalls });
        // Clients see calls in the order in which they began.
        let mut order: Vec<u32> = Vec::new();
        for delta in &deltas {
            if let Delta::ToolCall { index, .. } = delta && !order.contains(index) {
                order.push(*index);
            }
        }
        answer.tool_calls = (0..).zip(order).map(|(at, index)| (at, answer.tool_calls[&index].clone())).collect();
        for dialect in BOTH {
            let back = decoded(dialect, encoded(dialect, true, &deltas).as_bytes());
            // Anthropic's protocol does not tell pictures apart.
            let usage = if dialect == Dialect::Anthropic { Usage { image: 0, ..USAGE } } else { USAGE };
            prop_assert_eq!(format!("{:?}", shared(back, &usage)), format!("{:?}", shared(answer.clone(), &usage)), "{:?}", dialect);
        }
    }
}
