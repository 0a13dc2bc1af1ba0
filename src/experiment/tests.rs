//! Rules of experiments.
