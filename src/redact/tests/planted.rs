//! Any text, and what is planted in it.

use std::borrow::Cow;

use proptest::prelude::*;

use super::{all, keys};

/// Bits of what is looked for, in any order.
fn pieces() -> impl Strategy<Value = String> {
    let pieces = [
        "mara",
        "@",
        ".",
        "northwind",
        ".com",
        "git",
        "2x.png",
        "+",
        "+49",
        "00",
        "0",
        "(",
        ")",
        " ",
        "  ",
        "-",
        "/",
        ",",
        ":",
        "415",
        "555",
        "0132",
        "4111",
        "1111",
        "111111111111",
        "378282",
        "1234567",
        "sk-",
        "hf_",
        "AKIA",
        "IOSFODNN7EXAMPLE",
        "aB3dE5gH7jK9mN2pQ4rS6tU8",
        "eyJ",
        "Bearer ",
        "-----BEGIN PRIVATE KEY-----",
        "-----END X-----",
        "\\n",
        "\n",
        "ü",
        "漢",
        "\u{a0}",
        "_",
        "'",
        "%",
        "[key]",
        "[card]",
        "x",
        "7",
        "AIza",
    ];
    proptest::collection::vec(proptest::sample::select(pieces.to_vec()), 0..40).prop_map(|pieces| pieces.concat())
}

fn luhn_card() -> impl Strategy<Value = String> {
    (proptest::sample::select(vec![(4, 16), (4, 13), (51, 16), (37, 15), (6011, 16), (36, 14)]), proptest::collection::vec(0..10_u8, 20), 0..3_usize).prop_map(
        |((beginning, length), digits, shape): ((u16, usize), Vec<u8>, usize)| {
            let mut card: Vec<u8> = beginning.to_string().bytes().map(|byte| byte - b'0').chain(digits).take(length - 1).collect();
            let sum: u8 = card.iter().rev().enumerate().map(|(at, digit)| if at % 2 == 0 { digit * 2 / 10 + digit * 2 % 10 } else { *digit }).sum();
            card.push((10 - sum % 10) % 10);
            let text: Vec<String> = card.iter().map(ToString::to_string).collect();
            match (shape, length) {
                (0, _) | (_, 13..=15) => text.concat(),
                (shape, _) => text.chunks(4).map(<[String]>::concat).collect::<Vec<_>>().join(if shape == 1 { " " } else { "-" }),
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn redacted_once_is_redacted(text in pieces()) {
        let once = all(&text).into_owned();
        prop_assert_eq!(all(&once), once.as_str());
    }

    #[test]
    fn any_text_is_redacted_once(text in any::<String>()) {
        let once = all(&text).into_owned();
        prop_assert_eq!(all(&once), once.as_str());
    }

    #[test]
    fn text_without_pivots_is_borrowed(text in "[a-z ,.;:!?A-Zäß漢\n\"]{0,200}") {
        prop_assert!(matches!(all(&text), Cow::Borrowed(_)));
    }

    #[test]
    fn no_planted_address_remains(before in "[^\\\\]{0,40}", local in "[a-z][a-z0-9._+-]{0,20}", host in "[a-z][a-z0-9]{0,10}(\\.[a-z]{2,6}){1,2}", after in ".{0,40}") {
        prop_assume!(local != "git");
        let address = format!("{local}@{host}");
        let text = format!("{before}{address}{after}");
        prop_assert!(!all(&text).contains(&address), "{}", all(&text));
    }

    #[test]
    fn no_planted_card_remains(before in "(.{0,40}[^0-9.])?", card in luhn_card(), after in "([^0-9].{0,40})?") {
        let text = format!("{before}{card}{after}");
        prop_assert!(!all(&text).contains(&card), "{}", all(&text));
    }

    #[test]
    fn no_planted_key_remains(before in "(.{0,40}[^0-9A-Za-z])?", key in proptest::sample::select(keys()), after in "([^0-9A-Za-z_-].{0,40})?") {
        let text = format!("{before}{key}{after}");
        prop_assert!(!all(&text).contains(&key), "{}", all(&text));
    }
}
