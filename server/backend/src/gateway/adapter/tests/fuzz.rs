//! Whatever a provider sends, nothing panics, and no more memory is held than was sent. Seeded, so that a failure comes again.

use std::{fs, path::PathBuf};

use super::*;
use crate::gateway::sse::Sse;

const ROUNDS: u64 = 40_000;

/// SplitMix64, by Sebastiano Vigna.
struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % below.max(1) as u64) as usize
    }
}

/// The recorded answers, and what the folder `fuzz/corpus` has for this provider.
fn corpus(of: &str) -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(of);
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let recorded = fixtures::ALL.iter().filter(|(provider, ..)| *provider == of).map(|(_, _, text)| fixtures::content(text).as_bytes().to_vec());
    files.into_iter().map(|file| fs::read(file).unwrap()).chain(recorded).collect()
}

fn mutate(seed: &[u8], other: &[u8], random: &mut Random) -> Vec<u8> {
    const WORDS: [&[u8]; 14] =
        [b"null", b"-1", b"1e999", b"18446744073709551616", b"\"\"", b"[]", b"{}", b"\n\n", b"data: ", b"\xff", b"[DONE]", b"\\ud800", b"4294967296", b"true"];
    let mut bytes = seed.to_vec();
    for _ in 0..=random.next(6) {
        let (at, length) = (random.next(bytes.len() + 1), random.next(24));
        let end = (at + length).min(bytes.len());
        match random.next(6) {
            0 => drop(bytes.drain(at..end)),
            1 => drop(bytes.splice(at..end, WORDS[random.next(WORDS.len())].iter().copied())),
            2 => bytes[at..end].iter_mut().for_each(|byte| *byte ^= 1 << (length % 8)),
            3 => {
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece.repeat(3));
            }
            4 => {
                let from = random.next(other.len());
                bytes.splice(at..end, other[from..(from + 200).min(other.len())].iter().copied());
            }
            _ => bytes.truncate(at.max(1)),
        }
    }
    bytes
}

/// Bytes that the deltas hold.
fn held(deltas: &[Delta]) -> usize {
    let size = |delta: &Delta| match delta {
        Delta::Model(text) | Delta::Text(text) | Delta::Reasoning(text) | Delta::Refusal(text) => text.len(),
        Delta::ToolCall { id, name, arguments, signature, .. } => arguments.len() + [id, name, signature].into_iter().flatten().map(String::len).sum::<usize>(),
        Delta::Logprobs(value) => value.to_string().len(),
        Delta::Usage(_) | Delta::Finish(_) => 0,
    };
    deltas.iter().map(size).sum()
}

#[test]
fn nothing_that_a_provider_sends_makes_us_panic() {
    for (provider, adapter) in adapters() {
        let corpus = corpus(provider);
        assert!(corpus.len() > 10);
        let mut random = Random(7);
        let mut outcomes = std::collections::BTreeMap::<String, u32>::new();
        for _ in 0..ROUNDS {
            let (seed, other) = (random.next(corpus.len()), random.next(corpus.len()));
            let bytes = mutate(&corpus[seed], &corpus[other], &mut random);
            let size = 1 + random.next(90);
            let (deltas, wrong) = streamed(&*adapter, bytes.chunks(size));
            // Arguments that are written anew may gain spaces and escapes, an empty text three letters.
            assert!(held(&deltas) <= bytes.len() * 6 + 64, "{} of {}", held(&deltas), bytes.len());
            *outcomes.entry(wrong.unwrap_or_default()).or_default() += 1;
            let _: Answer = deltas.into_iter().collect();
            let _ = (adapter.answer(&bytes), adapter.read_models(&bytes), adapter.read_embeddings(&bytes));
            let failure = adapter.fault(400 + random.next(150) as u16, &HeaderMap::new(), &bytes);
            assert!(failure.fault.message.chars().count() < 700, "{}", failure.fault.message);
        }
        assert!(outcomes.contains_key("provider_malformed") && outcomes.contains_key("provider_cut") && outcomes.contains_key(""), "{outcomes:?}");
    }
}

#[test]
fn nothing_in_a_stream_of_events_makes_us_panic() {
    let corpus = corpus("sse");
    let mut random = Random(11);
    for _ in 0..ROUNDS {
        let (seed, other) = (random.next(corpus.len()), random.next(corpus.len()));
        let bytes = mutate(&corpus[seed], &corpus[other], &mut random);
        let (mut sse, mut events) = (Sse::default(), Vec::new());
        let size = 1 + random.next(30);
        if bytes.chunks(size).all(|piece| sse.feed(piece, &mut events).is_ok()) {
            events.extend(sse.end());
        }
        assert!(events.iter().map(|event| event.data.len() + event.event.len()).sum::<usize>() <= bytes.len());
    }
}
