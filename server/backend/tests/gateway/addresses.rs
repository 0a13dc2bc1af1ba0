use super::*;

async fn asked(private: Private, base_url: &str) -> Result<Answer, Failure> {
    let mut remote = Remote::new(Arc::new(OpenAi::default()), Some(base_url), Some(Secret::new(KEY)), http(private)).unwrap();
    remote.retries = Retries::NONE;
    ask(&remote, chat("echo", "x"), true).await
}

#[tokio::test]
async fn private_addresses_are_asked_only_where_the_setting_allows_it() {
    let upstream = upstream().await;
    let port = upstream.address().port();
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"] {
        let url = format!("http://{host}:{port}/v1");
        let failure = asked(Private::None, &url).await.unwrap_err();
        assert_eq!(failure.fault.code, "provider_forbidden_address", "{host}");
        assert!(failure.fault.message.contains("lies in a private network, which ATELIER_ALLOW_PRIVATE does not allow"), "{}", failure.fault.message);
        for private in [Private::Providers, Private::All] {
            assert_eq!(asked(private, &url).await.unwrap().text, "x", "{host}");
        }
    }
    let other = Http::new(Private::Providers, Towards::Others, Duration::from_secs(1)).unwrap();
    let remote = Remote::new(Arc::new(OpenAi::default()), Some(&upstream.url()), None, other).unwrap();
    assert_eq!(remote.models().await.unwrap_err().fault.code, "provider_forbidden_address");
}

#[tokio::test]
async fn metadata_are_never_asked() {
    for host in ["169.254.169.254", "[::ffff:169.254.169.254]", "2852039166", "0xa9fea9fe", "[fe80::1]", "[fd00:ec2::254]", "[64:ff9b::a9fe:a9fe]"] {
        let failure = asked(Private::All, &format!("http://{host}/v1")).await.unwrap_err();
        assert_eq!(failure.fault.code, "provider_forbidden_address", "{host}");
        assert!(failure.fault.message.contains("is an address that is never asked"), "{}", failure.fault.message);
    }
}

#[tokio::test]
async fn redirects_are_followed_with_care() {
    let upstream = upstream().await;
    for (name, adapter) in adapters() {
        let remote = remote(adapter, &upstream.url());
        assert_eq!(ask(&remote, chat("redirect-same", "x"), true).await.unwrap().text, "x", "{name}");
        for (model, code) in [
            // The other host gets no key, and says so.
            ("redirect-other", "provider_key"),
            ("redirect-loop", "provider_address"),
            ("redirect-scheme", "provider_address"),
            ("redirect-see-other", "provider_address"),
            ("redirect-metadata", "provider_forbidden_address"),
        ] {
            let before = upstream.requests().len();
            let failure = ask(&remote, chat(model, "x"), true).await.unwrap_err();
            assert_eq!(failure.fault.code, code, "{name} {model}");
            assert!(upstream.requests().len() - before <= 4, "{model}");
        }
        let moved = upstream.requests().into_iter().rfind(|request| request.header("host").unwrap().starts_with("localhost")).unwrap();
        assert!(["authorization", "x-api-key", "x-goog-api-key"].iter().all(|secret| moved.header(secret).is_none()), "{name} {:?}", moved.headers);
    }
}
