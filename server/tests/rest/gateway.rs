//! The gateway from its door to its records, on both engines, against an upstream that speaks the real protocols.

use std::time::Duration;

use atelier_backend::{account, budget, cx::Cx, journal, provider, request, traffic};
use atelier_domain::{
    account::{KeyLimits, Scope},
    budget::{BudgetForm, Per, Period},
    cost::{ModelEntry, Nanos, Price},
    gateway::{CacheMode, GatewaySettings, Redaction},
    provider::{ProviderForm, ProviderKind},
    request::{CacheVerdict, Outcome, RequestFilter},
    traffic::{By, Span},
};
use atelier_upstream::Upstream;
use axum::body::Body;
use futures::StreamExt;
use http::{Method, header};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::{Answer, Client, TestApp, TestStudio, at, for_each_engine, router};

mod kept;

const CHAT: &str = "/v1/chat/completions";

/// Providers "acme" (OpenAI's protocol) and "claude" (Anthropic's) at the upstream; acme's echo costs a dollar a million tokens in, two out.
async fn providers(test: &TestStudio, upstream: &Upstream) {
    let cx = test.operator();
    for (name, kind, url) in [("acme", ProviderKind::Openai, upstream.url()), ("claude", ProviderKind::Anthropic, upstream.url())] {
        let form = ProviderForm { base_url: Some(url), key: Some("sk-test-1".to_owned()), ..ProviderForm::default() };
        provider::put(&cx, test.project, &name.parse().unwrap(), kind, form).await.unwrap();
    }
    for name in ["acme/echo", "acme/fault-silence", "claude/echo", "claude/fault-silence"] {
        let price = Price { input: "1".parse().unwrap(), output: "2".parse().unwrap(), ..Price::default() };
        provider::put_price(&cx, test.project, ModelEntry { name: name.into(), price: Some(price), ..ModelEntry::default() }).await.unwrap();
    }
}

fn ask(model: &str, text: &str) -> Value {
    json!({"model": model, "messages": [{"role": "user", "content": text}]})
}

fn with(mut body: Value, more: Value) -> Value {
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

/// All requests by now, the oldest first.
async fn records(test: &TestStudio) -> Vec<request::Whole> {
    journal::drain(&test.studio).await.unwrap();
    let cx = test.operator();
    let page = request::list(&cx, test.project, RequestFilter::default(), 200, None).await.unwrap();
    let mut all = Vec::new();
    for line in page.data.into_iter().rev() {
        all.push(request::find(&cx, line.facts.id).await.unwrap());
    }
    all
}

fn said(answer: &Answer) -> String {
    answer.json()["choices"][0]["message"]["content"].as_str().unwrap_or_default().to_owned()
}

/// The texts of a stream's chunks, and whether it ended as it should.
fn streamed(answer: &Answer) -> (String, bool) {
    let text = String::from_utf8(answer.body.to_vec()).unwrap();
    let chunks = text.lines().filter_map(|line| line.strip_prefix("data: ")).filter(|data| *data != "[DONE]");
    let words = chunks.map(|data| serde_json::from_str::<Value>(data).unwrap());
    let all = words.filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str().map(str::to_owned)).collect();
    (all, text.trim_end().ends_with("data: [DONE]"))
}

