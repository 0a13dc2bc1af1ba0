use std::time::Instant;

use atelier_backend::gateway::{Finish, Part, Usage};
use atelier_upstream::Upstream;
use serde_json::json;

use super::*;

#[tokio::test]
async fn every_provider_answers_streamed_and_whole() {
    let upstream = upstream().await;
    for (name, adapter) in adapters() {
        let remote = remote(adapter, &upstream.url());
        for stream in [true, false] {
            let mut answering = remote.chat(chat("echo", "Grüße aus Zürich 😀"), stream).await.unwrap();
            let answer = answering.answer().await.unwrap();
            assert_eq!((answer.text.as_str(), answer.finish, answer.model.as_deref()), ("Grüße aus Zürich 😀", Some(Finish::Stop), Some("echo")), "{name}");
            let cache_write = if name == "anthropic" { 2 } else { 0 };
            assert_eq!(answer.usage, Some(Usage { input: 20, cached: 8, cache_write, output: 4, ..Usage::default() }), "{name} {stream}");
            assert!(answering.first_byte().is_some() && !answering.is_truncated() && answering.retries() == 0);
            assert_eq!(answering.request_id(), Some("req_fake"));
            let raw = String::from_utf8(answering.raw().to_vec()).unwrap();
            assert!(raw.contains("Zürich") && raw.starts_with('{') != stream, "{raw}");
        }
    }
    assert_eq!(upstream.connections(), 3, "a connection is used again after an answer's end");
}

#[tokio::test]
async fn the_first_byte_is_timed_where_the_answer_comes_as_a_whole_too() {
    let upstream = upstream().await;
    let mut answering = remote(Arc::new(OpenAi::default()), &upstream.url()).chat(chat("fault-silence", "x"), false).await.unwrap();
    assert_eq!(answering.answer().await.unwrap_err().fault.code, "provider_timeout");
    assert!(answering.first_byte().unwrap() < Duration::from_secs(1), "{:?}", answering.first_byte());
}

#[tokio::test]
async fn a_server_that_cannot_stream_is_understood_all_the_same() {
    let upstream = upstream().await;
    for (name, adapter) in adapters() {
        let mut answering = remote(adapter, &upstream.url()).chat(chat("whole", "a b c"), true).await.unwrap();
        assert!(!answering.is_streamed());
        assert_eq!(answering.answer().await.unwrap().text, "a b c", "{name}");
    }
}

#[tokio::test]
async fn pieces_are_what_came_off_the_network() {
    let upstream = upstream().await;
    let mut answering = remote(Arc::new(OpenAi::default()), &upstream.url()).chat(chat("echo", "a b c"), true).await.unwrap();
    let mut raw = Vec::new();
    while let Some(piece) = answering.next().await {
        raw.extend_from_slice(&piece.unwrap().raw);
    }
    assert_eq!(raw, answering.raw());
    assert!(raw.ends_with(b"data: [DONE]\n\n"));
}

#[tokio::test]
async fn a_thousand_tokens_a_second_come_through_as_fast() {
    let upstream = upstream().await;
    for (name, adapter) in adapters() {
        let started = Instant::now();
        let mut chat = chat("echo-1000tps", "word ");
        chat.params.max_tokens = Some(500);
        let answer = ask(&remote(adapter, &upstream.url()), chat, true).await.unwrap();
        assert_eq!((answer.text.len(), answer.usage.unwrap().output), (2_500, 500), "{name}");
        assert!(started.elapsed() < Duration::from_secs(2), "{name} {:?}", started.elapsed());
    }
}

