//! What a node says beyond its type, each as the text that a control shows and people type.

use atelier_domain::schema::{Edit, Json, Kind, Node, Path, Type};
use serde_json::Number;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaf {
    Description,
    Choices,
    Format,
    Pattern,
    MinLength,
    MaxLength,
    Minimum,
    Maximum,
    MinItems,
    MaxItems,
    Additional,
    Default,
    Nullable,
    Raw,
}

/// The formats of texts that models and validators know, in people's words.
pub const FORMATS: [(&str, &str); 11] = [
    ("", "Any text"),
    ("date-time", "Date and time"),
    ("date", "Date"),
    ("time", "Time"),
    ("duration", "Duration"),
    ("email", "E-mail address"),
    ("uri", "Web address"),
    ("uuid", "UUID"),
    ("hostname", "Host name"),
    ("ipv4", "IPv4 address"),
    ("ipv6", "IPv6 address"),
];

impl Leaf {
    /// Those that a type has beside its description and what stands inside it. The whole cannot be nothing.
    pub fn of(of: Type, root: bool) -> &'static [Leaf] {
        match of {
            Type::String => &[Leaf::Choices, Leaf::Format, Leaf::Pattern, Leaf::MinLength, Leaf::MaxLength, Leaf::Default, Leaf::Nullable],
            Type::Number | Type::Integer => &[Leaf::Choices, Leaf::Minimum, Leaf::Maximum, Leaf::Default, Leaf::Nullable],
            Type::Boolean => &[Leaf::Default, Leaf::Nullable],
            Type::Array => &[Leaf::MinItems, Leaf::MaxItems, Leaf::Default, Leaf::Nullable],
            Type::Object if root => &[Leaf::Additional],
            Type::Object => &[Leaf::Additional, Leaf::Default, Leaf::Nullable],
            Type::Null | Type::Raw => &[],
        }
    }

    /// As findings name it.
    pub fn word(self) -> &'static str {
        match self {
            Leaf::Description => "description",
            Leaf::Choices => "enum",
            Leaf::Format => "format",
            Leaf::Pattern => "pattern",
            Leaf::MinLength => "min_length",
            Leaf::MaxLength => "max_length",
            Leaf::Minimum => "minimum",
            Leaf::Maximum => "maximum",
            Leaf::MinItems => "min_items",
            Leaf::MaxItems => "max_items",
            Leaf::Additional => "additional",
            Leaf::Default => "default",
            Leaf::Nullable => "nullable",
            Leaf::Raw => "raw",
        }
    }

    /// On the page, and the same with "of" for screen readers.
    pub fn title(self) -> (&'static str, &'static str) {
        match self {
            Leaf::Description => ("Description", "Description of"),
            Leaf::Choices => ("Choices", "Choices of"),
            Leaf::Format => ("Format", "Format of"),
            Leaf::Pattern => ("Pattern", "Pattern of"),
            Leaf::MinLength => ("Shortest", "Shortest of"),
            Leaf::MaxLength => ("Longest", "Longest of"),
            Leaf::Minimum => ("Least", "Least of"),
            Leaf::Maximum => ("Most", "Most of"),
            Leaf::MinItems => ("Fewest items", "Fewest items of"),
            Leaf::MaxItems => ("Most items", "Most items of"),
            Leaf::Additional => ("Other fields", "Other fields of"),
            Leaf::Default => ("Default", "Default of"),
            Leaf::Nullable => ("May be nothing", "May be nothing:"),
            Leaf::Raw => ("JSON", "JSON of"),
        }
    }

    pub fn hint(self) -> Option<&'static str> {
        match self {
            Leaf::Choices => Some("One a line. Without any, every value is allowed."),
            Leaf::Pattern => Some("A regular expression"),
            Leaf::MinLength | Leaf::MaxLength => Some("Characters"),
            Leaf::Raw => Some("A part of the schema that no form shows. Choose a type to write it anew."),
            _ => None,
        }
    }

    pub fn is_number(self) -> bool {
        matches!(self, Leaf::MinLength | Leaf::MaxLength | Leaf::Minimum | Leaf::Maximum | Leaf::MinItems | Leaf::MaxItems)
    }

    /// As it stands in its control; empty where the node does not say it.
    pub fn show(self, node: &Node) -> String {
        match (self, &node.kind) {
            (Leaf::Description, _) => node.description.clone().unwrap_or_default(),
            (Leaf::Default, _) => node.default.as_ref().map(|default| default_text(default, node.nullable)).unwrap_or_default(),
            (Leaf::Nullable, _) => yes(Some(node.nullable).filter(|nullable| *nullable)),
            (Leaf::Choices, Kind::String(text)) => lines(text.choices.iter().map(|choice| quoted(choice, false))),
            (Leaf::Choices, Kind::Number(numeric) | Kind::Integer(numeric)) => lines(numeric.choices.iter().map(Number::to_string)),
            (Leaf::Format, Kind::String(text)) => text.format.clone().unwrap_or_default(),
            (Leaf::Pattern, Kind::String(text)) => text.pattern.clone().unwrap_or_default(),
            (Leaf::Additional, Kind::Object(object)) => yes(object.additional),
            (Leaf::Raw, Kind::Raw(json)) => json.pretty(),
            (Leaf::MinLength, Kind::String(text)) => number(&text.min_length),
            (Leaf::MaxLength, Kind::String(text)) => number(&text.max_length),
            (Leaf::Minimum, Kind::Number(numeric) | Kind::Integer(numeric)) => number(&numeric.minimum),
            (Leaf::Maximum, Kind::Number(numeric) | Kind::Integer(numeric)) => number(&numeric.maximum),
            (Leaf::MinItems, Kind::Array(list)) => number(&list.min_items),
            (Leaf::MaxItems, Kind::Array(list)) => number(&list.max_items),
            _ => String::new(),
        }
    }

    /// Takes what was typed; nothing changes where that makes no sense.
    ///
    /// # Errors
    /// The sentence of what is wrong with it.
    pub fn put(self, node: &mut Node, typed: &str) -> Result<(), String> {
        let text = Some(typed.to_owned()).filter(|text| !text.is_empty());
        match (self, &mut node.kind) {
            (Leaf::Description, _) => node.description = text,
            (Leaf::Default, _) => node.default = text.map(|text| default_of(node, &text)).transpose()?,
            (Leaf::Nullable, _) => {
                node.nullable = typed == "yes";
                if !node.nullable && node.default == Some(Json::Null) {
                    node.default = None;
                }
            }
            (Leaf::Choices, _) => node.edit(&Path::default(), Edit::SetChoices(typed.to_owned())).map_err(|fault| fault.message)?,
            (Leaf::Format, Kind::String(kind)) => kind.format = text,
            (Leaf::Pattern, Kind::String(kind)) => kind.pattern = text,
            (Leaf::Additional, Kind::Object(object)) => object.additional = text.map(|text| text == "yes"),
            (Leaf::Raw, _) => *node = raw(typed)?,
            (Leaf::MinLength, Kind::String(text)) => text.min_length = numeral(typed)?,
            (Leaf::MaxLength, Kind::String(text)) => text.max_length = numeral(typed)?,
            (Leaf::Minimum, Kind::Number(numeric) | Kind::Integer(numeric)) => numeric.minimum = numeral(typed)?,
            (Leaf::Maximum, Kind::Number(numeric) | Kind::Integer(numeric)) => numeric.maximum = numeral(typed)?,
            (Leaf::MinItems, Kind::Array(list)) => list.min_items = numeral(typed)?,
            (Leaf::MaxItems, Kind::Array(list)) => list.max_items = numeral(typed)?,
            _ => {}
        }
        Ok(())
    }
}

