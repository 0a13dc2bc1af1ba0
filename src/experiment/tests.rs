//! Rules of experiments.

mod assigning;
mod defining;
mod judging;

use serde_json::{Value, json};

use super::*;

/// The example of `api.md`, word for word.
const EXAMPLE: &str = r#"{"key": "greeting", "hypothesis": "…", "traffic": 1.0, "alpha": 0.05, "planned_units": 2400,
 "variants": [{"key": "control", "weight": 0.5, "prompt": "support/reply", "version": 3}, {"key": "b", "weight": 0.5, "prompt": "support/reply", "version": 4}],
 "metrics": [{"name": "resolved", "source": "outcome", "role": "goal", "direction": "up", "min_effect": 0.02, "missing": "exclude"},
             {"name": "cost", "source": "cost", "role": "guardrail", "direction": "down"}]}"#;

fn example() -> Definition {
    serde_json::from_str(EXAMPLE).unwrap()
}
