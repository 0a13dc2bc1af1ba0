use proptest::prelude::*;

use super::*;

fn rate(text: &str) -> Rate {
    text.parse().unwrap()
}

fn price(json: &str) -> Price {
    serde_json::from_str(json).unwrap()
}

fn usage(input: u64, cached: u64, cache_write: u64, output: u64, reasoning: u64) -> Usage {
    Usage { input, cached, cache_write, output, reasoning, ..Usage::default() }
}

fn pictures(input: u64, cached: u64, image: u64) -> Usage {
    Usage { input, cached, image, ..Usage::default() }
}

const MINI: &str = r#"{"input":"0.15","cached":"0.075","output":"0.6"}"#;
const SONNET: &str = r#"{"input":"3","cached":"0.3","cache_write":"3.75","output":"15"}"#;
const GEMINI: &str = r#"{"input":"1.25","cached":"0.125","output":"10","above":{"tokens":200000,"input":"2.5","cached":"0.25","output":"15"}}"#;
const SEEING: &str = r#"{"input":"1","cached":"0.1","image":"4","output":"2"}"#;
const THINKING: &str = r#"{"input":"1","output":"2","reasoning":"3"}"#;

#[test]
fn a_request_costs_what_its_tokens_cost() {
    let embedding = r#"{"input":"0.02"}"#;
    let smallest = r#"{"input":"0.000000001"}"#;
    let cases = [
        ("12 embedding tokens are 240 nano-dollars", embedding, usage(12, 0, 0, 0, 0), "0.00000024"),
        ("nothing costs nothing", SONNET, usage(0, 0, 0, 0, 0), "0"),
        ("input and output", MINI, usage(1_000_000, 0, 0, 1_000_000, 0), "0.75"),
        ("pictures have a rate of their own", SEEING, pictures(1_000_000, 0, 250_000), "1.75"),
        ("pictures without one are input", MINI, pictures(1_000_000, 0, 250_000), "0.15"),
        ("pictures that the cache had are cached", SEEING, pictures(1_000_000, 1_000_000, 250_000), "0.1"),
        ("cached tokens are part of the input", MINI, usage(1_000_000, 400_000, 0, 0, 0), "0.12"),
        ("written tokens too", SONNET, usage(1_000_000, 200_000, 300_000, 0, 0), "2.685"),
        ("written as input where writing has no rate", MINI, usage(1_000_000, 0, 400_000, 0, 0), "0.15"),
        ("cached as input where that has no rate", THINKING, usage(1_000_000, 400_000, 0, 0, 0), "1"),
        ("reasoning as output where it has no rate", SONNET, usage(0, 0, 0, 1_000, 600), "0.015"),
        ("reasoning at its own rate", THINKING, usage(0, 0, 0, 1_000_000, 400_000), "2.4"),
        ("up to the step, the usual rates", GEMINI, usage(200_000, 0, 0, 1_000, 0), "0.26"),
        ("past it, the others for every token", GEMINI, usage(200_001, 100_001, 0, 1_000, 0), "0.29000025"),
        ("a part above its whole is charged in full", SONNET, usage(10, 1_000_000, 0, 0, 0), "0.3"),
        ("and counts towards the step", GEMINI, usage(10, 300_000, 0, 0, 0), "0.075"),
        ("reasoning above its output as well", THINKING, usage(0, 0, 0, 1, 1_000_000), "3"),
        ("a millionth of a nano-dollar is rounded up", smallest, usage(1, 0, 0, 0, 0), "0.000000001"),
        ("once, at the end", smallest, usage(1_000_000, 0, 0, 0, 0), "0.000000001"),
    ];
    for (why, of, used, costs) in cases {
        assert_eq!(price(of).charge(&used).to_decimal(), costs, "{why}");
    }
}

#[test]
fn the_largest_request_stops_at_the_largest_amount() {
    let dear = Price { input: Rate(u64::MAX), output: Rate(u64::MAX), ..Price::default() };
    assert_eq!(dear.charge(&usage(u64::MAX, u64::MAX, u64::MAX, u64::MAX, u64::MAX)), Nanos::MAX);
    assert_eq!(Price::default().charge(&usage(u64::MAX, u64::MAX, u64::MAX, u64::MAX, u64::MAX)), Nanos::ZERO);
    // 2¹²⁸ to the token: the sum would wrap to nothing.
    let half = 1 << 63;
    let wrapping = Price { cached: Some(Rate(half)), cache_write: Some(Rate(half)), output: Rate(half), reasoning: Some(Rate(u64::MAX)), ..Price::default() };
    assert_eq!(wrapping.charge(&usage(0, half, half, half + 1, half)), Nanos::MAX);
    let most = u64::from(u32::MAX);
    assert_eq!(price(SONNET).charge(&usage(most, 0, 0, most, 0)).to_decimal(), "77309.41131");
}

#[test]
fn rates_are_exact_decimals() {
    for (text, nanos, shown) in
        [("0.15", 150_000_000, "$0.15"), ("0.0375", 37_500_000, "$0.0375"), ("15", 15_000_000_000, "$15.00"), ("0.000000001", 1, "$0.000000001")]
    {
        assert_eq!(rate(text), Rate(nanos));
        assert_eq!((rate(text).to_decimal().as_str(), rate(text).to_string().as_str()), (text, shown));
    }
    for (text, why) in [("0.0000000001", "9 decimals"), ("-1", "plain decimal"), ("1.5e-7", "plain decimal"), ("18446744073.709551616", "too large")] {
        assert!(text.parse::<Rate>().unwrap_err().message.contains(why), "{text}");
    }
}

