//! The plain editor's form as a draft.

use std::str::FromStr;

use atelier_backend::{cx::Cx, prompt};
use atelier_domain::{
    fault::{Fault, Problems},
    id::PromptId,
    prompt::{Body, Draft, Message, MessageRole, Params, PromptType, Selector},
};

use crate::api::prompt::EditorForm;

/// What the form does not show (tools, response format, further parameters) stays as in the version it was made from.
///
/// # Errors
/// Invalid for numbers that cannot be read; NotFound for the prompt.
pub async fn draft(cx: &Cx, id: PromptId, form: &EditorForm) -> Result<Draft, Fault> {
    let (prompt_type, base) = match form.base {
        0 => (prompt::find(cx, id).await?.prompt_type, None),
        number => {
            let (prompt, version) = prompt::version(cx, id, &Selector::Version(number)).await?;
            (prompt.prompt_type, Some(version))
        }
    };
    let (tools, response_format, more) = base.map(|version| (version.tools, version.response_format, version.params.more)).unwrap_or_default();
    let mut problems = Problems::default();
    let params = Params {
        temperature: number("params.temperature", &form.temperature, &mut problems),
        top_p: number("params.top_p", &form.top_p, &mut problems),
        max_tokens: number("params.max_tokens", &form.max_tokens, &mut problems),
        seed: number("params.seed", &form.seed, &mut problems),
        stop: stops(&form.stop),
        more,
    };
    problems.check()?;
    let model = Some(form.model.trim().to_owned()).filter(|model| !model.is_empty());
    Ok(Draft { body: body(prompt_type, form), model, params, tools, response_format, note: form.note.trim().to_owned() })
}

/// Messages left empty are left out.
fn body(prompt_type: PromptType, form: &EditorForm) -> Body {
    if prompt_type == PromptType::Text {
        return Body::Text(lines(form.text.as_deref().unwrap_or_default()));
    }
    let role = |text: &String| MessageRole::ALL.into_iter().find(|role| role.as_str() == text).unwrap_or(MessageRole::User);
    let messages = form.roles.iter().zip(&form.contents).filter(|(_, content)| !content.trim().is_empty());
    Body::Messages(messages.map(|(name, content)| Message { role: role(name), content: lines(content) }).collect())
}

/// Forms send CR LF; a prompt's lines end in LF.
fn lines(text: &str) -> String {
    text.replace("\r\n", "\n")
}

fn stops(text: &str) -> Option<Vec<String>> {
    let stops: Vec<String> = lines(text).split('\n').filter(|line| !line.is_empty()).map(str::to_owned).collect();
    (!stops.is_empty()).then_some(stops)
}

fn number<T: FromStr>(field: &str, text: &str, problems: &mut Problems) -> Option<T> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let read = text.parse().ok();
    if read.is_none() {
        problems.add(field, format!("“{text}” is not a number that fits here."));
    }
    read
}
