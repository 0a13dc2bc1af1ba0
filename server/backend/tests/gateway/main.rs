//! The provider layer against a fake upstream that speaks the real wire protocols, faults included.

// The lints know helpers of tests by this.
#![cfg(test)]

mod addresses;
mod answers;
mod cancel;
mod faults;
mod openapi;
mod retries;

use std::{sync::Arc, time::Duration};

use atelier_backend::gateway::{
    Adapter, Answer, Anthropic, Chat, Embed, Failure, Gemini, Http, OpenAi, Private, Provider, Remote, Retries, Role, Secret, Timeouts, Towards, Turn,
};
use atelier_upstream::Upstream;

const KEY: &str = "sk-test-0123456789abcdef";

fn adapters() -> [(&'static str, Arc<dyn Adapter>); 3] {
    [("openai", Arc::new(OpenAi::default())), ("anthropic", Arc::new(Anthropic)), ("gemini", Arc::new(Gemini))]
}

fn http(private: Private) -> Http {
    Http::new(private, Towards::Providers, Duration::from_secs(2)).unwrap()
}

/// Impatient, and never asking twice.
fn remote(adapter: Arc<dyn Adapter>, base_url: &str) -> Remote {
    let mut remote = Remote::new(adapter, Some(base_url), Some(Secret::new(KEY)), http(Private::Providers)).unwrap();
    remote.timeouts =
        Timeouts { first_byte: Duration::from_millis(1_000), idle: Duration::from_millis(1_500), whole: Duration::from_millis(2_500), ..Timeouts::default() };
    remote.retries = Retries::NONE;
    remote
}

fn chat(model: &str, text: &str) -> Chat {
    Chat { model: model.to_owned(), messages: vec![Turn::new(Role::System, "Be brief."), Turn::new(Role::User, text)], ..Chat::default() }
}

async fn ask(remote: &Remote, chat: Chat, stream: bool) -> Result<Answer, Failure> {
    remote.chat(chat, stream).await?.answer().await
}

async fn upstream() -> Upstream {
    Upstream::start().await.unwrap()
}
