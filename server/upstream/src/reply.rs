//! From a request to bytes and waits: each behaviour in each protocol.

use std::{net::SocketAddr, time::Duration};

use serde_json::Value;

use crate::{
    behaviour::Behaviour,
    fixtures,
    protocol::{Ask, Kind, Protocol},
};

pub(crate) enum Step {
    Bytes(Vec<u8>),
    /// The same, so many times.
    Again(Vec<u8>, u32),
    Wait(Duration),
    /// Nothing more, and the connection stays open.
    Silence,
    /// The connection is closed.
    Cut,
}

pub(crate) enum Body {
    Whole {
        text: Vec<u8>,
        /// So many bytes are promised and never sent.
        missing: usize,
    },
    /// Chunked, the head after `before`.
    Steps { before: Duration, steps: Vec<Step> },
}

pub(crate) struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Body,
}

impl Reply {
    pub fn json(status: u16, body: &Value) -> Self {
        Self::text(status, "application/json", body.to_string())
    }

    fn text(status: u16, kind: &str, text: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("content-type", kind.to_owned()), ("x-request-id", "req_fake".to_owned())];
        Self { status, headers, body: Body::Whole { text: text.into(), missing: 0 } }
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn steps(steps: Vec<Step>) -> Self {
        let headers = vec![("content-type", "text/event-stream; charset=utf-8".to_owned()), ("x-request-id", "req_fake".to_owned())];
        Self { status: 200, headers, body: Body::Steps { before: Duration::ZERO, steps } }
    }
}

