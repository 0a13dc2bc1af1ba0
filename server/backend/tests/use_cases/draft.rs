//! Drafts: each person's own, whatever state they are in, and no versions.

use atelier_backend::prompt::{self, Compared, Which};
use atelier_domain::{
    account::{Role, Scope},
    fault::Kind,
    prompt::DraftForm,
};

use crate::{
    make,
    support::{TestStudio, for_each_engine},
};

fn form(base: u32, content: &str) -> DraftForm {
    DraftForm { contents: vec![content.to_owned()], roles: vec!["system".to_owned()], ..DraftForm { base, ..DraftForm::default() } }
}

async fn versions(test: &TestStudio, prompt: &atelier_domain::prompt::Prompt) -> u32 {
    prompt::find(&test.operator(), prompt.id).await.unwrap().latest
}

#[tokio::test]
async fn a_draft_is_kept_as_it_was_typed_for_its_writer_alone() {
    for_each_engine(async |test| {
        let prompt = make::prompt_of(test, "reply", &["one"]).await;
        let (mara, ines) = (test.cx_as(Role::Editor).await, test.cx_as(Role::Editor).await);
        let typed = DraftForm { temperature: "0,7".to_owned(), tools: "[{".to_owned(), ..form(1, "Hello {{") };
        let kept = prompt::keep_draft(&mara, prompt.id, typed.clone()).await.unwrap();
        assert_eq!((kept.latest, kept.tokens.each.len(), kept.tokens.estimate), (1, 1, true));
        assert_eq!(prompt::draft(&mara, prompt.id).await.unwrap().draft.unwrap().form, typed);
        assert!(prompt::draft(&ines, prompt.id).await.unwrap().draft.is_none());
        assert_eq!(versions(test, &prompt).await, 1);
        prompt::discard_draft(&mara, prompt.id).await.unwrap();
        assert!(prompt::draft(&mara, prompt.id).await.unwrap().draft.is_none());
    })
    .await;
}

#[tokio::test]
async fn who_may_not_write_and_programs_have_no_drafts() {
    for_each_engine(async |test| {
        let prompt = make::prompt_of(test, "reply", &["one"]).await;
        for (cx, kind) in [
            (test.cx_as(Role::Viewer).await, Kind::Denied),
            (test.cx_as(Role::Reviewer).await, Kind::Denied),
            (test.cx_key(&[Scope::Manage]).await, Kind::Unauthenticated),
            (test.anonymous(), Kind::Unauthenticated),
        ] {
            assert_eq!(prompt::keep_draft(&cx, prompt.id, form(1, "x")).await.unwrap_err().kind, kind);
        }
    })
    .await;
}

#[tokio::test]
async fn saving_forgets_the_draft_and_refuses_what_its_writer_has_not_seen() {
    for_each_engine(async |test| {
        let prompt = make::prompt_of(test, "reply", &["one"]).await;
        let mara = test.cx_as(Role::Editor).await;
        prompt::keep_draft(&mara, prompt.id, form(1, "mine")).await.unwrap();
        make::save(&test.operator(), &prompt, "theirs").await;
        let fault = prompt::save_draft(&mara, prompt.id, make::draft("mine"), 1).await.unwrap_err();
        assert_eq!((fault.kind, fault.code.as_ref()), (Kind::Conflict, "prompt_moved"));
        assert!(prompt::draft(&mara, prompt.id).await.unwrap().draft.is_some());
        prompt::rebase(&mara, prompt.id).await.unwrap();
        assert_eq!(prompt::draft(&mara, prompt.id).await.unwrap().draft.unwrap().form.base, 2);
        let saved = prompt::save_draft(&mara, prompt.id, make::draft("mine"), 2).await.unwrap();
        assert_eq!(saved.version.number, 3);
        assert!(prompt::draft(&mara, prompt.id).await.unwrap().draft.is_none());
    })
    .await;
}

#[tokio::test]
async fn a_version_comes_back_as_a_draft_on_the_newest_one() {
    for_each_engine(async |test| {
        let prompt = make::prompt_of(test, "reply", &["one", "two"]).await;
        let mara = test.cx_as(Role::Editor).await;
        prompt::restore(&mara, prompt.id, 1).await.unwrap();
        let form = prompt::draft(&mara, prompt.id).await.unwrap().draft.unwrap().form;
        assert_eq!((form.base, form.contents), (2, vec!["one".to_owned()]));
        let (_, from, to) = prompt::compare(&mara, prompt.id, Which::Version(1), Which::Draft).await.unwrap();
        assert!(matches!(to, Compared::Draft(..)) && prompt::difference(&from, &to).is_empty());
        assert_eq!(prompt::restore(&mara, prompt.id, 9).await.unwrap_err().kind, Kind::NotFound);
    })
    .await;
}

#[tokio::test]
async fn includes_that_cannot_be_put_in_are_told_and_the_rest_is_counted() {
    for_each_engine(async |test| {
        make::prompt_of(test, "tone", &["Be kind. Be brief. Be warm."]).await;
        let prompt = make::prompt_of(test, "reply", &["one"]).await;
        let mara = test.cx_as(Role::Editor).await;
        let without = prompt::keep_draft(&mara, prompt.id, form(1, "Hi")).await.unwrap();
        let with = prompt::keep_draft(&mara, prompt.id, form(1, "Hi {{> tone}}")).await.unwrap();
        assert!(with.tokens.total > without.tokens.total + 5 && with.missing.is_empty());
        let missing = prompt::keep_draft(&mara, prompt.id, form(1, "Hi {{> nowhere}}")).await.unwrap().missing;
        assert_eq!(missing, ["There is no prompt “nowhere” in this project to include."]);
    })
    .await;
}
