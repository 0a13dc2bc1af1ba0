use proptest::prelude::*;

use super::*;
use crate::gateway::sse::{LIMIT, Wrong};

const USAGE_CHUNK: &str = r#"data: {"id":"c","object":"chat.completion.chunk","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}"#;

fn filtered<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let (mut filter, mut out) = (Dialect::OpenAi.filter(false), Vec::new());
    for piece in pieces {
        out.extend_from_slice(&filter.feed(Bytes::copy_from_slice(piece)).unwrap());
    }
    out.extend_from_slice(&filter.end());
    out
}

#[test]
fn only_the_usage_that_nobody_asked_for_is_left_out() {
    let text = r#"data: {"choices":[{"index":0,"delta":{"content":"\"choices\":[]"}}],"usage":null}"#;
    let cases = [
        (USAGE_CHUNK, false),
        (r#"data: { "usage" : {"prompt_tokens": 1}, "choices" : [ ] }"#, false),
        ("event: x\ndata: {\"choices\":[],\ndata: \"usage\":{}}", false),
        (text, true),
        (r#"data: {"choices":[],"usage":null}"#, true),
        (r#"data: {"choices":[],"prompt_filter_results":[{}]}"#, true),
        (r#"data: {"choices":[{"finish_reason":"stop"}],"usage":{"prompt_tokens":1}}"#, true),
        (r#"data: {"usage":{"prompt_tokens":1}}"#, true),
        (r#"data: {"choices":[],"usage":{}"#, true),
        ("data: [DONE]", true),
        (": ping", true),
    ];
    for (event, stays) in cases {
        for end in ["\n\n", "\r\n\r\n", "\r\r", ""] {
            let before = format!("data: 1{}", if end.is_empty() { "\n\n" } else { end });
            let whole = format!("{before}{event}{end}");
            let expected = if stays { whole.clone() } else { before };
            assert_eq!(String::from_utf8(filtered([whole.as_bytes()])).unwrap(), expected, "{whole:?}");
        }
    }
}

#[test]
fn an_event_goes_on_as_soon_as_it_is_complete() {
    let mut filter = Dialect::OpenAi.filter(false);
    let mut feed = |piece: &'static str| filter.feed(Bytes::from_static(piece.as_bytes())).unwrap();
    assert_eq!(feed("data: a\n"), "");
    assert_eq!(feed("\ndata: b"), "data: a\n\n");
    assert_eq!(feed("\r\n\r"), "data: b\r\n\r");
    assert_eq!(feed("\ndata: c\n\ndata"), "\ndata: c\n\n");
    assert_eq!(feed(": [DONE]\n\n"), "data: [DONE]\n\n");
}

#[test]
fn what_passes_whole_is_not_copied() {
    let bytes = Bytes::from_static(b"data: a\n\ndata: b\n\n");
    for (dialect, include_usage) in [(Dialect::OpenAi, true), (Dialect::OpenAi, false), (Dialect::Anthropic, true), (Dialect::Anthropic, false)] {
        assert_eq!(dialect.filter(include_usage).feed(bytes.clone()).unwrap().as_ptr(), bytes.as_ptr());
    }
}

#[test]
fn an_error_can_be_told_between_events_wherever_a_stream_broke_off() {
    for (dialect, include_usage) in [(Dialect::OpenAi, true), (Dialect::OpenAi, false), (Dialect::Anthropic, true)] {
        let mut filter = dialect.filter(include_usage);
        let mut feed = |piece: &'static str| filter.feed(Bytes::from_static(piece.as_bytes())).unwrap();
        assert_eq!((feed("data: a\n\ndata: {\"b"), feed("\": 1}\n")), (Bytes::from("data: a\n\n"), Bytes::new()));
        assert_eq!(feed("\n"), "data: {\"b\": 1}\n\n");
        feed("data: c");
        assert_eq!(filter.end(), "data: c");
    }
}

#[test]
fn an_endless_event_is_an_error_and_a_long_one_costs_its_length() {
    let mut filter = Dialect::OpenAi.filter(false);
    let long = Bytes::from(vec![b'a'; 1 << 20]);
    let found = (0..9).map(|_| filter.feed(long.clone())).find_map(Result::err);
    assert_eq!(found, Some(Wrong::TooLong));
    let started = std::time::Instant::now();
    let (mut filter, mut sum) = (Dialect::OpenAi.filter(false), 0);
    for _ in 0..LIMIT / 8 {
        sum += filter.feed(Bytes::from_static(b"12345678")).unwrap().len();
    }
    sum += filter.feed(Bytes::from_static(b"\n\n")).unwrap().len();
    assert_eq!(sum, LIMIT + 2);
    assert!(started.elapsed() < std::time::Duration::from_secs(10), "{:?}", started.elapsed());
}

proptest! {
    #[test]
    fn any_split_gives_the_same_stream(
        parts in proptest::collection::vec(prop_oneof![
            Just(USAGE_CHUNK), Just("data: é😀"), Just("\n"), Just("\r"), Just("\r\n"), Just("\n\n"), Just("\r\n\r\n"), Just("event: x"), Just(": c"),
            Just("data: {\"choices\":[],"), Just("data: \"usage\":{}}"),
        ], 0..40),
        cuts in proptest::collection::vec(1_usize..9, 1..60),
    ) {
        let stream = parts.concat().into_bytes();
        let mut rest = stream.as_slice();
        let mut pieces = Vec::new();
        for cut in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (piece, after) = rest.split_at(*cut.min(&rest.len()));
            pieces.push(piece);
            rest = after;
        }
        prop_assert_eq!(filtered(pieces), filtered([stream.as_slice()]));
    }
}
