use super::*;

#[test]
fn a_stored_message_becomes_a_turn() {
    let call = json!({"id": "c1", "type": "function", "function": {"name": "find", "arguments": "{\"a\": 1}"}});
    let asked = Turn::from(&Message { tool_calls: vec![call], ..Message::new(MessageRole::Assistant, "") });
    assert_eq!((asked.role, asked.parts.len()), (Role::Assistant, 0));
    let calls = asked.calls().unwrap();
    assert_eq!((calls[0].id, calls[0].name, calls[0].arguments.get("a")), ("c1", "find", Some(&json!(1))));
    let answered = Turn::from(&Message { tool_call_id: Some("c1".to_owned()), ..Message::new(MessageRole::Tool, "found") });
    assert_eq!((answered.role, answered.tool_call_id.as_deref(), answered.text().as_deref()), (Role::Tool, Some("c1"), Some("found")));
}

#[test]
fn a_tool_is_read_with_and_without_its_wrapping() {
    let inside = json!({"name": "f", "description": "Does.", "parameters": {"type": "object"}, "strict": true});
    for tool in [json!({"type": "function", "function": inside}), json!({"function": inside}), inside.clone()] {
        let function = Function::of(&tool).unwrap();
        assert_eq!((function.name, function.description, function.strict), ("f", Some("Does."), Some(true)));
    }
    for tool in [json!({"type": "custom", "custom": {"name": "f"}}), json!({"googleSearch": {}}), json!({"type": "function", "function": {}}), json!(1)] {
        assert_eq!(Function::of(&tool), None, "{tool}");
    }
}

#[test]
fn an_answer_folds_from_its_deltas() {
    let call = |index, id: Option<&str>, arguments: &str| Delta::ToolCall {
        index,
        id: id.map(str::to_owned),
        name: id.map(|_| "f".to_owned()),
        arguments: arguments.to_owned(),
        signature: None,
    };
    let token = |text: &str| Delta::Logprobs(json!({"content": [{"token": text, "logprob": -0.5}], "refusal": null}));
    let deltas = [
        Delta::Text("a".to_owned()),
        call(7, Some("x"), "{"),
        token("a"),
        call(2, Some("y"), "{}"),
        call(7, None, "}"),
        token("b"),
        Delta::Text("b".to_owned()),
        Delta::Usage(Usage { output: 1, ..Usage::default() }),
        Delta::Usage(Usage { output: 2, ..Usage::default() }),
        Delta::Finish(Finish::ToolCalls),
    ];
    let answer: Answer = deltas.into_iter().collect();
    assert_eq!((answer.text.as_str(), answer.logprobs.len(), answer.usage.unwrap().output, answer.check()), ("ab", 2, 2, Ok(())));
    let calls: Vec<_> = answer.tool_calls.values().map(|call| (call.id.as_str(), call.arguments.as_str())).collect();
    assert_eq!(calls, [("y", "{}"), ("x", "{}")]);
}
