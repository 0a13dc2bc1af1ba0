//! There and back, between both engines, whole or not at all.

use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf, sync::Arc};

use atelier_domain::{
    account::{Action, KeyLimits, Role, Scope},
    budget::BudgetForm,
    cost::{ModelEntry, Nanos},
    feedback::{ScoreSource, Target},
    gateway::GatewaySettings,
    grid::GridForm,
    id::{ProjectId, PromptId},
    playground::Setting,
    prompt::Draft,
    provider::{ProviderForm, ProviderKind},
    request::{Exchange, Facts, Record},
};
use serde_json::json;

use super::*;
use crate::{
    account, budget, case,
    cx::{Actor, KeyGrant},
    db::{Engine, fresh},
    experiment, grid, journal,
    local::LocalModel,
    playground, prompt, provider, score, session,
    studio::{Settings, Studio},
    traffic,
};

const PASSWORD: &str = "four plain words here";

fn draft(text: &str) -> Draft {
    serde_json::from_value(json!({"messages": [{"role": "system", "content": text}]})).unwrap()
}

pub(crate) async fn studio(url: &str) -> Arc<Studio> {
    // Its journal.
    let data = std::env::temp_dir().join(format!("atelier-backup-{}", uuid::Uuid::now_v7()));
    Studio::new(Database::open(url).await.unwrap(), LocalModel::start("no-weights".into(), 1), Settings { data, ..Settings::default() }).unwrap()
}

async fn prompt_in(cx: &Cx, project: ProjectId, name: &str, contents: &[&str]) -> PromptId {
    let new = serde_json::from_value(json!({"name": name, "type": "chat", "description": "“Ünï” 😀\n", "tags": ["a", "b"]})).unwrap();
    let id = prompt::create(cx, project, new).await.unwrap().id;
    for content in contents {
        prompt::save_version(cx, id, draft(content)).await.unwrap();
    }
    id
}

/// An experiment of which something was counted, and something waits.
async fn experimented(cx: &Cx, project: ProjectId) {
    let variant = |key: &str, version: u32| json!({"key": key, "weight": 0.5, "prompt": "support/reply", "version": version});
    let definition = json!({"key": "greeting", "variants": [variant("a", 1), variant("b", 2)], "metrics": [{"name": "resolved"}]});
    let definition = serde_json::from_value(definition).unwrap();
    let found = experiment::create_whole(cx, project, definition).await.unwrap();
    experiment::start(cx, found.experiment.id, false).await.unwrap();
    let (scopes, actor) = (vec![Scope::Ingest], cx.new_id());
    let key = KeyGrant { id: actor, project, name: "ci".into(), scopes, limits: KeyLimits::default() };
    let key = Cx::new(cx.studio.clone(), Actor::Key(Arc::new(key)), "test");
    for (unit, waits) in [("mara", false), ("jon", true)] {
        let asked = experiment::Asked { unit: unit.into(), ..experiment::Asked::default() };
        experiment::assign(&key, Action::Ingest, project, "greeting", asked).await.unwrap();
        journal::drain(&cx.studio).await.unwrap();
        let outcome =
            experiment::Outcome { id: Some(unit.into()), experiment: "greeting".into(), unit: unit.into(), metric: "resolved".into(), value: 1.0, at: None };
        experiment::take(&key, project, vec![outcome], |_, name| name.to_owned()).await.unwrap();
        if !waits {
            experiment::results(cx, found.experiment.id).await.unwrap();
        }
    }
    score::define(cx, project, "helpful", serde_json::from_value(json!({"kind": "yes_no"})).unwrap()).await.unwrap();
    let target = Target::Trace { trace: "t".into(), span: None };
    let thumb = score::NewScore { id: Some("thumb".into()), target, name: "helpful".into(), value: json!(true), comment: None, source: ScoreSource::User };
    score::take(&key, project, vec![thumb], |_, name| name.to_owned()).await.unwrap();
}

