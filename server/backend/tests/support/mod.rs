//! A studio on a real database, for tests: SQLite in a folder of its own, and Postgres where `TEST_DATABASE_URL` says.

use std::{path::PathBuf, sync::Arc};

use atelier_backend::{
    account,
    cx::{Actor, Cx},
    db::Database,
    local::LocalModel,
    studio::{Settings, Studio},
};
use atelier_domain::{
    account::{Role, Scope},
    id::{ProjectId, UserId},
};
use sqlx::{AnyConnection, Connection};
use uuid::Uuid;

pub const PASSWORD: &str = "four plain words here";

pub struct TestStudio {
    pub studio: Arc<Studio>,
    /// "Northwind": everybody that a builder makes is in it.
    pub project: ProjectId,
    /// Another one, in which nobody is.
    pub elsewhere: ProjectId,
    folder: PathBuf,
}

/// Runs a test on each engine. Without Postgres it says so; in CI that is a failure.
pub async fn for_each_engine(test: impl AsyncFn(&TestStudio)) {
    let folder = std::env::temp_dir().join(format!("atelier-test-{}", Uuid::now_v7()));
    std::fs::create_dir_all(&folder).unwrap();
    TestStudio::run(&format!("sqlite://{}/atelier.db", folder.display()), folder, &test).await;

    let Ok(server) = std::env::var("TEST_DATABASE_URL") else {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "TEST_DATABASE_URL must be set in CI");
        println!("TEST_DATABASE_URL is not set: not tested on Postgres");
        return;
    };
    sqlx::any::install_default_drivers();
    let name = format!("atelier_test_{}", Uuid::now_v7().simple());
    let (base, _) = server.rsplit_once('/').unwrap();
    let mut admin = AnyConnection::connect(&server).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut admin).await.unwrap();
    TestStudio::run(&format!("{base}/{name}"), std::env::temp_dir().join(&name), &test).await;
    sqlx::query(sqlx::AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"))).execute(&mut admin).await.unwrap();
}

impl TestStudio {
    async fn run(url: &str, folder: PathBuf, test: &impl AsyncFn(&Self)) {
        let studio = Self::open(url, folder).await;
        test(&studio).await;
        studio.studio.db.close().await;
    }

    async fn open(url: &str, folder: PathBuf) -> Self {
        let settings = Settings { url: "https://atelier.example".to_owned(), data: folder.clone(), ..Settings::default() };
        let studio = Studio::new(Database::open(url).await.unwrap(), LocalModel::start(folder.join("no-weights"), 1), settings).unwrap();
        let operator = Cx::operator(studio.clone());
        let project = account::add_project(&operator, "Northwind").await.unwrap();
        let elsewhere = account::add_project(&operator, "Elsewhere").await.unwrap();
        Self { studio, project, elsewhere, folder }
    }

    /// Another process on the same database.
    pub async fn another(&self) -> Arc<Studio> {
        let settings = Settings { data: self.folder.join("other"), ..self.studio.settings.clone() };
        Studio::new(Database::open(self.studio.db.url()).await.unwrap(), LocalModel::absent(), settings).unwrap()
    }

    pub fn operator(&self) -> Cx {
        Cx::operator(self.studio.clone())
    }

    pub fn anonymous(&self) -> Cx {
        Cx::new(self.studio.clone(), Actor::Anonymous, "test")
    }

    /// Adds a user who is in no project.
    pub async fn user(&self, email: &str) -> UserId {
        account::add_user(&self.operator(), email, None, PASSWORD, false).await.unwrap()
    }

    /// As a session would know them now.
    pub async fn cx_of(&self, user: UserId) -> Cx {
        let user = account::load_user(&self.studio, user).await.unwrap().unwrap();
        Cx::new(self.studio.clone(), Actor::User(Arc::new(user)), "test")
    }

    /// A new member of the project.
    pub async fn cx_as(&self, role: Role) -> Cx {
        let email = format!("{}-{}@northwind.example", role.as_str(), Uuid::now_v7().simple());
        let user = self.user(&email).await;
        account::add_member(&self.operator(), self.project, &email, role).await.unwrap();
        self.cx_of(user).await
    }

    /// A program with a new key of the project.
    pub async fn cx_key(&self, scopes: &[Scope]) -> Cx {
        let (_, secret) = account::add_key(&self.operator(), self.project, "test", scopes).await.unwrap();
        let grant = account::verify_key(&self.studio, &secret).await.unwrap();
        Cx::new(self.studio.clone(), Actor::Key(grant), "test")
    }
}

impl Drop for TestStudio {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
