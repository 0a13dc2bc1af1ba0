//! How an interval became narrower, as SVG. The numbers stand in a table beside it: this is for the eye.

use std::fmt::Write;

use atelier_domain::experiment::{Comparison, Measured};

use crate::ui::figure;

/// A look, in the metric's own unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    units: f64,
    difference: f64,
    /// Where they are earned.
    ends: Option<(f64, f64)>,
}

impl Point {
    pub fn of(units: i64, comparison: &Comparison) -> Option<Self> {
        Some(Self { units: units as f64, difference: comparison.difference?, ends: comparison.low.zip(comparison.high) })
    }
}

/// From units and differences to per cents of the box.
struct Frame {
    most: f64,
    low: f64,
    high: f64,
}

impl Frame {
    fn of(points: &[Point], planned: f64) -> Self {
        let most = points.last().map_or(0.0, |last| last.units).max(planned).max(1.0) * 1.04;
        // The first looks are so wide that nothing else could be seen.
        let narrowest = points.iter().filter_map(|point| point.ends).map(|(low, high)| high - low).fold(f64::INFINITY, f64::min);
        let last = points.last().map_or(0.0, |last| last.difference);
        let reach = if narrowest.is_finite() { narrowest * 1.4 } else { last.abs().max(1e-6) * 2.0 };
        Self { most, low: (last - reach).min(-reach * 0.15), high: (last + reach).max(reach * 0.15) }
    }

    fn x(&self, units: f64) -> f64 {
        100.0 * units / self.most
    }

    /// Within the box, or at its edge.
    fn y(&self, value: f64) -> f64 {
        (100.0 * (self.high - value) / (self.high - self.low)).clamp(0.0, 100.0)
    }
}

pub fn band(points: &[Point], measured: Measured, planned: u64) -> String {
    let frame = Frame::of(points, planned as f64);
    let mut svg = String::from("<svg class=\"c-chart\" height=\"264\" aria-hidden=\"true\">");
    grid(&mut svg, &frame, measured);
    svg += "<svg width=\"100%\" height=\"100%\" viewBox=\"0 0 100 100\" preserveAspectRatio=\"none\">";
    let earned: Vec<(f64, f64, f64)> =
        points.iter().filter_map(|point| point.ends.map(|(low, high)| (frame.x(point.units), frame.y(low), frame.y(high)))).collect();
    let there = earned.iter().map(|(x, _, high)| format!("{x:.2} {high:.2}"));
    let back = earned.iter().rev().map(|(x, low, _)| format!("{x:.2} {low:.2}"));
    let outline: Vec<String> = there.chain(back).collect();
    if !outline.is_empty() {
        let _ = write!(svg, "<path class=\"c-band\" d=\"M{}Z\"/>", outline.join("L"));
    }
    let line: Vec<String> = points.iter().map(|point| format!("{:.2} {:.2}", frame.x(point.units), frame.y(point.difference))).collect();
    if !line.is_empty() {
        let _ = write!(svg, "<path class=\"c-line\" d=\"M{}\"/>", line.join("L"));
    }
    svg += "</svg>";
    marks(&mut svg, &frame, points, measured, planned);
    svg + "</svg>"
}

fn grid(svg: &mut String, frame: &Frame, measured: Measured) {
    let step = nice((frame.high - frame.low) / 5.0);
    let first = (frame.low / step).ceil() as i64;
    let last = (frame.high / step).floor() as i64;
    for line in first..=last.min(first + 12) {
        let (value, class) = (line as f64 * step, if line == 0 { "c-axis" } else { "c-grid" });
        let label = if line == 0 { "0".to_owned() } else { short(measured, value) };
        let y = frame.y(value);
        let _ = write!(
            svg,
            "<line class=\"{class}\" x1=\"0\" x2=\"100%\" y1=\"{y:.2}%\" y2=\"{y:.2}%\"/><text x=\"0\" y=\"{y:.2}%\" dx=\"-8\" dy=\"4\" text-anchor=\"end\">{label}</text>"
        );
    }
    let step = nice(frame.most / 5.0).max(1.0);
    for tick in 1..=((frame.most * 0.97 / step).floor() as i64).min(12) {
        let units = tick as f64 * step;
        let _ = write!(svg, "<text x=\"{:.2}%\" y=\"100%\" dy=\"18\" text-anchor=\"middle\">{}</text>", frame.x(units), figure::whole(units as u64));
    }
}