/// `times` counts how often this model was asked, this time included.
pub(crate) fn choose(ask: &Ask, times: usize, own: SocketAddr) -> Reply {
    if !ask.known {
        return error(ask, if ask.protocol == Protocol::Gemini { 400 } else { 401 }, "key.error");
    }
    match ask.kind {
        Kind::Models => return Reply::json(200, &ask.models()),
        Kind::Other => return Reply::text(404, "text/plain", "404 page not found"),
        Kind::Chat | Kind::Embed => {}
    }
    let behaviour = if ask.moved { Behaviour::Echo { tps: None } } else { Behaviour::of(&ask.model) };
    match behaviour {
        Behaviour::Unknown => error(ask, 404, "model.error"),
        Behaviour::Status(status) => failed(ask, status, 7),
        Behaviour::StatusThenOk(status) if times == 1 => failed(ask, status, 1),
        Behaviour::Quota => error(ask, if ask.protocol == Protocol::Anthropic { 400 } else { 429 }, "quota.error"),
        Behaviour::Context => error(ask, 400, "context.error"),
        Behaviour::Html => Reply::text(404, "text/html", "<html><body><h1>Not Found</h1></body></html>"),
        Behaviour::Redirect(to) => redirect(ask, to, own),
        Behaviour::GiantAnswer => Reply::text(200, "application/json", vec![b' '; 80 << 20]),
        _ if ask.kind == Kind::Embed => Reply::json(200, &ask.embeddings()),
        Behaviour::Fixture(name) => fixture(ask, name),
        Behaviour::Json if ask.schema => said(ask, r#"{"city": "Paris", "population": 2100000}"#),
        Behaviour::Json => said(ask, "Nobody asked for JSON."),
        behaviour if ask.stream && behaviour != Behaviour::Whole => streamed(ask, &behaviour),
        behaviour => whole(ask, &behaviour),
    }
}

fn words(text: &str) -> Vec<String> {
    text.split_inclusive(' ').map(str::to_owned).collect()
}

fn said(ask: &Ask, text: &str) -> Reply {
    let words = words(text);
    if ask.stream {
        return Reply::steps(ask.events(&words).into_iter().map(|event| Step::Bytes(event.into_bytes())).collect());
    }
    Reply::json(200, &ask.whole(text, words.len()))
}

fn streamed(ask: &Ask, behaviour: &Behaviour) -> Reply {
    let mut said = words(&ask.said);
    if let Behaviour::Echo { tps: Some(_) } = behaviour {
        let limit = ask.limit.unwrap_or(1_000) as usize;
        said = said.into_iter().cycle().take(limit).collect();
    }
    let events = ask.events(&said);
    let half = events.len() / 2;
    let bytes = |events: &[String]| events.iter().map(|event| Step::Bytes(event.clone().into_bytes())).collect::<Vec<_>>();
    let then = |mut steps: Vec<Step>, more: Vec<Step>| {
        steps.extend(more);
        Reply::steps(steps)
    };
    match behaviour {
        Behaviour::Echo { tps: Some(tps) } => Reply::steps(paced(&events, *tps)),
        Behaviour::SlowFirst(wait) => {
            let mut reply = Reply::steps(bytes(&events));
            if let Body::Steps { before, .. } = &mut reply.body {
                *before = *wait;
            }
            reply
        }
        Behaviour::Flood(mib) => {
            let events = ask.events(&["a".repeat(1_023) + " "]);
            // What begins an answer and what ends it stand once.
            let word = events.iter().position(|event| event.len() > 1_023).unwrap_or_default();
            let flood = Step::Again(events[word].clone().into_bytes(), mib << 10);
            let parts = [bytes(&events[..word]), vec![flood], bytes(&events[word + 1..])];
            Reply::steps(parts.into_iter().flatten().collect())
        }
        Behaviour::Cut => {
            then(bytes(&events[..half]), vec![Step::Bytes(events[half].as_bytes()[..20].to_vec()), Step::Wait(Duration::from_millis(20)), Step::Cut])
        }
        Behaviour::CutClean => then(bytes(&events[..half]), vec![Step::Bytes(events[half].as_bytes()[..20].to_vec())]),
        Behaviour::NoDone => Reply::steps(bytes(events.iter().filter(|event| !event.contains("[DONE]")).cloned().collect::<Vec<_>>().as_slice())),
        Behaviour::Silence => then(bytes(&events[..half]), vec![Step::Silence]),
        Behaviour::Utf8 => then(bytes(&events[..half]), vec![Step::Bytes(b"data: {\"a\": \"\xff\xfe\"}\n\n".to_vec())]),
        Behaviour::GiantLine => then(bytes(&events[..half]), vec![Step::Bytes(b"data: \"".to_vec()), Step::Bytes(vec![b'a'; 12 << 20])]),
        Behaviour::Malformed => then(bytes(&events[..half]), vec![Step::Bytes(b"data: {\"choices\": [{\"delta\"\n\n".to_vec())]),
        Behaviour::Shape => then(bytes(&events[..half]), vec![Step::Bytes(b"data: [1, 2, 3]\n\n".to_vec())]),
        Behaviour::ErrorInStream => then(bytes(&events[..half]), vec![Step::Bytes(error_event(ask).into_bytes())]),
        Behaviour::ByteASecond => {
            let drops = events.concat().into_bytes().into_iter().flat_map(|byte| [Step::Bytes(vec![byte]), Step::Wait(Duration::from_secs(1))]);
            Reply::steps(drops.collect())
        }
        _ => Reply::steps(bytes(&events)),
    }
}

/// Ten times a second would be seen as jerks; every four milliseconds is as even as a timer gets.
fn paced(events: &[String], tps: u32) -> Vec<Step> {
    let at_once = (tps as usize * 4).div_ceil(1_000).max(1);
    let wait = Duration::from_secs_f64(at_once as f64 / f64::from(tps));
    events.chunks(at_once).flat_map(|chunk| [Step::Bytes(chunk.concat().into_bytes()), Step::Wait(wait)]).collect()
}

fn error_event(ask: &Ask) -> String {
    let body = match ask.protocol {
        // As vLLM and OpenRouter do in the middle of a stream.
        Protocol::OpenAi => fixtures::text("openai", "failed.error"),
        Protocol::Anthropic => fixtures::text("anthropic", "overloaded.error"),
        Protocol::Gemini => fixtures::text("gemini", "overloaded.error"),
    };
    let data = body.and_then(|body| serde_json::from_str::<Value>(body).ok()).unwrap_or_default();
    if ask.protocol == Protocol::Anthropic { format!("event: error\ndata: {data}\n\n") } else { format!("data: {data}\n\n") }
}

fn whole(ask: &Ask, behaviour: &Behaviour) -> Reply {
    let reply = Reply::json(200, &ask.whole(&ask.said, words(&ask.said).len()));
    let Body::Whole { text, .. } = reply.body else { return reply };
    let half = text.len() / 2;
    let steps = |before: Duration, steps: Vec<Step>| Reply { status: 200, headers: reply.headers.clone(), body: Body::Steps { before, steps } };
    match behaviour {
        Behaviour::Cut => Reply { body: Body::Whole { text: text[..half].to_vec(), missing: half }, ..reply },
        Behaviour::CutClean | Behaviour::Malformed => Reply { body: Body::Whole { text: text[..half].to_vec(), missing: 0 }, ..reply },
        Behaviour::Shape => Reply { body: Body::Whole { text: b"[1, 2, 3]".to_vec(), missing: 0 }, ..reply },
        Behaviour::Utf8 => Reply { body: Body::Whole { text: [b"{\"model\": \"\xff\xfe\", ", &text[1..]].concat(), missing: 0 }, ..reply },
        Behaviour::ErrorInStream => Reply::text(200, "application/json", fixtures::text(ask.provider(), "failed.error").unwrap_or_default()),
        Behaviour::SlowFirst(wait) => steps(*wait, vec![Step::Bytes(text)]),
        Behaviour::Silence => steps(Duration::ZERO, vec![Step::Bytes(text[..half].to_vec()), Step::Silence]),
        Behaviour::ByteASecond => {
            steps(Duration::ZERO, text.into_iter().flat_map(|byte| [Step::Bytes(vec![byte]), Step::Wait(Duration::from_secs(1))]).collect())
        }
        _ => Reply { body: Body::Whole { text, missing: 0 }, ..reply },
    }
}

/// A recorded answer, with this request's model and tool.
fn fixture(ask: &Ask, name: &str) -> Reply {
    if name == "tool" && ask.tool.is_none() {
        return said(ask, "It is 21 degrees in Paris.");
    }
    let tool = ask.tool.as_deref().unwrap_or("get_weather");
    let filled = |text: &str| text.replace("get_weather", tool);
    if let Some(text) = fixtures::text(ask.provider(), &format!("{name}.error")) {
        return Reply::text(400, "application/json", text);
    }
    match (fixtures::text(ask.provider(), &format!("{name}.sse")), fixtures::text(ask.provider(), &format!("{name}.json"))) {
        (Some(text), _) if ask.stream => Reply::steps(filled(text).split_inclusive("\n\n").map(|event| Step::Bytes(event.as_bytes().to_vec())).collect()),
        (_, Some(text)) => Reply::text(200, "application/json", filled(text)),
        _ => Reply::text(500, "text/plain", "no such fixture"),
    }
}

fn failed(ask: &Ask, status: u16, after: u32) -> Reply {
    let name = match (status, ask.protocol) {
        (429, _) => "limited.error",
        (503 | 529, Protocol::Anthropic | Protocol::Gemini) => "overloaded.error",
        (401, _) => "key.error",
        _ => "failed.error",
    };
    let text = fixtures::text(ask.provider(), name).unwrap_or("{}");
    // Google tells the wait in its body.
    let reply = Reply::text(status, "application/json", text.replace("6.5s", &format!("{after}s")));
    if matches!(status, 429 | 503 | 529) { reply.with("retry-after", after.to_string()) } else { reply }
}

fn error(ask: &Ask, status: u16, name: &str) -> Reply {
    let text = fixtures::text(ask.provider(), name).unwrap_or("{}");
    Reply::text(status, "application/json", text.replace("{model}", &ask.model))
}

fn redirect(ask: &Ask, to: &str, own: SocketAddr) -> Reply {
    let path = &ask.path;
    let (status, location) = match to {
        "same" => (307, format!("/moved{path}")),
        "other" => (308, format!("http://localhost:{}/moved{path}", own.port())),
        "loop" => (307, path.clone()),
        "scheme" => (307, format!("https://{own}{path}")),
        "metadata" => (307, "http://169.254.169.254/latest/meta-data/".to_owned()),
        _ => (303, format!("/moved{path}")),
    };
    Reply::text(status, "text/plain", "").with("location", location)
}
