mod real;

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::fault::Fault;

const WEATHER: &str = r#"{"type":"function","function":{"name":"get_weather","description":"Looks it up.","strict":true,"parameters":{
    "$schema":"x","type":"object","required":["unit","city"],"properties":{
        "city":{"description":"Where","type":"string","minLength":1,"title":"City"},
        "unit":{"type":["null","string"],"enum":["c",null,"f"],"default":null},
        "days":{"type":"array","items":{"type":"integer","minimum":0,"maximum":7}},
        "near":{"anyOf":[{"type":"string"},{"$ref":"\#/$defs/p"}],"description":"Raw"},
        "any":true},
    "additionalProperties":false,"$defs":{"p":{"type":"null"}}}},"cache":{"ttl":1.0}}"#;

fn json(text: &str) -> Json {
    Json::parse(&text.replace("\\#", "#")).unwrap()
}

fn node(text: &str) -> Node {
    Node::from_json(&json(text))
}

/// The path that is written so.
fn path(text: &str) -> Path {
    let step = |word: &str| match word {
        "items" => Step::Items,
        _ => Step::Property(word.strip_prefix("properties[").unwrap().strip_suffix(']').unwrap().parse().unwrap()),
    };
    let path = Path(text.split('.').filter(|word| !word.is_empty()).map(step).collect());
    assert_eq!(path.to_string(), text);
    path
}

fn weather() -> Named {
    let Tool::Function(function) = Tool::from_json(&json(WEATHER)) else { panic!("a function") };
    *function
}

fn names(node: &Node) -> Vec<&str> {
    let Kind::Object(object) = &node.kind else { panic!("an object") };
    object.properties.iter().map(|property| property.name.as_str()).collect()
}

fn fields_of(fault: Fault) -> Vec<String> {
    fault.fields.into_iter().map(|error| error.field).collect()
}

#[test]
fn a_tool_comes_back_with_its_keys_in_order() {
    let tool = Tool::from_json(&json(WEATHER));
    assert_eq!(tool.to_json().to_string(), json(WEATHER).to_string());
    assert_eq!(names(weather().schema.as_ref().unwrap()), ["city", "unit", "days", "near", "any"]);
}

