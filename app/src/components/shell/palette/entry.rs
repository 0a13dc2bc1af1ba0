//! What the palette offers for a query, in groups.

use super::super::way::PLACES;
use crate::{api::prompt::FoundPrompt, platform::ViewerProject};

#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    Go(String),
    /// Clicks the element of this selector.
    Press(&'static str),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub group: &'static str,
    pub icon: &'static str,
    pub label: String,
    pub note: String,
    pub keys: Vec<&'static str>,
    pub act: Act,
}

const ACTIONS: [(&str, &str, &str, &[&str]); 4] = [
    ("moon", "Dark theme", "input[name=theme][value=dark]", &[]),
    ("sun", "Light theme", "input[name=theme][value=light]", &[]),
    ("screen", "The system's theme", "input[name=theme][value=system]", &[]),
    ("keyboard", "Keyboard shortcuts", "button[commandfor=shortcuts]", &["?"]),
];

/// Prompts as the server found them, then the places and actions whose words hold the query.
pub fn entries(query: &str, found: &[FoundPrompt], project: Option<&ViewerProject>) -> Vec<Entry> {
    let prompts = project.into_iter().flat_map(|project| {
        found.iter().map(|prompt| {
            let act = Act::Go(format!("/p/{}/prompts/{}", project.id, prompt.id));
            let note = if prompt.latest > 0 { format!("version {}", prompt.latest) } else { "no version yet".to_owned() };
            Entry { group: "Prompts", icon: "prompt", label: prompt.name.clone(), note, keys: Vec::new(), act }
        })
    });
    let needle = query.trim().to_lowercase();
    let others = places(project).into_iter().chain(actions(project)).filter(|entry| entry.label.to_lowercase().contains(&needle));
    prompts.chain(others).collect()
}

fn places(project: Option<&ViewerProject>) -> Vec<Entry> {
    let go = |icon, label: &str, href, keys| Entry { group: "Go to", icon, label: label.to_owned(), note: String::new(), keys, act: Act::Go(href) };
    let own = project.into_iter().flat_map(|project| {
        PLACES.iter().filter(|place| place.open_to(project)).map(|place| go(place.icon, place.label, place.href(project), vec!["g", place.key]))
    });
    let all = [go("folder", "All projects", "/projects".to_owned(), Vec::new()), go("user", "Account", "/account".to_owned(), Vec::new())];
    own.chain(all).collect()
}

fn actions(project: Option<&ViewerProject>) -> Vec<Entry> {
    let new = project.into_iter().flat_map(|project| {
        [("New prompt", "prompts"), ("New test", "experiments")].map(|(label, area)| Entry {
            group: "Actions",
            icon: "plus",
            label: label.to_owned(),
            note: String::new(),
            keys: Vec::new(),
            act: Act::Go(format!("/p/{}/{area}/new", project.id)),
        })
    });
    let pressed = ACTIONS.iter().map(|(icon, label, selector, keys)| Entry {
        group: "Actions",
        icon,
        label: (*label).to_owned(),
        note: String::new(),
        keys: keys.to_vec(),
        act: Act::Press(selector),
    });
    new.chain(pressed).collect()
}

/// A label cut around the first place where the query stands in it: before, match, after.
pub fn around<'a>(label: &'a str, query: &str) -> Option<(&'a str, &'a str, &'a str)> {
    let query = query.trim().to_ascii_lowercase();
    let start = label.to_ascii_lowercase().find(&query).filter(|_| !query.is_empty())?;
    let (before, rest) = label.split_at(start);
    let (hit, after) = rest.split_at(query.len());
    Some((before, hit, after))
}

#[cfg(test)]
mod tests {
    use super::around;

    #[test]
    fn a_match_is_cut_out_whatever_its_case() {
        let cases = [("support/reply", "RE", Some(("support/", "re", "ply"))), ("Prüfung", "f", Some(("Prü", "f", "ung"))), ("a", "", None), ("a", "b", None)];
        for (label, query, expected) in cases {
            assert_eq!(around(label, query), expected, "{label} {query}");
        }
    }
}
