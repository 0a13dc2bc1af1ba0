//! The verdict's sentences: plain words, numbers rounded for people.

use super::{
    Comparison, Definition, Measured, MetricResult, Results, Role, Standing,
    verdict::{Challenger, gains},
};
use crate::{cost::Nanos, number::grouped, statistics::MIN_UNITS};

/// The most guardrails that a winner's sentence names.
const GUARDRAILS_SHOWN: usize = 3;

pub(super) fn draft() -> String {
    "This test has not started.".to_owned()
}

/// Where a sample ratio alarms: what is wrong, and how its cause is found.
pub(super) fn alarm(results: &Results) -> Option<String> {
    if results.srm.alarm {
        let units = list(results.variants.iter().map(|variant| format!("{} {}", name(&variant.key), count(variant.units))));
        return Some(format!(
            "No verdict: the variants did not get the units that their weights say ({units}). Something keeps units of one variant from being counted. Look for \
             errors, time-outs or redirects in one variant alone, for bots, and for callers that assign and then drop; mend it and start a new test."
        ));
    }
    let metric = results.metrics.iter().find(|metric| metric.srm.alarm)?;
    let units = metric.variants.iter().zip(&results.variants);
    let heard = list(units.map(|(heard, all)| format!("{} {} of {}", name(&heard.key), count(heard.units), count(all.units))));
    Some(format!(
        "No verdict: “{}” is missing more often in one variant than in another ({heard} units have a value). Look at what sends it: a client that fails, \
         times out or logs less under one variant loses the very units that would decide; mend it and start a new test.",
        metric.name
    ))
}

/// While there is nothing to compare.
pub(super) fn nothing_yet(definition: &Definition, results: &Results) -> Option<String> {
    if results.units == 0 {
        return Some("No units yet. The first assignment starts the count.".to_owned());
    }
    let heard = |goal: &str| results.metric(goal).is_some_and(|metric| metric.variants.iter().any(|variant| variant.units > 0));
    if definition.goals().any(|goal| heard(&goal.name)) {
        return None;
    }
    let goals = list(definition.goals().map(|goal| format!("“{}”", goal.name)));
    Some(format!("Nothing to compare yet: {} take part, and no value of {goals} has come.", units(results.units)))
}

/// "Ship B: resolved 6.1 points more often (3.2 to 9.0), cost +4 %."
pub(super) fn ship(winner: &Challenger<'_>) -> String {
    let better = winner.with(Standing::Better).map(|(metric, comparison)| change(metric, comparison));
    let beside = winner.of(Role::Guardrail).filter_map(|(metric, comparison)| aside(metric, comparison)).take(GUARDRAILS_SHOWN);
    format!("Ship {}: {}.", name(winner.key), better.chain(beside).collect::<Vec<_>>().join(", "))
}

