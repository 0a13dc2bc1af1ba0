use super::*;

/// One of everything that the protocol has and others have too.
pub(super) fn everything() -> Value {
    json!({
        "model": "anthropic/claude-sonnet-4-5", "max_tokens": 100,
        "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}],
        "messages": [
            {"role": "user", "content": [
                {"type": "text", "text": "What is it like there?"},
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}},
                {"type": "image", "source": {"type": "url", "url": "https://x.example/y.png"}},
            ]},
            {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"}, {"type": "redacted_thinking", "data": "eA=="},
                {"type": "text", "text": "I look."},
                {"type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": {"city": "Paris"}},
                {"type": "tool_use", "id": "toolu_2", "name": "get_weather", "input": {}},
            ]},
            {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "toolu_1", "content": "21 degrees"},
                {"type": "tool_result", "tool_use_id": "toolu_2", "is_error": true, "content": [
                    {"type": "text", "text": "See:"}, {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
                ]},
                {"type": "text", "text": "And now?", "cache_control": {"type": "ephemeral"}},
            ]},
        ],
        "tools": [{"name": "get_weather", "description": "Looks.", "input_schema": {"type": "object", "properties": {}}, "strict": true}],
        "tool_choice": {"type": "any", "disable_parallel_tool_use": true},
        "temperature": 0.5, "top_p": 0.9, "top_k": 5, "stop_sequences": ["END"], "stream": true, "metadata": {"user_id": "u1"},
        "thinking": {"type": "enabled", "budget_tokens": 2_000}, "output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}},
        "service_tier": "auto",
    })
}

#[test]
fn everything_is_read_into_its_place() {
    let inbound = read(Dialect::Anthropic, &everything());
    assert_eq!((inbound.stream, inbound.include_usage, inbound.n, inbound.user.as_deref()), (true, true, 1, Some("u1")));
    let chat = inbound.translate("m", &Lead::default()).unwrap();
    let roles: Vec<_> = chat.messages.iter().map(|turn| turn.role.as_str()).collect();
    assert_eq!(roles, ["system", "user", "assistant", "tool", "tool", "user"]);
    assert_eq!(chat.messages[1].parts[1], Part::Image { url: "data:image/png;base64,iVBORw0KGgo=".to_owned(), detail: None });
    assert_eq!((chat.messages[2].text().as_deref(), chat.messages[2].calls().unwrap()[0].id), (Some("I look."), "toolu_1"));
    assert_eq!((chat.messages[4].text().as_deref(), chat.messages[4].tool_call_id.as_deref()), (Some("See:"), Some("toolu_2")));
    assert_eq!(chat.messages[5].parts.len(), 2);
    assert_eq!(chat.tool_choice, Some(json!("required")));
    assert_eq!(chat.tools[0].pointer("/function/parameters/type"), Some(&json!("object")));
    assert_eq!(chat.response_format.as_ref().unwrap().pointer("/json_schema/schema/type"), Some(&json!("object")));
    assert_eq!((chat.params.max_tokens, chat.params.stop), (Some(100), Some(vec!["END".to_owned()])));
    assert_eq!(json!(chat.extra), json!({"top_k": 5, "reasoning_effort": "low", "parallel_tool_calls": false}));
}

#[test]
fn what_a_client_said_reaches_a_provider_of_its_protocol_unchanged() {
    let mut expected = everything();
    expected["model"] = "m".into();
    assert_eq!(forward(Dialect::Anthropic, &everything(), &Lead::default(), true).to_string(), expected.to_string());
}

#[test]
fn others_get_the_same_conversation() {
    let sent = translated(Dialect::Anthropic, &everything(), &OpenAi::default());
    assert_eq!(sent.pointer("/messages/0"), Some(&json!({"role": "system", "content": "Be brief."})));
    assert_eq!(sent.pointer("/messages/2/tool_calls/0/function/arguments"), Some(&json!("{\"city\":\"Paris\"}")));
    assert_eq!(sent.pointer("/messages/3"), Some(&json!({"role": "tool", "content": "21 degrees", "tool_call_id": "toolu_1"})));
    assert_eq!(sent.pointer("/messages/5/content/0/type"), Some(&json!("image_url")));
    assert_eq!((sent.get("parallel_tool_calls"), sent.get("stop"), sent.get("user")), (Some(&json!(false)), Some(&json!(["END"])), None));
    let mut body = everything();
    body["tool_choice"] = json!({"type": "tool", "name": "get_weather"});
    let sent = translated(Dialect::Anthropic, &body, &Gemini);
    assert_eq!(sent.pointer("/toolConfig/functionCallingConfig/allowedFunctionNames/0"), Some(&json!("get_weather")));
}

