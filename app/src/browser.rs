//! What `backend` is in the browser: the server has said all this already.

use crate::platform::Viewer;

pub fn viewer() -> Viewer {
    Viewer::default()
}

pub fn request_id() -> Option<String> {
    None
}

pub fn set_not_found() {}

pub fn set_page_policy() {}
