//! A chat that a client asks in OpenAI's words.

use atelier_domain::{fault::Fault, prompt::Params};
use serde_json::{Map, Value, json};

use crate::gateway::{
    chat::{Chat, Part, Role, Turn},
    front::{
        Ask, Neutral,
        fields::{Fields, each},
        raw::Raw,
    },
};

/// What has a place of its own in the neutral chat, or is about the answer's transport.
const KNOWN: [&str; 13] = [
    "model",
    "messages",
    "tools",
    "tool_choice",
    "response_format",
    "temperature",
    "top_p",
    "max_tokens",
    "max_completion_tokens",
    "stop",
    "stream",
    "stream_options",
    "n",
];

/// What the gateway itself has to know.
pub(in crate::gateway::front) fn head(body: &Raw) -> Result<Ask, Fault> {
    let read = body.some(&["model", "stream", "stream_options", "n", "user", "safety_identifier"])?;
    let fields = Fields::new(&read);
    let n = fields.count("n")?.unwrap_or(1);
    if n == 0 {
        return Err(Fault::field("n", "“n” has to be 1 or more."));
    }
    let user = fields.text("user")?.or(fields.text("safety_identifier")?).map(str::to_owned);
    let include_usage = match fields.object("stream_options")? {
        Some(options) => options.flag("include_usage")?.unwrap_or(false),
        None => false,
    };
    Ok(Ask { model: fields.model()?.to_owned(), stream: fields.flag("stream")?.unwrap_or(false), include_usage, n, user })
}

pub(in crate::gateway::front) fn read(mut body: Map<String, Value>) -> Result<Neutral, Fault> {
    let fields = Fields::new(&body);
    let params = Params {
        temperature: fields.number("temperature")?,
        top_p: fields.number("top_p")?,
        max_tokens: fields.count("max_completion_tokens")?.or(fields.count("max_tokens")?),
        stop: fields.texts("stop")?,
        seed: fields.get("seed").and_then(Value::as_u64),
        more: Map::new(),
    };
    // OpenAI takes seeds below 0, which no other provider does: such a one stays in the body's rest.
    let seeded = params.seed.is_some();
    each("tools", fields.list("tools")?, |tool| Fields::of(tool).map(|_| ()))?;
    let (model, messages) = (fields.model()?.to_owned(), each("messages", fields.list("messages")?, turn)?);
    let mut take = |name: &str| body.get_mut(name).map(Value::take).filter(|value| !value.is_null());
    let chat = Chat {
        model,
        messages,
        tools: if let Some(Value::Array(tools)) = take("tools") { tools } else { Vec::new() },
        tool_choice: take("tool_choice"),
        response_format: take("response_format"),
        params,
        extra: Map::new(),
    };
    body.retain(|name, _| !(KNOWN.contains(&name.as_str()) || seeded && name == "seed"));
    Ok(Neutral { chat: Chat { extra: body, ..chat }, own: None })
}

fn turn(message: &Value) -> Result<Turn, Fault> {
    let fields = Fields::of(message)?;
    let role = match fields.need("role")? {
        "system" => Role::System,
        "developer" => Role::Developer,
        "user" => Role::User,
        "assistant" => Role::Assistant,
        // A function's answer, as it was before there were tools, names no call.
        "tool" | "function" => Role::Tool,
        _ => return Err(Fault::field("role", "The role is system, developer, user, assistant or tool.")),
    };
    let mut parts = match fields.get("content") {
        None => Vec::new(),
        Some(Value::String(text)) => vec![Part::Text(text.clone())],
        Some(Value::Array(parts)) => each("content", parts, part)?,
        Some(_) => return Err(Fault::field("content", "A message's content is a text or a list of parts.")),
    };
    parts.extend(fields.text("refusal")?.map(|refusal| Part::Text(refusal.to_owned())));
    parts.extend(fields.get("audio").map(|audio| Part::Other(json!({"type": "audio", "audio": audio}))));
    let mut tool_calls = each("tool_calls", fields.list("tool_calls")?, |call| Fields::of(call).map(|_| call.clone()))?;
    tool_calls.extend(fields.get("function_call").map(|call| json!({"type": "function", "function": call})));
    let text = |name| fields.text(name).map(|text| text.map(str::to_owned));
    Ok(Turn { role, parts, tool_calls, tool_call_id: text("tool_call_id")?, name: text("name")? })
}

fn part(part: &Value) -> Result<Part, Fault> {
    let fields = Fields::of(part)?;
    Ok(match fields.need("type")? {
        "text" => Part::Text(fields.need("text")?.to_owned()),
        "refusal" => Part::Text(fields.need("refusal")?.to_owned()),
        "image_url" => match fields.get("image_url") {
            // Not OpenAI's, but many a server takes it, and many a client sends it.
            Some(Value::String(url)) => Part::Image { url: url.clone(), detail: None },
            _ => {
                let image = fields.object("image_url")?.ok_or_else(|| Fault::field("image_url", "“image_url” is missing."))?;
                Part::Image { url: image.need("url")?.to_owned(), detail: image.text("detail")?.map(str::to_owned) }
            }
        },
        _ => Part::Other(part.clone()),
    })
}