/// Asks for a tool, answers it, and hears what comes of it.
async fn tool_loop(upstream: &Upstream, adapter: Arc<dyn Adapter>, stream: bool) -> (Answer, Answer) {
    let remote = remote(adapter, &upstream.url());
    let parameters = json!({"type": "object", "properties": {"city": {"type": "string"}}});
    let mut chat = chat("tool", "What is the weather in Paris?");
    chat.tools = vec![json!({"type": "function", "function": {"name": "look_up", "parameters": parameters}})];
    let first = ask(&remote, chat.clone(), stream).await.unwrap();
    let calls = first.tool_calls.values();
    chat.messages.push(Turn {
        tool_calls: calls.clone().map(atelier_backend::gateway::ToolCall::to_value).collect(),
        parts: Vec::new(),
        ..Turn::new(Role::Assistant, "")
    });
    chat.messages.extend(calls.map(|call| Turn { tool_call_id: Some(call.id.clone()), ..Turn::new(Role::Tool, r#"{"degrees": 21}"#) }));
    let second = ask(&remote, chat, stream).await.unwrap();
    (first, second)
}

#[tokio::test]
async fn tools_are_called_and_answered() {
    let upstream = upstream().await;
    for (name, adapter) in adapters() {
        for stream in [true, false] {
            let (first, second) = tool_loop(&upstream, adapter.clone(), stream).await;
            let arguments: Vec<_> = first.tool_calls.values().map(|call| serde_json::from_str::<serde_json::Value>(&call.arguments).unwrap()).collect();
            assert_eq!(arguments, [json!({"city": "Paris"}), json!({"city": "Zürich"})], "{name} {stream}");
            assert!(first.tool_calls.values().all(|call| call.name == "look_up" && !call.id.is_empty()));
            assert_eq!((first.finish, second.text.as_str()), (Some(Finish::ToolCalls), "It is 21 degrees in Paris."), "{name} {stream}");
        }
    }
}

#[tokio::test]
async fn json_by_a_schema_is_asked_for_in_each_provider_s_way() {
    let upstream = upstream().await;
    for (name, adapter) in adapters() {
        let schema = json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": false});
        let mut chat = chat("json", "The capital of France?");
        chat.response_format = Some(json!({"type": "json_schema", "json_schema": {"name": "capital", "schema": schema}}));
        let answer = ask(&remote(adapter, &upstream.url()), chat, true).await.unwrap();
        assert_eq!(serde_json::from_str::<serde_json::Value>(&answer.text).unwrap().get("city"), Some(&json!("Paris")), "{name}");
    }
}

#[tokio::test]
async fn an_image_reaches_every_provider_as_it_is() {
    let upstream = upstream().await;
    for (name, adapter) in adapters() {
        let mut chat = chat("echo", "");
        chat.messages[1].parts = vec![Part::Image { url: "data:image/png;base64,iVBORw0KGgo=".to_owned(), detail: None }, Part::Text("See".to_owned())];
        assert_eq!(ask(&remote(adapter, &upstream.url()), chat, false).await.unwrap().text, "See");
        assert!(upstream.last().unwrap().body.to_string().contains("iVBORw0KGgo="), "{name}");
    }
}

#[tokio::test]
async fn reasoning_and_refusals_come_apart_from_the_text() {
    let upstream = upstream().await;
    for (name, adapter) in adapters() {
        let remote = remote(adapter, &upstream.url());
        for stream in [true, false] {
            let answer = ask(&remote, chat("reasoning", "Which is greater?"), stream).await.unwrap();
            assert_eq!((answer.reasoning.as_str(), answer.text.as_str()), ("9.11 or 9.8?", "9.8 is greater."), "{name} {stream}");
            assert_eq!(answer.usage.map(|usage| (usage.output, usage.reasoning)), Some((52, 40)), "{name} {stream}");
            let refused = ask(&remote, chat("fault-refusal", "x"), stream).await.unwrap().check().unwrap_err();
            let code = if name == "gemini" { "provider_filtered" } else { "provider_refused" };
            assert_eq!(refused.code, code, "{name} {stream}");
        }
    }
}

#[tokio::test]
async fn models_are_listed_over_every_page() {
    let upstream = upstream().await;
    let expected: [&[(&str, Option<u32>, bool)]; 3] = [
        &[("echo", None, false), ("echo-1000tps", Some(32_768), false), ("echo/router", Some(128_000), false), ("text-embedding-echo", None, true)],
        &[("echo", Some(200_000), false), ("echo-1000tps", Some(200_000), false), ("tool", Some(200_000), false)],
        &[("echo", Some(1_048_576), false), ("gemini-embedding-echo", Some(1_048_576), true)],
    ];
    for ((name, adapter), expected) in adapters().into_iter().zip(expected) {
        let models = remote(adapter, &upstream.url()).models().await.unwrap();
        let shown: Vec<_> = models.iter().map(|model| (model.name.as_str(), model.context, model.embeds)).collect();
        assert_eq!(shown, expected, "{name}");
    }
}

#[tokio::test]
async fn texts_are_embedded_in_their_order() {
    let upstream = upstream().await;
    for (name, adapter) in adapters() {
        let answer = remote(adapter, &upstream.url()).embed("text-embedding-echo", vec!["a".to_owned(), "bcd".to_owned()]).await;
        if name == "anthropic" {
            assert_eq!(answer.unwrap_err().fault.code, "provider_cannot");
            continue;
        }
        let (vectors, usage) = answer.unwrap();
        assert_eq!(vectors.iter().map(|vector| vector[0]).collect::<Vec<_>>(), [1.0, 3.0], "{name}");
        assert_eq!(usage.input, if name == "openai" { 5 } else { 0 });
    }
}

#[tokio::test]
async fn headers_of_the_user_s_own_go_along() {
    let upstream = upstream().await;
    let headers = [("x-team", "blue"), ("anthropic-version", "2099-01-01")].map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
    let remote = remote(Arc::new(Anthropic), &upstream.url()).with_headers(headers.into_iter().collect());
    ask(&remote, chat("echo", "x"), false).await.unwrap();
    let asked = upstream.last().unwrap();
    assert_eq!((asked.header("x-team"), asked.header("anthropic-version"), asked.header("x-api-key")), (Some("blue"), Some("2099-01-01"), Some(KEY)));
}
