//! Prompts: names, labels, tags, and versions that never change.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize, de};
use serde_json::{Map, Value};

use crate::{
    canonical,
    fault::{Fault, Kind, Problems},
    id::{ProjectId, PromptId, VersionId},
    template::{Include, Template},
    timestamp::Timestamp,
};

/// The largest text of one message, in bytes.
pub const MESSAGE_MAX: usize = 1 << 20;
/// The largest content of one version, in bytes.
pub const CONTENT_MAX: usize = 3 << 20;
/// The most messages in one version.
pub const MESSAGES_MAX: usize = 500;
/// The most variables in one version, includes counted.
pub const VARIABLES_MAX: usize = 1_000;
/// The label that code pulls unless it says otherwise.
pub const PRODUCTION: &str = "production";

macro_rules! text_newtype {
    ($(#[$doc:meta])* $name:ident, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = Fault;
            fn from_str(text: &str) -> Result<Self, Fault> {
                let check: fn(&str) -> Result<(), Fault> = $check;
                check(text).map(|()| Self(text.to_owned()))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    };
}

text_newtype!(
    /// A prompt's name, unique in its project; `/` makes folders: `support/reply`.
    PromptName,
    check_name
);
text_newtype!(
    /// A movable name for a version: `production`.
    LabelName,
    check_label
);
text_newtype!(
    /// A word to find prompts by.
    Tag,
    check_tag
);

impl PromptName {
    /// What stands before the last `/`, or nothing.
    pub fn folder(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// What stands after the last `/`.
    pub fn leaf(&self) -> &str {
        self.0.rsplit_once('/').map_or(&self.0, |(_, leaf)| leaf)
    }
}

fn check_name(name: &str) -> Result<(), Fault> {
    let say = |why: String| Err(Fault::field("name", why));
    if name.is_empty() {
        return say("Give it a name, such as support/reply.".to_owned());
    }
    let length = name.chars().count();
    if length > 200 {
        return say(format!("A prompt's name has at most 200 characters; this has {length}."));
    }
    if let Some(bad) = name.chars().find(|c| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ' | '/'))) {
        return say(format!("A prompt's name holds letters, digits, “-”, “_”, “.”, spaces, and “/” for folders, but not {bad:?}."));
    }
    if name.split('/').any(|segment| segment.trim().is_empty() || segment.trim() != segment || segment == "." || segment == "..") {
        return say("Every part between slashes needs a name, without spaces around it.".to_owned());
    }
    Ok(())
}

fn check_label(label: &str) -> Result<(), Fault> {
    let good = label.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && label.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.'))
        && label.len() <= 64;
    if !good {
        return Err(Fault::field("label", "A label has 1 to 64 lower-case letters, digits, “-”, “_” or “.”, a letter or digit first."));
    }
    if label == "latest" {
        return Err(Fault::field("label", "“latest” is always the newest version and cannot be moved; choose another name."));
    }
    Ok(())
}

fn check_tag(tag: &str) -> Result<(), Fault> {
    let good = !tag.is_empty() && tag.trim() == tag && tag.chars().count() <= 50 && !tag.chars().any(|c| c.is_control() || matches!(c, ',' | '"' | '\\'));
    if good { Ok(()) } else { Err(Fault::field("tags", "A tag has 1 to 50 characters, without commas, quotes or spaces around it.")) }
}

/// Reads tags from a form's field, separated by commas.
///
/// # Errors
/// `Invalid` on `tags`.
pub fn tags(text: &str) -> Result<Vec<Tag>, Fault> {
    let tags: Result<Vec<Tag>, Fault> = text.split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(str::parse).collect();
    tidy_tags(tags?)
}

/// Sorts, drops repeats, and refuses more than 20.
///
/// # Errors
/// `Invalid` on `tags`.
pub fn tidy_tags(mut tags: Vec<Tag>) -> Result<Vec<Tag>, Fault> {
    tags.sort();
    tags.dedup();
    if tags.len() > 20 {
        return Err(Fault::field("tags", format!("At most 20 tags; these are {}.", tags.len())));
    }
    Ok(tags)
}

/// A conversation, or one text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PromptType {
    Chat,
    Text,
}

impl PromptType {
    pub fn as_str(self) -> &'static str {
        match self {
            PromptType::Chat => "chat",
            PromptType::Text => "text",
        }
    }
}

impl FromStr for PromptType {
    type Err = Fault;
    fn from_str(text: &str) -> Result<Self, Fault> {
        match text {
            "chat" => Ok(PromptType::Chat),
            "text" => Ok(PromptType::Text),
            _ => Err(Fault::field("type", "The type is chat or text.")),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageRole {
    System,
    User,
    Assistant,
}

impl MessageRole {
    pub const ALL: [Self; 3] = [Self::System, Self::User, Self::Assistant];

    pub fn as_str(self) -> &'static str {
        match self {
            MessageRole::System => "system",
            MessageRole::User => "user",
            MessageRole::Assistant => "assistant",
        }
    }
}

impl fmt::Display for MessageRole {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            MessageRole::System => "System",
            MessageRole::User => "User",
            MessageRole::Assistant => "Assistant",
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub role: MessageRole,
    pub content: String,
}

/// What a version says: `messages` of a chat, or the `text` of a text prompt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    Messages(Vec<Message>),
    Text(String),
}

impl Body {
    pub fn prompt_type(&self) -> PromptType {
        match self {
            Body::Messages(_) => PromptType::Chat,
            Body::Text(_) => PromptType::Text,
        }
    }

    /// The texts with the path of each as a client writes it.
    pub fn texts(&self) -> Vec<(String, &str)> {
        match self {
            Body::Messages(messages) => {
                messages.iter().enumerate().map(|(at, message)| (format!("messages[{at}].content"), message.content.as_str())).collect()
            }
            Body::Text(text) => vec![("text".to_owned(), text.as_str())],
        }
    }

    /// The same body with every text changed.
    ///
    /// # Errors
    /// The first that `change` gives.
    pub fn try_map<E>(&self, mut change: impl FnMut(&str) -> Result<String, E>) -> Result<Self, E> {
        Ok(match self {
            Body::Messages(messages) => {
                Body::Messages(messages.iter().map(|message| Ok(Message { role: message.role, content: change(&message.content)? })).collect::<Result<_, E>>()?)
            }
            Body::Text(text) => Body::Text(change(text)?),
        })
    }

    /// As messages for a chat model: a text is one message of the user.
    pub fn into_messages(self) -> Vec<Message> {
        match self {
            Body::Messages(messages) => messages,
            Body::Text(content) => vec![Message { role: MessageRole::User, content }],
        }
    }
}

/// How a model is asked. Unknown parameters are kept and passed on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Params {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

impl Params {
    fn check(&self, problems: &mut Problems) {
        if self.temperature.is_some_and(|t| !(0.0..=2.0).contains(&t)) {
            problems.add("params.temperature", "A temperature lies between 0 and 2.");
        }
        if self.top_p.is_some_and(|p| !(p > 0.0 && p <= 1.0)) {
            problems.add("params.top_p", "top_p lies above 0 and at most at 1.");
        }
        if self.max_tokens.is_some_and(|n| n == 0 || n > 1_000_000) {
            problems.add("params.max_tokens", "The longest answer has between 1 and 1,000,000 tokens.");
        }
        if self.stop.as_ref().is_some_and(|stop| stop.len() > 4 || stop.iter().any(|text| text.is_empty() || text.len() > 1_000)) {
            problems.add("params.stop", "At most 4 stop texts, none of them empty or over 1,000 bytes.");
        }
    }
}

/// What somebody wants to save as the next version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    #[serde(flatten)]
    pub body: Body,
    #[serde(default)]
    pub model: Option<String>,
    #[serde(default)]
    pub params: Params,
    #[serde(default)]
    pub tools: Vec<Value>,
    #[serde(default)]
    pub response_format: Option<Value>,
    #[serde(default)]
    pub note: String,
}

impl Draft {
    /// Checks every rule that needs no other prompt, and reads the templates in the order of `body.texts()`.
    ///
    /// # Errors
    /// `Invalid` naming every field at fault.
    pub fn check(&self, prompt_type: PromptType) -> Result<Vec<Template>, Fault> {
        let mut problems = Problems::default();
        if self.body.prompt_type() != prompt_type {
            let field = if prompt_type == PromptType::Chat { "messages" } else { "text" };
            return Err(Fault::field(field, format!("This is a {} prompt: send “{field}”.", prompt_type.as_str())));
        }
        if let Body::Messages(messages) = &self.body {
            if messages.is_empty() {
                problems.add("messages", "A chat prompt needs at least one message.");
            }
            if messages.len() > MESSAGES_MAX {
                problems.add("messages", format!("At most {MESSAGES_MAX} messages; these are {}.", messages.len()));
            }
        }
        let texts = self.body.texts();
        if texts.iter().map(|(_, text)| text.len()).sum::<usize>() > CONTENT_MAX {
            problems.add("messages", "All texts of a version together take at most 3 MiB.");
        }
        let templates = texts.iter().filter_map(|(path, text)| read_text(path, text, &mut problems)).collect();
        self.check_rest(&mut problems);
        problems.check().map(|()| templates)
    }

    fn check_rest(&self, problems: &mut Problems) {
        self.params.check(problems);
        if self.note.chars().count() > 1_000 || self.note.contains('\0') {
            problems.add("note", "A note has at most 1,000 characters, none of them NUL.");
        }
        if self.model.as_ref().is_some_and(|model| model.is_empty() || model.len() > 200 || model.chars().any(|c| c.is_control() || c.is_whitespace())) {
            problems.add("model", "A model is named provider/model, such as local/smollm2-135m-instruct.");
        }
        if self.tools.len() > 128 {
            problems.add("tools", "At most 128 tools.");
        }
        for (at, tool) in self.tools.iter().enumerate() {
            if tool.pointer("/function/name").and_then(Value::as_str).is_none_or(str::is_empty) {
                problems.add(format!("tools[{at}]"), "A tool is {\"type\": \"function\", \"function\": {\"name\": …}}.");
            }
        }
        if self.response_format.as_ref().is_some_and(|format| format.get("type").and_then(Value::as_str).is_none()) {
            problems.add("response_format", "A response format is an object with a “type”.");
        }
        let sizes = [canonical::text(&Value::from(self.tools.clone())).len(), self.response_format.as_ref().map_or(0, |f| f.to_string().len())];
        if sizes.iter().any(|size| *size > MESSAGE_MAX)
            || [&Value::from(self.tools.clone()), &Value::Object(self.params.more.clone())].iter().any(|v| v.to_string().contains("\\u0000"))
        {
            problems.add("tools", "Tools and response format take at most 1 MiB each and hold no NUL.");
        }
    }
}

fn read_text(path: &str, text: &str, problems: &mut Problems) -> Option<Template> {
    if text.len() > MESSAGE_MAX {
        problems.add(path, format!("A text takes at most 1 MiB; this takes {} bytes.", text.len()));
        return None;
    }
    if text.contains('\0') {
        problems.add(path, "A text cannot hold the NUL character.");
        return None;
    }
    match Template::parse(text) {
        Ok(template) => Some(template),
        Err(fault) => {
            fault.fields.into_iter().for_each(|error| problems.add(path, error.detail));
            None
        }
    }
}

/// An include as it was fixed when the version was saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    #[serde(flatten)]
    pub include: Include,
    pub version: u32,
    /// The prompt itself, so that a pin survives a rename.
    pub prompt: PromptId,
}

