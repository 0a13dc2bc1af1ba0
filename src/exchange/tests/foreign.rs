//! OpenAI's messages and requests.

use super::*;

#[test]
fn a_list_of_messages_is_a_chat_named_by_its_file() {
    let import = imported(&json!([
        {"role": "developer", "content": "Answer for {{shop}}. {{> tone}}"},
        {"role": "user", "content": [{"type": "text", "text": "What is"}, {"type": "text", "text": "this?"}, {"type": "image_url", "image_url": {"url": "data:x"}}]},
        {"role": "assistant", "content": null, "function_call": {"name": "find", "arguments": "{}"}, "weight": 0},
        {"role": "function", "name": "find", "content": "{\"a\": 1}"},
        {"role": "critic", "content": "{{}}"},
    ]));
    assert_eq!((import.format, import.prompts[0].name.as_str()), (Format::Openai, "my-file"));
    assert_eq!(
        draft(&import)["messages"],
        json!([
            {"role": "system", "content": r"Answer for {{shop}}. \{{> tone}}"},
            {"role": "user", "content": "What is\nthis?"},
            {"role": "assistant", "content": "", "tool_calls": [{"id": "find", "type": "function", "function": {"name": "find", "arguments": "{}"}}]},
            {"role": "tool", "content": "{\"a\": 1}", "tool_call_id": "find"},
            {"role": "user", "content": r"\{{}}"},
        ])
    );
    assert_eq!(
        import.notes,
        [
            "“my-file”: As text now, and without effect: “{{> tone}}”. Templates here have variables and includes, no sections, blocks or expressions.",
            "“my-file”: An image in a message is left out: messages hold text.",
            "“my-file”: Of message 3 this is not carried over: “weight”.",
            "“my-file”: The role “critic” of message 5 is “user” now.",
        ]
    );
}

#[test]
fn a_request_brings_its_settings() {
    let import = imported(&json!({
        "model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Hi {{name}}"}], "temperature": 0.2, "max_completion_tokens": 300, "stop": "\n",
        "seed": 1, "stream": true, "presence_penalty": 0.5, "api_key": "sk-x", "response_format": {"type": "json_object"},
        "tools": [{"type": "function", "function": {"name": "find", "parameters": {"type": "object", "properties": {"b": {}, "a": {}}}}}],
    }));
    assert_eq!(
        draft(&import),
        json!({
            "messages": [{"role": "user", "content": "Hi {{name}}"}], "model": "openai/gpt-4o-mini",
            "params": {"temperature": 0.2, "max_tokens": 300, "stop": ["\n"], "seed": 1, "presence_penalty": 0.5},
            "tools": [{"type": "function", "function": {"name": "find", "parameters": {"type": "object", "properties": {"b": {}, "a": {}}}}}],
            "response_format": {"type": "json_object"},
        })
    );
    assert_eq!(import.notes, ["“my-file”: Keys and passwords are never carried over: “api_key”.", "“my-file”: These settings are not carried over: “stream”."]);
}

#[test]
fn lines_of_requests_are_prompts_each() {
    let import = imported(&json!([
        {"messages": [{"role": "user", "content": "a"}]},
        {"custom_id": "order-7", "method": "POST", "url": "/v1/chat/completions", "body": {"model": "local/x", "messages": [{"role": "user", "content": "b"}]}},
        {"prompt": "no messages"},
        {"messages": []},
    ]));
    let names: Vec<_> = import.prompts.iter().map(|prompt| prompt.name.as_str()).collect();
    assert_eq!(names, ["my-file-1", "order-7"]);
    assert_eq!(
        import.notes,
        [
            "Entry 3 of the file has no messages and is left out: “{\"prompt\":\"no messages\"}”.",
            "“my-file-4”: It is left out. Version 1, messages: A chat prompt needs at least one message.",
        ]
    );
}
