//! GPT-2's kind of vocabulary: a text is split into words by a pattern that each family has of its own, and pairs of bytes are
//! merged within them. No special tokens, so that none can be written.

use tokenizers::{
    SplitDelimiterBehavior, Tokenizer,
    models::bpe::{BPE, Vocab},
    pre_tokenizers::{
        PreTokenizerWrapper,
        byte_level::ByteLevel,
        digits::Digits,
        sequence::Sequence,
        split::{Split, SplitPattern},
    },
};

use crate::local::{gguf::Source, problem::Problem};

// The patterns are llama.cpp's (`llama-vocab.cpp`), by `tokenizer.ggml.pre`.
const LLAMA3: &str =
    r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const QWEN2: &str =
    r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const TEKKEN: &str = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const GPT4O: &str = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const GPT2: &str = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

/// How a family splits its words: pattern after pattern, within what the one before left.
fn steps(family: &str) -> Result<Vec<PreTokenizerWrapper>, Problem> {
    let patterns: &[&str] = match family {
        "llama3" | "llama-v3" | "llama-bpe" | "falcon3" | "falcon-h1" | "pixtral" | "midm-2.0" | "lfm2" | "smaug-bpe" | "dbrx" | "chatglm-bpe" | "glm4" => {
            &[LLAMA3]
        }
        "qwen2" | "deepseek-r1-qwen" | "stablelm2" | "megrez" | "hunyuan" => &[QWEN2],
        "tekken" => &[TEKKEN],
        "gpt-4o" | "llama4" => &[GPT4O],
        "smollm" | "starcoder" | "refact" | "command-r" | "codeshell" | "minerva-7b" => {
            return Ok(vec![PreTokenizerWrapper::Digits(Digits::new(true)), PreTokenizerWrapper::ByteLevel(ByteLevel::new(false, true, true))]);
        }
        "gpt-2" | "phi-2" | "mpt" | "olmo" | "jais" | "roberta-bpe" => &[GPT2],
        "falcon" => &[r"[\p{P}\$\+<=>\^~\|`]+", GPT2, r"[0-9][0-9][0-9]"],
        "default" => &[r"[\p{P}\$\+<=>\^~\|]+", GPT2, r"\p{N}+", r"[0-9][0-9][0-9]"],
        other => {
            tracing::warn!(family = other, "an unknown way to split words; the default serves, and answers may be poorer");
            &[LLAMA3]
        }
    };
    let split =
        |pattern: &&str| Split::new(SplitPattern::Regex((*pattern).to_owned()), SplitDelimiterBehavior::Isolated, false).map(PreTokenizerWrapper::Split);
    let mut steps = patterns.iter().map(split).collect::<Result<Vec<_>, _>>().map_err(broken)?;
    steps.push(PreTokenizerWrapper::ByteLevel(ByteLevel::new(false, true, false)));
    Ok(steps)
}

/// Families whose whole words count before their merges.
pub fn knows_whole_words(family: &str) -> bool {
    matches!(family, "llama3" | "llama-v3" | "llama-bpe" | "falcon3" | "falcon-h1" | "pixtral" | "midm-2.0" | "lfm2" | "tekken")
}

/// `tokens` are those that a text may be split into.
///
/// # Errors
/// No merges.
pub fn read<'a>(source: &Source, tokens: impl Iterator<Item = (&'a str, u32)>) -> Result<Tokenizer, Problem> {
    let missing = || Problem::Vocabulary("its vocabulary has no merges".to_owned());
    let family = source.text("tokenizer.ggml.pre").unwrap_or("default");
    let merges = source.list("tokenizer.ggml.merges").ok_or_else(missing)?;
    let merges = merges.iter().map(|merge| merge.to_string().ok()?.split_once(' ').map(|(left, right)| (left.to_owned(), right.to_owned())));
    let merges = merges.collect::<Option<Vec<_>>>().ok_or_else(missing)?;
    let vocabulary: Vocab = tokens.map(|(text, token)| (text.to_owned(), token)).collect();
    let bpe = BPE::builder().vocab_and_merges(vocabulary, merges).ignore_merges(knows_whole_words(family)).build().map_err(broken)?;
    let mut tokenizer = Tokenizer::new(bpe);
    tokenizer.with_pre_tokenizer(Some(Sequence::new(steps(family)?)));
    Ok(tokenizer)
}

fn broken(error: tokenizers::Error) -> Problem {
    Problem::Vocabulary(format!("its vocabulary cannot be read ({error})"))
}

/// The bytes behind GPT-2's printable stand-ins: those that print stand for themselves, the others for U+0100 and on, in order.
pub fn written(text: &str) -> Box<[u8]> {
    let prints = |byte: &u8| matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
    let hidden: Vec<u8> = (0..=255).filter(|byte| !prints(byte)).collect();
    let byte = |c: char| u8::try_from(c).ok().filter(prints).or_else(|| hidden.get((c as usize).checked_sub(256)?).copied());
    text.chars().filter_map(byte).collect()
}

#[cfg(test)]
mod tests {
    use tokenizers::{OffsetReferential, OffsetType, PreTokenizedString, PreTokenizer};

    use super::*;

    #[test]
    fn stand_ins_are_the_bytes_that_gpt2_means() {
        for (text, bytes) in [("Ġthe", &b" the"[..]), ("Ċ", b"\n"), ("Ã©", "é".as_bytes()), ("Ń", &[0xad]), ("Ā", &[0])] {
            assert_eq!(*written(text), *bytes, "{text}");
        }
    }

    #[test]
    fn every_family_splits_words_in_its_own_way() {
        for (family, expected) in [
            ("llama-bpe", "It|'s| |202|4|,| x|==|y|!\n\n| | ok"),
            ("qwen2", "It|'s| |2|0|2|4|,| x|==|y|!\n\n| | ok"),
            ("smollm", "It|'s| |2|0|2|4|,| x|==|y|!|\n\n | ok"),
            ("gpt-2", "It|'s| 2024|,| x|==|y|!|\n\n | ok"),
            ("tekken", "It|'s| |2|0|2|4|,| x|==|y|!\n\n| | ok"),
            ("gpt-4o", "It's| |202|4|,| x|==|y|!\n\n| | ok"),
            ("default", "It|'|s| |202|4|,| x|==|y|!|\n\n | ok"),
            ("unheard of", "It|'s| |202|4|,| x|==|y|!\n\n| | ok"),
        ] {
            let mut text = PreTokenizedString::from("It's 2024, x==y!\n\n  ok");
            Sequence::new(steps(family).unwrap()).pre_tokenize(&mut text).unwrap();
            let words = text.get_splits(OffsetReferential::Original, OffsetType::Byte);
            let words: Vec<String> = words.iter().map(|(word, ..)| String::from_utf8(written(word).into_vec()).unwrap()).collect();
            assert_eq!(words.join("|"), expected, "{family}");
        }
    }
}
