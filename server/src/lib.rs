//! The server of Atelier: settings, the command line, and everything that speaks HTTP.
//!
//! What is done stands in `atelier-backend`; here is only who asks, and how the answer is written.

pub mod app_state;
pub mod auth;
pub mod cli;
pub mod config;
pub mod download;
pub mod gateway;
pub mod health;
pub mod logging;
pub mod middleware;
pub mod ofrep;
pub mod openapi;
pub mod pages;
pub mod problem;
pub mod routes;
pub mod serve;
pub mod session;
