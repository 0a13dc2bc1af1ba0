mod planted;

use serde_json::json;

use super::*;

fn all(text: &str) -> Cow<'_, str> {
    redact(text, Kinds::ALL)
}

/// Each text, and what it becomes.
fn check(table: &[(&str, &str)]) {
    for (text, expected) in table {
        assert_eq!(all(text), *expected, "{text}");
        assert_eq!(all(expected), *expected, "again");
        // In a sentence, in brackets, in JSON, and in JSON inside JSON.
        for (before, after) in [("Look: ", ", please."), ("(", ")"), ("{\"a\":\"", "\"}"), ("{\\\"a\\\":\\\"x\\n", "\\n\\\"}"), ("— ", "\n"), ("\t", "。")] {
            assert_eq!(all(&format!("{before}{text}{after}")), format!("{before}{expected}{after}"));
        }
    }
}

/// Texts that stay as they are, whatever stands around.
fn check_misses(texts: &[&str]) {
    for text in texts {
        for (before, after) in [("", ""), ("on ", " or so"), ("\"", "\","), ("x=", ";")] {
            let text = format!("{before}{text}{after}");
            assert!(matches!(all(&text), Cow::Borrowed(_)), "{text} -> {}", all(&text));
        }
    }
}

#[test]
fn addresses_go() {
    check(&[
        ("mara@northwind.example", "[e-mail]"),
        ("mara.lind+orders@mail.north-wind.co.uk", "[e-mail]"),
        ("o'neil_77@x-y.io", "[e-mail]"),
        ("<mara@northwind.example>", "<[e-mail]>"),
        ("mailto:mara@northwind.example?subject=a", "mailto:[e-mail]?subject=a"),
        ("https://mara:pass@host.example/path", "https://mara:[e-mail]/path"),
        ("'mara@northwind.example'", "'[e-mail]'"),
        ("jörg.müller@straße.de", "[e-mail]"),
        ("пётр@пример.рф", "[e-mail]"),
        ("请写信给mara@northwind.example谢谢", "请写信给[e-mail]谢谢"),
        ("mara@northwind.xn--p1ai", "[e-mail]"),
        ("12345@163.com", "[e-mail]"),
        ("a@b.com,c@d.org;e@f.net", "[e-mail],[e-mail];[e-mail]"),
        ("mara@northwind.example.", "[e-mail]."),
        ("mara@northwind.com-today", "[e-mail]-today"),
        ("@mara@mastodon.social", "@[e-mail]"),
    ]);
}

#[test]
fn what_only_has_an_at_stays() {
    check_misses(&[
        "@",
        "mara@",
        "@mara",
        "mara@localhost",
        "root@10.0.0.7",
        "left-pad@1.3.0",
        "@scope/name@2.0.1",
        "git@github.com:owner/name.git",
        "icon@2x.png",
        "a@b.c",
        "@app.route",
        "3 @ 4.50",
        "5@$2.00",
        "x@@y",
        "meet @ noon.then",
    ]);
}

#[test]
fn phones_go() {
    check(&[
        ("+49 151 12345678", "[phone]"),
        ("+4915112345678", "[phone]"),
        ("+49 (0)30 123 456-78", "[phone]"),
        ("+49 (151) 123-45678", "[phone]"),
        ("+1 (415) 555-0132", "[phone]"),
        ("+1-415-555-0132", "[phone]"),
        ("+1.415.555.0132", "[phone]"),
        ("+33 1 23 45 67 89", "[phone]"),
        ("+44\u{a0}20\u{a0}7946\u{a0}0958", "[phone]"),
        ("tel:+4930123456", "tel:[phone]"),
        ("0049 151 12345678", "[phone]"),
        ("004915112345678", "[phone]"),
        ("00 49 30 123456", "[phone]"),
        ("(415) 555-0132", "[phone]"),
        ("(415)555-0132", "[phone]"),
        ("(415) 5550132", "[phone]"),
        ("1 (415) 555-0132", "[phone]"),
        ("415-555-0132", "[phone]"),
        ("415.555.0132", "[phone]"),
        ("(555) 123-4567", "[phone]"),
        ("555-123-4567", "[phone]"),
        ("415 555 0132", "[phone]"),
        ("1-800-555-0199", "[phone]"),
        ("(030) 1234567", "[phone]"),
        ("(0211) 12 34 56", "[phone]"),
        ("(11) 98765-4321", "[phone]"),
        ("030 1234567", "[phone]"),
        ("030/1234567", "[phone]"),
        ("0151-12345678", "[phone]"),
        ("0151 / 123 456 78", "[phone]"),
        ("020 7946 0958", "[phone]"),
        ("01 23 45 67 89", "[phone]"),
        ("01.23.45.67.89", "[phone]"),
        ("+49 151 12345678 and +49 30 123456", "[phone] and [phone]"),
    ]);
}

