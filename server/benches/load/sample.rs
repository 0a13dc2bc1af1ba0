//! A studio to measure: one project, one published prompt, a key, a person.

use atelier_backend::{
    account,
    cx::Cx,
    db::Database,
    experiment,
    local::LocalModel,
    prompt,
    studio::{Settings, Studio},
};
use atelier_domain::account::{Role, Scope};
use serde_json::json;

use crate::server::Place;

pub const EMAIL: &str = "bench@northwind.example";
pub const PASSWORD: &str = "four plain words here";

pub struct Sample {
    /// The page of the project's prompts.
    pub list: String,
    pub page: String,
    pub key: String,
}

pub async fn make(place: &Place) -> Sample {
    let studio = Studio::new(Database::open(&place.database).await.unwrap(), LocalModel::start("none".into(), 1), Settings::default()).unwrap();
    let cx = Cx::operator(studio.clone());
    let project = account::add_project(&cx, "Northwind").await.unwrap();
    account::add_user(&cx, EMAIL, Some("Mara"), PASSWORD, false).await.unwrap();
    account::add_member(&cx, project, EMAIL, Role::Owner).await.unwrap();
    let (_, key) = account::add_key(&cx, project, "bench", &[Scope::Read, Scope::Gateway, Scope::Ingest]).await.unwrap();
    let new = serde_json::from_value(json!({"name": "support/reply", "type": "chat"})).unwrap();
    let id = prompt::create(&cx, project, new).await.unwrap().id;
    let system = "You answer customers of {{product}}. Be kind, be brief, and never promise what we cannot keep. ".repeat(12);
    for number in 1..=3 {
        let draft = json!({"messages": [{"role": "system", "content": system}, {"role": "user", "content": format!("{{{{question}}}} ({number})")}],
            "params": {"max_tokens": 200, "temperature": 0.8}});
        prompt::save_version(&cx, id, serde_json::from_value(draft).unwrap()).await.unwrap();
    }
    prompt::move_label(&cx, id, "production".parse().unwrap(), 2, None).await.unwrap();
    let variant = |key: &str, version: u32| json!({"key": key, "weight": 0.5, "prompt": "support/reply", "version": version});
    let definition = json!({"key": "greeting", "variants": [variant("control", 2), variant("b", 3)], "metrics": [{"name": "resolved"}]});
    let greeting = experiment::create_whole(&cx, project, serde_json::from_value(definition).unwrap()).await.unwrap();
    experiment::start(&cx, greeting.experiment.id, false).await.unwrap();
    studio.db.close().await;
    Sample { list: format!("/p/{project}/prompts"), page: format!("/p/{project}/prompts/{id}"), key }
}
