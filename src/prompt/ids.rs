//! Ids of messages: given when a message is first saved, kept for good.

use super::{Body, Message};

/// Gives every message an id. One that has none takes that of the message it was in `before`, as the diff matches them;
/// one that is new gets one that no version had: `number` is this version's.
#[must_use]
pub fn with_ids(body: Body, before: Option<&Body>, number: u32) -> Body {
    let Body::Messages(mut messages) = body else { return body };
    let known = match before {
        Some(Body::Messages(known)) => known.as_slice(),
        _ => &[],
    };
    let given: Vec<String> = messages.iter().map(|message| message.id.clone()).collect();
    // Of two messages with one id the first keeps it: the other is its copy.
    for (at, message) in messages.iter_mut().enumerate() {
        if given[..at].contains(&message.id) || !known.iter().any(|old| old.id == message.id) {
            message.id.clear();
        }
    }
    let free = |messages: &[Message]| -> Vec<Message> { known.iter().filter(|old| messages.iter().all(|message| message.id != old.id)).cloned().collect() };
    let (old, new) = (Body::Messages(free(&messages)), Body::Messages(messages.iter().filter(|message| message.id.is_empty()).cloned().collect()));
    let pairs = crate::diff::matches(&old, &new);
    let Body::Messages(old) = old else { return Body::Messages(messages) };
    for (position, message) in messages.iter_mut().filter(|message| message.id.is_empty()).enumerate() {
        let before = pairs.iter().find(|(_, new)| *new == position).and_then(|(before, _)| old.get(*before));
        message.id = before.map(|before| before.id.clone()).unwrap_or_default();
    }
    messages.iter_mut().enumerate().filter(|(_, message)| message.id.is_empty()).for_each(|(at, message)| message.id = format!("{number}.{}", at + 1));
    Body::Messages(messages)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prompt::MessageRole::{Assistant, System, User};

    fn body(messages: &[(&str, crate::prompt::MessageRole, &str)]) -> Body {
        Body::Messages(messages.iter().map(|(id, role, content)| Message { id: (*id).to_owned(), ..Message::new(*role, *content) }).collect())
    }

    fn ids(body: Body) -> Vec<String> {
        match body {
            Body::Messages(messages) => messages.into_iter().map(|message| message.id).collect(),
            Body::Text(_) => Vec::new(),
        }
    }

    #[test]
    fn ids_stay_with_their_messages_and_new_ones_are_new() {
        let before = body(&[("1.1", System, "Be brief and kind to all."), ("1.2", User, "{{question}}")]);
        for (now, expected) in [
            (body(&[("", System, "Be brief and kind to all."), ("", User, "{{question}}")]), ["1.1", "1.2"].as_slice()),
            (body(&[("", User, "{{question}}"), ("", System, "Be brief and kind to everybody.")]), &["1.2", "1.1"]),
            (body(&[("1.2", User, "something else entirely"), ("", Assistant, "Certainly.")]), &["1.2", "2.2"]),
            (body(&[("1.1", System, "a"), ("1.1", System, "a")]), &["1.1", "2.2"]),
            (body(&[("7.7", System, "Foreign and unlike anything else")]), &["1.1"]),
        ] {
            assert_eq!(ids(with_ids(now, Some(&before), 2)), expected);
        }
        assert_eq!(ids(with_ids(body(&[("", User, "x")]), None, 1)), ["1.1"]);
    }
}
