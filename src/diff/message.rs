//! Messages of two versions, matched even where they moved.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    TextDiff,
    matching::{Part, match_both_ways},
    setting::Change,
};
use crate::prompt::{Body, Message, MessageRole};

/// One message of either side or of both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageDiff {
    /// Nothing for the text of a text prompt.
    pub role: Option<MessageRole>,
    /// The role before, where it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<MessageRole>,
    /// Its place from 1, on the sides that have it.
    pub old: Option<u32>,
    pub new: Option<u32>,
    /// It stands elsewhere among the messages that both sides have.
    pub moved: bool,
    pub text: TextDiff,
}

impl MessageDiff {
    pub fn is_empty(&self) -> bool {
        self.change().is_none() && !self.moved
    }

    /// What became of it, its place apart.
    pub fn change(&self) -> Option<Change> {
        match (self.old, self.new) {
            (None, _) => Some(Change::Added),
            (_, None) => Some(Change::Removed),
            _ => (self.was.is_some() || !self.text.is_empty()).then_some(Change::Changed),
        }
    }
}

type Text<'a> = (Option<MessageRole>, Cow<'a, str>);

fn texts(body: &Body) -> Vec<Text<'_>> {
    match body {
        Body::Messages(messages) => messages.iter().map(|message| (Some(message.role), whole(message))).collect(),
        Body::Text(text) => vec![(None, Cow::Borrowed(text))],
    }
}

/// The content, and below it what the message has to do with tools.
fn whole(message: &Message) -> Cow<'_, str> {
    if message.tool_calls.is_empty() && message.tool_call_id.is_none() {
        return Cow::Borrowed(&message.content);
    }
    let answers = message.tool_call_id.iter().map(|id| format!("answers {id}"));
    let calls = message.tool_calls.iter().map(|call| serde_json::to_string_pretty(&call as &&Value).unwrap_or_default());
    Cow::Owned(std::iter::once(message.content.clone()).chain(answers).chain(calls).collect::<Vec<_>>().join("\n"))
}

fn parts<'a>(texts: &'a [Text<'_>]) -> Vec<(Option<MessageRole>, Part<'a>)> {
    texts.iter().map(|(role, text)| (*role, Part { role: role.map(MessageRole::as_str), text })).collect()
}

/// Old and new places, from 0, of the messages that are in both.
pub fn matches(old: &Body, new: &Body) -> Vec<(usize, usize)> {
    let (olds, news) = (texts(old), texts(new));
    match_both_ways(&bare(&olds), &bare(&news)).into_iter().map(|pair| (pair.old, pair.new)).collect()
}

fn bare<'a>(texts: &'a [Text<'_>]) -> Vec<Part<'a>> {
    parts(texts).into_iter().map(|(_, part)| part).collect()
}

/// The messages of both sides in the new order; a removed one follows what it followed.
pub fn messages(old: &Body, new: &Body) -> Vec<MessageDiff> {
    let (olds, news) = (texts(old), texts(new));
    let (olds, news) = (parts(&olds), parts(&news));
    let pairs = match_both_ways(&olds.iter().map(|(_, part)| *part).collect::<Vec<_>>(), &news.iter().map(|(_, part)| *part).collect::<Vec<_>>());
    let mut placed = Vec::new();
    for (j, (role, part)) in news.iter().enumerate() {
        let pair = pairs.iter().find(|pair| pair.new == j);
        let before = pair.map(|pair| &olds[pair.old]);
        placed.push((
            Some(j),
            0,
            MessageDiff {
                role: *role,
                was: before.and_then(|(was, _)| *was).filter(|was| Some(*was) != *role),
                old: pair.map(|pair| number(pair.old)),
                new: Some(number(j)),
                moved: pair.is_some_and(|pair| pair.moved),
                text: TextDiff::new(before.map_or("", |(_, before)| before.text), part.text),
            },
        ));
    }
    for (i, (role, part)) in olds.iter().enumerate().filter(|(i, _)| pairs.iter().all(|pair| pair.old != *i)) {
        let follows = pairs.iter().filter(|pair| pair.old < i).max_by_key(|pair| pair.old).map(|pair| pair.new);
        let text = TextDiff::new(part.text, "");
        placed.push((follows, i + 1, MessageDiff { role: *role, was: None, old: Some(number(i)), new: None, moved: false, text }));
    }
    placed.sort_by_key(|(after, at, _)| (*after, *at));
    placed.into_iter().map(|(_, _, message)| message).collect()
}

fn number(at: usize) -> u32 {
    at as u32 + 1
}
