//! Messages, as Anthropic's clients speak them.

mod content;
mod forward;
mod read;
mod stream;
mod write;

pub(super) use forward::forward;
pub(super) use read::{head, read};
pub(super) use stream::Stream;
pub(super) use write::whole;
