//! From tokens to the scores of the next one: llama and its kin, with rotary positions, grouped heads and a cache of keys and values.
//! Each position is computed by itself, in one order of operations (see `simd`), so any split of a text gives the same bits.

use rayon::prelude::*;

use super::{
    rope::Angles,
    shape::{Shape, Window},
    simd::{self, Attend, GeGlu, Norm, SwiGlu},
    weights::{Layer, Weights},
};

pub struct Model {
    weights: Weights,
    angles: Angles,
    /// Of the layers that see a window.
    window_angles: Option<Angles>,
}

/// Keys and values of the tokens so far.
#[derive(Clone)]
pub struct Cache {
    pub tokens: Vec<u32>,
    /// By layer, then head of keys, then keys and values: rows of a head's width, one a token.
    pub lanes: Vec<Vec<f32>>,
}

impl Model {
    pub fn new(weights: Weights) -> Self {
        let Shape { ref rope, ref window, context, .. } = weights.shape;
        let window_angles = window.as_ref().map(|window| Angles::new(&window.rope, context));
        Self { angles: Angles::new(rope, context), window_angles, weights }
    }

    pub fn shape(&self) -> &Shape {
        &self.weights.shape
    }

    /// Memory of the weights, in bytes.
    pub fn bytes(&self) -> usize {
        self.weights.bytes() + self.angles.bytes() + self.window_angles.as_ref().map_or(0, Angles::bytes)
    }

    /// An empty cache with room for `tokens`; memory is taken as it fills.
    pub fn cache(&self, tokens: usize) -> Cache {
        let lanes = self.weights.layers.len() * self.shape().kv_heads * 2;
        Cache { tokens: Vec::with_capacity(tokens), lanes: (0..lanes).map(|_| Vec::with_capacity(tokens * self.shape().head)).collect() }
    }

    /// Reads further tokens and gives the state of the last. There must be one, and room in the context.
    pub fn read(&self, tokens: &[u32], cache: &mut Cache) -> Vec<f32> {
        let width = self.shape().width;
        let mut states = Vec::with_capacity(tokens.len() * width);
        tokens.iter().for_each(|token| self.weights.embedding.row(*token as usize, &mut states));
        if let Some(scale) = self.shape().embedding_scale {
            states.iter_mut().for_each(|state| *state *= scale);
        }
        let per_layer = self.shape().kv_heads * 2;
        for (at, (layer, lanes)) in self.weights.layers.iter().zip(cache.lanes.chunks_exact_mut(per_layer)).enumerate() {
            let window = self.shape().window.as_ref().filter(|window| window.is_on(at));
            self.attention(layer, lanes, window, cache.tokens.len(), &mut states);
            self.feed(layer, &mut states);
        }
        cache.tokens.extend_from_slice(tokens);
        states.split_off(states.len().saturating_sub(width))
    }

    /// The score of every token of the vocabulary after `state`.
    pub fn scores(&self, state: &[f32]) -> Vec<f32> {
        let normed = self.norm(state, &self.weights.norm);
        self.weights.output.as_ref().unwrap_or(&self.weights.embedding).multiply(&normed)
    }

    fn attention(&self, layer: &Layer, lanes: &mut [Vec<f32>], window: Option<&Window>, start: usize, states: &mut [f32]) {
        let head = self.shape().head;
        let normed = self.norm(states, &layer.attention_norm);
        let (mut queries, mut keys, values) = (layer.query.apply(&normed), layer.key.apply(&normed), layer.value.apply(&normed));
        self.norm_again(&mut queries, layer.query_norm.as_deref());
        self.norm_again(&mut keys, layer.key_norm.as_deref());
        queries.iter_mut().for_each(|query| *query *= self.shape().query_scale);
        let angles = window.and(self.window_angles.as_ref()).unwrap_or(&self.angles);
        angles.turn(&mut queries, layer.query.matrix.rows, head, start);
        angles.turn(&mut keys, layer.key.matrix.rows, head, start);
        for (at, [key_lane, value_lane]) in lanes.as_chunks_mut::<2>().0.iter_mut().enumerate() {
            let part = |row: &[f32]| row[at * head..][..head].to_vec();
            keys.chunks_exact(layer.key.matrix.rows).for_each(|row| key_lane.extend(part(row)));
            values.chunks_exact(layer.value.matrix.rows).for_each(|row| value_lane.extend(part(row)));
        }
        let mut mixed = layer.out.apply(&self.mix(&queries, lanes, window, start));
        self.norm_again(&mut mixed, layer.after_attention_norm.as_deref());
        add(states, &mixed);
    }

    /// Every query over the positions up to its own, or over the last of them.
    fn mix(&self, queries: &[f32], lanes: &[Vec<f32>], window: Option<&Window>, start: usize) -> Vec<f32> {
        let Shape { heads, kv_heads, head, .. } = *self.shape();
        let (width, group) = (heads * head, heads / kv_heads * head);
        let mut mixed = vec![0.0; queries.len()];
        for (at, [keys, values]) in lanes.as_chunks::<2>().0.iter().enumerate() {
            let rows = mixed.par_chunks_mut(width).zip(queries.par_chunks(width)).enumerate();
            rows.for_each_init(Vec::new, |scores, (row, (out, query))| {
                let seen = start + row + 1;
                let seen = window.map_or(0, |window| seen.saturating_sub(window.tokens)) * head..seen * head;
                let span = at * group..(at + 1) * group;
                for (out, query) in out[span.clone()].chunks_exact_mut(head).zip(query[span].chunks_exact(head)) {
                    simd::run(Attend { query, keys: &keys[seen.clone()], values: &values[seen.clone()], scores, out });
                }
            });
        }
        mixed
    }

    fn feed(&self, layer: &Layer, states: &mut [f32]) {
        let normed = self.norm(states, &layer.feed_norm);
        let (mut gate, up) = (layer.gate.multiply(&normed), layer.up.multiply(&normed));
        if self.shape().gelu {
            simd::run(GeGlu { gate: &mut gate, up: &up });
        } else {
            simd::run(SwiGlu { gate: &mut gate, up: &up });
        }
        let mut fed = layer.down.multiply(&gate);
        self.norm_again(&mut fed, layer.after_feed_norm.as_deref());
        add(states, &fed);
    }

    fn norm(&self, states: &[f32], weight: &[f32]) -> Vec<f32> {
        let mut normed = vec![0.0; states.len()];
        simd::run(Norm { from: states, to: &mut normed, weight, epsilon: self.shape().epsilon });
        normed
    }

    /// Where there is such a norm, of rows of its width.
    fn norm_again(&self, states: &mut Vec<f32>, weight: Option<&[f32]>) {
        if let Some(weight) = weight {
            *states = self.norm(states, weight);
        }
    }
}

fn add(to: &mut [f32], from: &[f32]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
}
