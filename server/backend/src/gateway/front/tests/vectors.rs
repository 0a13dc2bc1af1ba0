use super::*;

fn of(body: &Value) -> Result<embeddings::Inbound, Fault> {
    embeddings::read(body.to_string())
}

#[test]
fn texts_and_tokens_are_told_apart() {
    use embeddings::Input::{Texts, Tokens};
    let cases = [
        (json!("a"), Texts(vec!["a".to_owned()])),
        (json!(["a", "b"]), Texts(vec!["a".to_owned(), "b".to_owned()])),
        (json!([1, 2, 3]), Tokens { inputs: 1 }),
        (json!([[1, 2], [3]]), Tokens { inputs: 2 }),
        (Value::from_iter(0..4_000), Tokens { inputs: 1 }),
    ];
    for (input, expected) in cases {
        let inbound = of(&json!({"model": "m", "input": input, "user": "u", "atelier": {"tags": []}})).unwrap();
        assert_eq!((&inbound.input, inbound.user.as_deref(), inbound.atelier.is_some()), (&expected, Some("u"), true));
        assert_eq!(inbound.texts().is_ok(), matches!(expected, Texts(_)));
        let sent: Value = serde_json::from_slice(&inbound.forward("own")).unwrap();
        assert_eq!(sent, json!({"model": "own", "input": input, "user": "u"}));
    }
}

#[test]
fn a_field_of_another_shape_is_named() {
    let cases = [
        (json!({"input": "a"}), "model"),
        (json!({"model": "m"}), "input"),
        (json!({"model": "m", "input": ""}), "input"),
        (json!({"model": "m", "input": []}), "input"),
        (json!({"model": "m", "input": ["a", ""]}), "input"),
        (json!({"model": "m", "input": ["a", 1]}), "input"),
        (json!({"model": "m", "input": [[1], []]}), "input"),
        (json!({"model": "m", "input": [1.5]}), "input"),
        (json!({"model": "m", "input": {"text": "a"}}), "input"),
        (json!({"model": "m", "input": vec!["a"; 2_049]}), "input"),
        (json!({"model": "m", "input": "a", "encoding_format": "hex"}), "encoding_format"),
        (json!({"model": "m", "input": "a", "dimensions": 0}), "dimensions"),
    ];
    for (body, field) in cases {
        assert_eq!(of(&body).unwrap_err().fields[0].field, field, "{body}");
    }
    let shorter = of(&json!({"model": "m", "input": "a", "dimensions": 8})).unwrap();
    assert_eq!((shorter.dimensions, shorter.texts().unwrap_err().code.as_ref()), (Some(8), "provider_cannot"));
}

#[test]
fn vectors_are_written_as_the_client_wants_them() {
    let vectors = [vec![0.1_f32, -2.0], vec![f32::MIN_POSITIVE, 1e-7]];
    let floats = of(&json!({"model": "local/x", "input": ["a", "b"]})).unwrap().answer(&vectors, &USAGE);
    let floats: Value = serde_json::from_slice(&floats).unwrap();
    assert_eq!((floats.get("object"), floats.get("model")), (Some(&json!("list")), Some(&json!("local/x"))));
    assert_eq!(floats.get("usage"), Some(&json!({"prompt_tokens": 100, "total_tokens": 100})));
    assert_eq!(floats.pointer("/data/1/index"), Some(&json!(1)));
    let (back, _) = OpenAi::default().read_embeddings(floats.to_string().as_bytes()).unwrap();
    assert_eq!(back, vectors);
    let coded = of(&json!({"model": "m", "input": ["a", "b"], "encoding_format": "base64"})).unwrap().answer(&vectors, &USAGE);
    let coded: Value = serde_json::from_slice(&coded).unwrap();
    // 0.1 is 0x3dcccccd, -2 is 0xc0000000.
    assert_eq!(coded.pointer("/data/0/embedding"), Some(&json!("zczMPQAAAMA=")));
}
