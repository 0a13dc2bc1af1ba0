//! A chat that a client asks in Anthropic's words.

use atelier_domain::{fault::Fault, prompt::Params};
use serde_json::{Map, Value, json};

use super::content::Content;
use crate::gateway::{
    chat::{Chat, Part, Role, Turn},
    front::{
        Ask, Neutral,
        fields::{Fields, each},
        raw::Raw,
    },
};

/// What has a place of its own in the neutral chat, or matters to Anthropic alone: where it caches, what it clears from a long conversation.
/// The end user's name is not passed on: it may be longer than others take.
const KNOWN: [&str; 18] = [
    "model",
    "messages",
    "system",
    "max_tokens",
    "temperature",
    "top_p",
    "stop_sequences",
    "tools",
    "tool_choice",
    "stream",
    "stream_options",
    "metadata",
    "thinking",
    "output_config",
    "output_format",
    "cache_control",
    "context_management",
    "service_tier",
];

/// What the gateway itself has to know.
pub(in crate::gateway::front) fn head(body: &Raw) -> Result<Ask, Fault> {
    let read = body.some(&["model", "stream", "metadata"])?;
    let fields = Fields::new(&read);
    let user = match fields.object("metadata")? {
        Some(metadata) => metadata.text("user_id")?.map(str::to_owned),
        None => None,
    };
    Ok(Ask { model: fields.model()?.to_owned(), stream: fields.flag("stream")?.unwrap_or(false), include_usage: true, n: 1, user })
}

pub(in crate::gateway::front) fn read(mut body: Map<String, Value>) -> Result<Neutral, Fault> {
    let fields = Fields::new(&body);
    let mut content = Content::default();
    let mut messages: Vec<Turn> = system(fields, &mut content)?.into_iter().collect();
    for turns in each("messages", fields.list("messages")?, |message| content.turns(message))? {
        messages.extend(turns);
    }
    let effort = effort(fields)?;
    let choice = choice(fields, &mut content)?;
    let mut chat = Chat {
        model: fields.model()?.to_owned(),
        messages,
        tools: each("tools", fields.list("tools")?, |tool| read_tool(tool, &mut content))?,
        tool_choice: choice.value,
        response_format: format(fields)?,
        params: Params {
            temperature: fields.number("temperature")?,
            top_p: fields.number("top_p")?,
            max_tokens: fields.count("max_tokens")?,
            stop: fields.texts("stop_sequences")?,
            seed: None,
            more: Map::new(),
        },
        extra: Map::new(),
    };
    body.retain(|name, _| !KNOWN.contains(&name.as_str()));
    chat.extra = body;
    chat.extra.extend(effort.map(|effort| ("reasoning_effort".to_owned(), effort.into())));
    if !choice.parallel {
        chat.extra.insert("parallel_tool_calls".to_owned(), false.into());
    }
    Ok(Neutral { chat, own: content.own })
}

fn system(fields: Fields<'_>, content: &mut Content) -> Result<Option<Turn>, Fault> {
    let mut parts = Vec::new();
    match fields.get("system") {
        None => return Ok(None),
        Some(Value::String(text)) => parts.push(Part::Text(text.clone())),
        Some(Value::Array(blocks)) => {
            for found in each("system", blocks, |block| content.part(block))? {
                parts.extend(found);
            }
        }
        Some(_) => return Err(Fault::field("system", "“system” has to be a text or a list of text blocks.")),
    }
    Ok(Some(Turn { role: Role::System, parts, ..Turn::default() }))
}

fn read_tool(tool: &Value, content: &mut Content) -> Result<Value, Fault> {
    let fields = Fields::of(tool)?;
    if let Some(kind) = fields.text("type")?.filter(|kind| *kind != "custom") {
        content.only(|| format!("The tool “{kind}” is Anthropic's own. Leave it out, or choose one of Anthropic's models."), "tools");
        return Ok(tool.clone());
    }
    let mut function = Map::from_iter([("name".to_owned(), fields.need("name")?.into())]);
    for (name, ours) in [("description", "description"), ("input_schema", "parameters"), ("strict", "strict")] {
        function.extend(fields.get(name).map(|value| (ours.to_owned(), value.clone())));
    }
    Ok(json!({"type": "function", "function": function}))
}

struct Choice {
    value: Option<Value>,
    parallel: bool,
}

fn choice(fields: Fields<'_>, content: &mut Content) -> Result<Choice, Fault> {
    let Some(choice) = fields.object("tool_choice")? else { return Ok(Choice { value: None, parallel: true }) };
    let value = match choice.need("type")? {
        "auto" => "auto".into(),
        "any" => "required".into(),
        "none" => "none".into(),
        "tool" => json!({"type": "function", "function": {"name": choice.need("name")?}}),
        _ => {
            content.only(|| "The choice of tools is auto, any, tool or none.".to_owned(), "tool_choice");
            Value::Null
        }
    };
    Ok(Choice { value: Some(value), parallel: choice.flag("disable_parallel_tool_use")? != Some(true) })
}

/// In the words that all other providers have.
fn effort(fields: Fields<'_>) -> Result<Option<&'static str>, Fault> {
    let config = fields.object("output_config")?;
    if let Some(effort) = config.map(|config| config.text("effort")).transpose()?.flatten() {
        return Ok(Some(match effort {
            "low" => "low",
            "medium" => "medium",
            _ => "high",
        }));
    }
    let Some(thinking) = fields.object("thinking")? else { return Ok(None) };
    Ok(match (thinking.need("type")?, thinking.get("budget_tokens").and_then(Value::as_u64)) {
        ("enabled", Some(..4_096)) => Some("low"),
        ("enabled", Some(..16_384)) => Some("medium"),
        ("enabled", Some(_)) => Some("high"),
        _ => None,
    })
}

/// `output_format` was its name before `output_config` was.
fn format(fields: Fields<'_>) -> Result<Option<Value>, Fault> {
    let now = fields.object("output_config")?.map(|config| config.object("format")).transpose()?.flatten();
    let Some(format) = now.or(fields.object("output_format")?) else { return Ok(None) };
    Ok(format.get("schema").map(|schema| json!({"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": true}})))
}
