//! The tools of a draft: a list, and the dialog that edits one of them.

use atelier_domain::{
    fault::Fault,
    schema::{Findings, Json, Named, Tool, check_tools},
};
use leptos::{html, prelude::*};

use crate::ui::{Icon, Toaster, use_toaster};

use super::{
    card::{Card, card},
    control::{Note, icon_button},
    dialog::dialog,
    fields::focus_later,
    lean::memo,
    sheet::{Of, Sheet},
    source::{Names, Source},
};

const NAMES: Names = Names { id: "tools-json", field: "form[tools]", label: "Tools as JSON", placeholder: "[ … ]" };

/// The tools of a draft. `text` is the JSON that the form sends, empty for none: what is typed there changes the list, and
/// what is changed in the list writes it.
#[component]
pub fn Tools(text: String, readonly: bool) -> impl IntoView {
    let list = List::new(text, readonly);
    let add = NodeRef::<html::Button>::new();
    let some = memo(move || list.len() > 0);
    let count = Signal::derive(move || if some.get() { list.len().to_string() } else { String::new() });
    let fault = memo(move || list.read.with(|read| read.as_ref().err().map(|fault| Note::error(fault.message.clone()))));
    let add_button = move || {
        view! {
            <button
                class="c-btn l-end l-script" type="button" data-kind="quiet" data-size="s" aria-haspopup="dialog" node_ref=add disabled=list.locked
                on:click=move |_| list.add()
            >
                <Icon name="plus"/>
                "Add a tool"
            </button>
        }
    };
    view! {
        <section class="c-section c-shape" aria-labelledby="tools-h">
            <div class="c-section-head">
                <h2 id="tools-h">"Tools"</h2>
                <span class="c-count">{count}</span>
                {(!readonly).then(add_button)}
            </div>
            <p class="c-hint" hidden=some>"None. A tool is something of yours that the model may call, such as looking up an order."</p>
            <ul class="c-shape-list">
                <For each=move || 0..list.len() key=|at| *at let(at)>
                    <li>{one(list, at, add)}</li>
                </For>
            </ul>
            {list.source.view(NAMES, readonly, fault)}
            {dialog(list.sheet)}
        </section>
    }
    .into_any()
}

fn one(list: List, at: usize, add: NodeRef<html::Button>) -> AnyView {
    let shown = memo(move || list.shown.with(|tools| tools.get(at).map(Card::of_tool)).unwrap_or_default());
    let fault = memo(move || {
        let start = format!("tools[{at}].");
        list.findings.with(|findings| {
            let mut errors = findings.errors.iter().filter(|error| error.field.starts_with(&start));
            let first = errors.next()?.detail.clone();
            Some(Note::error(match errors.count() {
                0 => first,
                more => format!("{first} And {more} more."),
            }))
        })
    });
    let label = move |words: &'static str| Signal::derive(move || format!("{words} {}", shown.with(|card| card.name.clone())));
    let button = move |icon: &'static str, words: &'static str, act: Callback<()>| icon_button(icon, label(words), list.locked.into(), NodeRef::new(), act);
    let look = icon_button("eye", label("Look at"), Signal::derive(|| false), NodeRef::new(), Callback::new(move |()| list.open(at, false)));
    let buttons = if list.sheet.readonly {
        look
    } else {
        view! {
            {button("edit", "Edit", Callback::new(move |()| list.open(at, false)))}
            {button("copy", "Duplicate", Callback::new(move |()| list.duplicate(at)))}
            {button("trash", "Remove", Callback::new(move |()| {
                list.remove(at);
                if at == list.shown.with_untracked(Vec::len) {
                    focus_later(add); // its own button is gone
                }
            }))}
        }
        .into_any()
    };
    card(shown, fault, view! { <span class="l-script">{buttons}</span> }.into_any())
}

#[derive(Clone, Copy)]
struct List {
    source: Source,
    read: Memo<Result<Vec<Tool>, Fault>>,
    /// The last that could be read.
    shown: Memo<Vec<Tool>>,
    findings: Memo<Findings>,
    locked: Memo<bool>,
    sheet: Sheet,
    toaster: Toaster,
    /// Which of them the dialog edits.
    at: StoredValue<usize>,
}

impl List {
    fn new(text: String, readonly: bool) -> Self {
        let (source, at) = (Source::new(text), StoredValue::new(0));
        let read = memo(move || source.text.with(|text| read(text)));
        let shown = Memo::new(move |old: Option<&Vec<Tool>>| read.get().unwrap_or_else(|_| old.cloned().unwrap_or_default()));
        let changed = Callback::new(move |json: Json| {
            let Ok(mut tools) = read.get_untracked() else { return };
            if let Some(tool) = tools.get_mut(at.get_value()) {
                *tool = Tool::from_json(&json);
                source.write(written(&tools));
            }
        });
        let check = Callback::new(move |named: Named| shown.with(|tools| check(tools, at.get_value(), named)));
        let sheet = Sheet::new(Of::Tool, readonly, changed, check);
        let findings = memo(move || shown.with(|tools| check_tools(tools)));
        let locked = memo(move || readonly || read.with(Result::is_err));
        Self { source, read, shown, findings, locked, sheet, toaster: use_toaster(), at }
    }