/// An immutable version. Versions never change; labels move.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Version {
    pub id: VersionId,
    pub prompt: PromptId,
    /// 1, 2, 3 … in its prompt.
    pub number: u32,
    pub body: Body,
    pub model: Option<String>,
    pub params: Params,
    pub tools: Vec<Value>,
    pub response_format: Option<Value>,
    pub note: String,
    pub includes: Vec<Pin>,
    /// In order of first appearance, those of includes among them.
    pub variables: Vec<String>,
    pub content_hash: String,
    /// The name of the person or key that saved it, as it was then.
    pub author: String,
    pub created_at: Timestamp,
}

/// Who saves a version, when, and under which id.
#[derive(Clone, Debug)]
pub struct Saving {
    pub id: VersionId,
    pub author: String,
    pub at: Timestamp,
}

impl Version {
    /// The version after `latest`. `None` where `draft` says what `latest` says.
    ///
    /// # Errors
    /// `Invalid` where the prompt has too many variables.
    pub fn next(prompt: PromptId, latest: Option<(u32, &str)>, draft: Draft, resolved: Resolved, saving: Saving) -> Result<Option<Self>, Fault> {
        if resolved.variables.len() > VARIABLES_MAX {
            return Err(Fault::field("messages", format!("A version has at most {VARIABLES_MAX} variables; this has {}.", resolved.variables.len())));
        }
        let content_hash = content_hash(&draft, &resolved.pins);
        if latest.is_some_and(|(_, hash)| hash == content_hash) {
            return Ok(None);
        }
        Ok(Some(Self {
            id: saving.id,
            prompt,
            number: latest.map_or(1, |(number, _)| number + 1),
            body: draft.body,
            model: draft.model,
            params: draft.params,
            tools: draft.tools,
            response_format: draft.response_format,
            note: draft.note,
            includes: resolved.pins,
            variables: resolved.variables,
            content_hash,
            author: saving.author,
            created_at: saving.at,
        }))
    }

