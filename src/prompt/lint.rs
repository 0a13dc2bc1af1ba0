//! What an editor warns of while somebody types.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::template::{Part, Tag, tags};

/// A place in a text, what is odd about it, and what can be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// In UTF-16 units, as browsers count.
    pub from: usize,
    pub to: usize,
    /// `bad` where it cannot be saved so, else `warn`.
    pub tone: String,
    pub say: String,
    pub fixes: Vec<Fix>,
    /// The variable to declare, where that would mend it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declare: Option<String>,
}

/// What stands in the place afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    pub label: String,
    pub insert: String,
}

/// The warnings of one text. `declared` are the variables that the draft declares: while there are none, every variable is welcome.
pub fn lint(text: &str, declared: &[&str]) -> Vec<Warning> {
    let mut units = Units::new(text);
    tags(text).into_iter().filter_map(|tag| warn(text, &tag, declared).map(|warning| units.place(&tag, warning))).collect()
}

fn warn(text: &str, tag: &Tag, declared: &[&str]) -> Option<Warning> {
    let warning = |tone: &str, say: String| Warning { from: 0, to: 0, tone: tone.to_owned(), say, fixes: Vec::new(), declare: None };
    match &tag.part {
        Err(why) => {
            // "{{ }}" and what else cannot be a tag: the braces themselves may be meant.
            let written = text.get(tag.from..tag.to).unwrap_or_default();
            let fixes = vec![Fix { label: "Keep the braces".to_owned(), insert: format!("\\{written}") }];
            Some(Warning { fixes, ..warning("bad", why.clone()) })
        }
        Ok(Part::Variable(name)) if !declared.is_empty() && !declared.contains(&name.as_str()) => {
            let meant = nearest(name, declared);
            let say = match meant {
                Some(meant) => format!("“{name}” is not declared. Did you mean “{meant}”?"),
                None => format!("“{name}” is not declared."),
            };
            let fixes = meant.map(|meant| Fix { label: format!("Use {meant}"), insert: format!("{{{{{meant}}}}}") }).into_iter().collect();
            Some(Warning { fixes, declare: Some(name.clone()), ..warning("warn", say) })
        }
        Ok(_) => None,
    }
}

/// Declared variables that stand in none of the texts. `elsewhere` are those that includes and placeholders use.
pub fn unused<'a>(texts: &[&str], declared: &[&'a str], elsewhere: &[&str]) -> Vec<&'a str> {
    let used: HashSet<String> = texts
        .iter()
        .flat_map(|text| tags(text))
        .filter_map(|tag| match tag.part {
            Ok(Part::Variable(name)) => Some(name),
            _ => None,
        })
        .collect();
    declared.iter().filter(|name| !name.is_empty() && !used.contains(**name) && !elsewhere.contains(*name)).copied().collect()
}

/// The declared name that somebody may have meant: at most three letters away, and no more than a third of its own.
fn nearest<'a>(name: &str, declared: &[&'a str]) -> Option<&'a str> {
    let distance = |other: &str| {
        let (a, b): (Vec<char>, Vec<char>) = (name.to_lowercase().chars().collect(), other.to_lowercase().chars().collect());
        (edits(&a, &b), a.len().max(b.len()))
    };
    let near = declared.iter().filter_map(|other| {
        let (edits, length) = distance(other);
        (edits <= 3 && edits * 3 <= length).then_some((edits, *other))
    });
    near.min_by_key(|(edits, _)| *edits).map(|(_, other)| other)
}

/// Letters to add, drop, change or swap with a neighbour (optimal string alignment).
fn edits(a: &[char], b: &[char]) -> usize {
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = change.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

/// Bytes to UTF-16 units, going forward through the text once.
struct Units<'a> {
    text: &'a str,
    byte: usize,
    unit: usize,
}

impl<'a> Units<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, byte: 0, unit: 0 }
    }

    fn at(&mut self, byte: usize) -> usize {
        self.unit += self.text.get(self.byte..byte).map_or(0, |between| between.encode_utf16().count());
        self.byte = byte;
        self.unit
    }

    fn place(&mut self, tag: &Tag, warning: Warning) -> Warning {
        Warning { from: self.at(tag.from), to: self.at(tag.to), ..warning }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str, declared: &[&str]) -> Vec<String> {
        lint(text, declared).into_iter().map(|warning| format!("{}-{} {}", warning.from, warning.to, warning.say)).collect()
    }

    #[test]
    fn undeclared_misspelt_and_unreadable_tags_are_told_with_their_place() {
        for (text, declared, expected) in [
            ("{{a}} {{b}}", &[][..], &[][..]),
            ("{{a}} {{> x/y}}", &["a"], &[]),
            ("é😀 {{order_ref}}", &["order_id"], &["4-17 “order_ref” is not declared. Did you mean “order_id”?"]),
            ("{{qeustion}}", &["question", "shop"], &["0-12 “qeustion” is not declared. Did you mean “question”?"]),
            ("{{zzz}}", &["question"], &["0-7 “zzz” is not declared."]),
            (r"\{{zzz}} {{", &["question"], &["9-11 “{{” is never closed. Write “\\{{” for the braces themselves."]),
        ] {
            assert_eq!(said(text, declared), expected, "{text}");
        }
        assert!(said("{{}}", &[])[0].starts_with("0-4 “{{}}” names no variable."));
        assert_eq!(lint("{{zzz}}", &["q"])[0].declare.as_deref(), Some("zzz"));
    }

    #[test]
    fn what_a_fix_inserts_is_no_warning_any_more() {
        for (text, declared) in [("{{}}", &["a"][..]), ("{{qeustion}}", &["question"]), ("{{a b}}", &[])] {
            let warning = lint(text, declared).remove(0);
            assert_eq!(lint(&warning.fixes[0].insert, declared), [], "{text}");
        }
    }

    #[test]
    fn a_declared_variable_that_stands_nowhere_is_unused() {
        assert_eq!(unused(&["{{a}}", "x"], &["a", "b", "c", ""], &["c"]), ["b"]);
    }
}
