//! Everything of Atelier that does I/O: the use cases, the store, the local models.
//!
//! A use case is one async function that goes through a door of [`cx::Cx`]; server functions and REST handlers call it and hold nothing else.

pub mod account;
pub mod backup;
pub mod books;
pub mod budget;
pub mod cache;
pub mod case;
pub mod cx;
pub mod db;
pub mod exchange;
pub mod experiment;
pub mod feed;
pub mod gateway;
pub mod grid;
pub mod idempotency;
pub mod journal;
pub mod local;
pub mod metrics;
pub mod model;
pub mod playground;
pub mod prompt;
pub mod provider;
pub mod pull;
pub mod request;
pub mod run;
pub mod sample;
pub mod score;
pub mod seal;
pub mod session;
pub mod studio;
pub mod traffic;

mod store;