    /// The draft that would make this version again, without its note.
    pub fn to_draft(&self) -> Draft {
        Draft {
            body: self.body.clone(),
            model: self.model.clone(),
            params: self.params.clone(),
            tools: self.tools.clone(),
            response_format: self.response_format.clone(),
            note: String::new(),
        }
    }
}

/// What saving found out about a draft's includes.
#[derive(Clone, Debug, Default)]
pub struct Resolved {
    pub pins: Vec<Pin>,
    pub variables: Vec<String>,
}

/// The hash of everything that shapes an answer: not the note, the author or the time.
pub fn content_hash(draft: &Draft, pins: &[Pin]) -> String {
    let mut pins: Vec<_> = pins.iter().map(|pin| (pin.include.to_string(), pin.version)).collect();
    pins.sort();
    let mut content = Map::new();
    content.insert("body".to_owned(), json(&draft.body));
    content.insert("model".to_owned(), json(&draft.model));
    content.insert("params".to_owned(), json(&draft.params));
    content.insert("tools".to_owned(), json(&draft.tools));
    content.insert("response_format".to_owned(), json(&draft.response_format));
    content.insert("includes".to_owned(), json(&pins));
    canonical::hash(&Value::Object(content))
}

/// These types always have a JSON form.
fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// Fills every text of `body`; includes must be expanded before.
///
/// # Errors
/// `Invalid` with one field for each missing variable.
pub fn render(body: &Body, values: &BTreeMap<String, Value>) -> Result<Body, Fault> {
    let mut missing: Vec<String> = Vec::new();
    let rendered = body.try_map(|text| {
        Ok::<_, Fault>(Template::parse(text)?.fill(values).unwrap_or_else(|names| {
            missing.extend(names);
            String::new()
        }))
    })?;
    missing.sort();
    missing.dedup();
    let mut problems = Problems::default();
    missing.iter().for_each(|name| problems.add(format!("variables.{name}"), format!("The variable “{name}” has no value.")));
    problems.check().map(|()| rendered)
}

