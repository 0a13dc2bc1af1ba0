//! What is sent to us. Every field at fault is named, by its type or by a rule of the domain.

use std::collections::BTreeMap;

use atelier_domain::prompt::{self as domain, Body, Draft, MessageRole, NewPrompt, PromptName, PromptType, Selector, Tag};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{Kind, Message, Variable};
use crate::routes::{extract::FromBody, fields::Fields};

/// A prompt to be made.
#[derive(ToSchema)]
#[schema(example = json!({"name": "support/reply", "type": "chat", "description": "Answers a customer", "tags": ["support"]}))]
pub struct PromptDraft {
    /// Letters, digits, `-`, `_`, `.` and spaces; `/` makes folders.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    pub name: String,
    #[schema(rename = "type", value_type = Kind)]
    pub kind: PromptType,
    /// Without control characters.
    #[schema(value_type = Option<String>, max_length = 2_000)]
    pub description: String,
    /// At most 20, of 1 to 50 characters each, without commas, quotes and backslashes.
    #[schema(value_type = Option<Vec<String>>)]
    pub tags: Vec<String>,
}

impl FromBody for PromptDraft {
    fn read(body: &mut Fields) -> Option<Self> {
        let name: Option<String> = body.need("name");
        let kind = body.need("type");
        let description: String = body.take("description").unwrap_or_default();
        let tags: Vec<String> = body.list("tags", || "unread".to_owned()).unwrap_or_default();
        // The use case checks these again; here so that all fields are named at once.
        if let Some(name) = &name {
            body.errors.keep(name.trim().parse::<PromptName>());
        }
        for (at, tag) in tags.iter().enumerate() {
            if let Err(fault) = tag.trim().parse::<Tag>() {
                body.errors.add(format!("tags[{at}]"), fault.message);
            }
        }
        if description.chars().count() > 2_000 {
            body.errors.add("description", "A description has at most 2,000 characters.");
        }
        Some(Self { name: name?, kind: kind?, description, tags })
    }
}

impl From<PromptDraft> for NewPrompt {
    fn from(draft: PromptDraft) -> Self {
        Self { name: draft.name, prompt_type: draft.kind, description: draft.description, tags: draft.tags }
    }
}

/// What the next version says: `messages` of a chat prompt, or the `text` of a text prompt.
#[derive(ToSchema)]
#[schema(example = json!({
    "messages": [{"role": "system", "content": "You answer for {{product}}."}, {"role": "user", "content": "{{question}}"}],
    "model": "local/smollm2-135m-instruct", "params": {"temperature": 0.2, "max_tokens": 40}, "note": "first"
}))]
#[expect(dead_code, reason = "read as the domain's draft; this is its description")]
pub struct VersionDraft {
    #[schema(min_items = 1, max_items = 500)]
    messages: Option<Vec<Message>>,
    /// A template. At most 1 MiB.
    text: Option<String>,
    /// What the variables are. One that is not declared is a text that must be given.
    #[schema(max_items = 200)]
    variable_specs: Option<Vec<Variable>>,
    /// `provider/model`; without it the model of this machine.
    #[schema(min_length = 1, max_length = 200)]
    model: Option<String>,
    params: Option<ParamsDraft>,
    /// As OpenAI's chat completions take them.
    #[schema(max_items = 128)]
    tools: Option<Vec<Tool>>,
    response_format: Option<ResponseFormat>,
    #[schema(max_length = 1_000)]
    note: Option<String>,
}

/// How a model is asked. Parameters that are not named here are kept and passed on.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read as the domain's parameters; this is their description")]
pub struct ParamsDraft {
    #[schema(minimum = 0, maximum = 2)]
    temperature: Option<f64>,
    #[schema(exclusive_minimum = 0, maximum = 1)]
    top_p: Option<f64>,
    /// The longest answer, in tokens; 256 where nothing is said.
    #[schema(minimum = 1, maximum = 1_000_000)]
    max_tokens: Option<u32>,
    /// The answer ends before any of these texts.
    #[schema(max_items = 4)]
    stop: Option<Vec<String>>,
    /// The same seed gives the same answer.
    #[schema(minimum = 0, format = "uint64")]
    seed: Option<u64>,
    #[serde(flatten)]
    more: BTreeMap<String, Value>,
}

/// A function that a model may ask for. Whatever else it says is kept and passed on.
#[derive(ToSchema)]
#[expect(dead_code, reason = "kept as it came; this is its description")]
pub struct Tool {
    /// `function`.
    r#type: Option<Value>,
    function: ToolFunction,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "kept as it came; this is its description")]
pub struct ToolFunction {
    #[schema(min_length = 1)]
    name: String,
    /// A text.
    description: Option<Value>,
    /// A JSON schema.
    parameters: Option<Value>,
}

