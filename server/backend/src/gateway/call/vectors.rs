//! Embeddings through the gateway.

use atelier_domain::{
    account::Action,
    cost::{ModelKind, Price},
    fault::{Fault, Kind},
    gateway::Extras,
    id::ProjectId,
    provider::ProviderKind,
    request::{Endpoint, Source},
};
use bytes::Bytes;

use super::{Declined, Reply, ReplyBody, Told, fail, nobody, refuse};
use crate::{
    cx::{Actor, Cx},
    gateway::{
        Delta, Dialect, Embed, Failure, Place, Routes, Usage,
        front::embeddings::{self, Inbound},
        meter::Meter,
    },
    local::embed::EmbeddingModel,
    pull::project_of_key,
};

/// Who makes the vectors.
enum Maker {
    Here,
    /// A provider, under its own name of the model; `true` where it speaks the client's protocol.
    Remote(Box<crate::gateway::Remote>, String, bool),
}

/// Answers `POST /v1/embeddings`.
///
/// # Errors
/// As [`super::chat`].
pub async fn embeddings(cx: &Cx, body: Bytes) -> Result<Reply, Declined> {
    let project = project_of_key(cx).map_err(|fault| nobody(cx, fault))?;
    cx.actor.check(Action::Infer, project, Fault::unauthenticated()).map_err(|fault| nobody(cx, fault))?;
    let mut meter = Meter::new(cx, project, Source::Gateway, Endpoint::Embeddings);
    let mut told = Told { request: meter.facts.id, ..Told::default() };
    let (inbound, maker, price) = match prepare(cx, project, body, &mut meter).await {
        Ok(ready) => ready,
        Err(fault) => return Err(refuse(Dialect::OpenAi, meter, told, fault)),
    };
    match meter.reserve(price, Some(0)).await {
        Ok((_, warnings)) => told.warnings = warnings,
        Err(fault) => return Err(refuse(Dialect::OpenAi, meter, told, fault)),
    }
    cx.studio.journal.room().await;
    meter.ask();
    match make(cx, &inbound, &maker, &meter.request).await {
        Ok((body, usage)) => {
            usage.into_iter().for_each(|usage| meter.hear(Delta::Usage(usage)));
            meter.first();
            meter.answered();
            told.cost = meter.facts.cost;
            told.upstream = Some(meter.facts.times.upstream);
            Ok(Reply { told, body: ReplyBody::Whole(body) })
        }
        Err(failure) => Err(fail(Dialect::OpenAi, meter, told, failure)),
    }
}

async fn prepare(cx: &Cx, project: ProjectId, body: Bytes, meter: &mut Meter) -> Result<(Inbound, Maker, Option<Price>), Fault> {
    let routes = Routes::of(&cx.studio, project).await?;
    meter.routes = Some(routes.clone());
    let inbound = embeddings::read(body)?;
    meter.facts.model.clone_from(&inbound.model);
    if let Actor::Key(key) = &cx.actor {
        meter.admit(key)?;
    }
    let extras = Extras::read(inbound.atelier.as_ref())?;
    meter.facts.user = extras.user.or_else(|| inbound.user.clone()).and_then(|user| atelier_domain::request::word("user", &user).ok());
    (meter.facts.session, meter.facts.trace, meter.facts.tags) = (extras.session, extras.trace_id, extras.tags);
    if EmbeddingModel::named(&inbound.model).is_some() {
        inbound.texts()?;
        meter.request = inbound.forward(&inbound.model);
        return Ok((inbound, Maker::Here, Some(Price::default())));
    }
    if routes.entry(&inbound.model).is_some_and(|entry| entry.kind == ModelKind::Chat) {
        return Err(Fault::field("model", format!("“{}” answers chats; it makes no vectors.", inbound.model)));
    }
    let found = routes.find(&cx.studio, &inbound.model)?;
    let Place::Remote { remote, model, .. } = found.place else {
        return Err(
            Fault::new(Kind::NotFound, "model_not_found", format!("“{}” answers chats; local/all-minilm-l6-v2 makes vectors.", inbound.model)).at("model")
        );
    };
    let same = routes.catalogue.provider(&inbound.model).is_some_and(|(provider, _)| provider.kind == ProviderKind::Openai);
    meter.request = inbound.forward(&model);
    Ok((inbound, Maker::Remote(remote, model, same), found.price))
}

/// The answer's body, and what it used where that was told.
async fn make(cx: &Cx, inbound: &Inbound, maker: &Maker, request: &Bytes) -> Result<(Bytes, Option<Usage>), Failure> {
    let (vectors, usage) = match maker {
        Maker::Here => Embed::embed(&cx.studio.embedder, &inbound.model, inbound.texts()?.to_vec()).await?,
        Maker::Remote(remote, _, true) => return remote.forward_embeddings(request.clone()).await,
        Maker::Remote(remote, model, false) => remote.embed(model, inbound.texts()?.to_vec()).await?,
    };
    Ok((inbound.answer(&vectors, &usage), Some(usage)))
}
