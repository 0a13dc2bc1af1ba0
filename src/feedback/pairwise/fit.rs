//! The strengths of one group, and how sure they are.

use super::{
    matrix::Square,
    tally::{Vote, is_bounded, one_an_item, wins},
};

/// Nobody has an interval before the votes lie on so many items: the sandwich needs clusters. Nor with no more items than contestants,
/// as it then takes some differences for certain.
pub const ITEMS_MIN: usize = 10;
const STEPS_MAX: usize = 100;
/// The largest step, in log-odds, after which the next would change nothing.
const STEP_MIN: f64 = 1e-9;
/// A variance below this part of the model's own is what rounding leaves of votes without any residual.
const ROUNDING: f64 = 1e-12;

/// One group, fitted.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fit {
    /// θ, in log-odds, their mean 0.
    pub strengths: Vec<f64>,
    /// The wins of each row over each column, ties half.
    pub wins: Square,
    /// Whether the prior was needed.
    pub assumed: bool,
    errors: Option<Errors>,
}

#[derive(Clone, Debug, PartialEq)]
struct Errors {
    /// Of the strengths, by the sandwich.
    covariance: Square,
    /// The inverse of the information: what the covariance would be, were all votes independent.
    model: Square,
}

impl Fit {
    pub fn of(contestants: usize, items: &[Vec<Vote>]) -> Self {
        let counted = wins(contestants, items);
        let assumed = !is_bounded(&counted);
        let items = if assumed { one_an_item(items) } else { items.to_vec() };
        let likelihood = Likelihood { wins: wins(contestants, &items), assumed };
        let mut strengths = likelihood.maximum();
        let errors = (items.len() >= ITEMS_MIN.max(contestants + 1)).then(|| likelihood.errors(&strengths, &items));
        let mean = strengths.iter().sum::<f64>() / contestants as f64;
        strengths.iter_mut().for_each(|strength| *strength -= mean);
        Self { strengths, wins: counted, assumed, errors }
    }

    /// Of `Σ weightsᵢ θᵢ`, the weights adding up to 0. `None` with too few items, and where every vote is what the model expects (all
    /// are ties), so that nothing tells how far others might be off.
    pub fn standard_error(&self, weights: &[f64]) -> Option<f64> {
        let Errors { covariance, model } = self.errors.as_ref()?;
        let of = |matrix: &Square| matrix.times(weights).iter().zip(weights).map(|(row, weight)| row * weight).sum::<f64>();
        let variance = of(covariance);
        (variance > ROUNDING * of(model)).then(|| variance.sqrt())
    }
}

/// ln L(θ) = Σ winsᵢⱼ ln σ(θᵢ − θⱼ), with the prior's imagined games Σ ln σ(θᵢ) + ln σ(−θᵢ) where strengths are assumed.
struct Likelihood {
    wins: Square,
    assumed: bool,
}

impl Likelihood {
    /// By Newton's method, each step halved until it climbs: the function is concave.
    fn maximum(&self) -> Vec<f64> {
        let mut at = vec![0.0; self.wins.size];
        for _ in 0..STEPS_MAX {
            let step = self.information(&at).inverse().times(&self.gradient(&at));
            let size = step.iter().fold(0.0_f64, |most, step| most.max(step.abs()));
            let (here, mut part) = (self.value(&at), 1.0);
            let moved = |part: f64| at.iter().zip(&step).map(|(at, step)| at + part * step).collect::<Vec<_>>();
            // Of a tiny step rounding decides whether it climbs.
            while size > 1e-6 && part > 1e-6 && self.value(&moved(part)) < here {
                part /= 2.0;
            }
            at = moved(part);
            if size < STEP_MIN {
                break;
            }
        }
        at
    }

    fn value(&self, at: &[f64]) -> f64 {
        let n = self.wins.size;
        let games = (0..n).flat_map(|i| (0..n).map(move |j| (i, j))).filter(|pair| self.wins[*pair] > 0.0);
        let votes: f64 = games.map(|(i, j)| self.wins[(i, j)] * ln_sigmoid(at[i] - at[j])).sum();
        votes + self.prior(at.iter().map(|strength| ln_sigmoid(*strength) + ln_sigmoid(-strength)).sum())
    }

    fn gradient(&self, at: &[f64]) -> Vec<f64> {
        let of = |i: usize| {
            let won = |j: usize| self.wins[(i, j)] - (self.wins[(i, j)] + self.wins[(j, i)]) * sigmoid(at[i] - at[j]);
            (0..self.wins.size).map(won).sum::<f64>() + self.prior(1.0 - 2.0 * sigmoid(at[i]))
        };
        (0..self.wins.size).map(of).collect()
    }

    /// The negative second derivative. Without a prior only differences are known, and it does not see the common level: that level is
    /// then given a curvature too, which changes no difference and makes it invertible.
    fn information(&self, at: &[f64]) -> Square {
        let n = self.wins.size;
        let mut information = Square::zero(n);
        for (i, j) in (0..n).flat_map(|i| (0..i).map(move |j| (i, j))) {
            let votes = (self.wins[(i, j)] + self.wins[(j, i)]) * spread(at[i] - at[j]);
            information[(i, j)] = -votes;
            information[(j, i)] = -votes;
            information[(i, i)] += votes;
            information[(j, j)] += votes;
        }
        let level = (0..n).map(|i| information[(i, i)]).sum::<f64>() / (n * n) as f64;
        (0..n).for_each(|i| information[(i, i)] += self.prior(2.0 * spread(at[i])));
        if !self.assumed {
            (0..n).flat_map(|i| (0..n).map(move |j| (i, j))).for_each(|cell| information[cell] += level);
        }
        information
    }

    fn errors(&self, at: &[f64], items: &[Vec<Vote>]) -> Errors {
        let model = self.information(at).inverse();
        Errors { covariance: model.around(&self.scores(at, items)), model }
    }

    /// The sandwich's filling: what each item moves the strengths by, squared and summed.
    fn scores(&self, at: &[f64], items: &[Vec<Vote>]) -> Square {
        let n = self.wins.size;
        let mut filling = Square::zero(n);
        let few = items.len() as f64 / (items.len() as f64 - 1.0);
        for item in items {
            let mut moved: Vec<(usize, f64)> = Vec::with_capacity(2 * item.len());
            for Vote { a, b, for_a, weight } in item {
                let residual = weight * (for_a - sigmoid(at[*a] - at[*b]));
                moved.extend([(*a, residual), (*b, -residual)]);
            }
            for ((i, one), (j, other)) in moved.iter().flat_map(|one| moved.iter().map(move |other| (one, other))) {
                filling[(*i, *j)] += few * one * other;
            }
        }
        let imagined = |chance: f64| (1.0 - chance).powi(2) + chance.powi(2);
        (0..n).for_each(|i| filling[(i, i)] += self.prior(imagined(sigmoid(at[i]))));
        filling
    }

    fn prior(&self, value: f64) -> f64 {
        if self.assumed { value } else { 0.0 }
    }
}

/// σ(x).
pub(super) fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// σ(x)·σ(−x): what one vote tells.
fn spread(x: f64) -> f64 {
    sigmoid(x) * sigmoid(-x)
}

/// ln σ(x), without the logarithm of a number that is 0 in doubles.
fn ln_sigmoid(x: f64) -> f64 {
    x.min(0.0) - (-x.abs()).exp().ln_1p()
}
