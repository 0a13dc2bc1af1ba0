//! Names from elsewhere, made into names that hold here.

use std::collections::{BTreeMap, BTreeSet};

use super::notes::{Notes, shown};
use crate::prompt::{LabelName, PromptName, Tag};

const NAME_MAX: usize = 200;
const TAG_MAX: usize = 50;
const TAGS_MAX: usize = 20;
const VARIABLE_MAX: usize = 64;

/// Gives every prompt of a file a name of its own.
#[derive(Debug, Default)]
pub(super) struct Names {
    taken: BTreeSet<String>,
    /// How often a name was wanted, so that the search for a free one does not begin anew.
    wanted: BTreeMap<String, usize>,
}

impl Names {
    /// A valid name like `wanted`, and no other prompt's; the notes are about this prompt from here on.
    pub(super) fn give(&mut self, wanted: &str, notes: &mut Notes) -> String {
        let base = prompt(wanted).unwrap_or_else(|| "imported".to_owned());
        let mut name = base.clone();
        let count = self.wanted.entry(base.clone()).or_insert(1);
        while !self.taken.insert(name.clone()) {
            *count += 1;
            let end = format!("-{count}");
            let short: String = base.chars().take(NAME_MAX - end.len()).collect();
            name = format!("{}{end}", short.trim_end_matches([' ', '/']));
        }
        notes.about(&name);
        if name != wanted {
            notes.say(format!(
                "It was named {} and has this name now: names are of one prompt each, of letters, digits, “-”, “_”, “.”, spaces and “/”.",
                shown(wanted)
            ));
        }
        name
    }
}

/// The nearest valid name, where there is one.
pub(super) fn prompt(wanted: &str) -> Option<String> {
    let mut clean = String::new();
    let mut gap = false;
    for c in wanted.chars().map(|c| {
        if c == '\\' {
            '/'
        } else if c.is_whitespace() {
            ' '
        } else {
            c
        }
    }) {
        if !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ' | '/')) {
            gap = true;
            continue;
        }
        if gap && c.is_alphanumeric() && clean.ends_with(|last: char| last.is_alphanumeric()) {
            clean.push('-');
        }
        gap = false;
        clean.push(c);
    }
    let parts: Vec<&str> = clean.split('/').map(str::trim).filter(|part| !matches!(*part, "" | "." | "..")).collect();
    let short: String = parts.join("/").chars().take(NAME_MAX).collect();
    // What was cut may end in the middle of " / ".
    let short = short.trim_end_matches([' ', '/']);
    let short = short.trim_end_matches("/..").trim_end_matches("/.");
    short.parse::<PromptName>().ok().map(|name| name.to_string())
}

/// A file's name without folders and its last ending.
pub(super) fn stem(file_name: &str) -> &str {
    let leaf = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    match leaf.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => leaf,
    }
}

/// The nearest valid label, where there is one.
pub(super) fn label(wanted: &str) -> Option<LabelName> {
    if let Ok(label) = wanted.parse() {
        return Some(label);
    }
    let clean: String = wanted
        .trim()
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.') { c } else { '-' })
        .collect();
    let clean = clean.trim_matches(['-', '_', '.']);
    clean.chars().take(64).collect::<String>().parse().ok()
}

/// Valid tags, sorted, without repeats.
pub(super) fn tags(wanted: &[String], notes: &mut Notes) -> Vec<String> {
    let mut tags = BTreeSet::new();
    for tag in wanted {
        if tag.parse::<Tag>().is_ok() {
            tags.insert(tag.clone());
            continue;
        }
        let clean: String = tag.chars().map(|c| if c.is_control() || matches!(c, ',' | '"' | '\\') { ' ' } else { c }).collect();
        let clean: String = clean.trim().chars().take(TAG_MAX).collect();
        match clean.trim_end().parse::<Tag>() {
            Ok(clean) => {
                notes.say(format!("The tag {} is now {}.", shown(tag), shown(clean.as_str())));
                tags.insert(clean.to_string());
            }
            Err(_) => notes.say(format!("The tag {} is left out.", shown(tag))),
        }
    }
    if tags.len() > TAGS_MAX {
        notes.say(format!("Of its {} tags the first {TAGS_MAX} are kept.", tags.len()));
    }
    tags.into_iter().take(TAGS_MAX).collect()
}

