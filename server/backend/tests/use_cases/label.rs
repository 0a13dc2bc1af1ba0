//! Labels move; versions never change.

use atelier_backend::prompt;
use atelier_domain::{
    fault::Kind,
    id::PromptId,
    prompt::{LabelMove, Selector},
};

use crate::{
    make::{self, count, text},
    support::{TestStudio, for_each_engine},
};

async fn moved(test: &TestStudio, prompt: PromptId, version: u32, expected: Option<u32>) -> Result<LabelMove, String> {
    let label = "production".parse().unwrap();
    prompt::move_label(&test.operator(), prompt, label, version, expected).await.map_err(|fault| fault.code.into_owned())
}

#[tokio::test]
async fn a_label_moves_rolls_back_and_keeps_its_history() {
    for_each_engine(async |test| {
        let prompt = make::prompt_of(test, "p", &["one", "two", "three"]).await;
        for (to, from) in [(2, None), (3, Some(2)), (2, Some(3))] {
            assert_eq!(moved(test, prompt.id, to, None).await.unwrap().from, from);
        }
        let (found, version) = prompt::version(&test.operator(), prompt.id, &Selector::Published).await.unwrap();
        assert_eq!((found.label("production"), text(&version.body)), (Some(2), "two"));
        let history = prompt::label_moves(&test.operator(), prompt.id).await.unwrap();
        assert_eq!(history.iter().map(|one| (one.from, one.to)).collect::<Vec<_>>(), [(Some(3), 2), (Some(2), 3), (None, 2)]);
        assert_eq!(moved(test, prompt.id, 2, None).await.unwrap().from, Some(2), "where it stands already");
        assert_eq!(count(test, "SELECT COUNT(*) FROM label_moves").await, 3);
    })
    .await;
}

#[tokio::test]
async fn a_label_moves_only_from_where_the_caller_saw_it() {
    for_each_engine(async |test| {
        let prompt = make::prompt_of(test, "p", &["one", "two"]).await;
        assert_eq!(moved(test, prompt.id, 1, Some(1)).await.unwrap_err(), "label_moved", "it stands nowhere");
        assert!(moved(test, prompt.id, 1, Some(0)).await.is_ok());
        assert_eq!(moved(test, prompt.id, 2, Some(0)).await.unwrap_err(), "label_moved");
        assert!(moved(test, prompt.id, 2, Some(1)).await.is_ok());
        for missing in [0, 3, u32::MAX] {
            assert_eq!(moved(test, prompt.id, missing, None).await.unwrap_err(), "version_not_found");
        }
        let fault = prompt::version(&test.operator(), prompt.id, &Selector::Label("staging".parse().unwrap())).await.unwrap_err();
        assert_eq!((fault.kind, &*fault.code), (Kind::NotFound, "label_not_found"));
    })
    .await;
}

#[tokio::test]
async fn of_those_who_move_a_label_at_once_from_one_place_one_does() {
    for_each_engine(async |test| {
        let prompt = make::prompt_of(test, "p", &["1", "2", "3", "4", "5", "6"]).await;
        moved(test, prompt.id, 1, None).await.unwrap();
        let moves: Vec<_> = (2..=6)
            .map(|version| {
                let cx = test.operator();
                tokio::spawn(async move { prompt::move_label(&cx, prompt.id, "production".parse().unwrap(), version, Some(1)).await.is_ok() })
            })
            .collect();
        let mut done = 0;
        for one in moves {
            done += usize::from(one.await.unwrap());
        }
        assert_eq!(done, 1);
        assert_eq!(count(test, "SELECT COUNT(*) FROM label_moves").await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_history_has_no_gap_whoever_moves() {
    for_each_engine(async |test| {
        let prompt = make::prompt_of(test, "p", &["1", "2", "3", "4", "5", "6"]).await;
        let moves: Vec<_> = (1..=6)
            .map(|version| {
                let cx = test.operator();
                tokio::spawn(async move { prompt::move_label(&cx, prompt.id, "production".parse().unwrap(), version, None).await.unwrap() })
            })
            .collect();
        for one in moves {
            one.await.unwrap();
        }
        let history = prompt::label_moves(&test.operator(), prompt.id).await.unwrap();
        assert_eq!(history.len(), 6);
        let mut stands = None;
        // Ids of one millisecond from one process stand in the order in which they were made, not in that of the locks: follow the chain.
        for _ in 0..6 {
            stands = Some(history.iter().find(|one| one.from == stands).unwrap().to);
        }
        assert_eq!(prompt::find(&test.operator(), prompt.id).await.unwrap().label("production"), stands);
    })
    .await;
}
