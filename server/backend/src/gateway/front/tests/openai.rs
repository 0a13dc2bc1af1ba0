use super::*;

/// One of everything that the protocol has.
pub(super) fn everything() -> Value {
    json!({
        "model": "openai/gpt-4o-mini",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "developer", "content": [{"type": "text", "text": "Mind this."}]},
            {"role": "user", "name": "ada", "content": [
                {"type": "text", "text": "What is it like there?"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo=", "detail": "low"}},
                {"type": "image_url", "image_url": {"url": "https://x.example/y.png"}},
            ]},
            {"role": "assistant", "content": null, "refusal": null, "tool_calls": [
                {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": "{\"city\":\"Paris\"}"}},
            ]},
            {"role": "tool", "tool_call_id": "call_1", "content": "21 degrees"},
            {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]},
            {"role": "user", "content": "And now?"},
        ],
        "tools": [{"type": "function", "function": {"name": "get_weather", "description": "Looks.", "parameters": {"type": "object", "properties": {}}}}],
        "tool_choice": "required", "response_format": {"type": "text"},
        "temperature": 1, "top_p": 0.5, "max_completion_tokens": 100, "stop": "END", "seed": 7, "n": 1,
        "stream": true, "stream_options": {"include_usage": true, "include_obfuscation": false},
        "user": "u1", "reasoning_effort": "low", "logit_bias": {"1": 2},
    })
}

#[test]
fn everything_is_read_into_its_place() {
    let inbound = read(Dialect::OpenAi, &everything());
    assert_eq!((inbound.stream, inbound.include_usage, inbound.n, inbound.user.as_deref()), (true, true, 1, Some("u1")));
    let chat = inbound.chat().cloned().unwrap();
    let roles: Vec<_> = chat.messages.iter().map(|turn| turn.role.as_str()).collect();
    assert_eq!(roles, ["system", "developer", "user", "assistant", "tool", "assistant", "user"]);
    assert_eq!(chat.messages[2].parts[1], Part::Image { url: "data:image/png;base64,iVBORw0KGgo=".to_owned(), detail: Some("low".to_owned()) });
    assert_eq!((chat.messages[3].parts.len(), chat.messages[3].calls().unwrap()[0].id), (0, "call_1"));
    assert_eq!((chat.messages[5].text().as_deref(), chat.messages[2].name.as_deref()), (Some("No."), Some("ada")));
    assert_eq!((chat.params.max_tokens, chat.params.stop, chat.params.seed), (Some(100), Some(vec!["END".to_owned()]), Some(7)));
    assert_eq!(chat.extra.keys().collect::<Vec<_>>(), ["user", "reasoning_effort", "logit_bias"]);
}

#[test]
fn what_a_client_said_reaches_a_provider_of_its_protocol_unchanged() {
    let mut expected = everything();
    expected["model"] = "m".into();
    assert_eq!(forward(Dialect::OpenAi, &everything(), &Lead::default(), true).to_string(), expected.to_string());
    let whole = forward(Dialect::OpenAi, &everything(), &Lead::default(), false);
    assert_eq!((whole.get("stream"), whole.get("stream_options")), (Some(&json!(false)), None));
    let silent = json!({"model": "x", "messages": [{"role": "user", "content": "a"}], "stream": true});
    assert_eq!(forward(Dialect::OpenAi, &silent, &Lead::default(), true).get("stream_options"), Some(&json!({"include_usage": true})));
}

#[test]
fn a_neutral_chat_writes_again_what_was_read() {
    let body = everything();
    let written = translated(Dialect::OpenAi, &body, &OpenAi::default());
    for name in ["tools", "tool_choice", "top_p", "seed", "user", "reasoning_effort", "logit_bias"] {
        assert_eq!(written.get(name), body.get(name), "{name}");
    }
    for at in [0, 2, 4, 6] {
        assert_eq!(written.pointer(&format!("/messages/{at}")), body.pointer(&format!("/messages/{at}")), "{at}");
    }
}

