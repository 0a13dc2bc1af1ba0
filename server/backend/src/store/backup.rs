//! Whole tables, read and written without knowing what is in them: for backups, which move between engines.
//!
//! Names of tables and columns are checked before they become SQL; values are bound.

use atelier_domain::fault::Fault;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures::{StreamExt, stream::BoxStream};
use serde_json::{Map, Value, json};
use sqlx::{
    AssertSqlSafe, Column, Row, TypeInfo, ValueRef,
    any::{AnyRow, AnyTypeInfoKind},
};

use crate::db::{Db, Engine, internal};

/// What a backup holds, each table after those that it refers to. A test compares this with the schema.
pub const KEPT: [&str; 40] = [
    "users",
    "projects",
    "members",
    "invitations",
    "api_keys",
    "prompts",
    "prompt_tags",
    "versions",
    "pins",
    "labels",
    "label_moves",
    "drafts",
    "pulls",
    "runs",
    "run_details",
    "providers",
    "prices",
    "tool_mocks",
    "local_models",
    "test_cases",
    "grids",
    "grid_cells",
    "requests",
    "request_tags",
    "request_bodies",
    "traffic",
    "budgets",
    "budget_spending",
    "gateway_settings",
    "experiments",
    "experiment_inbox",
    "outcome_ids",
    "experiment_units",
    "experiment_arms",
    "experiment_looks",
    "score_definitions",
    "scores",
    "idempotency",
    "audit",
    "changes",
];

/// What it leaves out: who is signed in, and who failed to; what can be asked again, what is made anew from bodies, and what
/// belongs to one node's files.
pub const LEFT_OUT: [&str; 5] = ["sessions", "attempts", "cached_answers", "request_words", "journal_places"];

/// Where sqlx notes the migrations.
pub const MIGRATIONS: &str = "_sqlx_migrations";

/// The newest migration applied; `None` on a fresh database.
pub async fn schema(pool: &sqlx::AnyPool) -> Option<i64> {
    sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations").fetch_one(pool).await.ok().flatten()
}

/// Rows of one INSERT at most; SQLite takes 32,766 parameters.
pub const BATCH: usize = 100;

pub type Cells = Map<String, Value>;

/// The tables that there are.
pub async fn tables(db: &mut Db, engine: Engine) -> Result<Vec<String>, Fault> {
    let sql = match engine {
        Engine::Sqlite => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
             AND name NOT LIKE 'request\\_words\\_%' ESCAPE '\\' ORDER BY name"
        }
        Engine::Postgres => {
            "SELECT CAST(table_name AS TEXT) FROM information_schema.tables \
             WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY 1"
        }
    };
    sqlx::query_scalar(sql).fetch_all(db).await.map_err(internal)
}

pub async fn has_rows(db: &mut Db, table: &str) -> Result<bool, Fault> {
    let sql = AssertSqlSafe(format!("SELECT 1 FROM {} LIMIT 1", quoted(table)?));
    Ok(sqlx::query(sql).fetch_optional(db).await.map_err(internal)?.is_some())
}

/// Drops an empty table, whatever refers to it.
pub async fn drop_table(db: &mut Db, engine: Engine, table: &str) -> Result<(), Fault> {
    let cascade = if engine == Engine::Postgres { "CASCADE" } else { "" };
    let sql = AssertSqlSafe(format!("DROP TABLE {} {cascade}", quoted(table)?));
    sqlx::query(sql).execute(db).await.map_err(internal)?;
    Ok(())
}

/// Every row of a table, without what is null.
pub fn rows<'d>(db: &'d mut Db, table: &'static str) -> BoxStream<'d, Result<Cells, Fault>> {
    let rows = sqlx::query(AssertSqlSafe(format!("SELECT * FROM {table}"))).fetch(db);
    rows.map(|row| cells(&row.map_err(internal)?)).boxed()
}

