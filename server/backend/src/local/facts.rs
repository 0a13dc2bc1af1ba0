//! What a model's file says of itself, before it is opened.

use std::path::Path;

use super::{
    gguf::{self, Source},
    problem::Problem,
    shape::Shape,
    tokens,
};

#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    pub architecture: String,
    /// Empty where the file says none.
    pub name: String,
    /// Tokens that the model was made for; [`super::CONTEXT`] is the most that is read.
    pub context: usize,
    /// Of the file.
    pub bytes: u64,
    /// The format that most of its weights have, as ggml names it.
    pub quantisation: String,
    /// Why this build cannot open it, and what to do about it.
    pub problem: Option<String>,
}

/// Reads no more than the header, and a few numbers of the positions.
///
/// # Errors
/// A sentence: no file, no GGUF file, or one that is cut short.
pub fn inspect(path: &Path) -> Result<Facts, String> {
    let mut source = Source::open(path).map_err(|problem| problem.sentence(path))?;
    let formats = source.formats();
    let problem = check(&mut source, &formats).err().map(|problem| problem.sentence(path));
    let text = |key: &str| source.text(key).unwrap_or_default().to_owned();
    Ok(Facts {
        architecture: text("general.architecture"),
        name: text("general.name"),
        context: source.size(&source.own("context_length")).unwrap_or(0),
        bytes: source.bytes,
        quantisation: formats.first().map(|(format, _)| gguf::format_name(*format)).unwrap_or_default(),
        problem,
    })
}

fn check(source: &mut Source, formats: &[(u32, u64)]) -> Result<(), Problem> {
    tokens::kind(source)?;
    let unknown = formats.iter().find(|(format, _)| gguf::known(*format).is_none());
    let unknown = unknown.map_or(Ok(()), |(format, _)| Err(Problem::Format(gguf::format_name(*format))));
    match Shape::read(source).map(drop).and(unknown) {
        Err(problem) if problem.is_beyond_candle() && cfg!(feature = "llama-cpp") => Ok(()),
        checked => checked,
    }
}
