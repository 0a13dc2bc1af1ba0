//! Text to tokens and back, by the vocabulary inside the model's file; and its chat template.
//! Control tokens come from the template alone: what people write is never read as one.

use atelier_domain::prompt::{Message, MessageRole};
use candle_core::{Result, bail, quantized::gguf_file::Value};
use tokenizers::{
    Tokenizer,
    models::bpe::{BPE, Vocab},
    pre_tokenizers::{PreTokenizerWrapper, byte_level::ByteLevel, digits::Digits, sequence::Sequence},
};

use super::weights::Source;

/// What the model's template says where a chat has no system message.
const SYSTEM: &str = "You are a helpful AI assistant named SmolLM, trained by Hugging Face";
/// The template that [`Vocabulary::chat`] follows, as the file has it.
const TEMPLATE: &str = "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n' }}{% endif %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

pub struct Vocabulary {
    tokenizer: Tokenizer,
    /// What each token writes; `None` for control tokens.
    bytes: Vec<Option<Box<[u8]>>>,
    /// The most bytes that one token writes.
    longest: usize,
    start: u32,
    end: u32,
}

impl Vocabulary {
    /// # Errors
    /// A vocabulary or a template of another family.
    pub fn read(source: &Source) -> Result<Self> {
        let (family, template) = (source.value("tokenizer.ggml.pre")?.to_string()?, source.value("tokenizer.chat_template")?.to_string()?);
        if family != "smollm" || template != TEMPLATE {
            bail!("the vocabulary “{family}” or its chat template is not SmolLM2's");
        }
        let texts = list(source, "tokenizer.ggml.tokens", |value| value.to_string().cloned())?;
        let kinds = list(source, "tokenizer.ggml.token_type", Value::to_i32)?;
        let merges = list(source, "tokenizer.ggml.merges", |value| value.to_string().map(|merge| halves(merge)))?;
        let bytes: Vec<_> = texts.iter().zip(kinds).map(|(text, kind)| (kind == 1).then(|| written(text))).collect();
        let find = |token: &str| texts.iter().position(|text| text == token).and_then(|at| u32::try_from(at).ok());
        let (Some(start), Some(end)) = (find("<|im_start|>"), find("<|im_end|>")) else { bail!("the vocabulary has no turns") };
        let longest = bytes.iter().flatten().map(|bytes| bytes.len()).max().unwrap_or(1);
        Ok(Self { tokenizer: tokenizer(texts, merges)?, bytes, longest, start, end })
    }

    /// The tokens of a plain text.
    ///
    /// # Errors
    /// None that is known: the vocabulary holds every byte.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>> {
        Ok(self.tokenizer.encode_fast(text, false).map_err(candle_core::Error::wrap)?.get_ids().to_vec())
    }

    /// The tokens of a chat that the model is to go on with.
    ///
    /// # Errors
    /// Those of [`Self::encode`].
    pub fn chat(&self, messages: &[Message]) -> Result<Vec<u32>> {
        let newline = self.encode("\n")?;
        let mut tokens = Vec::new();
        let mut turn = |role: MessageRole, content: &str| {
            tokens.push(self.start);
            tokens.extend(self.encode(&format!("{}\n{content}", role.as_str()))?);
            tokens.push(self.end);
            tokens.extend(&newline);
            Ok::<_, candle_core::Error>(())
        };
        if messages.first().is_some_and(|first| first.role != MessageRole::System) {
            turn(MessageRole::System, SYSTEM)?;
        }
        messages.iter().try_for_each(|message| turn(message.role, &message.content))?;
        tokens.push(self.start);
        tokens.extend(self.encode("assistant\n")?);
        Ok(tokens)
    }

    /// What a token writes; `None` where it ends the answer instead.
    pub fn bytes(&self, token: u32) -> Option<&[u8]> {
        self.bytes.get(token as usize)?.as_deref()
    }

    /// A number of tokens that the chat has at least, without reading it.
    pub fn at_least(&self, messages: &[Message]) -> usize {
        messages.iter().map(|message| message.content.len() / self.longest).sum()
    }
}