#[test]
fn a_price_survives_json_and_a_misspelt_rate_does_not_pass() {
    for json in [MINI, SONNET, GEMINI, THINKING] {
        assert_eq!(serde_json::to_string(&price(json)).unwrap(), json);
    }
    for json in [r#"{"input":"1","cahced":"1","output":"1"}"#, r#"{"input":0.15,"output":"1"}"#, r#"{"output":"1"}"#, r#"{"input":"0.0000000001"}"#] {
        assert!(serde_json::from_str::<Price>(json).is_err(), "{json}");
    }
}

#[test]
fn people_read_a_price_as_a_phrase() {
    let cases = [
        (MINI, "$0.15 in, $0.60 out a million tokens"),
        (r#"{"input":"0.02"}"#, "$0.02 a million tokens"),
        (r#"{"input":"0"}"#, "free"),
        (r#"{"input":"0","output":"1"}"#, "$0.00 in, $1.00 out a million tokens"),
    ];
    for (of, shown) in cases {
        assert_eq!(price(of).to_string(), shown);
    }
}

/// Whole numbers of tokens up to `u32::MAX`, parts within their wholes.
fn usages() -> impl Strategy<Value = Usage> {
    let part = || prop_oneof![0..1_000_u64, 0..=u64::from(u32::MAX)];
    (part(), part(), part(), part(), part(), part()).prop_map(|(plain, cached, cache_write, image, shown, reasoning)| Usage {
        input: plain + cached + cache_write + image,
        cached,
        cache_write,
        image,
        output: shown + reasoning,
        reasoning,
    })
}

/// Up to $1,000 a million tokens.
fn prices() -> impl Strategy<Value = Price> {
    let rate = || prop_oneof![0..1_000_u64, 0..=1_000_000_000_000_u64].prop_map(Rate);
    let maybe = || proptest::option::of(rate());
    let rates = move || (rate(), maybe(), maybe(), maybe(), rate(), maybe());
    (rates(), proptest::option::of((0..=u64::from(u32::MAX), rates()))).prop_map(|((input, cached, cache_write, image, output, reasoning), above)| {
        let above = above.map(|(tokens, (input, cached, cache_write, image, output, reasoning))| Above {
            tokens,
            input,
            cached,
            cache_write,
            image,
            output,
            reasoning,
        });
        Price { input, cached, cache_write, image, output, reasoning, above }
    })
}

/// The definition, in signed numbers and other words: everything at its whole's rate, then the parts' differences; in millionths of a nano-dollar.
fn exact(price: &Price, usage: &Usage) -> i128 {
    let [input, cached, cache_write, image, output, reasoning] = match price.above {
        Some(above) if usage.input > above.tokens => [Some(above.input), above.cached, above.cache_write, above.image, Some(above.output), above.reasoning],
        _ => [Some(price.input), price.cached, price.cache_write, price.image, Some(price.output), price.reasoning],
    };
    let whole = |rate: Option<Rate>| i128::from(rate.unwrap().0);
    let more =
        |tokens: u64, part: Option<Rate>, whole: Option<Rate>| part.map_or(0, |part| i128::from(tokens) * (i128::from(part.0) - i128::from(whole.unwrap().0)));
    i128::from(usage.input) * whole(input)
        + i128::from(usage.output) * whole(output)
        + more(usage.cached, cached, input)
        + more(usage.cache_write, cache_write, input)
        + more(usage.image, image, input)
        + more(usage.reasoning, reasoning, output)
}

proptest! {
    #[test]
    fn a_charge_is_never_below_the_exact_sum_and_less_than_a_nano_dollar_above(price in prices(), usage in usages()) {
        let over = i128::from(price.charge(&usage).0) * 1_000_000 - exact(&price, &usage);
        prop_assert!((0..1_000_000).contains(&over), "{over} millionths over");
    }

    #[test]
    fn requests_together_cost_no_more_than_apart_and_at_most_a_nano_dollar_less_each(price in prices(), each in proptest::collection::vec(usages(), 1..20)) {
        let price = Price { above: None, ..price };
        let apart: i64 = each.iter().map(|usage| price.charge(usage).0).sum();
        let together = price.charge(&each.iter().copied().sum()).0;
        prop_assert!((0..each.len() as i64).contains(&(apart - together)), "{apart} apart, {together} together");
    }

    #[test]
    fn more_tokens_never_cost_less_within_the_same_rates(price in prices(), usage in usages(), more in usages()) {
        let price = Price { above: None, ..price };
        prop_assert!(price.charge(&(usage + more)) >= price.charge(&usage));
    }

    #[test]
    fn no_count_and_no_rate_makes_it_overflow(rates: [u64; 6], step: Option<u64>, tokens: [u64; 6]) {
        let [input, cached, cache_write, image, output, reasoning] = rates.map(Rate);
        let above = step.map(|tokens| Above { tokens, input, output, ..Above::default() });
        let price = Price { input, cached: Some(cached), cache_write: Some(cache_write), image: Some(image), output, reasoning: Some(reasoning), above };
        let [input, cached, cache_write, image, output, reasoning] = tokens;
        let charged = price.charge(&Usage { input, cached, cache_write, image, output, reasoning });
        prop_assert!(charged >= Nanos::ZERO);
    }

    #[test]
    fn every_price_survives_json(price in prices()) {
        prop_assert_eq!(serde_json::from_str::<Price>(&serde_json::to_string(&price).unwrap()).unwrap(), price);
    }
}