/// Where a label stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    pub label: LabelName,
    pub version: u32,
    pub moved_at: Timestamp,
    pub moved_by: String,
}

/// One move of a label; rolling back is such a move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelMove {
    pub label: LabelName,
    /// Nothing where the label was new.
    pub from: Option<u32>,
    pub to: u32,
    pub moved_at: Timestamp,
    pub moved_by: String,
}

/// A prompt without its versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    pub id: PromptId,
    pub project: ProjectId,
    pub name: PromptName,
    #[serde(rename = "type")]
    pub prompt_type: PromptType,
    pub description: String,
    pub tags: Vec<Tag>,
    /// The newest version's number; 0 before the first.
    pub latest: u32,
    pub labels: Vec<Label>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub updated_by: String,
    /// Out of lists, closed to changes; what code pulls goes on working.
    pub archived_at: Option<Timestamp>,
}

impl Prompt {
    pub fn label(&self, name: &str) -> Option<u32> {
        self.labels.iter().find(|label| label.label.as_str() == name).map(|label| label.version)
    }

    /// The number that `selector` means here.
    ///
    /// # Errors
    /// NotFound, saying what there is.
    pub fn resolve(&self, selector: &Selector) -> Result<u32, Fault> {
        let found = match selector {
            Selector::Published => self.label(PRODUCTION).or(Some(self.latest)),
            Selector::Latest => Some(self.latest),
            Selector::Label(label) => self.label(label.as_str()),
            Selector::Version(number) => (*number <= self.latest).then_some(*number),
        };
        match (found.filter(|number| *number > 0), selector) {
            (Some(number), _) => Ok(number),
            (None, Selector::Label(label)) => Err(Fault::new(Kind::NotFound, "label_not_found", format!("“{}” has no label “{label}”.", self.name))),
            (None, Selector::Version(number)) => Err(Fault::new(Kind::NotFound, "version_not_found", format!("“{}” has no version {number}.", self.name))),
            (None, _) => Err(Fault::new(Kind::NotFound, "version_not_found", format!("“{}” has no version yet.", self.name))),
        }
    }

