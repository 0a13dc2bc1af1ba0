//! The domain of Atelier: what a prompt, a version, a right and a run are, and the rules that they keep.
//!
//! Pure: no I/O, no clock, no randomness. It compiles to wasm, so the browser runs the same template code as the server.

pub mod account;
pub mod budget;
pub mod canonical;
pub mod case;
pub mod completion;
pub mod cost;
pub mod diff;
pub mod exchange;
pub mod experiment;
pub mod fault;
pub mod feedback;
pub mod gateway;
pub mod grid;
pub mod id;
pub mod model_file;
pub mod number;
pub mod page;
pub mod playground;
pub mod prompt;
pub mod provider;
pub mod redact;
pub mod request;
pub mod run;
pub mod schema;
pub mod statistics;
pub mod template;
pub mod timestamp;
pub mod traffic;
