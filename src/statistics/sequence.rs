//! The asymptotic confidence sequence: an interval for a mean that holds at every look (Waudby-Smith, Arbour, Sinha, Kennedy and
//! Ramdas, "Time-uniform central limit theory and asymptotic confidence sequences", Annals of Statistics 2024, theorem 2.2).

/// At which sample the sequence is tightest. It is chosen before the first look, and stays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tuning {
    pub rho2: f64,
}

impl Tuning {
    /// Tightest at `planned` units for intervals at `alpha`.
    pub fn new(planned: f64, alpha: f64) -> Self {
        Self { rho2: root(alpha) / planned.max(1.0) }
    }
}

/// The q > 0 that solves `q = ln(1+q) − 2 ln α`, by Newton's method: 8.21 at α = 0.05.
///
/// At `t* = q/ρ²` the squared radius is `s²(1+q)/t*`: what the planning uses.
pub(super) fn root(alpha: f64) -> f64 {
    let height = -2.0 * alpha.ln();
    // From the right of the root of a convex function every step lands right of it again, and nearer.
    let start = 2.0 * height + 2.0;
    (0..50).fold(start, |q, _| q - (q - q.ln_1p() - height) * (1.0 + q) / q)
}

/// Half the width of the interval after `t` units with standard deviation `s`, in the unit of `s`:
/// `s·√( 2(tρ²+1)/(t²ρ²) · ln( √(tρ²+1)/α ) )`.
pub fn radius(t: f64, s: f64, tuning: Tuning, alpha: f64) -> f64 {
    let spread = t * tuning.rho2 + 1.0;
    let height = 0.5 * spread.ln() - alpha.ln();
    s * (2.0 * spread / (t * t * tuning.rho2) * height).sqrt()
}
