//! What a form does not show of a JSON object: other keywords, and where each keyword stood. With it an object is written as it was read.

use super::json::{Json, Pairs};

/// One keyword of the object as it was read.
#[derive(Clone, Debug, PartialEq)]
pub enum Slot {
    /// Here stands a keyword that the form writes.
    Place(String),
    /// The same, written otherwise than the form writes it: `["null", "string"]`, or `required` in an order of its own.
    Exact(String, Json),
    /// Unknown to the form, or with a value that it cannot show; yields to the form where that has a value of its own.
    Other(String, Json),
}

impl Slot {
    fn keyword(&self) -> &str {
        match self {
            Slot::Place(keyword) | Slot::Exact(keyword, _) | Slot::Other(keyword, _) => keyword,
        }
    }
}

/// The slots in order. Empty for an object that stands as the form writes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Keep(Vec<Slot>);

impl Keep {
    pub(super) fn new(slots: Vec<Slot>) -> Self {
        Self(slots)
    }

    /// The keywords that the form does not show, to be shown as JSON beside it.
    pub fn others(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.0.iter().filter_map(|slot| if let Slot::Other(keyword, value) = slot { Some((keyword.as_str(), value)) } else { None })
    }

    /// True where the object had `keyword` in a way that the form understands.
    pub(super) fn has_place(&self, keyword: &str) -> bool {
        self.0.iter().any(|slot| slot.keyword() == keyword && !matches!(slot, Slot::Other(..)))
    }

    pub(super) fn exact(&self, keyword: &str) -> Option<&Json> {
        self.0.iter().find_map(|slot| if let Slot::Exact(name, value) = slot { (name == keyword).then_some(value) } else { None })
    }

    pub(super) fn exact_mut(&mut self, keyword: &str) -> Option<&mut Json> {
        self.0.iter_mut().find_map(|slot| if let Slot::Exact(name, value) = slot { (name == keyword).then_some(value) } else { None })
    }

    /// Drops the slots where nothing but the form's own order is in them.
    #[must_use]
    pub(super) fn tidied(self, form: &[&str]) -> Self {
        let plain = self.0.len() == form.len() && self.0.iter().zip(form).all(|(slot, keyword)| matches!(slot, Slot::Place(place) if place == keyword));
        if plain { Self::default() } else { self }
    }

    /// The object: what the form has, in the places of old; what is new stands after the keyword that it follows in the form's order.
    pub(super) fn write(&self, form: Vec<(&'static str, Json)>) -> Json {
        let order: Vec<&'static str> = form.iter().map(|(keyword, _)| *keyword).collect();
        let mut form: Vec<_> = form.into_iter().map(Some).collect();
        let mut pairs = Pairs::new();
        for slot in &self.0 {
            let at = order.iter().position(|keyword| *keyword == slot.keyword());
            match (at.and_then(|at| form.get_mut(at)?.take()), slot) {
                (Some((keyword, value)), _) => pairs.push((keyword.to_owned(), value)),
                (None, Slot::Other(keyword, value)) => pairs.push((keyword.clone(), value.clone())),
                (None, _) => {}
            }
        }
        for (at, pair) in form.into_iter().enumerate() {
            let Some((keyword, value)) = pair else { continue };
            let after = pairs.iter().rposition(|(name, _)| order.iter().take(at).any(|earlier| earlier == name));
            pairs.insert(after.map_or(0, |after| after + 1), (keyword.to_owned(), value));
        }
        Json::Object(pairs)
    }
}

/// Reads the object of a form: whatever is not taken is kept.
pub struct Reading<'a> {
    pairs: &'a [(String, Json)],
    taken: Vec<(&'static str, Option<Json>)>,
}

impl<'a> Reading<'a> {
    pub fn new(pairs: &'a [(String, Json)]) -> Self {
        Self { pairs, taken: Vec::new() }
    }

    pub fn has(&self, keyword: &str) -> bool {
        self.pairs.iter().any(|(key, _)| key == keyword)
    }

    /// What `read` makes of the keyword's value; where it makes nothing of it, the keyword is kept as it is.
    pub fn take<T>(&mut self, keyword: &'static str, read: impl FnOnce(&'a Json) -> Option<T>) -> Option<T> {
        let (_, value) = self.pairs.iter().find(|(key, _)| key == keyword)?;
        let taken = read(value)?;
        self.taken.push((keyword, None));
        Some(taken)
    }

    pub fn text(&mut self, keyword: &'static str) -> Option<String> {
        self.take(keyword, |value| value.as_str().map(str::to_owned))
    }

    pub fn bool(&mut self, keyword: &'static str) -> Option<bool> {
        self.take(keyword, |value| if let Json::Bool(bool) = value { Some(*bool) } else { None })
    }

    /// Notes that a taken keyword stands otherwise than the form writes it.
    pub fn compare(&mut self, keyword: &'static str, written: Option<&Json>) {
        let read = self.pairs.iter().find(|(key, _)| key == keyword).map(|(_, value)| value);
        if let (Some(read), Some(taken)) = (read, self.taken.iter_mut().find(|(name, _)| *name == keyword)) {
            taken.1 = (Some(read) != written).then(|| read.clone());
        }
    }

    pub fn keep(self) -> Keep {
        let slot = |(keyword, value): &(String, Json)| match self.taken.iter().find(|(name, _)| name == keyword) {
            Some((_, None)) => Slot::Place(keyword.clone()),
            Some((_, Some(exact))) => Slot::Exact(keyword.clone(), exact.clone()),
            None => Slot::Other(keyword.clone(), value.clone()),
        };
        Keep(self.pairs.iter().map(slot).collect())
    }
}
