//! From tokens to the scores of the next one: a llama with rotary positions, grouped heads and a cache of keys and values.
//! Each position is computed by itself, in one order of operations (see `simd`), so any split of a text gives the same bits.

use rayon::prelude::*;

use super::{
    simd::{self, Attend, Norm, SwiGlu},
    weights::{Layer, Shape, Weights},
};

pub struct Model {
    weights: Weights,
    /// Cosine and sine by position and pair of a head's dimensions.
    angles: Vec<[f32; 2]>,
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
        let Shape { head, context, rope, .. } = weights.shape;
        let angle = |position: usize, pair: usize| position as f64 / rope.powf((2 * pair) as f64 / head as f64);
        let angles = (0..context).flat_map(|position| (0..head / 2).map(move |pair| angle(position, pair)));
        let angles = angles.map(|angle| [angle.cos() as f32, angle.sin() as f32]).collect();
        Self { weights, angles }
    }

    pub fn shape(&self) -> &Shape {
        &self.weights.shape
    }

    /// Memory of the weights, in bytes.
    pub fn bytes(&self) -> usize {
        self.weights.bytes() + size_of_val(self.angles.as_slice())
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
        let per_layer = self.shape().kv_heads * 2;
        for (layer, lanes) in self.weights.layers.iter().zip(cache.lanes.chunks_exact_mut(per_layer)) {
            self.attention(layer, lanes, cache.tokens.len(), &mut states);
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

    fn attention(&self, layer: &Layer, lanes: &mut [Vec<f32>], start: usize, states: &mut [f32]) {
        let head = self.shape().head;
        let normed = self.norm(states, &layer.attention_norm);
        let (mut queries, mut keys, values) = (layer.query.multiply(&normed), layer.key.multiply(&normed), layer.value.multiply(&normed));
        let scale = 1.0 / (head as f32).sqrt();
        queries.iter_mut().for_each(|query| *query *= scale);
        self.turn(&mut queries, layer.query.rows, start);
        self.turn(&mut keys, layer.key.rows, start);
        for (at, [key_lane, value_lane]) in lanes.as_chunks_mut::<2>().0.iter_mut().enumerate() {
            let part = |row: &[f32]| row[at * head..][..head].to_vec();
            keys.chunks_exact(layer.key.rows).for_each(|row| key_lane.extend(part(row)));
            values.chunks_exact(layer.value.rows).for_each(|row| value_lane.extend(part(row)));
        }
        let mixed = self.mix(&queries, lanes, start);
        add(states, &layer.out.multiply(&mixed));
    }

    /// Every query over the positions up to its own.
    fn mix(&self, queries: &[f32], lanes: &[Vec<f32>], start: usize) -> Vec<f32> {
        let Shape { width, heads, kv_heads, head, .. } = *self.shape();
        let group = heads / kv_heads * head;
        let mut mixed = vec![0.0; queries.len()];
        for (at, [keys, values]) in lanes.as_chunks::<2>().0.iter().enumerate() {
            let rows = mixed.par_chunks_mut(width).zip(queries.par_chunks(width)).enumerate();
            rows.for_each_init(Vec::new, |scores, (row, (out, query))| {
                let seen = (start + row + 1) * head;
                let span = at * group..(at + 1) * group;
                for (out, query) in out[span.clone()].chunks_exact_mut(head).zip(query[span].chunks_exact(head)) {
                    simd::run(Attend { query, keys: &keys[..seen], values: &values[..seen], scores, out });
                }
            });
        }
        mixed
    }

    fn feed(&self, layer: &Layer, states: &mut [f32]) {
        let normed = self.norm(states, &layer.feed_norm);
        let (mut gate, up) = (layer.gate.multiply(&normed), layer.up.multiply(&normed));
        simd::run(SwiGlu { gate: &mut gate, up: &up });
        add(states, &layer.down.multiply(&gate));
    }

    fn norm(&self, states: &[f32], weight: &[f32]) -> Vec<f32> {
        let mut normed = vec![0.0; states.len()];
        simd::run(Norm { from: states, to: &mut normed, weight, epsilon: self.shape().epsilon });
        normed
    }

    /// Turns each neighbouring pair of a head's dimensions by its position's angle (the order of llama's GGUF files).
    fn turn(&self, rows: &mut [f32], width: usize, start: usize) {
        let head = self.shape().head;
        for (row, angles) in rows.chunks_exact_mut(width).zip(self.angles.chunks_exact(head / 2).skip(start)) {
            for head in row.chunks_exact_mut(head) {
                for ([x, y], [cos, sin]) in head.as_chunks_mut::<2>().0.iter_mut().zip(angles) {
                    (*x, *y) = (*x * cos - *y * sin, *x * sin + *y * cos);
                }
            }
        }
    }
}

fn add(to: &mut [f32], from: &[f32]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
}
