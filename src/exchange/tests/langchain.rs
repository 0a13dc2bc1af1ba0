use super::*;

fn made(module: &[&str], kwargs: Value) -> Value {
    json!({"lc": 1, "type": "constructor", "id": module, "kwargs": kwargs})
}

fn template(template: &str, format: &str) -> Value {
    made(&["langchain_core", "prompts", "prompt", "PromptTemplate"], json!({"input_variables": [], "template_format": format, "template": template}))
}

fn says(kind: &str, prompt: Value) -> Value {
    made(&["langchain", "prompts", "chat", &format!("{kind}MessagePromptTemplate")], json!({"prompt": prompt}))
}

fn chat(messages: Value, partial_variables: Value) -> Value {
    let kwargs = json!({"messages": messages, "input_variables": ["question"], "partial_variables": partial_variables,
        "metadata": {"lc_hub_owner": "rlm", "lc_hub_repo": "rag-prompt", "lc_hub_commit_hash": "eeeb035e"}});
    made(&["langchain", "prompts", "chat", "ChatPromptTemplate"], kwargs)
}

fn place(kwargs: Value) -> Value {
    made(&["langchain", "prompts", "chat", "MessagesPlaceholder"], kwargs)
}

#[test]
fn a_prompt_of_the_hub_keeps_messages_variables_and_defaults() {
    let import = imported(&json!({"owner": "rlm", "repo": "rag-prompt", "commit_hash": "eeeb035e", "manifest": chat(
        json!([
            says("System", template("Answer in {language}, as JSON: {{\"answer\": …}}", "f-string")),
            place(json!({"variable_name": "chat_history", "optional": true})),
            place(json!({"variable_name": "turns"})),
            says("Human", json!([template("{question}", "f-string"), template("{{#ctx}}{{{ctx}}}{{/ctx}}", "mustache"),
                made(&["langchain", "prompts", "image", "ImagePromptTemplate"], json!({"template": {"url": "{img}"}}))])),
            made(&["langchain", "prompts", "chat", "ChatMessagePromptTemplate"], json!({"role": "assistant", "prompt": template("Hm, {question}?", "f-string")})),
        ]),
        json!({"language": "English", "chat_history": []}),
    )}));
    assert_eq!((import.format, import.prompts[0].name.as_str()), (Format::Langchain, "rag-prompt"));
    assert_eq!(
        draft(&import),
        json!({
            "messages": [
                {"role": "system", "content": "Answer in {{language}}, as JSON: {\"answer\": …}"},
                {"role": "placeholder", "content": "chat_history"},
                {"role": "placeholder", "content": "turns"},
                {"role": "user", "content": "{{question}}\n\\{{#ctx}}{{ctx}}\\{{/ctx}}"},
                {"role": "assistant", "content": "Hm, {{question}}?"},
            ],
            "variables": [
                {"name": "language", "type": "text", "default": "English", "required": true},
                {"name": "chat_history", "type": "messages", "required": false},
                {"name": "turns", "type": "messages", "required": true},
                {"name": "question", "type": "text", "required": true},
                {"name": "ctx", "type": "text", "required": true},
            ],
        })
    );
    assert_eq!(
        import.notes,
        [
            "“rag-prompt”: As text now, and without effect: “{{#ctx}}” and “{{/ctx}}”. Templates here have variables and includes, no sections, blocks or expressions.",
            "“rag-prompt”: An image in a message is left out: messages hold text.",
        ]
    );
}

/// As the hub hands it out with `include_model`.
#[test]
fn a_chain_of_prompt_and_model_keeps_the_model() {
    let secret = json!({"lc": 1, "type": "secret", "id": ["OPENAI_API_KEY"]});
    let model = made(
        &["langchain", "chat_models", "openai", "ChatOpenAI"],
        json!({"max_tokens": null, "top_p": 1, "model": "gpt-4.1", "openai_api_key": secret, "temperature": 0.4, "n": 1, "model_kwargs": {"logit_bias": {}}}),
    );
    let bound = made(
        &["langchain_core", "runnables", "RunnableBinding"],
        json!({"bound": model, "kwargs": {"tools": [{"type": "web_search_preview"}], "stop": ["###"]}}),
    );
    let parser = made(&["langchain", "schema", "output_parser", "StrOutputParser"], json!({}));
    let import = imported(&made(
        &["langchain_core", "runnables", "RunnableSequence"],
        json!({"first": chat(json!([says("System", template("Be brief.", "f-string"))]), json!({})), "middle": [bound], "last": parser}),
    ));
    assert_eq!(
        draft(&import),
        json!({"messages": [{"role": "system", "content": "Be brief."}], "model": "openai/gpt-4.1",
            "params": {"temperature": 0.4, "top_p": 1.0, "stop": ["###"], "logit_bias": {}}})
    );
    assert_eq!(
        import.notes,
        [
            "“rag-prompt”: Keys and passwords are never carried over: “openai_api_key”.",
            "“rag-prompt”: These settings are not carried over: “n”.",
            "“rag-prompt”: Of its 1 tools 0 are carried over: at most 128, and only functions with a name (“web_search_preview”).",
            "“rag-prompt”: This part of its chain is not carried over: “StrOutputParser”.",
        ]
    );
}