    fn len(self) -> usize {
        self.shown.with(Vec::len)
    }

    /// `None`, and nothing happens, while the JSON cannot be read or the page is gone.
    fn change<T>(self, act: impl FnOnce(&mut Vec<Tool>) -> Option<T>) -> Option<T> {
        let mut tools = self.read.try_get_untracked()?.ok()?;
        let given = act(&mut tools)?;
        self.source.write(written(&tools));
        Some(given)
    }

    fn open(self, at: usize, new: bool) {
        let Some(json) = self.shown.with_untracked(|tools| tools.get(at).map(Tool::to_json)) else { return };
        let same = self.at.get_value() == at;
        self.at.set_value(at);
        self.sheet.open(&json, same, new);
    }

    fn add(self) {
        let added = self.change(|tools| {
            let name = free(tools, "new_tool");
            tools.push(Tool::Function(Box::new(Named::new(name))));
            Some(tools.len() - 1)
        });
        if let Some(at) = added {
            self.open(at, true);
        }
    }

    fn duplicate(self, at: usize) {
        let copied = self.change(|tools| {
            let mut copy = tools.get(at)?.clone();
            if let Tool::Function(named) = &mut copy {
                named.name = free(tools, &named.name);
            }
            let name = Card::of_tool(&copy).name;
            tools.insert(at + 1, copy);
            Some(name)
        });
        if let Some(name) = copied {
            self.toaster.push(format!("Tool {name} added"));
        }
    }

    fn remove(self, at: usize) {
        let Some(tool) = self.change(|tools| (at < tools.len()).then(|| tools.remove(at))) else { return };
        self.toaster.push_undo(format!("Tool {} removed", Card::of_tool(&tool).name), move || {
            let back = self.change(|tools| {
                tools.insert(at.min(tools.len()), tool.clone());
                Some(())
            });
            if back.is_none() {
                self.toaster.push("The tool could not be put back: the page was left, or the JSON of the tools cannot be read.");
            }
        });
    }
}

/// # Errors
/// `Invalid` where the text is not a list in JSON.
fn read(text: &str) -> Result<Vec<Tool>, Fault> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    match Json::parse(text)? {
        Json::Array(all) => Ok(all.iter().map(Tool::from_json).collect()),
        _ => Err(Fault::field("tools", "Tools are a list in JSON: all of them between “[” and “]”.")),
    }
}

fn written(tools: &[Tool]) -> String {
    if tools.is_empty() { String::new() } else { Json::Array(tools.iter().map(Tool::to_json).collect()).pretty() }
}

/// The name, or the first with a number that no other tool has.
fn free(tools: &[Tool], name: &str) -> String {
    let taken = |name: &str| tools.iter().any(|tool| matches!(tool, Tool::Function(named) if named.name == name));
    if !taken(name) {
        return name.to_owned();
    }
    (2..).map(|number| format!("{name}_{number}")).find(|name| !taken(name)).unwrap_or_default()
}

/// What is wrong with this tool, fields named from itself. Of the others only the names matter.
fn check(tools: &[Tool], at: usize, named: Named) -> Findings {
    let bare = |tool: &Tool| match tool {
        Tool::Function(named) => Some(Tool::Function(Box::new(Named { schema: None, ..Named::new(named.name.clone()) }))),
        Tool::Raw(_) => None,
    };
    let mut all: Vec<Tool> = tools.iter().enumerate().filter(|(other, _)| *other != at).filter_map(|(_, tool)| bare(tool)).collect();
    all.push(Tool::Function(Box::new(named)));
    let start = format!("tools[{}].", all.len() - 1);
    let Findings { mut errors, mut warnings } = check_tools(&all);
    for list in [&mut errors, &mut warnings] {
        list.retain_mut(|one| one.field.strip_prefix(&start).map(str::to_owned).map(|field| one.field = field).is_some());
    }
    Findings { errors, warnings }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Tool {
        Tool::Function(Box::new(Named::new(name)))
    }

    #[test]
    fn tools_come_back_as_they_were() {
        let text = written(&[named("a"), Tool::Raw(Json::parse(r#"{"type":"web_search","x":[1.0]}"#).unwrap())]);
        assert_eq!(written(&read(&text).unwrap()), text);
        assert_eq!((read(" \n").unwrap(), written(&[])), (Vec::new(), String::new()));
        assert!(read("{}").unwrap_err().message.contains("list"));
        assert!(read("[").is_err());
    }

    #[test]
    fn a_copy_gets_a_name_of_its_own() {
        let tools = [named("a"), named("a_2")];
        assert_eq!((free(&tools, "a"), free(&tools, "b")), ("a_3".to_owned(), "b".to_owned()));
    }

    #[test]
    fn a_tool_is_checked_beside_the_names_of_the_others() {
        let tools = [named("a b"), named("c")];
        let fields = |at: usize, name: &str| check(&tools, at, Named::new(name)).errors.into_iter().map(|error| error.field).collect::<Vec<_>>();
        assert_eq!(fields(1, "d"), [""; 0]);
        assert_eq!(fields(1, "a b"), ["name", "name"]);
        assert_eq!(fields(0, "c"), ["name"]);
        assert_eq!(fields(1, "c"), [""; 0]);
    }
}
