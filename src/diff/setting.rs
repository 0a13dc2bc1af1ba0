//! The table of changes beside the messages: model, parameters, tools, response format, variables, includes.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    TextDiff,
    version::{Included, Side},
};
use crate::prompt::VariableType;

/// What of a version changed; the order is the table's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "setting", content = "name", rename_all = "snake_case")]
pub enum Setting {
    Model,
    Parameter(String),
    Tool(String),
    ToolOrder,
    ResponseFormat,
    Variable(String),
    Include(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    Added,
    Removed,
    Changed,
}

/// A line of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingDiff {
    #[serde(flatten)]
    pub setting: Setting,
    pub change: Change,
    /// The value as people read it; nothing for what `text` shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
    /// JSON that takes more than a line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<TextDiff>,
}

/// Every setting that differs, in the table's order.
pub fn settings(old: &Side, new: &Side) -> Vec<SettingDiff> {
    let mut table: Vec<SettingDiff> = Vec::new();
    table.extend(short(Setting::Model, old.model.map(str::to_owned), new.model.map(str::to_owned)));
    table.extend(parameters(old, new));
    table.extend(tools(old.tools, new.tools));
    table.extend(json(Setting::ResponseFormat, old.response_format, new.response_format));
    table.extend(variables(old, new));
    table.extend(includes(&old.includes(), &new.includes()));
    table.sort_by(|a, b| a.setting.cmp(&b.setting));
    table
}

fn bare(setting: Setting, change: Change) -> SettingDiff {
    SettingDiff { setting, change, old: None, new: None, text: None }
}

fn change<T: PartialEq>(old: Option<&T>, new: Option<&T>) -> Option<Change> {
    match (old, new) {
        (None, Some(_)) => Some(Change::Added),
        (Some(_), None) => Some(Change::Removed),
        (Some(old), Some(new)) if old != new => Some(Change::Changed),
        _ => None,
    }
}

fn short(setting: Setting, old: Option<String>, new: Option<String>) -> Option<SettingDiff> {
    change(old.as_ref(), new.as_ref()).map(|change| SettingDiff { setting, change, old, new, text: None })
}

fn json(setting: Setting, old: Option<&Value>, new: Option<&Value>) -> Option<SettingDiff> {
    let (old, new) = (old.map(pretty), new.map(pretty));
    let change = change(old.as_ref(), new.as_ref())?;
    let text = TextDiff::new(&old.unwrap_or_default(), &new.unwrap_or_default());
    Some(SettingDiff { text: Some(text), ..bare(setting, change) })
}

/// A variable is there where it is used or declared; one that nobody declared is a text.
fn variables(old: &Side, new: &Side) -> Vec<SettingDiff> {
    let (olds, news) = Side::variables(old, new);
    let state = |used: &BTreeSet<String>, side: &Side, name: &str| match side.declared.iter().find(|variable| variable.name == name) {
        Some(variable) => Some(variable.summary()),
        None => used.contains(name).then(|| VariableType::Text.to_string()),
    };
    let declared = old.declared.iter().chain(new.declared).map(|variable| &variable.name);
    let names: BTreeSet<&String> = olds.iter().chain(&news).chain(declared).collect();
    names.into_iter().filter_map(|name| short(Setting::Variable(name.clone()), state(&olds, old, name), state(&news, new, name))).collect()
}

fn parameters(old: &Side, new: &Side) -> Vec<SettingDiff> {
    let read = |side: &Side| -> BTreeMap<String, Value> {
        let value = serde_json::to_value(side.params).unwrap_or_default();
        value.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())).collect()
    };
    let (olds, news) = (read(old), read(new));
    let names: BTreeSet<&String> = olds.keys().chain(news.keys()).collect();
    let shown = |params: &BTreeMap<String, Value>, name: &str| params.get(name).map(|value| sorted(value).to_string());
    names.into_iter().filter_map(|name| short(Setting::Parameter(name.clone()), shown(&olds, name), shown(&news, name))).collect()
}

fn name(tool: &Value) -> &str {
    tool.pointer("/function/name").or_else(|| tool.get("name")).and_then(Value::as_str).unwrap_or("without a name")
}

/// A tool's name, and which of those with that name it is.
type ToolKey<'a> = (&'a str, usize);

fn keys(tools: &[Value]) -> Vec<ToolKey<'_>> {
    let mut met: BTreeMap<&str, usize> = BTreeMap::new();
    tools
        .iter()
        .map(|tool| {
            let name = name(tool);
            let count = met.entry(name).or_default();
            *count += 1;
            (name, *count)
        })
        .collect()
}

fn tools(old: &[Value], new: &[Value]) -> Vec<SettingDiff> {
    let (olds, news) = (keys(old), keys(new));
    let find = |keys: &[ToolKey], key: ToolKey| keys.iter().position(|other| *other == key);
    let all: BTreeSet<ToolKey> = olds.iter().chain(&news).copied().collect();
    let of = |tools: &'_ [Value], at: Option<usize>| at.and_then(|at| tools.get(at)).cloned();
    let changed = all.iter().filter_map(|key| {
        let (old, new) = (of(old, find(&olds, *key)), of(new, find(&news, *key)));
        json(Setting::Tool(key.0.to_owned()), old.as_ref(), new.as_ref())
    });
    let common = |keys: &[ToolKey], others: &[ToolKey]| -> Vec<String> {
        keys.iter().filter(|key| find(others, **key).is_some()).map(|(name, _)| (*name).to_owned()).collect()
    };
    let order = short(Setting::ToolOrder, Some(common(&olds, &news).join(", ")), Some(common(&news, &olds).join(", ")));
    changed.chain(order).collect()
}

fn includes(old: &[Included], new: &[Included]) -> Vec<SettingDiff> {
    let (mut olds, mut news): (Vec<&Included>, Vec<&Included>) = (old.iter().collect(), new.iter().collect());
    let mut table = Vec::new();
    // The same reference first: what is left may be the same prompt under another label.
    for same in [|a: &Included, b: &Included| a.name == b.name && a.label == b.label, |a: &Included, b: &Included| a.name == b.name] {
        olds.retain(|old| {
            let Some(at) = news.iter().position(|new| same(old, new)) else { return true };
            let new = news.remove(at);
            let versions = old.version.is_some() && new.version.is_some();
            table.extend(short(Setting::Include(old.name.clone()), Some(old.shown(versions)), Some(new.shown(versions))));
            false
        });
    }
    table.extend(olds.iter().filter_map(|old| short(Setting::Include(old.name.clone()), Some(old.shown(true)), None)));
    table.extend(news.iter().filter_map(|new| short(Setting::Include(new.name.clone()), None, Some(new.shown(true)))));
    table
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let entries: BTreeMap<&String, Value> = map.iter().map(|(key, value)| (key, sorted(value))).collect();
            Value::Object(entries.into_iter().map(|(key, value)| (key.clone(), value)).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        scalar => scalar.clone(),
    }
}
