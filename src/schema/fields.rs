//! A schema as the fields of a plain HTML form, which works without script.
//!
//! `tools[0].name`, `tools[0].parameters.properties[2].type`, `….items.enum`: dots go down, numbers count from 0 and may have gaps.
//! Of a node: `type`, `description`, `nullable`, `default`; `enum` (one value a line), `format`, `pattern`, `min_length`, `max_length`;
//! `minimum`, `maximum`; `items.*`, `min_items`, `max_items`; `properties[n].name`, `.required`, and the node of it, `additional` (yes, no);
//! `raw`. A box that is ticked is `on`. An empty field and a missing one mean the same.
//!
//! Three are hidden: `shown`, the type under which the page showed the node, so that another `type` is a change of type;
//! `keep`, what the form does not show; `exact`, texts that a browser would change on their way.

use std::collections::HashMap;

use serde_json::Number;

use super::{Json, Keep, Kind, List, Named, Node, Numeric, Object, Pairs, Property, ResponseFormat, Slot, Text, Tool, edit::under, lines, lines::Width};

/// Names and values, in the page's order.
pub type Fields = Vec<(String, String)>;

/// The fields `tools[0].…`, `tools[1].…`.
pub fn tools_to_fields(tools: &[Tool]) -> Fields {
    tools.iter().enumerate().flat_map(|(index, tool)| tool.to_fields(&format!("tools[{index}]"))).collect()
}

/// The fields `response_format.…`; none means that there is no format.
pub fn response_format_to_fields(format: Option<&ResponseFormat>) -> Fields {
    format.map(|format| format.to_fields("response_format")).unwrap_or_default()
}

impl Tool {
    /// Under `at`, such as `tools[0]`.
    pub fn to_fields(&self, at: &str) -> Fields {
        let mut group = Group::new(at);
        match self {
            Tool::Function(function) => {
                group.add("type", "function");
                group.named(function, "parameters");
            }
            Tool::Raw(json) => group.raw(json),
        }
        group.done()
    }
}

impl ResponseFormat {
    /// Under `at`, such as `response_format`.
    pub fn to_fields(&self, at: &str) -> Fields {
        let mut group = Group::new(at);
        match self {
            ResponseFormat::Text => group.add("type", "text"),
            ResponseFormat::JsonObject => group.add("type", "json_object"),
            ResponseFormat::JsonSchema(schema) => {
                group.add("type", "json_schema");
                group.named(schema, "schema");
            }
            ResponseFormat::Raw(json) => group.raw(json),
        }
        group.done()
    }
}

impl Node {
    /// Under `at`, such as `tools[0].parameters`.
    pub fn to_fields(&self, at: &str) -> Fields {
        let mut group = Group::new(at);
        group.node(self);
        group.done()
    }
}

/// The fields of one object, and the texts that need care.
struct Group<'a> {
    at: &'a str,
    fields: Fields,
    exact: Pairs,
}

impl<'a> Group<'a> {
    fn new(at: &'a str) -> Self {
        Self { at, fields: Fields::new(), exact: Pairs::new() }
    }

    fn add(&mut self, leaf: &str, value: impl Into<String>) {
        self.fields.push((under(self.at, leaf), value.into()));
    }

    fn text(&mut self, leaf: &str, width: Width, text: Option<&str>) {
        let Some(text) = text else { return };
        self.add(leaf, text);
        if width.alters(text) {
            self.exact.push((leaf.to_owned(), Json::from(text)));
        }
    }

    fn number(&mut self, leaf: &str, number: Option<&Number>) {
        if let Some(number) = number {
            self.add(leaf, number.to_string());
        }
    }

    fn tick(&mut self, leaf: &str, ticked: bool) {
        if ticked {
            self.add(leaf, "on");
        }
    }

    fn hidden(&mut self, leaf: &str, keep: &Keep) {
        if !keep.is_empty() {
            self.add(leaf, keep.to_json().to_string());
        }
    }

    fn raw(&mut self, json: &Json) {
        self.add("type", "raw");
        self.add("raw", json.pretty());
    }

