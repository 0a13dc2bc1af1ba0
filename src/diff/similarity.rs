//! How much two texts have in common, whatever the order of their words.

use super::{
    changes::Numbers,
    word::{Kind, words},
};

/// Of a longer text a sample of its words is kept, the same words on both sides (bottom-k sketch).
const SAMPLE: usize = 128;
/// From here on two texts are one that was edited, in thousandths.
pub const ALIKE: u32 = 300;

/// A line as numbered words.
pub struct Line<'a> {
    pub text: &'a str,
    pub ids: Vec<u32>,
    pub kinds: Vec<Kind>,
    /// Where each word begins, in bytes, and the end.
    pub starts: Vec<usize>,
}

impl<'a> Line<'a> {
    pub fn new(text: &'a str, numbers: &mut Numbers<'a>) -> Self {
        let room = text.len() / 3 + 1;
        let mut line = Self { text, ids: Vec::with_capacity(room), kinds: Vec::with_capacity(room), starts: Vec::with_capacity(room + 1) };
        line.starts.push(0);
        let mut end = 0;
        for word in words(text) {
            end += word.text.len();
            line.ids.push(numbers.of(word.text));
            line.kinds.push(word.kind);
            line.starts.push(end);
        }
        line
    }

    pub fn slice(&self, from: usize, to: usize) -> &'a str {
        &self.text[self.starts[from]..self.starts[to]]
    }

    pub fn bag(&self) -> Bag {
        let weigh = |wanted: fn(Kind) -> bool| -> Vec<(u32, u32)> {
            let mut found = Vec::with_capacity(self.ids.len());
            for at in (0..self.ids.len()).filter(|at| wanted(self.kinds[*at])) {
                let weight = (self.starts[at + 1] - self.starts[at]).min(1_000) as u32;
                // Scrambled, so that a sample is not the words that were met first.
                found.push((self.ids[at].wrapping_mul(0x9e37_79b1), weight));
            }
            found
        };
        let plain = weigh(|kind| matches!(kind, Kind::Plain | Kind::Tag));
        Bag::new(if plain.is_empty() { weigh(|kind| kind == Kind::Mark) } else { plain })
    }
}

/// The words of a text with their weights, sorted.
pub struct Bag {
    words: Vec<(u32, u32)>,
    /// Words from here on were left out.
    limit: u32,
}

impl Bag {
    fn new(mut words: Vec<(u32, u32)>) -> Self {
        words.sort_unstable();
        let limit = words.get(SAMPLE).map_or(u32::MAX, |(key, _)| *key);
        words.truncate(SAMPLE);
        Self { words, limit }
    }

    /// Twice the weight of what both have over the weight of all, in thousandths.
    pub fn similarity(&self, other: &Self) -> u32 {
        let limit = self.limit.min(other.limit);
        let (a, b) = (self.below(limit), other.below(limit));
        let weight = |words: &[(u32, u32)]| words.iter().map(|(_, weight)| *weight).sum::<u32>();
        let total = weight(a) + weight(b);
        let (mut i, mut j, mut common) = (0, 0, 0);
        while i < a.len() && j < b.len() {
            let (left, right) = (a[i].0, b[j].0);
            if left == right {
                common += a[i].1;
            }
            i += usize::from(left <= right);
            j += usize::from(right <= left);
        }
        (2_000 * common).checked_div(total).unwrap_or(1_000)
    }

    fn below(&self, limit: u32) -> &[(u32, u32)] {
        let end = if limit == u32::MAX { self.words.len() } else { self.words.partition_point(|(key, _)| *key < limit) };
        &self.words[..end]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn similarity(a: &str, b: &str) -> u32 {
        let mut numbers = Numbers::default();
        Line::new(a, &mut numbers).bag().similarity(&Line::new(b, &mut numbers).bag())
    }

    #[test]
    fn order_and_spacing_do_not_count_and_long_words_count_more() {
        assert_eq!(similarity("a friendly greeting", "  greeting  friendly a."), 1_000);
        assert_eq!(similarity("one two", "three four"), 0);
        assert!(similarity("the customer", "the") < similarity("the customer", "customer"));
        assert_eq!(similarity("}", "},"), 666);
    }

    #[test]
    fn a_sample_of_a_long_text_tells_about_the_whole() {
        let text = |from: u32, to: u32| (from..to).map(|word| format!("{word} ")).collect::<String>();
        assert_eq!(similarity(&text(10_000, 20_000), &text(10_000, 20_000)), 1_000);
        assert!((400..600).contains(&similarity(&text(10_000, 20_000), &text(15_000, 25_000))));
        assert!(similarity(&text(10_000, 20_000), &text(30_000, 40_000)) < 50);
    }
}
