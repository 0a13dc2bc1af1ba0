//! A note for saving, in the words of somebody who tells what they changed.

use super::{
    message::MessageDiff,
    setting::{Change, Setting, SettingDiff},
    version::VersionDiff,
};

/// The longest note, in characters.
const NOTE_MAX: usize = 100;
/// More of one kind are counted, not listed.
const LISTED_MAX: usize = 2;
const ORDINALS: [&str; 10] = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];

impl VersionDiff {
    /// One line of at most 100 characters that says what changed, model and messages first; empty where nothing did.
    pub fn suggest_note(&self) -> String {
        let mut clauses = Vec::new();
        clauses.extend(self.some(|setting| matches!(setting, Setting::Model), "models"));
        clauses.extend(messages(&self.messages));
        clauses.extend(self.some(|setting| matches!(setting, Setting::Parameter(_)), "parameters"));
        clauses.extend(self.some(|setting| matches!(setting, Setting::Tool(_)), "tools"));
        clauses.extend(self.some(|setting| matches!(setting, Setting::ToolOrder | Setting::ResponseFormat), "settings"));
        clauses.extend(self.some(|setting| matches!(setting, Setting::Variable(_)), "variables"));
        clauses.extend(self.some(|setting| matches!(setting, Setting::Include(_)), "includes"));
        capital(&join(&clauses)).replace(char::is_control, " ")
    }

    /// One clause for each of a kind, or one for all of them.
    fn some(&self, wanted: fn(&Setting) -> bool, plural: &str) -> Vec<String> {
        let found: Vec<&SettingDiff> = self.settings.iter().filter(|diff| wanted(&diff.setting)).collect();
        if found.len() <= LISTED_MAX {
            return found.into_iter().map(setting).collect();
        }
        let verb = match found.iter().map(|diff| diff.change).reduce(|a, b| if a == b { a } else { Change::Changed }) {
            Some(Change::Added) => "added",
            Some(Change::Removed) => "removed",
            _ => "changed",
        };
        vec![format!("{} {plural} {verb}", found.len())]
    }
}

fn setting(diff: &SettingDiff) -> String {
    let name = match &diff.setting {
        Setting::Model => "model".to_owned(),
        Setting::Parameter(name) => name.clone(),
        Setting::Tool(name) => format!("tool {name}"),
        Setting::ToolOrder => "order of tools".to_owned(),
        Setting::ResponseFormat => "response format".to_owned(),
        Setting::Variable(name) => format!("variable {name}"),
        Setting::Include(name) => format!("include {name}"),
    };
    let said =
        matches!(diff.setting, Setting::Model | Setting::Parameter(_)) || (matches!(diff.setting, Setting::Include(_)) && diff.change == Change::Changed);
    match (diff.change, &diff.new) {
        (Change::Added | Change::Changed, Some(new)) if said => format!("{name} to {new}"),
        (Change::Added, _) => format!("{name} added"),
        (Change::Removed, _) => format!("{name} removed"),
        (Change::Changed, _) => format!("{name} changed"),
    }
}

fn messages(all: &[MessageDiff]) -> Vec<String> {
    let changed: Vec<&MessageDiff> = all.iter().filter(|message| !message.is_empty()).collect();
    if changed.len() > LISTED_MAX {
        return vec![format!("{} messages changed", changed.len())];
    }
    changed.into_iter().map(|message| format!("{} {}", name(message), verb(message))).collect()
}

fn name(message: &MessageDiff) -> String {
    let place = message.new.or(message.old).unwrap_or(1) as usize;
    match (message.role, ORDINALS.get(place - 1)) {
        (None, _) => "text".to_owned(),
        (_, Some(ordinal)) => format!("{ordinal} message"),
        (_, None) => format!("message {place}"),
    }
}

/// What happened to a message: by its length, then by its words.
fn verb(message: &MessageDiff) -> &'static str {
    let length = |text: String| text.chars().count();
    let (old, new) = (length(message.text.old_text()), length(message.text.new_text()));
    let count = message.text.count();
    match message.change() {
        Some(Change::Added) => "added",
        Some(Change::Removed) => "removed",
        None => "moved",
        _ if message.text.is_empty() => "given to another role",
        _ if 4 * new < 3 * old => "shortened",
        _ if 4 * old < 3 * new => "extended",
        _ if count.words_added + count.words_deleted == 0 => "tidied",
        _ => "reworded",
    }
}

/// As many clauses as fit, and how many do not.
fn join(clauses: &[String]) -> String {
    let fits = |text: &str| text.chars().count() <= NOTE_MAX;
    let whole = clauses.join("; ");
    if fits(&whole) {
        return whole;
    }
    let shortened = |kept: usize| format!("{}; {} more", clauses[..kept].join("; "), clauses.len() - kept);
    (1..clauses.len()).rev().map(shortened).find(|text| fits(text)).unwrap_or_else(|| cut(&clauses[0]))
}

fn cut(clause: &str) -> String {
    if clause.chars().count() <= NOTE_MAX { clause.to_owned() } else { clause.chars().take(NOTE_MAX - 1).chain(['…']).collect() }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
