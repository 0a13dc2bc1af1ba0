//! Two columns side by side, of one grid or of two: an answer stands beside another to the same question.

use std::collections::HashMap;

use super::{Cell, GridCase};

/// A column: the cases of its grid, and its cells.
pub type Side<'a> = (&'a [GridCase], Vec<&'a Cell>);

/// The answers of both columns to one case.
pub type Pair<'a> = (&'a GridCase, [&'a Cell; 2]);

/// Pairs by the case's number, and how many of both columns stand alone: a case that was changed between is another question.
pub fn pair<'a>(one: Side<'a>, other: Side<'a>) -> (Vec<Pair<'a>>, usize) {
    let with_cases = |(cases, cells): Side<'a>| cells.into_iter().filter_map(move |cell| Some((cases.get(cell.row)?, cell)));
    let mut others: HashMap<u32, (&GridCase, &Cell)> = with_cases(other).map(|(case, cell)| (case.number, (case, cell))).collect();
    let (mut pairs, mut alone) = (Vec::new(), 0);
    for (case, cell) in with_cases(one) {
        match others.remove(&case.number) {
            Some((then, second)) if then.form.values == case.form.values => pairs.push((case, [cell, second])),
            _ => alone += 1,
        }
    }
    pairs.sort_by_key(|(case, _)| case.number);
    (pairs, alone + others.len())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::case::CaseForm;

    fn case(number: u32, question: &str, expected: Option<&str>) -> GridCase {
        GridCase { number, form: CaseForm { values: [("question".to_owned(), json!(question))].into(), expected: expected.map(str::to_owned) } }
    }

    fn cells(rows: usize) -> Vec<Cell> {
        (0..rows).rev().map(|row| Cell { row, output: format!("answer {row}"), ..Cell::default() }).collect()
    }

    #[test]
    fn answers_stand_beside_those_to_the_same_values_whatever_was_expected() {
        let before = [case(1, "a", None), case(2, "b", None), case(3, "c", Some("x")), case(5, "gone", None)];
        let after = [case(2, "changed", None), case(3, "c", Some("y")), case(1, "a", None), case(7, "new", None)];
        let (first, second) = (cells(4), cells(4));
        let (pairs, alone) = pair((&before, first.iter().collect()), (&after, second.iter().collect()));
        let said: Vec<(u32, &str, &str)> = pairs.iter().map(|(case, [one, other])| (case.number, one.output.as_str(), other.output.as_str())).collect();
        assert_eq!(said, [(1, "answer 0", "answer 2"), (3, "answer 2", "answer 1")]);
        // 2 was changed, 5 is only before, 7 only after.
        assert_eq!(alone, 3);
        assert_eq!(pair((&before, Vec::new()), (&after, second.iter().collect())).1, 4);
    }
}
