//! Numbers of tests, as people read them: means, differences, intervals.

use atelier_domain::{
    cost::Nanos,
    experiment::{Comparison, Measured},
    number::grouped,
};

/// A comparison on the scale that people read it on: points of a share, per cent of the baseline, else the metric's own unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    scale: Scale,
    pub difference: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// 0 for none.
    pub limit: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Scale {
    Points,
    PerCent,
    Own(Measured),
}

impl Figure {
    pub fn of(measured: Measured, comparison: &Comparison) -> Self {
        let Comparison { difference, low, high, limit, relative, .. } = comparison;
        let scaled =
            |scale, by: f64| Self { scale, difference: difference.map(|x| x * by), low: low.map(|x| x * by), high: high.map(|x| x * by), limit: limit * by };
        match (measured, relative, difference) {
            (Measured::Share, ..) => scaled(Scale::Points, 100.0),
            (_, Some(relative), Some(difference)) if *difference != 0.0 => scaled(Scale::PerCent, 100.0 * relative.difference / difference),
            _ => scaled(Scale::Own(measured), 1.0),
        }
    }

    /// "+5.2 pt"
    pub fn said(&self) -> String {
        self.difference.map_or_else(|| "none yet".to_owned(), |difference| signed(self.scale, difference) + self.unit())
    }

    /// Whether it is told as a zero.
    pub fn is_nothing(&self) -> bool {
        self.difference.is_none_or(|difference| signed(self.scale, difference).starts_with('±'))
    }

    /// "−0.7 to +11.1"
    pub fn ends(&self) -> Option<String> {
        Some(format!("{} to {}", signed(self.scale, self.low?), signed(self.scale, self.high?)))
    }

    /// The limit as a size: "10 %", "2.0 pt".
    pub fn limit(&self) -> String {
        plain(self.scale, self.limit.abs()) + self.unit()
    }

    fn unit(&self) -> &'static str {
        match self.scale {
            Scale::Points => " pt",
            Scale::PerCent => " %",
            Scale::Own(Measured::Seconds) => " s",
            Scale::Own(_) => "",
        }
    }
}

/// A difference in the metric's own unit: "+5.2 pt", "−$0.0012".
pub fn difference(measured: Measured, value: f64) -> String {
    match measured {
        Measured::Share => format!("{} pt", signed(Scale::Points, value * 100.0)),
        Measured::Seconds => format!("{} s", signed(Scale::Own(measured), value)),
        Measured::Money | Measured::Number => signed(Scale::Own(measured), value),
    }
}

/// "70.8 %", "$0.00060", "0.92 s", "12.4".
pub fn mean(measured: Measured, value: f64) -> String {
    match measured {
        Measured::Share => format!("{:.1} %", value * 100.0),
        Measured::Seconds => format!("{} s", plain(Scale::Own(measured), value)),
        Measured::Money | Measured::Number => plain(Scale::Own(measured), value),
    }
}

/// "1,840 units"
pub fn units(count: u64) -> String {
    format!("{} {}", whole(count), if count == 1 { "unit" } else { "units" })
}

/// "1,840"
pub fn whole(count: u64) -> String {
    grouped(i64::try_from(count).unwrap_or(i64::MAX))
}

/// A variant's key, as sentences name it: one letter as a capital.
pub fn variant(key: &str) -> String {
    if key.len() == 1 { key.to_uppercase() } else { key.to_owned() }
}

/// A part as per cent, with a decimal only where there is one: "50", "33.3".
pub fn per_cent(part: f64) -> String {
    let shown = format!("{:.1}", part * 100.0);
    shown.strip_suffix(".0").map_or(shown.clone(), str::to_owned)
}

/// The same for a field: with what it takes to be read back, "33.3333".
pub fn typed_per_cent(part: f64) -> String {
    ((part * 1e6).round() / 1e4).to_string()
}

fn signed(scale: Scale, value: f64) -> String {
    let text = plain(scale, value.abs());
    let nothing = text.chars().filter(char::is_ascii_digit).all(|digit| digit == '0');
    let sign = match value {
        _ if nothing => "±",
        value if value < 0.0 => "−",
        _ => "+",
    };
    format!("{sign}{text}")
}

fn plain(scale: Scale, value: f64) -> String {
    match scale {
        Scale::Points | Scale::PerCent => format!("{value:.1}"),
        Scale::Own(Measured::Money) => Nanos((value * 1e9).round() as i64).to_string(),
        Scale::Own(_) if value >= 1_000.0 => grouped(value.round() as i64),
        Scale::Own(_) => {
            let digits = 2 - (value.abs().max(1e-6).log10().floor() as i32).clamp(-4, 2);
            format!("{value:.*}", digits.clamp(0, 4) as usize)
        }
    }
}

#[cfg(test)]
mod tests {
    use atelier_domain::experiment::{Relative, Standing};

    use super::*;

    fn comparison(difference: f64, relative: Option<f64>) -> Comparison {
        let relative = relative.map(|difference| Relative { difference, low: None, high: None });
        Comparison {
            variant: "b".to_owned(),
            baseline: "a".to_owned(),
            difference: Some(difference),
            low: Some(difference - 0.059),
            high: Some(difference + 0.059),
            relative,
            limit: 0.1,
            standing: Standing::Open,
        }
    }

    #[test]
    fn shares_are_told_in_points_and_costs_in_per_cent_of_the_baseline() {
        let share = Figure::of(Measured::Share, &comparison(0.052, Some(0.07)));
        assert_eq!((share.said().as_str(), share.ends().as_deref(), share.limit().as_str()), ("+5.2 pt", Some("−0.7 to +11.1"), "10.0 pt"));
        let cost = Figure::of(Measured::Money, &comparison(0.041, Some(0.082)));
        assert_eq!((cost.said().as_str(), cost.limit().as_str()), ("+8.2 %", "20.0 %"));
        let none = Figure::of(Measured::Number, &comparison(0.0, Some(0.0)));
        assert_eq!(none.said(), "±0.0000");
        assert_eq!(
            (mean(Measured::Share, 0.708), mean(Measured::Seconds, 0.924), per_cent(1.0 / 3.0)),
            ("70.8 %".to_owned(), "0.924 s".to_owned(), "33.3".to_owned())
        );
    }
}
