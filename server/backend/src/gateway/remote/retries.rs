//! How often and when to ask again, as long as nothing of an answer has come.

use std::time::Duration;

use super::super::faults::Failure;

/// Bounds of asking again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retries {
    /// The most further attempts.
    pub max: u32,
    /// No attempt begins later than this after the first.
    pub budget: Duration,
}

impl Default for Retries {
    fn default() -> Self {
        Self { max: 2, budget: Duration::from_secs(30) }
    }
}

const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(8);

impl Retries {
    pub const NONE: Self = Self { max: 0, budget: Duration::ZERO };

    pub(super) fn waits(self) -> Waits {
        Waits { retries: self, so_far: 0 }
    }
}

pub(super) struct Waits {
    retries: Retries,
    so_far: u32,
}

impl Waits {
    pub(super) fn so_far(&self) -> u32 {
        self.so_far
    }

    /// How long to wait before asking again, `elapsed` after the first attempt; `None` to give up.
    pub(super) fn next(&mut self, failure: &Failure, elapsed: Duration) -> Option<Duration> {
        let random: f64 = rand::random();
        self.choose(failure, elapsed, random)
    }

    /// `random` lies between 0 and 1.
    fn choose(&mut self, failure: &Failure, elapsed: Duration, random: f64) -> Option<Duration> {
        if self.so_far >= self.retries.max || !failure.is_passing() {
            return None;
        }
        let wait = match failure.retry_after {
            // No sooner than asked for, and not all of us at once.
            Some(seconds) => Duration::from_secs(seconds.into()) + FIRST.mul_f64(random),
            None => (FIRST * 2_u32.saturating_pow(self.so_far)).min(LONGEST).mul_f64(0.5 + random / 2.0),
        };
        (elapsed + wait <= self.retries.budget).then(|| {
            self.so_far += 1;
            wait
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::faults::{About, Complaint};

    fn failure(about: About, status: u16, retry_after: Option<u32>) -> Failure {
        Complaint { about, message: None, status: Some(status), retry_after }.into()
    }

    #[test]
    fn waits_double_and_stay_within_the_budget() {
        let mut waits = Retries { max: 9, budget: Duration::from_secs(60) }.waits();
        let failure = failure(About::Itself, 500, None);
        let chosen: Vec<u128> = (0..7).filter_map(|_| waits.choose(&failure, Duration::ZERO, 1.0)).map(|wait| wait.as_millis()).collect();
        assert_eq!(chosen, [250, 500, 1_000, 2_000, 4_000, 8_000, 8_000]);
        assert_eq!(waits.choose(&failure, Duration::ZERO, 0.0).unwrap().as_millis(), 4_000);
        assert_eq!(waits.choose(&failure, Duration::from_secs(53), 1.0), None);
        assert_eq!(waits.so_far(), 8);
    }

    #[test]
    fn a_provider_s_wish_is_granted_within_the_budget() {
        let mut waits = Retries { max: 2, budget: Duration::from_secs(10) }.waits();
        assert_eq!(waits.choose(&failure(About::TooMany, 429, Some(11)), Duration::ZERO, 0.0), None);
        assert_eq!(waits.choose(&failure(About::TooMany, 429, Some(9)), Duration::ZERO, 0.0), Some(Duration::from_secs(9)));
    }

    #[test]
    fn what_does_not_pass_is_not_asked_again() {
        for (about, status) in [(About::Key, 401), (About::Model, 404), (About::Quota, 429), (About::Request, 400)] {
            assert_eq!(Retries::default().waits().choose(&failure(about, status, None), Duration::ZERO, 0.0), None, "{about:?}");
        }
    }
}
