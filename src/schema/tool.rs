//! A tool and a response format as OpenAI writes them: a schema with a name, in one wrapping or the other.

use super::{Json, Keep, Node, keep::Reading};

/// What a tool's function and a `json_schema` have in common.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    pub name: String,
    pub description: Option<String>,
    pub schema: Option<Node>,
    pub strict: Option<bool>,
    /// Of the object with the name.
    pub keep: Keep,
    /// Of the object around it.
    pub wrapping: Keep,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Tool {
    Function(Box<Named>),
    /// Another kind of tool, or one that is not formed like a function.
    Raw(Json),
}

#[derive(Clone, Debug, PartialEq)]
pub enum ResponseFormat {
    Text,
    JsonObject,
    JsonSchema(Box<Named>),
    /// A kind that the form does not know.
    Raw(Json),
}

/// The words around a named schema.
struct Words {
    of: &'static str,
    inside: &'static str,
    schema: &'static str,
}

const FUNCTION: Words = Words { of: "function", inside: "function", schema: "parameters" };
const JSON_SCHEMA: Words = Words { of: "json_schema", inside: "json_schema", schema: "schema" };

impl Tool {
    pub fn from_json(json: &Json) -> Self {
        Named::read(json, &FUNCTION).map_or_else(|| Tool::Raw(json.clone()), Tool::Function)
    }

    pub fn to_json(&self) -> Json {
        match self {
            Tool::Function(function) => function.write(&FUNCTION),
            Tool::Raw(json) => json.clone(),
        }
    }
}

impl ResponseFormat {
    pub fn from_json(json: &Json) -> Self {
        let only = json.as_object().filter(|pairs| pairs.len() == 1).and(json.get("type")).and_then(Json::as_str);
        match only {
            Some("text") => ResponseFormat::Text,
            Some("json_object") => ResponseFormat::JsonObject,
            _ => Named::read(json, &JSON_SCHEMA).map_or_else(|| ResponseFormat::Raw(json.clone()), ResponseFormat::JsonSchema),
        }
    }

    pub fn to_json(&self) -> Json {
        let only = |of: &str| Json::Object(vec![("type".to_owned(), Json::from(of))]);
        match self {
            ResponseFormat::Text => only("text"),
            ResponseFormat::JsonObject => only("json_object"),
            ResponseFormat::JsonSchema(schema) => schema.write(&JSON_SCHEMA),
            ResponseFormat::Raw(json) => json.clone(),
        }
    }
}

impl Named {
    /// With an empty object, as new tools and formats begin.
    pub fn new(name: impl Into<String>) -> Self {
        let schema = Some(Node::new(super::Type::Object));
        Self { name: name.into(), description: None, schema, strict: None, keep: Keep::default(), wrapping: Keep::default() }
    }

    fn read(json: &Json, words: &Words) -> Option<Box<Self>> {
        let mut wrapping = Reading::new(json.as_object()?);
        wrapping.take("type", |of| (of.as_str()? == words.of).then_some(()))?;
        let mut inside = Reading::new(wrapping.take(words.inside, Json::as_object)?);
        let name = inside.text("name")?;
        let description = inside.text("description");
        let schema = inside.take(words.schema, |schema| Some(Node::from_json(schema)));
        let strict = inside.bool("strict");
        let mut named = Self { name, description, schema, strict, keep: Keep::default(), wrapping: Keep::default() };
        let plain: Vec<_> = named.form(words, &|_| Json::Null).into_iter().map(|(keyword, _)| keyword).collect();
        named.keep = inside.keep().tidied(&plain);
        named.wrapping = wrapping.keep().tidied(&["type", words.inside]);
        Some(Box::new(named))
    }

    fn write(&self, words: &Words) -> Json {
        self.wrapping.write(vec![("type", Json::from(words.of)), (words.inside, self.keep.write(self.form(words, &Node::to_json)))])
    }

    fn form(&self, words: &Words, schema: &dyn Fn(&Node) -> Json) -> Vec<(&'static str, Json)> {
        let mut form = vec![("name", Json::from(self.name.as_str()))];
        form.extend(self.description.as_deref().map(|text| ("description", Json::from(text))));
        form.extend(self.schema.as_ref().map(|node| (words.schema, schema(node))));
        form.extend(self.strict.map(|strict| ("strict", Json::Bool(strict))));
        form
    }
}
