//! What a dialog edits: one tool, or the schema of an answer. While it is open, this is the truth, and every change is told at once.

use atelier_domain::{
    fault::Fault,
    schema::{Edit, Findings, Json, Kind, Named, Node, Path, ResponseFormat, Tool, Type},
};
use leptos::{html, prelude::*, wasm_bindgen::JsCast, web_sys::HtmlInputElement};

use super::{
    control::{Note, Typing},
    leaf::Leaf,
    lean::memo,
    strict,
};

/// The two places where a schema has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    Tool,
    Answer,
}

impl Of {
    /// Of the dialog.
    pub fn id(self) -> &'static str {
        match self {
            Of::Tool => "tool-dialog",
            Of::Answer => "answer-dialog",
        }
    }

    /// Under which the schema stands, in the JSON and in findings.
    fn word(self) -> &'static str {
        match self {
            Of::Tool => "parameters",
            Of::Answer => "schema",
        }
    }

    fn read(self, json: &Json) -> Content {
        match (self, Tool::from_json(json), ResponseFormat::from_json(json)) {
            (Of::Tool, Tool::Function(named), _) | (Of::Answer, _, ResponseFormat::JsonSchema(named)) => Content::Named(named),
            _ => Content::Other(json.clone()),
        }
    }

    fn write(self, content: &Content) -> Json {
        match (self, content) {
            (Of::Tool, Content::Named(named)) => Tool::Function(named.clone()).to_json(),
            (Of::Answer, Content::Named(named)) => ResponseFormat::JsonSchema(named.clone()).to_json(),
            (_, Content::Other(json)) => json.clone(),
        }
    }
}

#[derive(Clone, PartialEq)]
enum Content {
    Named(Box<Named>),
    /// No form shows it.
    Other(Json),
}

/// The way back from a removal or another type, until something else is changed.
#[derive(Clone)]
pub struct Undo {
    /// "The field order_id is removed."
    pub said: String,
    before: Box<Named>,
}

#[derive(Clone, Copy)]
pub struct Sheet {
    pub of: Of,
    content: RwSignal<Content>,
    changed: Callback<Json>,
    findings: Memo<Findings>,
    /// The JSON beside the form.
    pub json: Typing,
    /// The form cannot be changed: the JSON beside it cannot be read, or nobody may.
    pub locked: Memo<bool>,
    pub readonly: bool,
    pub undo: RwSignal<Option<Undo>>,
    /// What was done last, for who does not see it.
    pub said: RwSignal<String>,
    /// Another number, another form; 0 before the first.
    pub serial: RwSignal<usize>,
    pub dialog: NodeRef<html::Dialog>,
    /// A row is about to be added: it takes the focus.
    fresh: StoredValue<bool>,
}

impl Sheet {
    /// `changed` hears of every change; `check` finds what is wrong, fields named from the tool or format itself.
    pub fn new(of: Of, readonly: bool, changed: Callback<Json>, check: Callback<Named, Findings>) -> Self {
        let (content, undo) = (RwSignal::new(Content::Other(Json::Null)), RwSignal::new(None));
        let pretty = memo(move || content.with(|content| of.write(content).pretty()));
        let hear = move |text: String| {
            let json = match Json::parse(&text) {
                Ok(json) => json,
                Err(fault) => return Some(fault.message),
            };
            if content.with_untracked(|content| of.write(content)) != json {
                undo.set(None);
                content.set(of.read(&json));
                changed.run(json);
            }
            None
        };
        let json = Typing::new(pretty, Callback::new(hear));
        let findings = move || match content.get() {
            Content::Named(named) => check.run(*named),
            Content::Other(_) => Findings::default(),
        };
        Self {
            of,
            content,
            changed,
            findings: memo(findings),
            json,
            locked: memo(move || readonly || json.fault().is_some()),
            readonly,
            undo,
            said: RwSignal::default(),
            serial: RwSignal::new(0),
            dialog: NodeRef::new(),
            fresh: StoredValue::new(false),
        }
    }

    /// Shows the dialog. What was typed last and could not be read is still there, if it is the same that is opened again.
    /// The name of what is new waits to be written over.
    pub fn open(self, json: &Json, same: bool, new: bool) {
        if self.serial.get_untracked() == 0 || !same || self.content.with_untracked(|content| self.of.write(content)) != *json {
            self.json.forget();
            self.undo.set(None);
            self.said.set(String::new());
            self.content.set(self.of.read(json));
            self.serial.update(|serial| *serial += 1);
        }
        // By then the form stands, so the focus finds its place.
        request_animation_frame(move || {
            if let Some(dialog) = self.dialog.try_get_untracked().flatten() {
                let _ = dialog.show_modal();
            }
            let focused = document().active_element().and_then(|focused| focused.dyn_into::<HtmlInputElement>().ok());
            if let (true, Some(name)) = (new, focused) {
                name.select();
            }
        });
    }

