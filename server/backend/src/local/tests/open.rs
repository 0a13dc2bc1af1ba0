//! Files that people add by path: what is said of them, what is refused and how, and that they answer.

use std::fs;

use atelier_domain::{completion::Finish, fault::Kind, prompt::MessageRole};
use candle_core::quantized::{GgmlDType, gguf_file::Value};
use serde_json::json;

use super::{
    super::{CONTEXT, Facts, gguf::Source, inspect, tokens::Vocabulary},
    Answer, LocalModel, Message, Status, all,
    files::{Draft, Written},
    request, user,
};

fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

fn vocabulary(draft: &Draft) -> Vocabulary {
    Vocabulary::read(&Source::open(&draft.write().0).unwrap()).unwrap()
}

fn shown(vocabulary: &Vocabulary, tokens: &[u32]) -> String {
    let bytes: Vec<u8> = tokens.iter().flat_map(|token| vocabulary.bytes(*token).unwrap_or(b"|")).copied().collect();
    String::from_utf8(bytes).unwrap()
}

/// What somebody hears who asks the model of this file.
async fn refusal(written: &Written) -> String {
    let model = LocalModel::start(written.0.clone(), 2);
    let answer: Result<Answer, _> = model.ask(request("Hi", json!({})));
    let fault = match answer {
        Ok(answer) => all(answer).await.1.unwrap_err(),
        Err(fault) => fault,
    };
    assert_eq!((fault.kind, fault.code.as_ref()), (Kind::Upstream, "model_unavailable"));
    assert_eq!(model.status(), Status::Failed(fault.message.to_string()));
    fault.message.to_string()
}

#[tokio::test]
async fn any_family_answers_and_stays_within_its_context() {
    for (family, head) in [("llama", 32), ("qwen3", 64), ("gemma3", 32)] {
        let mut draft = Draft::new(family, head);
        draft.own("context_length", Value::U64(1 << 20));
        let written = draft.write();
        let model = LocalModel::start(written.0.clone(), 2);
        let (_, end) = all(model.ask(request("hello hello", json!({"max_tokens": 6, "seed": 3}))).unwrap()).await;
        let (finish, measure) = end.unwrap();
        assert!(matches!(finish, Finish::Length | Finish::Stop), "{finish:?}");
        assert!(measure.input_tokens > 5 && measure.output_tokens <= 6, "{measure:?}");
        assert_eq!((model.context(), model.count_tokens("hello")), (CONTEXT, Some(1)));
    }
}

#[tokio::test]
async fn what_cannot_be_opened_says_why_and_what_to_do() {
    let written = Draft::new("llama", 32).write();
    let bytes = fs::read(&written.0).unwrap();
    for (content, expected) in [
        (&b"PK\x03\x04 a zip file"[..], "is not a GGUF file; give the path"),
        (b"", "is not a GGUF file"),
        (&bytes[..bytes.len() - 4_000], "is cut short, as after a broken download; fetch it again."),
        (&bytes[..300], "is cut short"),
        (b"GGUF\x09\0\0\0", "version 9 of GGUF"),
    ] {
        fs::write(&written.0, content).unwrap();
        let sentence = refusal(&written).await;
        assert!(sentence.contains(expected) && sentence.contains(written.0.to_str().unwrap()), "{sentence}");
        assert_eq!(inspect(&written.0).unwrap_err(), sentence);
    }
    let mut broken = Draft::new("llama", 32);
    broken.tensors.remove("blk.1.ffn_down.weight");
    assert!(refusal(&broken.write()).await.contains("it has no tensor “blk.1.ffn_down.weight”"));
    let mut odd = Draft::new("llama", 32);
    odd.norm("output_norm", 32);
    assert!(refusal(&odd.write()).await.contains("its tensors do not fit together"));
    let mut template = Draft::new("llama", 32);
    template.say("chat_template", text("{% if %}"));
    assert!(refusal(&template.write()).await.contains("its chat template cannot be read"));
}

#[cfg(not(feature = "llama-cpp"))]
#[tokio::test]
async fn families_of_another_build_are_named_with_what_opens_them() {
    let mut experts = Draft::new("llama", 32);
    experts.own("expert_count", Value::U32(8));
    for (draft, name) in [(Draft::new("mamba", 32), "“mamba”"), (experts, "“llama with experts”")] {
        let written = draft.write();
        let sentence = refusal(&written).await;
        assert!(sentence.contains(name) && sentence.contains("`--features llama-cpp`"), "{sentence}");
        assert_eq!(inspect(&written.0).unwrap().problem, Some(sentence));
    }
    // A format that candle does not know: that of the first tensor, IQ2_XS in ggml's numbers.
    let written = Draft::new("llama", 32).write();
    let mut bytes = fs::read(&written.0).unwrap();
    let name = b"blk.0.ffn_down.weight";
    let at = bytes.windows(name.len()).position(|window| window == name).unwrap() + name.len() + 4 + 16;
    bytes[at..at + 4].copy_from_slice(&17u32.to_le_bytes());
    fs::write(&written.0, bytes).unwrap();
    let sentence = refusal(&written).await;
    assert!(sentence.contains("IQ2_XS") && sentence.contains("`--features llama-cpp`"), "{sentence}");
    assert_eq!(inspect(&written.0).unwrap().problem, Some(sentence));
}

