//! JSON Schema as a form: tools and structured output, written without touching JSON.
//!
//! A form never loses anything: a keyword that it does not know is kept in its place, and a schema that it cannot show
//! is a `Raw` node, shown as JSON there and nowhere else. Reading and writing again gives the same JSON, keys in the same order.

mod check;
mod edit;
mod json;
mod keep;
mod lines;
mod path;
mod read;
#[cfg(test)]
mod tests;
mod tool;
mod write;

use serde_json::Number;

pub use check::{DEPTH_MAX, Findings, check_tools};
pub use edit::Edit;
pub use json::{Json, Pairs};
pub use keep::Keep;
use keep::Slot;
pub use path::{Path, Step};
pub use tool::{Named, ResponseFormat, Tool};

/// One schema, at any depth.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub kind: Kind,
    pub description: Option<String>,
    /// Fits the kind; another default is kept as it is.
    pub default: Option<Json>,
    /// `null` is allowed too: `"type": ["string", "null"]`.
    pub nullable: bool,
    pub keep: Keep,
}

/// What a node says beyond what all of them say.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    String(Text),
    Number(Numeric),
    Integer(Numeric),
    Boolean,
    Array(List),
    Object(Object),
    Null,
    /// Shown as JSON: `anyOf`, `$ref`, `true`, no type, and the like.
    Raw(Json),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Text {
    /// Empty where any text is allowed.
    pub choices: Vec<String>,
    pub format: Option<String>,
    pub pattern: Option<String>,
    pub min_length: Option<Number>,
    pub max_length: Option<Number>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Numeric {
    /// Empty where any number is allowed.
    pub choices: Vec<Number>,
    pub minimum: Option<Number>,
    pub maximum: Option<Number>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct List {
    pub items: Option<Box<Node>>,
    pub min_items: Option<Number>,
    pub max_items: Option<Number>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object {
    pub properties: Vec<Property>,
    /// `additionalProperties` where it is true or false; a schema there is kept as it is.
    pub additional: Option<bool>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Property {
    pub name: String,
    pub required: bool,
    pub node: Node,
}

/// The kinds, to choose from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    String,
    Number,
    Integer,
    Boolean,
    Array,
    Object,
    Null,
    Raw,
}

impl Type {
    pub const ALL: [Self; 8] = [Self::String, Self::Number, Self::Integer, Self::Boolean, Self::Array, Self::Object, Self::Null, Self::Raw];

    /// JSON Schema's word, and `raw`.
    pub fn as_str(self) -> &'static str {
        match self {
            Type::String => "string",
            Type::Number => "number",
            Type::Integer => "integer",
            Type::Boolean => "boolean",
            Type::Array => "array",
            Type::Object => "object",
            Type::Null => "null",
            Type::Raw => "raw",
        }
    }

    /// For people who write no JSON.
    pub fn title(self) -> &'static str {
        match self {
            Type::String => "Text",
            Type::Number => "Number",
            Type::Integer => "Whole number",
            Type::Boolean => "Yes or no",
            Type::Array => "List",
            Type::Object => "Group",
            Type::Null => "Nothing",
            Type::Raw => "JSON",
        }
    }

    /// The type that `as_str` names.
    pub fn named(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }
}

impl Node {
    /// An empty node: a list of texts, a group without fields.
    pub fn new(of: Type) -> Self {
        let kind = match of {
            Type::String => Kind::String(Text::default()),
            Type::Number => Kind::Number(Numeric::default()),
            Type::Integer => Kind::Integer(Numeric::default()),
            Type::Boolean => Kind::Boolean,
            Type::Array => Kind::Array(List { items: Some(Box::new(Node::new(Type::String))), ..List::default() }),
            Type::Object => Kind::Object(Object::default()),
            Type::Null => Kind::Null,
            Type::Raw => Kind::Raw(Json::Object(Pairs::new())),
        };
        // OpenAI refuses parameters without `properties`, even of a tool that takes none.
        let keep = if of == Type::Object { ["type", "properties"].map(|word| Slot::Place(word.to_owned())).to_vec() } else { Vec::new() };
        Self { kind, description: None, default: None, nullable: false, keep: Keep::new(keep) }
    }

    pub fn of(&self) -> Type {
        match self.kind {
            Kind::String(_) => Type::String,
            Kind::Number(_) => Type::Number,
            Kind::Integer(_) => Type::Integer,
            Kind::Boolean => Type::Boolean,
            Kind::Array(_) => Type::Array,
            Kind::Object(_) => Type::Object,
            Kind::Null => Type::Null,
            Kind::Raw(_) => Type::Raw,
        }
    }

    /// The node shown as JSON.
    pub fn raw(json: Json) -> Self {
        Self { kind: Kind::Raw(json), ..Self::new(Type::Raw) }
    }
}