/// The form of the answer, as OpenAI's chat completions take it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "kept as it came; this is its description")]
pub struct ResponseFormat {
    r#type: String,
}

impl FromBody for Draft {
    fn read(body: &mut Fields) -> Option<Self> {
        let messages = body.list("messages", || domain::Message::new(MessageRole::User, "")).map(Body::Messages);
        let text = body.take("text").map(Body::Text);
        let said = match (messages, text) {
            (Some(_), Some(_)) => {
                body.errors.add("text", "Send messages or a text, not both.");
                None
            }
            (None, None) => {
                let unread = !body.errors.is_empty();
                if !unread {
                    body.errors.add("messages", "Send the messages of a chat prompt, or the text of a text prompt.");
                }
                None
            }
            (messages, text) => messages.or(text),
        };
        let draft = Draft {
            body: said.clone().unwrap_or(Body::Text(String::new())),
            variables: body.list("variable_specs", || domain::Variable::implied("unread")).unwrap_or_default(),
            model: body.take("model"),
            params: body.take("params").unwrap_or_default(),
            tools: body.take("tools").unwrap_or_default(),
            response_format: body.take("response_format"),
            note: body.take("note").unwrap_or_default(),
        };
        let draft = Draft { body: draft.body.without_ids(), ..draft };
        if !body.errors.is_empty() {
            // The use case will not see it: say now whatever else it would have said.
            body.errors.keep(draft.check(draft.body.prompt_type()));
        }
        said.map(|_| draft)
    }
}

/// Where a label shall stand.
#[derive(ToSchema)]
#[schema(example = json!({"version": 1}))]
pub struct LabelTarget {
    #[schema(minimum = 1)]
    pub version: u32,
    /// Where you believe the label stands; null for nowhere yet. Where it stands elsewhere, it stays and the answer is 409. Absent: not checked.
    #[schema(minimum = 0, required = false)]
    pub expected_version: Option<u32>,
}

impl FromBody for LabelTarget {
    fn read(body: &mut Fields) -> Option<Self> {
        let said = body.has("expected_version");
        let expected = body.take("expected_version");
        let version: Option<u32> = body.need("version");
        if version == Some(0) {
            body.errors.add("version", "Versions count from 1.");
        }
        Some(Self { version: version?, expected_version: said.then(|| expected.unwrap_or(0)) })
    }
}

/// Which version to fill in, and with what.
#[derive(ToSchema)]
#[schema(example = json!({"label": "latest", "variables": {"product": "Atelier", "question": "What is a label?"}}))]
pub struct Filling {
    /// Without label and version: `production`, else the newest. `latest` is always the newest.
    #[schema(max_length = 64)]
    pub label: Option<String>,
    #[schema(minimum = 1)]
    pub version: Option<u32>,
    /// Values by name. Strings go in bare, everything else as JSON.
    #[schema(value_type = Option<BTreeMap<String, Value>>)]
    pub variables: BTreeMap<String, Value>,
    #[schema(ignore)]
    pub selector: Selector,
}

impl FromBody for Filling {
    fn read(body: &mut Fields) -> Option<Self> {
        let (label, version): (Option<String>, _) = (body.take("label"), body.take("version"));
        let selector = body.errors.selector(label.as_deref(), version);
        Some(Self { label, version, variables: body.take("variables").unwrap_or_default(), selector })
    }
}

/// Which version to run, and with what.
#[derive(ToSchema)]
#[schema(example = json!({"label": "latest", "variables": {"product": "Atelier", "question": "What is a label?"}}))]
pub struct RunDraft {
    /// Without label and version: `production`, else the newest. `latest` is always the newest.
    #[schema(max_length = 64)]
    pub label: Option<String>,
    #[schema(minimum = 1)]
    pub version: Option<u32>,
    /// Values by name. Strings go in bare, everything else as JSON.
    #[schema(value_type = Option<BTreeMap<String, Value>>)]
    pub variables: BTreeMap<String, Value>,
    #[schema(ignore)]
    pub selector: Selector,
    /// Whether the answer comes as server-sent events, as it is made.
    #[schema(value_type = Option<bool>)]
    pub stream: bool,
    #[schema(required = false)]
    pub stream_options: Option<StreamOptions>,
}

/// As OpenAI has it.
#[derive(Deserialize, ToSchema)]
pub struct StreamOptions {
    /// Whether a last chunk tells the tokens used.
    #[serde(default)]
    pub include_usage: bool,
}

impl FromBody for RunDraft {
    fn read(body: &mut Fields) -> Option<Self> {
        let Filling { label, version, variables, selector } = Filling::read(body)?;
        let stream = body.take("stream").unwrap_or_default();
        Some(Self { label, version, variables, selector, stream, stream_options: body.take("stream_options") })
    }
}
