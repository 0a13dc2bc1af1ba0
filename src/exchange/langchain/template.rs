//! A prompt template of LangChain: its messages, its variables and what they stand for.

use serde_json::{Map, Value, json};

use super::{
    super::{
        messages, names,
        notes::{Notes, shown},
        syntax::{self, Syntax},
        tidy,
    },
    constructor, few_shot, prompt_type,
};
use crate::{
    fault::Fault,
    prompt::{Body, Draft, Message, MessageRole, PromptType, Variable},
};

type Arguments = Map<String, Value>;

/// # Errors
/// Invalid for examples that code chooses.
pub(super) fn read(class: &str, arguments: &Arguments, notes: &mut Notes) -> Result<Draft, Fault> {
    let mut known = Vec::new();
    let body = match prompt_type(class) {
        PromptType::Text => Body::Text(text(arguments, &mut known, notes)),
        PromptType::Chat => {
            let mut found = Vec::new();
            for value in arguments.get("messages").and_then(Value::as_array).into_iter().flatten() {
                message(value, &mut found, &mut known, notes)?;
            }
            partials(arguments, &mut known, notes);
            Body::Messages(found)
        }
    };
    let mut draft = Draft::new(body);
    draft.variables = tidy::declared(&draft.body, &known);
    draft.response_format = arguments.get("schema_").and_then(|schema| structured(schema, notes));
    Ok(draft)
}

fn message(value: &Value, found: &mut Vec<Message>, known: &mut Vec<Variable>, notes: &mut Notes) -> Result<(), Fault> {
    let Some((class, arguments)) = constructor(value) else {
        notes.say(format!("A message is left out, as it is none that can be read: {}.", shown(&value.to_string())));
        return Ok(());
    };
    let text_of = |key: &str| arguments.get(key).and_then(Value::as_str);
    match class {
        "MessagesPlaceholder" => found.extend(place(arguments, known, notes)),
        // Messages as such: nothing in them is a variable.
        "SystemMessage" | "HumanMessage" | "AIMessage" | "ChatMessage" | "ToolMessage" | "FunctionMessage" => {
            let said = spoken(class, arguments, notes);
            found.push(Message { content: syntax::convert(&said.content, Syntax::Literal, notes), ..said });
        }
        "ChatPromptTemplate" => {
            for value in arguments.get("messages").and_then(Value::as_array).into_iter().flatten() {
                message(value, found, known, notes)?;
            }
            partials(arguments, known, notes);
        }
        _ if class.starts_with("FewShot") => return Err(few_shot(class)),
        _ => match class.strip_suffix("MessagePromptTemplate").and_then(|kind| role(kind, text_of("role"), notes)) {
            Some(role) => found.push(Message::new(role, prompts(arguments.get("prompt"), known, notes))),
            None => notes.say(format!("A message is left out, as there is no such kind here: {}.", shown(class))),
        },
    }
    Ok(())
}

/// The role of `SystemMessage…`, or what a `ChatMessage…` says itself.
fn role(kind: &str, said: Option<&str>, notes: &mut Notes) -> Option<MessageRole> {
    match (kind, said) {
        ("Chat", Some(said)) => Some(messages::role(said).unwrap_or_else(|| {
            notes.say(format!("The role {} is “user” now.", shown(said)));
            MessageRole::User
        })),
        _ => messages::role(kind),
    }
}

/// The place of messages. LangChain asks for them unless they are optional; here it is the other way round.
fn place(arguments: &Arguments, known: &mut Vec<Variable>, notes: &mut Notes) -> Option<Message> {
    let message = messages::placeholder(arguments.get("variable_name").and_then(Value::as_str).unwrap_or_default(), notes)?;
    if arguments.get("n_messages").is_some_and(|limit| !limit.is_null()) {
        notes.say(format!("All messages of {} are put in, not only the newest.", shown(&message.content)));
    }
    let required = arguments.get("optional") != Some(&Value::Bool(true));
    known.push(Variable { required, ..Variable::implied_messages(&message.content) });
    Some(message)
}

