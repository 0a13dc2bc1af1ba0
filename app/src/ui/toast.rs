//! Short news with a way back. The list lives in the app's context, so it outlasts a change of page.

use std::time::Duration;

use leptos::prelude::*;

use super::Icon;

#[derive(Clone, Default)]
pub struct Toast {
    id: u32,
    pub message: String,
    /// What the button says, and does: "Undo".
    pub action: Option<(String, Callback<()>)>,
    /// `bad` for what failed.
    pub tone: Option<&'static str>,
}

#[derive(Clone, Copy)]
pub struct Toaster(RwSignal<Vec<Toast>>);

impl Toaster {
    pub fn push(self, message: impl Into<String>) {
        self.show(Toast { message: message.into(), ..Toast::default() });
    }

    /// For what failed.
    pub fn push_bad(self, message: impl Into<String>) {
        self.show(Toast { message: message.into(), tone: Some("bad"), ..Toast::default() });
    }

    pub fn push_undo(self, message: impl Into<String>, undo: impl Fn() + Send + Sync + 'static) {
        let action = Some(("Undo".to_owned(), Callback::new(move |()| undo())));
        self.show(Toast { message: message.into(), action, ..Toast::default() });
    }

    /// It goes by itself after six seconds, or twelve where it offers something.
    pub fn show(self, mut toast: Toast) {
        let id = self.0.with_untracked(|all| all.last().map_or(0, |last| last.id + 1));
        let seconds = if toast.action.is_some() { 12 } else { 6 };
        toast.id = id;
        self.0.update(|all| all.push(toast));
        set_timeout(move || self.dismiss(id), Duration::from_secs(seconds));
    }

    fn dismiss(self, id: u32) {
        self.0.try_update(|all| all.retain(|toast| toast.id != id));
    }
}

/// Called once, by the app, above the router.
pub fn provide_toaster() {
    provide_context(Toaster(RwSignal::new(Vec::new())));
}

pub fn use_toaster() -> Toaster {
    use_context().unwrap_or_else(|| Toaster(RwSignal::new(Vec::new())))
}

/// The one place where they appear.
#[component]
pub fn Toasts() -> impl IntoView {
    let toaster = use_toaster();
    let one = move |toast: Toast| {
        let id = toast.id;
        let button = toast.action.map(|(words, act)| {
            view! {
                <button class="c-btn" data-kind="quiet" data-size="s" type="button" on:click=move |_| { act.run(()); toaster.dismiss(id); }>
                    {words}
                </button>
            }
        });
        view! {
            <li class="c-toast" data-tone=toast.tone>
                <span>{toast.message}</span>
                {button}
                <button
                    class="c-btn" data-kind="quiet" data-icon="true" data-size="s" type="button" aria-label="Dismiss"
                    on:click=move |_| toaster.dismiss(id)
                >
                    <Icon name="x"/>
                </button>
            </li>
        }
    };
    view! {
        <div role="status" aria-label="News">
            <ul class="c-toasts">
                <For each=move || toaster.0.get() key=|toast| toast.id children=one/>
            </ul>
        </div>
    }
    .into_any()
}
