//! What BERT needs beside its matrices: normal layers, GELU, attention both ways. Rules and reasons as in `simd`: every row is the
//! same chain of operations whichever rows stand beside it, so a text's vector never depends on its batch, to the bit.
#![expect(clippy::needless_range_loop, reason = "see simd.rs: an iterator here may cost most of the speed")]

use crate::local::simd::{Kernel, exp, fma, total};

/// Lanes of a sum: two AVX2 registers.
const LANES: usize = 16;
/// Queries that are answered side by side: ten sums in registers, as in `matrix`.
pub const SIDE: usize = 5;
/// Width of a head. MiniLM's; others are refused when a model is read.
pub const HEAD: usize = 32;

/// Sixteen keys of one head, dimension by dimension.
pub type Keys = [[f32; LANES]; HEAD];

#[inline(always)]
fn add<const FMA: bool>(sums: &mut [f32; LANES], x: f32, values: &[f32; LANES]) {
    for lane in 0..LANES {
        sums[lane] = fma::<FMA>(x, values[lane], sums[lane]);
    }
}

/// Adds the bias to each row.
pub struct Bias<'a> {
    pub rows: &'a mut [f32],
    pub bias: &'a [f32],
}

impl Kernel for Bias<'_> {
    type Output = ();

    #[inline(always)]
    fn compute<const FMA: bool>(self) {
        for row in self.rows.chunks_exact_mut(self.bias.len()) {
            for at in 0..row.len() {
                row[at] += self.bias[at];
            }
        }
    }
}

/// Adds the bias to each row, then GELU: `x * Φ(x)`.
pub struct Gelu<'a> {
    pub rows: &'a mut [f32],
    pub bias: &'a [f32],
}

impl Kernel for Gelu<'_> {
    type Output = ();

    #[inline(always)]
    fn compute<const FMA: bool>(self) {
        for row in self.rows.chunks_exact_mut(self.bias.len()) {
            for at in 0..row.len() {
                row[at] = gelu::<FMA>(row[at] + self.bias[at]);
            }
        }
    }
}

/// By Abramowitz and Stegun's 7.1.26 for the error function, good to 1.5e-7.
#[inline(always)]
fn gelu<const FMA: bool>(x: f32) -> f32 {
    let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / fma::<FMA>(z, 0.327_591_1, 1.0);
    let mut sum = 1.061_405_4;
    for factor in [-1.453_152, 1.421_413_7, -0.284_496_74, 0.254_829_6] {
        sum = fma::<FMA>(sum, t, factor);
    }
    // 1 - erf(z), so Φ of the negative side times two.
    let rest = sum * t * exp::<FMA>(-z * z);
    let tail = 0.5 * x.abs() * rest;
    (if x > 0.0 { x } else { 0.0 }) - tail
}

/// Each row to mean 0 and variance 1, then scaled and shifted.
pub struct LayerNorm<'a> {
    pub rows: &'a mut [f32],
    pub weight: &'a [f32],
    pub shift: &'a [f32],
    pub epsilon: f32,
}

impl Kernel for LayerNorm<'_> {
    type Output = ();

    #[inline(always)]
    fn compute<const FMA: bool>(self) {
        let width = self.weight.len();
        let shift = &self.shift[..width];
        for row in self.rows.chunks_exact_mut(width) {
            let mut sums = [0.0; LANES];
            let parts = row.as_chunks::<LANES>().0;
            for at in 0..parts.len() {
                for lane in 0..LANES {
                    sums[lane] += parts[at][lane];
                }
            }
            let mean = total(sums) / width as f32;
            let mut squares = [0.0; LANES];
            for at in 0..parts.len() {
                for lane in 0..LANES {
                    let apart = parts[at][lane] - mean;
                    squares[lane] = fma::<FMA>(apart, apart, squares[lane]);
                }
            }
            let scale = 1.0 / (total(squares) / width as f32 + self.epsilon).sqrt();
            for at in 0..width {
                row[at] = fma::<FMA>((row[at] - mean) * scale, self.weight[at], shift[at]);
            }
        }
    }
}

