use super::*;

#[test]
fn a_plain_chat_is_written_as_gemini_has_it() {
    let outgoing = Gemini.chat(&chat("gemini-2.5-flash"), true).unwrap();
    assert_eq!(outgoing.path, "/v1beta/models/gemini-2.5-flash:streamGenerateContent");
    assert_eq!(outgoing.query, [("alt", "sse".to_owned())]);
    assert_eq!(Gemini.chat(&chat("tunedModels/x"), false).unwrap().path, "/v1beta/tunedModels/x:generateContent");
    assert_eq!(
        body(&Gemini, &chat("gemini-2.5-flash"), true),
        json!({"contents": [{"role": "user", "parts": [{"text": "Hello"}]}], "systemInstruction": {"parts": [{"text": "Be brief."}]}})
    );
}

#[test]
fn everything_finds_its_place() {
    let written = body(&Gemini, &everything("gemini-2.5-flash"), false);
    let contents = json!([
        {"role": "user", "parts": [{"text": "What is it like there?"}, {"inlineData": {"mimeType": "image/png", "data": "iVBORw0KGgo="}}]},
        {"role": "model", "parts": [{"functionCall": {"name": "get_weather", "args": {"city": "Paris"}, "id": "call_1"}}]},
        {"role": "user", "parts": [
            {"functionResponse": {"id": "call_1", "name": "get_weather", "response": {"output": "21 degrees"}}},
            {"text": "And now?"},
        ]},
    ]);
    assert_eq!(written.get("contents"), Some(&contents));
    assert_eq!(written.pointer("/tools/0/functionDeclarations/0/parametersJsonSchema/required"), Some(&json!(["city"])));
    assert_eq!(written.pointer("/tools/0/functionDeclarations/1"), Some(&json!({"name": "now"})));
    assert_eq!(written.pointer("/toolConfig/functionCallingConfig"), Some(&json!({"mode": "ANY", "allowedFunctionNames": ["get_weather"]})));
    let schema = json!({"type": "object", "properties": {"warm": {"type": "boolean"}}, "required": ["warm"], "additionalProperties": false});
    let config = json!({
        "temperature": 0.5, "topP": 0.9, "maxOutputTokens": 100, "stopSequences": ["END"], "responseMimeType": "application/json", "responseJsonSchema": schema,
    });
    assert_eq!(written.get("generationConfig"), Some(&config));
}

#[test]
fn a_signature_comes_with_the_call_and_goes_back_with_it() {
    let answer = fixture("gemini", "tool.sse");
    let call = answer.tool_calls.get(&0).unwrap();
    assert_eq!(call.signature.as_deref(), Some("CiQB0e2Kb4xUeQ=="));
    let turns = |calls: Vec<Value>| {
        let mut chat = chat("gemini-3-flash-preview");
        chat.messages.push(Turn { tool_calls: calls, parts: Vec::new(), ..Turn::new(Role::Assistant, "") });
        body(&Gemini, &chat, false)
    };
    let back = turns(answer.tool_calls.values().map(crate::gateway::ToolCall::to_value).collect());
    assert_eq!(back.pointer("/contents/1/parts/0/thoughtSignature"), Some(&json!("CiQB0e2Kb4xUeQ==")));
    assert_eq!(back.pointer("/contents/1/parts/1/thoughtSignature"), None);
    let foreign = turns(vec![json!({"id": "1", "function": {"name": "f", "arguments": ""}})]);
    assert_eq!(foreign.pointer("/contents/1/parts/0/thoughtSignature"), Some(&json!("skip_thought_signature_validator")));
}

#[test]
fn what_gemini_cannot_do_is_said_before_it_is_asked() {
    let change = |change: fn(&mut Chat)| {
        let mut chat = everything("gemini-3-pro-preview");
        change(&mut chat);
        let fault = Gemini.chat(&chat, false).unwrap_err();
        assert_eq!(fault.code, "provider_cannot");
        fault.fields[0].field.clone()
    };
    assert_eq!(change(|chat| chat.params.seed = Some(1 << 40)), "params.seed");
    assert_eq!(change(|chat| drop(chat.extra.insert("logprobs".to_owned(), json!(true)))), "params");
    assert_eq!(change(|chat| drop(chat.extra.insert("reasoning_effort".to_owned(), json!("none")))), "params.reasoning_effort");
    assert_eq!(change(|chat| chat.messages[3].tool_call_id = Some("other".to_owned())), "messages");
    assert_eq!(change(|chat| chat.messages[2].tool_calls = vec![json!({"function": {"name": "f", "arguments": "[1]"}})]), "messages");
    for model in ["", "..", "../../v1/files", "a b", "a?key=x", "a#b", "a%2fb", "/a", "a//b", "a:b"] {
        assert_eq!(Gemini.chat(&chat(model), false).unwrap_err().fields[0].field, "model", "{model}");
    }
}

#[test]
fn tool_calls_thoughts_and_tokens_are_read() {
    let answer = fixture("gemini", "tool.sse");
    assert_eq!(calls(&answer), [("call_0", "get_weather", "{\"city\":\"Paris\"}"), ("call_1", "get_weather", "{\"city\":\"Zürich\"}")]);
    assert_eq!(answer.finish, Some(Finish::ToolCalls));
    assert_eq!(answer.usage, Some(Usage { input: 82, cached: 64, cache_write: 0, output: 67, reasoning: 30, ..Usage::default() }));
    let thought = fixture("gemini", "reasoning.sse");
    assert_eq!((thought.reasoning.as_str(), thought.text.as_str(), thought.finish), ("9.11 or 9.8?", "9.8 is greater.", Some(Finish::Stop)));
}

#[test]
fn embeddings_are_asked_for_in_one_request() {
    let outgoing = Gemini.embed("gemini-embedding-001", &["a".to_owned(), "b".to_owned()]).unwrap();
    assert_eq!(outgoing.path, "/v1beta/models/gemini-embedding-001:batchEmbedContents");
    let written: Value = serde_json::from_slice(&outgoing.body).unwrap();
    assert_eq!(written.pointer("/requests/1"), Some(&json!({"model": "models/gemini-embedding-001", "content": {"parts": [{"text": "b"}]}})));
}
