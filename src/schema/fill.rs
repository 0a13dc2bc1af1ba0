//! From the fields of a form back to tools and schemas; `fields` says how they are named.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use serde_json::Number;

use super::{
    DEPTH_MAX, Json, Keep, Kind, List, Named, Node, Numeric, Object, Property, ResponseFormat, Text, Tool, Type,
    edit::under,
    lines::{self, Width},
};
use crate::fault::{Fault, Problems};

/// # Errors
/// `Invalid` naming every field at fault as it was posted.
pub fn tools_from_fields(fields: impl IntoIterator<Item = (String, String)>) -> Result<Vec<Tool>, Fault> {
    let posted = Posted::new(fields);
    let tools = posted.indices("tools").into_iter().map(|index| posted.tool(&format!("tools[{index}]"))).collect();
    posted.check(tools)
}

/// # Errors
/// `Invalid` naming every field at fault.
pub fn response_format_from_fields(fields: impl IntoIterator<Item = (String, String)>) -> Result<Option<ResponseFormat>, Fault> {
    let posted = Posted::new(fields);
    let format = posted.response_format("response_format");
    posted.check(format)
}

impl Tool {
    /// The tool that `to_fields(at)` wrote, as it was changed since.
    ///
    /// # Errors
    /// `Invalid` naming every field at fault.
    pub fn from_fields(fields: impl IntoIterator<Item = (String, String)>, at: &str) -> Result<Self, Fault> {
        let posted = Posted::new(fields);
        let tool = posted.tool(at);
        posted.check(tool)
    }
}

impl Node {
    /// The node that `to_fields(at)` wrote, as it was changed since.
    ///
    /// # Errors
    /// `Invalid` naming every field at fault.
    pub fn from_fields(fields: impl IntoIterator<Item = (String, String)>, at: &str) -> Result<Self, Fault> {
        let posted = Posted::new(fields);
        let node = posted.node(at, 0);
        posted.check(node)
    }
}

/// The fields of a form, and what was wrong with those read so far.
struct Posted {
    fields: BTreeMap<String, String>,
    problems: RefCell<Problems>,
}

impl Posted {
    fn new(fields: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { fields: fields.into_iter().collect(), problems: RefCell::default() }
    }

    fn check<T>(self, value: T) -> Result<T, Fault> {
        self.problems.into_inner().check().map(|()| value)
    }

    fn keep<T>(&self, result: Result<T, Fault>) -> Option<T> {
        self.problems.borrow_mut().keep(result)
    }

    /// What stands in the field, unless it is empty.
    fn get(&self, at: &str, leaf: &str) -> Option<&str> {
        self.fields.get(&under(at, leaf)).map(String::as_str).filter(|value| !value.is_empty())
    }

    fn indices(&self, list: &str) -> Vec<usize> {
        let start = format!("{list}[");
        let names = self.fields.range(start.clone()..).map(|(name, _)| name.as_str()).map_while(|name| name.strip_prefix(start.as_str()));
        let indices: BTreeSet<usize> = names.filter_map(|rest| rest.split_once(']')?.0.parse().ok()).collect();
        indices.into_iter().collect()
    }

    fn text(&self, at: &str, leaf: &str, width: Width) -> Option<String> {
        let value = self.get(at, leaf);
        let exact = self.get(at, "exact").and_then(|exact| self.keep(lines::json(exact, &under(at, "exact"))));
        let exact = exact.as_ref().and_then(|exact| exact.get(leaf)?.as_str()).filter(|exact| width.seen(exact) == width.seen(value.unwrap_or_default()));
        exact.map(str::to_owned).or_else(|| value.map(lines::breaks))
    }

    fn number(&self, at: &str, leaf: &str) -> Option<Number> {
        self.get(at, leaf).and_then(|text| self.keep(lines::number(text, &under(at, leaf))))
    }

    fn yes(&self, at: &str, leaf: &str) -> Option<bool> {
        match self.get(at, leaf)? {
            "yes" => Some(true),
            "no" => Some(false),
            _ => self.keep(Err(Fault::field(under(at, leaf), "This is yes, no, or left open."))),
        }
    }

    fn hidden(&self, at: &str, leaf: &str) -> Keep {
        let field = under(at, leaf);
        let read = |text| lines::json(text, &field).and_then(|json| Keep::from_json(&json).map_err(|fault| Fault::field(field.clone(), fault.message)));
        self.get(at, leaf).and_then(|text| self.keep(read(text))).unwrap_or_default()
    }

    fn raw(&self, at: &str) -> Json {
        let text = self.get(at, "raw").unwrap_or("{}");
        self.keep(lines::json(text, &under(at, "raw"))).unwrap_or(Json::Null)
    }

    fn tool(&self, at: &str) -> Tool {
        match self.get(at, "type") {
            Some("raw") => Tool::Raw(self.raw(at)),
            _ => Tool::Function(Box::new(self.named(at, "parameters"))),
        }
    }

