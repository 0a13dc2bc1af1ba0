//! Statements whose conditions depend on what is asked for.

use atelier_domain::fault::Fault;
use sqlx::any::AnyRow;

use crate::db::{Db, internal};

pub enum Bound {
    Text(String),
    Number(i64),
}

/// A statement put together from fixed parts; values are always bound.
pub struct Sql {
    pub text: String,
    bound: Vec<Bound>,
}

impl Sql {
    pub fn new(head: &'static str) -> Self {
        Self { text: head.to_owned(), bound: Vec::new() }
    }

    pub fn place(&mut self, value: Bound) {
        self.bound.push(value);
        self.text.push('$');
        self.text.push_str(&self.bound.len().to_string());
    }

    pub fn number(&mut self, value: i64) {
        self.place(Bound::Number(value));
    }

    /// One more condition. `idle` ones find nothing by an index of their own (SQLite, whose planner does not count).
    pub fn and(&mut self, idle: bool, column: &'static str, compares: &'static str, value: Option<Bound>) {
        if let Some(value) = value {
            self.text.push_str(if idle { " AND +" } else { " AND " });
            self.text.push_str(column);
            self.text.push_str(compares);
            self.place(value);
        }
    }

    pub async fn fetch(self, db: &mut Db) -> Result<Vec<AnyRow>, Fault> {
        let mut query = sqlx::query(sqlx::AssertSqlSafe(self.text));
        for value in self.bound {
            query = match value {
                Bound::Text(text) => query.bind(text),
                Bound::Number(number) => query.bind(number),
            };
        }
        query.fetch_all(db).await.map_err(internal)
    }
}
