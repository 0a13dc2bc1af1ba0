//! The sample project: a support desk's prompts with their history, and runs that the local model really answers.

use std::{collections::BTreeMap, time::Duration};

use atelier_domain::{
    completion::LOCAL_MODEL,
    fault::{Fault, Kind},
    id::ProjectId,
    prompt::{Body, Draft, Message, MessageRole, NewPrompt, Params, PromptName, PromptType, Selector},
};
use serde_json::Value;

use crate::{
    cx::Cx,
    local::Status,
    prompt::{self, PromptRef},
    run::{self, Ask, Through},
};

/// A prompt of the sample: its versions in order, and where its labels stand in the end.
struct Sample {
    name: &'static str,
    description: &'static str,
    tags: &'static [&'static str],
    /// Note, system message (nothing for a text prompt), user message or text.
    versions: &'static [(&'static str, Option<&'static str>, &'static str)],
    labels: &'static [(&'static str, u32)],
}

const TONE: &str = "support/tone-of-voice";
const REPLY: &str = "support/reply";
const ORDER: &str = "support/order-number";

/// What is included comes first, so that includes find it.
const SAMPLES: &[Sample] = &[
    Sample {
        name: TONE,
        description: "How we sound. Included by every prompt that writes to customers.",
        tags: &["shared", "voice"],
        versions: &[
            ("First words", None, "Write warmly and plainly."),
            ("No exclamation marks", None, "Write warmly and plainly, in short sentences, without exclamation marks. Never promise a delivery date."),
        ],
        labels: &[("production", 2)],
    },
    Sample {
        name: REPLY,
        description: "Answers a customer's question about orders, refunds and repairs.",
        tags: &["customer-facing", "support"],
        versions: &[
            ("First draft", Some("You answer customers of {{shop_name}}."), "{{question}}"),
            (
                "Says when a refund is possible",
                Some("You answer customers of {{shop_name}}. A refund is possible within {{refund_days}} days."),
                "{{question}}",
            ),
            (
                "Includes the shared tone of voice",
                Some("You answer customers of {{shop_name}}. A refund is possible within {{refund_days}} days.\n\n{{> support/tone-of-voice}}"),
                "{{question}}",
            ),
            (
                "At most three sentences",
                Some(
                    "You answer customers of {{shop_name}}. A refund is possible within {{refund_days}} days.\n\n{{> support/tone-of-voice}}\n\nAnswer in at most three sentences.",
                ),
                "{{question}}",
            ),
        ],
        labels: &[("production", 3), ("staging", 4)],
    },
    Sample {
        name: ORDER,
        description: "Finds the order number in a message.",
        tags: &["extraction", "support"],
        versions: &[
            ("First draft", Some("Find the order number in the message."), "{{message}}"),
            ("Number only", Some("Find the order number in the message. Answer with the number only."), "Message: {{message}}\nOrder number:"),
        ],
        labels: &[("production", 2)],
    },
];

/// What the runs of the sample ask: prompt, and values by variable.
const RUNS: &[(&str, &[(&str, &str)])] = &[
    (ORDER, &[("message", "Hello, where is my parcel? I ordered a lamp, number 48213, two weeks ago.")]),
    (ORDER, &[("message", "The shade of order 51077 arrived cracked. Can I get a new one?")]),
    (REPLY, &[("shop_name", "Northwind"), ("refund_days", "30"), ("question", "Can I still return a lamp that I bought last week?")]),
    (REPLY, &[("shop_name", "Northwind"), ("refund_days", "30"), ("question", "My lamp arrived with a cracked shade. What should I do?")]),
];

/// Writes the prompts of the sample. Where one of its names is taken, that prompt is left as it is.
///
/// # Errors
/// As every write to the project.
pub async fn seed(cx: &Cx, project: ProjectId) -> Result<(), Fault> {
    for sample in SAMPLES {
        match make(cx, project, sample).await {
            Err(fault) if fault.kind == Kind::Conflict => {}
            result => result?,
        }
    }
    Ok(())
}

async fn make(cx: &Cx, project: ProjectId, sample: &Sample) -> Result<(), Fault> {
    let text_prompt = sample.versions.iter().all(|(_, system, _)| system.is_none());
    let new = NewPrompt {
        name: sample.name.to_owned(),
        prompt_type: if text_prompt { PromptType::Text } else { PromptType::Chat },
        description: sample.description.to_owned(),
        tags: sample.tags.iter().map(|tag| (*tag).to_owned()).collect(),
    };
    let prompt = prompt::create(cx, project, new).await?.id;
    for (note, system, text) in sample.versions {
        prompt::save_version(cx, prompt, draft(note, *system, text)).await?;
    }
    for (label, version) in sample.labels {
        prompt::move_label(cx, prompt, label.parse()?, *version, None).await?;
    }
    Ok(())
}

fn draft(note: &str, system: Option<&str>, text: &str) -> Draft {
    let (body, model, params) = match system {
        None => (Body::Text(text.to_owned()), None, Params::default()),
        Some(system) => {
            let params = Params { temperature: Some(0.2), max_tokens: Some(96), ..Params::default() };
            (Body::Messages(vec![Message::new(MessageRole::System, system), Message::new(MessageRole::User, text)]), Some(LOCAL_MODEL.to_owned()), params)
        }
    };
    Draft { model, params, note: note.to_owned(), ..Draft::new(body) }
}

/// Asks the local model what the sample's runs ask, one after the other; takes seconds each. Gives how many were answered.
///
/// # Errors
/// Upstream where the model does not load.
pub async fn answer(cx: &Cx, project: ProjectId) -> Result<usize, Fault> {
    while cx.studio.model.status() == Status::Loading {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    for (name, values) in RUNS {
        let prompt = PromptRef::Name(project, name.parse::<PromptName>()?);
        let values: BTreeMap<String, Value> = values.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
        let mut started = run::start(cx, prompt, Ask::of(Selector::Published, values), Through::Studio).await?;
        while started.events.recv().await.is_some() {}
    }
    Ok(RUNS.len())
}
