//! The pages of Atelier. Components import domain types, `crate::api` and the ui kit, and nothing else.
//!
//! `cfg` stands in this file alone: what only the server can do is in `backend`; the browser's own stands in for it.

#![recursion_limit = "256"]

pub mod api;
pub mod app;
pub mod ask;
pub mod components;
pub mod pages;
pub mod platform;
pub mod ui;

#[cfg(feature = "ssr")]
mod backend;

#[cfg(feature = "ssr")]
mod render;

#[cfg(not(feature = "ssr"))]
#[path = "browser.rs"]
mod backend;
