//! Counts, as people read them.

/// `1,234,567`.
pub fn grouped(count: i64) -> String {
    let digits = count.unsigned_abs().to_string();
    let comma = |at: usize| if at > 0 && (digits.len() - at).is_multiple_of(3) { "," } else { "" };
    let grouped: String = digits.char_indices().map(|(at, digit)| format!("{}{digit}", comma(at))).collect();
    if count < 0 { format!("−{grouped}") } else { grouped }
}

/// Three significant digits from ten thousand on: `9,999`, `12.3 k`, `1.62 M`.
pub fn short(count: i64) -> String {
    let magnitude = count.unsigned_abs();
    let Some((unit, name)) = [(1_000_000_000_u64, "G"), (1_000_000, "M"), (1_000, "k")].into_iter().find(|(unit, _)| magnitude >= *unit) else {
        return grouped(count);
    };
    if magnitude < 10_000 {
        return grouped(count);
    }
    let whole = magnitude / unit;
    let decimals = 3_usize.saturating_sub(whole.to_string().len());
    let step = unit / 10_u64.pow(decimals as u32);
    let rounded = (magnitude + step / 2) / step;
    let digits = rounded.to_string();
    let (front, back) = digits.split_at(digits.len() - decimals);
    let sign = if count < 0 { "−" } else { "" };
    if back.is_empty() { format!("{sign}{front} {name}") } else { format!("{sign}{front}.{back} {name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped_and_long_ones_shortened() {
        for (count, whole, brief) in [
            (0, "0", "0"),
            (999, "999", "999"),
            (1_234, "1,234", "1,234"),
            (12_345, "12,345", "12.3 k"),
            (123_456, "123,456", "123 k"),
            (1_620_140, "1,620,140", "1.62 M"),
            (-12_000, "−12,000", "−12.0 k"),
            (2_000_000_000, "2,000,000,000", "2.00 G"),
        ] {
            assert_eq!((grouped(count).as_str(), short(count).as_str()), (whole, brief));
        }
    }
}