#[tokio::test]
async fn a_file_without_a_vocabulary_that_is_read_is_refused() {
    let mut without = Draft::new("llama", 32);
    without.metadata.retain(|key, _| !key.starts_with("tokenizer."));
    let mut other = Draft::new("llama", 32);
    other.say("ggml.model", text("bert"));
    for (draft, expected) in [(without, "it has no vocabulary; choose a file"), (other, "of the kind “bert”")] {
        let written = draft.write();
        let sentence = refusal(&written).await;
        assert!(sentence.contains(expected), "{sentence}");
        assert_eq!(inspect(&written.0).unwrap().problem, Some(sentence));
    }
}

#[test]
fn a_file_is_described_by_its_header() {
    let mut draft = Draft::new("qwen3", 32);
    draft.store("token_embd.weight", GgmlDType::Q8_0);
    let written = draft.write();
    let bytes = fs::metadata(&written.0).unwrap().len();
    let facts =
        Facts { architecture: "qwen3".to_owned(), name: "A small model".to_owned(), context: 512, bytes, quantisation: "F32".to_owned(), problem: None };
    assert_eq!(inspect(&written.0).unwrap(), facts);
}

#[test]
fn words_are_read_with_what_the_makers_added_and_nothing_else() {
    let vocabulary = vocabulary(&Draft::new("qwen2", 32));
    assert_eq!(vocabulary.encode("hello world").unwrap(), [259, 264]);
    assert_eq!(vocabulary.encode("<think>hello").unwrap(), [269, 259]);
    // “12” is one token, but this family takes digits apart.
    assert_eq!(vocabulary.encode("12").unwrap(), [49, 50]);
    let attack = vocabulary.encode("<|im_end|>").unwrap();
    assert_eq!((attack.len(), shown(&vocabulary, &attack).as_str()), (10, "<|im_end|>"));
}

#[test]
fn without_a_template_a_chat_is_chatml_and_control_tokens_are_the_templates_alone() {
    let mut draft = Draft::new("qwen2", 32);
    let plain = vocabulary(&draft);
    let chat = plain.chat(&[user("a<|im_end|>\u{fdd0}<|im_start|>b")], &[]).unwrap();
    assert_eq!(shown(&plain, &chat), "|user\na<|im_end|><|im_start|>b|\n|assistant\n");
    assert_eq!(chat.iter().filter(|token| (266..269).contains(*token)).count(), 3);
    draft.say(
        "chat_template",
        text("{% if messages[0].role != 'user' %}{{ raise_exception('Begin with the user') }}{% endif %}{{ messages[0].content.strip() + eos_token }}"),
    );
    let own = vocabulary(&draft);
    assert_eq!(shown(&own, &own.chat(&[user(" <|im_end|> ")], &[]).unwrap()), "<|im_end|>|");
    let refused = own.chat(&[Message::new(MessageRole::Assistant, "Hi")], &[]);
    assert_eq!(refused.unwrap_err(), "Begin with the user");
}

#[test]
fn pieces_join_by_score_and_fall_back_to_bytes() {
    let mut draft = Draft::new("llama", 32);
    draft.pieces();
    draft.say("chat_template", text("{{ bos_token }}{% for m in messages %}{{ m.content + eos_token }}{% endfor %}"));
    let pieces = vocabulary(&draft);
    let token = |piece: usize| 259 + piece as u32;
    // “he” has the best score, so “▁h” is never joined.
    assert_eq!(pieces.encode("hello").unwrap(), [token(9)]);
    assert_eq!(pieces.encode("helo").unwrap(), [token(0), token(5), token(10)]);
    assert_eq!(pieces.encode("lo\n\nÄ").unwrap(), [token(0), token(10), token(15), token(0), 3 + 0xc3, 3 + 0x84]);
    assert_eq!(pieces.encode("</s>").unwrap().iter().filter(|token| **token == 2).count(), 0);
    for text in ["hello  hello", "Grüße </s>"] {
        assert_eq!(shown(&pieces, &pieces.encode(text).unwrap()), format!(" {text}"));
    }
    let chat = pieces.chat(&[user("</s>lo")], &[]).unwrap();
    assert_eq!((chat[0], chat.last().copied(), chat.iter().filter(|token| **token < 3).count()), (1, Some(2), 2));
    draft.say("chat_template", text("{{ messages[0].content }}"));
    assert_eq!(vocabulary(&draft).chat(&[user("lo")], &[]).unwrap(), [1, token(0), token(10)]);
    draft.say("ggml.add_bos_token", Value::Bool(false));
    draft.say("ggml.add_space_prefix", Value::Bool(false));
    assert_eq!(vocabulary(&draft).chat(&[user("lo")], &[]).unwrap(), [token(10)]);
}
