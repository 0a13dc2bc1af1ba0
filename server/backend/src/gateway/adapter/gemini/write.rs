//! A chat in Gemini's words.

use std::collections::HashMap;

use atelier_domain::fault::Fault;
use serde_json::{Map, Value, json};

use super::params;
use crate::gateway::{
    adapter::image,
    chat::{Call, Chat, Choice, Format, Function, Part, Role, Turn},
    faults,
};

/// What Google says to send for a call that its model did not make, or whose signature is lost.
const NO_SIGNATURE: &str = "skip_thought_signature_validator";

pub(super) fn body(chat: &Chat) -> Result<Value, Fault> {
    let params::Others { mut body, mut config } = params::write(chat)?;
    body.insert("contents".to_owned(), contents(chat)?.into());
    let system = system(&chat.messages)?;
    if !system.is_empty() {
        body.insert("systemInstruction".to_owned(), json!({"parts": system}));
    }
    if !chat.tools.is_empty() {
        body.insert("tools".to_owned(), tools(&chat.tools)?.into());
    }
    if let Some(choice) = chat.choice()? {
        let calling = match choice {
            Choice::Auto => json!({"mode": "AUTO"}),
            Choice::None => json!({"mode": "NONE"}),
            Choice::Required => json!({"mode": "ANY"}),
            Choice::Function(name) => json!({"mode": "ANY", "allowedFunctionNames": [name]}),
        };
        body.insert("toolConfig".to_owned(), json!({"functionCallingConfig": calling}));
    }
    let format = chat.format()?;
    if format != Format::Text {
        config.insert("responseMimeType".to_owned(), "application/json".into());
    }
    if let Format::Schema(schema) = format {
        config.insert("responseJsonSchema".to_owned(), schema.clone());
    }
    if !config.is_empty() {
        body.insert("generationConfig".to_owned(), config.into());
    }
    Ok(body.into())
}

fn system(turns: &[Turn]) -> Result<Vec<Value>, Fault> {
    let said = turns.iter().filter(|turn| matches!(turn.role, Role::System | Role::Developer)).flat_map(|turn| &turn.parts);
    let parts = said.filter_map(|part| match part {
        Part::Text(text) if text.is_empty() => None,
        Part::Text(text) => Some(Ok(json!({"text": text}))),
        _ => Some(Err(faults::cannot("messages", "Gemini takes only text as the system's message. Put images into the user's."))),
    });
    parts.collect()
}

/// Turns of one role that follow each other are one turn: the answers to several calls belong together.
fn contents(chat: &Chat) -> Result<Vec<Value>, Fault> {
    let signs = needs_signature(&chat.model);
    let mut names: HashMap<&str, &str> = HashMap::new();
    let mut contents: Vec<(&str, Vec<Value>)> = Vec::new();
    for turn in &chat.messages {
        let (role, parts) = match turn.role {
            Role::System | Role::Developer => continue,
            Role::User => ("user", parts(&turn.parts)?),
            Role::Tool => ("user", vec![response(turn, &names)?]),
            Role::Assistant => {
                let calls = turn.calls()?;
                names.extend(calls.iter().map(|call| (call.id, call.name)));
                let mut said = parts(&turn.parts)?;
                said.extend(calls.iter().enumerate().map(|(at, call)| function_call(call, signs && at == 0)));
                ("model", said)
            }
        };
        match contents.last_mut() {
            Some((last, before)) if *last == role => before.extend(parts),
            _ => contents.push((role, parts)),
        }
    }
    contents.retain(|(_, parts)| !parts.is_empty());
    if contents.is_empty() {
        return Err(faults::cannot("messages", "Gemini's models need at least one message of the user."));
    }
    Ok(contents.into_iter().map(|(role, parts)| json!({"role": role, "parts": parts})).collect())
}