/// What the details of a node say, in a few words; empty where they say nothing.
pub fn gist(node: &Node) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut add = |part: Option<String>| parts.extend(part);
    let count = |count: usize| (count > 0).then(|| if count == 1 { "1 choice".to_owned() } else { format!("{count} choices") });
    match &node.kind {
        Kind::String(text) => {
            add(count(text.choices.len()));
            add(text.format.as_deref().map(|format| FORMATS.iter().find(|(name, _)| *name == format).map_or(format, |(_, words)| words).to_owned()));
            add(text.pattern.as_ref().map(|_| "a pattern".to_owned()));
            add(span(&text.min_length, &text.max_length, " characters"));
        }
        Kind::Number(numeric) | Kind::Integer(numeric) => {
            add(count(numeric.choices.len()));
            add(span(&numeric.minimum, &numeric.maximum, ""));
        }
        Kind::Array(list) => add(span(&list.min_items, &list.max_items, " items")),
        Kind::Object(object) => add(object.additional.map(|other| if other { "other fields too" } else { "no other fields" }.to_owned())),
        Kind::Boolean | Kind::Null | Kind::Raw(_) => {}
    }
    add(node.default.as_ref().map(|default| format!("default {}", default_text(default, node.nullable))));
    add(node.nullable.then(|| "may be nothing".to_owned()));
    parts.join(" · ")
}

