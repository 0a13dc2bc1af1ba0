//! Tokens that are found in a text as they are, before the rest of it is split: a template's control tokens, and those that
//! a model's makers added.

use std::collections::HashMap;

/// By first character; the longest first.
#[derive(Default)]
pub struct Marks(HashMap<char, Vec<(Box<str>, u32)>>);

#[derive(Debug, PartialEq)]
pub enum Part<'a> {
    Text(&'a str),
    Mark(&'a str, u32),
}

impl Marks {
    pub fn new<'a>(marks: impl Iterator<Item = (&'a str, u32)>) -> Self {
        let mut all: HashMap<char, Vec<(Box<str>, u32)>> = HashMap::new();
        for (text, token) in marks {
            if let Some(first) = text.chars().next() {
                all.entry(first).or_default().push((text.into(), token));
            }
        }
        all.values_mut().for_each(|alike| alike.sort_by_key(|(text, _)| std::cmp::Reverse(text.len())));
        Self(all)
    }

    /// The marks and what lies between them; no text is empty.
    pub fn split<'a>(&self, text: &'a str) -> Vec<Part<'a>> {
        let (mut parts, mut from) = (Vec::new(), 0);
        for (at, first) in text.char_indices() {
            let fits =
                |alike: &'_ Vec<(Box<str>, u32)>| alike.iter().find(|(mark, _)| text[at..].starts_with(&**mark)).map(|(mark, token)| (mark.len(), *token));
            let Some((length, token)) = self.0.get(&first).filter(|_| at >= from).and_then(fits) else { continue };
            if from < at {
                parts.push(Part::Text(&text[from..at]));
            }
            from = at + length;
            parts.push(Part::Mark(&text[at..from], token));
        }
        if from < text.len() {
            parts.push(Part::Text(&text[from..]));
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_mark_is_found_and_nothing_is_lost() {
        let marks = Marks::new([("<a>", 1), ("<a>b", 2), ("ß", 3)].into_iter());
        let found = marks.split("x<a>bß<a><a");
        assert_eq!(found, [Part::Text("x"), Part::Mark("<a>b", 2), Part::Mark("ß", 3), Part::Mark("<a>", 1), Part::Text("<a")]);
        assert_eq!((marks.split(""), Marks::default().split("<a>")), (vec![], vec![Part::Text("<a>")]));
    }
}
