//! Ends an answer at a stop text, wherever token borders fall. What may yet become a stop text is held back.

pub struct Stops {
    texts: Vec<String>,
    held: String,
}

impl Stops {
    pub fn new(texts: &[String]) -> Self {
        Self { texts: texts.iter().filter(|text| !text.is_empty()).cloned().collect(), held: String::new() }
    }

    /// Text that is safe to show, and whether a stop text came: the one that ends first, the longest among these.
    pub fn push(&mut self, text: &str) -> (String, bool) {
        self.held.push_str(text);
        let found = self.texts.iter().filter_map(|stop| self.held.find(stop.as_str()).map(|start| (start + stop.len(), start)));
        if let Some((_, start)) = found.min() {
            self.held.truncate(start);
            return (std::mem::take(&mut self.held), true);
        }
        let kept = self.held.split_off(self.held.len() - self.open());
        (std::mem::replace(&mut self.held, kept), false)
    }

    /// What is left at the end.
    pub fn rest(self) -> String {
        self.held
    }

    /// Bytes of the longest ending that begins a stop text.
    fn open(&self) -> usize {
        let begins = |start: &usize| self.texts.iter().any(|stop| stop.starts_with(&self.held[*start..]));
        self.held.char_indices().map(|(start, _)| start).find(begins).map_or(0, |start| self.held.len() - start)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn run<'a>(stops: &[String], pieces: impl IntoIterator<Item = &'a str>) -> (String, bool) {
        let (mut filter, mut shown) = (Stops::new(stops), String::new());
        for piece in pieces {
            let (text, stopped) = filter.push(piece);
            shown.push_str(&text);
            if stopped {
                return (shown, true);
            }
        }
        (shown + &filter.rest(), false)
    }

    #[test]
    fn stop_texts_match_across_borders_and_are_not_shown() {
        for (stops, pieces, expected) in [
            (vec!["END"], vec!["a E", "N", "D b"], ("a ", true)),
            (vec!["END"], vec!["a E", "N", "d"], ("a ENd", false)),
            (vec!["\n\n"], vec!["one\n", "\ntwo"], ("one", true)),
            (vec!["aab"], vec!["a", "a", "a", "b"], ("a", true)),
            (vec!["abcd", "bc"], vec!["xabcd"], ("xa", true)),
            (vec!["ß!"], vec!["wei", "ß", "!"], ("wei", true)),
            (vec![], vec!["a", "b"], ("ab", false)),
        ] {
            let stops: Vec<String> = stops.into_iter().map(str::to_owned).collect();
            assert_eq!(run(&stops, pieces.clone()), (expected.0.to_owned(), expected.1), "{pieces:?}");
        }
    }

    proptest! {
        #[test]
        fn borders_change_nothing(text in "[abß]{0,24}", stops in proptest::collection::vec("[abß]{1,4}", 0..4)) {
            let letters: Vec<String> = text.chars().map(String::from).collect();
            let by_letter = run(&stops, letters.iter().map(String::as_str));
            prop_assert_eq!(&by_letter, &run(&stops, [text.as_str()]));
            prop_assert!(by_letter.1 || by_letter.0 == text);
            prop_assert!(!stops.iter().any(|stop| by_letter.0.contains(stop.as_str())));
        }
    }
}
