//! Models that others serve: what is asked of them, in whose words, and what may go wrong on the way.
//!
//! `chat` is neutral, an [`Adapter`] writes and reads one provider's protocol without I/O, a [`Remote`] does the I/O.

pub mod adapter;
mod ask;
pub mod chat;
mod embed;
pub mod faults;
pub mod http;
pub mod remote;
pub mod sse;

pub use adapter::{Adapter, Anthropic, Decode, Gemini, ListedModel, ModelPage, OpenAi, Outgoing, Secret};
pub use ask::{Asked, Reached, find};
pub use chat::{Answer, Chat, Delta, Finish, Part, Role, ToolCall, Turn, Usage};
pub use embed::{Embedding, embedding};
pub use faults::Failure;
pub use http::{Http, Private, Timeouts, Towards};
pub use remote::{Answering, Embed, Piece, Provider, Remote, Retries};
