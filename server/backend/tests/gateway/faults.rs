use std::collections::HashMap;

use futures::future::join_all;

use super::*;

/// What fails before the answer begins, the same streamed and whole: model, code, beginning of the sentence.
const BEFORE: [(&str, &str, &str); 12] = [
    ("no-such-model", "provider_model", "The provider does not have this model. Choose one of those that it lists."),
    ("fault-401", "provider_key", "The provider did not accept the key. Set a valid one"),
    ("fault-429", "provider_limited", "The provider takes no more requests just now. Try again in 7 seconds."),
    ("fault-quota", "provider_quota", "The provider's account has no credit left"),
    ("fault-context", "provider_too_long", "The messages are longer than the model's context window. Shorten them"),
    ("fault-500", "provider_failed", "The provider failed on its side. Try again"),
    ("fault-502", "provider_failed", "The provider failed on its side. Try again"),
    ("fault-503", "provider_overloaded", "The provider is overloaded. Try again in 7 seconds."),
    ("fault-529", "provider_overloaded", "The provider is overloaded. Try again in 7 seconds."),
    ("fault-html", "provider_address", "The provider's base URL does not lead to its API. Check it"),
    ("slow-first", "provider_timeout", "The provider did not begin to answer within 1 s. Try again"),
    ("fault-filter-prompt", "provider_filtered", "The provider's content filter stopped this. Change the messages"),
];

/// What fails while the answer comes: model, code streamed, code whole, beginning of the streamed sentence.
const WITHIN: [(&str, &str, &str, &str); 10] = [
    ("fault-cut", "provider_cut", "provider_cut", "The provider's answer broke off before its end. Try again."),
    ("fault-cut-clean", "provider_cut", "provider_malformed", "The provider's answer broke off before its end. Try again."),
    ("fault-utf8", "provider_malformed", "provider_malformed", "The provider sent text that is not UTF-8, which its protocol does not have."),
    ("fault-giant-line", "provider_malformed", "", "The provider sent an event over 8 MiB, which its protocol does not have."),
    ("fault-malformed", "provider_malformed", "provider_malformed", "The provider sent broken JSON at line 1, column"),
    ("fault-shape", "provider_malformed", "provider_malformed", "The provider sent JSON of another shape at line 1, column"),
    ("fault-silence", "provider_timeout", "provider_timeout", "The provider fell silent for 1.5 s in the middle of its answer."),
    ("fault-byte-a-second", "provider_timeout", "provider_timeout", "The answer was not finished within 2.5 s. Ask for a shorter one"),
    ("fault-error-in-stream", "", "provider_failed", "The provider"),
    ("fault-filter", "provider_filtered", "provider_filtered", "The provider's content filter stopped this."),
];

/// The fault, be it of asking, of reading, or of what was withheld.
async fn fault(remote: &Remote, model: &'static str, stream: bool) -> Option<Failure> {
    match ask(remote, chat(model, "one two three four five six"), stream).await {
        Err(failure) => Some(failure),
        Ok(answer) => answer.check().err().map(Failure::from),
    }
}

#[tokio::test]
async fn every_fault_before_an_answer_has_its_code_and_says_what_to_do() {
    let upstream = upstream().await;
    for (name, adapter) in adapters() {
        for stream in [true, false] {
            let remote = &remote(adapter.clone(), &upstream.url());
            let asked = BEFORE.map(|(model, code, says)| async move { (model, code, says, fault(remote, model, stream).await.unwrap()) });
            for (model, code, says, failure) in join_all(asked).await {
                assert_eq!(failure.fault.code, code, "{name} {model} {stream}");
                assert!(failure.fault.message.starts_with(says), "{name} {model}: {}", failure.fault.message);
            }
        }
    }
}

#[tokio::test]
async fn every_fault_within_an_answer_has_its_code_and_says_what_to_do() {
    let upstream = upstream().await;
    for (name, adapter) in adapters() {
        let remote = &remote(adapter, &upstream.url());
        let asked = WITHIN.map(|(model, streamed, whole, says)| async move {
            let (first, second) = tokio::join!(fault(remote, model, true), fault(remote, model, false));
            (model, (streamed, first), (whole, second), says)
        });
        for (model, (streamed, first), (whole, second), says) in join_all(asked).await {
            let code = |failure: &Option<Failure>| failure.as_ref().map(|failure| failure.fault.code.to_string()).unwrap_or_default();
            let expected = match (name, streamed) {
                ("openai", "") => "provider_failed",
                (_, "") => "provider_overloaded",
                (_, code) => code,
            };
            assert_eq!((code(&first).as_str(), code(&second).as_str()), (expected, whole), "{name} {model}");
            let message = first.unwrap().fault.message;
            assert!(message.starts_with(says), "{name} {model}: {message}");
        }
    }
}

#[tokio::test]
async fn what_came_before_a_fault_is_there() {
    let upstream = upstream().await;
    for (name, adapter) in adapters() {
        for model in ["fault-cut", "fault-cut-clean", "fault-malformed", "fault-utf8", "fault-giant-line", "fault-error-in-stream"] {
            let mut answering = remote(adapter.clone(), &upstream.url()).chat(chat(model, "one two three four five six "), true).await.unwrap();
            let (mut answer, mut failures) = (Answer::default(), 0);
            while let Some(piece) = answering.next().await {
                match piece {
                    Ok(piece) => piece.deltas.into_iter().for_each(|delta| answer.push(delta)),
                    Err(_) => failures += 1,
                }
            }
            assert!(answer.text.starts_with("one two"), "{name} {model} {}", answer.text);
            assert_eq!(failures, 1, "{name} {model}");
            assert!(answering.raw().len() <= atelier_backend::gateway::remote::RAW_MAX);
            assert_eq!(answering.is_truncated(), model == "fault-giant-line");
        }
    }
}

#[tokio::test]
async fn an_answer_over_the_bound_is_not_read_on() {
    let upstream = upstream().await;
    let failure = fault(&remote(Arc::new(OpenAi::default()), &upstream.url()), "fault-giant-answer", false).await.unwrap();
    assert!(failure.fault.message.starts_with("The provider sent an answer over 64 MiB"), "{}", failure.fault.message);
}

#[tokio::test]
async fn a_wrong_key_is_named_and_not_shown() {
    let upstream = upstream().await;
    let wrong = HashMap::from([("openai", "wrong-key-0123456789-long1"), ("anthropic", "x-api-key"), ("gemini", "API key not valid")]);
    for (name, adapter) in adapters() {
        // Keys that the providers' own words repeat: they go, whatever they look like.
        let remote = Remote::new(adapter, Some(&upstream.url()), Some(Secret::new(wrong[name])), http(Private::Providers)).unwrap();
        for failure in [ask(&remote, chat("echo", "x"), true).await.unwrap_err(), remote.models().await.unwrap_err()] {
            assert_eq!((failure.fault.code.as_ref(), failure.retries), ("provider_key", 0), "{name}");
            assert!(!failure.fault.message.contains(wrong[name]) && failure.fault.message.contains("It says"), "{}", failure.fault.message);
        }
    }
}

#[tokio::test]
async fn a_fault_serialises_with_code_and_field() {
    let upstream = upstream().await;
    let failure = fault(&remote(Arc::new(Gemini), &upstream.url()), "no-such-model", true).await.unwrap();
    assert_eq!(failure.fault.kind.status(), 422);
    assert!(failure.fault.of("model").unwrap().contains("models/no-such-model is not found"));
}
