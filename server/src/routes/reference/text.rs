//! Words: escaped for HTML, and calls as curl writes them.

use serde_json::Value;

use super::{Call, list, schema::resolved, text_of};

pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A sentence of the description: what stands between backticks is code.
pub fn prose(text: &str) -> String {
    let piece = |(at, piece): (usize, &str)| if at % 2 == 1 { format!("<code>{}</code>", escaped(piece)) } else { escaped(piece) };
    text.split('`').enumerate().map(piece).collect()
}

/// The call as a command to paste.
pub fn curl(document: &Value, call: &Call<'_>) -> String {
    let mut path = call.path.to_owned();
    for parameter in list(call.operation, "parameters").iter().filter(|parameter| parameter["in"] == "path") {
        let example = parameter.get("example").or_else(|| parameter.pointer("/schema/example")).and_then(Value::as_str).unwrap_or("x");
        path = path.replace(&format!("{{{}}}", text_of(parameter, "name")), &example.replace('/', "%2F"));
    }
    let method = if call.method == "GET" { String::new() } else { format!("-X {} ", call.method) };
    let mut command = format!("curl {method}\"$ATELIER_URL{path}\" \\\n  -H \"Authorization: Bearer $ATELIER_KEY\"");
    let example = call.body().and_then(|body| resolved(document, body).get("example"));
    if let Some(example) = example {
        let body = serde_json::to_string_pretty(example).unwrap_or_default().replace('\'', r"'\''");
        command += &format!(" \\\n  -H \"Content-Type: application/json\" \\\n  -d '{body}'");
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_sentence_is_taken_for_markup() {
        assert_eq!(prose("a <b> `{{> x}}` & \"c\""), "a &lt;b&gt; <code>{{&gt; x}}</code> &amp; &quot;c&quot;");
    }
}