/// The nearest valid name of a variable, where what is meant is one: `user input` is `user_input`, `items[0]` is `items_0`.
pub(super) fn variable(wanted: &str) -> Option<String> {
    let mut name = String::new();
    for c in wanted.trim().chars() {
        match c {
            c if c.is_alphanumeric() || matches!(c, '_' | '-' | '.') => name.push(c),
            ' ' | '[' => name.push('_'),
            ']' => {}
            _ => return None,
        }
    }
    if name.starts_with(|c: char| c.is_numeric()) {
        name.insert(0, '_');
    }
    let good = name.starts_with(|c: char| c.is_alphabetic() || c == '_') && name.chars().count() <= VARIABLE_MAX;
    good.then_some(name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_from_elsewhere_become_valid_ones() {
        for (wanted, name) in [
            ("support/reply", Some("support/reply")),
            ("Tone (v2)", Some("Tone v2")),
            ("what's up?", Some("what-s up")),
            ("hwchase17/react-chat:abc", Some("hwchase17/react-chat-abc")),
            ("\\share\\x y\t", Some("share/x y")),
            ("../../etc/passwd", Some("etc/passwd")),
            ("a//b/ c", Some("a/b/c")),
            ("???", None),
            ("", None),
        ] {
            assert_eq!(prompt(wanted).as_deref(), name, "{wanted}");
        }
    }

    #[test]
    fn labels_from_elsewhere_become_valid_ones() {
        for (wanted, name) in [("production", Some("production")), ("Prod EU", Some("prod-eu")), ("_x", Some("x")), ("latest", None), ("é", None)] {
            assert_eq!(label(wanted).map(|label| label.to_string()).as_deref(), name, "{wanted}");
        }
    }

    #[test]
    fn variables_keep_what_they_mean() {
        for (wanted, name) in [
            ("question", Some("question")),
            (" user input ", Some("user_input")),
            ("user.name", Some("user.name")),
            ("items[0]", Some("items_0")),
            ("0", Some("_0")),
            ("\"a\"", None),
            ("a + b", None),
            ("", None),
            ("-x", None),
        ] {
            assert_eq!(variable(wanted).as_deref(), name, "{wanted}");
        }
    }

    #[test]
    fn a_file_is_named_without_its_folders_and_ending() {
        for (file, name) in [("x/y.prompt.yaml", "y.prompt"), ("C:\\a\\b.json", "b"), (".env", ".env"), ("plain", "plain")] {
            assert_eq!(stem(file), name);
        }
    }

    #[test]
    fn two_prompts_never_share_a_name() {
        let (mut names, mut notes) = (Names::default(), Notes::default());
        let given: Vec<_> = ["a?", "a!", "a", "", "???"].iter().map(|wanted| names.give(wanted, &mut notes)).collect();
        assert_eq!(given, ["a", "a-2", "a-3", "imported", "imported-2"]);
        assert_eq!(notes.into_sentences().len(), 5);
    }

    proptest! {
        #[test]
        fn a_name_that_is_given_is_valid_and_valid_names_are_kept(wanted in r"([a-z/. \\?é\u{202e}\n-]|\.\./| /|x{90}){0,12}") {
            let name = Names::default().give(&wanted, &mut Notes::default());
            prop_assert!(name.parse::<PromptName>().is_ok(), "{:?}", name);
            if wanted.parse::<PromptName>().is_ok() {
                prop_assert_eq!(name, wanted);
            }
        }
    }
}