/// A row in each table, where a test without a model can have one.
pub(crate) async fn furnish(cx: &Cx) {
    let (owner, project) = {
        let form = account::SetUp {
            name: "Mara".into(),
            email: "mara@x.example".into(),
            password: PASSWORD.into(),
            project: "Northwind".into(),
            ..account::SetUp::default()
        };
        account::set_up(&Cx::new(cx.studio.clone(), Actor::Anonymous, "test"), form, true).await.unwrap()
    };
    account::invite(cx, project, "new@x.example", Role::Viewer).await.unwrap();
    let (key, _) = account::add_key(cx, project, "ci", &[Scope::Read]).await.unwrap();
    prompt_in(cx, project, "tone", &["Be {{mood}}."]).await;
    let reply = prompt_in(cx, project, "support/reply", &["{{> tone}} one", "{{> tone}} two"]).await;
    prompt::move_label(cx, reply, "production".parse().unwrap(), 2, None).await.unwrap();
    let gone = prompt_in(cx, project, "gone", &["x"]).await;
    prompt::archive(cx, gone, true).await.unwrap();
    crate::idempotency::begin(cx, project, "key", "hash").await.unwrap();
    let mara = account::load_user(&cx.studio, owner).await.unwrap().unwrap();
    let mara = Cx::new(cx.studio.clone(), Actor::User(Arc::new(mara)), "test");
    prompt::restore(&mara, reply, 1).await.unwrap();
    let form = ProviderForm { key: Some("sk-canary".into()), ..ProviderForm::default() };
    provider::put(cx, project, &"openai".parse().unwrap(), ProviderKind::Openai, form).await.unwrap();
    provider::put_price(cx, project, ModelEntry { name: "openai/x".into(), ..ModelEntry::default() }).await.unwrap();
    playground::keep_mock(cx, reply, "find", "{}").await.unwrap();
    let file = serde_json::from_value(json!({
        "name": "mine", "path": "/srv/mine.gguf", "updated_by": "Mara", "updated_at": "2026-11-23T00:00:00Z",
        "facts": {"architecture": "llama", "title": "", "context": 8192, "bytes": 1, "quantisation": "Q8_0"},
    }));
    let mut tx = cx.studio.db.begin().await.unwrap();
    crate::store::model::put(&mut tx, &file.unwrap()).await.unwrap();
    tx.commit().await.unwrap();
    case::import(cx, reply, "mood,expected\nkind,Hello.\ngrim,\n").await.unwrap();
    let form = GridForm { columns: Setting::read_all("1;2"), concurrency: 2, budget: Nanos(1_000_000_000) };
    grid::start(&mara, reply, form).await.unwrap();
    let facts = Facts { id: cx.new_id(), project, at: cx.now(), tags: vec!["a".into()], cost: Some(Nanos(7)), ..Facts::default() };
    budget::put(cx, project, "all", BudgetForm { limit: Nanos(9), warn_at: 80, ..BudgetForm::default() }).await.unwrap();
    traffic::put_settings(cx, project, GatewaySettings::default()).await.unwrap();
    experimented(cx, project).await;
    cx.studio.journal.append(&Record { facts, asked: "x".into(), exchange: Some(Exchange::default()) });
    journal::drain(&cx.studio).await.unwrap();
    let mut tx = cx.studio.db.begin().await.unwrap();
    crate::store::pulls::add(&mut tx, reply, key.id, "production", 20_000, 3, cx.now()).await.unwrap();
    let run = uuid::Uuid::now_v7();
    sqlx::query(
        "INSERT INTO runs (id, project_id, prompt_id, version, model, variables, messages, params, state, output, started_by, started_at) \
         VALUES ($1, $2, $3, 2, 'local/x', '{}', '[]', '{}', 'done', 'Hello.', 'Mara', 1)",
    )
    .bind(run.to_string())
    .bind(project.to_string())
    .bind(reply.to_string())
    .execute(&mut *tx)
    .await
    .unwrap();
    sqlx::query("INSERT INTO run_details (run_id, template, price, answer) VALUES ($1, '{\"text\": \"x\"}', NULL, 'data: {}')")
        .bind(run.to_string())
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let expires_at = cx.now().plus_seconds(60);
    session::create(&cx.studio, &session::Stored { id: "s".into(), user: Some(owner), data: "{}".into(), expires_at }).await.unwrap();
}

/// The rows of a backup, sorted: their order within a table is the database's own.
fn rows(file: &Path) -> Vec<String> {
    let mut rows: Vec<_> = fs::read_to_string(file).unwrap().lines().skip(1).map(str::to_owned).collect();
    rows.sort();
    rows
}

