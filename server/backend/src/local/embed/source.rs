//! The files of one model, in the folder that `make models` fills.

use std::path::{Path, PathBuf};

use candle_core::{Device, Result, Tensor, bail, safetensors::BufferedSafetensors};
use serde::de::DeserializeOwned;
use tokenizers::Tokenizer;

pub struct Source {
    folder: PathBuf,
    tensors: BufferedSafetensors,
}

impl Source {
    /// # Errors
    /// No weights, or none that can be read.
    pub fn open(folder: &Path) -> Result<Self> {
        let tensors = BufferedSafetensors::new(read(folder, "model.safetensors")?)?;
        Ok(Self { folder: folder.to_owned(), tensors })
    }

    /// # Errors
    /// No such tensor.
    pub fn tensor(&self, name: &str) -> Result<Tensor> {
        self.tensors.load(name, &Device::Cpu)
    }

    /// Row by row.
    ///
    /// # Errors
    /// No such tensor, or not of this shape.
    pub fn numbers(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
        let tensor = self.tensor(name)?;
        if tensor.dims() != shape {
            bail!("{name} has the shape {:?} and not {shape:?}", tensor.dims());
        }
        tensor.flatten_all()?.to_vec1()
    }

    /// # Errors
    /// No file, or another shape.
    pub fn config<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&read(&self.folder, "config.json")?).map_err(candle_core::Error::wrap)
    }

    /// Without the padding and cutting that its file may ask for.
    ///
    /// # Errors
    /// No file, or of an unknown kind.
    pub fn tokenizer(&self) -> Result<Tokenizer> {
        let bytes = read(&self.folder, "tokenizer.json")?;
        let mut tokenizer = Tokenizer::from_bytes(bytes).map_err(candle_core::Error::wrap)?;
        tokenizer.with_padding(None).with_truncation(None).map_err(candle_core::Error::wrap)?;
        Ok(tokenizer)
    }
}

fn read(folder: &Path, name: &str) -> Result<Vec<u8>> {
    let file = folder.join(name);
    match std::fs::read(&file) {
        Ok(bytes) => Ok(bytes),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => bail!("{} is missing", file.display()),
        Err(error) => bail!("{}: {error}", file.display()),
    }
}
