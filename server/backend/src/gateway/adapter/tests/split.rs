//! However the network cuts a stream, the answer is the same.

use proptest::prelude::*;

use super::*;

fn pieces<'a>(mut rest: &'a [u8], cuts: &[usize]) -> Vec<&'a [u8]> {
    let mut pieces = Vec::new();
    for cut in cuts.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (piece, after) = rest.split_at(*cut.min(&rest.len()));
        pieces.push(piece);
        rest = after;
    }
    pieces
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_split_of_a_recorded_stream_gives_the_same_deltas(
        cuts in proptest::collection::vec(1_usize..70, 1..40),
        crlf: bool,
        broken in proptest::option::of(0_usize..4_000),
    ) {
        for (provider, name, _) in fixtures::ALL.iter().filter(|(_, name, _)| name.ends_with(".sse")) {
            let adapter = adapters().into_iter().find(|(known, _)| known == provider).unwrap().1;
            let text = fixtures::text(provider, name).unwrap();
            let mut stream = if crlf { text.replace('\n', "\r\n") } else { text.to_owned() }.into_bytes();
            // A wrong byte somewhere has to be found at the same place, too.
            if let Some(byte) = broken.and_then(|at| stream.get_mut(at)) {
                *byte = 0xff;
            }
            prop_assert_eq!(streamed(&*adapter, pieces(&stream, &cuts)), streamed(&*adapter, [stream.as_slice()]), "{} {}", provider, name);
        }
    }
}

#[test]
fn one_byte_at_a_time_is_enough() {
    for (provider, name, _) in fixtures::ALL.iter().filter(|(_, name, _)| name.ends_with(".sse")) {
        let adapter = adapters().into_iter().find(|(known, _)| known == provider).unwrap().1;
        let stream = fixtures::text(provider, name).unwrap().as_bytes();
        let (deltas, wrong) = streamed(&*adapter, stream.chunks(1));
        assert_eq!((deltas.into_iter().collect::<Answer>(), wrong), (fixture(provider, name), None), "{provider} {name}");
    }
}
