//! From nodes to JSON.

use std::collections::{HashMap, HashSet};

use serde_json::Number;

use super::{Json, Kind, List, Node, Numeric, Object, Pairs, Text, Type};

/// Keywords with their values, in the form's order.
type Form = Vec<(&'static str, Json)>;

impl Node {
    pub fn to_json(&self) -> Json {
        match &self.kind {
            Kind::Raw(json) => json.clone(),
            _ => self.keep.write(self.form(&Node::to_json)),
        }
    }

    /// What the form would write of this level, were nothing kept.
    pub(super) fn keywords(&self) -> Vec<&'static str> {
        self.form(&|_| Json::Null).into_iter().map(|(keyword, _)| keyword).collect()
    }

    fn form(&self, child: &dyn Fn(&Node) -> Json) -> Form {
        let mut form = Form::new();
        let mut add = |keyword, value: Option<Json>| form.extend(value.map(|value| (keyword, value)));
        add("type", self.type_json());
        add("description", self.description.as_deref().map(Json::from));
        add("enum", self.enum_json());
        match &self.kind {
            Kind::String(text) => text.form(&mut add),
            Kind::Number(numeric) | Kind::Integer(numeric) => numeric.form(&mut add),
            Kind::Array(list) => list.form(child, &mut add),
            Kind::Object(object) => {
                add("properties", self.properties_json(object, child));
                add("required", self.required_json());
                add("additionalProperties", object.additional.map(Json::Bool));
            }
            Kind::Boolean | Kind::Null | Kind::Raw(_) => {}
        }
        add("default", self.default.clone());
        form
    }

    pub(super) fn type_json(&self) -> Option<Json> {
        let (of, null) = (Json::from(self.of().as_str()), Json::from("null"));
        let written = match self.of() {
            Type::Raw => return None,
            Type::Null => null,
            _ if self.nullable => Json::Array(vec![of, null]),
            _ => of,
        };
        // `["null", "string"]` and `["string"]` stay as they are while they say the same.
        let same = |exact: &&Json| match (exact.as_array(), written.as_array()) {
            (Some(old), Some(new)) => old.iter().all(|one| new.contains(one)) && new.iter().all(|one| old.contains(one)),
            (Some(old), None) => old.iter().all(|one| *one == written),
            _ => false,
        };
        Some(self.keep.exact("type").filter(same).unwrap_or(&written).clone())
    }

    pub(super) fn enum_json(&self) -> Option<Json> {
        let choices: Vec<Json> = match &self.kind {
            Kind::String(text) => text.choices.iter().map(|choice| Json::from(choice.as_str())).collect(),
            Kind::Number(numeric) | Kind::Integer(numeric) => numeric.choices.iter().cloned().map(Json::Number).collect(),
            _ => return None,
        };
        if choices.is_empty() {
            return None;
        }
        // Only a nullable enum was ever written otherwise: its null elsewhere, or left out.
        let same = |exact: &&Json| self.nullable && exact.as_array().is_some_and(|old| old.iter().filter(|value| **value != Json::Null).eq(&choices));
        let null = self.nullable.then_some(Json::Null);
        Some(self.keep.exact("enum").filter(same).cloned().unwrap_or_else(|| Json::Array(choices.iter().cloned().chain(null).collect())))
    }

    fn properties_json(&self, object: &Object, child: &dyn Fn(&Node) -> Json) -> Option<Json> {
        let pairs: Pairs = object.properties.iter().map(|property| (property.name.clone(), child(&property.node))).collect();
        (!pairs.is_empty() || self.keep.has_place("properties")).then_some(Json::Object(pairs))
    }

    /// In the order of old, names that are no property among them; then what became required since.
    pub(super) fn required_json(&self) -> Option<Json> {
        let Kind::Object(object) = &self.kind else { return None };
        let old = self.keep.exact("required").and_then(Json::as_array).unwrap_or_default();
        let known: HashMap<&str, bool> = object.properties.iter().map(|property| (property.name.as_str(), property.required)).collect();
        let required = |name: &str| known.get(name).copied().unwrap_or(true);
        let mut names: Vec<Json> = old.iter().filter(|name| name.as_str().is_some_and(required)).cloned().collect();
        let listed: HashSet<&str> = old.iter().filter_map(Json::as_str).collect();
        let new = object.properties.iter().filter(|property| property.required && !listed.contains(property.name.as_str()));
        names.extend(new.map(|property| Json::from(property.name.as_str())));
        (!names.is_empty() || self.keep.has_place("required")).then_some(Json::Array(names))
    }
}

fn number(number: Option<&Number>) -> Option<Json> {
    number.cloned().map(Json::Number)
}

impl Text {
    fn form(&self, add: &mut impl FnMut(&'static str, Option<Json>)) {
        add("format", self.format.as_deref().map(Json::from));
        add("pattern", self.pattern.as_deref().map(Json::from));
        add("minLength", number(self.min_length.as_ref()));
        add("maxLength", number(self.max_length.as_ref()));
    }
}

impl Numeric {
    fn form(&self, add: &mut impl FnMut(&'static str, Option<Json>)) {
        add("minimum", number(self.minimum.as_ref()));
        add("maximum", number(self.maximum.as_ref()));
    }
}

impl List {
    fn form(&self, child: &dyn Fn(&Node) -> Json, add: &mut impl FnMut(&'static str, Option<Json>)) {
        add("items", self.items.as_deref().map(child));
        add("minItems", number(self.min_items.as_ref()));
        add("maxItems", number(self.max_items.as_ref()));
    }
}
