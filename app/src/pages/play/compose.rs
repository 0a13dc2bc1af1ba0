//! The next turn, to every column that has answered.

use atelier_domain::prompt::{Message, MessageRole};
use leptos::{ev::SubmitEvent, html, prelude::*};

use crate::{pages::prompt::State, ui::Icon};

use super::stand::{Bank, Stand};

#[component]
pub fn Compose(bank: Bank) -> impl IntoView {
    let (turn, image) = (NodeRef::<html::Textarea>::new(), NodeRef::<html::Input>::new());
    let picture = RwSignal::new(String::new());
    let ready = move || {
        let stands = bank.stands.get();
        !stands.is_empty()
            && stands.iter().any(|stand| stand.answers.with(|answers| answers.first().is_some_and(|said| matches!(said.state.get(), State::Ended(_)))))
    };
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(field) = turn.get_untracked() else { return };
        let (text, picture_url) = (field.value(), picture.get_untracked());
        if text.trim().is_empty() && picture_url.is_empty() {
            return;
        }
        let images: Vec<String> = Some(picture_url).filter(|url| !url.is_empty()).into_iter().collect();
        let answered: Vec<Stand> = bank.stands.get_untracked().into_iter().filter(|stand| stand.answered().is_some()).collect();
        for stand in &answered {
            let Some(said) = stand.answered() else { continue };
            stand.tail.update(|tail| {
                tail.push(said);
                tail.push(Message { images: images.clone(), ..Message::new(MessageRole::User, text.clone()) });
            });
        }
        bank.ask(answered);
        field.set_value("");
        picture.set(String::new());
        if let Some(image) = image.get_untracked() {
            image.set_value("");
        }
    };
    view! {
        <form class="p-compose l-script" aria-label="Next turn" method="post" on:submit=send>
            <textarea node_ref=turn class="c-input" rows="1" data-grow="true" aria-label="Reply to all columns" placeholder="Reply to all columns"></textarea>
            <input type="hidden" id="play-picture-name"/>
            <textarea hidden id="play-picture" aria-hidden="true" tabindex="-1" on:input=move |event| picture.set(event_target_value(&event))></textarea>
            <label class="c-btn" data-kind="quiet" data-icon="true" aria-label="Add a picture">
                <Icon name="file"/>
                <input
                    node_ref=image class="sr" type="file" accept="image/png,image/jpeg,image/webp,image/gif" aria-label="Add a picture" data-fills="play-picture"
                    data-names="play-picture-name" data-most="2097152" data-as="url"
                />
            </label>
            {move || (!picture.with(String::is_empty)).then(|| view! { <img class="p-thumb" src=picture.get() alt="The picture that goes along"/> })}
            <button class="c-btn" type="submit" disabled=move || !ready() || bank.running()>"Send to all"</button>
        </form>
    }
    .into_any()
}
