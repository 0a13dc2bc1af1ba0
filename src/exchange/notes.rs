//! What could not be carried over, said once.

use std::collections::HashSet;

#[derive(Debug, Default)]
pub(super) struct Notes {
    prompt: String,
    said: Vec<String>,
    known: HashSet<String>,
}

impl Notes {
    /// The prompt that the next sentences are about.
    pub(super) fn about(&mut self, prompt: &str) {
        prompt.clone_into(&mut self.prompt);
    }

    pub(super) fn say(&mut self, sentence: impl AsRef<str>) {
        let sentence = format!("“{}”: {}", self.prompt, sentence.as_ref());
        self.say_of_file(sentence);
    }

    /// A sentence about no prompt, or about several.
    pub(super) fn say_of_file(&mut self, sentence: impl Into<String>) {
        let sentence = sentence.into();
        if self.known.insert(sentence.clone()) {
            self.said.push(sentence);
        }
    }

    pub(super) fn into_sentences(self) -> Vec<String> {
        self.said
    }
}

/// A piece of a file as a sentence quotes it: one line, not too long.
pub(super) fn shown(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(41).collect();
    match line.char_indices().nth(40) {
        Some((at, _)) => format!("“{}…”", &line[..at]),
        None => format!("“{line}”"),
    }
}

/// "“a”, “b” and 3 more".
pub(super) fn listed<'a>(all: impl IntoIterator<Item = &'a str>) -> String {
    let mut seen = HashSet::new();
    let all: Vec<&str> = all.into_iter().filter(|one| seen.insert(*one)).collect();
    let mut said: Vec<String> = all.iter().take(3).map(|one| shown(one)).collect();
    if all.len() > 3 {
        said.push(format!("{} more", all.len() - 3));
    }
    match said.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
        None => String::new(),
    }
}