struct Place {
    folder: fresh::Folder,
}

impl Place {
    fn new() -> Self {
        Self { folder: fresh::Folder::new() }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.0.join(name)
    }

    async fn url(&self, engine: Engine) -> String {
        fresh::url(engine, &self.folder).await
    }

    /// A backup of a furnished studio.
    async fn furnished(&self, engine: Engine) -> PathBuf {
        let file = self.file(&format!("{engine:?}.backup"));
        let studio = studio(&self.url(engine).await).await;
        let cx = Cx::operator(studio.clone());
        furnish(&cx).await;
        backup(&cx, &file).await.unwrap();
        studio.db.close().await;
        file
    }
}

#[tokio::test]
async fn a_studio_moves_between_the_engines_and_back() {
    let place = Place::new();
    for from in fresh::engines() {
        let file = place.furnished(from).await;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        for to in fresh::engines() {
            let url = place.url(to).await;
            let count = restore(&url, &file).await.unwrap();
            let studio = studio(&url).await;
            let cx = Cx::operator(studio.clone());
            let again = place.file("again.backup");
            assert_eq!(backup(&cx, &again).await.unwrap(), count);
            assert_eq!(rows(&again), rows(&file), "{from:?} to {to:?}");
            for table in KEPT {
                assert!(rows(&again).iter().any(|row| row.contains(&format!("\"table\":\"{table}\""))), "{table} was tried");
            }
            let anonymous = Cx::new(studio.clone(), Actor::Anonymous, "test");
            account::sign_in(&anonymous, "mara@x.example", PASSWORD, "127.0.0.1").await.unwrap();
            assert!(session::load(&studio, "s").await.unwrap().is_none(), "nobody is signed in by a restore");
            let project = account::project_named(&cx, "Northwind").await.unwrap().id;
            prompt_in(&cx, project, "written after", &["x"]).await;
            studio.db.close().await;
        }
    }
}

#[tokio::test]
async fn a_backup_knows_every_table_after_those_that_it_refers_to() {
    let place = Place::new();
    for engine in fresh::engines() {
        let database = Database::open(&place.url(engine).await).await.unwrap();
        let mut db = database.read().await.unwrap();
        let mut known: Vec<_> = KEPT.iter().chain(&LEFT_OUT).chain([&MIGRATIONS]).map(|table| (*table).to_owned()).collect();
        known.sort();
        let mut there = store::tables(&mut db, engine).await.unwrap();
        there.sort();
        assert_eq!(there, known, "{engine:?}: list a new table in store/backup.rs");
        drop(db);
        database.close().await;
    }
}

#[tokio::test]
async fn a_file_that_is_cut_off_or_changed_leaves_the_database_as_it_was() {
    let place = Place::new();
    for engine in fresh::engines() {
        let whole = fs::read_to_string(place.furnished(engine).await).unwrap();
        let lines: Vec<&str> = whole.lines().collect();
        let without_a_row = lines.iter().enumerate().filter(|(at, _)| *at != 5).map(|(_, line)| format!("{line}\n")).collect::<String>();
        let last = lines[lines.len() - 1];
        let bad = [
            (whole[..whole.len() / 2].to_owned(), "cut off"),
            (whole[..whole.len() - 1].to_owned(), "cut off"),
            (format!("{}\n", lines[..lines.len() - 1].join("\n")), "cut off"),
            (without_a_row, ""),
            (whole.replacen("\"schema\":", "\"schema\":9", 1), "newer version"),
            (String::new(), "no backup"),
            ("{\"a\": 1}\n".to_owned(), "no backup"),
            ("SQLite format 3\0".to_owned(), ""),
            (whole.replace(last, "{\"table\":\"_sqlx_migrations\",\"row\":{\"version\":1}}"), "no backup"),
            (whole.replace("\"table\":\"users\",\"row\":{", "\"table\":\"users\",\"row\":{\"a\\\" b\":1,"), "no backup"),
        ];
        let url = place.url(engine).await;
        for (text, said) in bad {
            let file = place.file("bad.backup");
            fs::write(&file, &text).unwrap();
            let refusal = restore(&url, &file).await.unwrap_err();
            assert!(refusal.contains(said), "{said}: {refusal}");
            let database = Database::connect(&url).await.unwrap();
            assert_eq!(database.schema().await, None, "not even a schema: {refusal}");
            database.close().await;
        }
        assert!(restore(&url, &place.file("missing.backup")).await.unwrap_err().contains("cannot be read"));
        restore(&url, &place.furnished(engine).await).await.unwrap();
    }
}

