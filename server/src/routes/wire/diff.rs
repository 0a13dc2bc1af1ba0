//! A diff as clients read it: lines with the words that changed, and a table of everything else.

use atelier_domain::{
    diff::{self, MessageDiff, Op, SettingDiff, TextDiff, VersionDiff, unified},
    prompt::Version,
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::Role;

/// What leads from one version to another.
#[derive(Serialize, ToSchema)]
pub struct Diff {
    pub name: String,
    #[schema(minimum = 1)]
    pub from: u32,
    #[schema(minimum = 1)]
    pub to: u32,
    /// Whether both say the same.
    pub same: bool,
    /// Of the messages' texts; a changed line counts on both sides.
    pub lines_added: u32,
    pub lines_removed: u32,
    /// Every message in the new order; a removed one stands where it stood.
    pub messages: Vec<Message>,
    /// Model, parameters, tools, response format, variables and includes that differ.
    pub settings: Vec<Setting>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    Added,
    Removed,
    Changed,
}

impl From<diff::Change> for Change {
    fn from(change: diff::Change) -> Self {
        match change {
            diff::Change::Added => Change::Added,
            diff::Change::Removed => Change::Removed,
            diff::Change::Changed => Change::Changed,
        }
    }
}

/// A message of either side or of both; of a text prompt its text.
#[derive(Serialize, ToSchema)]
#[schema(as = DiffMessage)]
pub struct Message {
    /// Null for the text of a text prompt.
    #[schema(required)]
    pub role: Option<Role>,
    /// The role before, where it changed.
    #[schema(required)]
    pub previous_role: Option<Role>,
    /// Its place from 1; null on the side that lacks it.
    #[schema(required, minimum = 1)]
    pub from: Option<u32>,
    #[schema(required, minimum = 1)]
    pub to: Option<u32>,
    /// It stands elsewhere among the messages that both sides have.
    pub moved: bool,
    /// Null where it says the same.
    #[schema(required)]
    pub change: Option<Change>,
    pub lines: Vec<Line>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LineOp {
    Same,
    Removed,
    Added,
}

/// A line; a changed one is its old line, then its new one.
#[derive(Serialize, ToSchema)]
#[schema(as = DiffLine)]
pub struct Line {
    pub op: LineOp,
    /// Its number from 1; null on the side that lacks it.
    #[schema(required, minimum = 1)]
    pub from: Option<u32>,
    #[schema(required, minimum = 1)]
    pub to: Option<u32>,
    pub parts: Vec<LinePart>,
}

#[derive(Serialize, ToSchema)]
pub struct LinePart {
    pub text: String,
    /// Whether the other side of a changed line lacks it.
    pub changed: bool,
}

/// A line of the table beside the messages.
#[derive(Serialize, ToSchema)]
#[schema(as = DiffSetting)]
pub struct Setting {
    /// `model`, `parameter`, `tool`, `tool_order`, `response_format`, `variable` or `include`.
    pub setting: String,
    /// Which parameter, tool, variable or included prompt.
    #[schema(required)]
    pub name: Option<String>,
    pub change: Change,
    /// As people read it.
    #[schema(required)]
    pub from: Option<String>,
    #[schema(required)]
    pub to: Option<String>,
    /// JSON that takes more than a line.
    pub lines: Vec<Line>,
}

impl Diff {
    pub fn new(name: String, from: &Version, to: &Version) -> Self {
        let found = VersionDiff::new(from, to);
        let count = found.count();
        Self {
            name,
            from: from.number,
            to: to.number,
            same: found.is_empty(),
            lines_added: count.lines_added,
            lines_removed: count.lines_deleted,
            messages: found.messages.iter().map(Message::from).collect(),
            settings: found.settings.iter().map(Setting::from).collect(),
        }
    }
}

impl From<&MessageDiff> for Message {
    fn from(message: &MessageDiff) -> Self {
        Self {
            role: message.role.map(Role::from),
            previous_role: message.was.map(Role::from),
            from: message.old,
            to: message.new,
            moved: message.moved,
            change: message.change().map(Change::from),
            lines: lines(&message.text),
        }
    }
}

impl From<&SettingDiff> for Setting {
    fn from(setting: &SettingDiff) -> Self {
        // The domain's own words: a tag, and a name where there is one.
        let said = serde_json::to_value(&setting.setting).unwrap_or_default();
        let field = |name: &str| said.get(name).and_then(Value::as_str).map(str::to_owned);
        Self {
            setting: field("setting").unwrap_or_default(),
            name: field("name"),
            change: setting.change.into(),
            from: setting.old.clone(),
            to: setting.new.clone(),
            lines: setting.text.as_ref().map(lines).unwrap_or_default(),
        }
    }
}

fn lines(text: &TextDiff) -> Vec<Line> {
    let line = |line: diff::Line<'_>| Line {
        op: match line.op {
            Op::Same => LineOp::Same,
            Op::Delete => LineOp::Removed,
            Op::Add => LineOp::Added,
        },
        from: line.old,
        to: line.new,
        parts: line.spans.iter().map(|span| LinePart { text: span.text.to_owned(), changed: span.changed }).collect(),
    };
    unified(&text.rows).into_iter().map(line).collect()
}
