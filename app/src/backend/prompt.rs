//! Prompts, and what forms say of them.

pub use atelier_backend::prompt::*;

use atelier_domain::{
    fault::Fault,
    id::ProjectId,
    prompt::{NewPrompt, Prompt},
};

/// # Errors
/// Invalid for an unknown type.
pub fn read_new(name: &str, kind: &str, description: String, tags: &str) -> Result<NewPrompt, Fault> {
    let tags = tags.split(',').map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect();
    Ok(NewPrompt { name: name.to_owned(), prompt_type: kind.parse()?, description, tags })
}

/// An address names its project too: another project's page does not show this prompt.
///
/// # Errors
/// NotFound.
pub fn in_project(prompt: Prompt, project: ProjectId) -> Result<Prompt, Fault> {
    if prompt.project == project { Ok(prompt) } else { Err(Fault::not_found("prompt_not_found", "This prompt")) }
}