#[test]
fn messages_that_are_no_templates_keep_their_braces() {
    let said = |class: &str, kwargs: Value| made(&["langchain", "schema", "messages", class], kwargs);
    let import = imported(&chat(
        json!([
            said("SystemMessage", json!({"content": "Use {braces} and {{more}}.", "additional_kwargs": {}})),
            said(
                "AIMessage",
                json!({"content": [{"type": "text", "text": "I look."}], "tool_calls": [{"name": "find", "args": {"q": "x"}, "id": "c1", "type": "tool_call"}]})
            ),
            said("ToolMessage", json!({"content": "found", "tool_call_id": "c1"})),
            place(json!({"variable_name": "history", "optional": true, "n_messages": 4})),
            said("HumanMessageChunk", json!({"content": "x"})),
        ]),
        json!({"history": [said("HumanMessage", json!({"content": "{{hi}}"}))], "now": {"lc": 1, "type": "not_implemented", "id": ["builtins", "function"]}}),
    ));
    let read = draft(&import);
    assert_eq!(
        read["messages"],
        json!([
            {"role": "system", "content": r"Use {braces} and \{{more}}."},
            {"role": "assistant", "content": "I look.", "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "find", "arguments": "{\"q\":\"x\"}"}}]},
            {"role": "tool", "content": "found", "tool_call_id": "c1"},
            {"role": "placeholder", "content": "history"},
        ])
    );
    assert_eq!(read["variables"], json!([{"name": "history", "type": "messages", "default": [{"role": "user", "content": "{{hi}}"}], "required": false}]));
    assert_eq!(
        import.notes,
        [
            "“rag-prompt”: All messages of “history” are put in, not only the newest.",
            "“rag-prompt”: A message is left out, as there is no such kind here: “HumanMessageChunk”.",
            "“rag-prompt”: The value of “now” is computed by code and is not carried over.",
        ]
    );
}

#[test]
fn a_text_and_a_structured_prompt_are_read_too() {
    let mut text = template("what did baz say to {buz}, {price:.2f}?", "f-string");
    text["kwargs"]["partial_variables"] = json!({"price": 3});
    let text = imported(&text);
    assert_eq!((text.prompts[0].name.as_str(), text.prompts[0].prompt_type), ("my-file", PromptType::Text));
    assert_eq!(
        draft(&text),
        json!({"text": "what did baz say to {{buz}}, {{price}}?", "variables": [
            {"name": "buz", "type": "text", "required": true}, {"name": "price", "type": "number", "default": 3, "required": true}]})
    );
    let schema = json!({"title": "Yo man", "type": "object", "properties": {"b": {"type": "string"}, "a": {"type": "integer"}}});
    let structured = imported(&made(
        &["langchain_core", "prompts", "structured", "StructuredPrompt"],
        json!({"schema_": schema, "input_variables": [], "messages": [says("Human", template("Hi", "f-string"))]}),
    ));
    assert_eq!(draft(&structured)["response_format"], json!({"type": "json_schema", "json_schema": {"name": "Yo_man", "schema": schema}}));
}

#[test]
fn examples_that_code_chooses_and_chains_without_a_prompt_are_refused() {
    let few = made(&["langchain", "prompts", "few_shot", "FewShotPromptTemplate"], json!({"examples": []}));
    assert!(refused(few.clone()).starts_with("A FewShotPromptTemplate chooses its examples by code"));
    assert!(refused(chat(json!([few]), json!({}))).starts_with("A FewShotPromptTemplate chooses its examples by code"));
    let parser = made(&["langchain", "schema", "output_parser", "StrOutputParser"], json!({}));
    assert!(refused(parser).starts_with("“x” holds no prompt that can be read"));
}
