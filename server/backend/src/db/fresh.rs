//! For tests of the schema itself: addresses of databases that nobody has opened yet.

use std::path::PathBuf;

use sqlx::{AnyConnection, AssertSqlSafe, Connection};
use uuid::Uuid;

use super::Engine;

/// A place for files, which goes at the end.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Self {
        let path = std::env::temp_dir().join(format!("atelier-fresh-{}", Uuid::now_v7()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The engines that there are here; in CI both must be.
pub fn engines() -> Vec<Engine> {
    let postgres = std::env::var("TEST_DATABASE_URL").is_ok();
    assert!(postgres || std::env::var("CI").as_deref() != Ok("true"), "TEST_DATABASE_URL must be set in CI");
    if postgres { vec![Engine::Sqlite, Engine::Postgres] } else { vec![Engine::Sqlite] }
}

/// The address of an empty database. One on Postgres stays until its server goes.
pub async fn url(engine: Engine, folder: &Folder) -> String {
    let name = format!("atelier_fresh_{}", Uuid::now_v7().simple());
    if engine == Engine::Sqlite {
        return format!("sqlite://{}/{name}.db", folder.0.display());
    }
    sqlx::any::install_default_drivers();
    let server = std::env::var("TEST_DATABASE_URL").unwrap();
    let mut admin = AnyConnection::connect(&server).await.unwrap();
    sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut admin).await.unwrap();
    format!("{}/{name}", server.rsplit_once('/').unwrap().0)
}