#[test]
fn what_no_form_shows_is_raw_there_and_nowhere_else() {
    let rows = [
        ("true", Type::Raw),
        ("{}", Type::Raw),
        (r#"{"type":["string","number"]}"#, Type::Raw),
        (r#"{"type":"object","oneOf":[]}"#, Type::Raw),
        (r#"{"type":"array","items":[{"type":"string"}]}"#, Type::Raw),
        (r#"{"type":"file"}"#, Type::Raw),
        (r#"{"type":["string"]}"#, Type::String),
        (r#"{"type":["null"]}"#, Type::Null),
        (r#"{"type":"array","items":true}"#, Type::Array),
        (r#"{"type":"string","enum":["a",1],"minimum":2,"description":5}"#, Type::String),
    ];
    for (text, of) in rows {
        assert_eq!((node(text).of(), node(text).to_json()), (of, json(text)), "{text}");
    }
    let root = weather().schema.unwrap();
    let kinds: Vec<Type> = (0..5).map(|at| root.at(&Path(vec![Step::Property(at)])).unwrap().of()).collect();
    assert_eq!(kinds, [Type::String, Type::String, Type::Array, Type::Raw, Type::Raw]);
}

#[test]
fn one_key_twice_is_refused_rather_than_lost() {
    assert!(Json::parse(r#"{"a":1,"a":2}"#).unwrap_err().message.contains("“a” stands twice"));
}

#[test]
fn what_is_new_stands_where_the_form_would_write_it() {
    let mut node = node(r#"{"x":1,"default":"a","type":"string"}"#);
    node.description = Some("d".to_owned());
    assert_eq!(node.to_json().to_string(), r#"{"x":1,"default":"a","type":"string","description":"d"}"#);
    node.default = None;
    assert_eq!(node.to_json().to_string(), r#"{"x":1,"type":"string","description":"d"}"#);
}

#[test]
fn a_renamed_property_keeps_its_place_and_stays_required() {
    let mut root = weather().schema.unwrap();
    root.edit(&path("properties[0]"), Edit::Rename("town".to_owned())).unwrap();
    assert_eq!(names(&root), ["town", "unit", "days", "near", "any"]);
    assert_eq!(root.to_json().get("required"), Some(&json(r#"["unit","town"]"#)));
    root.edit(&path("properties[1]"), Edit::Remove).unwrap();
    root.edit(&path("properties[1]"), Edit::SetRequired(true)).unwrap();
    assert_eq!(root.to_json().get("required"), Some(&json(r#"["town","days"]"#)));
    for (name, said) in [("", "needs a name"), ("days", "another field “days”")] {
        let fault = root.edit(&path("properties[0]"), Edit::Rename(name.to_owned())).unwrap_err();
        assert!(fault.of("properties[0].name").unwrap().contains(said));
    }
}

#[test]
fn properties_are_added_and_moved() {
    let mut root = Node::new(Type::Object);
    assert_eq!(root.to_json().to_string(), r#"{"type":"object","properties":{}}"#);
    for name in ["", "", "size"] {
        root.edit(&Path::default(), Edit::AddProperty(name.to_owned())).unwrap();
    }
    root.edit(&path("properties[2]"), Edit::Up).unwrap();
    root.edit(&path("properties[0]"), Edit::Up).unwrap();
    root.edit(&path("properties[2]"), Edit::Down).unwrap();
    assert_eq!(names(&root), ["field", "size", "field_2"]);
    for (at, edit) in
        [("", Edit::Remove), ("properties[3]", Edit::Up), ("items", Edit::SetType(Type::Null)), ("properties[0]", Edit::AddProperty(String::new()))]
    {
        assert_eq!(fields_of(root.edit(&path(at), edit).unwrap_err()), [at]);
    }
}

#[test]
fn another_type_keeps_what_applies() {
    let rows = [
        (
            r#"{"type":"integer","minimum":1,"enum":[1,2],"default":1,"title":"T"}"#,
            Type::Number,
            r#"{"type":"number","minimum":1,"enum":[1,2],"default":1,"title":"T"}"#,
        ),
        (
            r#"{"title":"T","type":["string","null"],"description":"d","enum":["a",null],"maxLength":3}"#,
            Type::Boolean,
            r#"{"type":["boolean","null"],"title":"T","description":"d"}"#,
        ),
        (r#"{"type":"number","enum":[1,1.5],"default":1.5}"#, Type::Integer, r#"{"type":"integer","enum":[1]}"#),
        (r#"{"description":"d","anyOf":[]}"#, Type::Array, r#"{"type":"array","description":"d","items":{"type":"string"}}"#),
        (r#"{"description":"d","properties":{"a":true}}"#, Type::Object, r#"{"type":"object","description":"d","properties":{"a":true}}"#),
        (r#"{"description":"d","properties":1}"#, Type::Object, r#"{"type":"object","description":"d","properties":{}}"#),
        ("true", Type::String, r#"{"type":"string"}"#),
    ];
    for (from, of, to) in rows {
        let mut node = node(from);
        node.edit(&Path::default(), Edit::SetType(of)).unwrap();
        assert_eq!((node.of(), node.to_json().to_string().as_str()), (of, to), "{from}");
        let before = node.to_json();
        node.set_type(Type::Raw);
        assert_eq!((node.of(), node.to_json()), (Type::Raw, before));
    }
}

#[test]
fn choices_and_raw_json_are_read_or_refused() {
    let mut root = weather().schema.unwrap();
    root.edit(&path("properties[1]"), Edit::SetChoices("c\n \"f\\n\"\r\nk".to_owned())).unwrap();
    assert_eq!(root.at(&path("properties[1]")).unwrap().to_json().get("enum"), Some(&json(r#"["c","f\n","k",null]"#)));
    root.edit(&path("properties[3]"), Edit::SetRaw(r#"{"type":"string"}"#.to_owned())).unwrap();
    assert_eq!(root.at(&path("properties[3]")).unwrap().of(), Type::String);
    let wrong = [
        ("properties[2].items", Edit::SetChoices("1\ntwo".to_owned()), "properties[2].items.enum"),
        ("properties[2]", Edit::SetChoices("1".to_owned()), "properties[2].enum"),
        ("properties[4]", Edit::SetRaw("{".to_owned()), "properties[4].raw"),
        ("properties[4]", Edit::SetRaw("[]".to_owned()), "properties[4].raw"),
    ];
    for (at, edit, field) in wrong {
        assert_eq!(fields_of(root.edit(&path(at), edit).unwrap_err()), [field]);
    }
}

#[test]
fn checks_name_the_field_as_the_form_does() {
    let properties = r#"{"a":{"type":"integer","minimum":3,"maximum":2},"":{"type":"string","minLength":-1,"enum":["x","x"],"default":"y"},"c":5}"#;
    let tool = json(&format!(r#"{{"type":"function","function":{{"name":"a b","parameters":{{"type":"object","properties":{properties}}}}}}}"#));
    let tool = Tool::from_json(&tool);
    let findings = check_tools(&[tool.clone(), tool]);
    let errors: Vec<&str> = findings.errors.iter().map(|error| error.field.as_str()).collect();
    let each = ["name", "parameters.properties[0].maximum", "parameters.properties[1].name", "parameters.properties[1].min_length"];
    let each = each.into_iter().chain(["parameters.properties[1].enum", "parameters.properties[2].raw"]);
    let mut wanted: Vec<String> = (0..2).flat_map(|tool| each.clone().map(move |field| format!("tools[{tool}].{field}"))).collect();
    wanted.insert(6, "tools[1].name".to_owned());
    assert_eq!(errors, wanted);
    assert_eq!(findings.warnings.first().unwrap().field, "tools[0].parameters.properties[1].default");
    assert!(findings.check().is_err());
}

#[test]
fn strict_mode_is_a_warning() {
    let findings = check_tools(&[Tool::from_json(&json(WEATHER))]);
    let warned: Vec<&str> = findings.warnings.iter().map(|warning| warning.field.as_str()).collect();
    assert_eq!(warned, [2, 3, 4].map(|at| format!("tools[0].parameters.properties[{at}].required")));
    assert_eq!(findings.check(), Ok(()));
    let format =
        r#"{"type":"json_schema","json_schema":{"name":"n","strict":true,"schema":{"type":"object","properties":{"a":{"type":"array"}},"required":["a"]}}}"#;
    let warnings = ResponseFormat::from_json(&json(format)).check("response_format").warnings;
    assert_eq!(
        warnings.iter().map(|w| w.field.as_str()).collect::<Vec<_>>(),
        ["response_format.schema.additional", "response_format.schema.properties[0].items"]
    );
}

#[test]
fn response_formats_come_back() {
    let rows = [
        r#"{"type":"text"}"#,
        r#"{"type":"json_object"}"#,
        r#"{"type":"text","x":1}"#,
        r#"{"json_schema":{"strict":null,"name":"n","schema":{"type":"object"}},"type":"json_schema"}"#,
        r#"{"type":"grammar"}"#,
    ];
    for row in rows {
        let format = ResponseFormat::from_json(&json(row));
        assert_eq!(format.to_json(), json(row));
        assert_eq!(ResponseFormat::from_json(&format.to_json()), format);
    }
}

#[test]
fn edits_change_what_they_name_and_nothing_else() {
    let mut root = weather().schema.unwrap();
    let edits = [("properties[0]", Edit::Rename("town".to_owned())), ("properties[1]", Edit::SetType(Type::Number)), ("properties[2]", Edit::Remove)];
    edits.into_iter().for_each(|(at, edit)| root.edit(&path(at), edit).unwrap());
    let root = root.to_json();
    let keys: Vec<&str> = root.as_object().unwrap().iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys, ["$schema", "type", "required", "properties", "additionalProperties", "$defs"]);
    assert_eq!(root.get("required").unwrap(), &json(r#"["unit","town"]"#));
    let wanted = r#"{"town":{"description":"Where","type":"string","minLength":1,"title":"City"},"unit":{"type":["number","null"],"default":null}}"#;
    assert_eq!(&root.get("properties").unwrap().as_object().unwrap()[..2], json(wanted).as_object().unwrap());
}

#[test]
fn too_deep_nesting_is_refused_once() {
    let mut tool = weather();
    let mut lists = |depth: usize| {
        tool.schema = Some(Node::raw((0..depth).fold(Json::Bool(true), |inner, _| Json::Object(vec![("items".to_owned(), inner)]))));
        check_tools(&[Tool::Function(Box::new(tool.clone()))]).check().map_err(fields_of)
    };
    assert_eq!((lists(DEPTH_MAX), lists(DEPTH_MAX + 1)), (Ok(()), Err(vec!["tools[0].parameters".to_owned()])));
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => prop::sample::select(vec!["a", "b", "c", "properties[0]", "null", "\"", "\"q\"", " x ", "", "1", "x\r\ny", "\n\nz", "é"]).prop_map(str::to_owned),
        1 => "[^\0]{0,6}",
    ]
}

fn scalar() -> impl Strategy<Value = Json> {
    prop_oneof![
        word().prop_map(Json::String),
        (-3_i64..9).prop_map(|number| Json::Number(number.into())),
        (-3.0..9.0).prop_map(|number| Json::from(&Value::from(number))),
        any::<bool>().prop_map(Json::Bool),
        Just(Json::Null),
    ]
}

/// Values that are right for some keyword and odd for others.
fn value() -> impl Strategy<Value = Json> {
    let types = vec!["string", "number", "integer", "boolean", "array", "object", "null"];
    prop_oneof![
        2 => scalar(),
        2 => prop::sample::select(types.clone()).prop_map(Json::from),
        1 => prop::collection::vec(prop::sample::select(types).prop_map(Json::from), 0..3).prop_map(Json::Array),
        2 => prop::collection::vec(scalar(), 0..4).prop_map(Json::Array),
        2 => prop::collection::vec(prop::sample::select(vec!["a", "b", "c", "ghost"]).prop_map(Json::from), 0..4).prop_map(Json::Array),
    ]
}

fn object(pairs: Vec<(String, Json)>) -> Json {
    let mut seen = std::collections::HashSet::new();
    Json::Object(pairs.into_iter().filter(|(key, _)| seen.insert(key.clone())).collect())
}

fn keyword() -> impl Strategy<Value = &'static str> {
    let common = "description enum default format pattern minLength maxLength minimum maximum minItems maxItems required additionalProperties";
    let rare = "title const $ref anyOf x-other nullable items properties";
    prop_oneof![5 => prop::sample::select(common.split(' ').collect::<Vec<_>>()), 1 => prop::sample::select(rare.split(' ').collect::<Vec<_>>())]
}

/// A likely schema: a type, what belongs to it, and anything else, in any order.
fn schema() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![9 => plain(Vec::new()), 1 => value()];
    leaf.prop_recursive(4, 40, 4, |inner| {
        let properties = prop::collection::vec((word(), inner.clone()), 0..4).prop_map(object).boxed();
        prop_oneof![
            properties.clone().prop_flat_map(|all| plain(vec![("type", Json::from("object")), ("properties", all)])),
            inner.prop_flat_map(|items| plain(vec![("type", Json::from("array")), ("items", items)])),
            properties,
        ]
    })
}

fn plain(fixed: Vec<(&'static str, Json)>) -> impl Strategy<Value = Json> {
    let fixed: Vec<_> = fixed.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    let of = prop::sample::select(vec![r#""string""#, r#""integer""#, r#""number""#, r#"["null","string"]"#, r#"["number","null"]"#, r#""boolean""#]);
    let more = prop::collection::vec((keyword().prop_map(str::to_owned), value()), 0..6);
    (of, more)
        .prop_map(move |(of, more)| {
            let mut pairs = fixed.clone();
            pairs.push(("type".to_owned(), json(of)));
            pairs.extend(more);
            object(pairs)
        })
        .prop_flat_map(|all| {
            let pairs = all.as_object().unwrap_or_default().to_vec();
            Just(pairs).prop_shuffle().prop_map(Json::Object)
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_schema_comes_back_from_the_node(schema in schema()) {
        let node = Node::from_json(&schema);
        prop_assert_eq!(node.to_json(), schema.clone());
        prop_assert_eq!(Json::parse(&schema.to_string()).unwrap(), schema.clone());
        prop_assert_eq!(Value::from(schema.clone()).to_string().parse::<Value>().unwrap(), serde_json::from_str::<Value>(&schema.to_string()).unwrap());
        prop_assert_eq!(Node::from_json(&node.to_json()), node);
    }

    #[test]
    fn any_type_can_become_any_other(schema in schema(), of in prop::sample::select(Type::ALL.to_vec())) {
        let mut node = Node::from_json(&schema);
        node.set_type(of);
        prop_assert_eq!(node.of(), of);
        if of != Type::Raw {
            prop_assert_eq!(Node::from_json(&node.to_json()).of(), of);
        }
    }
}
