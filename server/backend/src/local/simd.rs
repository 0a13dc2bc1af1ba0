//! Arithmetic on plain slices, compiled twice: for any processor, and for those with AVX2 and FMA, chosen when it runs.
//! Every output is the same chain of operations however many rows are computed together, so a position's values never depend
//! on how its tokens were batched. Prefix reuse rests on that.
//! Loops by index, inside: what an iterator's adapters call may be compiled apart, without those instructions, and is then many times
//! slower.
#![expect(clippy::needless_range_loop, reason = "see above: an iterator here may cost most of the speed")]

use pulp::NullaryFnOnce;

/// Work for [`run`]. `FMA` says whether `mul_add` is one instruction here; where it is not, it would be a slow call.
pub trait Kernel {
    type Output;
    fn compute<const FMA: bool>(self) -> Self::Output;
}

struct Compiled<K, const FMA: bool>(K);

impl<K: Kernel, const FMA: bool> NullaryFnOnce for Compiled<K, FMA> {
    type Output = K::Output;

    #[inline(always)]
    fn call(self) -> K::Output {
        self.0.compute::<FMA>()
    }
}

/// Runs the kernel with the best instructions that this processor has.
#[inline]
pub fn run<K: Kernel>(kernel: K) -> K::Output {
    #[cfg(target_arch = "x86_64")]
    {
        static BEST: std::sync::LazyLock<Option<pulp::x86::V3>> = std::sync::LazyLock::new(pulp::x86::V3::try_new);
        if let Some(v3) = *BEST {
            return v3.vectorize(Compiled::<K, true>(kernel));
        }
        kernel.compute::<false>()
    }
    #[cfg(not(target_arch = "x86_64"))]
    kernel.compute::<{ cfg!(target_arch = "aarch64") }>()
}

/// `a * b + c`
#[inline(always)]
pub fn fma<const FMA: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FMA { a.mul_add(b, c) } else { a * b + c }
}

/// e^x to about 2e-7 relative, for x in [-87, 88] and clamped to it; Cody and Waite's reduction, Taylor to the sixth power.
#[inline(always)]
pub fn exp<const FMA: bool>(x: f32) -> f32 {
    // Adding it leaves the nearest integer in the low bits.
    const ROUND: f32 = 12_582_912.0;
    let x = x.clamp(-87.0, 88.0);
    let shifted = fma::<FMA>(x, std::f32::consts::LOG2_E, ROUND);
    let power = shifted - ROUND;
    // ln 2 in two parts, the first exact in few bits.
    let rest = fma::<FMA>(power, 2.121_944_4e-4, fma::<FMA>(power, -0.693_359_4, x));
    let mut sum = 1.0 / 720.0;
    for factor in [1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        sum = fma::<FMA>(sum, rest, factor);
    }
    f32::from_bits(sum.to_bits().wrapping_add(shifted.to_bits() << 23))
}

/// `gate = silu(gate) * up`
pub struct SwiGlu<'a> {
    pub gate: &'a mut [f32],
    pub up: &'a [f32],
}

impl Kernel for SwiGlu<'_> {
    type Output = ();

    #[inline(always)]
    fn compute<const FMA: bool>(self) {
        let up = &self.up[..self.gate.len()];
        for at in 0..up.len() {
            let gate = self.gate[at];
            self.gate[at] = gate / (1.0 + exp::<FMA>(-gate)) * up[at];
        }
    }
}

/// `gate = gelu(gate) * up`, by the approximation with a hyperbolic tangent (D. Hendrycks, K. Gimpel, “GELUs”, 2016).
pub struct GeGlu<'a> {
    pub gate: &'a mut [f32],
    pub up: &'a [f32],
}

impl Kernel for GeGlu<'_> {
    type Output = ();

    #[inline(always)]
    fn compute<const FMA: bool>(self) {
        // (1 + tanh x) / 2 = 1 / (1 + e^-2x), and this is 2 √(2/π).
        const TWICE: f32 = 1.595_769;
        let up = &self.up[..self.gate.len()];
        for at in 0..up.len() {
            let gate = self.gate[at];
            self.gate[at] = gate / (1.0 + exp::<FMA>(-TWICE * (gate + 0.044_715 * gate * gate * gate))) * up[at];
        }
    }
}

/// Root-mean-square norm of each row of `from` into `to`.
pub struct Norm<'a> {
    pub from: &'a [f32],
    pub to: &'a mut [f32],
    pub weight: &'a [f32],
    pub epsilon: f32,
}

