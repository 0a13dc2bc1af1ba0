use std::time::Instant;

use super::*;

fn patient(adapter: Arc<dyn Adapter>, base_url: &str, max: u32) -> Remote {
    let mut remote = remote(adapter, base_url);
    remote.retries = Retries { max, budget: Duration::from_secs(3) };
    remote
}

#[tokio::test]
async fn a_fault_that_passes_is_asked_again_and_counted() {
    for (name, adapter) in adapters() {
        for (status, least) in [(429, 1_000), (500, 100), (502, 100), (503, 1_000), (504, 100), (529, 1_000)] {
            let upstream = upstream().await;
            let mut answering = patient(adapter.clone(), &upstream.url(), 2).chat(chat(&format!("fault-{status}-then-ok"), "x"), true).await.unwrap();
            let text = answering.answer().await.unwrap().text;
            assert_eq!((text.as_str(), answering.retries(), upstream.requests().len()), ("x", 1, 2), "{name} {status}");
            let waited = answering.first_byte().unwrap();
            assert!(waited >= Duration::from_millis(least) && waited < Duration::from_millis(least + 2_000), "{name} {status} {waited:?}");
        }
    }
}

#[tokio::test]
async fn a_fault_that_stays_is_given_up() {
    let upstream = upstream().await;
    let failure = ask(&patient(Arc::new(OpenAi::default()), &upstream.url(), 2), chat("fault-500", "x"), true).await.unwrap_err();
    assert_eq!((failure.retries, failure.status, upstream.requests().len()), (2, Some(500), 3));
}

#[tokio::test]
async fn a_wish_beyond_the_budget_is_told_at_once() {
    let upstream = upstream().await;
    let started = Instant::now();
    for (name, adapter) in adapters() {
        let failure = ask(&patient(adapter, &upstream.url(), 2), chat("fault-429", "x"), true).await.unwrap_err();
        assert_eq!((failure.retry_after, failure.retries), (Some(7), 0), "{name}");
    }
    assert!(started.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn what_does_not_pass_is_asked_once() {
    let upstream = upstream().await;
    for model in ["no-such-model", "fault-quota", "fault-context", "fault-cut", "fault-malformed", "fault-error-in-stream"] {
        let before = upstream.requests().len();
        assert!(ask(&patient(Arc::new(OpenAi::default()), &upstream.url(), 2), chat(model, "a b c d"), true).await.is_err());
        assert_eq!(upstream.requests().len() - before, 1, "{model}");
    }
}

#[tokio::test]
async fn a_service_that_is_not_there_is_named_after_asking_again() {
    let address = upstream().await.url();
    tokio::task::yield_now().await;
    let failure = ask(&patient(Arc::new(OpenAi::default()), &address, 1), chat("echo", "x"), true).await.unwrap_err();
    assert_eq!((failure.fault.code.as_ref(), failure.retries), ("provider_unreachable", 1));
    assert!(failure.fault.message.starts_with("No connection to 127.0.0.1 (Connection refused"), "{}", failure.fault.message);
    let nowhere = ask(&patient(Arc::new(OpenAi::default()), "http://no-such-host.invalid", 0), chat("echo", "x"), true).await.unwrap_err();
    assert_eq!(nowhere.fault.code, "provider_unreachable");
}
