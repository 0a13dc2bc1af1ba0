//! Prompts: the list, and one prompt with its tabs.

mod compare;
mod editor;
mod frame;
mod glance;
mod history;
mod import;
mod keeper;
mod list;
mod message;
mod new;
mod publish;
mod rail;
mod runs;
mod save;
mod shape;
mod shapes;
mod snippets;
mod streaming;
mod use_it;
mod users;
mod variables;

pub use compare::Compare;
pub use editor::Edit;
pub use frame::{Frame, Open};
pub use history::History;
pub use import::ImportPage;
pub use list::PromptList;
pub use new::NewPromptPage;
pub use publish::MoveDialog;
pub use runs::PromptRuns;
pub use streaming::{Measures, State};
pub use use_it::UseIt;
pub use users::PromptUsers;
