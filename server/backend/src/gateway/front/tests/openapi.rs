//! What we answer, against OpenAI's own description.

use std::{fs::File, io::Read, path::Path};

use super::*;

/// A validator for one of the description's schemas; `None` where the description is not at hand, which CI does not forgive.
fn validator(schema: &str) -> Option<jsonschema::Validator> {
    let shared = std::env::var("ATELIER_SHARED").unwrap_or_else(|_| "../shared".to_owned());
    let description = Path::new(&shared).join("data/openai_openapi/openapi.json.gz");
    if !description.exists() {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{} is missing", description.display());
        println!("skipped: {} is missing", description.display());
        return None;
    }
    let mut text = String::new();
    flate2::read::GzDecoder::new(File::open(description).unwrap()).read_to_string(&mut text).unwrap();
    let description: Value = serde_json::from_str(&text).unwrap();
    let root = json!({"$ref": format!("#/components/schemas/{schema}"), "components": description.get("components").unwrap()});
    Some(jsonschema::options().with_draft(jsonschema::Draft::Draft202012).build(&root).unwrap())
}

fn check(validator: &jsonschema::Validator, body: &Value) {
    let errors: Vec<String> = validator.iter_errors(body).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{body:#}");
}

/// Answers of every kind.
fn answers() -> Vec<Vec<Delta>> {
    let token = json!({"token": "a", "logprob": -0.5, "bytes": [97], "top_logprobs": []});
    vec![
        deltas(),
        vec![],
        vec![text("a"), Delta::Logprobs(json!({"content": [token], "refusal": null})), Delta::Finish(Finish::Length)],
        vec![Delta::Refusal("No.".to_owned()), Delta::Finish(Finish::Refusal)],
        vec![Delta::Finish(Finish::ContentFilter)],
        vec![Delta::Finish(Finish::Other("odd".to_owned()))],
    ]
}

#[test]
fn whole_answers_and_vectors_are_valid() {
    let Some(whole) = validator("CreateChatCompletionResponse") else { return };
    for deltas in answers() {
        check(&whole, &serde_json::from_slice(&Dialect::OpenAi.whole(&head(), &deltas.into_iter().collect(), &USAGE)).unwrap());
    }
    let vectors = embeddings::read(r#"{"model": "m", "input": "a"}"#).unwrap().answer(&[vec![0.5, 0.25]], &USAGE);
    check(&validator("CreateEmbeddingResponse").unwrap(), &serde_json::from_slice(&vectors).unwrap());
}

#[test]
fn chunks_are_valid() {
    let Some(chunk) = validator("CreateChatCompletionStreamResponse") else { return };
    for deltas in answers() {
        for mut data in events(&encoded(Dialect::OpenAi, true, &deltas)) {
            // The real API writes null until there is something; the description says so in words alone.
            data.as_object_mut().unwrap().retain(|name, value| name != "usage" || !value.is_null());
            for choice in data.get_mut("choices").and_then(Value::as_array_mut).unwrap() {
                let choice = choice.as_object_mut().unwrap();
                choice.retain(|name, value| name != "logprobs" || !value.is_null());
                if let Some(logprobs) = choice.get_mut("logprobs").and_then(Value::as_object_mut) {
                    logprobs.entry("refusal").and_modify(|refusal| *refusal = json!([]));
                }
                choice.entry("finish_reason").and_modify(|reason| *reason = if reason.is_null() { "stop".into() } else { reason.take() });
            }
            check(&chunk, &data);
        }
    }
}

#[test]
fn errors_are_valid() {
    let Some(error) = validator("ErrorResponse") else { return };
    for fault in [Fault::internal(), Fault::unauthenticated(), Fault::field("n", "No."), Fault::limited("provider_limited", "Wait.")] {
        check(&error, &serde_json::from_slice(&Dialect::OpenAi.error(&fault, "r").1).unwrap());
    }
}

#[test]
fn what_is_sent_on_is_valid_with_a_lead_and_without() {
    let Some(request) = validator("CreateChatCompletionRequest") else { return };
    for lead in [Lead::default(), lead()] {
        for stream in [true, false] {
            check(&request, &forward(Dialect::OpenAi, &super::openai::everything(), &lead, stream));
        }
    }
}