/// Writes rows that have the same columns.
pub async fn insert(db: &mut Db, table: &str, rows: &[Cells]) -> Result<(), Fault> {
    let Some(first) = rows.first() else { return Ok(()) };
    let columns = first.keys().map(|column| quoted(column)).collect::<Result<Vec<_>, _>>()?;
    let mut numbers = 1..;
    let places: Vec<String> = rows.iter().map(|_| place(&mut numbers, columns.len())).collect();
    let sql = AssertSqlSafe(format!("INSERT INTO {} ({}) VALUES {}", quoted(table)?, columns.join(", "), places.join(", ")));
    let mut query = sqlx::query(sql);
    for value in rows.iter().flat_map(Map::values) {
        query = match cell(value)? {
            Cell::Text(text) => query.bind(text),
            Cell::Integer(number) => query.bind(number),
            Cell::Double(number) => query.bind(number),
            Cell::Bytes(bytes) => query.bind(bytes),
        };
    }
    query.persistent(rows.len() == BATCH).execute(db).await.map_err(internal)?;
    Ok(())
}

/// `($1, $2, $3)`
fn place(numbers: &mut impl Iterator<Item = usize>, columns: usize) -> String {
    let numbers: Vec<String> = numbers.take(columns).map(|number| format!("${number}")).collect();
    format!("({})", numbers.join(", "))
}

/// A name of ours in quotes; anything else may be an attack by a backup file.
fn quoted(name: &str) -> Result<String, Fault> {
    let ours = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if ours { Ok(format!("\"{name}\"")) } else { Err(unreadable()) }
}

fn unreadable() -> Fault {
    Fault::field("file", "It holds something that no backup holds.")
}

fn cells(row: &AnyRow) -> Result<Cells, Fault> {
    let mut cells = Map::new();
    for column in row.columns() {
        let at = column.ordinal();
        let raw = row.try_get_raw(at).map_err(internal)?;
        if raw.is_null() {
            continue;
        }
        let value = match raw.type_info().kind() {
            AnyTypeInfoKind::Text => Value::from(row.try_get::<String, _>(at).map_err(internal)?),
            AnyTypeInfoKind::SmallInt | AnyTypeInfoKind::Integer | AnyTypeInfoKind::BigInt => Value::from(row.try_get::<i64, _>(at).map_err(internal)?),
            AnyTypeInfoKind::Double => json!({"double": row.try_get::<f64, _>(at).map_err(internal)?.to_string()}),
            AnyTypeInfoKind::Blob => json!({"base64": STANDARD.encode(row.try_get::<Vec<u8>, _>(at).map_err(internal)?)}),
            _ => {
                tracing::error!(column = column.name(), kind = raw.type_info().name(), "a column has a type that backups do not know");
                return Err(Fault::internal());
            }
        };
        cells.insert(column.name().to_owned(), value);
    }
    Ok(cells)
}

enum Cell<'v> {
    Text(&'v str),
    Integer(i64),
    Double(f64),
    Bytes(Vec<u8>),
}

fn cell(value: &Value) -> Result<Cell<'_>, Fault> {
    let found = match value {
        Value::String(text) => Some(Cell::Text(text)),
        Value::Number(number) => number.as_i64().map(Cell::Integer),
        Value::Object(map) => match map.iter().next() {
            Some((kind, Value::String(text))) if kind == "double" => text.parse().ok().map(Cell::Double),
            Some((kind, Value::String(text))) if kind == "base64" => STANDARD.decode(text).ok().map(Cell::Bytes),
            _ => None,
        },
        _ => None,
    };
    found.ok_or_else(unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_become_sql() {
        assert_eq!(quoted("prompt_tags").unwrap(), "\"prompt_tags\"");
        for bad in ["", "a\"b", "a b", "A", "a;--", "ü"] {
            assert!(quoted(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn every_row_gets_places_of_its_own() {
        let mut numbers = 1..;
        assert_eq!([place(&mut numbers, 2), place(&mut numbers, 2)], ["($1, $2)", "($3, $4)"]);
    }
}
