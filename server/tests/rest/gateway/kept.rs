//! What is kept of calls, for how long and for whom; what a key may; vectors.

use super::*;

#[tokio::test]
async fn nothing_is_stored_that_the_project_wants_out() {
    for_each_engine(async |test| {
        let upstream = Upstream::start().await.unwrap();
        providers(test, &upstream).await;
        let client = TestApp::new(test).with_key(&[Scope::Gateway]).await;
        let redact = Redaction { patterns: vec!["ORD-[0-9]+".to_owned()], ..Redaction::default() };
        traffic::put_settings(&test.operator(), test.project, GatewaySettings { redact, cache: CacheMode::Exact, ..GatewaySettings::default() }).await.unwrap();
        let body = ask("acme/echo", "I am mara@northwind.example, my order is ORD-4711 and my card 4111 1111 1111 1111");
        let answer = client.post(CHAT, &body).await;
        assert!(said(&answer).contains("mara@northwind.example"), "the client gets what was said");
        // Nor may it be kept to be said again.
        assert_eq!(client.post(CHAT, &body).await.header("x-atelier-cache"), "miss");
        let all = records(test).await;
        let text = serde_json::to_string(&(&all[0].exchange, &all[0].line.asked)).unwrap();
        assert!(!text.contains("mara@") && !text.contains("4711") && !text.contains("1111"), "{text}");
        assert!(text.contains("[e-mail]") && text.contains("[redacted]") && text.contains("[card]"), "{text}");
        let found =
            request::list(&test.operator(), test.project, RequestFilter { q: Some("northwind".into()), ..RequestFilter::default() }, 10, None).await.unwrap();
        assert!(found.data.is_empty());
        let found = request::list(&test.operator(), test.project, RequestFilter { q: Some("my order redac".into()), ..RequestFilter::default() }, 10, None)
            .await
            .unwrap();
        assert_eq!(found.data.len(), 2);
        traffic::put_settings(&test.operator(), test.project, GatewaySettings { bodies: false, ..GatewaySettings::default() }).await.unwrap();
        client.post(CHAT, &body).await.ok(200);
        let last = records(test).await.pop().unwrap();
        assert_eq!((last.exchange, last.line.asked.as_str()), (None, ""));
    })
    .await;
}