    fn done(mut self) -> Fields {
        if !self.exact.is_empty() {
            let exact = Json::Object(std::mem::take(&mut self.exact)).to_string();
            self.add("exact", exact);
        }
        self.fields
    }

    fn named(&mut self, named: &Named, word: &str) {
        self.text("name", Width::One, Some(&named.name));
        self.text("description", Width::Many, named.description.as_deref());
        if let Some(strict) = named.strict {
            self.add("strict", if strict { "yes" } else { "no" });
        }
        self.hidden("keep", &named.keep);
        self.hidden("wrapping", &named.wrapping);
        if let Some(schema) = &named.schema {
            self.fields.extend(schema.to_fields(&under(self.at, word)));
        }
    }

    fn node(&mut self, node: &Node) {
        self.add("type", node.of().as_str());
        self.add("shown", node.of().as_str());
        self.text("description", Width::Many, node.description.as_deref());
        self.tick("nullable", node.nullable);
        match &node.kind {
            Kind::String(text) => self.string(text),
            Kind::Number(numeric) | Kind::Integer(numeric) => self.numeric(numeric),
            Kind::Array(list) => self.list(list),
            Kind::Object(object) => self.object(object),
            Kind::Raw(json) => self.add("raw", json.pretty()),
            Kind::Boolean | Kind::Null => {}
        }
        if let Some(default) = &node.default {
            self.add("default", lines::from_default(default, node.nullable));
        }
        self.hidden("keep", &numbered(&node.keep, &node.kind));
    }

    fn string(&mut self, text: &Text) {
        if !text.choices.is_empty() {
            self.add("enum", lines::from_texts(&text.choices));
        }
        self.text("format", Width::One, text.format.as_deref());
        self.text("pattern", Width::One, text.pattern.as_deref());
        self.number("min_length", text.min_length.as_ref());
        self.number("max_length", text.max_length.as_ref());
    }

    fn numeric(&mut self, numeric: &Numeric) {
        if !numeric.choices.is_empty() {
            self.add("enum", lines::from_numbers(&numeric.choices));
        }
        self.number("minimum", numeric.minimum.as_ref());
        self.number("maximum", numeric.maximum.as_ref());
    }

    fn list(&mut self, list: &List) {
        self.number("min_items", list.min_items.as_ref());
        self.number("max_items", list.max_items.as_ref());
        if let Some(items) = &list.items {
            self.fields.extend(items.to_fields(&under(self.at, "items")));
        }
    }

    fn object(&mut self, object: &Object) {
        if let Some(additional) = object.additional {
            self.add("additional", if additional { "yes" } else { "no" });
        }
        for (index, property) in object.properties.iter().enumerate() {
            self.fields.extend(property.to_fields(&under(self.at, &format!("properties[{index}]"))));
        }
    }
}

impl Property {
    fn to_fields(&self, at: &str) -> Fields {
        let mut group = Group::new(at);
        // Without an `exact`, an empty name comes back as one too.
        group.text("name", Width::One, Some(&self.name));
        group.tick("required", self.required);
        group.node(&self.node);
        group.done()
    }
}

/// In the form a property may get another name, so an order of `required` goes by positions: `["required", [1, 0, "no property"]]`.
fn numbered(keep: &Keep, kind: &Kind) -> Keep {
    let (Kind::Object(object), Some(Json::Array(names))) = (kind, keep.exact("required")) else { return keep.clone() };
    let places: HashMap<&str, usize> = object.properties.iter().enumerate().map(|(at, property)| (property.name.as_str(), at)).collect();
    let place = |name: &Json| name.as_str().and_then(|name| places.get(name)).map_or_else(|| name.clone(), |at| Json::Number((*at).into()));
    let names = Json::Array(names.iter().map(place).collect());
    Keep::new(
        keep.slots().iter().map(|slot| if slot.keyword() == "required" { Slot::Exact("required".to_owned(), names.clone()) } else { slot.clone() }).collect(),
    )
}