impl Kernel for Norm<'_> {
    type Output = ();

    #[inline(always)]
    fn compute<const FMA: bool>(self) {
        let width = self.weight.len();
        for (from, to) in self.from.chunks_exact(width).zip(self.to.chunks_exact_mut(width)) {
            let scale = 1.0 / (dot::<FMA>(from, from) / width as f32 + self.epsilon).sqrt();
            for at in 0..width {
                to[at] = from[at] * scale * self.weight[at];
            }
        }
    }
}

/// Lanes of an accumulator.
const LANES: usize = 16;

/// The inner product of two rows, whose length is a multiple of 16.
#[inline(always)]
fn dot<const FMA: bool>(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0; LANES];
    let (a, b) = (a.as_chunks::<LANES>().0, b.as_chunks::<LANES>().0);
    let b = &b[..a.len()];
    for at in 0..a.len() {
        for lane in 0..LANES {
            sums[lane] = fma::<FMA>(a[at][lane], b[at][lane], sums[lane]);
        }
    }
    total(sums)
}

/// The sum of all lanes.
#[inline(always)]
pub fn total(mut sums: [f32; LANES]) -> f32 {
    for half in [8, 4, 2, 1] {
        for lane in 0..half {
            sums[lane] += sums[lane + half];
        }
    }
    sums[0]
}

/// One head of one query over the positions before it and its own.
pub struct Attend<'a> {
    /// Already scaled by 1/√width.
    pub query: &'a [f32],
    /// Rows of the query's width, one a position.
    pub keys: &'a [f32],
    pub values: &'a [f32],
    pub scores: &'a mut Vec<f32>,
    pub out: &'a mut [f32],
}

impl Kernel for Attend<'_> {
    type Output = ();

    #[inline(always)]
    fn compute<const FMA: bool>(self) {
        let width = self.query.len();
        self.scores.resize(self.keys.len() / width, 0.0);
        let mut most = f32::NEG_INFINITY;
        let scores = self.scores.as_mut_slice();
        for at in 0..scores.len() {
            let score = dot::<FMA>(self.query, &self.keys[at * width..][..width]);
            scores[at] = score;
            most = if score > most { score } else { most };
        }
        let mut sum = 0.0;
        for at in 0..scores.len() {
            scores[at] = exp::<FMA>(scores[at] - most);
            sum += scores[at];
        }
        let out = self.out.as_chunks_mut::<{ 2 * LANES }>().0;
        for part in 0..out.len() {
            let mut sums = [0.0; 2 * LANES];
            for at in 0..scores.len() {
                let value = &self.values[at * width + part * 2 * LANES..][..2 * LANES];
                for lane in 0..2 * LANES {
                    sums[lane] = fma::<FMA>(scores[at], value[lane], sums[lane]);
                }
            }
            for lane in 0..2 * LANES {
                out[part][lane] = sums[lane] / sum;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    struct Exp(f32);

    impl Kernel for Exp {
        type Output = f32;
        fn compute<const FMA: bool>(self) -> f32 {
            exp::<FMA>(self.0)
        }
    }

    proptest! {
        #[test]
        fn exp_is_close_to_the_real_one(x in -86.0f32..87.0) {
            let real = f64::from(x).exp();
            for ours in [run(Exp(x)), Exp(x).compute::<false>()] {
                prop_assert!((f64::from(ours) / real - 1.0).abs() < 1e-6, "{x}: {ours} for {real}");
            }
        }
    }

    #[test]
    fn attention_weighs_the_values_by_softmax() {
        let (query, keys): (Vec<f32>, Vec<f32>) = ((0..32).map(|i| (i as f32).sin()).collect(), (0..96).map(|i| (i as f32).cos()).collect());
        let values: Vec<f32> = (0..96).map(|i| i as f32).collect();
        let scores: Vec<f64> = keys.chunks(32).map(|key| key.iter().zip(&query).map(|(k, q)| f64::from(k * q)).sum::<f64>().exp()).collect();
        let mut out = [0.0; 32];
        run(Attend { query: &query, keys: &keys, values: &values, scores: &mut vec![], out: &mut out });
        for (at, out) in out.iter().enumerate() {
            let expected = (0..3).map(|row| scores[row] * f64::from(values[row * 32 + at])).sum::<f64>() / scores.iter().sum::<f64>();
            assert!((f64::from(*out) - expected).abs() < 1e-4);
        }
    }
}
