//! What pages are put together from: larger than the ui kit, smaller than a page. One module an area.

pub mod shell;
