//! What traffic comes to: the spans that people look at, sums, and how one differs from another.

mod csv;

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::{budget::Period, cost::Nanos, request::Facts, timestamp::Timestamp};

pub use csv::csv;

const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;

/// What some requests come to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    pub requests: i64,
    pub failed: i64,
    pub from_cache: i64,
    /// Whose tokens were counted here, because the provider did not say.
    pub estimated: i64,
    /// That used tokens of a model without a known price.
    pub unpriced: i64,
    pub input: i64,
    pub cached: i64,
    pub output: i64,
    pub reasoning: i64,
    /// Nano-dollars.
    pub cost: i64,
    pub saved: i64,
}

impl Sum {
    pub fn of(facts: &Facts) -> Self {
        use crate::request::{CacheVerdict, Outcome};
        let count = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        let hit = matches!(facts.cache, CacheVerdict::Exact | CacheVerdict::Semantic);
        Self {
            requests: 1,
            failed: i64::from(matches!(facts.outcome, Outcome::Failed | Outcome::Refused)),
            from_cache: i64::from(hit),
            estimated: i64::from(facts.estimated),
            unpriced: i64::from(facts.cost.is_none() && facts.usage.input + facts.usage.output > 0),
            input: count(facts.usage.input),
            cached: count(facts.usage.cached),
            output: count(facts.usage.output),
            reasoning: count(facts.usage.reasoning),
            cost: facts.cost.map_or(0, |cost| cost.0),
            saved: facts.saved.0,
        }
    }

    #[must_use]
    pub fn plus(&self, more: &Self) -> Self {
        let add = i64::saturating_add;
        Self {
            requests: add(self.requests, more.requests),
            failed: add(self.failed, more.failed),
            from_cache: add(self.from_cache, more.from_cache),
            estimated: add(self.estimated, more.estimated),
            unpriced: add(self.unpriced, more.unpriced),
            input: add(self.input, more.input),
            cached: add(self.cached, more.cached),
            output: add(self.output, more.output),
            reasoning: add(self.reasoning, more.reasoning),
            cost: add(self.cost, more.cost),
            saved: add(self.saved, more.saved),
        }
    }

    pub fn cost(&self) -> Nanos {
        Nanos(self.cost)
    }

    pub fn saved(&self) -> Nanos {
        Nanos(self.saved)
    }

    pub fn tokens(&self) -> i64 {
        self.input.saturating_add(self.output)
    }

    /// Of one request on average; `None` where there was none.
    pub fn each(&self) -> Option<Nanos> {
        (self.requests > 0).then(|| Nanos(self.cost / self.requests))
    }
}

impl<'s> std::iter::Sum<&'s Sum> for Sum {
    fn sum<I: Iterator<Item = &'s Sum>>(parts: I) -> Self {
        parts.fold(Self::default(), |sum, part| sum.plus(part))
    }
}

/// A dimension of traffic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    #[default]
    Prompt,
    Version,
    Model,
    Key,
}

impl By {
    pub const ALL: [Self; 4] = [By::Prompt, By::Version, By::Model, By::Key];

    pub fn as_str(self) -> &'static str {
        match self {
            By::Prompt => "prompt",
            By::Version => "version",
            By::Model => "model",
            By::Key => "key",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.as_str() == text)
    }
}

/// The sum of one value of a dimension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slice {
    /// A prompt's id, `id@version`, a model, a key's id; what has none is empty.
    pub value: String,
    /// As people know it.
    pub name: Option<String>,
    pub sum: Sum,
}

/// A span of time that people choose. Days are those of UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    Today,
    Week,
    Thirty,
    #[default]
    Month,
    LastMonth,
}

/// A span, seen from a moment; `before` is as long as what is over of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub from: Timestamp,
    /// Where what is known ends: now, unless the span is over.
    pub to: Timestamp,
    pub before: (Timestamp, Timestamp),
    /// Where its last bar ends.
    pub end: Timestamp,
    /// Of one bar, in seconds.
    pub step: i64,
}

impl Span {
    pub const ALL: [Self; 5] = [Span::Today, Span::Week, Span::Thirty, Span::Month, Span::LastMonth];