fn span(least: &Option<Number>, most: &Option<Number>, of: &str) -> Option<String> {
    match (least, most) {
        (Some(least), Some(most)) => Some(format!("{least} to {most}{of}")),
        (Some(least), None) => Some(format!("{least}{of} or more")),
        (None, Some(most)) => Some(format!("at most {most}{of}")),
        (None, None) => None,
    }
}

fn yes(said: Option<bool>) -> String {
    said.map(|yes| if yes { "yes" } else { "no" }).unwrap_or_default().to_owned()
}

fn number(number: &Option<Number>) -> String {
    number.as_ref().map(Number::to_string).unwrap_or_default()
}

fn numeral(typed: &str) -> Result<Option<Number>, String> {
    let typed = typed.trim();
    if typed.is_empty() { Ok(None) } else { typed.parse().map(Some).map_err(|_| format!("“{typed}” is not a number.")) }
}

fn lines(all: impl Iterator<Item = String>) -> String {
    all.collect::<Vec<_>>().join("\n")
}

/// A text is plain, or a JSON string where plain would not come back the same.
fn quoted(text: &str, nullable: bool) -> String {
    let changes = text.is_empty() || text.trim() != text || text.contains(['\n', '\r']);
    let misread = text.starts_with('"') || (nullable && text == "null");
    if changes || misread { Json::from(text).to_string() } else { text.to_owned() }
}

/// A text as it is, all else as JSON.
fn default_text(default: &Json, nullable: bool) -> String {
    default.as_str().map_or_else(|| default.to_string(), |text| quoted(text, nullable))
}

fn default_of(node: &Node, typed: &str) -> Result<Json, String> {
    let json = Json::parse(typed);
    let value = match (&node.kind, json) {
        (Kind::String(_), Ok(json @ Json::String(_))) => json,
        (Kind::String(_), Ok(Json::Null)) if node.nullable => Json::Null,
        (Kind::String(_), _) => Json::from(typed),
        (_, Ok(json)) => json,
        (_, Err(_)) => return Err(format!("“{}” is not a value of the type “{}”.", typed.trim(), node.of().title())),
    };
    // The domain says what fits: what does not is no default when it is read again.
    let with = Node { default: Some(value.clone()), ..node.clone() };
    let fits = Node::from_json(&with.to_json()).default.is_some();
    if fits { Ok(value) } else { Err(format!("“{}” is not a value of the type “{}”.", typed.trim(), node.of().title())) }
}

