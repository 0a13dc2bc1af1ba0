//! The weights of a file, by layer: matrices, biases and norms.

use std::ops::Range;

use super::{gguf::Source, matrix::Matrix, problem::Problem, shape::Shape};

/// A matrix, and what is added to its every output.
pub struct Linear {
    pub matrix: Matrix,
    bias: Option<Vec<f32>>,
}

impl Linear {
    /// `inputs` are rows; gives as many.
    pub fn apply(&self, inputs: &[f32]) -> Vec<f32> {
        let mut out = self.matrix.multiply(inputs);
        if let Some(bias) = &self.bias {
            out.chunks_exact_mut(bias.len()).for_each(|row| row.iter_mut().zip(bias).for_each(|(out, bias)| *out += bias));
        }
        out
    }
}

/// Norms that are optional here are those of some families only.
pub struct Layer {
    pub attention_norm: Vec<f32>,
    pub query: Linear,
    pub key: Linear,
    pub value: Linear,
    /// Of each head.
    pub query_norm: Option<Vec<f32>>,
    pub key_norm: Option<Vec<f32>>,
    pub out: Linear,
    pub after_attention_norm: Option<Vec<f32>>,
    pub feed_norm: Vec<f32>,
    pub gate: Matrix,
    pub up: Matrix,
    pub down: Matrix,
    pub after_feed_norm: Option<Vec<f32>>,
}

pub struct Weights {
    pub shape: Shape,
    pub embedding: Matrix,
    pub layers: Vec<Layer>,
    pub norm: Vec<f32>,
    /// Absent where the embedding serves for both.
    pub output: Option<Matrix>,
}

impl Source {
    fn matrix(&mut self, name: &str) -> Result<Matrix, Problem> {
        Ok(Matrix::read(&self.tensor(&format!("{name}.weight"))?)?)
    }

    fn needed(&mut self, name: &str) -> Result<Vec<f32>, Problem> {
        let name = format!("{name}.weight");
        self.vector(&name)?.ok_or_else(|| Problem::Broken(format!("it has no tensor “{name}”")))
    }

    fn linear(&mut self, name: &str) -> Result<Linear, Problem> {
        Ok(Linear { matrix: self.matrix(name)?, bias: self.vector(&format!("{name}.bias"))? })
    }

    /// The queries', keys' and values', which some families lay upon each other.
    fn attention(&mut self, layer: usize, shape: &Shape) -> Result<[Linear; 3], Problem> {
        let all = format!("blk.{layer}.attn_qkv");
        if !self.has(&format!("{all}.weight")) {
            let mut part = |part: &str| self.linear(&format!("blk.{layer}.attn_{part}"));
            return Ok([part("q")?, part("k")?, part("v")?]);
        }
        let (tensor, bias) = (self.tensor(&format!("{all}.weight"))?, self.vector(&format!("{all}.bias"))?);
        let (queries, keys) = (shape.heads * shape.head, shape.kv_heads * shape.head);
        let part = |rows: Range<usize>| {
            let bias = bias.as_ref().and_then(|bias| bias.get(rows.clone())).map(<[f32]>::to_vec);
            Ok::<_, Problem>(Linear { matrix: Matrix::part(&tensor, rows)?, bias })
        };
        Ok([part(0..queries)?, part(queries..queries + keys)?, part(queries + keys..queries + 2 * keys)?])
    }

    /// The gate's and the other, which some families lay upon each other.
    fn gates(&mut self, layer: usize) -> Result<[Matrix; 2], Problem> {
        let (gate, up) = (format!("blk.{layer}.ffn_gate"), format!("blk.{layer}.ffn_up"));
        if self.has(&format!("{gate}.weight")) {
            return Ok([self.matrix(&gate)?, self.matrix(&up)?]);
        }
        let tensor = self.tensor(&format!("{up}.weight"))?;
        let rows = tensor.shape().dims2()?.0;
        Ok([Matrix::part(&tensor, 0..rows / 2)?, Matrix::part(&tensor, rows / 2..rows)?])
    }

