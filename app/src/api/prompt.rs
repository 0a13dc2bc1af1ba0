//! Prompts, for the pages.

use atelier_domain::{
    page::Page,
    prompt::{Filter, LabelMove, Outline, Prompt, Summary, Version},
};
use leptos::server;
use serde::{Deserialize, Serialize};

use super::UiError;

/// A prompt in the palette.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundPrompt {
    pub id: String,
    pub name: String,
    pub latest: i64,
}

/// A page of the list, with what the side shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listing {
    pub prompts: Page<Prompt>,
    pub outline: Outline,
    pub now: atelier_domain::timestamp::Timestamp,
}

/// A prompt with everything that its page shows around the version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpenPrompt {
    pub prompt: Prompt,
    pub history: Page<Summary>,
    /// The version looked at; none before the first.
    pub version: Option<Version>,
    pub may_write: bool,
    pub now: atelier_domain::timestamp::Timestamp,
    /// Models that a prompt can name here.
    pub models: Vec<String>,
    /// The studio's public address.
    pub url: String,
}

/// The form of the plain editor. Lists come as fields of one name each; empty texts mean "not set".
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EditorForm {
    pub prompt: String,
    /// The version that the form was made from; 0 for none.
    #[serde(default)]
    pub base: u32,
    #[serde(default)]
    pub text: Option<String>,
    #[serde(default)]
    pub roles: Vec<String>,
    #[serde(default)]
    pub contents: Vec<String>,
    #[serde(default)]
    pub model: String,
    #[serde(default)]
    pub temperature: String,
    #[serde(default)]
    pub top_p: String,
    #[serde(default)]
    pub max_tokens: String,
    #[serde(default)]
    pub stop: String,
    #[serde(default)]
    pub seed: String,
    #[serde(default)]
    pub note: String,
}

#[server(prefix = "/fn")]
pub async fn find_prompts(project: String, q: String) -> Result<Vec<FoundPrompt>, UiError> {
    use crate::backend::{cx, parse, prompt, reply};
    let filter = Filter { q, sort: atelier_domain::prompt::Sort::Updated, ..Filter::default() };
    let found = reply(prompt::list(&cx()?, parse(&project)?, &filter, 8, None).await)?;
    Ok(found.data.into_iter().map(|prompt| FoundPrompt { id: prompt.id.to_string(), name: prompt.name.to_string(), latest: prompt.latest.into() }).collect())
}

#[server(prefix = "/fn")]
pub async fn list_prompts(project: String, filter: Filter, cursor: Option<String>) -> Result<Listing, UiError> {
    use crate::backend::{cx, parse, prompt, reply};
    let (cx, project) = (cx()?, parse(&project)?);
    let prompts = reply(prompt::list(&cx, project, &filter, 50, cursor.as_deref()).await)?;
    Ok(Listing { prompts, outline: reply(prompt::outline(&cx, project).await)?, now: cx.now() })
}

#[server(prefix = "/fn")]
pub async fn create_prompt(project: String, name: String, kind: String, description: String, tags: String) -> Result<(), UiError> {
    use crate::backend::{cx, parse, prompt, redirect, reply};
    let (cx, project) = (cx()?, parse(&project)?);
    let new = prompt::read_new(&name, &kind, description, &tags);
    let made = reply(match new {
        Ok(new) => prompt::create(&cx, project, new).await,
        Err(fault) => Err(fault),
    })?;
    redirect(&format!("/p/{project}/prompts/{}", made.id));
    Ok(())
}

#[server(prefix = "/fn")]
pub async fn prompt_page(project: String, prompt: String, version: Option<u32>) -> Result<OpenPrompt, UiError> {
    use crate::backend::{cx, parse, prompt as prompts, reply};
    let (cx, project, id) = (cx()?, parse(&project)?, parse::<atelier_domain::id::PromptId>(&prompt)?);
    let (prompt, history) = reply(prompts::history(&cx, id, 100, None).await)?;
    let prompt = reply(prompts::in_project(prompt, project))?;
    let version = match version.unwrap_or(prompt.latest) {
        0 => None,
        number => Some(reply(prompts::version(&cx, id, &atelier_domain::prompt::Selector::Version(number)).await)?.1),
    };
    let may_write = cx.actor.check(atelier_domain::account::Action::Write, project, atelier_domain::fault::Fault::internal()).is_ok();
    let models = vec![atelier_domain::completion::LOCAL_MODEL.to_owned()];
    Ok(OpenPrompt { prompt, history, version, may_write, now: cx.now(), models, url: cx.studio.settings.url.clone() })
}

/// Saves the plain editor's form as a version.
#[server(prefix = "/fn")]
pub async fn save_version(form: EditorForm) -> Result<u32, UiError> {
    use crate::backend::{cx, editor, parse, prompt, redirect, reply};
    let cx = cx()?;
    let id = parse::<atelier_domain::id::PromptId>(&form.prompt)?;
    let draft = reply(editor::draft(&cx, id, &form).await)?;
    let saved = reply(prompt::save_version(&cx, id, draft).await)?;
    redirect(&format!("/p/{}/prompts/{id}?v={}", saved.prompt.project, saved.version.number));
    Ok(saved.version.number)
}

/// Sets a label; `expected` is where the page showed it (0: nowhere).
#[server(prefix = "/fn")]
pub async fn move_label(prompt: String, label: String, version: u32, expected: Option<u32>) -> Result<LabelMove, UiError> {
    use crate::backend::{cx, parse, prompt as prompts, reply};
    let label = reply(label.trim().parse())?;
    reply(prompts::move_label(&cx()?, parse::<atelier_domain::id::PromptId>(&prompt)?, label, version, expected).await)
}

#[server(prefix = "/fn")]
pub async fn label_moves(prompt: String) -> Result<Vec<LabelMove>, UiError> {
    use crate::backend::{cx, parse, prompt as prompts, reply};
    reply(prompts::label_moves(&cx()?, parse::<atelier_domain::id::PromptId>(&prompt)?).await)
}

#[server(prefix = "/fn")]
pub async fn describe_prompt(prompt: String, name: String, description: String, tags: String) -> Result<Prompt, UiError> {
    use crate::backend::{cx, parse, prompt as prompts, reply};
    let tags: Vec<String> = tags.split(',').map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect();
    reply(prompts::describe(&cx()?, parse::<atelier_domain::id::PromptId>(&prompt)?, &name, &description, &tags).await)
}

#[server(prefix = "/fn")]
pub async fn archive_prompt(prompt: String, archived: bool) -> Result<Prompt, UiError> {
    use crate::backend::{cx, parse, prompt as prompts, reply};
    reply(prompts::archive(&cx()?, parse::<atelier_domain::id::PromptId>(&prompt)?, archived).await)
}
