//! Small models of every family, with weights by chance, written as GGUF files.

use std::{
    collections::BTreeMap,
    fs::File,
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};

use candle_core::{
    Device, Tensor,
    quantized::{
        GgmlDType, QTensor,
        gguf_file::{self, Value},
    },
};

pub const WIDTH: usize = 64;
pub const HEADS: usize = 2;
pub const KV_HEADS: usize = 1;
pub const FEED: usize = 96;
pub const LAYERS: usize = 2;
/// No multiple of a tile's rows.
pub const TOKENS: usize = 275;

/// What a file says and holds, before it is written.
pub struct Draft {
    pub metadata: BTreeMap<String, Value>,
    pub tensors: BTreeMap<String, QTensor>,
    family: &'static str,
    seed: u64,
}

/// A file that goes when it is no longer of use.
pub struct Written(pub PathBuf);

impl Drop for Written {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.0));
    }
}

impl Draft {
    /// A model of the family, whose heads are `head` wide.
    pub fn new(family: &'static str, head: usize) -> Self {
        let mut draft = Self { metadata: BTreeMap::new(), tensors: BTreeMap::new(), family, seed: 1 };
        draft.metadata.insert("general.architecture".to_owned(), Value::String(family.to_owned()));
        draft.metadata.insert("general.name".to_owned(), Value::String("A small model".to_owned()));
        let sizes = [
            ("context_length", 512),
            ("embedding_length", WIDTH),
            ("block_count", LAYERS),
            ("feed_forward_length", FEED),
            ("attention.head_count", HEADS),
            ("attention.head_count_kv", KV_HEADS),
            ("attention.key_length", head),
            ("attention.value_length", head),
            ("rope.dimension_count", head),
            ("vocab_size", TOKENS),
        ];
        sizes.iter().for_each(|(key, size)| draft.own(key, Value::U32(*size as u32)));
        draft.own("attention.layer_norm_rms_epsilon", Value::F32(1e-5));
        draft.own("rope.freq_base", Value::F32(50_000.0));
        draft.matrix("token_embd", TOKENS, WIDTH, GgmlDType::F32);
        draft.norm("output_norm", WIDTH);
        for layer in 0..LAYERS {
            let name = |part: &str| format!("blk.{layer}.{part}");
            draft.norm(&name("attn_norm"), WIDTH);
            draft.norm(&name("ffn_norm"), WIDTH);
            for (part, rows, columns) in [
                ("attn_q", HEADS * head, WIDTH),
                ("attn_k", KV_HEADS * head, WIDTH),
                ("attn_v", KV_HEADS * head, WIDTH),
                ("attn_output", WIDTH, HEADS * head),
                ("ffn_gate", FEED, WIDTH),
                ("ffn_up", FEED, WIDTH),
                ("ffn_down", WIDTH, FEED),
            ] {
                draft.matrix(&name(part), rows, columns, GgmlDType::F32);
            }
        }
        draft.words();
        draft
    }

    /// An entry under the family's name.
    pub fn own(&mut self, key: &str, value: Value) {
        self.metadata.insert(format!("{}.{key}", self.family), value);
    }

    pub fn say(&mut self, key: &str, value: Value) {
        self.metadata.insert(format!("tokenizer.{key}"), value);
    }