/// The plan, the last look and its interval.
fn marks(svg: &mut String, frame: &Frame, points: &[Point], measured: Measured, planned: u64) {
    let x = frame.x(planned as f64);
    let anchor = if x > 60.0 { "end" } else { "start" };
    let _ = write!(
        svg,
        "<line class=\"c-note-line\" x1=\"{x:.2}%\" x2=\"{x:.2}%\" y1=\"0\" y2=\"100%\"/>\
         <text class=\"c-note-text\" x=\"{x:.2}%\" y=\"0\" dy=\"-6\" text-anchor=\"{anchor}\">planned {}</text>",
        figure::whole(planned)
    );
    let Some(last) = points.last() else { return };
    let (x, y) = (frame.x(last.units), frame.y(last.difference));
    if let Some((low, high)) = last.ends {
        let (top, foot) = (frame.y(high), frame.y(low));
        let _ = write!(svg, "<line class=\"c-line\" x1=\"{x:.2}%\" x2=\"{x:.2}%\" y1=\"{top:.2}%\" y2=\"{foot:.2}%\"/>");
    }
    let (anchor, dx) = if x > 50.0 { ("end", -6) } else { ("start", 8) };
    let _ = write!(
        svg,
        "<circle class=\"c-dot\" cx=\"{x:.2}%\" cy=\"{y:.2}%\" r=\"4\"/>\
         <text class=\"c-halo\" data-strong=\"true\" x=\"{x:.2}%\" y=\"{y:.2}%\" dx=\"{dx}\" dy=\"-10\" text-anchor=\"{anchor}\">{}</text>",
        figure::difference(measured, last.difference)
    );
}

/// On an axis, without the decimal of what is whole: "+10", "−$0.002".
fn short(measured: Measured, value: f64) -> String {
    let text = figure::difference(measured, value);
    let text = text.trim_end_matches(" pt").trim_end_matches(" s");
    text.strip_suffix(".0").unwrap_or(text).to_owned()
}

/// 1, 2 or 5 and zeros, no smaller than this.
fn nice(least: f64) -> f64 {
    let unit = 10_f64.powf(least.max(1e-12).log10().floor());
    [1.0, 2.0, 5.0].into_iter().map(|digit| digit * unit).find(|step| *step >= least * 0.999).unwrap_or(10.0 * unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(units: f64, difference: f64, half: Option<f64>) -> Point {
        Point { units, difference, ends: half.map(|half| (difference - half, difference + half)) }
    }

    #[test]
    fn a_band_has_its_line_its_plan_and_no_hole() {
        let points: Vec<Point> = (1..50).map(|look| point(f64::from(look) * 40.0, 0.05, (look > 3).then(|| 1.0 / f64::from(look)))).collect();
        let svg = band(&points, Measured::Share, 2_400);
        assert_eq!((svg.matches("c-band").count(), svg.matches("c-line").count(), svg.matches("planned 2,400").count()), (1, 2, 1), "{svg}");
        assert!(svg.contains("+5.0 pt") && !svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }

    #[test]
    fn nothing_yet_is_an_empty_frame() {
        for points in [vec![], vec![point(10.0, 0.0, None)], vec![point(10.0, 3.0, Some(0.0))]] {
            let svg = band(&points, Measured::Number, 100);
            assert!(!svg.contains("NaN") && !svg.contains("inf") && svg.len() < 4_000, "{svg}");
        }
        assert_eq!([nice(0.013), nice(3.0), nice(0.5), nice(600.0)], [0.02, 5.0, 0.5, 1_000.0]);
    }
}
