//! From JSON to nodes. Total: what the form cannot show becomes `Raw`.

use super::{Json, Keep, Kind, List, Node, Numeric, Object, Property, Text, Type, keep::Reading};

/// Beside one of these, a type does not say what is allowed.
const RAW: [&str; 11] = ["$ref", "$dynamicRef", "$recursiveRef", "anyOf", "oneOf", "allOf", "not", "if", "then", "else", "prefixItems"];

impl Node {
    pub fn from_json(json: &Json) -> Self {
        node(json).unwrap_or_else(|| Node::raw(json.clone()))
    }
}

/// Whether the keyword alone makes a schema raw.
pub fn is_raw_keyword(keyword: &str) -> bool {
    RAW.contains(&keyword)
}

fn node(json: &Json) -> Option<Node> {
    let mut reading = Reading::new(json.as_object()?);
    if RAW.iter().any(|keyword| reading.has(keyword)) {
        return None;
    }
    let (of, nullable) = reading.take("type", types)?;
    let kind = kind(of, nullable, &mut reading)?;
    let description = reading.text("description");
    let default = reading.take("default", |value| fits(value, of, nullable).then(|| value.clone()));
    let mut node = Node { kind, description, default, nullable, keep: Keep::default() };
    reading.compare("type", node.type_json().as_ref());
    reading.compare("enum", node.enum_json().as_ref());
    reading.compare("required", node.required_json().as_ref());
    let plain = node.keywords();
    node.keep = reading.keep().tidied(&plain);
    Some(node)
}

/// `"string"`, `["string"]` or `["string", "null"]`; `None` for several types.
fn types(json: &Json) -> Option<(Type, bool)> {
    let named = |json: &Json| json.as_str().and_then(Type::named).filter(|of| *of != Type::Raw);
    let Some(items) = json.as_array() else { return Some((named(json)?, false)) };
    let all: Vec<Type> = items.iter().map(named).collect::<Option<_>>()?;
    let mut others = all.iter().filter(|of| **of != Type::Null);
    match (others.next(), others.next()) {
        (Some(of), None) => Some((*of, all.contains(&Type::Null))),
        (None, _) if !all.is_empty() => Some((Type::Null, false)),
        _ => None,
    }
}

fn kind(of: Type, nullable: bool, reading: &mut Reading) -> Option<Kind> {
    Some(match of {
        Type::String => Kind::String(text(nullable, reading)),
        Type::Number => Kind::Number(numeric(of, nullable, reading)),
        Type::Integer => Kind::Integer(numeric(of, nullable, reading)),
        Type::Boolean => Kind::Boolean,
        Type::Array => Kind::Array(list(reading)?),
        Type::Object => Kind::Object(object(reading)?),
        Type::Null => Kind::Null,
        Type::Raw => return None,
    })
}

fn text(nullable: bool, reading: &mut Reading) -> Text {
    Text {
        choices: choices(nullable, reading, |value| value.as_str().map(str::to_owned)),
        format: reading.text("format"),
        pattern: reading.text("pattern"),
        min_length: reading.take("minLength", number),
        max_length: reading.take("maxLength", number),
    }
}

fn numeric(of: Type, nullable: bool, reading: &mut Reading) -> Numeric {
    Numeric {
        choices: choices(nullable, reading, |value| if fits(value, of, false) { number(value) } else { None }),
        minimum: reading.take("minimum", number),
        maximum: reading.take("maximum", number),
    }
}

fn list(reading: &mut Reading) -> Option<List> {
    let items = reading.take("items", |items| (!matches!(items, Json::Array(_))).then(|| Box::new(Node::from_json(items))));
    if items.is_none() && reading.has("items") {
        return None;
    }
    Some(List { items, min_items: reading.take("minItems", number), max_items: reading.take("maxItems", number) })
}

fn object(reading: &mut Reading) -> Option<Object> {
    let properties = reading.take("properties", Json::as_object);
    if properties.is_none() && reading.has("properties") {
        return None;
    }
    let required: Vec<&str> = reading.take("required", |names| names.as_array()?.iter().map(Json::as_str).collect()).unwrap_or_default();
    let required: std::collections::HashSet<&str> = required.into_iter().collect();
    let property = |(name, schema): &(String, Json)| Property { name: name.clone(), required: required.contains(name.as_str()), node: Node::from_json(schema) };
    Some(Object { properties: properties.unwrap_or_default().iter().map(property).collect(), additional: reading.bool("additionalProperties") })
}

/// An enum whose values all fit. The null of a nullable one goes without saying.
fn choices<T>(nullable: bool, reading: &mut Reading, read: impl Fn(&Json) -> Option<T>) -> Vec<T> {
    let values = |json: &Json| -> Option<Vec<T>> {
        let values = json.as_array()?.iter().filter(|value| !(nullable && **value == Json::Null));
        values.map(&read).collect::<Option<Vec<T>>>().filter(|values| !values.is_empty())
    };
    reading.take("enum", values).unwrap_or_default()
}

fn number(json: &Json) -> Option<serde_json::Number> {
    if let Json::Number(number) = json { Some(number.clone()) } else { None }
}

/// Whether a value may stand as the default or a choice of the type.
pub fn fits(value: &Json, of: Type, nullable: bool) -> bool {
    match (value, of) {
        (Json::Null, _) => nullable || of == Type::Null,
        (Json::String(_), Type::String) | (Json::Bool(_), Type::Boolean) | (Json::Array(_), Type::Array) | (Json::Object(_), Type::Object) => true,
        (Json::Number(_), Type::Number) => true,
        (Json::Number(number), Type::Integer) => number.as_f64().is_some_and(|number| number.fract() == 0.0),
        _ => false,
    }
}
