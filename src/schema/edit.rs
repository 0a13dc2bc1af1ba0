//! Changes to a schema, one at a time. What a change does not touch stays as it was.

use std::mem;

use super::{
    Json, Kind, Node, Object, Pairs, Path, Property, Type, lines,
    path::gone,
    read::{fits, is_raw_keyword},
};
use crate::fault::Fault;

/// One change, of the node that a path names.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// To an object, at its end; an empty name becomes a free one.
    AddProperty(String),
    Rename(String),
    Remove,
    Up,
    Down,
    SetType(Type),
    SetRequired(bool),
    /// The values of an enum, one a line; without any, every value is allowed.
    SetChoices(String),
    /// The node anew from JSON: an object, true or false.
    SetRaw(String),
}

impl Node {
    /// # Errors
    /// `Invalid` where nothing stands at `path` or the edit makes no sense there; the field is named from this node.
    pub fn edit(&mut self, path: &Path, edit: Edit) -> Result<(), Fault> {
        match edit {
            Edit::AddProperty(name) => add(self, path, name),
            Edit::Rename(name) => rename(self, path, name),
            Edit::Remove => remove(self, path),
            Edit::Up => shift(self, path, |at| at.checked_sub(1)),
            Edit::Down => shift(self, path, |at| at.checked_add(1)),
            Edit::SetType(of) => self.at_mut(path).map(|node| node.set_type(of)),
            Edit::SetRequired(required) => parent(self, path)
                .and_then(|(_, object, at)| object.properties.get_mut(at).map(|property| property.required = required).ok_or_else(|| gone(path))),
            Edit::SetChoices(text) => choose(self.at_mut(path)?, &text, &under(&path.to_string(), "enum")),
            Edit::SetRaw(text) => {
                let json = lines::schema(&text, &under(&path.to_string(), "raw"))?;
                self.at_mut(path).map(|node| *node = Node::from_json(&json))
            }
        }
    }

    /// Keeps the description, and whatever else applies to the new type.
    pub fn set_type(&mut self, of: Type) {
        if of == self.of() {
            return;
        }
        let json = self.to_json();
        if of == Type::Raw {
            *self = Node::raw(json);
            return;
        }
        let description = json.get("description").and_then(Json::as_str).map(str::to_owned);
        let node = Node::from_json(&retyped(json, of, self.nullable && of != Type::Null));
        // What was raw may hold, under a word of the form, what no form shows.
        *self = if node.of() == of { node } else { Node { description, ..Node::new(of) } };
    }
}

/// The field `leaf` of what `prefix` names, either of which may be empty.
pub fn under(prefix: &str, leaf: &str) -> String {
    let dot = if prefix.is_empty() || leaf.is_empty() { "" } else { "." };
    format!("{prefix}{dot}{leaf}")
}

/// The node, its object, and a position in it.
fn parent<'a>(root: &'a mut Node, path: &Path) -> Result<(&'a mut super::Keep, &'a mut Object, usize), Fault> {
    let (above, at) = path.split_property().ok_or_else(|| Fault::field(path.to_string(), "Only a property can be named, moved, required or removed."))?;
    match root.at_mut(&above)? {
        Node { kind: Kind::Object(object), keep, .. } if at < object.properties.len() => Ok((keep, object, at)),
        _ => Err(gone(path)),
    }
}

fn add(root: &mut Node, path: &Path, name: String) -> Result<(), Fault> {
    let Kind::Object(object) = &mut root.at_mut(path)?.kind else { return Err(gone(path)) };
    let taken = |name: &str| object.properties.iter().any(|property| property.name == name);
    let free = || (2..).map(|number| format!("field_{number}")).find(|name| !taken(name)).unwrap_or_default();
    let name = match name.as_str() {
        "" if !taken("field") => "field".to_owned(),
        "" => free(),
        _ => name,
    };
    if taken(&name) {
        return Err(Fault::field(under(&path.to_string(), "name"), twice(&name)));
    }
    object.properties.push(Property { name, required: false, node: Node::new(Type::String) });
    Ok(())
}

