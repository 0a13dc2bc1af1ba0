//! Who uses a prompt, and taking its updates.

use atelier_backend::{
    prompt,
    pull::{self, PullKey},
};
use atelier_domain::{
    account::{Role, Scope},
    fault::Kind,
    prompt::{LabelName, Selector},
};

use crate::{make, support::for_each_engine};

#[tokio::test]
async fn pulls_count_by_key_and_label_and_survive_their_writing() {
    for_each_engine(async |test| {
        let prompt = make::prompt_of(test, "reply", &["one"]).await;
        let production: LabelName = "production".parse().unwrap();
        prompt::move_label(&test.operator(), prompt.id, production.clone(), 1, None).await.unwrap();
        let key = test.cx_key(&[Scope::Read]).await;
        let pull = async |selector: Selector| {
            let key_ = PullKey { project: test.project, name: prompt.name.clone(), selector, raw: false };
            pull::pull(&key, key_).await.unwrap();
        };
        pull(Selector::Label(production.clone())).await;
        pull(Selector::Label(production.clone())).await;
        prompt::flush_pulls(&test.studio).await.unwrap();
        pull(Selector::Label(production)).await;
        pull(Selector::Version(1)).await;
        let usage = prompt::usage(&test.operator(), prompt.id).await.unwrap();
        let counted: Vec<_> = usage.keys.iter().map(|key| (key.label.as_str(), key.pulls)).collect();
        assert_eq!(counted, [("production", 3), ("", 1)]);
        test.studio.clock.advance(8 * 86_400);
        assert!(prompt::usage(&test.operator(), prompt.id).await.unwrap().keys.is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_update_is_taken_by_many_prompts_at_once_or_by_none() {
    for_each_engine(async |test| {
        let tone = make::prompt_of(test, "tone", &["kind"]).await;
        let reply = make::prompt_of(test, "reply", &["{{> tone}} one"]).await;
        let order = make::prompt_of(test, "order", &["{{> tone}} two"]).await;
        let other = make::prompt_of(test, "other", &["three"]).await;
        make::save(&test.operator(), &tone, "kind and brief").await;
        let cx = test.cx_as(Role::Editor).await;
        let usage = prompt::usage(&cx, tone.id).await.unwrap();
        let told: Vec<_> = usage.includers.iter().map(|includer| (includer.name.as_str(), includer.pinned, includer.current)).collect();
        assert_eq!(told, [("order", 1, 2), ("reply", 1, 2)]);

        let fault = prompt::take_update(&cx, tone.id, &[reply.id, other.id]).await.unwrap_err();
        assert_eq!(fault.kind, Kind::Invalid);
        assert_eq!(prompt::find(&cx, reply.id).await.unwrap().latest, 1);

        let updated = prompt::take_update(&cx, tone.id, &[reply.id, order.id, reply.id]).await.unwrap();
        assert_eq!(updated.iter().map(|updated| updated.version).collect::<Vec<_>>(), [Some(2), Some(2)]);
        let (_, version) = prompt::version(&cx, reply.id, &Selector::Latest).await.unwrap();
        assert_eq!(make::pins(&version), [("tone".to_owned(), 2)]);
        assert_eq!(version.note, "Takes tone at version 2");
        let again = prompt::take_update(&cx, tone.id, &[reply.id]).await.unwrap();
        assert_eq!(again[0].version, None);
    })
    .await;
}

#[tokio::test]
async fn what_an_include_declares_reaches_its_users() {
    for_each_engine(async |test| {
        let tone = make::prompt(test, "tone").await;
        let mut draft = make::draft("At most {{n}} words");
        draft.variables = serde_json::from_value(serde_json::json!([{"name": "n", "type": "number", "default": 40}])).unwrap();
        prompt::save_version(&test.operator(), tone.id, draft).await.unwrap();
        let reply = make::prompt_of(test, "reply", &["{{> tone}}, {{question}}"]).await;
        let values = [("question".to_owned(), "x".into())].into();
        let (_, version, body) = prompt::render(&test.operator(), reply.id, &Selector::Latest, &values).await.unwrap();
        assert_eq!(make::text(&body), "At most 40 words, x");
        assert_eq!(version.specs().iter().map(|spec| (spec.name.as_str(), spec.kind.as_str())).collect::<Vec<_>>(), [("n", "number"), ("question", "text")]);
    })
    .await;
}