    pub fn has_form(self) -> bool {
        self.content.with(|content| matches!(content, Content::Named(_)))
    }

    pub fn name(self) -> String {
        self.named(|named| named.name.clone()).unwrap_or_default()
    }

    pub fn about(self) -> String {
        self.named(|named| named.description.clone()).flatten().unwrap_or_default()
    }

    pub fn is_strict(self) -> bool {
        self.named(|named| named.strict) == Some(Some(true))
    }

    /// Whether strict mode would refuse the schema as it is.
    pub fn misfits(self) -> bool {
        let misfit = |named: &Named| {
            let Some(schema) = named.schema.as_ref().filter(|_| named.strict == Some(true)) else { return false };
            let mut fitted = schema.clone();
            strict::fit(&mut fitted);
            fitted != *schema
        };
        self.named(misfit).unwrap_or(false)
    }

    pub fn type_of(self, path: &Path) -> Option<Type> {
        self.read(path, Node::of)
    }

    pub fn text(self, path: &Path, leaf: Leaf) -> String {
        self.read(path, |node| leaf.show(node)).unwrap_or_default()
    }

    /// The fields of a group.
    pub fn names(self, path: &Path) -> Vec<String> {
        let names = |node: &Node| match &node.kind {
            Kind::Object(object) => object.properties.iter().map(|property| property.name.clone()).collect(),
            _ => Vec::new(),
        };
        self.read(path, names).unwrap_or_default()
    }

    pub fn is_required(self, path: &Path) -> bool {
        let Some((above, at)) = path.split_property() else { return false };
        let required = |node: &Node| if let Kind::Object(object) = &node.kind { object.properties.get(at).map(|property| property.required) } else { None };
        self.read(&above, required).flatten().unwrap_or(false)
    }

    pub fn has_items(self, path: &Path) -> bool {
        self.read(path, |node| matches!(&node.kind, Kind::Array(list) if list.items.is_some())).unwrap_or(false)
    }

    /// Something of a node; `None` where it is gone.
    pub fn read<T>(self, path: &Path, read: impl FnOnce(&Node) -> T) -> Option<T> {
        self.named(|named| named.schema.as_ref()?.at(path).ok().map(read)).flatten()
    }

    fn named<T>(self, read: impl FnOnce(&Named) -> T) -> Option<T> {
        self.content.with(|content| if let Content::Named(named) = content { Some(read(named)) } else { None })
    }

    /// What stands beside the control: an error before a warning.
    pub fn found(self, path: &Path, leaf: &str) -> Option<Note> {
        self.find(&under(&self.at(path), leaf))
    }

    /// For the name and what else belongs to no node.
    pub fn find(self, field: &str) -> Option<Note> {
        self.findings.with(|findings| {
            let find = |list: &[atelier_domain::fault::FieldError]| list.iter().find(|one| one.field == field).map(|one| one.detail.clone());
            find(&findings.errors).map(|text| Note { error: true, text }).or_else(|| find(&findings.warnings).map(|text| Note { error: false, text }))
        })
    }

    /// How much is wrong with the node: in all that stands below it too, or only in its details.
    pub fn wrongs(self, path: &Path, deep: bool) -> usize {
        let at = self.at(path);
        let counts = |field: &str| field.strip_prefix(&at).and_then(|rest| rest.strip_prefix('.')).is_some_and(|leaf| deep || !leaf.contains(['.', '[']));
        self.findings.with(|findings| findings.errors.iter().filter(|error| counts(&error.field)).count())
    }

    /// In everything.
    pub fn wrongs_in_all(self) -> usize {
        self.findings.with(|findings| findings.errors.len())
    }

    fn at(self, path: &Path) -> String {
        under(self.of.word(), &path.to_string())
    }

    pub fn set_name(self, name: String) -> Option<String> {
        self.change(&mut |named| {
            named.name.clone_from(&name);
            Ok(())
        })
    }

    pub fn set_about(self, about: String) -> Option<String> {
        self.change(&mut |named| {
            named.description = Some(about.clone()).filter(|about| !about.is_empty());
            Ok(())
        })
    }

