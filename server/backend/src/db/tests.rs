//! The schema on its way up: every landed one opens, a newer one is refused, an older file is copied.

use std::{borrow::Cow, collections::BTreeMap, fs, path::PathBuf};

use sqlx::{
    SqlSafeStr,
    migrate::{Migration, MigrationType},
};

use super::*;
use crate::backup;

/// Where migrations and their fixtures stand.
fn migrations() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../migrations")
}

fn migrator(engine: Engine) -> &'static Migrator {
    if engine == Engine::Sqlite { &SQLITE } else { &POSTGRES }
}

/// Ours and one more, as the next release may have it.
pub fn next_release(engine: Engine) -> Migrator {
    let mut migrations = migrator(engine).migrations.to_vec();
    let version = Database::newest_schema() + 1;
    migrations.push(Migration::new(version, "next".into(), MigrationType::Simple, "ALTER TABLE users ADD COLUMN nickname TEXT".into_sql_str(), false));
    Migrator { migrations: Cow::Owned(migrations), ..Migrator::DEFAULT }
}

/// Ours as they were when `schema` was the newest.
fn up_to(engine: Engine, schema: i64) -> Migrator {
    let migrations = migrator(engine).iter().filter(|migration| migration.version <= schema).cloned().collect();
    Migrator { migrations: Cow::Owned(migrations), ..Migrator::DEFAULT }
}

fn checksums() -> BTreeMap<String, String> {
    let of = |engine: &str, migrator: &Migrator| {
        let named = |one: &Migration| (format!("{engine}/{}", one.version), atelier_domain::canonical::hex(&one.checksum[..16]));
        migrator.iter().map(named).collect::<Vec<_>>()
    };
    of("sqlite", &SQLITE).into_iter().chain(of("postgres", &POSTGRES)).collect()
}

/// Keeps a backup as the fixture of today's schema, and what every migration is like today.
pub fn write_fixture(made: &Path) {
    let fixtures = migrations().join("fixtures");
    fs::copy(made, fixtures.join(format!("{}.jsonl", Database::newest_schema()))).unwrap();
    let lines = checksums().into_iter().map(|(name, checksum)| format!("{name} {checksum}\n")).collect::<String>();
    fs::write(fixtures.join("checksums.txt"), lines).unwrap();
}

async fn number(database: &Database, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&mut *database.read().await.unwrap()).await.unwrap()
}

#[test]
fn both_engines_have_the_same_migrations() {
    let names = |migrator: &Migrator| migrator.iter().map(|one| (one.version, one.description.clone())).collect::<Vec<_>>();
    assert_eq!(names(&SQLITE), names(&POSTGRES));
}

#[test]
fn a_landed_migration_never_changes() {
    let kept = fs::read_to_string(migrations().join("fixtures/checksums.txt")).unwrap();
    let now = checksums();
    for (name, checksum) in kept.lines().filter_map(|line| line.split_once(' ')) {
        assert_eq!(now.get(name).map(String::as_str), Some(checksum), "{name}: write a new migration instead");
    }
}

#[tokio::test]
async fn every_landed_schema_is_brought_up_to_date_with_its_rows() {
    let folder = fresh::Folder::new();
    for engine in fresh::engines() {
        for migration in migrator(engine).iter() {
            let fixture = migrations().join(format!("fixtures/{}.jsonl", migration.version));
            assert!(fixture.exists(), "{}: see migrations/README.md", fixture.display());
            let url = fresh::url(engine, &folder).await;
            let old = Database::connect(&url).await.unwrap();
            let rows = backup::fill(&old, &up_to(engine, migration.version), &fixture).await.unwrap();
            assert!(rows > 20);
            old.close().await;
            let now = Database::open(&url).await.unwrap();
            assert_eq!(now.schema().await, Some(Database::newest_schema()));
            assert!(number(&now, "SELECT COUNT(*) FROM versions").await > 0);
            now.close().await;
        }
    }
}

#[tokio::test]
async fn an_older_file_is_copied_before_it_is_changed() {
    let folder = fresh::Folder::new();
    for engine in fresh::engines() {
        let url = fresh::url(engine, &folder).await;
        let database = Database::open(&url).await.unwrap();
        database.migrate(&next_release(engine)).await.unwrap();
        assert_eq!(number(&database, "SELECT COUNT(nickname) FROM users").await, 0, "the new column is there");
        database.close().await;
        if engine == Engine::Sqlite {
            let copy = Database::connect(&format!("{url}.before-{}", Database::newest_schema() + 1)).await.unwrap();
            assert_eq!(copy.schema().await, Some(Database::newest_schema()));
            copy.close().await;
        }
    }
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused_and_left_alone() {
    let folder = fresh::Folder::new();
    for engine in fresh::engines() {
        let url = fresh::url(engine, &folder).await;
        let newer = Database::open(&url).await.unwrap();
        newer.migrate(&next_release(engine)).await.unwrap();
        let files = || fs::read_dir(&folder.0).unwrap().count();
        newer.close().await;
        let before = files();
        let refusal = Database::open(&url).await.unwrap_err();
        assert!(refusal.contains("newer version of Atelier"), "{refusal}");
        assert_eq!(files(), before);
    }
}

#[tokio::test]
async fn an_address_that_cannot_be_opened_is_said_in_a_sentence() {
    for url in ["sqlite:///nowhere/at/all/atelier.db", "postgres://nobody@127.0.0.1:1/none"] {
        let refusal = Database::open(url).await.unwrap_err();
        assert!(refusal.starts_with("DATABASE_URL: the database cannot be opened"), "{refusal}");
    }
}
