//! The textarea that the editor's form sends. The page hears of every change in it, also of those made beside it.

use leptos::{html, prelude::*};

use crate::ui::Icon;

use super::{
    control::{Note, notes},
    lean::{flag, memo},
};

#[derive(Clone, Copy)]
pub struct Source {
    pub text: RwSignal<String>,
    area: NodeRef<html::Textarea>,
}

/// The names that tell one textarea from another.
#[derive(Clone, Copy)]
pub struct Names {
    pub id: &'static str,
    /// In the form: `form[tools]`.
    pub field: &'static str,
    /// To screen readers.
    pub label: &'static str,
    pub placeholder: &'static str,
}

impl Source {
    pub fn new(text: String) -> Self {
        let source = Self { text: RwSignal::new(text), area: NodeRef::new() };
        // What was typed before the script arrived, or kept by the browser over a reload.
        Effect::new(move || {
            if let Some(area) = source.area.get() {
                source.hear(area.value());
            }
        });
        source
    }

    /// Changes the text as if it were typed: the page's own listeners hear it.
    pub fn write(self, text: String) {
        let area = self.area.try_get_untracked().flatten();
        if let Some(area) = &area {
            area.set_value(&text);
        }
        self.hear(text);
        if let (Some(area), Ok(event)) = (area, document().create_event("Event")) {
            event.init_event_with_bubbles("input", true);
            let _ = area.dispatch_event(&event);
        }
    }

    fn hear(self, text: String) {
        if self.text.try_with_untracked(|old| *old != text) == Some(true) {
            self.text.set(text);
        }
    }

    /// Closed unless it cannot be read: then what is wrong must be seen.
    pub fn view(self, names: Names, readonly: bool, fault: Memo<Option<Note>>) -> AnyView {
        let Names { id, field, label, placeholder } = names;
        let text = self.text.get_untracked();
        // A parser drops one line break at the start of a textarea.
        let text = if text.starts_with('\n') && is_server() { format!("\n{text}") } else { text };
        let wrong = memo(move || fault.with(Option::is_some));
        let described = Signal::derive(move || wrong.get().then(|| format!("{id}-fault")));
        view! {
            {notes(fault, Some(format!("{id}-fault")))}
            <details class="c-more c-shape-source" open=fault.with_untracked(Option::is_some)>
                <summary>
                    <Icon name="right" small=true/>
                    "JSON"
                </summary>
                <textarea
                    node_ref=self.area class="c-input c-code" id=id form="editor" name=field rows="4" data-grow="true" spellcheck="false"
                    readonly=readonly placeholder=placeholder aria-label=label
                    aria-invalid=flag(wrong)
                    aria-describedby=described
                    on:input=move |event| self.hear(event_target_value(&event))
                >
                    {text}
                </textarea>
            </details>
        }
        .into_any()
    }
}