#[tokio::test]
async fn only_an_empty_database_is_filled() {
    let place = Place::new();
    for engine in fresh::engines() {
        let file = place.furnished(engine).await;
        let url = place.url(engine).await;
        studio(&url).await.db.close().await;
        restore(&url, &file).await.unwrap();
        let refusal = restore(&url, &file).await.unwrap_err();
        assert!(refusal.contains("not empty"), "{refusal}");
    }
}

#[tokio::test]
async fn a_backup_of_an_older_schema_is_brought_up_to_date() {
    let place = Place::new();
    for engine in fresh::engines() {
        let file = place.furnished(engine).await;
        let next = crate::db::tests::next_release(engine);
        for opened_before in [false, true] {
            let url = place.url(engine).await;
            let database = Database::connect(&url).await.unwrap();
            if opened_before {
                database.migrate(&next).await.unwrap();
            }
            fill(&database, &next, &file).await.unwrap();
            assert_eq!(database.schema().await, Some(Database::newest_schema() + 1));
            database.close().await;
        }
    }
}

#[tokio::test]
async fn a_backup_while_others_write_shows_one_moment() {
    let place = Place::new();
    for engine in fresh::engines() {
        let studio = studio(&place.url(engine).await).await;
        let cx = Cx::operator(studio.clone());
        let project = account::add_project(&cx, "P").await.unwrap();
        let ids = [prompt_in(&cx, project, "a", &["0"]).await, prompt_in(&cx, project, "b", &["0"]).await];
        let writing = ids.map(|id| {
            let cx = cx.clone();
            tokio::spawn(async move {
                for n in 1..10_000_u32 {
                    let number = prompt::save_version(&cx, id, draft(&n.to_string())).await.unwrap().version.number;
                    prompt::move_label(&cx, id, "production".parse().unwrap(), number, None).await.unwrap();
                }
            })
        });
        for round in 0..5 {
            let file = place.file("busy.backup");
            backup(&cx, &file).await.unwrap();
            let url = place.url(engine).await;
            restore(&url, &file).await.unwrap();
            let then = Database::open(&url).await.unwrap();
            let broken: i64 = sqlx::query_scalar(
                "SELECT COUNT(*) FROM prompts p WHERE latest <> (SELECT MAX(number) FROM versions v WHERE v.prompt_id = p.id) \
                 OR latest <> (SELECT COUNT(*) FROM versions v WHERE v.prompt_id = p.id)",
            )
            .fetch_one(&mut *then.read().await.unwrap())
            .await
            .unwrap();
            assert_eq!(broken, 0, "round {round}");
            then.close().await;
        }
        writing.iter().for_each(tokio::task::JoinHandle::abort);
        assert!(!fs::read_dir(&place.folder.0).unwrap().any(|entry| entry.unwrap().file_name().to_string_lossy().ends_with(".part")));
    }
}

#[tokio::test]
async fn a_backup_is_the_operators_business_and_its_file_must_be_writable() {
    let place = Place::new();
    let studio = studio(&place.url(Engine::Sqlite).await).await;
    let anonymous = Cx::new(studio.clone(), Actor::Anonymous, "test");
    assert!(backup(&anonymous, &place.file("x")).await.is_err());
    let refusal = backup(&Cx::operator(studio), &place.file("no/such/folder")).await.unwrap_err();
    assert!(refusal.contains("cannot be written"), "{refusal}");
}

/// `cargo test --release -p atelier-backend --lib -- --ignored writes_the_fixture`, once for each schema that lands.
#[tokio::test]
#[ignore = "it writes into migrations/fixtures"]
async fn writes_the_fixture_of_the_newest_schema() {
    let place = Place::new();
    let made = place.furnished(Engine::Sqlite).await;
    crate::db::tests::write_fixture(&made);
}
