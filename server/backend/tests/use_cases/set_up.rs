//! The first start.

use std::sync::Arc;

use atelier_backend::{
    account::{self, SetUp},
    cx::{Actor, Cx},
    db::Database,
    local::LocalModel,
    studio::{Settings, Studio},
};
use atelier_domain::{account::Role, fault::Kind};

use crate::support::{PASSWORD, for_each_engine};

fn form() -> SetUp {
    SetUp { name: "Mara".into(), email: "Mara@Northwind.example".into(), password: PASSWORD.into(), project: "First".into(), ..SetUp::default() }
}

fn anonymous(studio: &Arc<Studio>) -> Cx {
    Cx::new(studio.clone(), Actor::Anonymous, "test")
}

#[tokio::test]
async fn the_first_user_is_administrator_and_owner_of_the_first_project() {
    for_each_engine(async |test| {
        let cx = test.anonymous();
        assert!(account::needs_setup(&cx).await.unwrap());
        let (user, project) = account::set_up(&cx, form(), true).await.unwrap();
        assert!(!account::needs_setup(&cx).await.unwrap());
        let Actor::User(mara) = test.cx_of(user).await.actor else { panic!() };
        assert!(mara.admin);
        assert_eq!((mara.email.as_str(), mara.role(project)), ("mara@northwind.example", Some(Role::Owner)));
        assert_eq!(account::set_up(&cx, form(), true).await.unwrap_err().kind, Kind::Conflict);
    })
    .await;
}

#[tokio::test]
async fn two_who_set_up_at_the_same_moment_make_one_administrator() {
    for_each_engine(async |test| {
        let cx = test.anonymous();
        let other = SetUp { email: "other@northwind.example".into(), project: "Second".into(), ..form() };
        let (one, two) = tokio::join!(account::set_up(&cx, form(), true), account::set_up(&cx, other, true));
        assert_eq!([one.is_ok(), two.is_ok()].into_iter().filter(|ok| *ok).count(), 1);
        assert_eq!(account::list_users(&test.operator()).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn from_another_machine_the_code_of_the_log_is_needed() {
    for_each_engine(async |test| {
        let cx = test.anonymous();
        let with = |code: Option<&str>| SetUp { code: code.map(str::to_owned), ..form() };
        assert!(account::set_up(&cx, with(Some("")), false).await.unwrap_err().of("code").is_some(), "before there is a code");
        let code = account::make_setup_code(&test.operator()).await.unwrap().unwrap();
        for wrong in [None, Some(""), Some("AAAA-BBBB-CCCC")] {
            assert!(account::set_up(&cx, with(wrong), false).await.unwrap_err().of("code").is_some(), "{wrong:?}");
        }
        account::set_up(&cx, with(Some(&code.to_lowercase())), false).await.unwrap();
        assert!(account::make_setup_code(&test.operator()).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn a_form_hears_of_every_field_at_once() {
    for_each_engine(async |test| {
        let fault = account::set_up(&test.anonymous(), SetUp::default(), false).await.unwrap_err();
        for field in ["name", "email", "password", "project", "code"] {
            assert!(fault.of(field).is_some(), "{field}: {:?}", fault.fields);
        }
    })
    .await;
}

#[tokio::test]
async fn a_set_up_studio_stays_so_in_the_next_process() {
    for_each_engine(async |test| {
        assert!(account::add_first_admin(&test.operator(), "ops@northwind.example", PASSWORD).await.unwrap().is_some());
        assert!(account::add_first_admin(&test.operator(), "ops2@northwind.example", PASSWORD).await.unwrap().is_none());
        let db = Database::open(test.studio.db.url()).await.unwrap();
        let next = Studio::new(db, LocalModel::start("no-weights".into(), 1), Settings::default()).unwrap();
        assert!(!account::needs_setup(&anonymous(&next)).await.unwrap());
        next.db.close().await;
    })
    .await;
}