pub(super) fn twice(name: &str) -> String {
    format!("There is another field “{name}” here. Give one of them another name.")
}

fn rename(root: &mut Node, path: &Path, name: String) -> Result<(), Fault> {
    let (keep, object, at) = parent(root, path)?;
    let field = under(&path.to_string(), "name");
    if name.is_empty() {
        return Err(Fault::field(field, "A field needs a name."));
    }
    if object.properties.iter().enumerate().any(|(other, property)| other != at && property.name == name) {
        return Err(Fault::field(field, twice(&name)));
    }
    let Some(property) = object.properties.get_mut(at) else { return Err(gone(path)) };
    let old = mem::replace(&mut property.name, name);
    if let Some(Json::Array(names)) = keep.exact_mut("required") {
        names.iter_mut().filter(|listed| listed.as_str() == Some(&old)).for_each(|listed| *listed = Json::from(property.name.as_str()));
    }
    Ok(())
}

fn remove(root: &mut Node, path: &Path) -> Result<(), Fault> {
    let (keep, object, at) = parent(root, path)?;
    let old = object.properties.remove(at);
    if let Some(Json::Array(names)) = keep.exact_mut("required") {
        names.retain(|listed| listed.as_str() != Some(&old.name));
    }
    Ok(())
}

/// At either end nothing moves.
fn shift(root: &mut Node, path: &Path, to: impl Fn(usize) -> Option<usize>) -> Result<(), Fault> {
    let (_, object, at) = parent(root, path)?;
    if let Some(to) = to(at).filter(|to| *to < object.properties.len()) {
        object.properties.swap(at, to);
    }
    Ok(())
}

fn choose(node: &mut Node, text: &str, field: &str) -> Result<(), Fault> {
    match &mut node.kind {
        Kind::String(kind) => kind.choices = lines::texts(text),
        Kind::Number(kind) | Kind::Integer(kind) => kind.choices = lines::numbers(text, field)?,
        _ => return Err(Fault::field(field, "Only texts and numbers are chosen from a list.")),
    }
    Ok(())
}

/// The schema under another type, without what applies only to the old one.
fn retyped(json: Json, of: Type, nullable: bool) -> Json {
    let Json::Object(old) = json else { return retyped(Json::Object(Pairs::new()), of, nullable) };
    let word = Json::from(of.as_str());
    let word = if nullable { Json::Array(vec![word, Json::from("null")]) } else { word };
    let mut pairs = vec![("type".to_owned(), word)];
    for (keyword, value) in old.into_iter().filter(|(keyword, _)| keyword != "type") {
        pairs.extend(applying(&keyword, value, of, nullable).map(|value| (keyword, value)));
    }
    let mut need = |keyword: &str, value: Json| {
        if !pairs.iter().any(|(name, _)| name == keyword) {
            pairs.push((keyword.to_owned(), value));
        }
    };
    match of {
        Type::Object => need("properties", Json::Object(Pairs::new())),
        Type::Array => need("items", Node::new(Type::String).to_json()),
        _ => {}
    }
    Json::Object(pairs)
}

fn applying(keyword: &str, value: Json, of: Type, nullable: bool) -> Option<Json> {
    let keeps = match keyword {
        "enum" => {
            let Json::Array(values) = value else { return None };
            let values: Vec<Json> = values.into_iter().filter(|value| fits(value, of, nullable)).collect();
            return values.iter().any(|value| *value != Json::Null).then_some(Json::Array(values));
        }
        "default" | "const" | "example" => fits(&value, of, nullable),
        "pattern" | "minLength" | "maxLength" | "contentEncoding" | "contentMediaType" => of == Type::String,
        "format" => false, // the formats of texts and of numbers have nothing in common
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => matches!(of, Type::Number | Type::Integer),
        "items" | "minItems" | "maxItems" | "uniqueItems" | "contains" => of == Type::Array,
        "properties" | "required" | "additionalProperties" | "patternProperties" | "propertyNames" | "minProperties" | "maxProperties" => of == Type::Object,
        _ => !is_raw_keyword(keyword),
    };
    keeps.then_some(value)
}