    fn response_format(&self, at: &str) -> Option<ResponseFormat> {
        Some(match self.get(at, "type")? {
            "text" => ResponseFormat::Text,
            "json_object" => ResponseFormat::JsonObject,
            "json_schema" => ResponseFormat::JsonSchema(Box::new(self.named(at, "schema"))),
            "raw" => ResponseFormat::Raw(self.raw(at)),
            _ => return self.keep(Err(Fault::field(under(at, "type"), "Choose text, JSON, or JSON with a schema."))),
        })
    }

    fn named(&self, at: &str, word: &str) -> Named {
        let schema = under(at, word);
        Named {
            name: self.text(at, "name", Width::One).unwrap_or_default(),
            description: self.text(at, "description", Width::Many),
            schema: self.get(&schema, "type").map(|_| self.node(&schema, 0)),
            strict: self.yes(at, "strict"),
            keep: self.hidden(at, "keep"),
            wrapping: self.hidden(at, "wrapping"),
        }
    }

    /// As the page showed it; then, where another type was chosen, under that.
    fn node(&self, at: &str, depth: usize) -> Node {
        let named = |leaf| self.get(at, leaf).and_then(Type::named);
        let (Some(of), true) = (named("type"), depth <= DEPTH_MAX) else {
            let detail = if depth > DEPTH_MAX { "This is nested too deep." } else { "Choose a type." };
            self.keep::<()>(Err(Fault::field(under(at, "type"), detail)));
            return Node::new(Type::String);
        };
        let shown = named("shown").unwrap_or(of);
        let mut node = self.shown(at, shown, depth);
        node.set_type(of);
        node
    }

    fn shown(&self, at: &str, of: Type, depth: usize) -> Node {
        let kind = match of {
            Type::String => Kind::String(self.string(at)),
            Type::Number => Kind::Number(self.numeric(at)),
            Type::Integer => Kind::Integer(self.numeric(at)),
            Type::Boolean => Kind::Boolean,
            Type::Array => Kind::Array(self.list(at, depth)),
            Type::Object => Kind::Object(self.object(at, depth)),
            Type::Null => Kind::Null,
            Type::Raw => return Node::raw(self.raw(at)),
        };
        let nullable = self.get(at, "nullable").is_some();
        let default = self.get(at, "default").and_then(|text| self.keep(lines::default(text, of, nullable, &under(at, "default"))));
        Node { description: self.text(at, "description", Width::Many), default, nullable, keep: self.named_again(at, &kind), kind }
    }

    fn string(&self, at: &str) -> Text {
        Text {
            choices: self.get(at, "enum").map(lines::texts).unwrap_or_default(),
            format: self.text(at, "format", Width::One),
            pattern: self.text(at, "pattern", Width::One),
            min_length: self.number(at, "min_length"),
            max_length: self.number(at, "max_length"),
        }
    }

    fn numeric(&self, at: &str) -> Numeric {
        let choices = self.get(at, "enum").and_then(|text| self.keep(lines::numbers(text, &under(at, "enum"))));
        Numeric { choices: choices.unwrap_or_default(), minimum: self.number(at, "minimum"), maximum: self.number(at, "maximum") }
    }

    fn list(&self, at: &str, depth: usize) -> List {
        let items = under(at, "items");
        let items = self.get(&items, "type").map(|_| Box::new(self.node(&items, depth + 1)));
        List { items, min_items: self.number(at, "min_items"), max_items: self.number(at, "max_items") }
    }

    fn object(&self, at: &str, depth: usize) -> Object {
        let rows = self.indices(&under(at, "properties")).into_iter().map(|index| self.property(&row(at, index), depth + 1));
        Object { properties: rows.collect(), additional: self.yes(at, "additional") }
    }

    fn property(&self, at: &str, depth: usize) -> Property {
        let name = self.text(at, "name", Width::One).unwrap_or_default();
        Property { name, required: self.get(at, "required").is_some(), node: self.node(at, depth) }
    }

    /// The kept part, its positions in `required` as the names that stand there now; a row that is gone has none.
    fn named_again(&self, at: &str, kind: &Kind) -> Keep {
        let mut keep = self.hidden(at, "keep");
        let (Kind::Object(_), Some(Json::Array(places))) = (kind, keep.exact_mut("required")) else { return keep };
        *places = std::mem::take(places).into_iter().filter_map(|place| self.name_of(at, place)).collect();
        keep
    }

    fn name_of(&self, at: &str, place: Json) -> Option<Json> {
        let Json::Number(index) = place else { return Some(place) };
        let row = row(at, usize::try_from(index.as_u64()?).ok()?);
        self.get(&row, "type")?;
        self.text(&row, "name", Width::One).map(Json::String)
    }
}

fn row(at: &str, index: usize) -> String {
    under(at, &format!("properties[{index}]"))
}
