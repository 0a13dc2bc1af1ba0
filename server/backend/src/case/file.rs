//! Files of test cases: CSV with a head, a JSON list, or JSON Lines. A field `expected` is the expected answer, every other one a
//! variable; `{"values": {…}, "expected": …}` says the same.

use atelier_domain::{case::CaseForm, fault::Fault};
use serde_json::{Map, Value};

/// # Errors
/// Invalid on `text`, with the line at fault.
pub fn read(text: &str) -> Result<Vec<CaseForm>, Fault> {
    let text = text.trim_start_matches('\u{feff}').trim();
    let forms = match text.as_bytes().first() {
        None => return Err(fault("The file is empty.")),
        Some(b'[') => list(text)?,
        Some(b'{') => lines(text)?,
        Some(_) => table(text)?,
    };
    if forms.is_empty() { Err(fault("The file has no test case.")) } else { Ok(forms) }
}

fn fault(say: impl Into<String>) -> Fault {
    Fault::field("text", say)
}

fn list(text: &str) -> Result<Vec<CaseForm>, Fault> {
    let values: Vec<Value> =
        serde_json::from_str(text).map_err(|error| fault(format!("This is not a JSON list: line {}, column {}.", error.line(), error.column())))?;
    values.into_iter().enumerate().map(|(at, value)| case(value).map_err(|say| fault(format!("Case {}: {say}", at + 1)))).collect()
}

fn lines(text: &str) -> Result<Vec<CaseForm>, Fault> {
    // One object over several lines is no JSON Lines, but a case all the same.
    if let Ok(value) = serde_json::from_str::<Value>(text) {
        return case(value).map(|case| vec![case]).map_err(fault);
    }
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(at, line)| {
            let value = serde_json::from_str(line).map_err(|error| fault(format!("Line {} is not JSON: column {}.", at + 1, error.column())))?;
            case(value).map_err(|say| fault(format!("Line {}: {say}", at + 1)))
        })
        .collect()
}

fn case(value: Value) -> Result<CaseForm, &'static str> {
    let Value::Object(mut fields) = value else { return Err("a test case is an object, such as {\"question\": \"…\", \"expected\": \"…\"}.") };
    let expected = match fields.remove("expected") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text),
        Some(other) => Some(other.to_string()),
    };
    let values: Map<String, Value> = match fields.remove("values") {
        Some(Value::Object(values)) if fields.is_empty() => values,
        Some(values) => {
            fields.insert("values".to_owned(), values);
            fields
        }
        None => fields,
    };
    Ok(CaseForm { values: values.into_iter().collect(), expected })
}

fn table(text: &str) -> Result<Vec<CaseForm>, Fault> {
    // As spreadsheets of some countries write it.
    let head = text.lines().next().unwrap_or_default();
    let delimiter = [b',', b';', b'\t'].into_iter().max_by_key(|delimiter| head.bytes().filter(|byte| byte == delimiter).count()).unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).trim(csv::Trim::Headers).from_reader(text.as_bytes());
    let unreadable = |error: csv::Error| {
        let line = error.position().map_or(0, csv::Position::line);
        match error.kind() {
            csv::ErrorKind::UnequalLengths { expected_len, len, .. } => fault(format!("Line {line} has {len} fields, the head has {expected_len}.")),
            _ => fault(format!("Line {line} cannot be read as CSV.")),
        }
    };
    let names: Vec<String> = reader.headers().map_err(unreadable)?.iter().map(str::to_owned).collect();
    if names.iter().any(String::is_empty) {
        return Err(fault("Each column needs a name in the first line: the name of a variable, or “expected”."));
    }
    let mut forms = Vec::new();
    for record in reader.records() {
        let mut form = CaseForm::default();
        for (name, field) in names.iter().zip(&record.map_err(unreadable)?) {
            if name == "expected" {
                form.expected = Some(field.to_owned());
            } else {
                form.values.insert(name.clone(), Value::from(field));
            }
        }
        forms.push(form);
    }
    Ok(forms)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read_json(text: &str) -> Value {
        serde_json::to_value(read(text).unwrap()).unwrap()
    }

    #[test]
    fn the_same_cases_in_every_form() {
        let wanted =
            json!([{"values": {"q": "Where, please?", "shop": "North\nwind"}, "expected": "Here."}, {"values": {"q": "x", "shop": ""}, "expected": ""}]);
        assert_eq!(read_json("\u{feff}q,shop,expected\r\n\"Where, please?\",\"North\nwind\",Here.\r\nx,,\r\n"), wanted);
        assert_eq!(read_json("q;shop;expected\nWhere, please?;\"North\nwind\";Here.\nx;;"), wanted);
        assert_eq!(
            read_json(r#"[{"q": "Where, please?", "shop": "North\nwind", "expected": "Here."}, {"values": {"q": "x", "shop": ""}, "expected": ""}]"#),
            wanted
        );
        assert_eq!(
            read_json("{\"q\": \"Where, please?\", \"shop\": \"North\\nwind\", \"expected\": \"Here.\"}\n\n{\"q\":\"x\",\"shop\":\"\",\"expected\":\"\"}\n"),
            wanted
        );
        assert_eq!(read_json("{\n  \"n\": 1\n}"), json!([{"values": {"n": 1}, "expected": null}]));
        assert_eq!(read_json(r#"[{"values": 3, "q": "x", "expected": {"a": 1}}]"#), json!([{"values": {"values": 3, "q": "x"}, "expected": "{\"a\":1}"}]));
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_line() {
        for (text, say) in [
            (" \n", "empty"),
            ("[]", "no test case"),
            ("[{]", "line 1, column 3"),
            ("{\"a\": 1}\nx", "Line 2 is not JSON"),
            ("[3]", "Case 1: a test case is an object"),
            ("{\"a\": 1}\n3", "Line 2: a test case"),
            ("q,expected\nx", "Line 2 has 1 fields, the head has 2"),
            ("q,,expected\nx,y,z", "needs a name"),
            ("question\n", "no test case"),
        ] {
            let fault = read(text).unwrap_err();
            assert!(fault.of("text").is_some_and(|detail| detail.contains(say)), "{text:?}: {fault}");
        }
    }
}