    pub fn set_strict(self, strict: bool) {
        self.change(&mut |named| {
            named.strict = strict.then_some(true);
            Ok(())
        });
    }

    /// Makes the schema one that strict mode takes.
    pub fn fit(self) {
        let fit = &mut |named: &mut Named| {
            strict::fit(root(named));
            Ok(())
        };
        self.with_undo("Every field is required now, and no others are allowed.".to_owned(), fit);
    }

    pub fn put(self, path: &Path, leaf: Leaf, typed: &str) -> Option<String> {
        self.change(&mut |named| leaf.put(root(named).at_mut(path)?, typed).map_err(|detail| Fault::field(leaf.word(), detail)))
    }

    pub fn edit(self, path: &Path, edit: &Edit) -> Option<String> {
        self.change(&mut |named| root(named).edit(path, edit.clone()))
    }

    /// A new field, which strict mode wants required.
    pub fn add(self, path: &Path) {
        self.fresh.set_value(true);
        let fault = self.change(&mut |named| {
            let (strict, root) = (named.strict == Some(true), root(named));
            root.edit(path, Edit::AddProperty(String::new()))?;
            let Kind::Object(object) = &mut root.at_mut(path)?.kind else { return Ok(()) };
            if let Some(last) = object.properties.last_mut() {
                last.required = strict;
            }
            Ok(())
        });
        if fault.is_some() {
            self.fresh.set_value(false);
        }
    }

    /// Whether the row that asks is the one just added.
    pub fn take_fresh(self) -> bool {
        self.fresh.try_update_value(std::mem::take).unwrap_or(false)
    }

    pub fn remove(self, path: &Path, place: &str) {
        self.with_undo(format!("The field {place} is removed."), &mut |named| root(named).edit(path, Edit::Remove));
    }

    /// Another type. There is a way back where going back would not bring all of it again.
    pub fn retype(self, path: &Path, of: Type, place: &str) {
        let mut loses = false;
        let retype = &mut |named: &mut Named| {
            let (strict, root) = (named.strict == Some(true), root(named));
            let old = root.at(path)?.clone();
            root.edit(path, Edit::SetType(of))?;
            let new = root.at_mut(path)?;
            let mut back = new.clone();
            back.set_type(old.of());
            loses = back.to_json() != old.to_json();
            if let (true, Kind::Object(object)) = (strict, &mut new.kind) {
                object.additional = Some(false);
            }
            Ok(())
        };
        self.with_undo(format!("{} is of the type “{}” now.", if place.is_empty() { "The whole" } else { place }, of.title()), retype);
        if !loses {
            self.undo.set(None);
        }
    }

    pub fn set_items(self, path: &Path) {
        self.change(&mut |named| {
            if let Kind::Array(list) = &mut root(named).at_mut(path)?.kind {
                list.items.get_or_insert_with(|| Box::new(Node::new(Type::String)));
            }
            Ok(())
        });
    }

    pub fn take_back(self) {
        if let Some(undo) = self.undo.get_untracked() {
            self.change(&mut |named| {
                named.clone_from(&undo.before);
                Ok(())
            });
            self.said.set("Taken back.".to_owned());
        }
    }

    fn with_undo(self, said: String, act: &mut dyn FnMut(&mut Named) -> Result<(), Fault>) {
        let Content::Named(before) = self.content.get_untracked() else { return };
        if self.change(act).is_none() {
            self.said.set(said.clone());
            self.undo.set(Some(Undo { said, before }));
        }
    }

    /// The one way in; gives the sentence of what is wrong, and then nothing has changed.
    fn change(self, act: &mut dyn FnMut(&mut Named) -> Result<(), Fault>) -> Option<String> {
        let Content::Named(mut named) = self.content.get_untracked() else { return None };
        if let Err(fault) = act(&mut named) {
            return Some(fault.message);
        }
        let content = Content::Named(named);
        if self.content.with_untracked(|old| *old != content) {
            let json = self.of.write(&content);
            self.undo.set(None);
            self.content.set(content);
            self.changed.run(json);
        }
        None
    }
}

fn root(named: &mut Named) -> &mut Node {
    named.schema.get_or_insert_with(|| Node::new(Type::Object))
}

/// The field `leaf` of what `above` names.
fn under(above: &str, leaf: &str) -> String {
    if leaf.is_empty() { above.to_owned() } else { format!("{above}.{leaf}") }
}
