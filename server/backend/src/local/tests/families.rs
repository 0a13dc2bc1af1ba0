//! Every family that is read gives the scores that a plain computation gives, on small models with weights by chance.

use candle_core::quantized::{GgmlDType, gguf_file::Value};

use super::{
    super::{forward::Model, gguf::Source},
    files::{Draft, FEED, HEADS, KV_HEADS, LAYERS, TOKENS, WIDTH},
    reference::{Ways, scores},
};

const TEXT: [u32; 13] = [104, 261, 17, 17, 274, 3, 99, 200, 150, 31, 8, 77, 260];

/// What the file on the disk gives: read whole, and in two parts.
fn ours(draft: &Draft) -> Vec<f32> {
    let written = draft.write();
    let model = Model::new(Source::open(&written.0).unwrap().weights().unwrap());
    let mut cache = model.cache(TEXT.len());
    let whole = model.scores(&model.read(&TEXT, &mut cache));
    let mut cache = model.cache(TEXT.len());
    model.read(&TEXT[..8], &mut cache);
    assert_eq!(whole, model.scores(&model.read(&TEXT[8..], &mut cache)));
    #[cfg(feature = "llama-cpp")]
    super::llama_cpp::agrees(&written.0, &TEXT, &whole);
    whole
}

fn agree(ours: &[f32], expected: &[f64]) {
    assert_eq!(ours.len(), expected.len());
    let most = expected.iter().fold(0.0f64, |most, score| most.max(score.abs()));
    let worst = ours.iter().zip(expected).map(|(ours, expected)| (f64::from(*ours) - expected).abs()).fold(0.0, f64::max);
    assert!(worst < 1e-4 * most && most > 0.1, "{worst} of {most}");
}

fn each_layer(mut work: impl FnMut(&str)) {
    (0..LAYERS).for_each(|layer| work(&format!("blk.{layer}.")));
}

#[test]
fn llama_with_an_output_of_its_own_and_slowed_angles() {
    let mut draft = Draft::new("llama", 32);
    draft.matrix("output", TOKENS, WIDTH, GgmlDType::F32);
    let slower: Vec<f32> = (0..16).map(|pair| 1.0 + pair as f32 / 2.0).collect();
    draft.vector("rope_freqs.weight", &slower);
    let expected = scores(&draft, Ways { slower: Some("rope_freqs.weight"), ..Ways::default() }, &TEXT);
    agree(&ours(&draft), &expected);
}

#[test]
fn llama_in_a_mix_of_formats() {
    let mut draft = Draft::new("llama", 32);
    draft.store("token_embd.weight", GgmlDType::Q8_0);
    for (part, format) in
        [("attn_q", GgmlDType::Q4_0), ("attn_v", GgmlDType::Q5_0), ("attn_output", GgmlDType::F16), ("ffn_up", GgmlDType::Q5_1), ("ffn_down", GgmlDType::Q4_1)]
    {
        each_layer(|layer| draft.store(&format!("{layer}{part}.weight"), format));
    }
    let expected = scores(&draft, Ways::default(), &TEXT);
    agree(&ours(&draft), &expected);
}

#[test]
fn qwen2_with_biases() {
    let mut draft = Draft::new("qwen2", 32);
    each_layer(|layer| {
        draft.bias(&format!("{layer}attn_q"), HEADS * 32);
        draft.bias(&format!("{layer}attn_k"), KV_HEADS * 32);
        draft.bias(&format!("{layer}attn_v"), KV_HEADS * 32);
    });
    let expected = scores(&draft, Ways { halves: true, ..Ways::default() }, &TEXT);
    agree(&ours(&draft), &expected);
}

#[test]
fn qwen3_with_normed_heads_wider_than_their_share() {
    let mut draft = Draft::new("qwen3", 64);
    each_layer(|layer| {
        draft.norm(&format!("{layer}attn_q_norm"), 64);
        draft.norm(&format!("{layer}attn_k_norm"), 64);
    });
    let expected = scores(&draft, Ways { halves: true, ..Ways::default() }, &TEXT);
    agree(&ours(&draft), &expected);
}

#[test]
fn phi3_with_stacked_matrices_and_long_rope() {
    let mut draft = Draft::new("phi3", 32);
    draft.matrix("output", TOKENS, WIDTH, GgmlDType::F32);
    draft.own("rope.dimension_count", Value::U32(24));
    draft.own("rope.scaling.attn_factor", Value::F32(1.19));
    draft.own("rope.scaling.original_context_length", Value::U32(256));
    let slower: Vec<f32> = (0..12).map(|pair| 1.0 + pair as f32 / 3.0).collect();
    draft.vector("rope_factors_long.weight", &slower);
    draft.vector("rope_factors_short.weight", &[1.0; 12]);
    let expected = scores(&draft, Ways { halves: true, slower: Some("rope_factors_long.weight"), gain: Some(1.19), ..Ways::default() }, &TEXT);
    each_layer(|layer| {
        let name = |part: &str| format!("{layer}{part}.weight");
        draft.stack(&[&name("attn_q"), &name("attn_k"), &name("attn_v")], &name("attn_qkv"));
        draft.stack(&[&name("ffn_gate"), &name("ffn_up")], &name("ffn_up"));
    });
    assert_eq!(draft.tensors["blk.0.ffn_up.weight"].shape().dims(), [2 * FEED, WIDTH]);
    agree(&ours(&draft), &expected);
}

#[test]
fn glm4_with_half_turned_heads_and_norms_after() {
    let mut draft = Draft::new("glm4", 32);
    draft.own("rope.dimension_count", Value::U32(16));
    draft.matrix("output", TOKENS, WIDTH, GgmlDType::F32);
    each_layer(|layer| {
        draft.norm(&format!("{layer}post_attention_norm"), WIDTH);
        draft.norm(&format!("{layer}post_ffw_norm"), WIDTH);
        draft.bias(&format!("{layer}attn_q"), HEADS * 32);
        draft.bias(&format!("{layer}attn_k"), KV_HEADS * 32);
        draft.bias(&format!("{layer}attn_v"), KV_HEADS * 32);
    });
    let expected = scores(&draft, Ways::default(), &TEXT);
    each_layer(|layer| draft.stack(&[&format!("{layer}ffn_gate.weight"), &format!("{layer}ffn_up.weight")], &format!("{layer}ffn_up.weight")));
    agree(&ours(&draft), &expected);
}

#[test]
fn gemma3_with_windows() {
    let mut draft = Draft::new("gemma3", 32);
    draft.own("attention.sliding_window", Value::U32(5));
    draft.own("attention.sliding_window_pattern", Value::U32(2));
    each_layer(|layer| {
        for (norm, size) in [("attn_q_norm", 32), ("attn_k_norm", 32), ("post_attention_norm", WIDTH), ("post_ffw_norm", WIDTH)] {
            draft.norm(&format!("{layer}{norm}"), size);
        }
    });
    let ways = Ways { halves: true, gelu: true, embedding_scale: true, window: Some(5), ..Ways::default() };
    let expected = scores(&draft, ways, &TEXT);
    agree(&ours(&draft), &expected);
}
