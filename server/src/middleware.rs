//! What every request passes before it is answered.

pub mod cors;
pub mod headers;
pub mod origin;
pub mod page;
pub mod peer;
pub mod person;
pub mod request_id;
