//! Whatever a client sends, nothing panics, and what is understood can be written again.

use proptest::prelude::*;

use super::*;

/// The words of both protocols, so that random JSON goes deep.
const WORDS: &str = "model messages role user assistant system tool function content text type image image_url url source base64 data media_type tool_use \
    tool_result tool_use_id tool_calls tool_call_id id name input arguments document thinking tools input_schema tool_choice any stream stream_options \
    metadata stop atelier output_config format";

fn any_json() -> impl Strategy<Value = Value> {
    let word = || proptest::sample::select(WORDS.split_whitespace().collect::<Vec<_>>()).prop_map(str::to_owned);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 80, 8, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec((word(), inner), 0..8).prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// A request with one place in it replaced.
fn nearly(base: Value) -> impl Strategy<Value = Value> {
    let mut paths = Vec::new();
    collect(&base, String::new(), &mut paths);
    (proptest::sample::select(paths), any_json()).prop_map(move |(path, value)| {
        let mut body = base.clone();
        *body.pointer_mut(&path).unwrap() = value;
        body
    })
}

fn collect(value: &Value, path: String, paths: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(name, value)| collect(value, format!("{path}/{name}"), paths)),
        Value::Array(list) => list.iter().enumerate().for_each(|(at, value)| collect(value, format!("{path}/{at}"), paths)),
        _ => {}
    }
    paths.push(path);
}

fn check(body: &Value) {
    for dialect in BOTH {
        let Ok(inbound) = dialect.read(body.to_string()) else { continue };
        for lead in [Lead::default(), lead()] {
            if let Ok(bytes) = inbound.forward("m", &lead, true) {
                let sent: Value = serde_json::from_slice(&bytes).unwrap();
                assert_eq!(sent.get("model"), Some(&json!("m")));
            }
            if let Ok(chat) = inbound.translate("m", &lead) {
                let _ = (OpenAi::default().chat(&chat, true), Anthropic.chat(&chat, false), Gemini.chat(&chat, true));
            }
        }
    }
    let _ = embeddings::read(body.to_string());
}

proptest! {
    #[test]
    fn no_json_makes_it_panic(body in any_json()) {
        check(&body);
    }

    #[test]
    fn no_wrong_field_makes_it_panic(body in prop_oneof![nearly(super::openai::everything()), nearly(super::anthropic::everything())]) {
        check(&body);
    }

    #[test]
    fn no_bytes_make_it_panic(body in proptest::collection::vec(any::<u8>(), 0..80)) {
        for dialect in BOTH {
            let _ = dialect.read(body.clone());
        }
        let _ = embeddings::read(body);
    }
}
