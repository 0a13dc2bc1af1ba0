//! llama.cpp answers through the same door, and gives the scores that our own forward pass gives.

use std::path::Path;

use atelier_domain::completion::Finish;
use candle_core::quantized::gguf_file::Value;
use llama_cpp_2::model::{LlamaModel, params::LlamaModelParams};
use serde_json::json;

use super::{
    super::{
        LocalModel,
        gguf::Source,
        inspect,
        llama_cpp::{BACKEND, open},
        tokens::Vocabulary,
    },
    all, file,
    files::Draft,
    request, user,
};

/// Its scores for a text come close to `ours`; it rounds activations and keys.
pub fn agrees(path: &Path, text: &[u32], ours: &[f32]) {
    let mut theirs = Vec::new();
    open(path, |engine| {
        assert_eq!(engine.begin(text, 0), 0);
        engine.read(text).unwrap();
        theirs = engine.scores();
        engine.end();
        // Once more: all but the last token is held already.
        assert_eq!(engine.begin(text, 0), text.len() - 1);
        engine.read(&text[text.len() - 1..]).unwrap();
        let again = engine.scores();
        assert!(again.iter().zip(&theirs).all(|(again, theirs)| (again - theirs).abs() < 0.05));
    })
    .unwrap();
    assert_eq!(theirs.len(), ours.len());
    let most = ours.iter().fold(0.0f32, |most, score| most.max(score.abs()));
    let worst = ours.iter().zip(&theirs).map(|(ours, theirs)| (ours - theirs).abs()).fold(0.0, f32::max);
    println!("{}: {worst} of {most}", path.display());
    assert!(worst < 0.05 * most, "{worst} of {most}");
}

#[test]
fn smollm2_says_by_llama_cpp_what_it_says_by_us() {
    let Some(path) = file() else { return };
    let vocabulary = Vocabulary::read(&Source::open(&path).unwrap()).unwrap();
    let chat = vocabulary.chat(&[user("What is the capital of France? Answer in one sentence.")], &[]).unwrap();
    let mut answer = Vec::new();
    open(&path, |engine| {
        engine.begin(&chat, 24);
        engine.read(&chat).unwrap();
        for _ in 0..24 {
            let scores = engine.scores();
            let best = (0..scores.len()).max_by(|a, b| scores[*a].total_cmp(&scores[*b])).unwrap() as u32;
            let Some(bytes) = vocabulary.bytes(best) else { break };
            answer.extend_from_slice(bytes);
            engine.read(&[best]).unwrap();
        }
    })
    .unwrap();
    assert_eq!(String::from_utf8(answer).unwrap(), "The capital of France is Paris.");
}

#[tokio::test]
async fn what_we_do_not_read_is_opened_by_llama_cpp() {
    let mut draft = Draft::new("qwen2", 32);
    draft.own("rope.scaling.type", Value::String("yarn".to_owned()));
    draft.own("rope.scaling.factor", Value::F32(4.0));
    draft.own("rope.scaling.original_context_length", Value::U32(128));
    for layer in 0..2 {
        for (part, size) in [("q", 64), ("k", 32), ("v", 32)] {
            draft.bias(&format!("blk.{layer}.attn_{part}"), size);
        }
    }
    let written = draft.write();
    assert_eq!(inspect(&written.0).unwrap().problem, None);
    let model = LocalModel::start(written.0.clone(), 2);
    let params = json!({"max_tokens": 6, "temperature": 0});
    let (first, end) = all(model.ask(request("hello hello", params.clone())).unwrap()).await;
    assert!(matches!(end.unwrap().0, Finish::Length | Finish::Stop));
    let (again, end) = all(model.ask(request("hello hello", params)).unwrap()).await;
    let (_, measure) = end.unwrap();
    assert_eq!((first, measure.reused_tokens), (again, measure.input_tokens - 1));
    let refused = Draft::new("no such family", 32).write();
    let model = LocalModel::start(refused.0.clone(), 2);
    let fault = match model.ask(request("Hi", json!({}))) {
        Ok(answer) => all(answer).await.1.unwrap_err(),
        Err(fault) => fault,
    };
    assert!(fault.message.contains("llama.cpp says"), "{}", fault.message);
}

#[test]
fn texts_are_split_as_llama_cpp_splits_them() {
    let texts =
        ["hello world", " hello  12345 wörld\n\n\t x==y;  ", "HELLO'll We'RE it's \r\n /* a */ <think>hello", "日本語 🙂 e\u{301}", "\u{a0}x \u{2003}y"];
    let check = |path: &Path, name: &str| {
        let ours = Vocabulary::read(&Source::open(path).unwrap()).unwrap();
        let model = LlamaModel::load_from_file(BACKEND.as_ref().unwrap(), path, &LlamaModelParams::default().with_vocab_only(true)).unwrap();
        for text in texts {
            let theirs: Vec<u32> = model.vocab().tokenize(text.as_bytes(), false, false).iter().map(|token| token.0 as u32).collect();
            assert_eq!(ours.encode(text).unwrap(), theirs, "{name}: {text:?}");
        }
    };
    if let Some(path) = file() {
        check(&path, "smollm2");
    }
    let mut draft = Draft::new("llama", 32);
    for family in ["default", "llama-bpe", "qwen2", "smollm", "tekken", "gpt-4o", "gpt-2", "falcon", "deepseek-r1-qwen", "chatglm-bpe"] {
        draft.say("ggml.pre", Value::String(family.to_owned()));
        check(&draft.write().0, family);
    }
    draft.pieces();
    check(&draft.write().0, "pieces");
    draft.say("ggml.add_space_prefix", Value::Bool(false));
    check(&draft.write().0, "pieces without a space before");
}
