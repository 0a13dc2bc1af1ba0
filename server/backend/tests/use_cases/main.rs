//! Use cases against a real database, on both engines; one file an area.

// The lints know helpers of tests by this.
#![cfg(test)]

#[path = "../support/mod.rs"]
mod support;

mod account;
mod budget;
mod doors;
mod draft;
mod exchange;
mod grid;
mod idempotency;
mod include;
mod key;
mod label;
mod make;
mod model;
mod prompt;
mod provider;
mod pull;
mod run;
mod set_up;
mod traffic;
mod usage;