/// The keys of one text, head by head, in tiles; the last tile of a head is filled up with zeros.
/// `mixed` has queries, keys and values of a token in one row of `3 * width`.
pub fn tiles(mixed: &[f32], width: usize) -> Vec<Keys> {
    let each = (mixed.len() / (3 * width)).div_ceil(LANES);
    let mut tiles = vec![[[0.0; LANES]; HEAD]; width / HEAD * each];
    for (token, row) in mixed.chunks_exact(3 * width).enumerate() {
        for (head, key) in row[width..2 * width].as_chunks::<HEAD>().0.iter().enumerate() {
            let tile = &mut tiles[head * each + token / LANES];
            for at in 0..HEAD {
                tile[at][token % LANES] = key[at];
            }
        }
    }
    tiles
}

/// Up to `SIDE` neighbouring tokens, all heads, over every token of their text.
pub struct Attend<'a> {
    /// Rows of the whole text, as for [`tiles`].
    pub mixed: &'a [f32],
    pub keys: &'a [Keys],
    /// The first of the tokens.
    pub first: usize,
    pub width: usize,
    pub scores: &'a mut Vec<f32>,
    /// One row of `width` for each token.
    pub out: &'a mut [f32],
}

impl Kernel for Attend<'_> {
    type Output = ();

    #[inline(always)]
    fn compute<const FMA: bool>(self) {
        let (width, stride) = (self.width, 3 * self.width);
        let (tokens, sides) = (self.mixed.len() / stride, self.out.len() / width);
        let tiles = tokens.div_ceil(LANES);
        let padded = tiles * LANES;
        let scale = 1.0 / (HEAD as f32).sqrt();
        self.scores.resize(SIDE * padded, 0.0);
        let scores = self.scores.as_mut_slice();
        for head in 0..width / HEAD {
            let mut query = [[0.0; SIDE]; HEAD];
            for side in 0..sides {
                let from = &self.mixed[(self.first + side) * stride + head * HEAD..][..HEAD];
                for at in 0..HEAD {
                    query[at][side] = from[at] * scale;
                }
            }
            let keys = &self.keys[head * tiles..][..tiles];
            for tile in 0..tiles {
                let (keys, mut sums) = (&keys[tile], [[0.0; LANES]; SIDE]);
                for at in 0..HEAD {
                    for side in 0..SIDE {
                        add::<FMA>(&mut sums[side], query[at][side], &keys[at]);
                    }
                }
                for side in 0..SIDE {
                    scores[side * padded + tile * LANES..][..LANES].copy_from_slice(&sums[side]);
                }
            }
            let mut shares = [0.0; SIDE];
            for side in 0..SIDE {
                shares[side] = 1.0 / softmax::<FMA>(&mut scores[side * padded..][..padded], tokens);
            }
            let values = &self.mixed[2 * width + head * HEAD..];
            for part in 0..HEAD / LANES {
                let sums = weigh::<FMA>(scores, &values[part * LANES..], tokens, stride);
                for side in 0..sides {
                    let out = &mut self.out[side * width + head * HEAD + part * LANES..][..LANES];
                    for lane in 0..LANES {
                        out[lane] = sums[side][lane] * shares[side];
                    }
                }
            }
        }
    }
}

/// Turns scores into weights, and gives their sum. What is past `tokens` weighs nothing.
#[inline(always)]
fn softmax<const FMA: bool>(scores: &mut [f32], tokens: usize) -> f32 {
    for at in tokens..scores.len() {
        scores[at] = f32::MIN;
    }
    let scores = scores.as_chunks_mut::<LANES>().0;
    let mut most = [f32::MIN; LANES];
    for at in 0..scores.len() {
        for lane in 0..LANES {
            most[lane] = if scores[at][lane] > most[lane] { scores[at][lane] } else { most[lane] };
        }
    }
    let mut top = most[0];
    for lane in 1..LANES {
        top = if most[lane] > top { most[lane] } else { top };
    }
    let mut sums = [0.0; LANES];
    for at in 0..scores.len() {
        for lane in 0..LANES {
            scores[at][lane] = exp::<FMA>(scores[at][lane] - top);
            sums[lane] += scores[at][lane];
        }
    }
    total(sums)
}