#[tokio::test]
async fn a_call_is_answered_charged_and_recorded_once() {
    for_each_engine(async |test| {
        let upstream = Upstream::start().await.unwrap();
        providers(test, &upstream).await;
        let app = TestApp::new(test);
        let client = app.with_key(&[Scope::Gateway]).await;
        let extras = json!({"atelier": {"user": "user-42", "session": "s1", "tags": ["checkout"], "trace_id": "t"}, "mystery": {"a": [1]}, "user": "other"});
        let answer = client.post(CHAT, &with(ask("acme/echo", "one two three"), extras)).await;
        answer.ok(200);
        assert_eq!(said(&answer), "one two three");
        assert_eq!((answer.header("x-atelier-cache"), answer.header("x-atelier-request-id")), ("off", answer.header("x-request-id")));
        assert!(!answer.header("x-atelier-upstream-ms").is_empty());
        // What nobody here knows goes on; what is ours does not.
        let sent = upstream.requests().pop().unwrap().body;
        assert_eq!(
            (sent["mystery"].clone(), sent["user"].clone(), sent.get("atelier"), sent["model"].clone()),
            (json!({"a": [1]}), json!("other"), None, json!("echo"))
        );

        let stream = client.post(CHAT, &with(ask("acme/echo", "four five"), json!({"stream": true}))).await;
        assert_eq!(streamed(&stream), ("four five".to_owned(), true));
        assert!(!String::from_utf8_lossy(&stream.body).contains("prompt_tokens"), "usage was not asked for");
        let stream = client.post(CHAT, &with(ask("acme/echo", "six"), json!({"stream": true, "stream_options": {"include_usage": true}}))).await;
        assert!(String::from_utf8_lossy(&stream.body).contains("prompt_tokens"));

        let all = records(test).await;
        assert_eq!(
            all.iter().map(|one| (one.line.facts.outcome, one.line.facts.streamed)).collect::<Vec<_>>(),
            [(Outcome::Answered, false), (Outcome::Answered, true), (Outcome::Answered, true)]
        );
        let facts = &all[0].line.facts;
        assert_eq!((facts.user.as_deref(), facts.session.as_deref(), facts.tags.as_slice()), (Some("user-42"), Some("s1"), ["checkout".to_owned()].as_slice()));
        let usage = &answer.json()["usage"];
        assert_eq!((facts.usage.input, facts.usage.output), (usage["prompt_tokens"].as_u64().unwrap(), usage["completion_tokens"].as_u64().unwrap()));
        let cost = i64::try_from(facts.usage.input * 1_000 + facts.usage.output * 2_000).unwrap();
        assert_eq!((facts.cost, facts.estimated), (Some(Nanos(cost)), false));
        assert_eq!(answer.header("x-atelier-cost"), Nanos(cost).to_decimal());
        assert!(all.iter().all(|one| !one.line.facts.estimated && one.line.facts.cost.is_some_and(|cost| cost.0 > 0) && one.line.facts.times.first.is_some()));
        let exchange = all[1].exchange.as_ref().unwrap();
        assert_eq!(
            (exchange.answer.text.as_str(), exchange.request["messages"][0]["content"].clone(), all[1].line.asked.as_str()),
            ("four five", json!("four five"), "four five")
        );
        // Sums agree with records to the nano-dollar.
        let total: i64 = all.iter().filter_map(|one| one.line.facts.cost).map(|cost| cost.0).sum();
        let report = traffic::report(&test.operator(), test.project, Span::Thirty, By::Model).await.unwrap();
        assert_eq!((report.slices.len(), report.slices[0].sum.cost, report.slices[0].sum.requests), (1, total, 3));
        assert_eq!(report.total, report.slices[0].sum);
    })
    .await;
}

