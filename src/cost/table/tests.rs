use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::cost::{ModelKind, Price, Rate, Usage, model::is_day};

fn entry(name: &str, input: u64) -> ModelEntry {
    ModelEntry { name: name.to_owned(), price: Some(Price { input: Rate(input), ..Price::default() }), ..ModelEntry::default() }
}

fn table(names: &[&str]) -> Table {
    Table::new("2026-11-12".to_owned(), "a test".to_owned(), names.iter().map(|name| entry(name, 1)).collect())
}

fn found<'a>(table: &'a Table, name: &str) -> Option<&'a str> {
    table.find(name).map(|entry| entry.name.as_str())
}

#[test]
fn a_model_is_found_by_its_name_and_then_without_its_date() {
    let table = table(&["a/one", "a/one-2024-05-13", "a/two", "b/large-latest", "b/large-2512", "c/org/three"]);
    let cases = [
        ("a/one", Some("a/one")),
        ("a/one-2024-05-13", Some("a/one-2024-05-13")),
        ("a/one-2024-11-20", Some("a/one")),
        ("a/one-20241120", Some("a/one")),
        ("a/one-latest", Some("a/one")),
        ("b/large-latest", Some("b/large-latest")),
        ("c/org/three-20250101", Some("c/org/three")),
        // No guesses.
        ("b/large", None),
        ("b/large-2512-latest", Some("b/large-2512")),
        ("b/large-2603", None),
        ("b/large-20260301", None),
        ("a/two-mini", None),
        ("a/two-2024-5-13", None),
        ("a/two-2024051", None),
        ("a/two20240513", None),
        ("a/two-2024-05-13-preview", None),
        ("a/two-latest-2024-05-13", None),
        ("a/ft:two:acme::1", None),
        ("two", None),
        ("b/two", None),
        ("A/two", None),
        ("-latest", None),
        ("", None),
        ("a/é-20240513", None),
        ("é0240513", None),
    ];
    for (asked, name) in cases {
        assert_eq!(found(&table, asked), name, "{asked}");
    }
}

#[test]
fn an_owners_entries_replace_and_add() {
    let unknown = ModelEntry { price: None, ..entry("a/two", 0) };
    let table = table(&["a/one", "a/one-2024-05-13", "a/two"]).with(vec![entry("z/new", 5), entry("a/one", 6), unknown, entry("a/one", 7)]);
    let cases = [("a/one", Some(7)), ("a/one-2024-05-13", Some(1)), ("a/one-2024-11-20", Some(7)), ("a/two", None), ("z/new", Some(5))];
    for (asked, input) in cases {
        assert_eq!(table.find(asked).unwrap().price.map(|price| price.input.0), input, "{asked}");
    }
    assert_eq!((table.entries().len(), table.as_of.as_str()), (4, "2026-11-12"));
}

#[test]
fn a_table_survives_json_and_reads_one_in_any_order() {
    let table = table(&["b/two", "a/one"]);
    assert_eq!(serde_json::from_str::<Table>(&serde_json::to_string(&table).unwrap()).unwrap(), table);
    let json = r#"{"as_of":"2026-11-12","source":"x","entries":[{"name":"b/b","kind":"chat"},{"name":"a/a","kind":"embedding"}]}"#;
    let read: Table = serde_json::from_str(json).unwrap();
    assert_eq!((found(&read, "a/a"), found(&read, "b/b")), (Some("a/a"), Some("b/b")));
}

