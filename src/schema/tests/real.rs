//! Schemas that people wrote: the description of the OpenAI API, and the tools in its examples.

use std::{path::Path as File, process::Command};

use super::*;

/// The document, or `None` where there is no shared data; CI has it.
fn document() -> Option<Json> {
    let shared = std::env::var("ATELIER_SHARED").unwrap_or_else(|_| "../shared".to_owned());
    let file = File::new(&shared).join("data/openai_openapi/openapi.json.gz");
    if !file.exists() {
        assert!(std::env::var("CI").is_err(), "{} is missing", file.display());
        println!("skipped: {} is missing", file.display());
        return None;
    }
    let output = Command::new("gzip").arg("-dc").arg(&file).output().unwrap();
    assert!(output.status.success());
    Some(Json::parse(&String::from_utf8(output.stdout).unwrap()).unwrap())
}

#[derive(Debug, Default)]
struct Counts {
    schemas: usize,
    nodes: usize,
    raw: usize,
    enums: usize,
    lists: usize,
    deepest: usize,
}

impl Counts {
    fn walk(&mut self, node: &Node, depth: usize) {
        self.nodes += 1;
        self.raw += usize::from(node.of() == Type::Raw);
        self.enums += usize::from(node.enum_json().is_some());
        self.deepest = self.deepest.max(depth);
        match &node.kind {
            Kind::Array(list) => {
                self.lists += 1;
                list.items.iter().for_each(|items| self.walk(items, depth + 1));
            }
            Kind::Object(object) => object.properties.iter().for_each(|property| self.walk(&property.node, depth + 1)),
            _ => {}
        }
    }

    fn add(&mut self, schema: &Json) {
        let node = Node::from_json(schema);
        assert_eq!(node.to_json(), *schema);
        assert_eq!(node.to_json().to_string(), schema.to_string());
        self.schemas += 1;
        self.walk(&node, 1);
    }
}

/// Every string of the document.
fn strings<'a>(json: &'a Json, found: &mut Vec<&'a str>) {
    match json {
        Json::String(text) => found.push(text),
        Json::Array(items) => items.iter().for_each(|item| strings(item, found)),
        Json::Object(pairs) => pairs.iter().for_each(|(_, value)| strings(value, found)),
        _ => {}
    }
}

/// The JSON arrays after `"tools":` in an example, where it is JSON at all.
fn tools(text: &str) -> Vec<Json> {
    let array = |rest: &str| {
        let rest = rest.trim_start();
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Json>();
        values.next().and_then(Result::ok).and_then(|json| json.as_array().map(<[Json]>::to_vec))
    };
    text.split("\"tools\":").skip(1).filter_map(array).flatten().collect()
}

#[test]
fn the_schemas_of_the_openai_api_come_back() {
    let Some(document) = document() else { return };
    let schemas = document.get("components").and_then(|all| all.get("schemas")).and_then(Json::as_object).unwrap();
    let mut counts = Counts::default();
    schemas.iter().for_each(|(_, schema)| counts.add(schema));
    println!("components: {counts:?}");
    assert!(counts.schemas > 1_000 && counts.raw * 3 < counts.nodes && counts.enums > 500 && counts.lists > 100 && counts.deepest > 4, "{counts:?}");
}

#[test]
fn the_tools_of_the_openai_examples_come_back() {
    let Some(document) = document() else { return };
    let mut texts = Vec::new();
    strings(&document, &mut texts);
    let examples: Vec<Json> = texts.into_iter().flat_map(tools).collect();
    let (mut functions, mut counts) = (0, Counts::default());
    for example in &examples {
        let tool = Tool::from_json(example);
        assert_eq!(tool.to_json().to_string(), example.to_string());
        functions += usize::from(matches!(tool, Tool::Function(_)));
        let inside = example.get("function").unwrap_or(example);
        inside.get("parameters").iter().for_each(|schema| counts.add(schema));
    }
    println!("{} tools, {functions} of them functions in the form; parameters: {counts:?}", examples.len());
    assert!(functions > 0 && counts.schemas > functions, "{functions} {counts:?}");
}
