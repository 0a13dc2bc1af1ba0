//! What a model's name asks for.

use std::time::Duration;

/// What the upstream does with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// `echo`, `echo-1000tps`: says the last message of the user again, at so many words a second; fast ones say it until the limit of tokens.
    Echo { tps: Option<u32> },
    /// `slow-first`, `slow-first-500`: waits so many milliseconds (2,000) before the head of its answer.
    SlowFirst(Duration),
    /// `fault-429`, `fault-500` and so on: that status, with the provider's body.
    Status(u16),
    /// `fault-429-then-ok`: that status the first time, then an echo.
    StatusThenOk(u16),
    /// `fault-quota`: no credit left.
    Quota,
    /// `fault-context`: the messages are too long.
    Context,
    /// `fault-cut`: half of the answer, then the connection is closed.
    Cut,
    /// `fault-cut-clean`: half of the answer, then its end as HTTP has it.
    CutClean,
    /// `fault-utf8`: bytes that are no text.
    Utf8,
    /// `fault-giant-line`: a line of 12 MiB.
    GiantLine,
    /// `fault-giant-answer`: an answer of 80 MiB, not streamed.
    GiantAnswer,
    /// `flood-100`: a stream of so many MiB of text, a KiB an event, as fast as it is taken.
    Flood(u32),
    /// `fault-silence`: half of the answer, then nothing.
    Silence,
    /// `fault-byte-a-second`.
    ByteASecond,
    /// `fault-malformed`: JSON that is none.
    Malformed,
    /// `fault-shape`: JSON of another shape.
    Shape,
    /// `fault-error-in-stream`: half of the answer, then an error.
    ErrorInStream,
    /// `no-done`: a stream that closes without `[DONE]`, as some servers of OpenAI's protocol do.
    NoDone,
    /// `whole`: an answer as a whole, even where a stream was asked for.
    Whole,
    /// `fault-html`: a page, as from something that is no API.
    Html,
    /// `fault-refusal`, `fault-filter`, `fault-filter-prompt`, `tool`, `reasoning`: recorded answers.
    Fixture(&'static str),
    /// `json`: JSON by the schema that it was asked for.
    Json,
    /// `redirect-same`, `-other`, `-loop`, `-scheme`, `-metadata`, `-see-other`: elsewhere.
    Redirect(&'static str),
    /// No such model.
    Unknown,
}

impl Behaviour {
    /// Names of real models echo.
    pub fn of(model: &str) -> Self {
        match model {
            "fault-quota" => Self::Quota,
            "fault-context" => Self::Context,
            "fault-cut" => Self::Cut,
            "fault-cut-clean" => Self::CutClean,
            "fault-utf8" => Self::Utf8,
            "fault-giant-line" => Self::GiantLine,
            "fault-giant-answer" => Self::GiantAnswer,
            "fault-silence" => Self::Silence,
            "fault-byte-a-second" => Self::ByteASecond,
            "fault-malformed" => Self::Malformed,
            "fault-shape" => Self::Shape,
            "fault-error-in-stream" => Self::ErrorInStream,
            "no-done" => Self::NoDone,
            "whole" => Self::Whole,
            "fault-html" => Self::Html,
            "fault-refusal" => Self::Fixture("refusal"),
            "fault-filter" => Self::Fixture("filter"),
            "fault-filter-prompt" => Self::Fixture("filter-prompt"),
            "reasoning" => Self::Fixture("reasoning"),
            "tool" => Self::Fixture("tool"),
            "json" => Self::Json,
            "slow-first" => Self::SlowFirst(Duration::from_secs(2)),
            "redirect-same" => Self::Redirect("same"),
            "redirect-other" => Self::Redirect("other"),
            "redirect-loop" => Self::Redirect("loop"),
            "redirect-scheme" => Self::Redirect("scheme"),
            "redirect-metadata" => Self::Redirect("metadata"),
            "redirect-see-other" => Self::Redirect("see-other"),
            _ => Self::numbered(model).unwrap_or_else(|| Self::named(model)),
        }
    }

    /// Those with a number in their name.
    fn numbered(model: &str) -> Option<Self> {
        let number = |beginning: &str, end: &str| model.strip_prefix(beginning)?.strip_suffix(end)?.parse::<u32>().ok();
        let wait = number("slow-first-", "").map(|wait| Self::SlowFirst(Duration::from_millis(wait.into())));
        let then_ok = number("fault-", "-then-ok").map(|status| Self::StatusThenOk(status as u16));
        let status = number("fault-", "").map(|status| Self::Status(status as u16));
        let flood = number("flood-", "").map(Self::Flood);
        wait.or(flood).or(then_ok).or(status).or_else(|| number("echo-", "tps").map(|tps| Self::Echo { tps: Some(tps.max(1)) }))
    }

    /// Real models, which echo.
    fn named(model: &str) -> Self {
        let known = ["echo", "gpt-", "o1", "o3", "o4", "claude-", "gemini-", "text-embedding-"].iter().any(|known| model.starts_with(known));
        if known { Self::Echo { tps: None } } else { Self::Unknown }
    }
}
