//! The REST interface of `api.md` on a real database, one file a call; and in `functions` what the pages call.

// The lints know helpers of tests by this.
#![cfg(test)]

#[path = "../support/mod.rs"]
mod support;

mod budget;
mod create;
mod description;
mod diff;
mod experiment;
mod export;
mod functions;
mod gateway;
mod history;
mod label;
mod list;
mod once;
mod problem;
mod pull;
mod render;
mod request;
mod rights;
mod run;
mod save;
mod score;
