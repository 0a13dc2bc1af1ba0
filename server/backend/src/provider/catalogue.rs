//! What is known of the models that a project can name: what providers list, and what the table of prices says of it.

use atelier_domain::{
    account::Action,
    completion::LOCAL_MODEL,
    cost::{ModelEntry, ModelKind, Table},
    fault::Fault,
    id::ProjectId,
    model_file::ModelFile,
    prompt::ModelFacts,
    provider::{Provider, ProviderKind, split},
    timestamp::Timestamp,
};
use serde_json::json;

use crate::{
    cx::{Area, Cx},
    db::Db,
    local::embed::EmbeddingModel,
    store,
    studio::Studio,
};

const FREE: &str = "free: it runs on this machine";

/// A project's providers and prices.
#[derive(Clone, Debug)]
pub struct Catalogue {
    pub providers: Vec<Provider>,
    /// With the owner's entries.
    pub table: Table,
    /// Models of this machine, beside those that the program brings.
    pub files: Vec<ModelFile>,
}

/// # Errors
/// Internal.
pub async fn catalogue(db: &mut Db, project: ProjectId) -> Result<Catalogue, Fault> {
    let providers = store::provider::list(db, project).await?;
    let table = Table::builtin().with(store::provider::prices(db, project).await?);
    Ok(Catalogue { providers, table, files: store::model::list(db).await? })
}

impl Catalogue {
    /// The provider of a model, and its own name of it.
    pub fn provider<'m>(&self, model: &'m str) -> Option<(&Provider, &'m str)> {
        let (provider, model) = split(model)?;
        self.providers.iter().find(|known| known.name.as_str() == provider).map(|provider| (provider, model))
    }

    /// What the table says of a model.
    pub fn entry(&self, model: &str) -> Option<&ModelEntry> {
        match self.provider(model) {
            Some((provider, own)) => provider.entry(&self.table, own),
            None => self.table.find(model),
        }
    }

    /// The models that answer, the local one first, then each provider's: those that are known better come first.
    pub fn facts(&self, studio: &Studio, today: &str) -> Vec<ModelFacts> {
        let mut facts = vec![local(studio)];
        facts.extend(self.files.iter().map(file));
        for provider in &self.providers {
            let mut known: Vec<(bool, ModelFacts)> = Vec::new();
            let listed = provider.models.iter().filter(|listed| !listed.embeds).map(|listed| (listed.name.as_str(), listed.context));
            let from_table = self.table.entries().iter().filter(|_| provider.models.is_empty() && provider.base_url.is_none());
            let own = from_table.filter_map(|entry| Some((entry.name.strip_prefix(maker(provider.kind))?, entry.context)));
            for (model, context) in listed.chain(own) {
                let entry = provider.entry(&self.table, model);
                if entry.is_some_and(|entry| entry.kind == ModelKind::Embedding || entry.retired(today)) {
                    continue;
                }
                known.push((entry.is_none(), remote(provider, model, context, entry)));
            }
            known.sort_by(|(unknown, a), (other, b)| unknown.cmp(other).then_with(|| a.name.cmp(&b.name)));
            facts.extend(known.into_iter().map(|(_, facts)| facts));
        }
        facts
    }
}

fn maker(kind: ProviderKind) -> &'static str {
    match kind {
        ProviderKind::Openai => "openai/",
        ProviderKind::Anthropic => "anthropic/",
        ProviderKind::Gemini => "google/",
    }
}

fn local(studio: &Studio) -> ModelFacts {
    let window = u32::try_from(studio.model.context()).unwrap_or_default();
    let lacks = ["tools", "structured output", "images"].map(str::to_owned).to_vec();
    ModelFacts { name: LOCAL_MODEL.to_owned(), window, price: FREE.to_owned(), lacks }
}

fn file(file: &ModelFile) -> ModelFacts {
    let lacks = ["structured output", "images"].map(str::to_owned).to_vec();
    ModelFacts { name: file.name.model(), window: file.facts.context, price: FREE.to_owned(), lacks }
}

fn remote(provider: &Provider, model: &str, context: Option<u32>, entry: Option<&ModelEntry>) -> ModelFacts {
    let lacks = entry.map(|entry| {
        let able = [(entry.tools, "tools"), (entry.structured, "structured output"), (entry.images, "images")];
        able.into_iter().filter(|(able, _)| !able).map(|(_, what)| what.to_owned()).collect()
    });
    let price = entry.and_then(|entry| entry.price).map_or_else(|| "no price known".to_owned(), |price| price.to_string());
    let window = context.or_else(|| entry.and_then(|entry| entry.context)).unwrap_or_default();
    ModelFacts { name: format!("{}/{model}", provider.name), window, price, lacks: lacks.unwrap_or_default() }
}

/// The models that prompts of a project can name.
///
/// # Errors
/// NotFound.
pub async fn models(cx: &Cx, project: ProjectId) -> Result<Vec<ModelFacts>, Fault> {
    let catalogue = cx.read(Action::See, project, async |db, _| catalogue(db, project).await).await?;
    Ok(catalogue.facts(&cx.studio, &day(cx.now())))
}

/// The names that calls through the gateway may give as a model: chats first, then what makes vectors.
///
/// # Errors
/// NotFound; Denied without the right to infer.
pub async fn callable(cx: &Cx, project: ProjectId) -> Result<Vec<String>, Fault> {
    let catalogue = cx.read(Action::Infer, project, async |db, _| catalogue(db, project).await).await?;
    let mut names: Vec<String> = catalogue.facts(&cx.studio, &day(cx.now())).into_iter().map(|facts| facts.name).collect();
    names.extend(EmbeddingModel::ALL.map(|model| model.name().to_owned()));
    for provider in &catalogue.providers {
        names.extend(provider.models.iter().filter(|listed| listed.embeds).map(|listed| format!("{}/{}", provider.name, listed.name)));
    }
    Ok(names)
}

/// The day as the table of prices writes it.
fn day(at: Timestamp) -> String {
    at.to_string().chars().take(10).collect()
}

/// The table of prices, and the names of the owner's own entries.
///
/// # Errors
/// Denied for everybody but owners.
pub async fn prices(cx: &Cx, project: ProjectId) -> Result<(Table, Vec<String>), Fault> {
    cx.read(Action::Administer, project, async |db, _| {
        let own = store::provider::prices(db, project).await?;
        let names = own.iter().map(|entry| entry.name.clone()).collect();
        Ok((Table::builtin().with(own), names))
    })
    .await
}

/// Sets what a model costs and can; requests that were charged keep their price.
///
/// # Errors
/// Denied for everybody but owners; Invalid with every field at fault.
pub async fn put_price(cx: &Cx, project: ProjectId, entry: ModelEntry) -> Result<(), Fault> {
    entry.check()?;
    cx.write(Action::Administer, project, async |tx, _| {
        let (at, by) = (tx.now(), tx.author());
        store::provider::put_price(tx, project, &entry, at, &by).await?;
        tx.changed(Area::Provider, project.0, Some(project), "price.set", json!(entry));
        Ok(())
    })
    .await
}

/// What the program's own table says holds again.
///
/// # Errors
/// Denied for everybody but owners.
pub async fn delete_price(cx: &Cx, project: ProjectId, model: &str) -> Result<(), Fault> {
    cx.write(Action::Administer, project, async |tx, _| {
        store::provider::delete_price(tx, project, model).await?;
        tx.changed(Area::Provider, project.0, Some(project), "price.removed", json!({"model": model}));
        Ok(())
    })
    .await
}
