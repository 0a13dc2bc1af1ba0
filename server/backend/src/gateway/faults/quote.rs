//! Others' words in our sentences: short, on one line, and without anything that looks like a key.

/// The most characters of a provider's message that we repeat.
const MOST: usize = 300;

const MASK: &str = "…";

/// What a key begins with, at those who give them out.
const BEGINNINGS: [&str; 12] = ["sk-", "sk_", "pk-", "rk-", "AIza", "AQ.", "gsk_", "xai-", "hf_", "atl_", "ya29.", "eyJ"];

/// A provider's message, fit for a sentence of ours.
pub fn quote(message: &str) -> String {
    // Masked before it is cut, or half a key would look like none. Whatever is far beyond the cut need not be masked.
    let beginning: String = message.chars().take(MOST * 20).collect();
    let mut out = String::new();
    for word in beginning.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        mask(word, &mut out);
    }
    match out.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", out[..end].trim_end()),
        None => out,
    }
}

fn is_key_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '*')
}

/// Appends the word, its parts that look like keys masked.
fn mask(word: &str, out: &mut String) {
    let mut rest = word;
    while !rest.is_empty() {
        let end = rest.find(|c| !is_key_char(c)).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        out.push_str(if looks_like_key(part) { MASK } else { part });
        let next = after.find(is_key_char).unwrap_or(after.len());
        out.push_str(&after[..next]);
        rest = &after[next..];
    }
}

fn looks_like_key(part: &str) -> bool {
    let begins = part.len() >= 8 && BEGINNINGS.iter().any(|beginning| part.starts_with(beginning));
    // What a provider has masked itself still shows its ends.
    begins || part.contains("***") || part.split(['-', '_', '.']).any(random)
}

/// Long, and of letters and digits in disorder: no name of a model is.
fn random(run: &str) -> bool {
    let count = |is: fn(&char) -> bool| run.chars().filter(is).count();
    run.len() >= 20 && count(char::is_ascii_digit) >= 2 && count(char::is_ascii_alphabetic) >= 2
}

/// `text` without `key`, of which no long piece stays either.
pub fn without(text: &str, key: &str) -> String {
    if key.len() < 4 {
        return text.to_owned();
    }
    let text = text.replace(key, MASK);
    // A message that was cut within the key still shows how it begins.
    match key.char_indices().nth(12).map(|(end, _)| &key[..end]) {
        Some(beginning) => text.replace(beginning, MASK),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_masked_in_what_a_provider_says() {
        let cases = [
            ("Incorrect API key provided: sk-proj-abcDEF123456. You can find", "Incorrect API key provided: … You can find"),
            ("Incorrect API key provided: sk-te******************cdef.", "Incorrect API key provided: …"),
            ("key=AIzaSyA1234567890abcdefg not valid", "key=… not valid"),
            ("(\"4f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c\")", "(\"…\")"),
            ("Bearer abcd1234efgh5678ijkl9012", "Bearer …"),
        ];
        for (said, shown) in cases {
            assert_eq!(quote(said), shown);
        }
    }

    #[test]
    fn names_and_numbers_stay_as_they_are() {
        for said in [
            "The model `claude-sonnet-4-5-20250929` does not exist",
            "maximum context length is 128000 tokens, you asked for 130,512",
            "models/gemini-2.5-flash-preview-09-2025 is not found",
            "request 0191f3a2-7c1e-7b60-8a55-0123456789ab failed",
        ] {
            assert_eq!(quote(said), said);
        }
    }

    #[test]
    fn a_message_is_one_short_line() {
        let said = quote(&"words\nof\t many ".repeat(1_000));
        assert!(said.starts_with("words of many words") && said.chars().count() <= MOST + 1 && said.ends_with('…'));
    }

    #[test]
    fn the_key_itself_goes_whatever_it_looks_like() {
        assert_eq!(without("you sent open sesame to us", "open sesame"), "you sent … to us");
        assert_eq!(without("it began with open-sesame-an…", "open-sesame-and-close"), "it began with …an…");
    }
}
