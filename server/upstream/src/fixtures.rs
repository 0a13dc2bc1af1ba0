//! Recorded shapes of the real APIs, one file each; the first lines of a file say where it is from.

macro_rules! fixtures {
    ($($provider:literal: $($name:literal),+;)+) => {
        /// Provider, file name, content without its comment.
        pub const ALL: &[(&str, &str, &str)] = &[$($(($provider, $name, include_str!(concat!("../fixtures/", $provider, "/", $name)))),+),+];
    };
}

fixtures! {
    "openai": "tool.sse", "tool.json", "refusal.sse", "refusal.json", "filter.sse", "filter.json", "filter-prompt.error", "reasoning.sse", "reasoning.json",
        "key.error", "model.error", "limited.error", "quota.error", "context.error", "failed.error";
    "anthropic": "tool.sse", "tool.json", "refusal.sse", "refusal.json", "filter.error", "filter-prompt.error", "reasoning.sse", "reasoning.json",
        "key.error", "model.error", "limited.error", "quota.error", "context.error", "overloaded.error", "failed.error";
    "gemini": "tool.sse", "tool.json", "refusal.sse", "refusal.json", "filter.sse", "filter.json", "filter-prompt.sse", "filter-prompt.json", "reasoning.sse",
        "reasoning.json", "key.error", "model.error", "limited.error", "quota.error", "context.error", "overloaded.error", "failed.error";
}

/// The content of `name` (`tool.sse`), without the lines that say where it is from.
pub fn text(provider: &str, name: &str) -> Option<&'static str> {
    ALL.iter().find(|(of, known, _)| *of == provider && *known == name).map(|(_, _, text)| content(text))
}

/// Without its comment.
pub fn content(mut text: &'static str) -> &'static str {
    while text.starts_with('#') {
        text = text.split_once('\n').map_or("", |(_, rest)| rest);
    }
    text
}
