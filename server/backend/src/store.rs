//! All SQL. Text with bound parameters, the same for SQLite and Postgres; private rows become domain types here.

pub mod account;
pub mod audit;
pub mod backup;
pub mod budget;
pub mod case;
pub mod changes;
pub mod draft;
pub mod experiment;
pub mod gateway;
pub mod grid;
pub mod idempotency;
pub mod key;
pub mod mock;
pub mod model;
pub mod prompt;
pub mod provider;
pub mod pulls;
pub mod request;
pub mod run;
pub mod score;
pub mod session;
mod sql;

use atelier_domain::fault::Fault;
use serde::{Serialize, de::DeserializeOwned};
use sqlx::{Row, any::AnyRow};
use uuid::Uuid;

use crate::db::internal;

/// Reads a column, logging what cannot be read.
#[track_caller]
fn get<'r, T>(row: &'r AnyRow, column: &'static str) -> Result<T, Fault>
where
    T: sqlx::Decode<'r, sqlx::Any> + sqlx::Type<sqlx::Any>,
{
    row.try_get(column).map_err(internal)
}

#[track_caller]
fn id<I: From<Uuid>>(row: &AnyRow, column: &'static str) -> Result<I, Fault> {
    let text: String = get(row, column)?;
    Uuid::parse_str(&text).map(I::from).map_err(|error| broken(column, &error))
}

#[track_caller]
fn json<T: DeserializeOwned>(row: &AnyRow, column: &'static str) -> Result<T, Fault> {
    let text: String = get(row, column)?;
    serde_json::from_str(&text).map_err(|error| broken(column, &error))
}

#[track_caller]
fn parsed<T: std::str::FromStr<Err = Fault>>(row: &AnyRow, column: &'static str) -> Result<T, Fault> {
    let text: String = get(row, column)?;
    text.parse().map_err(|error| broken(column, &error))
}

/// A stored value that today's types refuse: our mistake, never the reader's.
#[track_caller]
fn broken(column: &'static str, error: &dyn std::fmt::Display) -> Fault {
    let at = std::panic::Location::caller();
    tracing::error!(%at, column, %error, "a stored value cannot be read");
    Fault::internal()
}

/// What these types always have: a JSON text.
fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn number(value: i64) -> u32 {
    u32::try_from(value).unwrap_or_default()
}

/// The one place where SQL is put together: `head ($1, $2 … $count) tail`. No data goes in.
fn with_list(head: &'static str, count: usize, tail: &'static str) -> sqlx::AssertSqlSafe<String> {
    let numbers: Vec<String> = (1..=count).map(|number| format!("${number}")).collect();
    sqlx::AssertSqlSafe(format!("{head} ({}) {tail}", numbers.join(", ")))
}

/// A pattern for `LIKE … ESCAPE '\'` that finds `needle` anywhere in lower-case text.
fn contains(needle: &str) -> String {
    let plain = needle.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{plain}%")
}
