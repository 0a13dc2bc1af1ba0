//! A point in time: microseconds since 1970 in UTC, RFC 3339 on the wire.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use time::{OffsetDateTime, format_description::well_known::Rfc3339, macros::format_description};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    pub fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000))
    }

    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// This many seconds later; negative for earlier.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// From 1, in UTC.
    pub fn day_of_month(self) -> u8 {
        self.date_time().day()
    }

    /// "2026-11-23", in UTC.
    pub fn day(self) -> String {
        self.date_time().format(format_description!("[year]-[month]-[day]")).unwrap_or_default()
    }

    /// "23 Nov", in UTC.
    pub fn short_day(self) -> String {
        self.date_time().format(format_description!("[day padding:none] [month repr:short]")).unwrap_or_default()
    }

    /// "November", in UTC.
    pub fn month(self) -> String {
        self.date_time().format(format_description!("[month repr:long]")).unwrap_or_default()
    }

    /// "10:42:58", in UTC.
    pub fn clock(self) -> String {
        self.date_time().format(format_description!("[hour]:[minute]:[second]")).unwrap_or_default()
    }

    /// "22 Nov 14:20", in UTC.
    pub fn short(self) -> String {
        self.date_time().format(format_description!("[day padding:none] [month repr:short] [hour]:[minute]")).unwrap_or_default()
    }

    fn date_time(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }

    /// "22 Nov 2026, 14:20 UTC": for people, the same on server and browser.
    pub fn readable(self) -> String {
        let format = format_description!("[day padding:none] [month repr:short] [year], [hour]:[minute] UTC");
        self.date_time().format(format).unwrap_or_default()
    }

    /// "2 h ago" as seen at `now`, a date once that says more.
    pub fn relative(self, now: Timestamp) -> String {
        match now.seconds().saturating_sub(self.seconds()) {
            ..60 => "just now".to_owned(),
            seconds @ 60..3_600 => format!("{} min ago", seconds / 60),
            seconds @ 3_600..86_400 => format!("{} h ago", seconds / 3_600),
            seconds @ 86_400..604_800 => format!("{} d ago", seconds / 86_400),
            _ => self.date_time().format(format_description!("[day padding:none] [month repr:short] [year]")).unwrap_or_default(),
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.date_time().format(&Rfc3339).map_err(|_| fmt::Error)?)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        let at = OffsetDateTime::parse(&text, &Rfc3339).map_err(de::Error::custom)?;
        i64::try_from(at.unix_timestamp_nanos() / 1_000).map(Self).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_reads_back_as_it_was_written() {
        for micros in [0, 1_732_262_400_123_456, 1, -1_000_000] {
            let text = serde_json::to_string(&Timestamp(micros)).unwrap();
            assert_eq!(serde_json::from_str::<Timestamp>(&text).unwrap(), Timestamp(micros), "{text}");
        }
    }

    #[test]
    fn an_age_is_told_in_the_unit_that_fits() {
        let now = Timestamp::from_seconds(1_700_000_000);
        for (ago, said) in [(5, "just now"), (60, "1 min ago"), (7_300, "2 h ago"), (90_000, "1 d ago"), (700_000, "6 Nov 2023")] {
            assert_eq!(now.plus_seconds(-ago).relative(now), said);
        }
    }
}
