//! Templates: `{{name}}` is a variable, `{{> other/prompt@label}}` an include, `\{{` a literal `{{`, and `{{\}}` a `\` that
//! escapes nothing: so one can stand right before a tag.
//!
//! A template is parsed once. Includes and values go in as text: what they bring is never parsed again.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    fault::{Fault, FieldError},
    prompt::{LabelName, PromptName},
};

/// The longest variable name, in characters.
const NAME_MAX: usize = 64;

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text as a reader sees it, without escapes.
    Text(String),
    Variable(String),
    Include(Include),
}

/// A reference to another prompt: its label, else `production`, else its latest version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Include {
    pub name: PromptName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<LabelName>,
}

impl fmt::Display for Include {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.label {
            Some(label) => write!(out, "{}@{label}", self.name),
            None => write!(out, "{}", self.name),
        }
    }
}

/// A parsed template. [`fmt::Display`] writes it as source again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template(Vec<Part>);

impl Template {
    /// # Errors
    /// `Invalid` with one entry for every tag that cannot be read, naming line and column; the field is left empty.
    pub fn parse(source: &str) -> Result<Self, Fault> {
        let mut template = Self::default();
        let mut errors = Vec::new();
        for piece in scan(source) {
            match piece {
                Piece::Text(text) => template.push_text(text),
                Piece::Tag(Tag { part: Ok(part), .. }) => template.0.push(part),
                Piece::Tag(Tag { from, part: Err(why), .. }) => errors.push(at_place(source, from, &why)),
            }
        }
        if errors.is_empty() { Ok(template) } else { Err(Fault::fields(errors)) }
    }

    /// Names of the variables in the order of their first appearance.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Variable(name) => Some(name.as_str()),
            _ => None,
        })
    }

    pub fn includes(&self) -> impl Iterator<Item = &Include> {
        self.0.iter().filter_map(|part| match part {
            Part::Include(include) => Some(include),
            _ => None,
        })
    }

    /// Puts the parts of other templates in the place of includes.
    ///
    /// # Errors
    /// What `find` says of an include that it cannot give.
    pub fn expand(&self, find: &mut impl FnMut(&Include) -> Result<Template, Fault>) -> Result<Template, Fault> {
        let mut out = Self::default();
        for part in &self.0 {
            match part {
                Part::Include(include) => find(include)?.0.into_iter().for_each(|part| out.push(part)),
                other => out.push(other.clone()),
            }
        }
        Ok(out)
    }

    /// Fills in values. Strings go in bare, everything else as JSON. Includes must be expanded before.
    ///
    /// # Errors
    /// The names that `values` lacks.
    pub fn fill(&self, values: &BTreeMap<String, Value>) -> Result<String, Vec<String>> {
        let mut out = String::new();
        let mut missing = Vec::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Variable(name) => match values.get(name) {
                    Some(Value::String(text)) => out.push_str(text),
                    Some(other) => out.push_str(&other.to_string()),
                    None => missing.push(name.clone()),
                },
                Part::Include(include) => missing.push(format!("> {include}")),
            }
        }
        if missing.is_empty() { Ok(out) } else { Err(missing) }
    }

    pub fn push(&mut self, part: Part) {
        match part {
            Part::Text(text) => self.push_text(&text),
            other => self.0.push(other),
        }
    }

    fn push_text(&mut self, text: &str) {
        match self.0.last_mut() {
            _ if text.is_empty() => {}
            Some(Part::Text(last)) => last.push_str(text),
            _ => self.0.push(Part::Text(text.to_owned())),
        }
    }
}

impl fmt::Display for Template {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = self.0.iter().peekable();
        while let Some(part) = parts.next() {
            match part {
                // Texts never stand side by side: what follows is a tag.
                Part::Text(text) if parts.peek().is_some() => write_before_tag(text, out)?,
                Part::Text(text) => out.write_str(&escaped(text))?,
                Part::Variable(name) => write!(out, "{{{{{name}}}}}")?,
                Part::Include(include) => write!(out, "{{{{> {include}}}}}")?,
            }
        }
        Ok(())
    }
}

fn escaped(text: &str) -> String {
    text.replace("{{", r"\{{")
}

/// A backslash at the end would escape the tag, with one brace between them too: of three braces the first is text.
fn write_before_tag(text: &str, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    if !text.ends_with('\\') && !text.ends_with(r"\{") {
        return out.write_str(&escaped(text));
    }
    let head = text.trim_end_matches(['\\', '{']);
    out.write_str(&escaped(head))?;
    // Before a tag a brace needs no escape, and after this no backslash stands before one.
    out.write_str(&text[head.len()..].replace('\\', r"{{\}}"))
}