#[test]
fn a_lead_goes_first_and_fills_only_what_the_client_left_open() {
    let body = json!({"model": "x", "messages": [{"role": "user", "content": "Go"}], "temperature": 1, "max_completion_tokens": 9, "tools": []});
    assert_eq!(
        forward(Dialect::OpenAi, &body, &lead(), false),
        json!({
            "model": "m", "temperature": 1, "max_completion_tokens": 9, "stream": false, "reasoning_effort": "low",
            "messages": [
                {"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"},
                {"role": "user", "content": "Go"},
            ],
            "tools": [{"type": "function", "function": {"name": "look_up"}}],
            "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}},
        })
    );
}

#[test]
fn translation_to_others_keeps_the_conversation() {
    let mut body = everything();
    body.as_object_mut().unwrap().retain(|name, _| !["logit_bias", "seed"].contains(&name.as_str()));
    let sent = translated(Dialect::OpenAi, &body, &Anthropic);
    assert_eq!(sent.pointer("/system/1/text"), Some(&json!("Mind this.")));
    assert_eq!(sent.pointer("/messages/1/content/0/input/city"), Some(&json!("Paris")));
    assert_eq!(sent.pointer("/messages/0/content/2/source/url"), Some(&json!("https://x.example/y.png")));
    assert_eq!((sent.pointer("/tool_choice/type"), sent.get("max_tokens")), (Some(&json!("any")), Some(&json!(100))));
    assert!(translated(Dialect::OpenAi, &body, &Gemini).pointer("/contents/1/parts/0/functionCall").is_some());
}

#[test]
fn several_answers_are_asked_of_the_same_protocol_alone() {
    let body = json!({"model": "x", "messages": [{"role": "user", "content": "Go"}], "n": 3});
    let inbound = read(Dialect::OpenAi, &body);
    assert_eq!(inbound.n, 3);
    assert_eq!(forward(Dialect::OpenAi, &body, &Lead::default(), false).get("n"), Some(&json!(3)));
    let fault = inbound.translate("m", &Lead::default()).unwrap_err();
    assert_eq!((fault.fields[0].field.as_str(), Dialect::OpenAi.error(&fault, "r").0), ("n", 400));
}

#[test]
fn old_functions_pass_to_who_knows_them_and_are_refused_elsewhere() {
    let body = json!({
        "model": "x", "functions": [{"name": "f"}], "function_call": "auto",
        "messages": [{"role": "assistant", "content": null, "function_call": {"name": "f", "arguments": "{}"}},
            {"role": "function", "name": "f", "content": "1"}],
    });
    assert_eq!(forward(Dialect::OpenAi, &body, &Lead::default(), false).get("functions"), Some(&json!([{"name": "f"}])));
    let chat = read(Dialect::OpenAi, &body).translate("m", &Lead::default()).unwrap();
    assert_eq!(chat.messages[0].calls().unwrap()[0].name, "f");
    assert_eq!(Anthropic.chat(&chat, false).unwrap_err().code, "provider_cannot");
}

#[test]
fn a_field_of_another_shape_is_named() {
    let with = |name: &str, value: Value| {
        let mut body = json!({"model": "x", "messages": []});
        body[name] = value;
        wrong(Dialect::OpenAi, &body)
    };
    let message = |message: Value| with("messages", json!([{"role": "user", "content": "a"}, message]));
    let cases = [
        (wrong(Dialect::OpenAi, &json!({})), "model"),
        (with("model", json!("")), "model"),
        (with("model", json!(4)), "model"),
        (with("messages", json!("hello")), "messages"),
        (message(json!("hello")), "messages[1]"),
        (message(json!({"content": "a"})), "messages[1].role"),
        (message(json!({"role": "nobody"})), "messages[1].role"),
        (message(json!({"role": "user", "content": 4})), "messages[1].content"),
        (message(json!({"role": "user", "content": ["a"]})), "messages[1].content[0]"),
        (message(json!({"role": "user", "content": [{"text": "a"}]})), "messages[1].content[0].type"),
        (message(json!({"role": "user", "content": [{"type": "text"}]})), "messages[1].content[0].text"),
        (message(json!({"role": "user", "content": [{"type": "image_url", "image_url": {}}]})), "messages[1].content[0].image_url.url"),
        (message(json!({"role": "assistant", "tool_calls": [1]})), "messages[1].tool_calls[0]"),
        (with("temperature", json!("hot")), "temperature"),
        (with("max_tokens", json!(-1)), "max_tokens"),
        (with("max_completion_tokens", json!(1.5)), "max_completion_tokens"),
        (with("stop", json!([1])), "stop"),
        (with("stream", json!("yes")), "stream"),
        (with("stream_options", json!({"include_usage": 1})), "stream_options.include_usage"),
        (with("n", json!(0)), "n"),
        (with("tools", json!({})), "tools"),
        (with("user", json!(7)), "user"),
    ];
    for (found, expected) in cases {
        assert_eq!(found, expected);
    }
}

