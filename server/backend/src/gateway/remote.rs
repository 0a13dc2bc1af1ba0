//! A provider over the network: asks, asks again where that helps, and reads the answer as it comes.

mod answering;
mod reading;
mod retries;
mod url;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use atelier_domain::fault::Fault;
use bytes::Bytes;
use http::HeaderMap;
use reqwest::{Response, Url};
use tokio::time::{sleep, timeout, timeout_at};

use super::{
    adapter::{Adapter, ListedModel, Outgoing, Secret},
    chat::{Chat, Usage},
    faults::{self, Failure, Wait},
    http::{Call, Http, Timeouts},
};

pub use answering::{Answering, Piece, RAW_MAX};
use reading::{Deadlines, Reading};
pub use retries::Retries;

/// The most pages of models, and so a bound for a list that never ends.
const PAGES: usize = 50;

/// The most of an error's text that is read, in bytes, and for how long.
const ERROR_MAX: usize = 64 << 10;
const ERROR_WAIT: Duration = Duration::from_secs(5);

/// Whoever makes vectors of texts: over the network, or in this process.
#[async_trait]
pub trait Embed: Send + Sync {
    /// One vector for each input, by the embedder's own name of the model.
    ///
    /// # Errors
    /// Invalid for what it cannot do; otherwise what it, or the way there, says.
    async fn embed(&self, model: &str, inputs: Vec<String>) -> Result<(Vec<Vec<f32>>, Usage), Failure>;
}

/// Whoever answers over the network.
#[async_trait]
pub trait Provider: Embed {
    /// Asks. The answer may still fail while it comes.
    ///
    /// # Errors
    /// Invalid for what this provider cannot do; otherwise what it, or the way there, says.
    async fn chat(&self, chat: Chat, stream: bool) -> Result<Answering, Failure>;

    /// # Errors
    /// As for `chat`.
    async fn models(&self) -> Result<Vec<ListedModel>, Failure>;
}

/// A provider by its address.
#[derive(Clone)]
pub struct Remote {
    adapter: Arc<dyn Adapter>,
    base_url: Url,
    key: Option<Secret>,
    /// Secret as well: people put keys of proxies there.
    extra_headers: HeaderMap,
    http: Http,
    pub timeouts: Timeouts,
    pub retries: Retries,
}

/// An answer whose head is here.
struct Sent {
    response: Response,
    retries: u32,
    deadlines: Deadlines,
}

impl Remote {
    /// `base_url` is the provider's own where it is `None`.
    ///
    /// # Errors
    /// Invalid for what is no base URL.
    pub fn new(adapter: Arc<dyn Adapter>, base_url: Option<&str>, key: Option<Secret>, http: Http) -> Result<Self, Fault> {
        let base_url = url::base(base_url.unwrap_or(adapter.base_url()), adapter.base_url())?;
        let (timeouts, retries) = (Timeouts::default(), Retries::default());
        Ok(Self { adapter, base_url, key, extra_headers: HeaderMap::new(), http, timeouts, retries })
    }

    pub fn base_url(&self) -> &Url {
        &self.base_url
    }

    /// With headers of the user's own. They win over ours.
    #[must_use]
    pub fn with_headers(mut self, headers: HeaderMap) -> Self {
        self.extra_headers = headers;
        self
    }

    /// Sends until it is answered well, or asking again does not help.
    async fn send(&self, outgoing: Outgoing) -> Result<Sent, Failure> {
        let started = Instant::now();
        let call = self.call(outgoing)?;
        let mut waits = self.retries.waits();
        loop {
            let deadlines = Deadlines::new(started, Instant::now(), &self.timeouts);
            match self.once(call.clone(), deadlines).await {
                Ok(response) => return Ok(Sent { response, retries: waits.so_far(), deadlines }),
                Err(failure) => match waits.next(&failure, started.elapsed()) {
                    Some(wait) => sleep(wait).await,
                    None => return Err(Failure { retries: waits.so_far(), ..self.masked(failure) }),
                },
            }
        }
    }

    async fn once(&self, call: Call, deadlines: Deadlines) -> Result<Response, Failure> {
        let late = |_| Failure::from(self.late(deadlines, false));
        let response = timeout_at(deadlines.first_byte(), self.http.send(call)).await.map_err(late)??;
        if response.status().is_success() {
            return Ok(response);
        }
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        // An error's text is a bonus: without it the status has to do.
        let body = timeout(ERROR_WAIT, reading::at_most(response, ERROR_MAX)).await.unwrap_or_default();
        Err(self.adapter.fault(status, &headers, &body))
    }

