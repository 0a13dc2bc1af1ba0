use proptest::prelude::*;

use super::*;

/// The events of a stream that comes in these pieces, and what is wrong with it.
fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Event>, Option<Wrong>) {
    let (mut sse, mut events) = (Sse::default(), Vec::new());
    for piece in pieces {
        if let Err(wrong) = sse.feed(piece, &mut events) {
            return (events, Some(wrong));
        }
    }
    events.extend(sse.end());
    (events, None)
}

fn data(text: &str) -> Vec<String> {
    read([text.as_bytes()]).0.into_iter().map(|event| event.data).collect()
}

#[test]
fn events_end_at_empty_lines_whatever_ends_a_line() {
    let cases: [(&str, &[&str]); 12] = [
        ("data: a\n\ndata: b\n\n", &["a", "b"]),
        ("data: a\r\n\r\ndata: b\r\n\r\n", &["a", "b"]),
        ("data: a\r\rdata: b\r\r", &["a", "b"]),
        ("data: a\ndata: b\n\n", &["a\nb"]),
        ("data:a\n\ndata:  b\n\n", &["a", " b"]),
        (": comment\n\n:\n\ndata: a\n\n", &["a"]),
        ("\u{feff}data: a\n\n", &["a"]),
        ("\u{feff}\u{feff}data: a\n\n", &[]),
        ("data\n\n", &[""]),
        ("event: x\n\ndata: a\n\n", &["a"]),
        ("id: 1\nretry: 5\nother: x\ndata: a\n\n", &["a"]),
        ("data: a\n\ndata: [DONE]", &["a", "[DONE]"]),
    ];
    for (stream, expected) in cases {
        assert_eq!(data(stream), expected, "{stream:?}");
    }
}

#[test]
fn an_event_has_the_name_that_stands_before_it() {
    let (events, _) = read([b"event: ping\ndata: {}\n\ndata: x\n\n".as_slice()]);
    let named: Vec<_> = events.iter().map(|event| (event.event.as_str(), event.data.as_str())).collect();
    assert_eq!(named, [("ping", "{}"), ("", "x")]);
}

#[test]
fn wrong_text_and_endless_lines_are_named() {
    assert_eq!(read([b"data: \xff\n\n".as_slice()]).1, Some(Wrong::Utf8));
    assert_eq!(read([b"data: \xc3".as_slice(), b"\xa9\n\n"]).0[0].data, "é");
    let long = vec![b'a'; 1 << 20];
    assert_eq!(read(std::iter::repeat_n(long.as_slice(), 9)).1, Some(Wrong::TooLong));
    let line: Vec<u8> = [b"data: ".as_slice(), &long, b"\n"].concat();
    assert_eq!(read(std::iter::repeat_n(line.as_slice(), 9)).1, Some(Wrong::TooLong));
    assert_eq!(read([vec![b'a'; LIMIT + 1].as_slice(), b"\n"]).1, Some(Wrong::TooLong));
    assert_eq!(read([[vec![b'a'; LIMIT + 1].as_slice(), b"\n"].concat().as_slice()]).1, Some(Wrong::TooLong));
}

#[test]
fn a_line_in_many_pieces_costs_no_more_than_its_length() {
    let started = std::time::Instant::now();
    let line = vec![b'a'; 4 << 20];
    let (events, wrong) = read(std::iter::once(b"data: ".as_slice()).chain(line.chunks(1)).chain([b"\n\n".as_slice()]));
    assert_eq!((events[0].data.len(), wrong), (4 << 20, None));
    assert!(started.elapsed() < std::time::Duration::from_secs(10), "{:?}", started.elapsed());
}

proptest! {
    #[test]
    fn any_split_gives_the_same_events(
        stream in proptest::collection::vec(prop_oneof![
            Just("data: é→😀".as_bytes().to_vec()), Just(b"data:".to_vec()), Just(b"\n".to_vec()), Just(b"\r".to_vec()), Just(b"\r\n".to_vec()),
            Just(b"event: x".to_vec()), Just(b": c".to_vec()), Just(b"\xef\xbb\xbf".to_vec()), Just(b"\xff".to_vec()), Just(b"\n\n".to_vec()),
        ], 0..40),
        cuts in proptest::collection::vec(1_usize..9, 1..60),
    ) {
        let stream = stream.concat();
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
        prop_assert_eq!(read(pieces), read([stream.as_slice()]));
    }
}
