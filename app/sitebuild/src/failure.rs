//! What can go wrong while the site is built, each as one sentence.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

#[derive(Debug)]
pub enum Failure {
    Usage,
    File(PathBuf, io::Error),
    Split(String),
    Bind(String),
    Manifest(serde_json::Error),
}

impl Failure {
    /// Says which file an I/O error is about.
    pub fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::File(path.to_owned(), error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage => write!(f, "usage: atelier-sitebuild INPUT.wasm OUTPUT_FOLDER NAME"),
            Self::File(path, error) => write!(f, "{}: {error}", path.display()),
            Self::Split(error) => write!(f, "the wasm could not be split by route: {error}"),
            Self::Bind(error) => write!(f, "wasm-bindgen failed: {error}"),
            Self::Manifest(error) => {
                write!(f, "the preload manifest could not be written: {error}")
            }
        }
    }
}

impl std::error::Error for Failure {}