#[tokio::test]
async fn a_prompt_is_called_by_its_name() {
    for_each_engine(async |test| {
        let upstream = Upstream::start().await.unwrap();
        providers(test, &upstream).await;
        let app = TestApp::new(test);
        let writer = app.writer().await;
        writer.prompt("support/reply", &[]).await;
        let draft = |text: &str| json!({"messages": [{"role": "system", "content": text}], "model": "acme/echo", "params": {"temperature": 0.5}});
        writer.post(&format!("{}/versions", at("support/reply")), &draft("Be {{mood}}.")).await.ok(201);
        let client = app.with_key(&[Scope::Gateway]).await;
        let named = |model: &str| with(ask(model, "Hello."), json!({"atelier": {"variables": {"mood": "kind"}}}));
        let answer = client.post(CHAT, &named("prompt/support/reply")).await;
        answer.ok(200);
        assert_eq!(answer.header("x-atelier-prompt"), "support/reply@1");
        let sent = upstream.requests().pop().unwrap().body;
        assert_eq!(sent["messages"], json!([{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hello."}]));
        assert_eq!((sent["temperature"].as_f64(), sent["model"].clone()), (Some(0.5), json!("echo")));
        // The next version is known at once; a label and a number are kept to.
        writer.post(&format!("{}/versions", at("support/reply")), &draft("Be very {{mood}}.")).await.ok(201);
        assert_eq!(client.post(CHAT, &named("prompt/support/reply")).await.header("x-atelier-prompt"), "support/reply@2");
        assert_eq!(client.post(CHAT, &named("prompt/support/reply@1")).await.header("x-atelier-prompt"), "support/reply@1");
        let by_extras =
            with(ask("acme/echo", "Hello."), json!({"temperature": 1, "atelier": {"prompt": "support/reply", "version": 1, "variables": {"mood": "grim"}}}));
        assert_eq!(client.post(CHAT, &by_extras).await.header("x-atelier-prompt"), "support/reply@1");
        assert_eq!(upstream.requests().pop().unwrap().body["temperature"].as_f64(), Some(1.0));
        let missing = client.post(CHAT, &ask("prompt/support/reply", "Hello.")).await;
        assert_eq!((missing.status.as_u16(), missing.json()["error"]["param"].clone()), (400, json!("variables.mood")));
        assert_eq!(client.post(CHAT, &named("prompt/nobody")).await.status.as_u16(), 404);
        let all = records(test).await;
        assert_eq!(all.iter().filter_map(|one| one.line.facts.version).collect::<Vec<_>>(), [1, 2, 1, 1, 2]);
        assert_eq!(all[0].exchange.as_ref().unwrap().variables["mood"], "kind");
        assert_eq!(all[0].line.prompt_name.as_ref().map(ToString::to_string).as_deref(), Some("support/reply"));
        assert_eq!((all[4].line.facts.outcome, all[4].line.facts.status), (Outcome::Refused, 400));
    })
    .await;
}

#[tokio::test]
async fn the_same_question_is_answered_from_the_cache_whole_and_streamed() {
    for_each_engine(async |test| {
        let upstream = Upstream::start().await.unwrap();
        providers(test, &upstream).await;
        let client = TestApp::new(test).with_key(&[Scope::Gateway]).await;
        let body = |stream: bool| with(ask("acme/echo", "the same thing"), json!({"stream": stream, "atelier": {"cache": "exact"}}));
        let first = client.post(CHAT, &body(false)).await;
        assert_eq!(first.header("x-atelier-cache"), "miss");
        let again = client.post(CHAT, &body(false)).await;
        assert_eq!((again.header("x-atelier-cache"), again.header("x-atelier-cost"), &again.body), ("exact", "0", &first.body));
        let stream = client.post(CHAT, &body(true)).await;
        assert_eq!((stream.header("x-atelier-cache"), streamed(&stream)), ("exact", ("the same thing".to_owned(), true)));
        assert_eq!(client.post(CHAT, &with(body(false), json!({"temperature": 1}))).await.header("x-atelier-cache"), "miss");
        assert_eq!(client.post(CHAT, &ask("acme/echo", "the same thing")).await.header("x-atelier-cache"), "off");
        // Two answers cannot be told as a stream from what is known of one.
        let two = |stream: bool| with(body(stream), json!({"n": 2}));
        assert_eq!(client.post(CHAT, &two(false)).await.header("x-atelier-cache"), "miss");
        assert_eq!(client.post(CHAT, &two(false)).await.header("x-atelier-cache"), "exact");
        assert_eq!(client.post(CHAT, &two(true)).await.header("x-atelier-cache"), "miss");
        // From a stream to a whole.
        let other = |stream: bool| with(ask("acme/echo", "another thing"), json!({"stream": stream, "atelier": {"cache": "exact"}}));
        let live = client.post(CHAT, &other(true)).await;
        assert_eq!((live.header("x-atelier-cache"), streamed(&live)), ("miss", ("another thing".to_owned(), true)));
        let whole = client.post(CHAT, &other(false)).await;
        assert_eq!((whole.header("x-atelier-cache"), said(&whole)), ("exact", "another thing".to_owned()));
        assert_eq!(upstream.requests().len(), 6);
        let all = records(test).await;
        let hit = all.iter().find(|one| one.line.facts.cache == CacheVerdict::Exact).unwrap();
        assert_eq!(hit.line.facts.cost, Some(Nanos::ZERO));
        assert_eq!(Some(hit.line.facts.saved), all[0].line.facts.cost);
        assert_eq!(hit.exchange.as_ref().unwrap().answer.text, "the same thing");

        // Another process finds what was kept.
        let keeper = tokio::spawn(atelier_backend::gateway::keep_answers(test.studio.clone()));
        let kept = client.post(CHAT, &with(ask("acme/echo", "kept"), json!({"atelier": {"cache": "exact"}}))).await;
        kept.ok(200);
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        let other = test.another().await;
        let learned = tokio::spawn(atelier_backend::gateway::keep_answers(other.clone()));
        tokio::time::sleep(Duration::from_millis(300)).await;
        let there = Client { router: router(other), key: client.key.clone() };
        let again = there.post(CHAT, &with(ask("acme/echo", "kept"), json!({"atelier": {"cache": "exact"}}))).await;
        again.ok(200);
        assert_eq!(again.header("x-atelier-cache"), "exact");
        keeper.abort();
        learned.abort();
        // An owner empties it.
        traffic::forget_answers(&test.operator(), test.project).await.unwrap();
        assert_eq!(client.post(CHAT, &body(false)).await.header("x-atelier-cache"), "miss");
    })
    .await;
}

#[tokio::test]
async fn a_budget_holds_under_concurrency_and_agrees_with_the_records() {
    for_each_engine(async |test| {
        let upstream = Upstream::start().await.unwrap();
        providers(test, &upstream).await;
        let client = TestApp::new(test).with_key(&[Scope::Gateway]).await;
        let form = BudgetForm { per: Per::User, period: Period::Month, limit: "0.0001".parse().unwrap(), warn_at: 50, ..BudgetForm::default() };
        budget::put(&test.operator(), test.project, "each user", form.clone()).await.unwrap();
        let body = with(ask("acme/echo", "a few words to be paid for"), json!({"max_tokens": 8, "atelier": {"user": "mara"}}));
        let calls = (0..40).map(|_| client.post(CHAT, &body));
        let answers = futures::future::join_all(calls).await;
        let (good, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status.as_u16() == 200);
        assert!(!good.is_empty() && !refused.is_empty(), "{} answered", good.len());
        let refusal = refused[0].json();
        assert_eq!((refused[0].status.as_u16(), refusal["error"]["type"].clone()), (429, json!("insufficient_quota")));
        assert!(refusal["error"]["message"].as_str().unwrap().contains("each user"), "{refusal}");
        assert_eq!(refused[0].header("x-should-retry"), "false");
        // Somebody else has their own.
        let jon = with(body.clone(), json!({"atelier": {"user": "jon"}}));
        client.post(CHAT, &jon).await.ok(200);
        let all = records(test).await;
        let of = |user: &str| {
            all.iter().filter(|one| one.line.facts.user.as_deref() == Some(user)).filter_map(|one| one.line.facts.cost).map(|cost| cost.0).sum::<i64>()
        };
        let stand = budget::list(&test.operator(), test.project).await.unwrap().remove(0);
        let stood = |user: &str| stand.accounts.iter().find(|(subject, ..)| subject == user).map(|(_, spent, reserved)| (spent.0, reserved.0));
        assert_eq!((stood("mara"), stood("jon")), (Some((of("mara"), 0)), Some((of("jon"), 0))));
        assert!(of("mara") <= form.limit.0);
        // A budget that is made now counts what was spent before.
        let whole = BudgetForm { per: Per::Project, limit: "1".parse().unwrap(), ..form };
        budget::put(&test.operator(), test.project, "all", whole).await.unwrap();
        let stand = budget::list(&test.operator(), test.project).await.unwrap().remove(0);
        assert_eq!(stand.accounts, [(String::new(), Nanos(of("mara") + of("jon")), Nanos::ZERO)]);
    })
    .await;
}

#[tokio::test]
async fn a_client_that_leaves_is_charged_for_what_came_and_the_upstream_is_left() {
    for_each_engine(async |test| {
        let upstream = Upstream::start().await.unwrap();
        providers(test, &upstream).await;
        let client = TestApp::new(test).with_key(&[Scope::Gateway]).await;
        budget::put(&test.operator(), test.project, "all", BudgetForm { limit: "5".parse().unwrap(), warn_at: 80, ..BudgetForm::default() }).await.unwrap();
        let mut sum = Nanos::ZERO;
        // Anthropic tells a usage at the beginning, with one token that came out.
        for (number, (path, model)) in [(CHAT, "acme/fault-silence"), ("/v1/messages", "claude/fault-silence")].into_iter().enumerate() {
            let body = with(ask(model, "so many words that half of them come before the silence begins"), json!({"stream": true, "max_tokens": 100}));
            let request = client.request(Method::POST, path).header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string())).unwrap();
            let mut pieces = client.router.clone().oneshot(request).await.unwrap().into_body().into_data_stream();
            let mut came = String::new();
            while !came.contains("words") {
                came.push_str(&String::from_utf8_lossy(&pieces.next().await.unwrap().unwrap()));
            }
            drop(pieces);
            let left = async || {
                while upstream.requests()[number].closed_early.is_none() {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            };
            tokio::time::timeout(Duration::from_secs(1), left()).await.expect("the upstream was left");
            let all = records(test).await;
            let facts = &all[number].line.facts;
            assert_eq!((facts.outcome, facts.status, facts.estimated), (Outcome::Left, 499, true), "{path}");
            assert!(facts.usage.output >= 3, "{path}: {:?}", facts.usage);
            sum = Nanos(sum.0 + facts.cost.unwrap().0);
            let stand = budget::list(&test.operator(), test.project).await.unwrap().remove(0);
            assert_eq!(stand.accounts, [(String::new(), sum, Nanos::ZERO)]);
        }
    })
    .await;
}

#[tokio::test]
async fn errors_are_said_as_the_api_that_was_called_says_them() {
    for_each_engine(async |test| {
        let upstream = Upstream::start().await.unwrap();
        providers(test, &upstream).await;
        let app = TestApp::new(test);
        let client = app.with_key(&[Scope::Gateway]).await;
        let kind = |answer: &Answer| (answer.status.as_u16(), answer.json()["error"]["type"].as_str().unwrap_or_default().to_owned());
        assert_eq!(kind(&app.stranger().post(CHAT, &ask("acme/echo", "x")).await), (401, "invalid_request_error".to_owned()));
        assert_eq!(kind(&app.stranger().post("/v1/messages", &ask("acme/echo", "x")).await), (401, "authentication_error".to_owned()));
        assert_eq!(kind(&app.with_key(&[Scope::Read]).await.post(CHAT, &ask("acme/echo", "x")).await).0, 403);
        assert_eq!(kind(&client.post(CHAT, &ask("nobody/echo", "x")).await), (404, "invalid_request_error".to_owned()));
        assert_eq!(kind(&client.post(CHAT, &json!({"messages": []})).await).0, 400);
        assert_eq!(kind(&client.post(CHAT, &with(ask("acme/echo", "x"), json!({"atelier": {"cache": "perhaps"}}))).await).0, 400);
        assert_eq!(kind(&client.post(CHAT, &ask("acme/fault-429", "x")).await).0, 429);
        assert_eq!(kind(&client.post(CHAT, &ask("acme/fault-401", "x")).await).0, 502);
        let again = client.post(CHAT, &ask("acme/fault-500-then-ok", "x")).await;
        again.ok(200);
        assert_eq!(client.get("/v1/nothing").await.status.as_u16(), 404);
        assert_eq!(kind(&client.post("/v1/messages/count_tokens", &ask("acme/echo", "x")).await), (404, "not_found_error".to_owned()));
        assert_eq!(client.get(CHAT).await.status.as_u16(), 405);
        let cut = client.post(CHAT, &with(ask("acme/fault-cut", "one two three four"), json!({"stream": true}))).await;
        let text = String::from_utf8_lossy(&cut.body).into_owned();
        assert!(text.contains("\"error\"") && !text.contains("[DONE]"), "{text}");
        let all = records(test).await;
        let outcomes: Vec<_> = all.iter().map(|one| (one.line.facts.outcome, one.line.facts.code.as_deref(), one.line.facts.retries)).collect();
        assert!(outcomes.contains(&(Outcome::Refused, Some("model_not_found"), 0)), "{outcomes:?}");
        assert!(outcomes.contains(&(Outcome::Answered, None, 1)), "{outcomes:?}");
        assert!(outcomes.contains(&(Outcome::Failed, Some("provider_cut"), 0)), "{outcomes:?}");
        assert!(
            all.iter()
                .filter(|one| one.line.facts.outcome == Outcome::Failed)
                .all(|one| one.exchange.as_ref().is_some_and(|exchange| exchange.error.is_some()))
        );
    })
    .await;
}

#[tokio::test]
async fn a_stream_ends_as_clients_wait_for_it_whoever_answers() {
    for_each_engine(async |test| {
        let upstream = Upstream::start().await.unwrap();
        providers(test, &upstream).await;
        let client = TestApp::new(test).with_key(&[Scope::Gateway]).await;
        // From a provider that leaves the end out, and from one with another protocol, whose stream is told anew.
        for model in ["acme/no-done", "claude/echo"] {
            let body = |stream: bool| with(ask(model, "one two"), json!({"stream": stream, "max_tokens": 50, "atelier": {"cache": "exact"}}));
            for (stream, cache) in [(true, "miss"), (true, "exact"), (false, "exact")] {
                let answer = client.post(CHAT, &body(stream)).await;
                let told = if stream { streamed(&answer) } else { (said(&answer), true) };
                assert_eq!((answer.header("x-atelier-cache"), told), (cache, ("one two".to_owned(), true)), "{model}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn anthropic_s_clients_are_answered_by_either_provider() {
    for_each_engine(async |test| {
        let upstream = Upstream::start().await.unwrap();
        providers(test, &upstream).await;
        let client = TestApp::new(test).with_key(&[Scope::Gateway]).await;
        let body = |model: &str| json!({"model": model, "max_tokens": 50, "system": "Be kind.", "messages": [{"role": "user", "content": "one two"}]});
        for model in ["claude/echo", "acme/echo"] {
            let answer = client.post("/v1/messages", &body(model)).await.ok(200);
            assert_eq!(
                (answer["type"].clone(), answer["content"][0]["text"].clone(), answer["stop_reason"].clone()),
                (json!("message"), json!("one two"), json!("end_turn")),
                "{model}"
            );
            let stream = client.post("/v1/messages", &with(body(model), json!({"stream": true}))).await;
            let text = String::from_utf8_lossy(&stream.body).into_owned();
            assert!(text.contains("event: message_start") && text.contains("event: message_stop"), "{model}: {text}");
        }
        // The other way round.
        let answer = client.post(CHAT, &ask("claude/echo", "three")).await;
        answer.ok(200);
        assert_eq!(said(&answer), "three");
        let all = records(test).await;
        assert_eq!(all.len(), 5);
        assert!(all.iter().all(|one| one.line.facts.cost.is_some_and(|cost| cost.0 > 0) && !one.exchange.as_ref().unwrap().answer.text.is_empty()));
    })
    .await;
}
