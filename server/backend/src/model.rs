//! Models of this machine by file: an administrator names a GGUF file, and every project's prompts can name it.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use atelier_domain::{
    fault::Fault,
    model_file::{FileFacts, FileName, ModelFile},
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    cx::{Area, Cx},
    local::{self, LocalModel},
    store,
};

/// Models by file that are loaded at once; the one that was asked least lately makes room.
const LOADED: usize = 2;
/// Generations that wait for one.
const QUEUE: usize = 16;

/// Those that are loaded, the one that was asked last at the end.
#[derive(Default)]
pub struct Files(Mutex<Vec<(PathBuf, LocalModel)>>);

impl Files {
    /// Loads it where it is not. What another one that makes room was asked, it still answers.
    pub fn get(&self, path: &Path) -> LocalModel {
        let mut loaded = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // One that could not be loaded is tried again: the file may be there by now.
        let known = loaded.iter().position(|(known, _)| known == path).map(|at| loaded.remove(at));
        let known = known.filter(|(_, model)| !matches!(model.status(), local::Status::Failed(_)));
        let (path, model) = known.unwrap_or_else(|| (path.to_owned(), LocalModel::start(path.to_owned(), QUEUE)));
        if loaded.len() >= LOADED {
            loaded.remove(0);
        }
        loaded.push((path, model.clone()));
        model
    }

    fn forget(&self, path: &Path) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|(known, _)| known != path);
    }
}

/// By name.
///
/// # Errors
/// Denied for everybody but administrators.
pub async fn list(cx: &Cx) -> Result<Vec<ModelFile>, Fault> {
    cx.check_admin()?;
    let mut db = cx.studio.db.read().await?;
    store::model::list(&mut db).await
}

/// Adds a file by its path on this machine, or names another one.
///
/// # Errors
/// Denied for everybody but administrators; Invalid on `path`, saying why it cannot be opened.
pub async fn put(cx: &Cx, name: &FileName, path: &str) -> Result<ModelFile, Fault> {
    cx.check_admin()?;
    let path = path.trim();
    if !Path::new(path).is_absolute() || path.contains('\0') || path.len() > 4_096 {
        return Err(Fault::field("path", "Give the whole path of a GGUF file on the machine that serves, as in /srv/models/qwen2.5-0.5b.gguf."));
    }
    let looked = PathBuf::from(path);
    let facts = tokio::task::spawn_blocking(move || local::inspect(&looked)).await.map_err(|_| Fault::internal())?;
    let facts = facts.map_err(|sentence| Fault::field("path", sentence))?;
    if let Some(problem) = facts.problem {
        return Err(Fault::field("path", problem));
    }
    let facts = FileFacts {
        architecture: facts.architecture,
        title: facts.name,
        context: u32::try_from(facts.context.min(local::CONTEXT)).unwrap_or(u32::MAX),
        bytes: facts.bytes,
        quantisation: facts.quantisation,
    };
    let file = cx
        .administer(async |tx| {
            let file = ModelFile { name: name.clone(), path: path.to_owned(), facts, updated_by: tx.author(), updated_at: tx.now() };
            store::model::put(tx, &file).await?;
            tx.changed(Area::Model, Uuid::nil(), None, "model.added", json!({"name": file.name, "path": file.path}));
            Ok(file)
        })
        .await?;
    // What lies there may be another file by now.
    cx.studio.files.forget(Path::new(path));
    Ok(file)
}

/// Forgets it; the file stays.
///
/// # Errors
/// Denied for everybody but administrators; NotFound.
pub async fn remove(cx: &Cx, name: &FileName) -> Result<(), Fault> {
    cx.administer(async |tx| {
        if !store::model::delete(tx, name).await? {
            return Err(Fault::not_found("model_not_found", "This model"));
        }
        tx.changed(Area::Model, Uuid::nil(), None, "model.removed", json!({"name": name}));
        Ok(())
    })
    .await
}