/// A tag where it stands: bytes of the source, braces included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    pub from: usize,
    pub to: usize,
    /// What it says, or why it cannot be read.
    pub part: Result<Part, String>,
}

/// Every tag of a source, those that cannot be read too.
pub fn tags(source: &str) -> Vec<Tag> {
    let tag = |piece| match piece {
        Piece::Tag(tag) => Some(tag),
        Piece::Text(_) => None,
    };
    scan(source).into_iter().filter_map(tag).collect()
}

enum Piece<'a> {
    /// As a reader sees it, without escapes.
    Text(&'a str),
    Tag(Tag),
}

fn scan(source: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = source;
    while let Some(at) = rest.find("{{") {
        if let Some(before) = rest[..at].strip_suffix('\\') {
            pieces.push(Piece::Text(before));
            pieces.push(Piece::Text("{{"));
            rest = &rest[at + 2..];
            continue;
        }
        // Of three braces the first is text, so that {"a": {{{x}}}} holds a variable.
        let at = at + rest[at + 2..].chars().take_while(|c| *c == '{').count();
        pieces.push(Piece::Text(&rest[..at]));
        let from = source.len() - rest.len() + at;
        let tag = &rest[at + 2..];
        match tag.find("}}") {
            Some(end) => {
                pieces.push(match tag[..end].trim() {
                    text @ r"\" => Piece::Text(text),
                    inside => Piece::Tag(Tag { from, to: from + end + 4, part: read_tag(inside) }),
                });
                rest = &tag[end + 2..];
            }
            None => {
                let why = "“{{” is never closed. Write “\\{{” for the braces themselves.".to_owned();
                pieces.push(Piece::Tag(Tag { from, to: from + 2, part: Err(why) }));
                rest = "";
            }
        }
    }
    pieces.push(Piece::Text(rest));
    pieces
}

fn read_tag(tag: &str) -> Result<Part, String> {
    if let Some(include) = tag.strip_prefix('>') {
        let (name, label) = match include.trim().split_once('@') {
            Some((name, label)) => (name.trim(), Some(label.trim())),
            None => (include.trim(), None),
        };
        let label = label.map(str::parse).transpose().map_err(|fault: Fault| fault.message)?;
        return Ok(Part::Include(Include { name: name.parse().map_err(|fault: Fault| fault.message)?, label }));
    }
    check_variable(tag).map(|()| Part::Variable(tag.to_owned()))
}

/// A letter or `_`, then letters, digits, `_`, `-` or `.`.
pub(crate) fn check_variable(name: &str) -> Result<(), String> {
    let good = name.starts_with(|c: char| c.is_alphabetic() || c == '_') && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    if name.is_empty() {
        Err("“{{}}” names no variable. Write “\\{{” for the braces themselves.".to_owned())
    } else if !good {
        let shown: String = name.chars().take(40).collect();
        Err(format!("“{shown}” is no variable name: letters, digits, “_”, “-” and “.”, a letter first. Write “\\{{{{” for the braces themselves."))
    } else if name.chars().count() > NAME_MAX {
        Err(format!("A variable's name has at most {NAME_MAX} characters."))
    } else {
        Ok(())
    }
}

