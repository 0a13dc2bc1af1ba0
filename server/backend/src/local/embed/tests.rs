//! The models as callers meet them, on their real weights. Without them these tests say that they are skipped; CI refuses that.

use std::{
    path::PathBuf,
    sync::LazyLock,
    time::{Duration, Instant},
};

use atelier_domain::fault::{Fault, Kind};
use tokio::time::timeout;

use super::{
    Embedded, Embedder,
    EmbeddingModel::{self, MiniLm, Potion},
    source::Source,
    tokens::Reader,
};

fn models() -> Option<PathBuf> {
    let folder = std::env::var_os("ATELIER_MODELS").map_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../../models").into(), PathBuf::from);
    let missing = EmbeddingModel::ALL.map(|model| folder.join(model.folder()).join("model.safetensors")).into_iter().find(|file| !file.exists());
    let Some(missing) = missing else { return Some(folder) };
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{} is missing: run `make models`", missing.display());
    println!("skipped: {} is missing; run `make models`", missing.display());
    None
}

static EMBEDDER: LazyLock<Option<Embedder>> = LazyLock::new(|| models().map(|models| Embedder::start(models, 64)));

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

async fn embed(model: EmbeddingModel, texts: &[&str]) -> Option<Embedded> {
    Some(EMBEDDER.as_ref()?.embed(model, owned(texts)).await.unwrap())
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// MiniLM by onnxruntime 1.32, potion by model2vec 0.10.
#[tokio::test]
async fn cosines_are_those_of_the_reference_libraries() {
    let password = "How do I reset my password?";
    for (first, second, by_minilm, by_potion) in [
        (password, "How do I not reset my password?", 0.927728, 0.992549),
        (password, "I forgot my password, how can I change it?", 0.89386, 0.793231),
        ("What is the capital of France?", "What's France's capital city?", 0.943722, 0.918936),
        ("How do I reset the password of my team account today?", "Delete all the records in the billing table.", 0.274178, 0.240242),
        ("The invoice was paid on time.", "The bill was settled before the deadline.", 0.496232, 0.268881),
        ("Grüße aus München, 世界! 👩‍👩‍👧", "Greetings from Munich, world!", 0.548283, 0.442378),
        ("", "nothing", 0.292981, 0.0),
    ] {
        for (model, expected) in [(MiniLm, by_minilm), (Potion, by_potion)] {
            let Some(embedded) = embed(model, &[first, second]).await else { return };
            let cosine = dot(&embedded.vectors[0], &embedded.vectors[1]);
            assert!((cosine - expected).abs() < 2e-6, "{model:?}: {cosine} for {expected}: {first} / {second}");
        }
    }
}

#[tokio::test]
async fn vectors_begin_as_those_of_the_reference_libraries() {
    for (model, text, expected) in [
        (MiniLm, "How do I reset my password?", [0.006903, -0.063023, -0.072044, -0.032496, -0.042709, 0.070429]),
        (MiniLm, "Grüße aus München, 世界! 👩‍👩‍👧", [0.021938, 0.096435, 0.017928, -0.067614, -0.000297, 0.132586]),
        (MiniLm, "", [-0.118838, 0.048299, -0.002548, -0.011011, 0.051951, 0.010292]),
        (Potion, "How do I reset my password?", [-0.225829, 0.04483, -0.064114, -0.107832, 0.07856, 0.077885]),
        (Potion, "Grüße aus München, 世界! 👩‍👩‍👧", [0.231242, -0.177555, -0.125205, -0.042179, 0.076747, 0.072225]),
    ] {
        let Some(embedded) = embed(model, &[text]).await else { return };
        let ours = &embedded.vectors[0][..expected.len()];
        assert!(ours.iter().zip(expected).all(|(a, b): (&f32, f32)| (a - b).abs() < 2e-6), "{model:?} of {text}: {ours:?} for {expected:?}");
    }
}

const TEXTS: [&str; 9] = [
    "How do I reset the password of my team account today?",
    "",
    "What is the capital of France?",
    "世界你好，今天天气怎么样？",
    "ok",
    "\u{0}\t\u{7f}\r\n\u{200b} e\u{301} \u{feff}",
    "👩‍👩‍👧 🇩🇪 مرحبا بالعالم שלום",
    "https://example.com/a?b=c#d aGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQ= [SEP] [PAD] ##ing",
    "The gateway records each request, applies budgets, retries failures, and caches answers, so that the same question is not paid for twice.",
];

#[tokio::test]
async fn a_text_has_the_same_bits_alone_among_others_and_in_any_order() {
    for model in EmbeddingModel::ALL {
        let Some(together) = embed(model, &TEXTS).await else { return };
        let mut reversed = TEXTS;
        reversed.reverse();
        let mut backwards = embed(model, &reversed).await.unwrap().vectors;
        backwards.reverse();
        assert!(together.vectors == backwards, "{model:?}");
        for (at, text) in TEXTS.iter().enumerate() {
            assert!(together.vectors[at] == embed(model, &[text]).await.unwrap().vectors[0], "{model:?}: {text}");
        }
    }
}

#[tokio::test]
async fn vectors_have_the_models_dimensions_and_unit_length() {
    for model in EmbeddingModel::ALL {
        let Some(embedded) = embed(model, &TEXTS).await else { return };
        assert_eq!((embedded.vectors.len(), embedded.cut), (TEXTS.len(), 0));
        for (text, vector) in TEXTS.iter().zip(&embedded.vectors) {
            let expected = if model == Potion && text.is_empty() { 0.0 } else { 1.0 };
            assert_eq!(vector.len(), model.dims());
            assert!((dot(vector, vector) - expected).abs() < 1e-5, "{model:?}: {text}");
        }
        assert_eq!(EmbeddingModel::named(model.name()), Some(model));
    }
    assert_eq!(embed(MiniLm, &[]).await.unwrap(), Embedded::default());
    assert_eq!(EmbeddingModel::named("local/other"), None);
}

#[tokio::test]
async fn of_a_long_text_the_window_is_read_and_the_rest_said_to_be_cut() {
    for (text, model, tokens, cut) in [
        ("word ".repeat(254), MiniLm, 256, 0),
        ("word ".repeat(255), MiniLm, 256, 1),
        ("word ".repeat(2_000_000), MiniLm, 256, 1),
        ("word ".repeat(8_192), Potion, 8_192, 0),
        ("word ".repeat(2_000_000), Potion, 8_192, 1),
        (" ".repeat(10_000_000), MiniLm, 2, 1),
        ("世".repeat(3_000_000), MiniLm, 256, 1),
        ("x".repeat(10_000_000), Potion, 0, 1),
    ] {
        let asked = Instant::now();
        let Some(embedded) = embed(model, &[&text]).await else { return };
        assert_eq!((embedded.tokens, embedded.cut), (tokens, cut), "{model:?}: {}", text.chars().take(6).collect::<String>());
        assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
    }
    let (begin, whole) = ("word ".repeat(254), "word ".repeat(999));
    let vectors = embed(MiniLm, &[&begin, &whole]).await.unwrap().vectors;
    assert!(vectors[0] == vectors[1]);
}

#[test]
fn reading_by_pieces_gives_the_tokens_of_the_whole() {
    let Some(models) = models() else { return };
    let tokenizer = Source::open(&models.join(Potion.folder())).unwrap().tokenizer().unwrap();
    let texts = [TEXTS.concat().repeat(40), TEXTS.join("\n\n  ").repeat(40), format!("{}\u{301}\u{3000}{}", "é ".repeat(1365), "end ".repeat(900))];
    for text in texts {
        assert!(text.len() > 7_000);
        let whole = tokenizer.encode_fast(text.as_str(), false).unwrap().get_ids().iter().copied().filter(|id| *id != 1).collect::<Vec<u32>>();
        assert!(Reader::known(tokenizer.clone(), 99_999).read(&text).unwrap().ids == whole);
    }
}

fn numbered(count: usize) -> Vec<String> {
    (0..count).map(|at| format!("Text {at} says {}.", TEXTS[at % 3])).collect()
}

#[tokio::test]
async fn ten_thousand_short_texts_come_back_in_order() {
    for (model, count) in [(Potion, 10_000), (MiniLm, 400)] {
        let Some(embedder) = EMBEDDER.as_ref() else { return };
        let texts = numbered(count);
        let embedded = embedder.embed(model, texts.clone()).await.unwrap();
        assert_eq!(embedded.vectors.len(), count);
        for at in [0, 1, count / 2, count - 2, count - 1] {
            assert!(embedder.embed(model, vec![texts[at].clone()]).await.unwrap().vectors[0] == embedded.vectors[at], "{at}");
        }
    }
}

#[tokio::test]
async fn callers_at_once_get_each_their_own() {
    let Some(embedder) = EMBEDDER.as_ref() else { return };
    let calls = numbered(40).into_iter().enumerate().map(|(at, text)| {
        let model = EmbeddingModel::ALL[at % 2];
        tokio::spawn(async move { (model, text.clone(), embedder.embed(model, vec![text.clone(), text]).await.unwrap()) })
    });
    for call in calls.collect::<Vec<_>>() {
        let (model, text, embedded) = call.await.unwrap();
        let alone = embed(model, &[&text]).await.unwrap();
        assert!(embedded.vectors == [alone.vectors[0].clone(), alone.vectors[0].clone()] && embedded.tokens == 2 * alone.tokens);
    }
}

#[tokio::test]
async fn a_question_in_line_goes_between_the_parts_of_an_import() {
    let Some(models) = models() else { return };
    let embedder = Embedder::start(models, 8);
    embedder.embed(MiniLm, owned(&["load"])).await.unwrap();
    let import = tokio::spawn({
        let embedder = embedder.clone();
        async move { embedder.embed(MiniLm, vec![TEXTS[8].repeat(12); 60]).await }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    let asked = Instant::now();
    for _ in 0..3 {
        embedder.embed(MiniLm, owned(&["Where is my order?"])).await.unwrap();
    }
    let waited = asked.elapsed() / 3;
    assert!(!import.is_finished(), "the import was too short for this test");
    assert!(waited < Duration::from_secs(1), "{waited:?}");
    println!("a question waited {waited:?}");
    assert_eq!(import.await.unwrap().unwrap().cut, 60);
}

#[tokio::test]
async fn dropping_the_call_ends_its_work() {
    let Some(models) = models() else { return };
    let embedder = Embedder::start(models, 8);
    let import = || embedder.embed(MiniLm, vec![TEXTS[8].repeat(12); 5_000]);
    assert!(timeout(Duration::from_millis(300), import()).await.is_err());
    assert!(timeout(Duration::from_millis(1), import()).await.is_err());
    let asked = Instant::now();
    let texts = vec![TEXTS[8].repeat(12); 8];
    embedder.embed(MiniLm, texts).await.unwrap();
    assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());
}

#[tokio::test]
async fn a_full_queue_says_so_at_once_and_serves_who_waits() {
    let Some(models) = models() else { return };
    let embedder = Embedder::start(models, 2);
    let calls: Vec<_> = (0..9)
        .map(|_| {
            tokio::spawn({
                let embedder = embedder.clone();
                async move { embedder.embed(MiniLm, numbered(40)).await }
            })
        })
        .collect();
    let mut ends = Vec::new();
    for call in calls {
        ends.push(call.await.unwrap());
    }
    let (served, refused): (Vec<_>, Vec<_>) = ends.into_iter().partition(Result::is_ok);
    assert!(served.len() >= 2 && !refused.is_empty(), "{} and {}", served.len(), refused.len());
    for fault in refused.into_iter().filter_map(Result::err) {
        assert_eq!((fault.kind, fault.code.as_ref()), (Kind::Limited, "model_busy"));
    }
}

fn assert_says(fault: &Fault, words: &[&str]) {
    assert_eq!((fault.kind, fault.code.as_ref()), (Kind::Upstream, "model_unavailable"));
    assert!(words.iter().all(|word| fault.message.contains(word)), "{}", fault.message);
}

#[tokio::test]
async fn a_missing_or_broken_file_is_named_and_found_once_it_is_there() {
    let Some(models) = models() else { return };
    let folder = std::env::temp_dir().join(format!("atelier-embed-{}", std::process::id()));
    let (from, to) = (models.join(Potion.folder()), folder.join(Potion.folder()));
    std::fs::create_dir_all(&to).unwrap();
    let embedder = Embedder::start(folder.clone(), 4);
    let ask = async || embedder.embed(Potion, owned(&["Hi"])).await;
    assert_says(&ask().await.unwrap_err(), &["local/potion-base-8m", "potion-base-8m/model.safetensors is missing", "make models", "ATELIER_MODELS"]);
    std::fs::copy(from.join("model.safetensors"), to.join("model.safetensors")).unwrap();
    assert_says(&ask().await.unwrap_err(), &["potion-base-8m/tokenizer.json is missing", "make models"]);
    std::fs::copy(from.join("tokenizer.json"), to.join("tokenizer.json")).unwrap();
    assert_eq!(ask().await.unwrap().vectors, embed(Potion, &["Hi"]).await.unwrap().vectors);
    let embedder = Embedder::start(folder.clone(), 4);
    std::fs::write(to.join("model.safetensors"), [9; 4_000]).unwrap();
    assert_says(&embedder.embed(Potion, owned(&["Hi"])).await.unwrap_err(), &["local/potion-base-8m", "make models"]);
    std::fs::remove_dir_all(folder).unwrap();
}
