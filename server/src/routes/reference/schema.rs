//! Schemas in words.

use serde_json::Value;

use super::{
    list,
    text::{escaped, prose},
    text_of,
};

const SCHEMAS: &str = "#/components/schemas/";

/// The constraints that are shown, with the words before their values.
const CONSTRAINTS: [(&str, &str); 11] = [
    ("minimum", "at least "),
    ("exclusiveMinimum", "above "),
    ("maximum", "at most "),
    ("minLength", "characters at least "),
    ("maxLength", "characters at most "),
    ("minItems", "items at least "),
    ("maxItems", "items at most "),
    ("format", "as "),
    ("pattern", "like "),
    ("default", "default "),
    ("enum", "one of "),
];

/// What a reference points at; anything else is itself.
pub fn resolved<'d>(document: &'d Value, schema: &'d Value) -> &'d Value {
    let name = text_of(schema, "$ref").strip_prefix(SCHEMAS);
    name.and_then(|name| document["components"]["schemas"].get(name)).unwrap_or(schema)
}

/// A row: a name, what it takes, what it means.
pub fn named(name: &str, kind: &str, description: &str) -> String {
    let kind = if kind.is_empty() { String::new() } else { format!("<p>{kind}</p>") };
    let description = if description.is_empty() { String::new() } else { format!("<p class=\"c-dim\">{}</p>", prose(description)) };
    format!("<dt><code>{}</code></dt><dd>{kind}{description}</dd>\n", escaped(name))
}

/// A schema in a line: type, constraints, and links to what it refers to.
pub fn type_of(schema: &Value) -> String {
    if let Some(name) = text_of(schema, "$ref").strip_prefix(SCHEMAS) {
        return format!("<a href=\"#schema-{0}\">{0}</a>", escaped(name));
    }
    let choices = ["oneOf", "anyOf", "allOf"].iter().flat_map(|key| list(schema, key)).map(type_of).collect::<Vec<_>>();
    if !choices.is_empty() {
        return choices.join(" or ");
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => vec!["any value"],
    };
    let mut words = kinds.join(" or ");
    if let Some(content) = schema.get("contentSchema") {
        words = format!("{} as JSON", type_of(content));
    }
    if let Some(items) = schema.get("items") {
        words = words.replace("array", &format!("list of {}", type_of(items)));
    }
    let constraints = CONSTRAINTS.iter().filter_map(|(key, before)| schema.get(key).map(|value| format!(", {before}<code>{}</code>", escaped(&plain(value)))));
    words + &constraints.collect::<String>()
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// Every schema, with its fields.
pub fn schemas(document: &Value) -> String {
    let all: String = document["components"]["schemas"].as_object().into_iter().flatten().map(|(name, schema)| one(name, schema)).collect();
    format!("<section class=\"l-stack\" aria-labelledby=\"schemas\"><h2 id=\"schemas\">Schemas</h2>\n{all}</section>\n")
}

fn one(name: &str, schema: &Value) -> String {
    let name = escaped(name);
    let required: Vec<&str> = list(schema, "required").iter().filter_map(Value::as_str).collect();
    let field = |(field, kind): (&String, &Value)| {
        let must = if required.contains(&field.as_str()) { ", required" } else { "" };
        named(field, &format!("{}{must}", type_of(kind)), text_of(kind, "description"))
    };
    let fields: String = schema.get("properties").and_then(Value::as_object).into_iter().flatten().map(field).collect();
    let shape = if fields.is_empty() { format!("<p>{}</p>", type_of(schema)) } else { format!("<dl class=\"c-kv\">{fields}</dl>") };
    let about = text_of(schema, "description");
    let about = if about.is_empty() { String::new() } else { format!("<p>{}</p>", prose(about)) };
    format!(
        "<article class=\"c-panel\" id=\"schema-{name}\" aria-labelledby=\"schema-{name}-name\"><div class=\"c-panel-head\"><h3 id=\"schema-{name}-name\">{name}</h3></div>\
         <div class=\"c-panel-body l-stack\">{about}{shape}</div></article>\n"
    )
}