#[test]
fn what_only_anthropic_has_passes_to_it_and_is_refused_elsewhere() {
    let message = |block: Value| json!({"messages": [{"role": "user", "content": [block]}]});
    let cases = [
        (json!({"tools": [{"type": "web_search_20250305", "name": "web_search"}]}), "tools"),
        (message(json!({"type": "document", "source": {"type": "file", "file_id": "f"}})), "messages"),
        (message(json!({"type": "image", "source": {"type": "file", "file_id": "f"}})), "messages"),
        (message(json!({"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}})), "messages"),
        (json!({"tool_choice": {"type": "future"}}), "tool_choice"),
    ];
    for (change, field) in cases {
        let mut body = json!({"model": "x", "max_tokens": 1, "messages": [{"role": "user", "content": "a"}]});
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let sent = forward(Dialect::Anthropic, &body, &Lead::default(), false);
        assert_eq!((sent.get("tools"), sent.get("messages")), (body.get("tools"), body.get("messages")));
        let fault = read(Dialect::Anthropic, &body).translate("m", &Lead::default()).unwrap_err();
        assert_eq!((fault.code.as_ref(), fault.fields[0].field.as_str()), ("provider_cannot", field), "{body}");
    }
}

#[test]
fn documents_become_what_openai_takes() {
    let documents = [
        json!({"type": "base64", "media_type": "application/pdf", "data": "JVBERg=="}),
        json!({"type": "text", "media_type": "text/plain", "data": "Plain."}),
        json!({"type": "content", "content": [{"type": "text", "text": "Inner."}]}),
    ];
    let content: Vec<_> = documents.iter().map(|source| json!({"type": "document", "title": "a.pdf", "source": source})).collect();
    let sent = translated(Dialect::Anthropic, &json!({"model": "x", "max_tokens": 1, "messages": [{"role": "user", "content": content}]}), &OpenAi::default());
    let expected = json!([
        {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBERg=="}},
        {"type": "text", "text": "Plain."}, {"type": "text", "text": "Inner."},
    ]);
    assert_eq!(sent.pointer("/messages/0/content"), Some(&expected));
}

#[test]
fn a_lead_goes_first_and_fills_only_what_the_client_left_open() {
    let body = json!({
        "model": "x", "system": "And brief.", "messages": [{"role": "user", "content": "Go"}], "temperature": 1, "output_config": {"effort": "max"},
    });
    let mut lead = lead();
    lead.response_format = Some(json!({"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}}));
    assert_eq!(
        forward(Dialect::Anthropic, &body, &lead, false),
        json!({
            "model": "m", "temperature": 1, "max_tokens": 40, "stream": false,
            "system": [{"type": "text", "text": "Be kind."}, {"type": "text", "text": "And brief."}],
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": "Hi"}]}, {"role": "assistant", "content": [{"type": "text", "text": "Hello"}]},
                {"role": "user", "content": "Go"},
            ],
            "tools": [{"name": "look_up", "input_schema": {"type": "object", "properties": {}}}],
            "output_config": {"effort": "max", "format": {"type": "json_schema", "schema": {"type": "object"}}},
        })
    );
    let system = Lead { turns: vec![Turn::new(Role::System, "A"), Turn::new(Role::User, "B")], ..Lead::default() };
    let sent = forward(Dialect::Anthropic, &json!({"model": "x", "max_tokens": 3, "messages": []}), &system, false);
    assert_eq!(sent.get("messages"), Some(&json!([{"role": "user", "content": [{"type": "text", "text": "B"}]}])));
    assert_eq!((sent.pointer("/system/0/text"), sent.get("max_tokens")), (Some(&json!("A")), Some(&json!(3))));
}

#[test]
fn what_we_wrote_for_others_does_not_reach_anthropic() {
    let whole = |answer: Answer| serde_json::from_slice::<Value>(&Dialect::Anthropic.whole(&head(), &answer, &USAGE)).unwrap();
    let mut answer: Answer = deltas().into_iter().collect();
    answer.tool_calls.get_mut(&3).unwrap().signature = Some("gemini's".to_owned());
    let content = whole(answer).get("content").cloned().unwrap();
    let thought = json!([{"type": "thinking", "thinking": "Hm.", "signature": ""}]);
    let messages = json!([{"role": "user", "content": "a"}, {"role": "assistant", "content": content}, {"role": "assistant", "content": thought}]);
    let body = json!({"model": "x", "max_tokens": 1, "messages": messages});
    // Gemini gets its signature back …
    let chat = read(Dialect::Anthropic, &body).translate("m", &Lead::default()).unwrap();
    assert_eq!(chat.messages[1].calls().unwrap()[0].signature, Some("gemini's"));
    // … and Anthropic neither that nor a thought that nobody signed.
    let sent = forward(Dialect::Anthropic, &body, &Lead::default(), false);
    let kinds: Vec<_> = sent.pointer("/messages/1/content").unwrap().as_array().unwrap().iter().map(|block| block["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["text", "tool_use", "tool_use"]);
    assert!(!sent.to_string().contains("gemini") && sent.pointer("/messages/2").is_none());
}

#[test]
fn a_field_of_another_shape_is_named() {
    let with = |name: &str, value: Value| {
        let mut body = json!({"model": "x", "max_tokens": 1, "messages": []});
        body[name] = value;
        wrong(Dialect::Anthropic, &body)
    };
    let block = |block: Value| with("messages", json!([{"role": "user", "content": [block]}]));
    let cases = [
        (wrong(Dialect::Anthropic, &json!({})), "model"),
        (with("messages", json!({})), "messages"),
        (with("messages", json!([{"role": "tool", "content": "a"}])), "messages[0].role"),
        (with("messages", json!([{"role": "user"}])), "messages[0].content"),
        (block(json!("a")), "messages[0].content[0]"),
        (block(json!({})), "messages[0].content[0].type"),
        (block(json!({"type": "image"})), "messages[0].content[0].source"),
        (block(json!({"type": "image", "source": {"type": "base64", "data": "A"}})), "messages[0].content[0].source.media_type"),
        (block(json!({"type": "tool_result", "content": "a"})), "messages[0].content[0].tool_use_id"),
        (block(json!({"type": "tool_result", "tool_use_id": "a", "content": 1})), "messages[0].content[0].content"),
        (block(json!({"type": "tool_use", "id": "a"})), "messages[0].content[0].name"),
        (with("system", json!(1)), "system"),
        (with("system", json!([1])), "system[0]"),
        (with("max_tokens", json!("many")), "max_tokens"),
        (with("stop_sequences", json!({})), "stop_sequences"),
        (with("tools", json!([{"input_schema": {}}])), "tools[0].name"),
        (with("tool_choice", json!("auto")), "tool_choice"),
        (with("tool_choice", json!({"type": "tool"})), "tool_choice.name"),
        (with("metadata", json!({"user_id": 1})), "metadata.user_id"),
        (with("thinking", json!(true)), "thinking"),
    ];
    for (found, expected) in cases {
        assert_eq!(found, expected);
    }
}

#[test]
fn a_whole_answer_is_written_as_anthropic_has_it() {
    let answer: Answer = deltas().into_iter().collect();
    let whole: Value = serde_json::from_slice(&Dialect::Anthropic.whole(&head(), &answer, &USAGE)).unwrap();
    assert_eq!(
        whole,
        json!({
            "id": "id-1", "type": "message", "role": "assistant", "model": "openai/m",
            "content": [
                {"type": "thinking", "thinking": "Let me think.", "signature": ""}, {"type": "text", "text": "Good \"day\"\né😀"},
                {"type": "tool_use", "id": "call_a", "name": "look_up", "input": {"q": 1}},
                {"type": "tool_use", "id": "call_b", "name": "look_up", "input": {}},
            ],
            "stop_reason": "tool_use", "stop_sequence": null,
            "usage": {
                "input_tokens": 30, "cache_creation_input_tokens": 10, "cache_read_input_tokens": 60, "output_tokens": 30,
                "output_tokens_details": {"thinking_tokens": 12},
            },
        })
    );
    let wrong: Answer = [call(0, Some("a"), "{\"q\": ")].into_iter().collect();
    let whole: Value = serde_json::from_slice(&Dialect::Anthropic.whole(&head(), &wrong, &USAGE)).unwrap();
    assert_eq!(whole.pointer("/content/0/input"), Some(&json!({"arguments": "{\"q\":"})));
}

#[test]
fn every_end_has_one_of_anthropic_s_words() {
    let cases = [
        (Some(Finish::Stop), "end_turn"),
        (Some(Finish::Length), "max_tokens"),
        (Some(Finish::ToolCalls), "tool_use"),
        (Some(Finish::ContentFilter), "refusal"),
        (Some(Finish::Refusal), "refusal"),
        (Some(Finish::Other("pause_turn".to_owned())), "pause_turn"),
        (Some(Finish::Other("tired".to_owned())), "end_turn"),
        (None, "end_turn"),
    ];
    for (finish, word) in cases {
        let deltas: Vec<_> = finish.map(Delta::Finish).into_iter().collect();
        let events = events(&encoded(Dialect::Anthropic, true, &deltas));
        assert_eq!(events[1].pointer("/delta/stop_reason"), Some(&json!(word)));
    }
}
