//! Texts as vectors, by a model's name: in this process, or by a provider.

use std::sync::Arc;

use async_trait::async_trait;
use atelier_domain::{
    cost::{Price, Usage},
    fault::Fault,
    id::ProjectId,
};

use super::{Embed, Failure};
use crate::{
    db::Db,
    local::embed::{Embedder, EmbeddingModel},
    provider::{catalogue, reach},
    store,
    studio::Studio,
};

#[async_trait]
impl Embed for Embedder {
    async fn embed(&self, model: &str, inputs: Vec<String>) -> Result<(Vec<Vec<f32>>, Usage), Failure> {
        let known = EmbeddingModel::named(model).ok_or_else(|| unknown(model))?;
        let embedded = Embedder::embed(self, known, inputs).await?;
        Ok((embedded.vectors, Usage { input: embedded.tokens, ..Usage::default() }))
    }
}

fn unknown(model: &str) -> Fault {
    let names = EmbeddingModel::ALL.map(EmbeddingModel::name).join(" and ");
    Fault::field("model", format!("No provider is set up for “{model}”. {names} run on this machine; an owner adds others in Settings, Providers."))
}

/// A model that makes vectors.
pub struct Embedding {
    by: Arc<dyn Embed>,
    /// The embedder's own name of it.
    model: String,
    /// `None` where no price is known; those of this machine are free.
    pub price: Option<Price>,
}

/// Finds who makes vectors as `model`.
///
/// # Errors
/// Invalid on `model` where nobody is named so.
pub async fn embedding(studio: &Studio, db: &mut Db, project: ProjectId, model: &str) -> Result<Embedding, Fault> {
    if EmbeddingModel::named(model).is_some() {
        return Ok(Embedding { by: Arc::new(studio.embedder.clone()), model: model.to_owned(), price: Some(Price::default()) });
    }
    let known = catalogue(db, project).await?;
    let (provider, own) = known.provider(model).ok_or_else(|| unknown(model))?;
    let price = known.entry(model).and_then(|entry| entry.price);
    let (provider, sealed) = store::provider::by_id(db, provider.id).await?.ok_or_else(Fault::internal)?;
    Ok(Embedding { by: Arc::new(reach(studio, &provider, &sealed)?), model: own.to_owned(), price })
}

impl Embedding {
    /// One vector for each input.
    ///
    /// # Errors
    /// As [`Embed::embed`].
    pub async fn embed(&self, inputs: Vec<String>) -> Result<(Vec<Vec<f32>>, Usage), Failure> {
        self.by.embed(&self.model, inputs).await
    }
}
