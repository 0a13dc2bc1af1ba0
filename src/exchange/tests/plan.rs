use super::*;
use crate::prompt::{Body, Draft};

fn text(said: &str) -> Draft {
    Draft::new(Body::Text(said.to_owned()))
}

fn prompt(name: &str, said: &[&str]) -> ImportedPrompt {
    let version = |(at, said): (usize, &&str)| ImportedVersion { number: at as u32 + 1, draft: text(said), includes: vec![] };
    let versions = said.iter().enumerate().map(version).collect();
    ImportedPrompt { name: name.into(), prompt_type: PromptType::Text, description: String::new(), tags: vec![], labels: BTreeMap::new(), versions }
}

fn import(prompts: Vec<ImportedPrompt>) -> Import {
    Import { format: Format::Atelier, prompts, notes: vec![] }
}

fn present(said: &[&str]) -> Present {
    let fingerprints: Vec<_> = said.iter().enumerate().map(|(at, said)| (at as u32 + 1, fingerprint(&text(said)))).collect();
    Present { prompt_type: PromptType::Text, latest: said.len() as u32, archived: false, fingerprints }
}

#[test]
fn every_prompt_gets_the_step_that_its_contents_ask_for() {
    use Choice::{AddVersion, Leave};
    let copy = || Choice::Copy("p-copy".to_owned());
    let chat = Present { prompt_type: PromptType::Chat, ..present(&["x"]) };
    let archived = |said: &[&str]| Present { archived: true, ..present(said) };
    for (case, file, here, step, choices, versions) in [
        ("not there", &["a", "b"][..], None, Step::Make, vec![], &[0, 1][..]),
        ("the same", &["a", "b"], Some(present(&["z", "b"])), Step::Leave, vec![], &[]),
        ("the same, archived", &["a"], Some(archived(&["a"])), Step::Leave, vec![], &[]),
        ("the file goes on", &["a", "b", "a", "c", "d"], Some(present(&["z", "a"])), Step::Change, vec![AddVersion, Leave, copy()], &[3, 4]),
        ("nothing here yet", &["a", "b"], Some(present(&[])), Step::Change, vec![AddVersion, Leave, copy()], &[0, 1]),
        ("both went on", &["a", "b"], Some(present(&["a", "c"])), Step::Conflict(Why::Differs), vec![Leave, AddVersion, copy()], &[1]),
        ("the file is older", &["a", "b"], Some(present(&["b", "c"])), Step::Conflict(Why::Older(1)), vec![Leave, AddVersion, copy()], &[1]),
        ("another type", &["a"], Some(chat), Step::Conflict(Why::OtherType), vec![Leave, copy()], &[]),
        ("archived", &["a"], Some(archived(&["b"])), Step::Conflict(Why::Archived), vec![Leave, copy()], &[]),
        ("nothing in the file", &[], Some(present(&["a"])), Step::Leave, vec![], &[]),
        ("nothing anywhere", &[], None, Step::Make, vec![], &[]),
    ] {
        let there: BTreeMap<String, Present> = here.into_iter().map(|here| ("p".to_owned(), here)).collect();
        let expected = Planned { prompt: 0, name: "p".into(), step, choices, versions: versions.to_vec() };
        assert_eq!(plan(&import(vec![prompt("p", file)]), &there), [expected], "{case}");
    }
}

#[test]
fn versions_that_are_here_are_known_by_their_contents() {
    let here = present(&["z", "a", "b", "a"]);
    assert_eq!(here.numbers(&prompt("p", &["a", "c", "b"])), BTreeMap::from([(1, 4), (3, 3)]));
}

#[test]
fn a_note_or_a_pin_is_no_difference_and_a_model_is() {
    let noted = Draft { note: "why".into(), ..text("a") };
    let asked = Draft { model: Some("local/x".into()), ..text("a") };
    assert_eq!(fingerprint(&noted), fingerprint(&text("a")));
    assert_ne!(fingerprint(&asked), fingerprint(&text("a")));
}

#[test]
fn copies_get_names_that_are_free() {
    let prompts = vec![prompt("a", &["x"]), prompt("a-copy", &["x"]), prompt(&"n".repeat(200), &["x"])];
    let there: BTreeMap<_, _> = prompts.iter().map(|prompt| (prompt.name.clone(), present(&["y"]))).chain([("a-copy-2".to_owned(), present(&["y"]))]).collect();
    let copies: Vec<Choice> = plan(&import(prompts), &there).into_iter().map(|planned| planned.choices[2].clone()).collect();
    assert_eq!(copies, [Choice::Copy("a-copy-3".into()), Choice::Copy("a-copy-copy".into()), Choice::Copy(format!("{}-copy", "n".repeat(195)))]);
}

#[test]
fn versions_come_after_what_they_include_and_circles_as_in_the_file() {
    let pin = |name: &str, version| ImportedInclude { name: name.into(), label: None, version, prompt: None };
    let with = |mut prompt: ImportedPrompt, pins: &[(usize, &str, u32)]| {
        pins.iter().for_each(|(at, name, version)| prompt.versions[*at].includes.push(pin(name, *version)));
        prompt
    };
    for (prompts, expected) in [
        (vec![prompt("a", &["1", "2"]), prompt("b", &["1"])], vec![(0, 0), (0, 1), (1, 0)]),
        (vec![with(prompt("a", &["1", "2"]), &[(1, "b", 2)]), prompt("b", &["1", "2"])], vec![(0, 0), (1, 0), (1, 1), (0, 1)]),
        (vec![with(prompt("a", &["1"]), &[(0, "b", 1)]), with(prompt("b", &["1"]), &[(0, "c", 1)]), prompt("c", &["1"])], vec![(2, 0), (1, 0), (0, 0)]),
        (vec![with(prompt("a", &["1"]), &[(0, "elsewhere", 1), (0, "b", 9)]), prompt("b", &["1"])], vec![(0, 0), (1, 0)]),
        (vec![with(prompt("a", &["1", "2"]), &[(1, "b", 1)]), with(prompt("b", &["1"]), &[(0, "a", 2)])], vec![(0, 0), (0, 1), (1, 0)]),
        (vec![with(prompt("a", &["1"]), &[(0, "a", 1)])], vec![(0, 0)]),
    ] {
        assert_eq!(order(&import(prompts)), expected);
    }
    let mut renamed = prompt("a", &["1"]);
    renamed.versions[0].includes.push(ImportedInclude { prompt: Some("new".into()), ..pin("old", 1) });
    assert_eq!(order(&import(vec![renamed, prompt("new", &["1"])])), [(1, 0), (0, 0)]);
}
