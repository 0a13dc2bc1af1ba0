//! llama.cpp, for the families and formats that our own forward pass does not read. Built with `--features llama-cpp` alone, which
//! wants cmake, a C++ compiler and libclang. Texts are split and chats are rendered by us, as for every model.

use std::{num::NonZeroU32, path::Path, sync::LazyLock};

use llama_cpp_2::{
    LogOptions,
    context::{LlamaContext, params::LlamaContextParams},
    llama_backend::LlamaBackend,
    llama_batch::LlamaBatch,
    model::{LlamaModel, params::LlamaModelParams},
    send_logs_to_tracing,
    token::LlamaToken,
};

use super::{engine::Engine, problem::Problem, shape::CONTEXT};

/// The one sequence that a context holds.
const SEQUENCE: i32 = 0;

/// Once a process, as llama.cpp demands.
pub static BACKEND: LazyLock<Result<LlamaBackend, String>> = LazyLock::new(|| {
    send_logs_to_tracing(LogOptions::default().with_logs_enabled(false));
    LlamaBackend::init().map_err(|error| error.to_string())
});

/// Opens the file and hands its engine to `work`; both end together.
///
/// # Errors
/// llama.cpp does not open it either.
pub fn open(path: &Path, work: impl FnOnce(&mut dyn Engine)) -> Result<(), Problem> {
    let broken = |error: String| Problem::Broken(format!("llama.cpp says: {error}"));
    let backend = BACKEND.as_ref().map_err(|error| broken(error.clone()))?;
    let model = LlamaModel::load_from_file(backend, path, &LlamaModelParams::default()).map_err(|error| broken(error.to_string()))?;
    let context = CONTEXT.min(model.n_ctx_train() as usize);
    let threads = i32::try_from(rayon::current_num_threads()).unwrap_or(1);
    let params =
        LlamaContextParams::default().with_n_ctx(u32::try_from(context).ok().and_then(NonZeroU32::new)).with_n_threads(threads).with_n_threads_batch(threads);
    let llama = model.new_context(backend, params).map_err(|error| broken(error.to_string()))?;
    work(&mut LlamaCpp { bytes: usize::try_from(model.size()).unwrap_or(usize::MAX), context, llama, read: Vec::new() });
    Ok(())
}

struct LlamaCpp<'a> {
    llama: LlamaContext<'a>,
    context: usize,
    bytes: usize,
    /// What the context holds.
    read: Vec<u32>,
}

impl Engine for LlamaCpp<'_> {
    fn context(&self) -> usize {
        self.context
    }

    fn bytes(&self) -> usize {
        self.bytes
    }

    fn begin(&mut self, tokens: &[u32], _more: usize) -> usize {
        let alike = self.read.iter().zip(tokens).take_while(|(old, new)| old == new).count().min(tokens.len().saturating_sub(1));
        // Some families keep a state that cannot go back.
        let kept = u32::try_from(alike).is_ok_and(|alike| alike > 0 && self.llama.kv_cache_seq_rm(SEQUENCE, Some(alike), None).is_ok());
        if kept {
            self.read.truncate(alike);
        } else {
            self.forget();
        }
        self.read.len()
    }

    fn read(&mut self, tokens: &[u32]) -> Result<(), String> {
        let mut batch = LlamaBatch::new(tokens.len(), 1);
        for (at, token) in tokens.iter().enumerate() {
            let (token, position) = (i32::try_from(*token), i32::try_from(self.read.len() + at));
            let (Ok(token), Ok(position)) = (token, position) else { return Err("a number is too large".to_owned()) };
            batch.add(LlamaToken::new(token), position, &[SEQUENCE], at + 1 == tokens.len()).map_err(|error| error.to_string())?;
        }
        self.llama.decode(&mut batch).map_err(|error| error.to_string())?;
        self.read.extend_from_slice(tokens);
        Ok(())
    }

    fn scores(&self) -> Vec<f32> {
        self.llama.get_logits_ith(-1).to_vec()
    }

    fn end(&mut self) {}

    fn forget(&mut self) {
        self.llama.clear_kv_cache();
        self.read.clear();
    }
}
