//! A BERT encoder whose sentence is the mean of its tokens' states, turned to unit length. The texts of a batch stand one behind the
//! other without padding: matrices see rows of tokens, and only attention knows where a text ends.

use candle_core::{
    Device, Result, Tensor, bail,
    quantized::{GgmlDType, QTensor},
};
use rayon::prelude::*;
use serde::Deserialize;

use super::{
    kernels::{Attend, Bias, Gelu, HEAD, LayerNorm, SIDE, tiles},
    lookup::to_unit,
    source::Source,
    thread::Model,
};
use crate::local::{matrix::Matrix, simd};

/// As its `config.json` has it.
#[derive(Debug, Deserialize)]
struct Config {
    hidden_act: String,
    hidden_size: usize,
    intermediate_size: usize,
    layer_norm_eps: f32,
    max_position_embeddings: usize,
    num_attention_heads: usize,
    num_hidden_layers: usize,
    type_vocab_size: usize,
    vocab_size: usize,
}

struct Dense {
    matrix: Matrix,
    bias: Vec<f32>,
}

struct Norm {
    weight: Vec<f32>,
    shift: Vec<f32>,
}

struct Layer {
    /// Queries, keys and values at once.
    mix: Dense,
    out: Dense,
    out_norm: Norm,
    up: Dense,
    down: Dense,
    down_norm: Norm,
}

pub struct Sentence {
    width: usize,
    epsilon: f32,
    words: Vec<f32>,
    /// With the type's vector, which is the same for every text, added.
    positions: Vec<f32>,
    norm: Norm,
    layers: Vec<Layer>,
}

impl Sentence {
    /// # Errors
    /// Another architecture, or fewer positions than the window has tokens.
    pub fn read(source: &Source, dims: usize, window: usize) -> Result<Self> {
        let config: Config = source.config()?;
        let width = config.hidden_size;
        if width != dims || width != config.num_attention_heads * HEAD || config.hidden_act != "gelu" || config.max_position_embeddings < window {
            bail!("an encoder of this shape is not read: {config:?}");
        }
        let table = |name: &str, rows| source.numbers(&format!("embeddings.{name}_embeddings.weight"), &[rows, width]);
        let (mut positions, types) = (table("position", config.max_position_embeddings)?, table("token_type", config.type_vocab_size)?);
        positions.chunks_exact_mut(width).for_each(|row| add(row, &types[..width]));
        Ok(Self {
            width,
            epsilon: config.layer_norm_eps,
            words: table("word", config.vocab_size)?,
            positions,
            norm: norm(source, "embeddings.LayerNorm", width)?,
            layers: (0..config.num_hidden_layers).map(|at| layer(source, at, &config)).collect::<Result<_>>()?,
        })
    }

    /// Words at their positions, one row a token.
    fn states(&self, texts: &[Vec<u32>]) -> Vec<f32> {
        let mut states = Vec::with_capacity(texts.iter().map(|ids| ids.len() * self.width).sum());
        for ids in texts {
            for (id, position) in ids.iter().zip(self.positions.chunks_exact(self.width)) {
                let word = &self.words[*id as usize * self.width..][..self.width];
                states.extend(word.iter().zip(position).map(|(word, position)| word + position));
            }
        }
        self.normalise(&mut states, &self.norm);
        states
    }

    fn attention(&self, layer: &Layer, lengths: &[usize], states: &mut [f32]) {
        let mut mixed = layer.mix.matrix.multiply(states);
        simd::run(Bias { rows: &mut mixed, bias: &layer.mix.bias });
        let mut texts = Vec::with_capacity(lengths.len());
        let mut rest = mixed.as_slice();
        for length in lengths {
            let (text, after) = rest.split_at(length * 3 * self.width);
            texts.push(text);
            rest = after;
        }
        let keys: Vec<_> = texts.par_iter().map(|text| tiles(text, self.width)).collect();
        let mut out = vec![0.0; states.len()];
        let mut groups = Vec::new();
        let mut rest = out.as_mut_slice();
        for (text, length) in lengths.iter().enumerate() {
            let (rows, after) = rest.split_at_mut(length * self.width);
            groups.extend(rows.chunks_mut(SIDE * self.width).enumerate().map(|(group, out)| (text, group * SIDE, out)));
            rest = after;
        }
        groups.into_par_iter().for_each_init(Vec::new, |scores, (text, first, out)| {
            simd::run(Attend { mixed: texts[text], keys: &keys[text], first, width: self.width, scores, out });
        });
        self.join(states, &layer.out, &out, &layer.out_norm);
    }