#[test]
fn every_builtin_entry_is_sane() {
    let read: Table = serde_json::from_str(include_str!("../prices.json")).unwrap();
    assert_eq!(&read, Table::builtin());
    assert!(read.entries().len() >= 80, "{} entries", read.entries().len());
    assert!(is_day(&read.as_of) && read.source.contains("LiteLLM"), "{} {}", read.as_of, read.source);
    let lines = include_str!("../prices.json").matches(r#"{"name": "#).count();
    assert_eq!(lines, read.entries().len(), "a name stands there twice");
    for entry in read.entries() {
        let name = &entry.name;
        entry.check().unwrap_or_else(|fault| panic!("{name}: {fault}"));
        let price = entry.price.unwrap_or_else(|| panic!("{name} has no price"));
        let chat = entry.kind == ModelKind::Chat;
        assert_eq!((price.input > Rate(0), price.output > Rate(0)), (true, chat), "{name}");
        assert!(price.cached.is_none_or(|cached| cached > Rate(0) && cached < price.input), "{name}: cached");
        assert!(price.cache_write.is_none_or(|write| write >= price.input && write.0 <= 2 * price.input.0), "{name}: cache_write");
        assert!(price.input < Rate(200_000_000_000) && price.output < Rate(1_000_000_000_000), "{name}: a price for a thousand tokens?");
        assert!(entry.context.is_some_and(|context| context >= 512), "{name}: context");
        assert!(entry.max_output.is_some() == chat || entry.retired(&read.as_of), "{name}: max_output");
        assert!(entry.max_output <= entry.context || !chat, "{name}: answers longer than it reads");
        if let Some(above) = price.above {
            assert!(above.input > price.input && above.output > price.output, "{name}: cheaper when long");
            assert_eq!((above.cached.is_some(), above.cache_write.is_some()), (price.cached.is_some(), price.cache_write.is_some()), "{name}");
            assert!(entry.context.is_some_and(|context| above.tokens < context.into()), "{name}: never that long");
        }
    }
    let providers: BTreeSet<_> = read.entries().iter().filter_map(|entry| entry.name.split('/').next()).collect();
    assert_eq!(providers.into_iter().collect::<Vec<_>>(), ["anthropic", "cohere", "deepseek", "google", "groq", "mistral", "openai", "voyage", "xai"]);
}

#[test]
fn builtin_prices_are_those_that_the_providers_list() {
    let cases = [
        ("openai/gpt-4o-mini-2024-07-18", "openai/gpt-4o-mini", "$0.15 in, $0.60 out a million tokens", 128_000),
        ("openai/gpt-4o-2024-05-13", "openai/gpt-4o-2024-05-13", "$5.00 in, $15.00 out a million tokens", 128_000),
        ("openai/gpt-4o-2024-11-20", "openai/gpt-4o", "$2.50 in, $10.00 out a million tokens", 128_000),
        ("openai/text-embedding-3-small", "openai/text-embedding-3-small", "$0.02 a million tokens", 8_191),
        ("anthropic/claude-haiku-4-5-20251001", "anthropic/claude-haiku-4-5", "$1.00 in, $5.00 out a million tokens", 200_000),
        ("anthropic/claude-sonnet-4-20250514", "anthropic/claude-sonnet-4", "$3.00 in, $15.00 out a million tokens", 200_000),
        ("anthropic/claude-3-5-haiku-latest", "anthropic/claude-3-5-haiku", "$0.80 in, $4.00 out a million tokens", 200_000),
        ("google/gemini-2.5-flash", "google/gemini-2.5-flash", "$0.30 in, $2.50 out a million tokens", 1_048_576),
    ];
    for (asked, name, price, context) in cases {
        let entry = Table::builtin().find(asked).unwrap();
        assert_eq!((entry.name.as_str(), entry.price.unwrap().to_string().as_str(), entry.context), (name, price, Some(context)), "{asked}");
    }
    let twelve = Usage { input: 12, ..Usage::default() };
    let embedding = Table::builtin().find("openai/text-embedding-3-small").unwrap();
    assert_eq!(embedding.price.unwrap().charge(&twelve).to_decimal(), "0.00000024");
}

proptest! {
    #[test]
    fn any_name_can_be_asked_for(name in "\\PC{0,24}(-latest|-20250514|-2025-05-14)?") {
        if let Some(entry) = Table::builtin().find(&name) {
            prop_assert!(name.starts_with(&entry.name));
        }
    }

    #[test]
    fn every_entry_is_found_by_its_own_name(names in proptest::collection::vec("[a-c]/[a-d]{1,3}(-latest|-20250514)?", 0..40)) {
        let table = table(&names.iter().map(String::as_str).collect::<Vec<_>>());
        for name in &names {
            prop_assert_eq!(found(&table, name), Some(name.as_str()));
        }
        prop_assert_eq!(table.entries().len(), names.iter().collect::<BTreeSet<_>>().len());
    }
}
