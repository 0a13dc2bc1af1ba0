//! Reads a GGUF file of the llama architecture: its shape, its matrices, its norms.

use std::{fs::File, io::BufReader, path::Path};

use candle_core::{
    Device, Result, bail,
    quantized::{
        QTensor,
        gguf_file::{Content, Value},
    },
};

use super::matrix::Matrix;

/// Sizes of a model, in numbers unless said otherwise.
#[derive(Clone, Debug)]
pub struct Shape {
    /// Of a token's state.
    pub width: usize,
    pub heads: usize,
    /// Heads of keys and values; each serves `heads / kv_heads` queries.
    pub kv_heads: usize,
    /// Of one head.
    pub head: usize,
    /// Tokens of the longest text.
    pub context: usize,
    pub epsilon: f32,
    /// The base of the rotary angles.
    pub rope: f64,
}

pub struct Layer {
    pub attention_norm: Vec<f32>,
    pub query: Matrix,
    pub key: Matrix,
    pub value: Matrix,
    pub out: Matrix,
    pub feed_norm: Vec<f32>,
    pub gate: Matrix,
    pub up: Matrix,
    pub down: Matrix,
}

pub struct Weights {
    pub shape: Shape,
    pub embedding: Matrix,
    pub layers: Vec<Layer>,
    pub norm: Vec<f32>,
    /// Absent where the embedding serves for both.
    pub output: Option<Matrix>,
}

/// An open file whose metadata is read.
pub struct Source {
    content: Content,
    file: BufReader<File>,
}

impl Source {
    /// # Errors
    /// No file, or not GGUF.
    pub fn open(path: &Path) -> Result<Self> {
        let mut file = BufReader::with_capacity(1 << 20, File::open(path)?);
        let content = Content::read(&mut file)?;
        Ok(Self { content, file })
    }

    /// # Errors
    /// The file has no such entry.
    pub fn value(&self, key: &str) -> Result<&Value> {
        self.content.metadata.get(key).ok_or_else(|| candle_core::Error::Msg(format!("the file has no “{key}”")))
    }

    fn size(&self, key: &str) -> Result<usize> {
        Ok(self.value(&format!("llama.{key}"))?.to_u32()? as usize)
    }

    fn shape(&self) -> Result<Shape> {
        let architecture = self.value("general.architecture")?.to_string()?;
        if architecture != "llama" {
            bail!("the architecture is “{architecture}”; only llama is read");
        }
        let (width, heads) = (self.size("embedding_length")?, self.size("attention.head_count")?);
        let shape = Shape {
            width,
            heads,
            kv_heads: self.size("attention.head_count_kv")?,
            head: width.checked_div(heads).unwrap_or(0),
            context: self.size("context_length")?,
            epsilon: self.value("llama.attention.layer_norm_rms_epsilon")?.to_f32()?,
            rope: self.value("llama.rope.freq_base").and_then(Value::to_f32).map_or(10_000.0, f64::from),
        };
        let fits = shape.head > 0 && shape.head.is_multiple_of(32) && shape.head * heads == width && shape.kv_heads > 0 && heads.is_multiple_of(shape.kv_heads);
        if fits { Ok(shape) } else { bail!("heads of this shape are not read: {shape:?}") }
    }

    fn tensor(&mut self, name: &str) -> Result<QTensor> {
        self.content.tensor(&mut self.file, name, &Device::Cpu)
    }

    fn matrix(&mut self, name: &str) -> Result<Matrix> {
        Matrix::read(&self.tensor(&format!("{name}.weight"))?)
    }

    fn vector(&mut self, name: &str) -> Result<Vec<f32>> {
        self.tensor(&format!("{name}.weight"))?.dequantize(&Device::Cpu)?.to_vec1()
    }

    fn layer(&mut self, at: usize) -> Result<Layer> {
        let name = |part: &str| format!("blk.{at}.{part}");
        Ok(Layer {
            attention_norm: self.vector(&name("attn_norm"))?,
            query: self.matrix(&name("attn_q"))?,
            key: self.matrix(&name("attn_k"))?,
            value: self.matrix(&name("attn_v"))?,
            out: self.matrix(&name("attn_output"))?,
            feed_norm: self.vector(&name("ffn_norm"))?,
            gate: self.matrix(&name("ffn_gate"))?,
            up: self.matrix(&name("ffn_up"))?,
            down: self.matrix(&name("ffn_down"))?,
        })
    }

    /// # Errors
    /// Another architecture, or a broken file.
    pub fn weights(mut self) -> Result<Weights> {
        let shape = self.shape()?;
        let layers = (0..self.size("block_count")?).map(|at| self.layer(at)).collect::<Result<_>>()?;
        let output = self.content.tensor_infos.contains_key("output.weight").then(|| self.matrix("output")).transpose()?;
        Ok(Weights { shape, embedding: self.matrix("token_embd")?, layers, norm: self.vector("output_norm")?, output })
    }
}

impl Weights {
    /// Memory, in bytes.
    pub fn bytes(&self) -> usize {
        let layer = |l: &Layer| [&l.query, &l.key, &l.value, &l.out, &l.gate, &l.up, &l.down].map(Matrix::bytes).iter().sum::<usize>();
        self.embedding.bytes() + self.output.as_ref().map_or(0, Matrix::bytes) + self.layers.iter().map(layer).sum::<usize>()
    }
}