    /// # Errors
    /// Conflict where the prompt is archived.
    pub fn check_open(&self) -> Result<(), Fault> {
        match self.archived_at {
            None => Ok(()),
            Some(_) => Err(Fault::conflict("prompt_archived", "This prompt is archived. Bring it back before you change it.")),
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// The last edited first.
    #[default]
    Updated,
    /// The last edited last.
    Oldest,
    Name,
    /// By name, from the end.
    NameDown,
}

/// Which prompts to list. Empty texts match everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// Prompts in this folder and below it.
    pub folder: String,
    pub tag: String,
    /// Found in name, description and tags, whatever the case.
    pub q: String,
    pub sort: Sort,
    pub archived: bool,
}

/// What a project's prompts are sorted into.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outline {
    /// Every folder, those that only hold folders too, with the prompts in and below it.
    pub folders: BTreeMap<String, u32>,
    pub tags: Vec<(String, u32)>,
    pub prompts: u32,
    pub archived: u32,
}

/// What a prompt is made with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewPrompt {
    pub name: String,
    #[serde(rename = "type")]
    pub prompt_type: PromptType,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub tags: Vec<String>,
}

/// A version in a history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    pub number: u32,
    pub note: String,
    pub author: String,
    pub model: Option<String>,
    pub content_hash: String,
    pub created_at: Timestamp,
}