    fn chance(&mut self, count: usize) -> Vec<f32> {
        let mut next = || {
            self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.seed >> 40) as f32 / (1 << 23) as f32 - 1.0
        };
        (0..count).map(|_| next()).collect()
    }

    pub fn matrix(&mut self, name: &str, rows: usize, columns: usize, format: GgmlDType) {
        let weights = Tensor::from_vec(self.chance(rows * columns), (rows, columns), &Device::Cpu).unwrap();
        self.tensors.insert(format!("{name}.weight"), QTensor::quantize(&(weights * 0.3).unwrap(), format).unwrap());
    }

    /// Numbers about 1.
    pub fn norm(&mut self, name: &str, size: usize) {
        let weights: Vec<f32> = self.chance(size).into_iter().map(|number| 1.0 + number / 2.0).collect();
        self.vector(&format!("{name}.weight"), &weights);
    }

    pub fn bias(&mut self, name: &str, size: usize) {
        let bias = self.chance(size);
        self.vector(&format!("{name}.bias"), &bias);
    }

    pub fn vector(&mut self, name: &str, numbers: &[f32]) {
        let tensor = Tensor::new(numbers, &Device::Cpu).unwrap();
        self.tensors.insert(name.to_owned(), QTensor::quantize(&tensor, GgmlDType::F32).unwrap());
    }

    /// The tensor in another format.
    pub fn store(&mut self, name: &str, format: GgmlDType) {
        let tensor = self.tensors[name].dequantize(&Device::Cpu).unwrap();
        self.tensors.insert(name.to_owned(), QTensor::quantize(&tensor, format).unwrap());
    }

    /// Two tensors as one, the first above.
    pub fn stack(&mut self, names: &[&str], whole: &str) {
        let parts: Vec<Tensor> = names.iter().map(|name| self.tensors.remove(*name).unwrap().dequantize(&Device::Cpu).unwrap()).collect();
        self.tensors.insert(whole.to_owned(), QTensor::quantize(&Tensor::cat(&parts, 0).unwrap(), GgmlDType::F32).unwrap());
    }

    /// A vocabulary of bytes and a few merges, as GPT-2 has them, with the tokens of ChatML.
    pub fn words(&mut self) {
        let letter = |byte: u8| match byte {
            b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff => char::from(byte),
            _ => char::from_u32(256 + (0..byte).filter(|byte| !matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff)).count() as u32).unwrap(),
        };
        let mut tokens: Vec<String> = (0..=255).map(|byte| letter(byte).to_string()).collect();
        let merges = ["h e", "l l", "he ll", "hell o", "Ġ w", "Ġw o", "r l", "Ġwo rl", "Ġworl d", "1 2"];
        tokens.extend(merges.iter().map(|merge| merge.replace(' ', "")));
        let mut kinds = vec![1; tokens.len()];
        for (token, kind) in [("<|im_start|>", 3), ("<|im_end|>", 3), ("<|endoftext|>", 3), ("<think>", 4)] {
            tokens.push(token.to_owned());
            kinds.push(kind);
        }
        while tokens.len() < TOKENS {
            tokens.push(format!("[PAD{}]", tokens.len()));
            kinds.push(5);
        }
        self.say("ggml.model", Value::String("gpt2".to_owned()));
        self.say("ggml.pre", Value::String("qwen2".to_owned()));
        self.say("ggml.tokens", texts(&tokens));
        self.say("ggml.merges", texts(&merges));
        self.say("ggml.token_type", Value::Array(kinds.into_iter().map(Value::I32).collect()));
        self.say("ggml.eos_token_id", Value::U32(267));
    }

    /// A vocabulary of pieces with scores, as SentencePiece has them.
    pub fn pieces(&mut self) {
        let mut tokens: Vec<(String, i32, f32)> = [("<unk>", 2), ("<s>", 3), ("</s>", 3)].map(|(text, kind)| (text.to_owned(), kind, 0.0)).into();
        tokens.extend((0..=255).map(|byte| (format!("<0x{byte:02X}>"), 6, 0.0)));
        let pieces = ["▁", "h", "e", "l", "o", "he", "ll", "hell", "hello", "▁hello", "lo", "▁h", "<", "s", ">", "\n\n"];
        tokens.extend(pieces.iter().enumerate().map(|(at, piece)| (piece.to_string(), if *piece == "\n\n" { 4 } else { 1 }, -(at as f32))));
        assert_eq!(tokens.len(), TOKENS);
        self.metadata.retain(|key, _| !key.starts_with("tokenizer."));
        self.say("ggml.model", Value::String("llama".to_owned()));
        self.say("ggml.tokens", texts(&tokens.iter().map(|token| token.0.as_str()).collect::<Vec<_>>()));
        self.say("ggml.token_type", Value::Array(tokens.iter().map(|token| Value::I32(token.1)).collect()));
        self.say("ggml.scores", Value::Array(tokens.iter().map(|token| Value::F32(token.2)).collect()));
        self.say("ggml.bos_token_id", Value::U32(1));
        self.say("ggml.eos_token_id", Value::U32(2));
    }

    pub fn write(&self) -> Written {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("atelier-model-{}-{number}.gguf", std::process::id()));
        let metadata: Vec<(&str, &Value)> = self.metadata.iter().map(|(key, value)| (key.as_str(), value)).collect();
        let tensors: Vec<(&str, &QTensor)> = self.tensors.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect();
        gguf_file::write(&mut File::create(&path).unwrap(), &metadata, &tensors).unwrap();
        Written(path)
    }
}

fn texts<T: AsRef<str>>(texts: &[T]) -> Value {
    Value::Array(texts.iter().map(|text| Value::String(text.as_ref().to_owned())).collect())
}
