//! JSON and YAML. What is written reads back as the same values, whatever texts hold.

use std::str::FromStr;

use atelier_domain::{
    exchange::{File, to_json},
    fault::Fault,
};
use serde_json::Value;
use serde_saphyr::{DuplicateKeyPolicy, MergeKeyPolicy};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    Yaml,
    Json,
}

impl FromStr for Syntax {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        match text {
            "yaml" => Ok(Syntax::Yaml),
            "json" => Ok(Syntax::Json),
            _ => Err(Fault::field("format", "A file is written as yaml or json.")),
        }
    }
}

impl Syntax {
    pub fn ending(self) -> &'static str {
        match self {
            Syntax::Yaml => "yaml",
            Syntax::Json => "json",
        }
    }

    pub fn media_type(self) -> &'static str {
        match self {
            Syntax::Yaml => "application/yaml",
            Syntax::Json => "application/json",
        }
    }

    /// # Errors
    /// Internal.
    pub(super) fn write(self, file: &File) -> Result<String, Fault> {
        match self {
            Syntax::Json => Ok(to_json(file)),
            Syntax::Yaml => {
                let lost = |error: &dyn std::fmt::Display| {
                    tracing::error!(%error, "prompts cannot be written as YAML");
                    Fault::internal()
                };
                let value = serde_json::to_value(file).map_err(|error| lost(&error))?;
                to_yaml(&value).map_err(|error| lost(&error))
            }
        }
    }

    /// Reads JSON where it is some, else YAML.
    ///
    /// # Errors
    /// Invalid on `text`, with the line.
    pub(super) fn read(text: &str) -> Result<Value, Fault> {
        let text = text.trim_start_matches('\u{feff}');
        let looks_like_json = text.trim_start().starts_with(['{', '[']);
        match serde_json::from_str(text) {
            Ok(value) => Ok(value),
            Err(json) => from_yaml(text).map_err(|yaml| {
                let why = if looks_like_json { format!("This is no JSON: {json}.") } else { format!("This is neither JSON nor YAML: {}.", first_line(&yaml)) };
                Fault::field("text", why)
            }),
        }
    }
}

fn to_yaml(value: &Value) -> Result<String, serde_saphyr::ser::Error> {
    // Folded lines read badly in a prompt, and a diff of two exports shows whole paragraphs as changed.
    let options = serde_saphyr::ser_options! { folded_wrap_chars: usize::MAX };
    let mut text = String::new();
    serde_saphyr::to_fmt_writer_with_options(&mut text, value, options)?;
    Ok(text)
}

fn from_yaml(text: &str) -> Result<Value, String> {
    let options = serde_saphyr::options! {
        duplicate_keys: DuplicateKeyPolicy::Error,
        merge_keys: MergeKeyPolicy::Merge,
        strict_booleans: true,
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| error.to_string())
}

fn first_line(error: &str) -> &str {
    error.lines().next().unwrap_or_default().trim_end_matches('.')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_that_look_like_something_else_stay_texts() {
        for text in [
            "yes",
            "No",
            "on",
            "null",
            "~",
            "",
            " ",
            "1",
            "0x1f",
            "1e3",
            "1_000",
            "012",
            "1:30",
            ".5",
            "-",
            "- a",
            "a: b",
            "a #b",
            "#a",
            "&a",
            "*a",
            "!a",
            "|",
            ">",
            "%a",
            "@a",
            "`a",
            "{{x}}",
            "{a",
            "[a",
            "'a",
            "\"a",
            "a\nb",
            "a\n",
            "\na",
            "a\n\n",
            "\n",
            " a\nb",
            "a \nb ",
            "\ta",
            "a\tb",
            "a\r\nb",
            "\r",
            "\u{85}",
            "\u{2028}",
            "\u{feff}a",
            "\u{7f}",
            "\u{1}",
            "é",
            "🙂",
            "2026-11-22",
            "---",
            "...",
            "a\n---\nb",
            "<<",
            "=",
            "inf",
            ".nan",
            "True",
        ] {
            let value = json!({"atelier": 1, "text": text, "list": [text, {"text": text}], text: 1});
            let yaml = to_yaml(&value).unwrap();
            assert_eq!(from_yaml(&yaml).unwrap(), value, "{text:?}: {yaml}");
        }
    }

    #[test]
    fn a_prompt_reads_well_as_yaml() {
        let long = "You are the support agent of a company that sells bicycles, and you answer politely, briefly, and only from what you know.";
        let value = json!({"messages": [{"role": "system", "content": format!("{long}\n\nBe kind.\n")}, {"role": "user", "content": "{{question}}"}], "temperature": 0.2});
        assert_eq!(
            to_yaml(&value).unwrap(),
            format!("messages:\n- role: system\n  content: |\n    {long}\n\n    Be kind.\n- role: user\n  content: \"{{{{question}}}}\"\ntemperature: 0.2\n")
        );
    }

    #[test]
    fn what_is_no_file_is_told_with_its_line() {
        for (text, why) in [("{\"a\": ", "This is no JSON: EOF while parsing a value at line 1 column 6."), ("a: b\na: c\n", "This is neither JSON nor YAML")] {
            let fault = Syntax::read(text).unwrap_err();
            assert!(fault.fields[0].detail.starts_with(why), "{fault:?}");
        }
    }

    #[test]
    fn a_bomb_of_aliases_is_refused() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for at in 1..12 {
            let before = format!("*a{}", at - 1);
            text.push_str(&format!("a{at}: &a{at} [{}]\n", vec![before; 10].join(", ")));
        }
        assert!(Syntax::read(&text).is_err());
    }

    fn values() -> impl Strategy<Value = Value> {
        let text = prop_oneof!["[ -~]{0,12}", "[a-c \\n\\t:#'\"\\\\-]{0,12}", any::<String>().prop_map(|text| text.replace('\0', ""))];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_filter("a number of JSON", |number| number.is_finite()).prop_map(Value::from),
            text.clone().prop_map(Value::from)
        ];
        leaf.prop_recursive(3, 24, 4, move |inner| {
            let map = proptest::collection::vec((text.clone(), inner.clone()), 0..4).prop_map(|entries| entries.into_iter().collect());
            prop_oneof![proptest::collection::vec(inner, 0..4).prop_map(Value::Array), map.prop_map(Value::Object)]
        })
    }

    proptest! {
        #[test]
        fn every_value_comes_back_from_yaml_as_it_was(value in values()) {
            let yaml = to_yaml(&value).unwrap();
            prop_assert_eq!(from_yaml(&yaml), Ok(value), "{}", yaml);
        }
    }
}