/// Sums of sixteen dimensions of the values, by the weights of each side.
#[inline(always)]
fn weigh<const FMA: bool>(scores: &[f32], values: &[f32], tokens: usize, stride: usize) -> [[f32; LANES]; SIDE] {
    let padded = scores.len() / SIDE;
    let (first, second, third, fourth, fifth) =
        (&scores[..tokens], &scores[padded..][..tokens], &scores[2 * padded..][..tokens], &scores[3 * padded..][..tokens], &scores[4 * padded..][..tokens]);
    let mut sums = [[0.0; LANES]; SIDE];
    for at in 0..tokens {
        let Some(value) = values[at * stride..].first_chunk::<LANES>() else { break };
        add::<FMA>(&mut sums[0], first[at], value);
        add::<FMA>(&mut sums[1], second[at], value);
        add::<FMA>(&mut sums[2], third[at], value);
        add::<FMA>(&mut sums[3], fourth[at], value);
        add::<FMA>(&mut sums[4], fifth[at], value);
    }
    sums
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::local::simd::run;

    /// Φ by its series, in f64.
    fn phi(x: f64) -> f64 {
        let (mut term, mut sum) = (x, x);
        for n in 1..200 {
            term *= x * x / f64::from(2 * n + 1);
            sum += term;
        }
        0.5 + sum * (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt()
    }

    proptest! {
        #[test]
        fn gelu_is_close_to_the_real_one(x in -12.0f32..12.0) {
            let expected = f64::from(x) * phi(f64::from(x));
            let mut row = [x - 0.25];
            run(Gelu { rows: &mut row, bias: &[0.25] });
            for ours in [row[0], gelu::<false>(x)] {
                prop_assert!((f64::from(ours) - expected).abs() < 2e-6, "{x}: {ours} for {expected}");
            }
        }
    }

    fn numbers(count: usize, seed: usize) -> Vec<f32> {
        (0..count).map(|i| ((i * 7919 + seed * 104_729) % 2003) as f32 / 500.0 - 2.0).collect()
    }

    #[test]
    fn a_layer_norm_has_its_shift_as_mean_and_its_weight_as_deviation() {
        let (mut rows, weight, shift) = (numbers(3 * 48, 1), vec![2.0; 48], vec![0.5; 48]);
        run(LayerNorm { rows: &mut rows, weight: &weight, shift: &shift, epsilon: 1e-12 });
        for row in rows.chunks(48) {
            let mean = row.iter().sum::<f32>() / 48.0;
            let variance = row.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / 48.0;
            assert!((mean - 0.5).abs() < 1e-5 && (variance - 4.0).abs() < 1e-4, "{mean} {variance}");
        }
    }

    /// Straight from the formula, in f64: one row of `width`.
    fn expected(mixed: &[f32], width: usize, token: usize) -> Vec<f64> {
        let rows: Vec<&[f32]> = mixed.chunks(3 * width).collect();
        let head = |head: usize| {
            let part = |row: usize, which: usize| &rows[row][which * width + head * HEAD..][..HEAD];
            let dot = |row| part(token, 0).iter().zip(part(row, 1)).map(|(q, k)| f64::from(*q) * f64::from(*k)).sum::<f64>();
            let weights: Vec<f64> = (0..rows.len()).map(|row| (dot(row) / (HEAD as f64).sqrt()).exp()).collect();
            let sum: f64 = weights.iter().sum();
            let value = |at: usize| weights.iter().enumerate().map(|(row, weight)| weight * f64::from(part(row, 2)[at])).sum::<f64>() / sum;
            (0..HEAD).map(value).collect::<Vec<f64>>()
        };
        (0..width / HEAD).flat_map(head).collect()
    }

    #[test]
    fn attention_weighs_all_values_by_softmax_and_nothing_past_the_text() {
        let width = 2 * HEAD;
        for tokens in [1, 2, 5, 15, 16, 17, 33] {
            let mixed = numbers(tokens * 3 * width, tokens);
            let (keys, mut out) = (tiles(&mixed, width), vec![0.0; tokens * width]);
            // What an earlier text left must not matter.
            let mut scores = vec![9.0; 400];
            for (group, out) in out.chunks_mut(SIDE * width).enumerate() {
                run(Attend { mixed: &mixed, keys: &keys, first: group * SIDE, width, scores: &mut scores, out });
            }
            for (token, row) in out.chunks(width).enumerate() {
                let off = row.iter().zip(expected(&mixed, width, token)).map(|(a, b)| (f64::from(*a) - b).abs()).fold(0.0, f64::max);
                assert!(off < 2e-5, "{off} at {token} of {tokens}");
            }
        }
    }
}
