//! What a metric's units add up to: whole numbers, so that counting again gives the same to the last digit.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// 1 of a metric's unit (1 USD, 1 second, a success): sums hold millionths.
pub const ONE: i64 = 1_000_000;
/// The largest value of one unit either way, in millionths: 10⁹ of the metric's unit. Its square fits the sums 10⁸ times.
const BOUND: i64 = 1_000_000_000 * ONE;
/// A variance smaller than this part of the mean square is what rounding leaves of equal values.
const ROUNDING: f64 = 1e-12;

/// A value as a sum takes it: rounded to millionths, at most 10⁹ either way. `None` where it is no number or beyond.
pub fn millionths(value: f64) -> Option<i64> {
    let scaled = (value * ONE as f64).round();
    (scaled.abs() <= BOUND as f64).then_some(scaled as i64)
}

/// Sums over the units of one variant: of `x`, the metric, and of `y`, what it is divided by, both in millionths.
///
/// The mean is Σx/Σy. For a mean over units each y is 1 (`ONE`); for a ratio, such as errors per request, y is the unit's own
/// denominator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    units: u64,
    x: i128,
    xx: i128,
    y: i128,
    yy: i128,
    xy: i128,
    /// Units whose x is not a whole number of successes among y whole trials.
    odd: u64,
}

impl Sums {
    /// One more unit, with `x` and `y` in millionths; values beyond 10⁹ of the metric's unit count as 10⁹.
    pub fn add(&mut self, x: i64, y: i64) {
        self.merge(&Self::one(x, y));
    }

    /// Takes out a unit that was added with the same values.
    pub fn remove(&mut self, x: i64, y: i64) {
        let one = Self::one(x, y);
        self.units = self.units.saturating_sub(one.units);
        self.odd = self.odd.saturating_sub(one.odd);
        for (sum, less) in self.totals().into_iter().zip([one.x, one.xx, one.y, one.yy, one.xy]) {
            *sum = sum.saturating_sub(less);
        }
    }

    pub fn merge(&mut self, other: &Self) {
        self.units = self.units.saturating_add(other.units);
        self.odd = self.odd.saturating_add(other.odd);
        for (sum, more) in self.totals().into_iter().zip([other.x, other.xx, other.y, other.yy, other.xy]) {
            *sum = sum.saturating_add(more);
        }
    }

    /// With `more` units of which nothing was heard: each a 0, over `y` as of any unit that counts once.
    #[must_use]
    pub fn with_zeros(mut self, more: u64, y: i64) -> Self {
        let (count, one) = (i128::from(more), i128::from(y.clamp(0, BOUND)));
        self.units = self.units.saturating_add(more);
        self.y = self.y.saturating_add(count.saturating_mul(one));
        self.yy = self.yy.saturating_add(count.saturating_mul(one * one));
        self
    }

    fn one(x: i64, y: i64) -> Self {
        let (x, y) = (x.clamp(-BOUND, BOUND), y.clamp(-BOUND, BOUND));
        let share = (0..=y).contains(&x) && x % ONE == 0 && y % ONE == 0;
        let (x, y) = (i128::from(x), i128::from(y));
        Self { units: 1, x, xx: x * x, y, yy: y * y, xy: x * y, odd: u64::from(!share) }
    }

    fn totals(&mut self) -> [&mut i128; 5] {
        [&mut self.x, &mut self.xx, &mut self.y, &mut self.yy, &mut self.xy]
    }

    pub fn units(&self) -> u64 {
        self.units
    }

    /// Whether all values are successes among trials: 0 or 1 in a mean over units.
    pub fn is_share(&self) -> bool {
        self.odd == 0
    }

    /// Whether there is a success and a failure, where that can be asked.
    pub fn is_varied(&self) -> bool {
        !self.is_share() || (self.x > 0 && self.x < self.y)
    }

    /// Σx/Σy, in the metric's unit; `None` without a denominator.
    pub fn mean(&self) -> Option<f64> {
        (self.y > 0).then(|| self.x as f64 / self.y as f64)
    }

    /// The sample variance over units, in the metric's unit squared; `None` below two units.
    ///
    /// Of a ratio R it is the variance of `(x − R·y)/ȳ`, each unit's influence on R (delta method); where every y is 1, that is
    /// the sample variance of x. 0 where all values are equal.
    pub fn variance(&self) -> Option<f64> {
        let ratio = self.mean().filter(|_| self.units > 1)?;
        let n = self.units as f64;
        let (xx, yy, xy) = (self.xx as f64, self.yy as f64, self.xy as f64);
        let squares = xx - 2.0 * ratio * xy + ratio * ratio * yy;
        if squares <= ROUNDING * xx {
            return Some(0.0);
        }
        let mean_y = self.y as f64 / n;
        Some(squares / (n - 1.0) / (mean_y * mean_y))
    }

    /// Seven whole numbers with spaces between: `units x xx y yy xy odd`, for the store.
    pub fn encode(&self) -> String {
        let Self { units, x, xx, y, yy, xy, odd } = self;
        format!("{units} {x} {xx} {y} {yy} {xy} {odd}")
    }

    /// What `encode` wrote; `None` for anything else.
    pub fn decode(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let units = words.next()?.parse().ok()?;
        let mut next = || words.next()?.parse::<i128>().ok();
        let (x, xx, y, yy, xy) = (next()?, next()?, next()?, next()?, next()?);
        let odd = words.next()?.parse().ok()?;
        words.next().is_none().then_some(Self { units, x, xx, y, yy, xy, odd })
    }
}

impl Serialize for Sums {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.encode())
    }
}

impl<'de> Deserialize<'de> for Sums {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::decode(&text).ok_or_else(|| de::Error::custom("these are not the sums of a metric"))
    }
}
