//! Rotary positions: pairs of a head's dimensions turn by an angle that grows with the position, each pair at its own pace.
//! J. Su et al., “RoFormer” (2021).

/// How the angles come about.
#[derive(Clone, Debug)]
pub struct Rope {
    pub base: f64,
    /// Dimensions of a head that turn, the first of them; the rest stay.
    pub dimensions: usize,
    /// Pairs are a dimension and that half of `dimensions` further, rather than neighbours.
    pub halves: bool,
    /// What each pair's angle is divided by, for models that were trained on shorter texts first; empty for 1.
    pub slower: Vec<f32>,
    /// What positions are divided by.
    pub stretch: f64,
    /// What turned dimensions are multiplied by.
    pub gain: f64,
}

/// Cosine and sine by position and pair.
pub struct Angles {
    pairs: usize,
    halves: bool,
    table: Vec<[f32; 2]>,
}

impl Angles {
    pub fn new(rope: &Rope, context: usize) -> Self {
        let Rope { base, dimensions, halves, ref slower, stretch, gain } = *rope;
        let pairs = dimensions / 2;
        let pace = |pair: usize| base.powf((2 * pair) as f64 / dimensions as f64) * slower.get(pair).copied().map_or(1.0, f64::from) * stretch;
        let angles = (0..context).flat_map(|position| (0..pairs).map(move |pair| position as f64 / pace(pair)));
        let table = angles.map(|angle| [(angle.cos() * gain) as f32, (angle.sin() * gain) as f32]).collect();
        Self { pairs, halves, table }
    }

    /// Memory, in bytes.
    pub fn bytes(&self) -> usize {
        size_of_val(self.table.as_slice())
    }

    /// Turns every head of `rows`, which are `width` wide and lie at the positions from `start` on.
    pub fn turn(&self, rows: &mut [f32], width: usize, head: usize, start: usize) {
        for (row, angles) in rows.chunks_exact_mut(width).zip(self.table.chunks_exact(self.pairs).skip(start)) {
            for head in row.chunks_exact_mut(head) {
                let turned = &mut head[..2 * self.pairs];
                if self.halves {
                    let (left, right) = turned.split_at_mut(self.pairs);
                    left.iter_mut().zip(right).zip(angles).for_each(|((x, y), angle)| turn(x, y, *angle));
                } else {
                    turned.as_chunks_mut::<2>().0.iter_mut().zip(angles).for_each(|([x, y], angle)| turn(x, y, *angle));
                }
            }
        }
    }
}

fn turn(x: &mut f32, y: &mut f32, [cos, sin]: [f32; 2]) {
    (*x, *y) = (*x * cos - *y * sin, *x * sin + *y * cos);
}
