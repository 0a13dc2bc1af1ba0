//! One text for one JSON value: keys sorted, no spaces. What is hashed is written by this.

use serde_json::Value;
use sha2::{Digest, Sha256};

/// Writes `value` with sorted keys, whatever order its maps keep.
pub fn text(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by(|a, b| a.0.cmp(b.0));
            list(out, '{', '}', entries, |(key, value), out| {
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                write(value, out);
            });
        }
        Value::Array(items) => list(out, '[', ']', items, write),
        scalar => out.push_str(&scalar.to_string()),
    }
}

fn list<T>(out: &mut String, open: char, close: char, items: impl IntoIterator<Item = T>, each: impl Fn(T, &mut String)) {
    out.push(open);
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        each(item, out);
    }
    out.push(close);
}

/// `sha256:` and 64 hexadecimal digits of the canonical text.
pub fn hash(value: &Value) -> String {
    format!("sha256:{}", hex(&Sha256::digest(text(value))))
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_keys_does_not_change_the_hash() {
        let a: Value = serde_json::from_str(r#"{"b": [1, {"y": null, "x": "é\n"}], "a": 0.5}"#).unwrap();
        let b: Value = serde_json::from_str(r#"{"a": 0.5, "b": [1, {"x": "é\n", "y": null}]}"#).unwrap();
        assert_eq!(text(&a), r#"{"a":0.5,"b":[1,{"x":"é\n","y":null}]}"#);
        assert_eq!(hash(&a), hash(&b));
    }
}