    fn layer(&mut self, at: usize, shape: &Shape) -> Result<Layer, Problem> {
        let name = |part: &str| format!("blk.{at}.{part}");
        let [query, key, value] = self.attention(at, shape)?;
        let [gate, up] = self.gates(at)?;
        Ok(Layer {
            attention_norm: self.needed(&name("attn_norm"))?,
            query,
            key,
            value,
            query_norm: self.vector(&name("attn_q_norm.weight"))?,
            key_norm: self.vector(&name("attn_k_norm.weight"))?,
            out: self.linear(&name("attn_output"))?,
            after_attention_norm: self.vector(&name("post_attention_norm.weight"))?,
            feed_norm: self.needed(&name("ffn_norm"))?,
            gate,
            up,
            down: self.matrix(&name("ffn_down"))?,
            after_feed_norm: self.vector(&name("post_ffw_norm.weight"))?,
        })
    }

    /// # Errors
    /// A family or a format that is not read, or a broken file.
    pub fn weights(&mut self) -> Result<Weights, Problem> {
        let shape = Shape::read(self)?;
        let layers = (0..shape.layers).map(|at| self.layer(at, &shape)).collect::<Result<_, _>>()?;
        let output = self.has("output.weight").then(|| self.matrix("output")).transpose()?;
        let weights = Weights { embedding: self.matrix("token_embd")?, layers, norm: self.needed("output_norm")?, output, shape };
        if weights.fits() { Ok(weights) } else { Err(Problem::Broken("its tensors do not fit together".to_owned())) }
    }
}

impl Weights {
    /// Whether every matrix and norm is as large as the shape says; arithmetic does not look again.
    fn fits(&self) -> bool {
        let Shape { width, heads, kv_heads, head, .. } = self.shape;
        let sized = |matrix: &Matrix, rows: usize, columns: usize| matrix.rows == rows && matrix.columns == columns;
        let linear = |linear: &Linear, rows, columns| sized(&linear.matrix, rows, columns) && linear.bias.as_ref().is_none_or(|bias| bias.len() == rows);
        let norm = |norm: &Option<Vec<f32>>, size: usize| norm.as_ref().is_none_or(|norm| norm.len() == size);
        let layer = |l: &Layer| {
            linear(&l.query, heads * head, width)
                && [&l.key, &l.value].iter().all(|part| linear(part, kv_heads * head, width))
                && linear(&l.out, width, heads * head)
                && [&l.query_norm, &l.key_norm].iter().all(|part| norm(part, head))
                && [&l.after_attention_norm, &l.after_feed_norm].iter().all(|part| norm(part, width))
                && [&l.attention_norm, &l.feed_norm].iter().all(|part| part.len() == width)
                && sized(&l.up, l.gate.rows, width)
                && l.gate.columns == width
                && sized(&l.down, width, l.gate.rows)
        };
        let output = self.output.as_ref().unwrap_or(&self.embedding);
        let rope = [Some(&self.shape.rope), self.shape.window.as_ref().map(|window| &window.rope)];
        let rope = rope.into_iter().flatten().all(|rope| rope.slower.is_empty() || rope.slower.len() == rope.dimensions / 2);
        self.embedding.columns == width && sized(output, self.embedding.rows, width) && self.norm.len() == width && rope && self.layers.iter().all(layer)
    }

    /// Memory, in bytes.
    pub fn bytes(&self) -> usize {
        let layer = |l: &Layer| {
            let linear = [&l.query, &l.key, &l.value, &l.out].map(|part| part.matrix.bytes());
            linear.iter().sum::<usize>() + [&l.gate, &l.up, &l.down].map(Matrix::bytes).iter().sum::<usize>()
        };
        self.embedding.bytes() + self.output.as_ref().map_or(0, Matrix::bytes) + self.layers.iter().map(layer).sum::<usize>()
    }
}
