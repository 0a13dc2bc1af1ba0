//! Models by the names that other tools have for them.

/// `provider/model`. A model without a provider gets the one that its name tells, where it tells one.
pub(super) fn name(model: &str) -> String {
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| model.starts_with(prefix));
    let provider = match model {
        _ if model.contains('/') => None,
        _ if starts(&["gpt-", "chatgpt-", "o1", "o3", "o4", "ft:gpt-"]) => Some("openai"),
        _ if starts(&["claude-"]) => Some("anthropic"),
        _ if starts(&["gemini-"]) => Some("google"),
        _ => None,
    };
    provider.map_or_else(|| model.to_owned(), |provider| format!("{provider}/{model}"))
}

/// The provider that a class of LangChain asks.
pub(super) fn of_class(class: &str) -> Option<&'static str> {
    Some(match class {
        "ChatOpenAI" | "OpenAI" => "openai",
        "AzureChatOpenAI" | "AzureOpenAI" => "azure",
        "ChatAnthropic" | "Anthropic" => "anthropic",
        "ChatGoogleGenerativeAI" | "GoogleGenerativeAI" => "google",
        "ChatVertexAI" | "VertexAI" => "vertex",
        "ChatBedrock" | "ChatBedrockConverse" | "BedrockChat" | "Bedrock" => "bedrock",
        "ChatMistralAI" => "mistral",
        "ChatGroq" => "groq",
        "ChatOllama" | "Ollama" => "ollama",
        "ChatFireworks" | "Fireworks" => "fireworks",
        "ChatTogether" | "Together" => "together",
        "ChatDeepSeek" => "deepseek",
        "ChatXAI" => "xai",
        "ChatCohere" | "Cohere" => "cohere",
        _ => return None,
    })
}

/// The model of a promptfoo provider: `openai:chat:gpt-4o-mini` is `openai/gpt-4o-mini`. `None` for scripts, addresses and files.
pub(super) fn of_promptfoo(id: &str) -> Option<String> {
    const KINDS: [&str; 7] = ["chat", "completion", "completions", "messages", "responses", "realtime", "converse"];
    const NO_MODELS: [&str; 14] =
        ["file", "exec", "python", "javascript", "ruby", "golang", "http", "https", "ws", "wss", "webhook", "package", "promptfoo", "browser"];
    let (provider, rest) = id.split_once(':')?;
    let model = match rest.split_once(':') {
        Some((kind, model)) if KINDS.contains(&kind) => model,
        _ if KINDS.contains(&rest) => return None,
        _ => rest,
    };
    let fits = |text: &str| !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control());
    (!NO_MODELS.contains(&provider) && fits(provider) && fits(model)).then(|| format!("{provider}/{model}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_named_by_their_provider() {
        for (model, named) in [
            ("gpt-4o-mini", "openai/gpt-4o-mini"),
            ("o3-mini", "openai/o3-mini"),
            ("claude-3-5-sonnet-latest", "anthropic/claude-3-5-sonnet-latest"),
            ("gemini-2.5-flash", "google/gemini-2.5-flash"),
            ("local/smollm2-135m-instruct", "local/smollm2-135m-instruct"),
            ("my-finetune", "my-finetune"),
        ] {
            assert_eq!(name(model), named);
        }
    }

    #[test]
    fn providers_of_promptfoo_name_models() {
        for (id, model) in [
            ("openai:gpt-4o-mini", Some("openai/gpt-4o-mini")),
            ("openai:chat:gpt-4o-mini", Some("openai/gpt-4o-mini")),
            ("openai:chat:ft:gpt-4o-mini:acme", Some("openai/ft:gpt-4o-mini:acme")),
            ("anthropic:messages:claude-opus-4-6", Some("anthropic/claude-opus-4-6")),
            ("ollama:chat:llama3:8b", Some("ollama/llama3:8b")),
            ("openrouter:meta-llama/llama-3", Some("openrouter/meta-llama/llama-3")),
            ("openai:chat", None),
            ("file://provider.py", None),
            ("exec: python chain.py", None),
            ("https://api.example.com/v1", None),
            ("echo", None),
        ] {
            assert_eq!(of_promptfoo(id).as_deref(), model, "{id}");
        }
    }
}