    fn late(&self, deadlines: Deadlines, begun: bool) -> Fault {
        let (wait, allowed) = match (deadlines.is_over(), begun) {
            (true, _) => (Wait::Whole, self.timeouts.whole),
            (false, true) => (Wait::Idle, self.timeouts.idle),
            (false, false) => (Wait::FirstByte, self.timeouts.first_byte),
        };
        faults::timed_out(wait, allowed.as_secs_f32())
    }

    fn call(&self, outgoing: Outgoing) -> Result<Call, Fault> {
        let url = url::join(&self.base_url, &outgoing.path, &outgoing.query);
        let mut secrets = self.key.as_ref().map(|key| self.adapter.auth(key)).transpose()?.unwrap_or_default();
        let mut headers = outgoing.headers;
        for (name, value) in &self.extra_headers {
            headers.remove(name);
            let mut value = value.clone();
            value.set_sensitive(true);
            secrets.insert(name, value);
        }
        Ok(Call { method: outgoing.method, url, headers, secrets, body: outgoing.body })
    }

    /// Asks in the provider's own words.
    ///
    /// # Errors
    /// What it, or the way there, says.
    pub async fn forward(&self, body: Bytes, headers: HeaderMap, stream: bool) -> Result<Answering, Failure> {
        let mut outgoing = self.adapter.forward(body);
        outgoing.headers.extend(headers);
        let sent = self.send(outgoing).await?;
        Ok(Reading::new(self.clone(), sent).answering(stream))
    }

    /// Asks for vectors in OpenAI's own words; gives its answer as it came, and what it used where that is told.
    ///
    /// # Errors
    /// What it, or the way there, says.
    pub async fn forward_embeddings(&self, body: Bytes) -> Result<(Bytes, Option<Usage>), Failure> {
        #[derive(serde::Deserialize)]
        struct Told {
            usage: Option<Tokens>,
        }
        #[derive(serde::Deserialize)]
        struct Tokens {
            prompt_tokens: u64,
        }
        let answer = self.fetch(self.adapter.forward_embeddings(body)).await?;
        let told: Told = serde_json::from_slice(&answer).map_err(|_| faults::malformed("broken JSON"))?;
        Ok((answer, told.usage.map(|usage| Usage { input: usage.prompt_tokens, ..Usage::default() })))
    }

    fn masked(&self, failure: Failure) -> Failure {
        match &self.key {
            Some(key) => failure.without(key),
            None => failure,
        }
    }

    /// Sends, and reads the whole answer.
    async fn fetch(&self, outgoing: Outgoing) -> Result<Bytes, Failure> {
        let sent = self.send(outgoing).await?;
        let retries = sent.retries;
        let mut reading = Reading::new(self.clone(), sent);
        reading.whole().await.map_err(|failure| Failure { retries, ..failure })
    }
}

#[async_trait]
impl Provider for Remote {
    async fn chat(&self, chat: Chat, stream: bool) -> Result<Answering, Failure> {
        let sent = self.send(self.adapter.chat(&chat, stream)?).await?;
        Ok(Reading::new(self.clone(), sent).answering(stream))
    }

    async fn models(&self) -> Result<Vec<ListedModel>, Failure> {
        let mut models = Vec::new();
        let mut next: Option<String> = None;
        for _ in 0..PAGES {
            let body = self.fetch(self.adapter.models(next.as_deref())).await?;
            let page = self.adapter.read_models(&body).map_err(|failure| self.masked(failure))?;
            models.extend(page.models);
            next = page.next;
            if next.is_none() {
                return Ok(models);
            }
        }
        Ok(models)
    }
}

#[async_trait]
impl Embed for Remote {
    async fn embed(&self, model: &str, inputs: Vec<String>) -> Result<(Vec<Vec<f32>>, Usage), Failure> {
        let body = self.fetch(self.adapter.embed(model, &inputs)?).await?;
        let (vectors, usage) = self.adapter.read_embeddings(&body).map_err(|failure| self.masked(failure))?;
        if vectors.len() != inputs.len() {
            return Err(faults::malformed(format!("{} vectors for {} texts", vectors.len(), inputs.len())).into());
        }
        Ok((vectors, usage))
    }
}