/// One template, or the parts of a message below each other.
fn prompts(prompt: Option<&Value>, known: &mut Vec<Variable>, notes: &mut Notes) -> String {
    let parts = match prompt {
        Some(Value::Array(parts)) => parts.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    let mut texts = Vec::new();
    for part in parts {
        match constructor(part) {
            Some(("PromptTemplate", arguments)) => texts.push(text(arguments, known, notes)),
            Some(("ImagePromptTemplate", _)) => notes.say("An image in a message is left out: messages hold text."),
            Some((class, _)) => notes.say(format!("A part of a message is left out, as it is no text: {}.", shown(class))),
            None => notes.say(format!("A part of a message is left out, as it is no text: {}.", shown(&part.to_string()))),
        }
    }
    texts.join("\n")
}

/// The text of a `PromptTemplate`.
fn text(arguments: &Arguments, known: &mut Vec<Variable>, notes: &mut Notes) -> String {
    let syntax = match arguments.get("template_format").and_then(Value::as_str) {
        Some("mustache") => Syntax::Mustache,
        Some("jinja2") => Syntax::Jinja,
        _ => Syntax::FString,
    };
    partials(arguments, known, notes);
    syntax::convert(arguments.get("template").and_then(Value::as_str).unwrap_or_default(), syntax, notes)
}

/// A partial variable stands in unless a caller gives another value: a default.
fn partials(arguments: &Arguments, known: &mut Vec<Variable>, notes: &mut Notes) {
    for (wanted, value) in arguments.get("partial_variables").and_then(Value::as_object).into_iter().flatten() {
        let is_code = value.get("lc").is_some();
        let Some(name) = names::variable(wanted).filter(|_| !is_code && !value.is_null()) else {
            notes.say(format!("The value of {} is computed by code and is not carried over.", shown(wanted)));
            continue;
        };
        if let Value::Array(list) = value {
            let mut said = Vec::new();
            list.iter().filter_map(constructor).for_each(|(class, arguments)| said.push(spoken(class, arguments, notes)));
            let default = serde_json::to_value(&said).ok().filter(|_| !said.is_empty());
            known.retain(|variable| variable.name != name);
            known.push(Variable { default, ..Variable::implied_messages(name) });
            continue;
        }
        known.retain(|variable| variable.name != name);
        known.push(tidy::variable(name, value.clone(), |variable, value| variable.default = Some(value)));
    }
}

/// A message that was said: its content is no template.
fn spoken(class: &str, arguments: &Arguments, notes: &mut Notes) -> Message {
    let said = arguments.get("role").and_then(Value::as_str);
    let role = role(class.strip_suffix("Message").unwrap_or(class), said, notes).unwrap_or(MessageRole::User);
    let content = arguments.get("content").map(|content| messages::content(content, notes)).unwrap_or_default();
    let mut message = Message::new(role, content);
    let calls = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let own: Vec<Value> = calls(arguments.get("tool_calls")).iter().map(call).collect();
    let given = calls(arguments.get("additional_kwargs").and_then(|more| more.get("tool_calls")));
    message.tool_calls = if own.is_empty() { given } else { own };
    message.tool_call_id = arguments.get("tool_call_id").and_then(Value::as_str).map(str::to_owned);
    message
}

/// A call as chat completions have it: arguments are JSON in a text.
fn call(call: &Value) -> Value {
    let arguments = call.get("args").map_or_else(|| "{}".to_owned(), Value::to_string);
    json!({"id": call.get("id"), "type": "function", "function": {"name": call.get("name"), "arguments": arguments}})
}

/// The schema of a structured prompt as a response format.
fn structured(schema: &Value, notes: &mut Notes) -> Option<Value> {
    let name = ["title", "name"].iter().find_map(|key| schema.get(*key)?.as_str());
    let inner = schema.get("parameters").filter(|parameters| parameters.is_object()).unwrap_or(schema);
    if !inner.is_object() {
        notes.say("The form of its answer is no schema and is left out.");
        return None;
    }
    let name: String = name.unwrap_or("answer").chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).take(64).collect();
    Some(json!({"type": "json_schema", "json_schema": {"name": name, "schema": inner}}))
}
