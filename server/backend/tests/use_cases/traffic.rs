//! What a project keeps of its traffic, and what that comes to.

use atelier_backend::{journal, traffic};
use atelier_domain::{
    account::Role,
    cost::{Nanos, Usage},
    fault::Kind,
    gateway::{CacheMode, GatewaySettings, Redaction},
    request::{Facts, Outcome, Record},
    traffic::{By, Span, csv},
};

use crate::{
    make,
    support::{TestStudio, for_each_engine},
};

fn came(test: &TestStudio, facts: Facts) {
    let cx = test.operator();
    let at = cx.now().plus_seconds(facts.at.seconds());
    let usage = Usage { input: 10, output: 2, ..Usage::default() };
    let facts = Facts { id: cx.new_id(), project: test.project, at, usage, ..facts };
    test.studio.journal.append(&Record { facts, asked: String::new(), exchange: None });
}

#[tokio::test]
async fn a_report_says_what_a_span_cost_by_what_and_against_what_came_before() {
    for_each_engine(async |test| {
        let (owner, prompt) = (test.cx_as(Role::Owner).await, make::prompt_of(test, "support/reply", &["one"]).await);
        let of = |cost: Option<i64>, model: &str| Facts { cost: cost.map(Nanos), model: model.to_owned(), ..Facts::default() };
        came(test, Facts { prompt: Some(prompt.id), version: Some(1), ..of(Some(300), "acme/echo") });
        came(test, Facts { prompt: Some(prompt.id), version: Some(0), ..of(Some(200), "acme/echo") });
        came(test, of(None, "acme/new"));
        came(test, Facts { outcome: Outcome::Failed, ..of(Some(0), "acme/echo") });
        came(test, Facts { at: atelier_domain::timestamp::Timestamp::from_seconds(-40 * 86_400), ..of(Some(1_000), "acme/echo") });
        journal::drain(&test.studio).await.unwrap();
        let report = async |by| traffic::report(&owner, test.project, Span::Thirty, by).await.unwrap();
        let by_model = report(By::Model).await;
        assert_eq!((by_model.total.cost, by_model.total.requests, by_model.total.failed, by_model.before.cost), (500, 4, 1, 1_000));
        assert_eq!((by_model.unpriced, by_model.total.unpriced), (vec!["acme/new".to_owned()], 1));
        assert!(by_model.first.unwrap() < by_model.window.from);
        let names = |slices: &[atelier_domain::traffic::Slice]| {
            slices.iter().map(|slice| (slice.value.clone(), slice.name.clone(), slice.sum.cost)).collect::<Vec<_>>()
        };
        let name = Some("support/reply".to_owned());
        let by_version = report(By::Version).await.slices;
        let expected = [(format!("{}@1", prompt.id), name.clone(), 300), (format!("{}@0", prompt.id), name.clone(), 200), ("@0".to_owned(), None, 0)];
        assert_eq!(names(&by_version), expected);
        assert_eq!(names(&report(By::Prompt).await.slices), [(prompt.id.to_string(), name, 500), (String::new(), None, 0)]);
        assert_eq!(csv(By::Version, &by_version).lines().nth(1), Some("support/reply,1,0.0000003,1,0,0,0,0,10,0,2,0,0"));
        let steps: i64 = traffic::report(&owner, test.project, Span::Today, By::Key).await.unwrap().steps.iter().map(|(_, sum)| sum.cost).sum();
        assert_eq!(steps, 500);
        let viewer = test.cx_as(Role::Viewer).await;
        assert!(traffic::report(&viewer, test.project, Span::Month, By::Key).await.is_ok());
        assert_eq!(traffic::report(&viewer, test.elsewhere, Span::Month, By::Key).await.unwrap_err().kind, Kind::NotFound);
    })
    .await;
}

#[tokio::test]
async fn settings_are_the_owners_and_name_what_is_wrong_with_them() {
    for_each_engine(async |test| {
        let owner = test.cx_as(Role::Owner).await;
        assert_eq!(traffic::settings(&owner, test.project).await.unwrap(), GatewaySettings::default());
        let wrong = GatewaySettings {
            days: 0,
            cache_seconds: 0,
            redact: Redaction { patterns: vec![String::new()], ..Redaction::default() },
            ..GatewaySettings::default()
        };
        let fault = traffic::put_settings(&owner, test.project, wrong).await.unwrap_err();
        assert!(["days", "cache_seconds", "patterns"].iter().all(|field| fault.of(field).is_some()), "{fault:?}");
        let broken = Redaction { patterns: vec!["(".to_owned()], ..Redaction::default() };
        let fault = traffic::put_settings(&owner, test.project, GatewaySettings { redact: broken.clone(), ..GatewaySettings::default() }).await.unwrap_err();
        assert!(fault.of("patterns").unwrap().contains("“(” is no regular expression"), "{fault:?}");
        let set = GatewaySettings { cache: CacheMode::Exact, bodies: false, days: 7, ..GatewaySettings::default() };
        traffic::put_settings(&owner, test.project, set.clone()).await.unwrap();
        assert_eq!(traffic::settings(&owner, test.project).await.unwrap(), set);
        // A text is tried on what is typed, and nothing is set by that.
        let typed = Redaction { phone: false, patterns: vec!["EMP-[0-9]+".to_owned()], ..Redaction::default() };
        let text = traffic::try_redaction(&owner, test.project, typed, "EMP-7: mara@x.example, +47 22 12 34 56").await.unwrap();
        assert_eq!(text, "[redacted]: [e-mail], +47 22 12 34 56");
        assert!(traffic::try_redaction(&owner, test.project, broken, "x").await.unwrap_err().of("patterns").is_some());
        assert!(traffic::try_redaction(&owner, test.project, Redaction::default(), &"x".repeat(20_001)).await.unwrap_err().of("sample").is_some());
        assert_eq!(traffic::settings(&owner, test.project).await.unwrap(), set);
        assert_eq!(traffic::forget_answers(&owner, test.project).await.unwrap(), 0);
        for role in [Role::Editor, Role::Reviewer, Role::Viewer] {
            let cx = test.cx_as(role).await;
            let kinds = [
                traffic::settings(&cx, test.project).await.unwrap_err().kind,
                traffic::put_settings(&cx, test.project, set.clone()).await.unwrap_err().kind,
                traffic::try_redaction(&cx, test.project, Redaction::default(), "x").await.unwrap_err().kind,
                traffic::forget_answers(&cx, test.project).await.unwrap_err().kind,
            ];
            assert_eq!(kinds, [Kind::Denied; 4], "{role}");
        }
    })
    .await;
}
