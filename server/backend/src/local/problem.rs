//! Why a model's file cannot be opened, in one sentence that says what to do about it.

use std::path::Path;

/// The file that `make models` fetches.
const BROUGHT: &str = "smollm2-135m-instruct.gguf";

#[derive(Debug)]
pub enum Problem {
    /// With the system's reason.
    Missing(std::io::Error),
    /// No GGUF file at all.
    Foreign,
    CutShort,
    /// No forward pass of ours reads it; with its name.
    Architecture(String),
    /// A format of weights that is not read; with its name.
    Format(String),
    /// With what is wrong about it.
    Vocabulary(String),
    /// Anything else, with what was found.
    Broken(String),
}

impl From<candle_core::Error> for Problem {
    fn from(error: candle_core::Error) -> Self {
        Self::Broken(error.to_string())
    }
}

impl Problem {
    /// Whether llama.cpp may still open the file.
    pub fn is_beyond_candle(&self) -> bool {
        matches!(self, Self::Architecture(_) | Self::Format(_))
    }

    pub fn sentence(&self, path: &Path) -> String {
        let ours = path.file_name().is_some_and(|name| name == BROUGHT);
        let path = path.display();
        // What opens it where this build does not.
        let other = if cfg!(feature = "llama-cpp") { "choose another file" } else { "build Atelier with `--features llama-cpp`, or choose another file" };
        match self {
            Self::Missing(error) if !ours => {
                format!("{path} cannot be opened ({error}). Give the path of a GGUF file on the machine that serves, which Atelier may read.")
            }
            Self::Missing(error) => format!(
                "The local model cannot be loaded from {path} ({error}). Run `make models`, or set ATELIER_MODELS to the folder that holds it, then start Atelier again."
            ),
            Self::Foreign => format!("{path} is not a GGUF file; give the path of a model's file that ends in .gguf."),
            Self::CutShort => format!("{path} is cut short, as after a broken download; fetch it again."),
            Self::Architecture(name) => format!("{path} holds a model of the architecture “{name}”, which this build does not read; {other}."),
            Self::Format(name) => format!("{path} stores its weights as {name}, which this build does not read; {other}."),
            Self::Vocabulary(what) => format!("{path} cannot be used: {what}; choose a file that was converted with its vocabulary."),
            Self::Broken(what) => format!("{path} cannot be read ({what}); fetch it again, or choose another file."),
        }
    }
}
