use super::*;

#[test]
fn a_plain_chat_is_written_as_anthropic_has_it() {
    let outgoing = Anthropic.chat(&chat("claude-sonnet-4-5"), true).unwrap();
    assert_eq!((outgoing.path.as_str(), outgoing.headers.get("anthropic-version").unwrap().to_str().unwrap()), ("/v1/messages", "2023-06-01"));
    assert_eq!(
        body(&Anthropic, &chat("claude-sonnet-4-5"), true),
        json!({
            "model": "claude-sonnet-4-5", "max_tokens": 4_096, "system": [{"type": "text", "text": "Be brief."}],
            "messages": [{"role": "user", "content": [{"type": "text", "text": "Hello"}]}], "stream": true,
        })
    );
}

#[test]
fn everything_finds_its_place() {
    let written = body(&Anthropic, &everything("claude-sonnet-4-5"), false);
    let messages = json!([
        {"role": "user", "content": [
            {"type": "text", "text": "What is it like there?"},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}},
        ]},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "call_1", "name": "get_weather", "input": {"city": "Paris"}}]},
        {"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "call_1", "content": [{"type": "text", "text": "21 degrees"}]},
            {"type": "text", "text": "And now?"},
        ]},
    ]);
    assert_eq!(written.get("messages"), Some(&messages));
    assert_eq!(written.pointer("/tools/0/strict"), Some(&json!(true)));
    assert_eq!(written.pointer("/tools/1"), Some(&json!({"name": "now", "input_schema": {"type": "object", "properties": {}}})));
    assert_eq!(written.get("tool_choice"), Some(&json!({"type": "tool", "name": "get_weather"})));
    assert_eq!(written.pointer("/output_config/format/type"), Some(&json!("json_schema")));
    assert_eq!(written.pointer("/output_config/format/schema/required"), Some(&json!(["warm"])));
    assert_eq!((written.get("stop_sequences"), written.get("max_tokens")), (Some(&json!(["END"])), Some(&json!(100))));
}

#[test]
fn parameters_of_openai_come_to_what_anthropic_has() {
    let with = |more: Value| {
        let mut chat = everything("claude-opus-4-6");
        chat.tool_choice = None;
        chat.params.max_tokens = None;
        chat.extra = more.as_object().unwrap().clone();
        body(&Anthropic, &chat, false)
    };
    let written = with(
        json!({"reasoning_effort": "high", "parallel_tool_calls": false, "user": "u1", "n": 1, "store": true, "max_completion_tokens": 50, "atelier": {}}),
    );
    assert_eq!(written.pointer("/output_config/effort"), Some(&json!("high")));
    assert!(written.pointer("/output_config/format").is_some());
    assert_eq!(written.get("tool_choice"), Some(&json!({"type": "auto", "disable_parallel_tool_use": true})));
    assert_eq!((written.pointer("/metadata/user_id"), written.get("max_tokens")), (Some(&json!("u1")), Some(&json!(50))));
    assert!(["n", "store", "user", "atelier"].iter().all(|name| written.get(*name).is_none()));
    let thinking = with(json!({"thinking": {"type": "enabled", "budget_tokens": 2_000}, "top_k": 5}));
    assert_eq!((thinking.get("max_tokens"), thinking.get("top_k")), (Some(&json!(6_096)), Some(&json!(5))));
}

#[test]
fn what_anthropic_cannot_do_is_said_before_it_is_asked() {
    let change = |change: fn(&mut Chat)| {
        let mut chat = everything("claude-opus-4-6");
        change(&mut chat);
        let fault = Anthropic.chat(&chat, false).unwrap_err();
        assert_eq!(fault.code, "provider_cannot");
        fault.fields[0].field.clone()
    };
    assert_eq!(change(|chat| chat.params.seed = Some(1)), "params.seed");
    assert_eq!(change(|chat| chat.params.temperature = Some(1.5)), "params.temperature");
    assert_eq!(change(|chat| drop(chat.extra.insert("logit_bias".to_owned(), json!({})))), "params");
    assert_eq!(change(|chat| drop(chat.extra.insert("n".to_owned(), json!(2)))), "params");
    assert_eq!(change(|chat| chat.response_format = Some(json!({"type": "json_object"}))), "response_format");
    assert_eq!(change(|chat| chat.tools = vec![json!({"type": "custom", "custom": {"name": "x"}})]), "tools");
    assert_eq!(change(|chat| chat.tool_choice = Some(json!("any"))), "tool_choice");
    assert_eq!(change(|chat| chat.messages.truncate(1)), "messages");
    assert_eq!(change(|chat| chat.messages[3].tool_call_id = None), "messages");
    assert_eq!(change(|chat| chat.messages[1].parts = vec![Part::Image { url: "http://x/y.png".to_owned(), detail: None }]), "messages");
    assert_eq!(change(|chat| chat.messages[1].parts = vec![Part::Other(json!({"type": "file"}))]), "messages");
    assert_eq!(Anthropic.embed("x", &[]).unwrap_err().code, "provider_cannot");
}

#[test]
fn tool_calls_come_together_from_their_pieces() {
    let answer = fixture("anthropic", "tool.sse");
    let expected = [
        ("toolu_01T1x1fJ34qAmk2tNTrN7Up6", "get_weather", "{\"city\": \"Paris\"}"),
        ("toolu_01T1x1fJ34qAmk2tNTrN7Up7", "get_weather", "{\"city\": \"Zürich\"}"),
    ];
    assert_eq!(calls(&answer), expected);
    assert_eq!((answer.text.as_str(), answer.finish), ("Okay, let's check.", Some(Finish::ToolCalls)));
    // 472 fresh, 50 from the cache, 100 into it.
    assert_eq!(answer.usage, Some(Usage { input: 622, cached: 50, cache_write: 100, output: 89, reasoning: 0, ..Usage::default() }));
}

#[test]
fn thinking_stands_apart_from_the_answer() {
    let answer = fixture("anthropic", "reasoning.sse");
    assert_eq!((answer.reasoning.as_str(), answer.text.as_str()), ("9.11 or 9.8?", "9.8 is greater."));
    assert_eq!(answer.usage, Some(Usage { input: 18, cached: 0, cache_write: 0, output: 52, reasoning: 40, ..Usage::default() }));
}

#[test]
fn an_error_in_a_stream_ends_it() {
    let stream = b"event: error\ndata: {\"type\": \"error\", \"error\": {\"type\": \"overloaded_error\", \"message\": \"Overloaded\"}}\n\n";
    assert_eq!(streamed(&Anthropic, [stream.as_slice()]).1.as_deref(), Some("provider_overloaded"));
}

#[test]
fn a_list_of_models_goes_on_page_by_page_and_leaves_the_retired_out() {
    let list = br#"{"data":[{"type":"model","id":"a","lifecycle":"active","max_input_tokens":200000,"max_tokens":64000},
        {"id":"b","lifecycle":"retired"}],"has_more":true,"first_id":"a","last_id":"b"}"#;
    let page = Anthropic.read_models(list).unwrap();
    assert_eq!(page.models, [ListedModel { name: "a".to_owned(), context: Some(200_000), max_output: Some(64_000), embeds: false }]);
    assert_eq!(Anthropic.models(page.next.as_deref()).query, [("limit", "1000".to_owned()), ("after_id", "b".to_owned())]);
}
