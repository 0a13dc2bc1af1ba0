//! Which row on the page is which field: a row stays with its field when it is renamed, moved, or changed in the JSON.

/// The key and the name of each row, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    next: usize,
    pub list: Vec<(usize, String)>,
}

impl Rows {
    /// The rows of these names. A name keeps its key; where as many stand there as before, a new name takes the key of its place.
    pub fn follow(old: Option<&Rows>, names: Vec<String>) -> Rows {
        let old = old.cloned().unwrap_or_default();
        let mut next = old.next;
        let renamed = old.list.len() == names.len();
        let known = |name: &str| old.list.iter().find(|(_, other)| other == name).map(|(key, _)| *key);
        let in_place = |at: usize| old.list.get(at).filter(|(_, name)| renamed && !names.contains(name)).map(|(key, _)| *key);
        let mut key = |at: usize, name: &str| {
            known(name).or_else(|| in_place(at)).unwrap_or_else(|| {
                next += 1;
                next
            })
        };
        let list = names.iter().enumerate().map(|(at, name)| (key(at, name), name.clone())).collect();
        Rows { next, list }
    }

    pub fn place(&self, key: usize) -> Option<usize> {
        self.list.iter().position(|(one, _)| *one == key)
    }

    pub fn name(&self, key: usize) -> Option<&str> {
        self.list.iter().find(|(one, _)| *one == key).map(|(_, name)| name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::Rows;

    fn rows(old: Option<&Rows>, names: &str) -> Rows {
        Rows::follow(old, names.split_whitespace().map(str::to_owned).collect())
    }

    fn keys(rows: &Rows) -> Vec<usize> {
        rows.list.iter().map(|(key, _)| *key).collect()
    }

    #[test]
    fn a_row_stays_with_its_field() {
        let first = rows(None, "a b c");
        let moves = [("b a c", [2, 1, 3].as_slice()), ("a x c", &[1, 2, 3]), ("a c", &[1, 3]), ("a b c d", &[1, 2, 3, 4]), ("c x b", &[3, 4, 2]), ("", &[])];
        for (names, wanted) in moves {
            assert_eq!(keys(&rows(Some(&first), names)), wanted, "{names}");
        }
    }

    #[test]
    fn a_key_is_never_used_again() {
        let fewer = rows(Some(&rows(None, "a b")), "a");
        assert_eq!(keys(&rows(Some(&fewer), "a b")), [1, 3]);
    }
}
