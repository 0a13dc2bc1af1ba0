//! What tests of prompts make, and how they look into the database past the doors.

use atelier_backend::{
    cx::Cx,
    prompt::{self, Saved},
};
use atelier_domain::prompt::{Body, Draft, Message, MessageRole, NewPrompt, Prompt, PromptType, Version};
use sqlx::{AnyConnection, Connection};

use crate::support::TestStudio;

pub fn new(name: &str) -> NewPrompt {
    NewPrompt { name: name.into(), prompt_type: PromptType::Chat, description: String::new(), tags: Vec::new() }
}

/// A chat of one system message.
pub fn draft(content: &str) -> Draft {
    Draft::new(Body::Messages(vec![Message::new(MessageRole::System, content)]))
}

pub async fn prompt(test: &TestStudio, name: &str) -> Prompt {
    prompt::create(&test.operator(), test.project, new(name)).await.unwrap()
}

/// A prompt with one version for each of `contents`.
pub async fn prompt_of(test: &TestStudio, name: &str, contents: &[&str]) -> Prompt {
    let mut prompt = prompt(test, name).await;
    for content in contents {
        prompt = save(&test.operator(), &prompt, content).await.prompt;
    }
    prompt
}

pub async fn save(cx: &Cx, prompt: &Prompt, content: &str) -> Saved {
    prompt::save_version(cx, prompt.id, draft(content)).await.unwrap()
}

/// The first message's text.
pub fn text(body: &Body) -> &str {
    body.texts()[0].1
}

pub fn pins(version: &Version) -> Vec<(String, u32)> {
    version.includes.iter().map(|pin| (pin.include.to_string(), pin.version)).collect()
}

/// One number, by SQL.
pub async fn count(test: &TestStudio, sql: &'static str) -> i64 {
    let mut db = AnyConnection::connect(test.studio.db.url()).await.unwrap();
    let count = sqlx::query_scalar(sql).fetch_one(&mut db).await.unwrap();
    db.close().await.unwrap();
    count
}
