//! What the model's thread drives: something that reads tokens and scores the next one. It holds one text at a time.

use super::{
    forward::{Cache, Model},
    prefix::Prefixes,
    weights::Weights,
};

/// Bytes of keys and values that are kept for texts that begin alike: about 2,900 tokens of the 135M model.
const KEPT: usize = 128 << 20;

pub trait Engine {
    /// Tokens of the longest text.
    fn context(&self) -> usize;

    /// Memory of the weights, in bytes.
    fn bytes(&self) -> usize;

    /// Begins a text that will have `tokens` and at most `more`. Gives how many of the first are read already, never all.
    fn begin(&mut self, tokens: &[u32], more: usize) -> usize;

    /// Reads further tokens; there must be one, and room in the context.
    ///
    /// # Errors
    /// What went wrong, for the log.
    fn read(&mut self, tokens: &[u32]) -> Result<(), String>;

    /// The score of every token of the vocabulary, after what was read last.
    fn scores(&self) -> Vec<f32>;

    /// The text is over; what was read may serve the next.
    fn end(&mut self);

    /// Nothing that was read is to serve again: something broke off.
    fn forget(&mut self);
}

/// Our own forward pass. It reuses what began alike without changing a bit of an answer.
pub struct Native {
    model: Model,
    prefixes: Prefixes,
    cache: Cache,
    /// After the last token.
    state: Vec<f32>,
}

impl Native {
    pub fn new(weights: Weights) -> Self {
        let model = Model::new(weights);
        Self { cache: model.cache(0), model, prefixes: Prefixes::new(KEPT), state: Vec::new() }
    }
}

impl Engine for Native {
    fn context(&self) -> usize {
        self.model.shape().context
    }

    fn bytes(&self) -> usize {
        self.model.bytes()
    }

    fn begin(&mut self, tokens: &[u32], more: usize) -> usize {
        self.cache = self.model.cache(tokens.len() + more);
        self.prefixes.fill(tokens, &mut self.cache)
    }

    fn read(&mut self, tokens: &[u32]) -> Result<(), String> {
        self.state = self.model.read(tokens, &mut self.cache);
        Ok(())
    }

    fn scores(&self) -> Vec<f32> {
        self.model.scores(&self.state)
    }

    fn end(&mut self) {
        self.prefixes.keep(&self.cache);
        self.cache = self.model.cache(0);
    }

    fn forget(&mut self) {
        self.prefixes = Prefixes::new(KEPT);
        self.cache = self.model.cache(0);
    }
}