    fn feed(&self, layer: &Layer, states: &mut [f32]) {
        let mut up = layer.up.matrix.multiply(states);
        up.par_chunks_mut(SIDE * layer.up.matrix.rows).for_each(|rows| simd::run(Gelu { rows, bias: &layer.up.bias }));
        self.join(states, &layer.down, &up, &layer.down_norm);
    }

    /// `states = norm(states + dense(inputs))`
    fn join(&self, states: &mut [f32], dense: &Dense, inputs: &[f32], norm: &Norm) {
        let mut out = dense.matrix.multiply(inputs);
        simd::run(Bias { rows: &mut out, bias: &dense.bias });
        add(states, &out);
        self.normalise(states, norm);
    }

    fn normalise(&self, rows: &mut [f32], norm: &Norm) {
        simd::run(LayerNorm { rows, weight: &norm.weight, shift: &norm.shift, epsilon: self.epsilon });
    }
}

impl Model for Sentence {
    fn embed(&self, texts: &[Vec<u32>]) -> Vec<Vec<f32>> {
        let lengths: Vec<usize> = texts.iter().map(Vec::len).collect();
        let mut states = self.states(texts);
        for layer in &self.layers {
            self.attention(layer, &lengths, &mut states);
            self.feed(layer, &mut states);
        }
        let mut rest = states.as_slice();
        let mut mean = |length: &usize| {
            let (rows, after) = rest.split_at(length * self.width);
            rest = after;
            let mut sum = vec![0.0; self.width];
            rows.chunks_exact(self.width).for_each(|row| add(&mut sum, row));
            to_unit(&mut sum);
            sum
        };
        lengths.iter().map(&mut mean).collect()
    }

    fn bytes(&self) -> usize {
        let layer = |l: &Layer| [&l.mix, &l.out, &l.up, &l.down].map(|dense| dense.matrix.bytes()).iter().sum::<usize>();
        size_of_val(self.words.as_slice()) + size_of_val(self.positions.as_slice()) + self.layers.iter().map(layer).sum::<usize>()
    }
}

fn layer(source: &Source, at: usize, config: &Config) -> Result<Layer> {
    let (width, wide) = (config.hidden_size, config.intermediate_size);
    let name = |part: &str| format!("encoder.layer.{at}.{part}");
    let mixed = ["query", "key", "value"].map(|part| name(&format!("attention.self.{part}")));
    Ok(Layer {
        mix: dense(source, &mixed, width, width)?,
        out: dense(source, &[name("attention.output.dense")], width, width)?,
        out_norm: norm(source, &name("attention.output.LayerNorm"), width)?,
        up: dense(source, &[name("intermediate.dense")], wide, width)?,
        down: dense(source, &[name("output.dense")], width, wide)?,
        down_norm: norm(source, &name("output.LayerNorm"), width)?,
    })
}

/// Several of the same shape, one below the other.
fn dense(source: &Source, names: &[String], rows: usize, columns: usize) -> Result<Dense> {
    let (mut weights, mut bias) = (Vec::new(), Vec::new());
    for name in names {
        weights.extend(source.numbers(&format!("{name}.weight"), &[rows, columns])?);
        bias.extend(source.numbers(&format!("{name}.bias"), &[rows])?);
    }
    let weights = Tensor::from_vec(weights, (names.len() * rows, columns), &Device::Cpu)?;
    Ok(Dense { matrix: Matrix::read(&QTensor::quantize(&weights, GgmlDType::F32)?)?, bias })
}

fn norm(source: &Source, name: &str, width: usize) -> Result<Norm> {
    let numbers = |part: &str| source.numbers(&format!("{name}.{part}"), &[width]);
    Ok(Norm { weight: numbers("weight")?, shift: numbers("bias")? })
}

fn add(to: &mut [f32], from: &[f32]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
}
