//! Charts as SVG. Geometry is in per cents, so that a chart fits any width while its words keep their size.

use std::fmt::Write;

use atelier_domain::{cost::Nanos, number::grouped};

use crate::api::cost::Bar;

/// Bars of cost. The numbers stand in a table beside it: this is for the eye.
pub fn bars(bars: &[Bar]) -> String {
    let highest = bars.iter().filter_map(|bar| bar.sum.as_ref()).map(|sum| sum.cost).max().unwrap_or_default();
    let (step, lines) = scale(highest);
    let top = step * lines;
    let mut svg = String::from("<svg class=\"c-chart\" height=\"200\" aria-hidden=\"true\">");
    for line in 1..=lines {
        let y = 100.0 - 100.0 * line as f64 / lines as f64;
        let _ = write!(
            svg,
            "<line class=\"c-grid\" x1=\"0\" x2=\"100%\" y1=\"{y:.2}%\" y2=\"{y:.2}%\"/><text x=\"0\" y=\"{y:.2}%\" dx=\"-8\" dy=\"4\" text-anchor=\"end\">{}</text>",
            short(Nanos(step * line))
        );
    }
    svg += "<line class=\"c-axis\" x1=\"0\" x2=\"100%\" y1=\"100%\" y2=\"100%\"/>";
    let width = 100.0 / bars.len().max(1) as f64;
    let _ = write!(svg, "<svg width=\"100%\" height=\"100%\" viewBox=\"0 0 100 100\" preserveAspectRatio=\"none\">");
    for (at, bar) in bars.iter().enumerate() {
        svg += &one(bar, at as f64 * width, width, top);
    }
    svg += "</svg>";
    let every = if bars.len() > 24 { 7 } else { bars.len().div_ceil(4).max(1) };
    for (at, bar) in bars.iter().enumerate().filter(|(at, _)| at % every == 0) {
        let x = (at as f64 + 0.5) * width;
        let _ = write!(svg, "<text x=\"{x:.2}%\" y=\"100%\" dy=\"18\" text-anchor=\"middle\">{}</text>", bar.label);
    }
    svg + "</svg>"
}

fn one(bar: &Bar, left: f64, width: f64, top: i64) -> String {
    let (x, inner) = (left + width * 0.14, width * 0.72);
    let Some(sum) = &bar.sum else {
        return String::new();
    };
    let unfinished = if bar.unfinished { " data-unfinished=\"true\"" } else { "" };
    let shape = match sum.cost {
        // Something was asked, or could have been, and nothing charged: that is no gap.
        0 => format!("<rect class=\"p-zero\" x=\"{x:.2}\" width=\"{inner:.2}\" y=\"98.5\" height=\"1.5\"/>"),
        cost => {
            let height = (100.0 * cost as f64 / top as f64).max(1.0);
            let y = 100.0 - height;
            format!("<rect class=\"c-fill\" data-series=\"1\"{unfinished} x=\"{x:.2}\" width=\"{inner:.2}\" y=\"{y:.2}\" height=\"{height:.2}\"/>")
        }
    };
    let say = format!("{}: {}, {} requests{}", bar.label, sum.cost(), grouped(sum.requests), if bar.unfinished { ", so far" } else { "" });
    format!("<g>{shape}<rect class=\"p-hit\" x=\"{left:.2}\" width=\"{width:.2}\" y=\"0\" height=\"100\"><title>{say}</title></rect></g>")
}

/// The distance of lines and how many: 1, 2 or 5 and zeros, two to five of them.
fn scale(highest: i64) -> (i64, i64) {
    let highest = highest.max(1_000);
    let mut unit = 10_i64.pow(highest.ilog10().saturating_sub(1));
    loop {
        for step in [1, 2, 5].map(|digit| unit.saturating_mul(digit)) {
            let lines = highest.div_euclid(step) + i64::from(highest.rem_euclid(step) > 0);
            if lines <= 4 {
                return (step, lines);
            }
        }
        unit = unit.saturating_mul(10);
    }
}

/// On an axis: "$30", "$0.002".
fn short(amount: Nanos) -> String {
    let text = amount.to_string();
    text.strip_suffix(".00").map_or(text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use atelier_domain::{timestamp::Timestamp, traffic::Sum};

    use super::*;

    fn bar(cost: Option<i64>, unfinished: bool) -> Bar {
        let sum = cost.map(|cost| Sum { requests: 1_234, cost, ..Sum::default() });
        Bar { label: "23 Nov".to_owned(), from: Timestamp(0), to: Timestamp(0), sum, unfinished }
    }

    #[test]
    fn the_lines_of_a_chart_are_round_numbers() {
        for (highest, step, lines) in
            [(83_000_000_000, 50_000_000_000, 2), (60_000_000_000, 20_000_000_000, 3), (1, 500, 2), (1_000_000_000, 500_000_000, 2), (40_000, 10_000, 4)]
        {
            assert_eq!(scale(highest), (step, lines), "{highest}");
        }
        assert!(scale(i64::MAX).0 > 0);
        assert_eq!((short(Nanos(50_000_000_000)).as_str(), short(Nanos(1_500_000_000)).as_str()), ("$50", "$1.50"));
    }

    #[test]
    fn a_zero_is_drawn_and_a_gap_is_not() {
        let svg = bars(&[bar(None, false), bar(Some(0), false), bar(Some(5_000_000), true)]);
        assert_eq!((svg.matches("p-zero").count(), svg.matches("c-fill").count(), svg.matches("data-unfinished").count()), (1, 1, 1), "{svg}");
        assert!(svg.contains("<title>23 Nov: $0.005, 1,234 requests, so far</title>"), "{svg}");
        assert!(!svg.contains("NaN") && !bars(&[]).contains("NaN"));
    }
}
