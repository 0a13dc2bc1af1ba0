//! Messages of blocks as turns of parts. Tools answer in turns of their own, and thoughts of earlier turns are left out: nobody else can check their signature.

use atelier_domain::fault::Fault;
use serde_json::{Value, json};

use crate::gateway::{
    chat::{Part, Role, Turn},
    faults,
    front::fields::{Fields, each},
};

#[derive(Default)]
pub(super) struct Content {
    /// The first thing that no other protocol has.
    pub own: Option<Fault>,
}

impl Content {
    /// Notes what no other protocol has.
    pub fn only(&mut self, say: impl FnOnce() -> String, field: &'static str) {
        self.own.get_or_insert_with(|| faults::cannot(field, say()));
    }

    pub fn turns(&mut self, message: &Value) -> Result<Vec<Turn>, Fault> {
        let fields = Fields::of(message)?;
        let role = match fields.need("role")? {
            "user" => Role::User,
            "assistant" => Role::Assistant,
            // Between turns, where newer models take it.
            "system" => Role::System,
            _ => return Err(Fault::field("role", "The role is user or assistant; the system's message stands in “system”.")),
        };
        match fields.get("content") {
            Some(Value::String(text)) => Ok(vec![Turn::new(role, text.as_str())]),
            Some(Value::Array(blocks)) => self.blocks(role, blocks),
            _ => Err(Fault::field("content", "A message's content is a text or a list of blocks.")),
        }
    }

    fn blocks(&mut self, role: Role, blocks: &[Value]) -> Result<Vec<Turn>, Fault> {
        let (mut results, mut turn) = (Vec::new(), Turn { role, ..Turn::default() });
        each("content", blocks, |block| {
            let fields = Fields::of(block)?;
            match fields.need("type")? {
                "tool_use" => turn.tool_calls.push(call(fields)?),
                "tool_result" => {
                    let (result, images) = self.result(fields)?;
                    results.push(result);
                    turn.parts.extend(images);
                }
                _ => turn.parts.extend(self.part(block)?),
            }
            Ok(())
        })?;
        if !turn.parts.is_empty() || !turn.tool_calls.is_empty() || results.is_empty() {
            results.push(turn);
        }
        Ok(results)
    }

    /// A tool's answer, and its images: others take only text there, so these go to what the user says next.
    fn result(&mut self, fields: Fields<'_>) -> Result<(Turn, Vec<Part>), Fault> {
        let mut parts = Vec::new();
        match fields.get("content") {
            None => {}
            Some(Value::String(text)) => parts.push(Part::Text(text.clone())),
            Some(Value::Array(blocks)) => {
                for found in each("content", blocks, |block| self.part(block))? {
                    parts.extend(found);
                }
            }
            Some(_) => return Err(Fault::field("content", "A tool's answer is a text or a list of blocks.")),
        }
        let (mut texts, others): (Vec<_>, Vec<_>) = parts.into_iter().partition(|part| matches!(part, Part::Text(_)));
        if texts.is_empty() && !others.is_empty() {
            texts.push(Part::Text("(shown in the next message)".to_owned()));
        }
        let id = fields.need("tool_use_id")?.to_owned();
        Ok((Turn { role: Role::Tool, parts: texts, tool_call_id: Some(id), ..Turn::default() }, others))
    }

    /// What a block says. Several parts, where it holds blocks itself.
    pub fn part(&mut self, block: &Value) -> Result<Vec<Part>, Fault> {
        let fields = Fields::of(block)?;
        let kind = fields.need("type")?;
        let source = || fields.object("source").and_then(|source| source.ok_or_else(|| Fault::field("source", "“source” is missing.")));
        let known = match kind {
            "text" => Some(vec![Part::Text(fields.need("text")?.to_owned())]),
            "thinking" | "redacted_thinking" => Some(Vec::new()),
            "image" => image(source()?)?,
            "document" => self.document(source()?, fields.text("title")?)?,
            _ => None,
        };
        Ok(known.unwrap_or_else(|| {
            self.only(|| format!("Only Anthropic's models take “{kind}” in this form. Leave it out, or choose one of them."), "messages");
            vec![Part::Other(block.clone())]
        }))
    }

    fn document(&mut self, source: Fields<'_>, title: Option<&str>) -> Result<Option<Vec<Part>>, Fault> {
        Ok(match (source.need("type")?, source.get("content")) {
            ("base64", _) => {
                let file = json!({"filename": title.unwrap_or("document.pdf"), "file_data": data(source)?});
                Some(vec![Part::Other(json!({"type": "file", "file": file}))])
            }
            ("text", _) => Some(vec![Part::Text(source.need("data")?.to_owned())]),
            ("content", Some(Value::String(text))) => Some(vec![Part::Text(text.clone())]),
            ("content", Some(Value::Array(blocks))) => Some(each("content", blocks, |block| leaf(self, block))?.into_iter().flatten().collect()),
            _ => None,
        })
    }
}

/// A block that may hold no further ones.
fn leaf(content: &mut Content, block: &Value) -> Result<Vec<Part>, Fault> {
    match block.get("type").and_then(Value::as_str) {
        Some("text" | "image") => content.part(block),
        _ => Err(Fault::field("", "A document's content is text and images.")),
    }
}

fn image(source: Fields<'_>) -> Result<Option<Vec<Part>>, Fault> {
    let url = match source.need("type")? {
        "base64" => data(source)?,
        "url" => source.need("url")?.to_owned(),
        _ => return Ok(None),
    };
    Ok(Some(vec![Part::Image { url, detail: None }]))
}

fn data(source: Fields<'_>) -> Result<String, Fault> {
    Ok(format!("data:{};base64,{}", source.need("media_type")?, source.need("data")?))
}

fn call(fields: Fields<'_>) -> Result<Value, Fault> {
    let arguments = fields.get("input").map_or_else(|| "{}".to_owned(), Value::to_string);
    let mut call = json!({"id": fields.need("id")?, "type": "function", "function": {"name": fields.need("name")?, "arguments": arguments}});
    // Ours, from an answer of Gemini: see `ToolCall::signature`.
    if let (Some(extra), Value::Object(map)) = (fields.get("extra_content"), &mut call) {
        map.insert("extra_content".to_owned(), extra.clone());
    }
    Ok(call)
}
