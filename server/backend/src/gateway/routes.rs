//! What calls through the gateway find in memory: a project's models with the way to each, and what it keeps.

use std::{collections::HashMap, path::Path, sync::Arc};

use atelier_domain::{
    completion::LOCAL_MODEL,
    cost::{ModelEntry, Price},
    fault::{Fault, Kind},
    gateway::GatewaySettings,
    id::{ProjectId, ProviderId},
    model_file::FileName,
    provider::{ProviderKind, split},
};

use super::{Dialect, Remote, Scrubber};
use crate::{
    local::LocalModel,
    provider::{Catalogue, catalogue, reach},
    store,
    studio::Studio,
};

/// A project's routes, until something of them changes.
pub struct Routes {
    pub catalogue: Catalogue,
    pub settings: GatewaySettings,
    pub scrubber: Scrubber,
    remotes: HashMap<ProviderId, Result<Remote, Fault>>,
}

/// Who answers.
#[derive(Clone)]
pub enum Place {
    Local(LocalModel),
    Remote {
        remote: Box<Remote>,
        /// The provider's own name of the model.
        model: String,
        /// What it speaks, where a client speaks that as well.
        dialect: Option<Dialect>,
    },
}

/// A model that was found.
#[derive(Clone)]
pub struct Found {
    pub place: Place,
    /// Where that is: an answer from elsewhere is another answer.
    pub address: String,
    /// `None` where none is known.
    pub price: Option<Price>,
    /// Tokens that it answers with at most.
    pub max_output: Option<u32>,
}

impl Routes {
    /// # Errors
    /// Internal.
    pub async fn of(studio: &Studio, project: ProjectId) -> Result<Arc<Self>, Fault> {
        if let Some(routes) = studio.caches.routes.get(&project) {
            return Ok(routes);
        }
        let generation = studio.caches.routes.generation();
        let mut db = studio.db.read().await?;
        let catalogue = catalogue(&mut db, project).await?;
        let settings = store::gateway::settings(&mut db, project).await?;
        let mut remotes = HashMap::new();
        for provider in &catalogue.providers {
            let found = store::provider::by_id(&mut db, provider.id).await?;
            let remote = found.map_or_else(|| Err(Fault::internal()), |(provider, sealed)| reach(studio, &provider, &sealed));
            remotes.insert(provider.id, remote);
        }
        let scrubber = Scrubber::new(&settings.redact);
        let routes = Arc::new(Self { catalogue, settings, scrubber, remotes });
        studio.caches.routes.put(generation, project, routes.clone());
        Ok(routes)
    }

    /// # Errors
    /// NotFound for a model of no provider; what is wrong with a provider's key.
    pub fn find(&self, studio: &Studio, model: &str) -> Result<Found, Fault> {
        if model == LOCAL_MODEL {
            return Ok(Found { place: Place::Local(studio.model.clone()), address: String::new(), price: Some(Price::default()), max_output: None });
        }
        if let Some(name) = FileName::of(model) {
            let file = self.catalogue.files.iter().find(|file| file.name == name).ok_or_else(|| unknown(model))?;
            return Ok(Found {
                place: Place::Local(studio.files.get(Path::new(&file.path))),
                address: file.path.clone(),
                price: Some(Price::default()),
                max_output: None,
            });
        }
        let (provider, own) = self.catalogue.provider(model).ok_or_else(|| unknown(model))?;
        let entry = self.catalogue.entry(model);
        let remote = self.remotes.get(&provider.id).cloned().unwrap_or_else(|| Err(Fault::internal()))?;
        let dialect = match provider.kind {
            ProviderKind::Openai => Some(Dialect::OpenAi),
            ProviderKind::Anthropic => Some(Dialect::Anthropic),
            ProviderKind::Gemini => None,
        };
        let address = format!("{} {}", provider.kind.as_str(), remote.base_url());
        let place = Place::Remote { remote: Box::new(remote), model: own.to_owned(), dialect };
        Ok(Found { place, address, price: entry.and_then(|entry| entry.price), max_output: entry.and_then(|entry| entry.max_output) })
    }

    /// What the table says of a model.
    pub fn entry(&self, model: &str) -> Option<&ModelEntry> {
        self.catalogue.entry(model)
    }
}

fn unknown(model: &str) -> Fault {
    let say = match split(model) {
        Some((provider, _)) => format!("No model “{model}” is here: the project has no provider “{provider}”. GET /v1/models lists what there is."),
        None => format!("“{model}” names no provider. Write provider/model, such as {LOCAL_MODEL}; GET /v1/models lists what there is."),
    };
    Fault::new(Kind::NotFound, "model_not_found", say).at("model")
}