    /// As it stands in an address.
    pub fn as_str(self) -> &'static str {
        match self {
            Span::Today => "today",
            Span::Week => "7d",
            Span::Thirty => "30d",
            Span::Month => "month",
            Span::LastMonth => "last-month",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|span| span.as_str() == text)
    }

    /// On a button.
    pub fn label(self) -> &'static str {
        match self {
            Span::Today => "Today",
            Span::Week => "7 days",
            Span::Thirty => "30 days",
            Span::Month => "This month",
            Span::LastMonth => "Last month",
        }
    }

    pub fn window(self, now: Timestamp) -> Window {
        let today = Period::Day.start(now);
        let month = Period::Month.start(now);
        let month_before = |month: Timestamp| Period::Month.start(month.plus_seconds(-1));
        let days = |count: i64| {
            let (from, back) = (today.plus_seconds(-(count - 1) * DAY), -count * DAY);
            Window { from, to: now, before: (from.plus_seconds(back), now.plus_seconds(back)), end: today.plus_seconds(DAY), step: DAY }
        };
        match self {
            Span::Today => Window { step: HOUR, ..days(1) },
            Span::Week => days(7),
            Span::Thirty => days(30),
            Span::Month => {
                let before = month_before(month);
                let over = Timestamp(before.0 + (now.0 - month.0)).min(month);
                Window { from: month, to: now, before: (before, over), end: Period::Month.end(now).unwrap_or(now), step: DAY }
            }
            Span::LastMonth => {
                let from = month_before(month);
                Window { from, to: month, before: (month_before(from), from), end: month, step: DAY }
            }
        }
    }

    /// "in November so far": as a sentence goes on.
    pub fn words(self, now: Timestamp) -> String {
        match self {
            Span::Today => "today so far".to_owned(),
            Span::Week => "in 7 days".to_owned(),
            Span::Thirty => "in 30 days".to_owned(),
            Span::Month => format!("in {} so far", now.month()),
            Span::LastMonth => format!("in {}", self.window(now).from.month()),
        }
    }

    /// What it is compared with: "the 7 days before".
    pub fn against(self, now: Timestamp) -> String {
        match self {
            Span::Today => "yesterday to this hour".to_owned(),
            Span::Week => "the 7 days before".to_owned(),
            Span::Thirty => "the 30 days before".to_owned(),
            Span::Month => format!("{} to the same day", self.window(now).before.0.month()),
            Span::LastMonth => self.window(now).before.0.month(),
        }
    }
}

/// How an amount differs from the one before, in words.
pub fn change(now: i64, before: i64, against: &str) -> (Ordering, String) {
    let order = now.cmp(&before);
    if before <= 0 {
        return (order, if order == Ordering::Equal { format!("nothing in {against} either") } else { format!("nothing in {against}") });
    }
    let difference = i128::from(now) - i128::from(before);
    let percent = (difference.abs() * 100 + i128::from(before) / 2) / i128::from(before);
    let words = match order {
        Ordering::Equal => format!("as in {against}"),
        Ordering::Greater if percent >= 1_000 => format!("{} times {against}", (i128::from(now) + i128::from(before) / 2) / i128::from(before)),
        Ordering::Greater if percent == 0 => format!("less than 1 % more than {against}"),
        Ordering::Less if percent == 0 => format!("less than 1 % below {against}"),
        Ordering::Greater => format!("{percent} % more than {against}"),
        Ordering::Less => format!("{percent} % less than {against}"),
    };
    (order, words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        serde_json::from_value(serde_json::Value::String(text.to_owned())).unwrap()
    }

    #[test]
    fn spans_are_compared_with_what_came_before_them_as_far_as_they_are_over() {
        let now = at("2026-03-30T12:00:00Z");
        for (span, from, to, before) in [
            (Span::Today, "2026-03-30T00:00:00Z", "2026-03-30T12:00:00Z", ("2026-03-29T00:00:00Z", "2026-03-29T12:00:00Z")),
            (Span::Week, "2026-03-24T00:00:00Z", "2026-03-30T12:00:00Z", ("2026-03-17T00:00:00Z", "2026-03-23T12:00:00Z")),
            (Span::Thirty, "2026-03-01T00:00:00Z", "2026-03-30T12:00:00Z", ("2026-01-30T00:00:00Z", "2026-02-28T12:00:00Z")),
            // February has no 30th.
            (Span::Month, "2026-03-01T00:00:00Z", "2026-03-30T12:00:00Z", ("2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z")),
            (Span::LastMonth, "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z", ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")),
        ] {
            let window = span.window(now);
            assert_eq!((window.from, window.to, window.before), (at(from), at(to), (at(before.0), at(before.1))), "{span:?}");
            assert_eq!(Span::parse(span.as_str()), Some(span));
        }
        assert_eq!(Span::Month.window(now).end, at("2026-04-01T00:00:00Z"));
        assert_eq!((Span::Month.words(now).as_str(), Span::Month.against(now).as_str()), ("in March so far", "February to the same day"));
        assert_eq!((Span::LastMonth.words(now).as_str(), Span::LastMonth.against(now).as_str()), ("in February", "January"));
    }

    #[test]
    fn a_change_is_told_in_words() {
        for (now, before, words) in [
            (0, 0, "nothing in May either"),
            (5, 0, "nothing in May"),
            (100, 100, "as in May"),
            (108, 100, "8 % more than May"),
            (50, 100, "50 % less than May"),
            (0, 100, "100 % less than May"),
            (10_001, 10_000, "less than 1 % more than May"),
            (1_200, 100, "12 times May"),
            (i64::MAX, 1, "9223372036854775807 times May"),
        ] {
            assert_eq!(change(now, before, "May").1, words);
        }
    }

    #[test]
    fn sums_add_up() {
        let one = Sum { requests: 2, cost: 300, input: 5, output: 1, ..Sum::default() };
        let sum: Sum = [&one, &one].into_iter().sum();
        assert_eq!((sum.requests, sum.cost(), sum.tokens(), sum.each()), (4, Nanos(600), 12, Some(Nanos(150))));
        assert_eq!(Sum::default().each(), None);
    }
}
