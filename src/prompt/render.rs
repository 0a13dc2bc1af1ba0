//! Filling a version in.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    Body, Message, Variable, VariableType,
    variable::{self, messages},
};
use crate::{fault::Fault, fault::Problems, template::Template};

/// Fills every text of `body` and puts messages in the place of placeholders; includes must be expanded before.
/// `variables` are those that the version knows: their types are checked, and their defaults stand in for what is not given.
///
/// # Errors
/// `Invalid` with one field for each variable that is missing or of another type.
pub fn render(body: &Body, variables: &[Variable], values: &BTreeMap<String, Value>) -> Result<Body, Fault> {
    let mut problems = Problems::default();
    let values = complete(variables, values, &mut problems);
    let mut missing: Vec<String> = Vec::new();
    let mut fill = |text: &str| {
        Ok::<_, Fault>(Template::parse(text)?.fill(&values).unwrap_or_else(|names| {
            missing.extend(names);
            String::new()
        }))
    };
    let rendered = match body {
        Body::Text(text) => Body::Text(fill(text)?),
        Body::Messages(all) => {
            let mut filled: Vec<Message> = Vec::with_capacity(all.len());
            for message in all {
                match message.placeholder() {
                    None => filled.push(Message { content: fill(&message.content)?, id: String::new(), ..message.clone() }),
                    Some(name) => {
                        filled.extend(values.get(name).map(messages).transpose().map_err(|fault| fault.at(format!("variables.{name}")))?.unwrap_or_default())
                    }
                }
            }
            Body::Messages(filled)
        }
    };
    missing.sort();
    missing.dedup();
    // Of a value of another type it has been said already.
    let known = |name: &str| problems.has(&format!("variables.{name}"));
    let missing: Vec<String> = missing.into_iter().filter(|name| !known(name)).collect();
    missing.iter().for_each(|name| problems.add(format!("variables.{name}"), format!("The variable “{name}” has no value.")));
    problems.check().map(|()| rendered)
}

/// The values with types checked and defaults put in.
fn complete(variables: &[Variable], values: &BTreeMap<String, Value>, problems: &mut Problems) -> BTreeMap<String, Value> {
    let mut complete = values.clone();
    for variable in variables {
        let given = values.get(&variable.name).filter(|value| !blank(value, variable));
        let value = match (given, &variable.default) {
            (Some(given), _) => match variable.kind.check(given) {
                Ok(value) => Some(value),
                Err(fault) => {
                    problems.add(format!("variables.{}", variable.name), format!("{}: {}", variable.name, fault.message));
                    None
                }
            },
            (None, Some(default)) => Some(variable.kind.check(default).unwrap_or_else(|_| default.clone())),
            (None, None) if !variable.required && variable.kind != VariableType::Messages => Some(Value::from("")),
            (None, None) => None,
        };
        match value {
            Some(value) => complete.insert(variable.name.clone(), value),
            None => complete.remove(&variable.name),
        };
        if variable.kind == VariableType::Messages && variable.required && !complete.contains_key(&variable.name) && given.is_none() {
            problems.add(format!("variables.{}", variable.name), format!("The variable “{}” has no value.", variable.name));
        }
    }
    complete
}

/// A field that was left empty gives no value, but where an empty text is one.
fn blank(value: &Value, variable: &Variable) -> bool {
    let empty = value.as_str().is_some_and(|text| text.trim().is_empty());
    value.is_null() || (empty && (variable.kind != VariableType::Text || variable.default.is_some()))
}

/// What a form shows in a variable's field at first: its example, else its default.
pub fn suggested(variable: &Variable) -> String {
    variable.example.as_ref().or(variable.default.as_ref()).map(variable::shown).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::prompt::MessageRole;

    fn values(value: Value) -> BTreeMap<String, Value> {
        value.as_object().unwrap().clone().into_iter().collect()
    }

    fn number(name: &str, default: Option<Value>, required: bool) -> Variable {
        Variable { kind: VariableType::Number, default, required, ..Variable::implied(name) }
    }

    #[test]
    fn defaults_stand_in_and_what_may_be_left_out_is_empty() {
        let body = Body::Text("{{a}}|{{b}}|{{c}}".to_owned());
        let variables = [number("a", Some(json!(4)), true), number("b", None, false), Variable::implied("c")];
        for (given, said) in [
            (json!({"c": "x"}), "4||x"),
            (json!({"a": 5, "b": "6", "c": ""}), "5|6|"),
            (json!({"a": null, "b": "", "c": "x"}), "4||x"),
            (json!({"a": "", "b": " ", "c": "x"}), "4||x"),
        ] {
            assert_eq!(render(&body, &variables, &values(given)).unwrap(), Body::Text(said.to_owned()));
        }
    }

    #[test]
    fn every_value_that_is_missing_or_of_another_type_is_named_once() {
        let body = Body::Text("{{a}} {{b}} {{c}} {{d}}".to_owned());
        let variables = [number("a", None, true), number("b", None, true), Variable::implied("c")];
        let fault = render(&body, &variables, &values(json!({"a": "four"}))).unwrap_err();
        let named: Vec<_> = fault.fields.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(named, ["variables.a", "variables.b", "variables.c", "variables.d"]);
    }

    #[test]
    fn a_placeholder_brings_messages_whose_braces_stay_text() {
        let body = Body::Messages(vec![
            Message::new(MessageRole::System, "{{a}}"),
            Message::new(MessageRole::Placeholder, "history"),
            Message::new(MessageRole::User, "end"),
        ]);
        let variables = [Variable::implied("a"), Variable::implied_messages("history")];
        let filled = |given: Value| match render(&body, &variables, &values(given)).unwrap() {
            Body::Messages(messages) => messages.into_iter().map(|message| message.content).collect::<Vec<_>>(),
            Body::Text(_) => panic!("messages"),
        };
        assert_eq!(filled(json!({"a": "x"})), ["x", "end"]);
        assert_eq!(
            filled(json!({"a": "x", "history": [{"role": "user", "content": "{{b}}"}, {"role": "assistant", "content": "y"}]})),
            ["x", "{{b}}", "y", "end"]
        );
        let fault = render(&body, &variables, &values(json!({"a": "x", "history": 5}))).unwrap_err();
        assert_eq!(fault.fields[0].field, "variables.history");
    }
}
