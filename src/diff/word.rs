//! Words: what a changed line is compared by. A run of letters and digits is one, a run of white space, a single other
//! character, and a whole `{{variable}}` or `{{> include}}`.

/// What a word is, for how much it weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Letters and digits.
    Plain,
    /// A variable or an include.
    Tag,
    Space,
    Mark,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word<'a> {
    pub text: &'a str,
    pub kind: Kind,
}

impl Word<'_> {
    /// What a reader would count as a word.
    pub fn counts(&self) -> bool {
        matches!(self.kind, Kind::Plain | Kind::Tag)
    }
}

/// The words of `text`; put together they are `text`.
pub fn words(text: &str) -> impl Iterator<Item = Word<'_>> {
    let mut rest = text;
    let mut escaped = false;
    std::iter::from_fn(move || {
        let (kind, length) = first(rest, escaped)?;
        let (word, after) = rest.split_at(length);
        escaped = word == "\\" || (escaped && word == "{");
        rest = after;
        Some(Word { text: word, kind })
    })
}

/// The kind of the first word and its length in bytes.
fn first(text: &str, escaped: bool) -> Option<(Kind, usize)> {
    let start = text.chars().next()?;
    if let Some(length) = tag(text).filter(|_| !escaped) {
        return Some((Kind::Tag, length));
    }
    Some(if start.is_whitespace() {
        (Kind::Space, run(text, char::is_whitespace))
    } else if !start.is_alphanumeric() {
        (Kind::Mark, one(text))
    } else if unspaced(start) {
        (Kind::Plain, one(text))
    } else {
        (Kind::Plain, run(text, |c| (c.is_alphanumeric() && !unspaced(c)) || joins(c)))
    })
}

/// The length of the tag that `text` begins with, as templates read it: of three braces the first is text.
fn tag(text: &str) -> Option<usize> {
    let inner = text.strip_prefix("{{")?;
    // Up to the next brace and no further: text full of braces takes linear time.
    let length = run(inner, |c| c.is_alphanumeric() || c.is_whitespace() || matches!(c, '_' | '-' | '.' | '/' | '@' | '>'));
    let named = inner[..length].contains(char::is_alphanumeric);
    (named && inner[length..].starts_with("}}")).then_some(length + 4)
}

fn run(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

/// The first character with what is drawn onto it.
fn one(text: &str) -> usize {
    let mut joined = true;
    let mut end = 0;
    for c in text.chars() {
        if !joined && !joins(c) {
            break;
        }
        // A zero-width joiner takes the next character along: a family is one emoji.
        joined = c == '\u{200d}';
        end += c.len_utf8();
    }
    end
}

/// Combining marks, variation selectors, skin tones and joiners: nothing on their own.
fn joins(c: char) -> bool {
    c >= '\u{300}'
        && matches!(c, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{fe20}'..='\u{fe2f}' | '\u{200c}' | '\u{200d}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{94d}' | '\u{9cd}' | '\u{bcd}')
}

/// Scripts that put no space between words: every character is a word.
fn unspaced(c: char) -> bool {
    c >= '\u{e00}'
        && matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{2e80}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_tag_is_one_word_and_an_escape_is_none() {
        for (text, said) in [
            ("Hi {{ name }}, ok", &["Hi", " ", "{{ name }}", ",", " ", "ok"][..]),
            ("{{> a/b-c@2}}.", &["{{> a/b-c@2}}", "."]),
            ("{{{x}}}", &["{", "{{x}}", "}"]),
            (r"\{{x}}", &["\\", "{", "{", "x", "}", "}"]),
            ("don't  1.5", &["don", "'", "t", "  ", "1", ".", "5"]),
            ("été 日本 e\u{301}a", &["été", " ", "日", "本", " ", "e\u{301}a"]),
            ("👩\u{200d}👧!", &["👩\u{200d}👧", "!"]),
            ("{{ }}", &["{", "{", " ", "}", "}"]),
        ] {
            assert_eq!(words(text).map(|word| word.text).collect::<Vec<_>>(), said, "{text}");
        }
    }

    proptest! {
        #[test]
        fn words_put_together_are_the_text(text in r"([a-z\\{} >é日\u{301}\u{200d}👍]|\{\{[a-z]{1,3}\}\}|.){0,24}") {
            prop_assert_eq!(words(&text).map(|word| word.text).collect::<String>(), text);
        }
    }
}
