//! Models of this machine by file: who adds them, and what hears of it.

use std::{fs, path::Path};

use atelier_backend::{cx::Actor, cx::Cx, model, provider, run};
use atelier_domain::{account::Role, fault::Kind, model_file::FileName};

use crate::{
    make,
    support::{TestStudio, for_each_engine},
};

fn weights() -> Option<String> {
    let folder = std::env::var("ATELIER_MODELS").unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../models").to_owned());
    let file = Path::new(&folder).join("smollm2-135m-instruct.gguf");
    if file.exists() {
        return Some(fs::canonicalize(file).unwrap().to_string_lossy().into_owned());
    }
    assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "the weights are missing: run `make models`");
    println!("skipped: the weights are missing; run `make models`");
    None
}

async fn admin(test: &TestStudio) -> Cx {
    let id = atelier_backend::account::add_user(&test.operator(), "admin@northwind.example", None, crate::support::PASSWORD, true).await.unwrap();
    let user = atelier_backend::account::load_user(&test.studio, id).await.unwrap().unwrap();
    Cx::new(test.studio.clone(), Actor::User(user.into()), "test")
}

#[tokio::test]
async fn an_administrator_adds_a_file_and_prompts_can_name_it() {
    let Some(path) = weights() else { return };
    for_each_engine(async |test| {
        let (admin, editor) = (admin(test).await, test.cx_as(Role::Editor).await);
        let name: FileName = "mine".parse().unwrap();
        let added = model::put(&admin, &name, &path).await.unwrap();
        assert_eq!((added.facts.architecture.as_str(), added.facts.context, added.updated_by.clone()), ("llama", 8_192, admin.actor.name()));
        assert_eq!(model::list(&admin).await.unwrap(), [added]);
        let models = provider::models(&editor, test.project).await.unwrap();
        assert!(models.iter().any(|model| model.name == "local/mine" && model.window == 8_192), "{models:?}");
        model::remove(&admin, &name).await.unwrap();
        assert_eq!(model::remove(&admin, &name).await.unwrap_err().kind, Kind::NotFound);
        let prompt = make::prompt_of(test, "p", &["x"]).await;
        let ask = run::Ask { model: Some("local/mine".to_owned()), ..run::Ask::of(atelier_domain::prompt::Selector::Latest, [].into()) };
        let fault = run::start(&editor, prompt.id, ask, run::Through::Studio).await.unwrap_err();
        assert!(fault.of("model").is_some_and(|detail| detail.contains("administrator")), "{fault}");
    })
    .await;
}

#[tokio::test]
async fn what_is_no_model_is_refused_with_a_sentence_and_to_others_nothing_is_told() {
    for_each_engine(async |test| {
        let (admin, name) = (admin(test).await, "mine".parse::<FileName>().unwrap());
        let folder = std::env::temp_dir().join(format!("atelier-model-{}", uuid::Uuid::now_v7()));
        fs::create_dir_all(&folder).unwrap();
        let text = folder.join("notes.gguf");
        fs::write(&text, "not a model").unwrap();
        for path in ["models/x.gguf", "/nowhere/x.gguf", text.to_str().unwrap(), folder.to_str().unwrap()] {
            let fault = model::put(&admin, &name, path).await.unwrap_err();
            assert!(fault.of("path").is_some(), "{path}: {fault}");
        }
        let owner = test.cx_as(Role::Owner).await;
        assert_eq!(model::put(&owner, &name, text.to_str().unwrap()).await.unwrap_err().kind, Kind::Denied);
        assert_eq!(model::list(&owner).await.unwrap_err().kind, Kind::Denied);
        assert_eq!(model::remove(&owner, &name).await.unwrap_err().kind, Kind::Denied);
        fs::remove_dir_all(&folder).unwrap();
    })
    .await;
}
