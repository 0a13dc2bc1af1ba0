//! Myers' O(ND) algorithm in linear space, over numbered items.
//!
//! Source: E. Myers, "An O(ND) Difference Algorithm and Its Variations", 1986, section 4b. Where a search costs too much it splits
//! at the path that came furthest: the result stays right, it may only be longer than the shortest.

/// What one call may cost, in steps along diagonals; some milliseconds.
const STEPS_MAX: usize = 1 << 21;
/// However long the texts are, a search goes at least so many edits deep.
const DEPTH_MIN: usize = 16;
/// No path in this diagonal; far enough below zero to stay there.
const NONE: isize = isize::MIN / 2;

/// Calls `same` for each pair of positions that a short edit script keeps, in no order.
pub fn keep(old: &[u32], new: &[u32], same: &mut impl FnMut(usize, usize)) {
    let size = old.len() + new.len();
    let depth_max = (STEPS_MAX / size.max(1)).max(DEPTH_MIN).min(size / 2 + 1);
    let mut search = Search { forward: Frontier::new(depth_max), backward: Frontier::new(depth_max), depth_max };
    let mut todo = vec![(0..old.len(), 0..new.len())];
    while let Some((mut a, mut b)) = todo.pop() {
        while !a.is_empty() && !b.is_empty() && old[a.start] == new[b.start] {
            same(a.start, b.start);
            (a.start, b.start) = (a.start + 1, b.start + 1);
        }
        while !a.is_empty() && !b.is_empty() && old[a.end - 1] == new[b.end - 1] {
            (a.end, b.end) = (a.end - 1, b.end - 1);
            same(a.end, b.end);
        }
        if !a.is_empty() && !b.is_empty() {
            let (x, y) = search.middle(&old[a.clone()], &new[b.clone()]);
            let (x, y) = (a.start + x, b.start + y);
            todo.push((x..a.end, y..b.end));
            todo.push((a.start..x, b.start..y));
        }
    }
}

/// The furthest position in the old items on every diagonal (position in old minus position in new).
struct Frontier {
    reach: Vec<isize>,
    offset: isize,
}

impl Frontier {
    fn new(depth_max: usize) -> Self {
        Self { reach: vec![NONE; 2 * depth_max + 3], offset: depth_max as isize + 1 }
    }

    fn get(&self, diagonal: isize) -> isize {
        self.reach[(diagonal + self.offset) as usize]
    }

    fn set(&mut self, diagonal: isize, x: isize) {
        self.reach[(diagonal + self.offset) as usize] = x;
    }

    /// Ready for a search of at most `depth` edits.
    fn reset(&mut self, depth: usize) {
        let middle = self.offset as usize;
        self.reach[middle - depth - 1..=middle + depth + 1].fill(NONE);
        self.set(1, 0);
    }

    /// Where one more edit leads on `diagonal`, before its snake: the better of a step right and a step down within the box.
    fn step(&self, diagonal: isize, width: isize, height: isize) -> isize {
        let down = self.get(diagonal + 1);
        let right = self.get(diagonal - 1) + 1;
        let down = if down - diagonal > height { NONE } else { down };
        let right = if right > width { NONE } else { right };
        down.max(right)
    }

    /// The path that has put most behind it, as (x, y).
    fn furthest(&self, diagonals: impl Iterator<Item = isize>) -> (isize, isize) {
        diagonals.map(|k| (self.get(k), k)).filter(|(x, _)| *x >= 0).map(|(x, k)| (x, x - k)).max_by_key(|(x, y)| x + y).unwrap_or((0, 0))
    }
}

struct Search {
    forward: Frontier,
    backward: Frontier,
    depth_max: usize,
}

impl Search {
    /// A point on a short path through the box, neither of its corners. The first items differ, and so do the last.
    fn middle(&mut self, old: &[u32], new: &[u32]) -> (usize, usize) {
        let (width, height) = (old.len() as isize, new.len() as isize);
        let delta = width - height;
        let depth_max = self.depth_max.min((old.len() + new.len()).div_ceil(2));
        self.forward.reset(depth_max);
        self.backward.reset(depth_max);
        for depth in 0..=depth_max as isize {
            for k in diagonals(depth, width, height) {
                let from = self.forward.step(k, width, height);
                let x = if from < 0 { NONE } else { from + snake(&old[from as usize..], &new[(from - k) as usize..]) };
                self.forward.set(k, x);
                let met = delta % 2 != 0 && (delta - k).abs() < depth && x >= 0 && x + self.backward.get(delta - k) >= width;
                if met {
                    return (x as usize, (x - k) as usize);
                }
            }
            for k in diagonals(depth, width, height) {
                let from = self.backward.step(k, width, height);
                let (left, up) = (width - from, height - (from - k));
                let x = if from < 0 { NONE } else { from + snake_back(&old[..left as usize], &new[..up as usize]) };
                self.backward.set(k, x);
                let met = delta % 2 == 0 && (delta - k).abs() <= depth && x >= 0 && x + self.forward.get(delta - k) >= width;
                if met {
                    return ((width - x) as usize, (height - (x - k)) as usize);
                }
            }
        }
        self.give_up(width, height, depth_max as isize)
    }

    /// The end of the path that came furthest, from whichever corner.
    fn give_up(&self, width: isize, height: isize, depth: isize) -> (usize, usize) {
        let (x, y) = self.forward.furthest(diagonals(depth, width, height));
        let (u, v) = self.backward.furthest(diagonals(depth, width, height));
        if x + y >= u + v { (x as usize, y as usize) } else { ((width - u) as usize, (height - v) as usize) }
    }
}

/// The diagonals that `depth` edits can end on, within the box.
fn diagonals(depth: isize, width: isize, height: isize) -> impl Iterator<Item = isize> {
    let first = -depth + 2 * (depth - height).max(0);
    let last = depth - 2 * (depth - width).max(0);
    (first..=last).step_by(2)
}

fn snake(old: &[u32], new: &[u32]) -> isize {
    old.iter().zip(new).take_while(|(a, b)| a == b).count() as isize
}

fn snake_back(old: &[u32], new: &[u32]) -> isize {
    old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count() as isize
}
