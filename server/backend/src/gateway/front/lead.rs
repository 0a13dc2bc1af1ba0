//! A prompt's part in a call: it stands before the call's messages, and where the call says something else, the call wins.

use std::mem;

use super::Lead;
use crate::gateway::chat::Chat;

impl Lead {
    /// Whether there is nothing that a call has not.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub fn apply(&self, chat: &mut Chat) {
        chat.messages.splice(0..0, self.turns.iter().cloned());
        let limited = chat.params.max_tokens.is_some();
        chat.params = self.params.over(mem::take(&mut chat.params));
        // What the call has no place of its own for is in `extra`, over which `more` goes.
        let extra = &chat.extra;
        chat.params.more.retain(|name, _| extra.get(name).is_none_or(|said| said.is_null()) && !(limited && name == "max_completion_tokens"));
        if chat.tools.is_empty() {
            chat.tools.clone_from(&self.tools);
        }
        if chat.response_format.is_none() {
            chat.response_format.clone_from(&self.response_format);
        }
    }
}
