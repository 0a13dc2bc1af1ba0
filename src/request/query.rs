//! A search for requests as texts: as it stands in a page's address, and in a form.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{CacheVerdict, Outcome, RequestFilter, Source, WITHIN};
use crate::{
    fault::{Fault, Problems},
    id::KeyId,
    timestamp::Timestamp,
};

macro_rules! query {
    ($($field:ident),+ $(,)?) => {
        /// What is empty is not asked.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default)]
        pub struct RequestQuery { $(pub $field: String),+ }

        impl RequestQuery {
            pub const FIELDS: &'static [&'static str] = &[$(stringify!($field)),+];

            /// Of an address.
            pub fn of(get: impl Fn(&str) -> Option<String>) -> Self {
                Self { $($field: get(stringify!($field)).unwrap_or_default().trim().to_owned()),+ }
            }

            /// What is asked, in order.
            pub fn pairs(&self) -> Vec<(&'static str, &str)> {
                let all = [$((stringify!($field), self.$field.as_str())),+];
                all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
            }
        }
    };
}

query!(q, within, from, to, prompt, version, model, outcome, cache, source, tag, user, session, key, experiment, variant);

impl RequestQuery {
    pub fn is_empty(&self) -> bool {
        self.pairs().is_empty()
    }

    /// As a filter, but for the prompt: that is a name, which has to be looked up.
    ///
    /// # Errors
    /// Invalid naming each field at fault.
    pub fn read(&self, now: Timestamp) -> Result<RequestFilter, Fault> {
        let mut problems = Problems::default();
        let text = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        let mut filter = RequestFilter {
            q: text(&self.q),
            model: text(&self.model),
            tag: text(&self.tag),
            user: text(&self.user),
            session: text(&self.session),
            experiment: text(&self.experiment),
            variant: text(&self.variant),
            from: moment("from", &self.from, &mut problems),
            to: moment("to", &self.to, &mut problems),
            outcome: one_of("outcome", &self.outcome, Outcome::ALL, Outcome::as_str, &mut problems),
            cache: one_of("cache", &self.cache, CacheVerdict::ALL, CacheVerdict::as_str, &mut problems),
            source: one_of("source", &self.source, Source::ALL, Source::as_str, &mut problems),
            version: None,
            key: None,
            prompt: None,
        };
        if let Some(version) = text(&self.version) {
            filter.version = problems.keep(version.parse().map_err(|_| Fault::field("version", "A version is a whole number; 0 is a draft.")));
        }
        if let Some(key) = text(&self.key) {
            filter.key = problems.keep(key.parse::<KeyId>().map_err(|_| Fault::field("key", "This is no id of a key.")));
        }
        match WITHIN.iter().find(|(name, ..)| *name == self.within) {
            Some((_, _, hours)) if *hours > 0 => filter.from = filter.from.max(Some(now.plus_seconds(-hours * 3_600))),
            None if !self.within.is_empty() => problems.add("within", format!("This is one of {}.", listed(WITHIN.iter().map(|(name, ..)| *name)))),
            _ => {}
        }
        problems.check()?;
        filter.tidy()
    }
}

fn listed<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join(", ")
}

fn one_of<T: Copy>(field: &str, text: &str, all: &[T], word: fn(T) -> &'static str, problems: &mut Problems) -> Option<T> {
    let found = all.iter().copied().find(|one| word(*one) == text);
    if found.is_none() && !text.is_empty() {
        problems.add(field, format!("This is one of {}.", listed(all.iter().map(|one| word(*one)))));
    }
    found
}

fn moment(field: &str, text: &str, problems: &mut Problems) -> Option<Timestamp> {
    if text.is_empty() {
        return None;
    }
    let read = serde_json::from_value(Value::from(text));
    problems.keep(read.map_err(|_| Fault::field(field, "This is no time by RFC 3339, as in 2026-11-23T10:42:58Z.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(pairs: &[(&str, &str)]) -> RequestQuery {
        RequestQuery::of(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn an_address_is_read_as_a_filter() {
        let now = Timestamp::from_seconds(1_700_000_000);
        let asked = query(&[("q", " lamp "), ("within", "1h"), ("outcome", "failed"), ("version", "0"), ("tag", ""), ("peek", "x")]);
        assert_eq!(asked.pairs(), [("q", "lamp"), ("within", "1h"), ("version", "0"), ("outcome", "failed")]);
        let filter = asked.read(now).unwrap();
        let wanted = RequestFilter {
            q: Some("lamp".into()),
            from: Some(now.plus_seconds(-3_600)),
            outcome: Some(Outcome::Failed),
            version: Some(0),
            ..RequestFilter::default()
        };
        assert_eq!(filter, wanted);
        assert!(query(&[("within", "all")]).read(now).unwrap().is_empty());
        let later = query(&[("from", "2023-11-14T22:13:00+01:00"), ("within", "24h")]).read(now).unwrap();
        assert_eq!(later.from, Some(Timestamp::from_seconds(1_699_996_380)), "the narrower of both");
    }

    #[test]
    fn each_field_at_fault_is_named() {
        let wrong = ["from", "to", "version", "key", "outcome", "cache", "source", "within"];
        let asked = RequestQuery::of(|name| wrong.contains(&name).then(|| "x".to_owned()));
        let fault = asked.read(Timestamp::default()).unwrap_err();
        let mut named: Vec<_> = fault.fields.iter().map(|error| error.field.clone()).collect();
        named.sort();
        let mut wanted = wrong.map(str::to_owned);
        wanted.sort();
        assert_eq!(named, wanted);
    }
}