#[test]
fn null_is_as_good_as_absent_and_seeds_below_zero_pass() {
    let names =
        ["temperature", "top_p", "max_tokens", "max_completion_tokens", "stop", "seed", "n", "stream", "stream_options", "tools", "tool_choice", "user"];
    let mut body = json!({"model": "x", "messages": [{"role": "user", "content": "a", "name": null, "tool_calls": null}]});
    names.iter().for_each(|name| body[*name] = Value::Null);
    let inbound = read(Dialect::OpenAi, &body);
    assert_eq!((inbound.stream, inbound.n, inbound.chat().unwrap().params.clone()), (false, 1, Params::default()));
    let chat = read(Dialect::OpenAi, &json!({"model": "x", "seed": -3})).chat().cloned().unwrap();
    assert_eq!((chat.params.seed, chat.extra.get("seed")), (None, Some(&json!(-3))));
}

#[test]
fn a_whole_answer_is_written_as_openai_has_it() {
    let answer: Answer = deltas().into_iter().collect();
    let whole: Value = serde_json::from_slice(&Dialect::OpenAi.whole(&head(), &answer, &USAGE)).unwrap();
    let call = |id: &str, arguments: &str| json!({"id": id, "type": "function", "function": {"name": "look_up", "arguments": arguments}});
    let message = json!({
        "role": "assistant", "content": "Good \"day\"\né😀", "refusal": null, "reasoning_content": "Let me think.",
        "tool_calls": [call("call_a", "{\"q\": 1}"), call("call_b", "")],
    });
    let usage = json!({
        "prompt_tokens": 100, "completion_tokens": 30, "total_tokens": 130,
        "prompt_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 10, "image_tokens": 7}, "completion_tokens_details": {"reasoning_tokens": 12},
    });
    let choice = json!({"index": 0, "message": message, "logprobs": null, "finish_reason": "tool_calls"});
    assert_eq!(whole, json!({"id": "id-1", "object": "chat.completion", "created": 1_700_000_000, "model": "openai/m", "choices": [choice], "usage": usage}));
}

#[test]
fn every_end_has_one_of_openai_s_words() {
    let cases = [
        (vec![Delta::Finish(Finish::Stop)], "stop"),
        (vec![Delta::Finish(Finish::Length)], "length"),
        (vec![Delta::Finish(Finish::ContentFilter)], "content_filter"),
        (vec![Delta::Refusal("No.".to_owned()), Delta::Finish(Finish::Refusal)], "stop"),
        (vec![Delta::Finish(Finish::Refusal)], "content_filter"),
        (vec![Delta::Finish(Finish::Other("pause_turn".to_owned()))], "stop"),
        (vec![call(0, Some("a"), "{}")], "tool_calls"),
        (vec![], "stop"),
    ];
    for (deltas, word) in cases {
        let events = events(&encoded(Dialect::OpenAi, false, &deltas));
        assert_eq!(events.last().unwrap().pointer("/choices/0/finish_reason"), Some(&json!(word)));
        let whole: Value = serde_json::from_slice(&Dialect::OpenAi.whole(&head(), &deltas.into_iter().collect(), &USAGE)).unwrap();
        assert_eq!(whole.pointer("/choices/0/finish_reason"), Some(&json!(word)));
    }
}
