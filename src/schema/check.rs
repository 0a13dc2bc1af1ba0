//! What a schema may not say, and what strict mode would refuse. Fields are named as the form names them:
//! `tools[0].name`, `tools[0].parameters.properties[2].items.min_length`; a node that is JSON there as `raw`.

use std::{cmp::Ordering, collections::HashSet};

use serde_json::Number;

use super::{
    Json, Kind, List, Named, Node, Numeric, Object, Property, ResponseFormat, Text, Tool, Type,
    edit::{twice, under},
};
use crate::fault::{Fault, FieldError};

/// The deepest JSON of a tool: what is saved around it still reads within the 128 levels of our JSON parser.
pub const DEPTH_MAX: usize = 100;

/// What is wrong, and what will not work as its author means it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    pub errors: Vec<FieldError>,
    pub warnings: Vec<FieldError>,
}

impl Findings {
    /// # Errors
    /// `Invalid` with every error; warnings pass.
    pub fn check(&self) -> Result<(), Fault> {
        if self.errors.is_empty() { Ok(()) } else { Err(Fault::fields(self.errors.clone())) }
    }

    fn error(&mut self, field: String, detail: impl Into<String>) {
        self.errors.push(FieldError { field, detail: detail.into() });
    }

    fn warn(&mut self, field: String, detail: impl Into<String>) {
        self.warnings.push(FieldError { field, detail: detail.into() });
    }
}

/// All tools of a version, as the fields `tools[0]`, `tools[1]` …
pub fn check_tools(tools: &[Tool]) -> Findings {
    let mut findings = Findings::default();
    let mut names = HashSet::new();
    for (index, tool) in tools.iter().enumerate() {
        let at = format!("tools[{index}]");
        match tool {
            Tool::Function(function) => {
                if !names.insert(&function.name) {
                    findings.error(under(&at, "name"), format!("There is another tool “{}”.", function.name));
                }
                function.check(&at, "parameters", &mut findings);
            }
            Tool::Raw(json) => shallow(json, &under(&at, "raw"), &mut findings),
        }
    }
    findings
}

impl ResponseFormat {
    /// `at` is the field of the whole: `response_format`.
    pub fn check(&self, at: &str) -> Findings {
        let mut findings = Findings::default();
        match self {
            ResponseFormat::JsonSchema(schema) if schema.schema.is_none() => findings.error(under(at, "schema"), "Structured output needs a schema."),
            ResponseFormat::JsonSchema(schema) => schema.check(at, "schema", &mut findings),
            ResponseFormat::Raw(json) => shallow(json, &under(at, "raw"), &mut findings),
            ResponseFormat::Text | ResponseFormat::JsonObject => {}
        }
        findings
    }
}

impl Named {
    fn check(&self, at: &str, word: &str, findings: &mut Findings) {
        if self.name.is_empty() || self.name.len() > 64 || !self.name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)) {
            findings.error(under(at, "name"), "A name has 1 to 64 letters, digits, “_” or “-”, and no spaces.");
        }
        let (Some(node), at) = (&self.schema, under(at, word)) else { return };
        shallow(&node.to_json(), &at, findings);
        match node.of() {
            Type::Object if !node.nullable => {}
            Type::Raw => findings.warn(at.clone(), "Models expect a group of fields here; this is other JSON."),
            _ => findings.error(under(&at, "type"), "This must be a group of fields."),
        }
        node.check(&at, self.strict == Some(true), findings);
    }
}

fn shallow(json: &Json, at: &str, findings: &mut Findings) {
    if json.depth() > DEPTH_MAX {
        findings.error(at.to_owned(), format!("This is nested more than {DEPTH_MAX} levels deep."));
    }
}

impl Node {
    /// `at` is the field of this node; `strict` warns of what OpenAI's strict mode refuses.
    pub fn check(&self, at: &str, strict: bool, findings: &mut Findings) {
        match &self.kind {
            Kind::String(text) => text.check(at, findings),
            Kind::Number(numeric) | Kind::Integer(numeric) => numeric.check(at, findings),
            Kind::Array(list) => list.check(at, strict, findings),
            Kind::Object(object) => object.check(at, strict, findings),
            Kind::Raw(Json::Object(_) | Json::Bool(_)) | Kind::Boolean | Kind::Null => {}
            Kind::Raw(_) => findings.error(under(at, "raw"), "A schema is a JSON object, true or false."),
        }
        if let (Some(default), Some(Json::Array(choices))) = (&self.default, self.enum_json())
            && !choices.contains(default)
        {
            findings.warn(under(at, "default"), "The default is none of the allowed values.");
        }
    }
}

impl Text {
    fn check(&self, at: &str, findings: &mut Findings) {
        sizes([("min_length", &self.min_length), ("max_length", &self.max_length)], at, findings);
        if self.choices.iter().collect::<HashSet<_>>().len() < self.choices.len() {
            findings.error(under(at, "enum"), "A value stands here twice.");
        }
    }
}

impl Numeric {
    fn check(&self, at: &str, findings: &mut Findings) {
        ordered(&self.minimum, ("maximum", &self.maximum), at, findings);
        if self.choices.iter().map(Number::to_string).collect::<HashSet<_>>().len() < self.choices.len() {
            findings.error(under(at, "enum"), "A value stands here twice.");
        }
    }
}

impl List {
    fn check(&self, at: &str, strict: bool, findings: &mut Findings) {
        sizes([("min_items", &self.min_items), ("max_items", &self.max_items)], at, findings);
        match &self.items {
            Some(items) => items.check(&under(at, "items"), strict, findings),
            None if strict => findings.warn(under(at, "items"), "Strict mode needs to know what the list holds."),
            None => {}
        }
    }
}

impl Object {
    fn check(&self, at: &str, strict: bool, findings: &mut Findings) {
        if strict && self.additional != Some(false) {
            findings.warn(under(at, "additional"), "Strict mode refuses other fields: say that none are allowed.");
        }
        let mut names = HashSet::new();
        for (index, Property { name, required, node }) in self.properties.iter().enumerate() {
            let at = under(at, &format!("properties[{index}]"));
            if name.is_empty() {
                findings.error(under(&at, "name"), "A field needs a name.");
            } else if !names.insert(name) {
                findings.error(under(&at, "name"), twice(name));
            }
            if strict && !required {
                findings.warn(under(&at, "required"), "Strict mode wants every field required: require it, and allow “nothing” where it may be missing.");
            }
            node.check(&at, strict, findings);
        }
    }
}

/// Counts: whole, not below zero, and in order.
fn sizes(bounds: [(&str, &Option<Number>); 2], at: &str, findings: &mut Findings) {
    for (name, bound) in bounds {
        // 2.0 is a whole number too.
        if bound.as_ref().and_then(Number::as_f64).is_some_and(|count| count < 0.0 || count.fract() != 0.0) {
            findings.error(under(at, name), "This is a whole number, 0 or more.");
        }
    }
    let [(_, least), most] = bounds;
    ordered(least, most, at, findings);
}

fn ordered(least: &Option<Number>, (name, most): (&str, &Option<Number>), at: &str, findings: &mut Findings) {
    if let (Some(least), Some(most)) = (least, most)
        && compare(least, most) == Some(Ordering::Greater)
    {
        findings.error(under(at, name), format!("The most, {most}, is less than the least, {least}."));
    }
}

/// Whole numbers exactly: two that differ may be the same `f64`.
fn compare(a: &Number, b: &Number) -> Option<Ordering> {
    match (a.as_i128(), b.as_i128()) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        _ => a.as_f64()?.partial_cmp(&b.as_f64()?),
    }
}