/// JSON stays JSON while it is typed, also when a form could show it by now.
fn raw(typed: &str) -> Result<Node, String> {
    let mut node = Node::new(Type::Raw);
    node.edit(&Path::default(), Edit::SetRaw(typed.to_owned())).map_err(|fault| fault.message)?;
    Ok(Node::raw(node.to_json()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(text: &str) -> Node {
        Node::from_json(&Json::parse(text).unwrap())
    }

    #[test]
    fn what_is_shown_and_put_back_changes_nothing() {
        let rows = [
            r#"{"type":["string","null"],"description":"d\ne","enum":["a"," b","","\"q\"",null],"format":"odd","pattern":"^a","minLength":1,"maxLength":2.0,"default":"null"}"#,
            r#"{"type":"number","enum":[1,1.50,-2e3],"minimum":-1,"maximum":9,"default":1.5}"#,
            r#"{"type":"integer","minimum":3,"default":7}"#,
            r#"{"type":["boolean","null"],"default":null}"#,
            r#"{"type":"array","items":{"type":"string"},"minItems":1,"maxItems":2,"default":["a"]}"#,
            r#"{"type":"object","properties":{"a":{"type":"null"}},"additionalProperties":false,"default":{"a":null}}"#,
            r#"{"anyOf":[{"type":"string"},true],"x":{"y":1}}"#,
        ];
        for text in rows {
            let old = node(text);
            let mut new = old.clone();
            for leaf in [Leaf::Description, Leaf::Raw].iter().chain(Leaf::of(old.of(), false)) {
                if (*leaf == Leaf::Raw) == (old.of() == Type::Raw) {
                    leaf.put(&mut new, &leaf.show(&old)).unwrap();
                }
            }
            assert_eq!(new.to_json(), old.to_json());
        }
    }

    #[test]
    fn what_makes_no_sense_changes_nothing() {
        let rows = [
            (r#"{"type":"integer","minimum":1}"#, Leaf::Minimum, "1.", "not a number"),
            (r#"{"type":"integer","enum":[1]}"#, Leaf::Choices, "2\ntwo", "not a number"),
            (r#"{"type":"integer"}"#, Leaf::Default, "1.5", "Whole number"),
            (r#"{"type":"boolean"}"#, Leaf::Default, "null", "Yes or no"),
            (r#"{"type":"array"}"#, Leaf::Default, "[1", "List"),
            (r#"{"anyOf":[]}"#, Leaf::Raw, "[]", "object"),
            (r#"{"anyOf":[]}"#, Leaf::Raw, "{", "JSON"),
        ];
        for (text, leaf, typed, said) in rows {
            let mut new = node(text);
            let fault = leaf.put(&mut new, typed).unwrap_err();
            assert!(fault.contains(said), "{fault}");
            assert_eq!(new.to_json().to_string(), text);
        }
    }

    #[test]
    fn json_stays_json_while_it_is_typed() {
        let mut new = node(r#"{"$ref":"x"}"#);
        Leaf::Raw.put(&mut new, r#"{"type":"string"}"#).unwrap();
        assert_eq!((new.of(), new.to_json().to_string().as_str()), (Type::Raw, r#"{"type":"string"}"#));
    }

    #[test]
    fn nothing_is_no_default_where_nothing_is_not_allowed() {
        let mut new = node(r#"{"type":["string","null"],"default":null}"#);
        Leaf::Nullable.put(&mut new, "").unwrap();
        assert_eq!(new.to_json().to_string(), r#"{"type":"string"}"#);
    }

    #[test]
    fn details_in_a_few_words() {
        let rows = [
            (r#"{"type":"string","enum":["a"],"format":"date","minLength":2}"#, "1 choice · Date · 2 characters or more"),
            (r#"{"type":["integer","null"],"minimum":0,"maximum":9,"default":1}"#, "0 to 9 · default 1 · may be nothing"),
            (r#"{"type":"object","additionalProperties":false}"#, "no other fields"),
            (r#"{"type":"string"}"#, ""),
        ];
        for (text, wanted) in rows {
            assert_eq!(gist(&node(text)), wanted);
        }
    }
}