/// From Gemini 3 on, the first call of a turn without its signature is refused.
fn needs_signature(model: &str) -> bool {
    let name = model.rsplit('/').next().unwrap_or(model);
    let major = name.strip_prefix("gemini-").and_then(|rest| rest.split(|c: char| !c.is_ascii_digit()).next()).and_then(|digits| digits.parse::<u32>().ok());
    major.is_some_and(|major| major >= 3)
}

fn parts(parts: &[Part]) -> Result<Vec<Value>, Fault> {
    let written = parts.iter().filter_map(|part| match part {
        Part::Text(text) if text.is_empty() => None,
        Part::Text(text) => Some(Ok(json!({"text": text}))),
        Part::Image { url, .. } => Some(picture(url)),
        Part::Other(_) => Some(Err(faults::cannot("messages", "Gemini's models take text and images here, nothing else."))),
    });
    written.collect()
}

fn picture(url: &str) -> Result<Value, Fault> {
    let url = match image(url)? {
        image::Source::Inline { media_type, base64 } => return Ok(json!({"inlineData": {"mimeType": media_type, "data": base64}})),
        image::Source::Url(url) => url,
    };
    let path = url.split(['?', '#']).next().unwrap_or(url).to_lowercase();
    let known =
        [(".png", "image/png"), (".jpg", "image/jpeg"), (".jpeg", "image/jpeg"), (".webp", "image/webp"), (".heic", "image/heic"), (".gif", "image/gif")];
    match known.iter().find(|(end, _)| path.ends_with(end)) {
        Some((_, media_type)) => Ok(json!({"fileData": {"mimeType": media_type, "fileUri": url}})),
        // Files that were sent to Google before have no ending, and Google knows their type.
        None => Ok(json!({"fileData": {"fileUri": url}})),
    }
}

fn function_call(call: &Call<'_>, signs: bool) -> Value {
    let mut inside = Map::from_iter([("name".to_owned(), call.name.into()), ("args".to_owned(), call.arguments.clone().into())]);
    if !call.id.is_empty() {
        inside.insert("id".to_owned(), call.id.into());
    }
    let mut part = json!({"functionCall": inside});
    if let (Some(signature), Some(map)) = (call.signature.or(signs.then_some(NO_SIGNATURE)), part.as_object_mut()) {
        map.insert("thoughtSignature".to_owned(), signature.into());
    }
    part
}

fn response(turn: &Turn, names: &HashMap<&str, &str>) -> Result<Value, Fault> {
    let missing =
        || faults::cannot("messages", "A tool's message has to name the call that it answers, as tool_call_id, and that call has to stand before it.");
    let id = turn.tool_call_id.as_deref().ok_or_else(missing)?;
    let name = names.get(id).ok_or_else(missing)?;
    let text = turn.text().ok_or_else(|| faults::cannot("messages", "Gemini takes only text as a tool's message."))?;
    let response = serde_json::from_str(&text).ok().filter(Value::is_object).unwrap_or_else(|| json!({"output": text}));
    Ok(json!({"functionResponse": {"id": id, "name": name, "response": response}}))
}

fn tools(tools: &[Value]) -> Result<Vec<Value>, Fault> {
    let mut declarations = Vec::new();
    let mut written = Vec::new();
    for tool in tools {
        match Function::of(tool) {
            Some(function) => declarations.push(declaration(&function)),
            // Google's own: {"googleSearch": {}}.
            None if tool.is_object() && tool.get("type").is_none() => written.push(tool.clone()),
            None => return Err(faults::cannot("tools", "Gemini's models take functions as tools, and Google's own tools.")),
        }
    }
    if !declarations.is_empty() {
        written.insert(0, json!({"functionDeclarations": declarations}));
    }
    Ok(written)
}

fn declaration(function: &Function<'_>) -> Value {
    let mut written = Map::from_iter([("name".to_owned(), function.name.into())]);
    written.extend(function.description.map(|text| ("description".to_owned(), text.into())));
    written.extend(function.parameters.map(|schema| ("parametersJsonSchema".to_owned(), schema.clone())));
    written.into()
}
