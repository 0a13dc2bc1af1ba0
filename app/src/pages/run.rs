//! Runs: the list with a peek beside it, and one run on a page of its own.

mod list;
mod one;
mod table;

pub use list::RunList;
pub use one::RunPage;
pub use table::RunTable;