/// Where every variant does harm.
pub(super) fn harm(baseline: &str, challengers: &[Challenger<'_>]) -> String {
    let says = challengers.iter().map(harms).collect::<Vec<_>>().join(" ");
    format!("Stop, keep {}. {says}", name(baseline))
}

/// "B is better at resolved, but does harm: cost $0.0020 higher ($0.0011 to $0.0029), beyond its limit of $0.0010."
fn harms(challenger: &Challenger<'_>) -> String {
    let better = list(challenger.with(Standing::Better).map(|(metric, _)| metric.name.clone()));
    let but = if better.is_empty() { "does harm".to_owned() } else { format!("is better at {better}, but does harm") };
    let shown = challenger.comparisons.iter().filter(|(_, comparison)| comparison.is_harm()).map(|(metric, comparison)| {
        let limit = if metric.role == Role::Guardrail && comparison.limit != 0.0 {
            format!(", beyond its limit of {}", size(metric.measured, comparison.limit))
        } else {
            String::new()
        };
        change(metric, comparison) + &limit
    });
    format!("{} {but}: {}.", start(&name(challenger.key)), shown.collect::<Vec<_>>().join(", "))
}

/// At the end of the planned sample, without a winner.
pub(super) fn no_gain(baseline: &str, challengers: &[Challenger<'_>], results: &Results, futile: bool) -> String {
    let head = format!("Stop, keep {}. The planned {} are reached, and ", name(baseline), units(results.planned_units));
    let harmful: String = challengers.iter().filter(|challenger| challenger.harms()).map(|challenger| format!(" {}", harms(challenger))).collect();
    let Some((challenger, metric, comparison)) = leader(challengers) else { return format!("{head}no gain is shown.{harmful}") };
    let shown = match gains(metric, comparison) {
        Some((least, most)) => format!("{} is between {} and {}", name(challenger.key), place(metric.measured, least), place(metric.measured, most)),
        None => format!("{} has no interval yet", name(challenger.key)),
    };
    if futile {
        return format!("{head}a gain of {} on {} is excluded: {shown}.{harmful}", size(metric.measured, comparison.limit), metric.name);
    }
    format!("{head}no gain is shown: on {}, {shown}.{harmful}", metric.name)
}

/// "Keep going. B leads by 5.2 points on resolved, but the interval still holds zero. 560 more units to the planned 2,400."
pub(super) fn go_on(baseline: &str, challengers: &[Challenger<'_>], results: &Results) -> String {
    let lead = leader(challengers).map_or_else(|| "Keep going.".to_owned(), |leader| format!("Keep going. {}", leads(baseline, leader)));
    let harmful: String = challengers.iter().filter(|challenger| challenger.harms()).map(|challenger| format!(" {}", harms(challenger))).collect();
    let more = results.planned_units.saturating_sub(results.units);
    let plan = if more > 0 {
        format!("{} more {} to the planned {}.", count(more), if more == 1 { "unit" } else { "units" }, count(results.planned_units))
    } else {
        format!("The planned {} are reached, but too few of them have a value.", units(results.planned_units))
    };
    format!("{lead}{harmful} {plan}")
}

type Leader<'c, 'a> = (&'c Challenger<'a>, &'a MetricResult, &'a Comparison);

/// Who of those that do no harm is ahead on the first goal that has a difference.
fn leader<'c, 'a>(challengers: &'c [Challenger<'a>]) -> Option<Leader<'c, 'a>> {
    let open = || challengers.iter().filter(|challenger| !challenger.harms());
    let first = open().filter_map(|challenger| challenger.of(Role::Goal).position(|(_, comparison)| comparison.difference.is_some())).min()?;
    let goal = |challenger: &'c Challenger<'a>| challenger.of(Role::Goal).nth(first).map(|(metric, comparison)| (challenger, metric, comparison));
    let gain = |(_, metric, comparison): &Leader<'c, 'a>| comparison.difference.map_or(f64::NEG_INFINITY, |difference| metric.gain(difference));
    open().filter_map(goal).max_by(|a, b| gain(a).total_cmp(&gain(b)))
}

fn leads(baseline: &str, (challenger, metric, comparison): Leader<'_, '_>) -> String {
    let gain = comparison.difference.map_or(0.0, |difference| metric.gain(difference));
    let (ahead, behind) = if gain >= 0.0 { (challenger.key, baseline) } else { (baseline, challenger.key) };
    let by = size(metric.measured, gain);
    let lead = if is_nothing(&by) {
        format!("{} and {} are level on {}", start(&name(ahead)), name(behind), metric.name)
    } else {
        format!("{} leads by {by} on {}", start(&name(ahead)), metric.name)
    };
    let least = metric.variants.iter().filter(|variant| [comparison.variant.as_str(), &comparison.baseline].contains(&variant.key.as_str()));
    let few = least.map(|variant| variant.units).min().is_some_and(|units| units < MIN_UNITS);
    match comparison.standing {
        Standing::Unknown if few => format!("{lead}, but an interval needs {MIN_UNITS} units with a value in each variant."),
        Standing::Unknown if metric.measured == Measured::Share => format!("{lead}, but an interval needs a success and a failure in each variant."),
        Standing::Unknown => format!("{lead}, but an interval needs values that differ."),
        _ if is_nothing(&by) => format!("{lead}."),
        _ => format!("{lead}, but the interval still holds zero."),
    }
}

/// "resolved 6.1 points more often (3.2 to 9.0)": of an interval that does not hold zero.
fn change(metric: &MetricResult, comparison: &Comparison) -> String {
    let difference = comparison.difference.unwrap_or(0.0);
    let (low, high) = (comparison.low.unwrap_or(0.0), comparison.high.unwrap_or(0.0));
    let (near, far) = (low.abs().min(high.abs()), low.abs().max(high.abs()));
    let words = match (metric.measured, difference >= 0.0) {
        (Measured::Share, true) => "more often",
        (Measured::Share, false) => "less often",
        (_, true) => "higher",
        (_, false) => "lower",
    };
    format!("{} {} {words} ({} to {})", metric.name, size(metric.measured, difference), bare(metric.measured, near), bare(metric.measured, far))
}

/// "cost +4 %": what a guardrail did meanwhile.
fn aside(metric: &MetricResult, comparison: &Comparison) -> Option<String> {
    let (said, positive) = match (metric.measured, comparison.relative) {
        (Measured::Share, _) | (_, None) => (size(metric.measured, comparison.difference?), comparison.difference? >= 0.0),
        (_, Some(relative)) => (per_cent(relative.difference), relative.difference >= 0.0),
    };
    let sign = if is_nothing(&said) {
        "±"
    } else if positive {
        "+"
    } else {
        "−"
    };
    Some(format!("{} {sign}{said}", metric.name))
}

fn per_cent(part: f64) -> String {
    let percent = part.abs() * 100.0;
    if (0.05..1.95).contains(&percent) { format!("{percent:.1} %") } else { format!("{percent:.0} %") }
}

/// "3.1 points behind", "0.9 points ahead".
fn place(measured: Measured, gain: f64) -> String {
    format!("{} {}", size(measured, gain), if gain < 0.0 { "behind" } else { "ahead" })
}

/// Without its sign, with its unit: "6.1 points", "$0.0012", "0.21 s".
fn size(measured: Measured, value: f64) -> String {
    let number = bare(measured, value);
    match measured {
        Measured::Share if number == "1.0" => "1 point".to_owned(),
        Measured::Share => format!("{} points", number.strip_suffix(".0").filter(|whole| *whole != "0").unwrap_or(&number)),
        Measured::Seconds => format!("{number} s"),
        Measured::Money | Measured::Number => number,
    }
}

/// Without sign and unit, but for the dollar's, which stands before.
fn bare(measured: Measured, value: f64) -> String {
    let value = value.abs();
    match measured {
        Measured::Share => fixed(value * 100.0, 1),
        Measured::Money => Nanos((value * 1e9).round() as i64).to_string(),
        Measured::Seconds | Measured::Number => fixed(value, if value >= 100.0 { 0 } else { 1 + usize::from(value < 10.0) }),
    }
}

/// With so many decimals, or with those that show it not to be zero, up to three.
fn fixed(value: f64, decimals: usize) -> String {
    let shown = |decimals: usize| format!("{value:.decimals$}");
    let enough = (decimals..=3).find(|decimals| value >= 0.5 / 10_f64.powi(*decimals as i32));
    enough.map_or_else(|| shown(decimals), shown)
}

fn is_nothing(said: &str) -> bool {
    said.chars().filter(char::is_ascii_digit).all(|digit| digit == '0')
}

fn count(units: u64) -> String {
    grouped(i64::try_from(units).unwrap_or(i64::MAX))
}

fn units(units: u64) -> String {
    format!("{} {}", count(units), if units == 1 { "unit" } else { "units" })
}

/// A variant's key; of one letter, as a capital.
fn name(key: &str) -> String {
    if key.len() == 1 { key.to_uppercase() } else { key.to_owned() }
}

/// As a sentence begins.
fn start(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// "a", "a and b", "a, b and c".
fn list(items: impl Iterator<Item = String>) -> String {
    let mut items: Vec<String> = items.collect();
    match (items.pop(), items.is_empty()) {
        (None, _) => String::new(),
        (Some(last), true) => last,
        (Some(last), false) => format!("{} and {last}", items.join(", ")),
    }
}
