//! How a test's intervals became narrower, from the looks that were kept.

use atelier_backend::experiment::Found;
use atelier_domain::{
    experiment::{Comparison, Definition, MetricResult, Results, Role},
    timestamp::Timestamp,
};

use crate::{
    api::experiment::Course,
    render::band::{self, Point},
};

pub type Look = (i64, Timestamp, Vec<MetricResult>);

/// Points of a band: more cannot be told apart.
const POINTS: usize = 120;
/// Rows of its table.
const ROWS: usize = 20;
const DAY: f64 = 86_400.0;

/// Of every goal, each variant against the baseline.
pub fn courses(definition: &Definition, results: &Results, looks: &[Look]) -> Vec<Course> {
    let goals = results.metrics.iter().filter(|metric| metric.role == Role::Goal);
    goals.flat_map(|metric| metric.comparisons.iter().map(move |comparison| course(definition, results, metric, comparison, looks))).collect()
}

fn course(definition: &Definition, results: &Results, metric: &MetricResult, now: &Comparison, looks: &[Look]) -> Course {
    let then = |metrics: &[MetricResult]| metrics.iter().find(|one| one.name == metric.name)?.comparison(&now.variant).cloned();
    let mut all: Vec<(i64, Timestamp, Comparison)> = looks.iter().filter_map(|(units, at, metrics)| Some((*units, *at, then(metrics)?))).collect();
    // The last look that was kept may be older than what is told beside.
    if let (Some(last), Ok(units)) = (all.last().cloned(), i64::try_from(results.units))
        && units > last.0
    {
        all.push((units, last.1, now.clone()));
    }
    let points: Vec<Point> = thinned(&all, POINTS).iter().filter_map(|(units, _, then)| Point::of(*units, then)).collect();
    let mut looks = thinned(&all, ROWS);
    looks.reverse();
    Course {
        metric: metric.name.clone(),
        variant: now.variant.clone(),
        baseline: now.baseline.clone(),
        measured: metric.measured,
        svg: band::band(&points, metric.measured, definition.planned_units),
        looks,
    }
}

/// At most so many of them, the last one always.
fn thinned<T: Clone>(all: &[T], most: usize) -> Vec<T> {
    let step = all.len().div_ceil(most).max(1);
    let mut kept: Vec<T> = all.iter().rev().step_by(step).cloned().collect();
    kept.reverse();
    kept
}

/// Units that come in a day, by the last seven days of its looks; `None` before there was half a day to see.
pub fn units_a_day(found: &Found, looks: &[Look], units: u64, now: Timestamp) -> Option<f64> {
    if found.experiment.state.is_over() {
        return None;
    }
    let week = now.plus_seconds(-7 * 86_400);
    let (from, before) = match looks.iter().rfind(|(_, at, _)| *at <= week) {
        Some((units, at, _)) => (*at, *units),
        None => (found.experiment.started_at?, 0),
    };
    let days = (now.seconds() - from.seconds()) as f64 / DAY;
    let new = units as f64 - before as f64;
    (days >= 0.5 && new > 0.0).then(|| new / days)
}

#[cfg(test)]
mod tests {
    use super::thinned;

    #[test]
    fn thinning_keeps_the_last_look() {
        let all: Vec<usize> = (0..1_000).collect();
        let kept = thinned(&all, 120);
        assert!(kept.len() <= 120 && kept.last() == Some(&999) && kept.is_sorted());
        assert_eq!(thinned(&all[..3], 120), [0, 1, 2]);
    }
}
