//! The table of variables and settings that differ, with the JSON of those that are long.

use atelier_domain::diff::{Change, Setting, SettingDiff, TextDiff};
use leptos::prelude::*;

use super::{
    DiffView, heading,
    sheet::{Room, Sheet},
    words::counted,
};
use crate::ui::Icon;

/// JSON that takes no more lines is shown at once.
const SHORT: usize = 12;

/// Nothing where all are the same.
pub fn settings(view: &DiffView, room: &Room) -> Option<AnyView> {
    let rows = view.diff.settings.iter().map(|diff| row(view, diff, room)).collect_view();
    let (old, new) = (view.old.to_owned(), view.new.to_owned());
    let caption = format!("Variables and settings, {old} against {new}");
    (!view.diff.settings.is_empty()).then(|| {
        view! {
            <section class="l-stack">
                {heading(view.heading, "Variables and settings")}
                <div class="c-panel">
                    <div class="c-scroll c-diff-settings" tabindex="0" role="region" aria-label="Variables and settings that differ">
                        <table class="c-table" data-rows="s">
                            <caption class="sr">{caption}</caption>
                            <thead>
                                <tr>
                                    <th scope="col">"What"</th>
                                    <th scope="col">{old}</th>
                                    <th scope="col">{new}</th>
                                    <th scope="col">"Change"</th>
                                </tr>
                            </thead>
                            <tbody>{rows}</tbody>
                        </table>
                    </div>
                </div>
            </section>
        }
        .into_any()
    })
}

fn row(view: &DiffView, diff: &SettingDiff, room: &Room) -> AnyView {
    let change = match diff.change {
        Change::Added => view! { <span class="c-plus">"+ added"</span> }.into_any(),
        Change::Removed => view! { <span class="c-minus">"− removed"</span> }.into_any(),
        Change::Changed => "changed".into_any(),
    };
    let text = diff.text.as_ref().map(|text| json(view, diff, text, room));
    view! {
        <tr>
            <th scope="row">{what(&diff.setting)}</th>
            <td class="num">{value(diff, Change::Added)}</td>
            <td class="num">{value(diff, Change::Removed)}</td>
            <td>{change}</td>
        </tr>
        {text}
    }
    .into_any()
}

/// A setting by the name that people know it by.
fn what(setting: &Setting) -> AnyView {
    match setting {
        Setting::Model => "Model".into_any(),
        Setting::Parameter(name) => match parameter(name) {
            Some(words) => words.into_any(),
            None => view! { <code>{name.clone()}</code> }.into_any(),
        },
        Setting::Tool(name) => view! { "Tool " <code>{name.clone()}</code> }.into_any(),
        Setting::ToolOrder => "Order of tools".into_any(),
        Setting::ResponseFormat => "Answer format".into_any(),
        Setting::Variable(name) => view! { <code class="c-var">{name.clone()}</code> }.into_any(),
        Setting::Include(name) => view! { "Include " <code class="c-inc">{name.clone()}</code> }.into_any(),
    }
}

/// Nothing for a parameter that only its maker names.
fn parameter(name: &str) -> Option<&'static str> {
    match name {
        "temperature" => Some("Temperature"),
        "max_tokens" => Some("Longest answer"),
        "top_p" => Some("Top p"),
        "seed" => Some("Seed"),
        "stop" => Some("Stop texts"),
        _ => None,
    }
}

/// The setting without its kind, for captions.
fn plain(setting: &Setting) -> &str {
    match setting {
        Setting::Model => "Model",
        Setting::ToolOrder => "Order of tools",
        Setting::ResponseFormat => "Answer format",
        Setting::Parameter(name) | Setting::Tool(name) | Setting::Variable(name) | Setting::Include(name) => name,
    }
}

/// One side of a row; `without` is the change that means that this side has no value.
fn value(diff: &SettingDiff, without: Change) -> AnyView {
    let said = if without == Change::Added { &diff.old } else { &diff.new };
    match (said, &diff.text) {
        (Some(said), _) => known(&diff.setting, said),
        _ if diff.change == without => view! { <span class="c-dim">{absent(&diff.setting)}</span> }.into_any(),
        (None, Some(text)) => {
            let text = if without == Change::Added { text.old_text() } else { text.new_text() };
            format!("{} of JSON", counted(text.lines().count() as u32, "line")).into_any()
        }
        (None, None) => "there".into_any(),
    }
}

fn absent(setting: &Setting) -> &'static str {
    match setting {
        Setting::Model | Setting::Parameter(_) | Setting::ToolOrder | Setting::ResponseFormat => "not set",
        Setting::Tool(_) | Setting::Variable(_) | Setting::Include(_) => "not there",
    }
}

/// A value; that of a parameter is JSON, and reads as code where it is no number.
fn known(setting: &Setting, said: &str) -> AnyView {
    match setting {
        Setting::Parameter(_) if said.parse::<f64>().is_err() => {
            // A list's brackets say nothing that its commas don't.
            let list = serde_json::from_str::<Vec<serde_json::Value>>(said).ok().filter(|items| !items.is_empty());
            let items = list.map(|items| items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
            view! { <code>{items.unwrap_or_else(|| said.to_owned())}</code> }.into_any()
        }
        _ => said.to_owned().into_any(),
    }
}

fn json(view: &DiffView, diff: &SettingDiff, text: &TextDiff, room: &Room) -> AnyView {
    let sheet = Sheet { view, room, name: plain(&diff.setting).to_owned(), template: false };
    view! {
        <tr class="c-diff-more">
            <td colspan="4">
                <details open=text.rows.len() <= SHORT>
                    <summary>
                        <Icon name="right" small=true/>
                        "Show the JSON that changed"
                    </summary>
                    {sheet.frame(text, ())}
                </details>
            </td>
        </tr>
    }
    .into_any()
}
