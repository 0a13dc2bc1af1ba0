//! Choosing the next token: greedy at temperature 0, else from the most likely that together reach `top_p`.
//! Equal scores, parameters and seed always choose alike.

use std::collections::BTreeMap;

use atelier_domain::{
    fault::{Fault, Problems},
    prompt::Params,
};

/// What the model's authors advise for it.
const TEMPERATURE: f64 = 0.2;
const TOP_P: f64 = 0.9;

pub struct Sampler {
    temperature: f64,
    top_p: f64,
    /// OpenAI's parameters of these names; 0 unless asked for.
    frequency_penalty: f64,
    presence_penalty: f64,
    /// How often each token was chosen so far.
    chosen: BTreeMap<usize, u32>,
    random: SplitMix,
}

impl Sampler {
    /// `seed` serves where the parameters have none.
    ///
    /// # Errors
    /// `Invalid` on a parameter out of its range.
    pub fn new(params: &Params, seed: u64) -> Result<Self, Fault> {
        let mut problems = Problems::default();
        let mut penalty = |name: &str| {
            let value = params.more.get(name).filter(|value| !value.is_null()).map_or(Some(0.0), serde_json::Value::as_f64);
            value.filter(|value| (-2.0..=2.0).contains(value)).unwrap_or_else(|| {
                problems.add(format!("params.{name}"), format!("A {name} lies between -2 and 2."));
                0.0
            })
        };
        let (frequency_penalty, presence_penalty) = (penalty("frequency_penalty"), penalty("presence_penalty"));
        let (temperature, top_p) = (params.temperature.unwrap_or(TEMPERATURE), params.top_p.unwrap_or(TOP_P));
        if !(0.0..=2.0).contains(&temperature) {
            problems.add("params.temperature", "A temperature lies between 0 and 2.");
        }
        if !(top_p > 0.0 && top_p <= 1.0) {
            problems.add("params.top_p", "top_p lies above 0 and at most at 1.");
        }
        problems.check()?;
        let random = SplitMix(params.seed.unwrap_or(seed));
        Ok(Self { temperature, top_p, frequency_penalty, presence_penalty, chosen: BTreeMap::new(), random })
    }

    /// Chooses by the scores of all tokens; there must be one.
    pub fn choose(&mut self, mut scores: Vec<f32>) -> usize {
        for (token, times) in &self.chosen {
            if let Some(score) = scores.get_mut(*token) {
                *score -= (self.frequency_penalty * f64::from(*times) + self.presence_penalty) as f32;
            }
        }
        let best = best(&scores);
        let choice = if self.temperature == 0.0 { best } else { self.draw(&scores, best) };
        *self.chosen.entry(choice).or_default() += 1;
        choice
    }

    fn draw(&mut self, scores: &[f32], best: usize) -> usize {
        let most = f64::from(scores[best]);
        let weights: Vec<f64> = scores.iter().map(|score| ((f64::from(*score) - most) / self.temperature).exp()).collect();
        let sum: f64 = weights.iter().sum();
        // What lies below this share adds up to less than 1 - top_p, so the nucleus needs none of it, and little is sorted.
        let least = (1.0 - self.top_p) / scores.len() as f64 * sum;
        let mut likely: Vec<(usize, f64)> = weights.into_iter().enumerate().filter(|(_, weight)| *weight > least).collect();
        likely.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let mut reached = 0.0;
        let enough = likely.iter().position(|(_, weight)| {
            reached += weight;
            reached >= self.top_p * sum
        });
        likely.truncate(enough.map_or(likely.len(), |at| at + 1));
        let mut point = self.random.unit() * likely.iter().map(|(_, weight)| weight).sum::<f64>();
        let hit = likely.iter().find(|(_, weight)| {
            point -= weight;
            point < 0.0
        });
        hit.map_or(best, |(token, _)| *token)
    }
}

/// The highest score; the first among equals.
fn best(scores: &[f32]) -> usize {
    scores.iter().enumerate().fold((0, f32::NEG_INFINITY), |best, (at, score)| if *score > best.1 { (at, *score) } else { best }).0
}

/// Steele, Lea and Flood, “Fast splittable pseudorandom number generators” (2014): the same numbers on every platform.
struct SplitMix(u64);

impl SplitMix {
    /// Between 0 and 1, 1 excluded.
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ z >> 31) >> 11) as f64 / (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn sampler(params: serde_json::Value) -> Sampler {
        Sampler::new(&serde_json::from_value(params).unwrap(), 1).unwrap()
    }

    #[test]
    fn temperature_zero_takes_the_first_of_the_best() {
        let mut greedy = sampler(json!({"temperature": 0}));
        assert_eq!(greedy.choose(vec![0.0, 3.0, 3.0, 1.0]), 1);
    }

    #[test]
    fn a_small_nucleus_holds_only_the_best() {
        let mut narrow = sampler(json!({"temperature": 2, "top_p": 0.01}));
        assert!((0..200).all(|_| narrow.choose(vec![1.0, 1.2, 0.9]) == 1));
    }

    #[test]
    fn penalties_turn_away_from_what_was_chosen() {
        let mut greedy = sampler(json!({"temperature": 0, "frequency_penalty": 0.5, "presence_penalty": 0.6}));
        let picks: Vec<usize> = (0..4).map(|_| greedy.choose(vec![3.0, 2.0])).collect();
        assert_eq!(picks, [0, 1, 0, 0]);
    }

    #[test]
    fn parameters_out_of_range_are_named() {
        let params = serde_json::from_value(json!({"frequency_penalty": "much", "presence_penalty": 3, "temperature": 9})).unwrap();
        let fault = Sampler::new(&params, 1).err().unwrap();
        let fields: Vec<_> = fault.fields.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["params.frequency_penalty", "params.presence_penalty", "params.temperature"]);
    }

    #[test]
    fn draws_follow_the_probabilities() {
        let mut wide = sampler(json!({"temperature": 1, "top_p": 1, "seed": 5}));
        let mut counts = [0u32; 3];
        (0..20_000).for_each(|_| counts[wide.choose(vec![0.5f32.ln(), 0.3f32.ln(), 0.2f32.ln()])] += 1);
        for (count, share) in counts.iter().zip([0.5, 0.3, 0.2]) {
            assert!((f64::from(*count) / 20_000.0 - share).abs() < 0.02, "{counts:?}");
        }
    }

    proptest! {
        #[test]
        fn a_choice_lies_in_the_nucleus_and_a_seed_repeats_it(
            scores in proptest::collection::vec(-8.0f32..8.0, 1..300), seed: u64, top_p in 0.05f64..1.0, temperature in 0.1f64..2.0,
        ) {
            let params = json!({"temperature": temperature, "top_p": top_p, "seed": seed});
            let choice = sampler(params.clone()).choose(scores.clone());
            prop_assert_eq!(choice, sampler(params).choose(scores.clone()));
            let weight = |score: f32| (f64::from(score) / temperature).exp();
            let better: f64 = scores.iter().filter(|score| **score > scores[choice]).map(|score| weight(*score)).sum();
            prop_assert!(better / scores.iter().map(|score| weight(*score)).sum::<f64>() < top_p + 1e-9);
        }
    }
}
