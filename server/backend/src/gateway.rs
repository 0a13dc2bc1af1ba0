//! Models that others serve: what is asked of them, in whose words, and what may go wrong on the way.
//!
//! `chat` is neutral, an [`Adapter`] writes and reads one provider's protocol without I/O, a [`Remote`] does the I/O.

pub mod adapter;
mod answers;
mod ask;
pub mod call;
pub mod chat;
mod embed;
pub mod faults;
mod filled;
pub mod front;
pub mod http;
mod limits;
mod meter;
pub mod remote;
mod routes;
pub mod scrub;
pub mod sse;
mod voice;

pub use adapter::{Adapter, Anthropic, Decode, Gemini, ListedModel, ModelPage, OpenAi, Outgoing, Secret};
pub use answers::{Answers, follow as keep_answers};
pub use ask::{Asked, Reached, find};
pub use chat::{Answer, Chat, Delta, Finish, Part, Role, ToolCall, Turn, Usage};
pub use embed::{Embedding, embedding};
pub use faults::Failure;
pub use filled::Open;
pub use front::{Dialect, Lead};
pub use http::{Http, Private, Timeouts, Towards};
pub use limits::Limits;
pub use meter::Meter;
pub use remote::{Answering, Embed, Piece, Provider, Remote, Retries};
pub use routes::{Place, Routes};
pub use scrub::Scrubber;
