//! What happened to a test, in words.

use atelier_backend::{
    cx::Cx,
    experiment::{self as experiments, Entry},
};
use atelier_domain::{
    fault::Fault,
    id::{ExperimentId, ProjectId},
};
use serde_json::Value;

use super::in_project;
use crate::{api::experiment::Happened, ui::figure};

/// # Errors
/// NotFound.
pub async fn happened(cx: &Cx, project: ProjectId, id: ExperimentId) -> Result<Vec<Happened>, Fault> {
    in_project(cx, project, id).await?;
    let entries = experiments::history(cx, id).await?;
    Ok(entries.into_iter().map(|entry| Happened { what: words(&entry), by: entry.by, at: entry.at }).collect())
}

fn words(entry: &Entry) -> String {
    let detail = &entry.detail;
    let text = |field: &str| detail.get(field).and_then(Value::as_str).unwrap_or_default();
    match entry.what.as_str() {
        "experiment.created" => "Made as a draft".to_owned(),
        "experiment.changed" => "Changed the draft".to_owned(),
        "experiment.started" => "Started".to_owned(),
        "experiment.resumed" => "Went on".to_owned(),
        "experiment.paused" => "Paused".to_owned(),
        "experiment.stopped" => format!("Paused by itself on harm: {}", text("sentence")),
        "experiment.split" => {
            let before = detail.get("before").unwrap_or(&Value::Null);
            format!("Changed the split from {} to {}", split(before), split(detail))
        }
        "experiment.decided" => match text("label") {
            "" => format!("Decided for {}", figure::variant(text("variant"))),
            label => format!("Decided for {}, and moved “{label}” to its version", figure::variant(text("variant"))),
        },
        "experiment.archived" => "Archived".to_owned(),
        other => other.to_owned(),
    }
}

/// "50/50 of all", "20/80 of half the traffic"
fn split(detail: &Value) -> String {
    let number = |value: &Value| value.as_f64().unwrap_or_default();
    let weights: Vec<String> = detail.get("weights").and_then(Value::as_array).into_iter().flatten().map(|weight| figure::per_cent(number(weight))).collect();
    let traffic = detail.get("traffic").map_or(1.0, number);
    format!("{} of {} % of the traffic", weights.join("/"), figure::per_cent(traffic))
}

#[cfg(test)]
mod tests {
    use atelier_domain::timestamp::Timestamp;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_happened_is_told_in_words() {
        for (what, detail, expected) in [
            ("experiment.started", json!({"key": "k"}), "Started"),
            (
                "experiment.split",
                json!({"before": {"weights": [0.5, 0.5], "traffic": 1.0}, "weights": [0.2, 0.8], "traffic": 0.5}),
                "Changed the split from 50/50 of 100 % of the traffic to 20/80 of 50 % of the traffic",
            ),
            ("experiment.decided", json!({"variant": "b", "label": "production"}), "Decided for B, and moved “production” to its version"),
            ("experiment.decided", json!({"variant": "control", "label": null}), "Decided for control"),
        ] {
            let entry = Entry { what: what.to_owned(), by: "Ada".to_owned(), detail, at: Timestamp::default() };
            assert_eq!(words(&entry), expected);
        }
    }
}
