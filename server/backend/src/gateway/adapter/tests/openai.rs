use super::*;

#[test]
fn a_plain_chat_is_written_as_openai_has_it() {
    assert_eq!(
        body(&OpenAi::default(), &chat("gpt-4o-mini"), true),
        json!({
            "model": "gpt-4o-mini", "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}],
            "stream": true, "stream_options": {"include_usage": true},
        })
    );
}

#[test]
fn everything_finds_its_place() {
    let written = body(&OpenAi::default(), &everything("gpt-4o-mini"), false);
    assert_eq!(
        written.pointer("/messages/1/content/1"),
        Some(&json!({"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo=", "detail": "low"}}))
    );
    assert_eq!(written.pointer("/messages/2/content"), Some(&Value::Null));
    assert_eq!(written.pointer("/messages/3"), Some(&json!({"role": "tool", "content": "21 degrees", "tool_call_id": "call_1"})));
    assert_eq!(written.pointer("/tools/1"), Some(&json!({"type": "function", "function": {"name": "now"}})));
    assert_eq!(written.get("max_tokens"), Some(&json!(100)));
    assert!(written.get("stream_options").is_none());
}

#[test]
fn reasoning_models_get_their_own_limit() {
    for (model, reasons) in
        [("o1", true), ("o3-mini", true), ("gpt-5-mini", true), ("openai/gpt-5", true), ("gpt-4o", false), ("gpt-4.1", false), ("olmo", false), ("qwen", false)]
    {
        let written = body(&OpenAi::default(), &everything(model), false);
        assert_eq!(written.get("max_completion_tokens").is_some(), reasons, "{model}");
        assert_eq!(written.get("max_tokens").is_none(), reasons, "{model}");
    }
}

#[test]
fn unknown_fields_pass_and_the_studio_s_own_do_not() {
    let mut chat = chat("gpt-4o");
    chat.extra =
        json!({"logit_bias": {"1": 2}, "atelier": {"user": "u"}, "top_k": 5, "stream_options": {"include_obfuscation": false}}).as_object().unwrap().clone();
    chat.params.more.insert("top_k".to_owned(), 7.into());
    let written = body(&OpenAi::default(), &chat, true);
    assert_eq!((written.get("logit_bias"), written.get("top_k"), written.get("atelier")), (Some(&json!({"1": 2})), Some(&json!(7)), None));
    assert_eq!(written.get("stream_options"), Some(&json!({"include_obfuscation": false, "include_usage": true})));
}

#[test]
fn tool_calls_come_together_from_their_pieces() {
    let answer = fixture("openai", "tool.sse");
    assert_eq!(calls(&answer), [("call_62136354", "get_weather", "{\"city\": \"Paris\"}"), ("call_62136355", "get_weather", "{\"city\": \"Zürich\"}")]);
    assert_eq!(answer.finish, Some(Finish::ToolCalls));
    assert_eq!(answer.usage, Some(Usage { input: 82, cached: 64, cache_write: 0, output: 37, reasoning: 0, ..Usage::default() }));
}

#[test]
fn reasoning_stands_apart_from_the_answer() {
    let answer = fixture("openai", "reasoning.sse");
    assert_eq!((answer.reasoning.as_str(), answer.text.as_str()), ("9.11 or 9.8?", "9.8 is greater."));
    assert_eq!(answer.usage.unwrap().reasoning, 40);
}

#[test]
fn an_end_without_done_is_an_end() {
    let stream = fixtures::text("openai", "tool.sse").unwrap().replace("data: [DONE]\n\n", "");
    assert_eq!(streamed(&OpenAi::default(), [stream.as_bytes()]).1, None);
}

#[test]
fn errors_are_read_from_everybody_who_speaks_the_protocol() {
    let cases = [
        (404, r#"{"error":{"message":"model \"x\" not found, try pulling it first","type":"api_error","param":null,"code":null}}"#, "provider_model"),
        (404, r#"{"object":"error","message":"The model `x` does not exist.","type":"NotFoundError","param":null,"code":404}"#, "provider_model"),
        (404, r#"{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist."}}"#, "provider_model"),
        (404, r#"{"error":{"code":404,"message":"File Not Found","type":"not_found_error"}}"#, "provider_address"),
        (404, r#"{"detail":"Not Found"}"#, "provider_address"),
        (400, r#"{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error"}}"#, "provider_too_long"),
        (400, r#"{"object":"error","message":"This model's maximum context length is 4096 tokens.","type":"BadRequestError","code":400}"#, "provider_too_long"),
        (400, r#"{"error":{"message":"nonsense is not a valid model ID","code":400}}"#, "provider_model"),
        (400, r#"{"error":"json: cannot unmarshal"}"#, "provider_invalid"),
        (
            400,
            r#"{"error":{"message":"'temperature' does not support 0.2.","type":"invalid_request_error","param":"temperature","code":"unsupported_value"}}"#,
            "provider_invalid",
        ),
        (402, r#"{"error":{"message":"Insufficient credits","code":402}}"#, "provider_quota"),
        (503, r#"{"error":{"message":"Loading model","type":"unavailable_error","code":503}}"#, "provider_overloaded"),
    ];
    for (status, said, code) in cases {
        assert_eq!(OpenAi::default().fault(status, &HeaderMap::new(), said.as_bytes()).fault.code, code, "{said}");
    }
    let inside = b"data: {\"error\": {\"message\": \"Provider disconnected\", \"code\": 502}}\n\n";
    assert_eq!(streamed(&OpenAi::default(), [inside.as_slice()]).1.as_deref(), Some("provider_failed"));
}

#[test]
fn models_tell_their_sizes_where_a_server_does() {
    let list = br#"{"object":"list","data":[{"id":"gpt-4o","object":"model","created":1,"owned_by":"system"},{"id":"q","max_model_len":4096,"meta":null},
        {"id":"l","meta":{"n_ctx_train":8192}},{"id":"text-embedding-3-small"},
        {"id":"a/b","context_length":1000,"top_provider":{"max_completion_tokens":null}}]}"#;
    let models = OpenAi::default().read_models(list).unwrap().models;
    let shown: Vec<_> = models.iter().map(|model| (model.name.as_str(), model.context, model.embeds)).collect();
    assert_eq!(
        shown,
        [("gpt-4o", None, false), ("q", Some(4_096), false), ("l", Some(8_192), false), ("text-embedding-3-small", None, true), ("a/b", Some(1_000), false)]
    );
}