#[test]
fn cards_go() {
    check(&[
        ("4111111111111111", "[card]"),
        ("4111 1111 1111 1111", "[card]"),
        ("4111-1111-1111-1111", "[card]"),
        ("5555\u{a0}5555\u{a0}5555\u{a0}4444", "[card]"),
        ("378282246310005", "[card]"),
        ("3782 822463 10005", "[card]"),
        ("30569309025904", "[card]"),
        ("6011000990139424", "[card]"),
        ("3530 1113 3330 0000", "[card]"),
        ("4222222222222", "[card]"),
        ("6205 5000 0000 0000 004", "[card]"),
        ("2223003122003222", "[card]"),
        ("12 4111 1111 1111 1111 05", "12 [card] 05"),
        ("card4111111111111111cvc", "card[card]cvc"),
        ("mara,4111111111111111,05/28", "mara,[card],05/28"),
        ("12,0151-12345678", "12,[phone]"),
        ("mara,+4915112345678,4111111111111111", "mara,[phone],[card]"),
        ("2026-11-23 4111 1111 1111 1111", "2026-11-23 [card]"),
    ]);
}

#[test]
fn numbers_stay() {
    check_misses(&[
        "2026-11-23",
        "23.11.2026",
        "11/23/2026",
        "2026/11/23 09:14",
        "09:14:55",
        "2026-11-23T09:14:55Z",
        "2026-11-23T09:14:55.123456+01:00",
        "20261123091455",
        "23.11.2026 14:30",
        "01-02-2026 123456",
        "2026-11-23 09-14-55",
        "1763800000",
        "1763800000123",
        "1763800000123456789",
        "4711-0815",
        "04711-0815",
        "A-4711-0815-22",
        "$1,299.00",
        "€ 12.345.678,90",
        "1 000 000",
        "+12%",
        "+1.50",
        "+12345678.90",
        "+1,234,567,890",
        "192.168.100.200",
        "10.0.0.1:8080",
        "v1.20.300",
        "1.2.3-rc.4",
        "3.14159265358979",
        "0.4111111111111111",
        "12345678901234567890",
        "4111111111111112",
        "9999999999999995",
        "550e8400-e29b-41d4-a716-446655440000",
        "12345678-1234-4111-1111-111111111111",
        "0192f7a0-1234-7000-8000-000000000001",
        "978-3-16-148410-0",
        "555-0132",
        "123-45-6789",
        "(2004) 345-367",
        "(1998)",
        "f(415) * 3",
        "rows 100-200",
        "@@ -123,7 +123,9 @@",
        "0000123456",
        "0x41111111",
        "1e10",
        "300 400 5000 6000",
        "1 415 555 0132 7",
        "12 34 56 78 90",
        "01 02 03",
        "3-2-1",
        "C++12345678",
        "40.689247, -74.044502",
        "+40.689247",
        "SHA 9f86d081884c7d659a2feaa0c55ad015",
        "00123-45678",
        "415.155.0132",
        "1/2/3",
        "24/7/365",
        "ISO 8601-1:2019",
        "RFC 9457",
        "#0151-12345678",
        "100 000 000 000",
        "4 5 3 2 0 1 5 1 1 2 8 3 0 3 6 6",
    ]);
}

/// Built here, so that no scanner of repositories takes them for real.
fn keys() -> Vec<String> {
    let letters = "aB3dE5gH7jK9mN2pQ4rS6tU8vW0xY1zA2bC4dE6fG8hJ";
    let hex = "0123456789abcdef0123456789abcdef";
    let mut keys: Vec<String> =
        ["sk-", "sk-proj-", "sk-ant-api03-", "sk-or-v1-", "gsk_", "hf_", "glpat-", "atl_", "gho_", "github_pat_11A_", "sk_live_", "xai-"]
            .iter()
            .map(|beginning| format!("{beginning}{letters}"))
            .collect();
    keys.push(format!("sk-{hex}"));
    keys.push(format!("ghp_{}", &letters[..36]));
    keys.push(format!("AKIA{}", "IOSFODNN7EXAMPLE"));
    keys.push(format!("AIza{}", &letters[..35]));
    keys.push(format!("xoxb-123456789012-1234567890123-{}", &letters[..24]));
    let part = |text: &str| format!("{text}{letters}");
    keys.push(format!("{}.{}.{}", part("eyJhbGciOi"), part("eyJzdWIiOi"), part("")));
    keys.push(format!("{}..{}.{}.{}", part("eyJhbGciOi"), part(""), part(""), part("")).replace("..", ".x."));
    keys
}

#[test]
fn keys_go() {
    for key in keys() {
        check(&[(&key, "[key]"), (&format!("key={key}&a=1"), "key=[key]&a=1"), (&format!("Authorization: Bearer {key}"), "Authorization: Bearer [key]")]);
    }
    check(&[
        ("Bearer abcdefgh12345678", "Bearer [key]"),
        ("Bearer abcdefghABC12345678", "Bearer [key]"),
        ("authorization: bearer 0123456789abcdef0123456789abcdef", "authorization: bearer [key]"),
        ("Bearer YWxhZGRpbjpvcGVuc2VzYW1l/+x=", "Bearer [key]"),
    ]);
}

