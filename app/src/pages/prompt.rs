//! Prompts: the list, and one prompt with its tabs.

mod editor;
mod frame;
mod glance;
mod history;
mod list;
mod new;
mod publish;
mod rail;
mod runs;
mod snippets;
mod streaming;
mod use_it;

pub use editor::Edit;
pub use history::History;
pub use list::PromptList;
pub use new::NewPromptPage;
pub use runs::PromptRuns;
pub use streaming::Measures;
pub use use_it::UseIt;
