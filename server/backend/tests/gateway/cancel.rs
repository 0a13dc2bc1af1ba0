use std::time::Instant;

use super::*;

/// When the upstream saw its client go, seen from the last request.
async fn closed(upstream: &Upstream) -> Duration {
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(5) {
        if upstream.last().is_some_and(|request| request.closed_early.is_some()) {
            return started.elapsed();
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("the connection stayed open");
}

#[tokio::test]
async fn dropping_an_answer_closes_the_connection_within_a_second() {
    for (name, adapter) in adapters() {
        for (model, stream) in [("echo-100tps", true), ("fault-silence", true), ("fault-silence", false)] {
            let upstream = upstream().await;
            let mut answering = remote(adapter.clone(), &upstream.url()).chat(chat(model, "a b c d e f "), stream).await.unwrap();
            if stream {
                answering.next().await.unwrap().unwrap();
            }
            drop(answering);
            assert!(closed(&upstream).await < Duration::from_secs(1), "{name} {model}");
        }
    }
}

#[tokio::test]
async fn a_question_that_nobody_waits_for_is_taken_back() {
    let upstream = upstream().await;
    let remote = remote(Arc::new(OpenAi::default()), &upstream.url());
    let waited = tokio::time::timeout(Duration::from_millis(100), remote.chat(chat("slow-first", "x"), true)).await;
    assert!(waited.is_err() && closed(&upstream).await < Duration::from_secs(1));
}

#[tokio::test]
async fn a_time_out_closes_the_connection_too() {
    let upstream = upstream().await;
    assert!(ask(&remote(Arc::new(OpenAi::default()), &upstream.url()), chat("slow-first", "x"), true).await.is_err());
    assert!(closed(&upstream).await < Duration::from_secs(1));
}
