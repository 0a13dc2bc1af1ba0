//! A chat in Anthropic's words.

use atelier_domain::fault::Fault;
use serde_json::{Map, Value, json};

use super::params;
use crate::gateway::{
    adapter::image,
    chat::{Chat, Choice, Format, Function, Part, Role, Turn},
    faults,
};

/// The protocol wants a limit; this is ours where nobody sets one.
const MAX_TOKENS: u64 = 4_096;

pub(super) fn body(chat: &Chat, stream: bool) -> Result<Value, Fault> {
    let mut body = Map::from_iter([("model".to_owned(), chat.model.as_str().into())]);
    let others = params::write(chat)?;
    // The budget for thinking counts towards the limit, so a default has to leave room beside it.
    let budget = others.body.get("thinking").and_then(|thinking| thinking.get("budget_tokens")).and_then(Value::as_u64).unwrap_or(0);
    let limit = chat.params.max_tokens.map(u64::from).or(others.max_tokens).unwrap_or(MAX_TOKENS + budget);
    body.insert("max_tokens".to_owned(), limit.into());
    let system = system(&chat.messages)?;
    if !system.is_empty() {
        body.insert("system".to_owned(), system.into());
    }
    body.insert("messages".to_owned(), messages(&chat.messages)?.into());
    if !chat.tools.is_empty() {
        body.insert("tools".to_owned(), chat.tools.iter().map(tool).collect::<Result<Vec<_>, _>>()?.into());
    }
    if let Some(choice) = choice(chat, others.parallel)? {
        body.insert("tool_choice".to_owned(), choice);
    }
    body.extend(others.body);
    match chat.format()? {
        Format::Text => {}
        Format::Json => return Err(faults::cannot("response_format", "Anthropic's models answer in JSON by a schema only: use the type json_schema.")),
        Format::Schema(schema) => {
            let config = body.entry("output_config").or_insert_with(|| json!({}));
            if let Some(config) = config.as_object_mut() {
                config.insert("format".to_owned(), json!({"type": "json_schema", "schema": schema}));
            }
        }
    }
    body.insert("stream".to_owned(), stream.into());
    Ok(body.into())
}

/// Anthropic has no turn of the system: whatever it says stands before the conversation.
fn system(turns: &[Turn]) -> Result<Vec<Value>, Fault> {
    let said = turns.iter().filter(|turn| matches!(turn.role, Role::System | Role::Developer)).flat_map(|turn| &turn.parts);
    let blocks = said.filter_map(|part| match part {
        // An empty block is refused.
        Part::Text(text) if text.is_empty() => None,
        Part::Text(text) => Some(Ok(json!({"type": "text", "text": text}))),
        _ => Some(Err(faults::cannot("messages", "Anthropic takes only text as the system's message. Put images into the user's."))),
    });
    blocks.collect()
}

/// Turns of one role that follow each other are one turn: tool results belong into one, and so wants it Anthropic.
fn messages(turns: &[Turn]) -> Result<Vec<Value>, Fault> {
    let mut messages: Vec<(&str, Vec<Value>)> = Vec::new();
    for turn in turns {
        let (role, blocks) = match turn.role {
            Role::System | Role::Developer => continue,
            Role::User => ("user", blocks(&turn.parts)?),
            Role::Tool => ("user", vec![result(turn)?]),
            Role::Assistant => ("assistant", assistant(turn)?),
        };
        match messages.last_mut() {
            Some((last, before)) if *last == role => before.extend(blocks),
            _ => messages.push((role, blocks)),
        }
    }
    messages.retain(|(_, blocks)| !blocks.is_empty());
    if messages.is_empty() {
        return Err(faults::cannot("messages", "Anthropic's models need at least one message of the user."));
    }
    Ok(messages.into_iter().map(|(role, content)| json!({"role": role, "content": content})).collect())
}

fn blocks(parts: &[Part]) -> Result<Vec<Value>, Fault> {
    let blocks = parts.iter().filter_map(|part| match part {
        Part::Text(text) if text.is_empty() => None,
        Part::Text(text) => Some(Ok(json!({"type": "text", "text": text}))),
        Part::Image { url, .. } => Some(source(url).map(|source| json!({"type": "image", "source": source}))),
        Part::Other(_) => Some(Err(faults::cannot("messages", "Anthropic's models take text and images here, nothing else."))),
    });
    blocks.collect()
}

fn source(url: &str) -> Result<Value, Fault> {
    Ok(match image(url)? {
        image::Source::Inline { media_type, base64 } => json!({"type": "base64", "media_type": media_type, "data": base64}),
        image::Source::Url(url) => json!({"type": "url", "url": url}),
    })
}

fn result(turn: &Turn) -> Result<Value, Fault> {
    let missing = || faults::cannot("messages", "A tool's message has to name the call that it answers, as tool_call_id.");
    let id = turn.tool_call_id.as_deref().ok_or_else(missing)?;
    Ok(json!({"type": "tool_result", "tool_use_id": id, "content": blocks(&turn.parts)?}))
}

fn assistant(turn: &Turn) -> Result<Vec<Value>, Fault> {
    let mut said = blocks(&turn.parts)?;
    for call in turn.calls()? {
        said.push(json!({"type": "tool_use", "id": call.id, "name": call.name, "input": call.arguments}));
    }
    Ok(said)
}

fn tool(tool: &Value) -> Result<Value, Fault> {
    let Some(function) = Function::of(tool) else {
        // Anthropic's own tools end in a date: web_search_20250305.
        let own =
            tool.get("type").and_then(Value::as_str).and_then(|kind| kind.rsplit('_').next()).is_some_and(|end| end.len() == 8 && end.parse::<u32>().is_ok());
        return if own { Ok(tool.clone()) } else { Err(faults::cannot("tools", "Anthropic's models take functions as tools, and Anthropic's own tools.")) };
    };
    let schema = function.parameters.cloned().unwrap_or_else(|| json!({"type": "object", "properties": {}}));
    let mut written = Map::from_iter([("name".to_owned(), function.name.into()), ("input_schema".to_owned(), schema)]);
    written.extend(function.description.map(|text| ("description".to_owned(), text.into())));
    written.extend(function.strict.filter(|strict| *strict).map(|strict| ("strict".to_owned(), strict.into())));
    Ok(written.into())
}

/// `parallel` is false where the model may make only one call at once.
fn choice(chat: &Chat, parallel: bool) -> Result<Option<Value>, Fault> {
    let mut choice = match chat.choice()? {
        None if parallel || chat.tools.is_empty() => return Ok(None),
        None | Some(Choice::Auto) => json!({"type": "auto"}),
        Some(Choice::None) => return Ok(Some(json!({"type": "none"}))),
        Some(Choice::Required) => json!({"type": "any"}),
        Some(Choice::Function(name)) => json!({"type": "tool", "name": name}),
    };
    if let (false, Some(map)) = (parallel, choice.as_object_mut()) {
        map.insert("disable_parallel_tool_use".to_owned(), true.into());
    }
    Ok(Some(choice))
}
