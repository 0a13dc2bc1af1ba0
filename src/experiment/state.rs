//! The life of a test.

use crate::{fault::Fault, request::words};

words! {
    /// Where a test is in its life.
    State {
        /// Being set up: everything may change, nobody takes part.
        #[default]
        Draft = "draft",
        Running = "running",
        /// Nobody takes part for now; outcomes of those who did still count.
        Paused = "paused",
        /// Over, for one of its variants: nothing changes any more.
        Decided = "decided",
        /// Put away, with or without a decision.
        Archived = "archived",
    }
}

impl State {
    pub fn may_become(self, next: State) -> bool {
        use State::{Archived, Decided, Draft, Paused, Running};
        matches!((self, next), (Draft | Paused, Running) | (Running, Paused) | (Running | Paused, Decided) | (Draft | Paused | Decided, Archived))
    }

    /// Whether its configuration may still be written.
    pub fn is_open(self) -> bool {
        self == State::Draft
    }

    /// Whether it is over, so that its numbers stand for good.
    pub fn is_over(self) -> bool {
        matches!(self, State::Decided | State::Archived)
    }

    /// # Errors
    /// Conflict, `experiment_state`, saying what can be done instead.
    pub fn become_or_refuse(self, next: State) -> Result<State, Fault> {
        if self.may_become(next) { Ok(next) } else { Err(Fault::conflict("experiment_state", self.refusal(next))) }
    }

    fn refusal(self, next: State) -> &'static str {
        use State::{Archived, Decided, Draft, Paused, Running};
        match (self, next) {
            (Running, Running) => "This test runs already.",
            (Paused, Paused) => "This test is paused already.",
            (Archived, Archived) => "This test is archived already.",
            (Decided, Decided) => "This test is decided already, and its decision stands.",
            (Decided, _) => "This test is decided: its configuration, numbers and decision stay as they are. Copy it to test again.",
            (Archived, _) => "This test is archived. Copy it to test again.",
            (Draft, Paused) => "This test has not started, so there is nothing to pause.",
            (Draft, Decided) => "This test has not started, so there is nothing to decide. Archive it if it is not wanted.",
            (Running, Archived) => "This test runs. Pause or decide it before you archive it.",
            (_, _) => "A test that has started is no draft again. Copy it to change more than its split.",
        }
    }

    /// # Errors
    /// Conflict where only its split may change, or nothing.
    pub fn check_open(self) -> Result<(), Fault> {
        if self.is_open() { Ok(()) } else { Err(Fault::conflict("experiment_state", self.refusal(State::Draft))) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_these_moves_are_allowed() {
        use State::{Archived, Decided, Draft, Paused, Running};
        let allowed = [
            (Draft, Running),
            (Draft, Archived),
            (Running, Paused),
            (Running, Decided),
            (Paused, Running),
            (Paused, Decided),
            (Paused, Archived),
            (Decided, Archived),
        ];
        for from in State::ALL.iter().copied() {
            for to in State::ALL.iter().copied() {
                assert_eq!(from.become_or_refuse(to).is_ok(), allowed.contains(&(from, to)), "{from:?} to {to:?}");
            }
        }
    }
}