fn list<T>(source: &Source, key: &str, read: impl Fn(&Value) -> Result<T>) -> Result<Vec<T>> {
    source.value(key)?.to_vec()?.iter().map(read).collect()
}

fn halves(merge: &str) -> (String, String) {
    let (left, right) = merge.split_once(' ').unwrap_or((merge, ""));
    (left.to_owned(), right.to_owned())
}

/// SmolLM's: every digit apart, then GPT-2's words of bytes. No special tokens, so that none can be written.
fn tokenizer(texts: Vec<String>, merges: Vec<(String, String)>) -> Result<Tokenizer> {
    let vocabulary: Vocab = texts.into_iter().zip(0..).collect();
    let bpe = BPE::builder().vocab_and_merges(vocabulary, merges).build();
    let mut tokenizer = Tokenizer::new(bpe.map_err(candle_core::Error::wrap)?);
    let steps = vec![PreTokenizerWrapper::Digits(Digits::new(true)), PreTokenizerWrapper::ByteLevel(ByteLevel::new(false, true, true))];
    tokenizer.with_pre_tokenizer(Some(Sequence::new(steps)));
    Ok(tokenizer)
}

/// The bytes behind GPT-2's printable stand-ins: those that print stand for themselves, the others for U+0100 and on, in order.
fn written(text: &str) -> Box<[u8]> {
    let prints = |byte: &u8| matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
    let hidden: Vec<u8> = (0..=255).filter(|byte| !prints(byte)).collect();
    let byte = |c: char| u8::try_from(c).ok().filter(prints).or_else(|| hidden.get((c as usize).checked_sub(256)?).copied());
    text.chars().filter_map(byte).collect()
}

/// Joins what tokens write into text, and holds back characters that are not whole yet.
#[derive(Default)]
pub struct Joiner(Vec<u8>);

impl Joiner {
    /// The text that is whole now. Bytes that can never become a character give U+FFFD.
    pub fn push(&mut self, bytes: &[u8]) -> String {
        self.0.extend_from_slice(bytes);
        let mut text = String::new();
        let mut rest = self.0.as_slice();
        loop {
            match std::str::from_utf8(rest) {
                Ok(good) => {
                    text.push_str(good);
                    rest = &[];
                }
                Err(error) => {
                    let (good, bad) = rest.split_at(error.valid_up_to());
                    text.push_str(&String::from_utf8_lossy(good));
                    rest = bad;
                    if let Some(length) = error.error_len() {
                        text.push(char::REPLACEMENT_CHARACTER);
                        rest = &bad[length..];
                        continue;
                    }
                }
            }
            break;
        }
        self.0 = rest.to_vec();
        text
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_stream_never_breaks_a_character(text in any::<String>(), step in 1usize..5) {
            let mut joiner = Joiner::default();
            let joined: String = text.as_bytes().chunks(step).map(|bytes| joiner.push(bytes)).collect();
            prop_assert_eq!(joined, text);
        }

        #[test]
        fn broken_bytes_read_as_they_do_at_once(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let mut joiner = Joiner::default();
            let joined: String = bytes.chunks(1).map(|byte| joiner.push(byte)).collect();
            let whole = String::from_utf8_lossy(&bytes);
            prop_assert!(whole.starts_with(&joined) && whole.len() - joined.len() <= 3, "{:?} for {:?}", joined, whole);
        }
    }

    #[test]
    fn stand_ins_are_the_bytes_that_gpt2_means() {
        for (text, bytes) in [("Ġthe", &b" the"[..]), ("Ċ", b"\n"), ("Ã©", "é".as_bytes()), ("Ń", &[0xad]), ("Ā", &[0])] {
            assert_eq!(*written(text), *bytes, "{text}");
        }
    }
}
