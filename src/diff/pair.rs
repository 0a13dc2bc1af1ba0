//! Which deleted line became which added one.

use super::similarity::{ALIKE, Bag};

/// What one hunk may cost, in comparisons of two lines; some milliseconds.
const COMPARED_MAX: usize = 1 << 15;

/// What the best alignment does at a cell.
#[derive(Clone, Copy, PartialEq)]
enum Move {
    SkipOld,
    SkipNew,
    Pair,
}

/// The pairs in order that have most in common, each alike enough. In a large hunk only lines at about the same place are compared.
pub fn pair(olds: &[Bag], news: &[Bag]) -> Vec<(usize, usize)> {
    if olds.is_empty() || news.is_empty() {
        return Vec::new();
    }
    let band = Band { rows: olds.len(), columns: news.len(), width: (COMPARED_MAX / olds.len()).clamp(1, news.len()) };
    // `best[j]` is the most that the rows so far and the first `j` columns have in common.
    let mut best = vec![0u32; news.len() + 1];
    let mut moves = Vec::with_capacity(olds.len() * band.width);
    let mut filled = band.width;
    for (i, old) in olds.iter().enumerate() {
        let start = band.start(i);
        let carried = best[filled];
        best[filled..=start + band.width].fill(carried);
        filled = start + band.width;
        let mut corner = best[start];
        for j in start..start + band.width {
            let above = best[j + 1];
            let similarity = old.similarity(&news[j]);
            let mut cell = if above >= best[j] { (above, Move::SkipOld) } else { (best[j], Move::SkipNew) };
            if similarity >= ALIKE && corner + similarity >= cell.0 {
                cell = (corner + similarity, Move::Pair);
            }
            let (score, step) = cell;
            moves.push(step);
            corner = above;
            best[j + 1] = score;
        }
    }
    band.trace(&moves)
}

/// The cells that are compared: as many in every row, around the diagonal.
struct Band {
    rows: usize,
    columns: usize,
    width: usize,
}

impl Band {
    fn start(&self, row: usize) -> usize {
        // In 64 bits: the browser's usize has 32.
        let diagonal = (row as u64 * self.columns as u64 / self.rows as u64) as usize;
        diagonal.saturating_sub(self.width / 2).min(self.columns - self.width)
    }

    /// The pairs along the best alignment.
    fn trace(&self, moves: &[Move]) -> Vec<(usize, usize)> {
        let (mut i, mut j) = (self.rows, self.columns);
        let mut pairs = Vec::new();
        while i > 0 && j > 0 {
            let start = self.start(i - 1);
            j = j.min(start + self.width);
            let step = if j <= start { Move::SkipOld } else { moves[(i - 1) * self.width + j - 1 - start] };
            if step == Move::Pair {
                pairs.push((i - 1, j - 1));
            }
            i -= usize::from(step != Move::SkipNew);
            j -= usize::from(step != Move::SkipOld);
        }
        pairs.reverse();
        pairs
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{changes::Numbers, similarity::Line},
        *,
    };

    fn pairs(old: &[&'static str], new: &[&'static str]) -> Vec<(usize, usize)> {
        let mut numbers = Numbers::default();
        let mut bags = |lines: &[&'static str]| -> Vec<Bag> { lines.iter().map(|line| Line::new(line, &mut numbers).bag()).collect() };
        pair(&bags(old), &bags(new))
    }

    #[test]
    fn a_line_finds_what_it_became() {
        assert_eq!(pairs(&["name the policy"], &["one", "two", "name the policies and the policy", "three"]), [(0, 2)]);
        assert_eq!(pairs(&["alpha beta", "gamma delta"], &["gamma delta epsilon"]), [(1, 0)]);
        assert_eq!(pairs(&["alpha"], &["omega"]), []);
    }
}
