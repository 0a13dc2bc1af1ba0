//! The same key and request give the same answer for a day.

use atelier_backend::idempotency::{Begin, begin, keep, sweep};

use crate::{
    make::count,
    support::{TestStudio, for_each_engine},
};

async fn begun(test: &TestStudio, key: &str, hash: &str) -> Result<Begin, String> {
    begin(&test.operator(), test.project, key, hash).await.map_err(|fault| fault.code.into_owned())
}

#[tokio::test]
async fn an_answer_is_given_again_for_a_day() {
    for_each_engine(async |test| {
        assert_eq!(begun(test, "k", "a").await, Ok(Begin::Fresh));
        assert_eq!(begun(test, "k", "a").await, Err("idempotency_in_progress".into()));
        keep(&test.operator(), test.project, "k", 201, "{}").await.unwrap();
        assert_eq!(begun(test, "k", "a").await, Ok(Begin::Again(201, "{}".into())));
        assert_eq!(begun(test, "k", "b").await, Err("idempotency_key_reused".into()));
        let elsewhere = begin(&test.operator(), test.elsewhere, "k", "b").await.unwrap();
        assert_eq!(elsewhere, Begin::Fresh, "keys are a project's own");
        test.studio.clock.advance(86_399);
        assert_eq!(begun(test, "k", "a").await, Ok(Begin::Again(201, "{}".into())));
        test.studio.clock.advance(1);
        assert_eq!(begun(test, "k", "b").await, Ok(Begin::Fresh));
        test.studio.clock.advance(86_400);
        sweep(&test.studio).await.unwrap();
        assert_eq!(count(test, "SELECT COUNT(*) FROM idempotency").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_failure_may_be_sent_again_and_a_refusal_is_an_answer() {
    for_each_engine(async |test| {
        for status in [500, 502, 429] {
            assert_eq!(begun(test, "k", "a").await, Ok(Begin::Fresh), "{status}");
            keep(&test.operator(), test.project, "k", status, "{}").await.unwrap();
        }
        assert_eq!(begun(test, "k", "a").await, Ok(Begin::Fresh));
        keep(&test.operator(), test.project, "k", 422, "no").await.unwrap();
        assert_eq!(begun(test, "k", "a").await, Ok(Begin::Again(422, "no".into())));
    })
    .await;
}

#[tokio::test]
async fn what_was_lost_with_its_process_may_be_sent_again_after_a_minute() {
    for_each_engine(async |test| {
        assert_eq!(begun(test, "k", "a").await, Ok(Begin::Fresh));
        test.studio.clock.advance(59);
        assert_eq!(begun(test, "k", "a").await, Err("idempotency_in_progress".into()));
        test.studio.clock.advance(2);
        assert_eq!(begun(test, "k", "b").await, Err("idempotency_key_reused".into()));
        assert_eq!(begun(test, "k", "a").await, Ok(Begin::Fresh));
        assert_eq!(begun(test, "k", "a").await, Err("idempotency_in_progress".into()));
    })
    .await;
}

#[tokio::test]
async fn of_requests_that_come_at_once_one_is_answered() {
    for_each_engine(async |test| {
        for key in ["a", "b", "c"] {
            let coming: Vec<_> = (0..8)
                .map(|_| {
                    let (cx, project) = (test.operator(), test.project);
                    tokio::spawn(async move { begin(&cx, project, key, "hash").await.is_ok() })
                })
                .collect();
            let mut fresh = 0;
            for one in coming {
                fresh += usize::from(one.await.unwrap());
            }
            assert_eq!(fresh, 1, "{key}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_key_that_is_none_is_refused() {
    for_each_engine(async |test| {
        for key in ["", "a\nb", &"x".repeat(256)] {
            assert_eq!(begun(test, key, "a").await, Err("invalid".into()));
        }
    })
    .await;
}
