//! When a provider wants to be asked again.

use http::{HeaderMap, HeaderName, header};
use time::{OffsetDateTime, format_description::well_known::Rfc2822};

/// Seconds, rounded up: from `retry-after-ms`, `retry-after` in seconds, or `retry-after` as a date beside the answer's own.
pub fn retry_after(headers: &HeaderMap) -> Option<u32> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    if let Some(milliseconds) = text(HeaderName::from_static("retry-after-ms")).and_then(|text| text.parse::<f64>().ok()) {
        return seconds(milliseconds / 1_000.0);
    }
    let after = text(header::RETRY_AFTER)?;
    if let Ok(number) = after.parse::<f64>() {
        return seconds(number);
    }
    let date = |text: &str| OffsetDateTime::parse(text, &Rfc2822).ok();
    seconds((date(after)? - date(text(header::DATE)?)?).as_seconds_f64())
}

/// Over a day is no wish but a mistake.
pub fn seconds(seconds: f64) -> Option<u32> {
    (0.0..=86_400.0).contains(&seconds).then(|| seconds.ceil() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_it_is_read() {
        let cases = [
            ("retry-after=7", Some(7)),
            ("retry-after=0.2", Some(1)),
            ("retry-after=7;retry-after-ms=1500", Some(2)),
            ("retry-after=Sun, 22 Nov 2026 10:00:30 GMT;date=Sun, 22 Nov 2026 10:00:00 GMT", Some(30)),
            ("retry-after=Sun, 22 Nov 2026 09:00:00 GMT;date=Sun, 22 Nov 2026 10:00:00 GMT", None),
            ("retry-after=Sun, 22 Nov 2026 10:00:30 GMT", None),
            ("retry-after=soon", None),
            ("retry-after=1e300", None),
            ("retry-after=-1", None),
            ("x=1", None),
        ];
        for (headers, expected) in cases {
            let pairs = headers.split(';').filter_map(|header| header.split_once('='));
            let map = pairs.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
            assert_eq!(retry_after(&map), expected, "{headers}");
        }
    }
}
