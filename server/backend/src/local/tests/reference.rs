//! The same models computed plainly and in f64, position by position, to hold the fast ones against.

use candle_core::{Device, quantized::gguf_file::Value};

use super::files::{Draft, FEED, HEADS, KV_HEADS, LAYERS, WIDTH};

type Rows = Vec<Vec<f64>>;

/// How a family departs from llama.
#[derive(Default)]
pub struct Ways {
    pub halves: bool,
    pub gelu: bool,
    pub embedding_scale: bool,
    /// Tokens that the layers before the last see, which turn by the base of 10,000.
    pub window: Option<usize>,
    /// The tensor that slows the angles.
    pub slower: Option<&'static str>,
    pub gain: Option<f64>,
}

struct Plain<'a> {
    draft: &'a Draft,
    ways: Ways,
    head: usize,
    turning: usize,
}

/// The scores after the last token.
pub fn scores(draft: &Draft, ways: Ways, tokens: &[u32]) -> Vec<f64> {
    let size = |key: &str| draft.metadata.iter().find(|(name, _)| name.ends_with(key)).map(|(_, value)| value.to_u32().unwrap() as usize).unwrap();
    let plain = Plain { draft, ways, head: size(".attention.key_length"), turning: size(".rope.dimension_count") };
    let embedding = plain.matrix("token_embd.weight");
    let scale = if plain.ways.embedding_scale { (WIDTH as f64).sqrt() } else { 1.0 };
    let mut states: Rows = tokens.iter().map(|token| embedding[*token as usize].iter().map(|number| number * scale).collect()).collect();
    (0..LAYERS).for_each(|layer| plain.layer(layer, &mut states));
    let last = plain.norm(states.last().unwrap(), "output_norm");
    times(&plain.rows("output.weight").unwrap_or(embedding), &last)
}

impl Plain<'_> {
    fn rows(&self, name: &str) -> Option<Rows> {
        let rows = self.draft.tensors.get(name)?.dequantize(&Device::Cpu).unwrap().to_vec2::<f32>().unwrap();
        Some(rows.into_iter().map(|row| row.into_iter().map(f64::from).collect()).collect())
    }

    fn matrix(&self, name: &str) -> Rows {
        self.rows(name).unwrap_or_else(|| panic!("no {name}"))
    }

    fn vector(&self, name: &str) -> Option<Vec<f64>> {
        let numbers = self.draft.tensors.get(name)?.dequantize(&Device::Cpu).unwrap().to_vec1::<f32>().unwrap();
        Some(numbers.into_iter().map(f64::from).collect())
    }

    fn base(&self) -> f64 {
        self.draft
            .metadata
            .iter()
            .find(|(name, _)| name.ends_with(".rope.freq_base"))
            .map(|(_, value): (_, &Value)| f64::from(value.to_f32().unwrap()))
            .unwrap()
    }

    /// Where there is one.
    fn norm(&self, state: &[f64], name: &str) -> Vec<f64> {
        let Some(weight) = self.vector(&format!("{name}.weight")) else { return state.to_vec() };
        let mean = state.iter().map(|number| number * number).sum::<f64>() / state.len() as f64;
        state.iter().zip(weight).map(|(number, weight)| number / (mean + 1e-5).sqrt() * weight).collect()
    }

    fn linear(&self, state: &[f64], name: &str) -> Vec<f64> {
        let bias = self.vector(&format!("{name}.bias"));
        let out = times(&self.matrix(&format!("{name}.weight")), state);
        out.into_iter().enumerate().map(|(at, number)| number + bias.as_ref().map_or(0.0, |bias| bias[at])).collect()
    }

    fn layer(&self, layer: usize, states: &mut Rows) {
        let name = |part: &str| format!("blk.{layer}.{part}");
        let normed: Rows = states.iter().map(|state| self.norm(state, &name("attn_norm"))).collect();
        let heads = |part: &str, norm: &str, turns: bool| -> Vec<Rows> {
            let split = |(at, state): (usize, &Vec<f64>)| -> Rows {
                let whole = self.linear(state, &name(part));
                whole.chunks(self.head).map(|head| self.norm(head, &name(norm))).map(|head| if turns { self.turn(head, at, layer) } else { head }).collect()
            };
            normed.iter().enumerate().map(split).collect()
        };
        let (queries, keys, values) = (heads("attn_q", "attn_q_norm", true), heads("attn_k", "attn_k_norm", true), heads("attn_v", "none", false));
        for at in 0..states.len() {
            let mixed: Vec<f64> = (0..HEADS).flat_map(|head| self.attend(&queries[at][head], &keys, &values, head / (HEADS / KV_HEADS), at, layer)).collect();
            let out = self.norm(&self.linear(&mixed, &name("attn_output")), &name("post_attention_norm"));
            add(&mut states[at], &out);
            let normed = self.norm(&states[at], &name("ffn_norm"));
            let (gate, up) = (self.linear(&normed, &name("ffn_gate")), self.linear(&normed, &name("ffn_up")));
            assert_eq!(gate.len(), FEED);
            let fed: Vec<f64> = gate.iter().zip(up).map(|(gate, up)| self.gate(*gate) * up).collect();
            let out = self.norm(&self.linear(&fed, &name("ffn_down")), &name("post_ffw_norm"));
            add(&mut states[at], &out);
        }
    }

    fn is_windowed(&self, layer: usize) -> bool {
        self.ways.window.is_some() && layer + 1 < LAYERS
    }

    fn attend(&self, query: &[f64], keys: &[Rows], values: &[Rows], head: usize, at: usize, layer: usize) -> Vec<f64> {
        let first = self.ways.window.filter(|_| self.is_windowed(layer)).map_or(0, |window| (at + 1).saturating_sub(window));
        let weights: Vec<f64> = (first..=at).map(|other| (dot(query, &keys[other][head]) / (self.head as f64).sqrt()).exp()).collect();
        let sum: f64 = weights.iter().sum();
        (0..self.head).map(|column| (first..=at).zip(&weights).map(|(other, weight)| weight * values[other][head][column]).sum::<f64>() / sum).collect()
    }

    fn gate(&self, x: f64) -> f64 {
        if self.ways.gelu { 0.5 * x * (1.0 + ((2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x.powi(3))).tanh()) } else { x / (1.0 + (-x).exp()) }
    }

    fn turn(&self, mut head: Vec<f64>, position: usize, layer: usize) -> Vec<f64> {
        let slower = self.ways.slower.and_then(|name| self.vector(name));
        let base = if self.is_windowed(layer) { 10_000.0 } else { self.base() };
        for pair in 0..self.turning / 2 {
            let (x, y) = if self.ways.halves { (pair, pair + self.turning / 2) } else { (2 * pair, 2 * pair + 1) };
            let angle = position as f64 * base.powf(-2.0 * pair as f64 / self.turning as f64) / slower.as_ref().map_or(1.0, |slower| slower[pair]);
            let (sin, cos) = angle.sin_cos();
            let gain = self.ways.gain.unwrap_or(1.0);
            (head[x], head[y]) = ((head[x] * cos - head[y] * sin) * gain, (head[x] * sin + head[y] * cos) * gain);
        }
        head
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn times(matrix: &Rows, state: &[f64]) -> Vec<f64> {
    matrix.iter().map(|row| dot(row, state)).collect()
}

fn add(to: &mut [f64], from: &[f64]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
}