#[test]
fn private_keys_go_as_a_whole() {
    for name in ["PRIVATE KEY", "RSA PRIVATE KEY", "OPENSSH PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "PGP PRIVATE KEY BLOCK"] {
        for line in ["\n", "\r\n", "\\n"] {
            let body = format!("MIIEvQIBADANBgkqhkiG9w0BAQEFAASC4111111111111111{line}").repeat(20);
            let block = format!("-----BEGIN {name}-----{line}{body}-----END {name}-----");
            assert_eq!(all(&format!("a {block} b")), "a [key] b");
            assert_eq!(all(&format!("{block}{line}{block}")), format!("[key]{line}[key]"));
            // Cut off: as far as it goes.
            assert_eq!(all(&block[..300]), "[key]");
        }
    }
    check_misses(&[
        "-----BEGIN CERTIFICATE-----",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQ==\n-----END PUBLIC KEY-----",
    ]);
}

#[test]
fn words_like_keys_stay() {
    check_misses(&[
        "task-force-of-twenty-people",
        "sk-learn-something-very-long",
        "ask-12345678901234567890",
        "desk-aB3dE5gH7jK9mN2pQ4rS6tU8",
        "sk-short",
        "half_life_of_a_particle",
        "shelf_aB3dE5gH7jK9mN2pQ4rS6tU8",
        "AKIAIOSFODNN7",
        "eyJ",
        "eyJhbGciOiJIUzI1NiJ9",
        "the bearer of bad news",
        "Bearer token",
        "Bearer your-access-token-goes-here",
        "Bearer YOUR_ACCESS_TOKEN_HERE",
        "Authorization: Bearer {{token}}",
        "Bearer [key]",
        "Bearer $OPENAI_API_KEY",
        "sk-...",
        "sk-your-key-here",
        "hf_transfer_enable_this_now",
    ]);
}

#[test]
fn a_picture_stays_and_what_follows_goes() {
    let bytes: Vec<u8> = (0..60_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    for alphabet in ["ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"] {
        let mut picture: String = bytes.iter().map(|byte| char::from(alphabet.as_bytes()[usize::from(byte % 64)])).collect();
        picture.push_str("-sk-aB3dE5gH7jK9mN2pQ4rS6tU8/4111111111111111/AKIAIOSFODNN7EXAMPLE");
        picture.push_str(&picture.clone());
        let url = format!("data:image/png;base64,{picture}==");
        assert!(matches!(all(&url), Cow::Borrowed(_)));
        assert_eq!(all(&format!("![]({url}) of mara@northwind.example")), format!("![]({url}) of [e-mail]"));
        let mut value = json!({"image_url": {"url": url}, "text": "mara@northwind.example"});
        redact_value(&mut value, Kinds::ALL);
        assert_eq!(value, json!({"image_url": {"url": url}, "text": "[e-mail]"}));
    }
}

#[test]
fn a_value_is_redacted_in_its_strings_alone() {
    let mut value =
        json!({"mara@northwind.example": ["a@b.example", {"n": 4_111_111_111_111_111_u64, "t": true, "z": null, "s": "+49 151 12345678"}], "k": "x"});
    redact_value(&mut value, Kinds::ALL);
    assert_eq!(value, json!({"mara@northwind.example": ["[e-mail]", {"n": 4_111_111_111_111_111_u64, "t": true, "z": null, "s": "[phone]"}], "k": "x"}));
}

#[test]
fn json_inside_a_string_stays_json() {
    let inner = json!({"to": "\nmara@northwind.example\n+49 151 12345678\n4111 1111 1111 1111", "umlaut": "ü"});
    let escaped = inner.to_string().replace('ü', "\\u00fcmara@northwind.example");
    let redacted: Value = serde_json::from_str(&all(&escaped)).unwrap();
    assert_eq!(redacted, json!({"to": "\n[e-mail]\n[phone]\n[card]", "umlaut": "ü[e-mail]"}));
}

#[test]
fn only_what_is_named_goes() {
    let text = "mara@northwind.example +49 151 12345678 4111111111111111 AKIAIOSFODNN7EXAMPLE";
    let one = |kinds: fn(&mut Kinds)| {
        let mut chosen = Kinds::NONE;
        kinds(&mut chosen);
        redact(text, chosen).into_owned()
    };
    assert!(matches!(redact(text, Kinds::NONE), Cow::Borrowed(_)));
    assert_eq!(one(|kinds| kinds.email = true), text.replace("mara@northwind.example", "[e-mail]"));
    assert_eq!(one(|kinds| kinds.phone = true), text.replace("+49 151 12345678", "[phone]"));
    assert_eq!(one(|kinds| kinds.card = true), text.replace("4111111111111111", "[card]"));
    assert_eq!(one(|kinds| kinds.key = true), text.replace("AKIAIOSFODNN7EXAMPLE", "[key]"));
    assert_eq!(serde_json::from_str::<Kinds>("{}").unwrap(), Kinds::ALL);
    assert_eq!(serde_json::from_str::<Kinds>(r#"{"phone": false}"#).unwrap(), Kinds { phone: false, ..Kinds::ALL });
}