fn at_place(source: &str, at: usize, why: &str) -> FieldError {
    let before = &source[..at];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    FieldError { field: String::new(), detail: format!("Line {line}, column {column}: {why}") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn fill(source: &str, values: Value) -> Result<String, Vec<String>> {
        let Value::Object(map) = values else { panic!("an object") };
        Template::parse(source).unwrap().fill(&map.into_iter().collect())
    }

    #[test]
    fn values_go_in_as_text() {
        for (source, said) in [
            ("Hello {{name}}!", "Hello Ann {{x}}!"),
            ("{{ name }} is {{n}}, {{ok}}, {{list}}", "Ann {{x}} is 2, true, [1,\"a\"]"),
            (r"\{{name}} {{n}}", "{{name}} 2"),
            (r#"{"a": {{n}}}"#, r#"{"a": 2}"#),
            ("{{{n}}}", "{2}"),
            (r"\\{{n}}", r"\{{n}}"),
            (r"{{\}}{{n}} {{{ \ }}{{{n}}}", r"\2 {\{2}"),
            (r"\{{\}}", r"{{\}}"),
            ("no braces } {", "no braces } {"),
        ] {
            let values = json!({"name": "Ann {{x}}", "n": 2, "ok": true, "list": [1, "a"]});
            assert_eq!(fill(source, values).unwrap(), said, "{source}");
        }
    }

    #[test]
    fn every_missing_variable_is_named() {
        assert_eq!(fill("{{a}} {{b}} {{c}}", json!({"b": 1})).unwrap_err(), ["a", "c"]);
    }

    #[test]
    fn a_tag_that_cannot_be_read_is_placed() {
        let fault = Template::parse("one {{}}\ntwo {{a b}} {{> x//y}} {{end").unwrap_err();
        let places: Vec<_> = fault.fields.iter().map(|error| error.detail.split(':').next().unwrap().to_owned()).collect();
        assert_eq!(places, ["Line 1, column 5", "Line 2, column 5", "Line 2, column 13", "Line 2, column 24"]);
    }

    #[test]
    fn an_include_keeps_its_name_and_label() {
        let template = Template::parse("{{> support/tone@staging}} {{>tone}}").unwrap();
        let said: Vec<_> = template.includes().map(ToString::to_string).collect();
        assert_eq!(said, ["support/tone@staging", "tone"]);
    }

    #[test]
    fn braces_that_an_include_brings_stay_text() {
        let outer = Template::parse("{{{> a}}").unwrap();
        let whole = outer.expand(&mut |_| Template::parse(r"{x}} \{{y}} {{z}}")).unwrap();
        assert_eq!(whole.variables().collect::<Vec<_>>(), ["z"]);
        assert_eq!(Template::parse(&whole.to_string()).unwrap(), whole);
    }

    /// An include, then a variable: what is rendered is what the parts say, though the whole went through text.
    #[test]
    fn a_backslash_that_an_include_ends_in_escapes_nothing() {
        for (included, outer, said) in [
            (r"C:\", "{{> a}}{{v}}", r"C:\1"),
            (r"C:\\", "{{> a}}{{v}}", r"C:\\1"),
            (r"\", "{{> a}}{{{v}}}", r"\{1}"),
            (r"\frac{", "{{> a}}{{v}}}", r"\frac{1}"),
            (r"x\{", "{{> a}}{{v}}", r"x\{1"),
            (r"\{\", "{{> a}}{{v}}", r"\{\1"),
            (r"\{{{\", "{{> a}}{{v}}", r"{{{\1"),
            (r"\\{{", "{{> a}}{{v}}", r"\{{1"),
            (r"{{v}}\", "{{> a}}{{> a}}{{v}}", r"1\1\1"),
            (r"a\", r"{{> a}} \{{v}}", r"a\ {{v}}"),
            (r"a\", "{{v}}{{> a}}", r"1a\"),
            (r"a\", "{{> a}}{ {{v}}", r"a\{ 1"),
        ] {
            let included = Template::parse(included).unwrap();
            let whole = Template::parse(outer).unwrap().expand(&mut |_| Ok(included.clone())).unwrap();
            assert_eq!(fill(&whole.to_string(), json!({"v": 1})).as_deref(), Ok(said), "{outer} with {included}: {whole}");
        }
    }

    fn part() -> impl Strategy<Value = Part> {
        prop_oneof![
            3 => r"[\\{} a]{0,6}".prop_map(Part::Text),
            2 => "[vw]".prop_map(Part::Variable),
            1 => Just(Part::Include(Include { name: "a/b".parse().unwrap(), label: None })),
        ]
    }

    proptest! {
        #[test]
        fn what_is_built_prints_to_the_same_template(parts in prop::collection::vec(part(), 0..8)) {
            let mut template = Template::default();
            parts.into_iter().for_each(|part| template.push(part));
            let again = Template::parse(&template.to_string()).unwrap();
            let values = BTreeMap::from([("v".to_owned(), json!(1)), ("w".to_owned(), json!(r"\{{v}}"))]);
            prop_assert_eq!(again.fill(&values), template.fill(&values));
            prop_assert_eq!(again, template);
        }

        #[test]
        fn what_parses_prints_back_to_the_same_template(source in r"([a-z\\{} ]|\{\{|\}\}|\{\{[a-z]{1,3}\}\}|\{\{> [a-z]/[a-z]@[a-z]\}\}|\\\{\{|\{\{\\\}\}|é){0,24}") {
            if let Ok(template) = Template::parse(&source) {
                prop_assert_eq!(Template::parse(&template.to_string()).unwrap(), template);
            }
        }

        #[test]
        fn text_without_tags_is_left_alone(text in r"[^{]*") {
            prop_assert_eq!(Template::parse(&text).unwrap().fill(&BTreeMap::new()).unwrap(), text);
        }

        #[test]
        fn a_value_is_never_parsed(value in ".*") {
            let values = BTreeMap::from([("v".to_owned(), Value::String(value.clone()))]);
            prop_assert_eq!(Template::parse("<{{v}}>").unwrap().fill(&values).unwrap(), format!("<{value}>"));
        }

        #[test]
        fn parsing_never_panics(source in r"[\\{}>@ a\n]*") {
            let _ = Template::parse(&source);
        }
    }
}