#[tokio::test]
async fn names_that_no_model_has_and_bodies_that_are_none_are_refused_and_harm_nobody() {
    for_each_engine(async |test| {
        let upstream = Upstream::start().await.unwrap();
        providers(test, &upstream).await;
        let client = TestApp::new(test).with_key(&[Scope::Gateway]).await;
        for model in ["x\u{0}", "\u{7}", &"m".repeat(5_000)] {
            assert_eq!(client.post(CHAT, &ask(model, "one")).await.status, 400, "{model:?}");
        }
        // Half of a surrogate pair: a provider may read it, and it is no question that another could be the same as.
        for word in ["one", "two"] {
            let body = format!(
                "{{\"model\": \"acme/echo\", \"messages\": [{{\"role\": \"user\", \"content\": \"{word} \\ud83d\"}}], \"atelier\": {{\"cache\": \"exact\"}}}}"
            );
            let request = client.request(Method::POST, CHAT).header(header::CONTENT_TYPE, "application/json").body(Body::from(body)).unwrap();
            let answer = client.router.clone().oneshot(request).await.unwrap();
            assert_ne!(answer.headers().get("x-atelier-cache").map(|cache| cache.as_bytes()), Some(b"exact".as_slice()), "{word}");
        }
        client.post(CHAT, &ask("acme/echo", "three")).await.ok(200);
        let all = records(test).await;
        assert_eq!(all.iter().filter(|one| one.line.facts.outcome == Outcome::Answered && one.line.asked == "three").count(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_key_s_limits_hold() {
    for_each_engine(async |test| {
        let upstream = Upstream::start().await.unwrap();
        providers(test, &upstream).await;
        let app = TestApp::new(test);
        let client = app.with_key(&[Scope::Gateway]).await;
        let key = account::keys(&test.operator(), test.project).await.unwrap().remove(0);
        account::limit_key(&test.operator(), key.id, KeyLimits { rate: Some(2), concurrency: None }).await.unwrap();
        let calls =
            [client.post(CHAT, &ask("acme/echo", "x")).await, client.post(CHAT, &ask("acme/echo", "x")).await, client.post(CHAT, &ask("acme/echo", "x")).await];
        assert_eq!(calls.each_ref().map(|answer| answer.status.as_u16()), [200, 200, 429]);
        assert!(["29", "30"].contains(&calls[2].header("retry-after")), "when one of two a minute comes back");
        app.writer().await.prompt("support/reply", &["one"]).await;
        client.post(&format!("{}/run", crate::support::at("support/reply")), &json!({"version": 1})).await.problem(429);
        assert!(account::limit_key(&test.operator(), key.id, KeyLimits { rate: Some(0), concurrency: None }).await.unwrap_err().of("rate").is_some());
    })
    .await;
}

#[tokio::test]
async fn an_end_user_s_requests_are_erased() {
    for_each_engine(async |test| {
        let upstream = Upstream::start().await.unwrap();
        providers(test, &upstream).await;
        let client = TestApp::new(test).with_key(&[Scope::Gateway]).await;
        for user in ["mara", "jon", "mara"] {
            client.post(CHAT, &with(ask("acme/echo", "secret words"), json!({"atelier": {"user": user, "tags": ["t"]}}))).await.ok(200);
        }
        assert_eq!(request::erase_user(&test.operator(), test.project, "mara").await.unwrap(), 2);
        let all = records(test).await;
        assert_eq!(all.iter().map(|one| one.line.facts.user.as_deref()).collect::<Vec<_>>(), [Some("jon")]);
        let find = async |filter: RequestFilter| request::list(&test.operator(), test.project, filter, 10, None).await.unwrap().data.len();
        assert_eq!(find(RequestFilter { q: Some("secret".into()), ..RequestFilter::default() }).await, 1);
        assert_eq!(find(RequestFilter { tag: Some("t".into()), ..RequestFilter::default() }).await, 1);
        assert_eq!(request::erase_user(&test.operator(), test.project, "nobody").await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn requests_are_found_by_every_filter() {
    for_each_engine(async |test| {
        let upstream = Upstream::start().await.unwrap();
        providers(test, &upstream).await;
        let client = TestApp::new(test).with_key(&[Scope::Gateway]).await;
        for number in 0..5 {
            client
                .post(
                    CHAT,
                    &with(ask("acme/echo", &format!("word{number} shared")), json!({"atelier": {"user": format!("u{number}"), "session": "s", "tags": ["a"]}})),
                )
                .await
                .ok(200);
        }
        client.post(CHAT, &ask("nobody/echo", "x")).await;
        let all = records(test).await;
        let cx: Cx = test.operator();
        let count = async |filter: RequestFilter| request::list(&cx, test.project, filter, 50, None).await.unwrap().data.len();
        let text = |text: &str| Some(text.to_owned());
        let some = RequestFilter::default;
        assert_eq!(count(RequestFilter { q: text("word3"), ..some() }).await, 1);
        assert_eq!(count(RequestFilter { q: text("shared wor"), ..some() }).await, 5);
        assert_eq!(count(RequestFilter { q: text("u4"), ..some() }).await, 1);
        assert_eq!(count(RequestFilter { q: text(&all[0].line.facts.id.to_string()), ..some() }).await, 1);
        assert_eq!(count(RequestFilter { q: text("\"';--"), ..some() }).await, 0);
        assert_eq!(count(RequestFilter { model: text("acme/echo"), tag: text("a"), session: text("s"), user: text("u1"), ..some() }).await, 1);
        assert_eq!(count(RequestFilter { outcome: Some(Outcome::Refused), ..some() }).await, 1);
        assert_eq!(count(RequestFilter { from: Some(cx.now().plus_seconds(-60)), to: Some(cx.now()), ..some() }).await, 6);
        assert_eq!(count(RequestFilter { to: Some(all[2].line.facts.at), ..some() }).await, 3);
        let first = request::list(&cx, test.project, some(), 4, None).await.unwrap();
        let second = request::list(&cx, test.project, some(), 4, first.next.as_deref()).await.unwrap();
        assert_eq!((first.data.len(), second.data.len(), second.next), (4, 2, None));
        let (none, place) = request::since(&cx, test.project, some(), 10, None).await.map(|(all, place)| (all.len(), place)).unwrap();
        assert_eq!(none, 6);
        client.post(CHAT, &ask("acme/echo", "new")).await.ok(200);
        journal::drain(&test.studio).await.unwrap();
        let (news, _) = request::since(&cx, test.project, some(), 10, Some(&place)).await.unwrap();
        assert_eq!(news.iter().map(|line| line.asked.as_str()).collect::<Vec<_>>(), ["new"]);
    })
    .await;
}

#[tokio::test]
async fn vectors_come_from_this_machine_and_from_providers() {
    for_each_engine(async |test| {
        let upstream = Upstream::start().await.unwrap();
        providers(test, &upstream).await;
        let client = TestApp::new(test).with_key(&[Scope::Gateway]).await;
        let chat = client.post("/v1/embeddings", &json!({"model": "local/smollm2-135m-instruct", "input": "x"})).await;
        assert_eq!(chat.status.as_u16(), 404);
        let models = client.get("/v1/models").await.ok(200);
        let names: Vec<_> = models["data"].as_array().unwrap().iter().filter_map(|model| model["id"].as_str()).collect();
        assert!(names.contains(&"local/smollm2-135m-instruct") && names.contains(&"local/all-minilm-l6-v2"), "{names:?}");
        client.get("/v1/models/local/all-minilm-l6-v2").await.ok(200);
        assert_eq!(client.get("/v1/models/nobody/x").await.status.as_u16(), 404);
        let remote = client.post("/v1/embeddings", &json!({"model": "acme/text-embedding-3-small", "input": ["a", "b"]})).await.ok(200);
        assert_eq!(remote["data"].as_array().unwrap().len(), 2);
        let all = records(test).await;
        assert_eq!(all.last().unwrap().line.facts.endpoint.as_str(), "embeddings");
    })
    .await;
}

#[tokio::test]
async fn metrics_count_what_happened_and_name_nobody() {
    for_each_engine(async |test| {
        let upstream = Upstream::start().await.unwrap();
        providers(test, &upstream).await;
        let app = TestApp::new(test);
        let client = app.with_key(&[Scope::Gateway]).await;
        let cached = with(ask("acme/echo", "one two"), json!({"atelier": {"cache": "exact", "user": "mara", "tags": ["checkout"]}}));
        for _ in 0..3 {
            client.post(CHAT, &cached).await.ok(200);
        }
        client.post(CHAT, &ask("acme/fault-400", "one")).await;
        let answer = app.stranger().get("/metrics").await;
        assert!(answer.header("content-type").starts_with("text/plain; version=0.0.4"));
        let text = String::from_utf8(answer.body.to_vec()).unwrap();
        let value = |name: &str| {
            let found = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
            found.unwrap_or_else(|| panic!("no {name} in {text}")).parse::<f64>().unwrap()
        };
        let of = |outcome: &str, cache: &str| value(&format!("atelier_requests_total{{endpoint=\"chat\",outcome=\"{outcome}\",cache=\"{cache}\"}}"));
        assert_eq!((of("answered", "miss"), of("answered", "exact"), of("failed", "off")), (1.0, 2.0, 1.0));
        let facts = records(test).await.remove(0).line.facts;
        assert_eq!(
            (value("atelier_tokens_total{kind=\"input\"}"), value("atelier_tokens_total{kind=\"output\"}")),
            (facts.usage.input as f64, facts.usage.output as f64)
        );
        assert!((value("atelier_cost_dollars_total") * 1e9 - facts.cost.unwrap().0 as f64).abs() < 0.5);
        assert_eq!((value("atelier_request_seconds_count"), value("atelier_in_flight")), (4.0, 0.0));
        for told in ["mara", "checkout", "acme", "echo", "Northwind"] {
            assert!(!text.contains(told), "{told}");
        }
    })
    .await;
}