/// Which version of a prompt somebody means.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Selector {
    /// What `production` points at, else the newest.
    Published,
    /// The newest.
    Latest,
    Label(LabelName),
    Version(u32),
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn draft(content: &str) -> Draft {
        Draft {
            body: Body::Messages(vec![Message { role: MessageRole::User, content: content.to_owned() }]),
            model: None,
            params: Params::default(),
            tools: vec![],
            response_format: None,
            note: String::new(),
        }
    }

    fn saving() -> Saving {
        Saving { id: VersionId(uuid::Uuid::nil()), author: "Mara".to_owned(), at: Timestamp(0) }
    }

    #[test]
    fn names_allow_folders_and_refuse_what_would_confuse() {
        for good in ["reply", "support/reply", "a/b/c.d-e_f", "Brev på svenska", "x"] {
            assert!(good.parse::<PromptName>().is_ok(), "{good}");
        }
        for bad in ["", "/a", "a/", "a//b", "a@b", "a{b", "a\nb", "a/../b", " a", "a/ b", &"x".repeat(201), "a\u{202e}b", "a?b"] {
            assert!(bad.parse::<PromptName>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn labels_are_plain_and_latest_is_taken() {
        assert!("production".parse::<LabelName>().is_ok());
        for bad in ["", "Latest", "latest", "a b", "-x", "é"] {
            assert!(bad.parse::<LabelName>().is_err(), "{bad}");
        }
    }

    #[test]
    fn equal_content_makes_no_version_and_a_note_is_no_content() {
        let prompt = PromptId(uuid::Uuid::nil());
        let first = Version::next(prompt, None, draft("a"), Resolved::default(), saving()).unwrap().unwrap();
        let noted = Draft { note: "other".to_owned(), ..draft("a") };
        assert_eq!(first.number, 1);
        assert_eq!(Version::next(prompt, Some((1, &first.content_hash)), noted, Resolved::default(), saving()).unwrap(), None);
        assert_eq!(Version::next(prompt, Some((1, &first.content_hash)), draft("b"), Resolved::default(), saving()).unwrap().unwrap().number, 2);
    }

    #[test]
    fn a_moved_include_is_new_content() {
        let pin = |version| Pin { include: Include { name: "tone".parse().unwrap(), label: None }, version, prompt: PromptId(uuid::Uuid::nil()) };
        assert_ne!(content_hash(&draft("{{> tone}}"), &[pin(1)]), content_hash(&draft("{{> tone}}"), &[pin(2)]));
    }

    #[test]
    fn a_draft_hears_of_every_field_at_once() {
        let bad = Draft {
            body: Body::Messages(vec![Message { role: MessageRole::User, content: "{{".to_owned() }]),
            params: Params { temperature: Some(3.0), top_p: Some(0.0), max_tokens: Some(0), ..Params::default() },
            model: Some("a b".to_owned()),
            tools: vec![json!({})],
            response_format: Some(json!("json")),
            note: "x".repeat(1_001),
        };
        let fault = bad.check(PromptType::Chat).unwrap_err();
        let fields: Vec<_> = fault.fields.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["messages[0].content", "params.temperature", "params.top_p", "params.max_tokens", "note", "model", "tools[0]", "response_format"]);
        assert_eq!(draft("a").check(PromptType::Text).unwrap_err().fields[0].field, "text");
    }

    #[test]
    fn rendering_names_each_missing_variable_once() {
        let body = Body::Messages(vec![
            Message { role: MessageRole::System, content: "{{a}} {{b}}".to_owned() },
            Message { role: MessageRole::User, content: "{{b}} {{c}}".to_owned() },
        ]);
        let fault = render(&body, &BTreeMap::from([("a".to_owned(), json!("x"))])).unwrap_err();
        assert_eq!(fault.fields.iter().map(|e| e.field.as_str()).collect::<Vec<_>>(), ["variables.b", "variables.c"]);
    }

    #[test]
    fn a_draft_reads_the_shape_of_the_interface() {
        let draft: Draft =
            serde_json::from_value(json!({"messages": [{"role": "user", "content": "hi"}], "params": {"temperature": 0.2, "top_k": 4}})).unwrap();
        assert_eq!(draft.params.more["top_k"], 4);
        assert_eq!(serde_json::to_value(&draft).unwrap()["messages"][0]["content"], "hi");
    }

    proptest! {
        #[test]
        fn the_hash_tells_contents_apart(a in ".{0,20}", b in ".{0,20}") {
            prop_assert_eq!(a == b, content_hash(&draft(&a), &[]) == content_hash(&draft(&b), &[]));
        }

        #[test]
        fn a_hash_survives_the_wire(content in ".{0,40}", temperature in proptest::option::of(0.0f64..2.0), seed in any::<Option<u64>>()) {
            let draft = Draft { params: Params { temperature, seed, ..Params::default() }, ..draft(&content) };
            let back: Draft = serde_json::from_str(&serde_json::to_string(&draft).unwrap()).unwrap();
            prop_assert_eq!(content_hash(&draft, &[]), content_hash(&back, &[]));
        }
    }
}
