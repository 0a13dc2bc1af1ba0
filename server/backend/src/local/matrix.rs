//! Matrices much as their file has them: small whole numbers and scales, unpacked to f32 while they are multiplied. Four bits a
//! weight read a sixth of the memory that f32 weights would; activations stay f32, so nothing is lost beyond the file's own rounding.
#![expect(clippy::needless_range_loop, reason = "see simd.rs: an iterator here may cost most of the speed")]

use std::ops::Range;

use candle_core::{
    Device, Result, bail,
    quantized::{GgmlDType, QTensor},
};
use rayon::prelude::*;

use super::{
    packed::{is_four_bits, is_packed},
    simd::{self, Kernel, fma},
    tile::{BLOCK, Block, Eight, Four, Full, Mixed, TILE},
};

/// Inputs that are multiplied side by side: ten sums in registers; with six, one would spill and stall.
const SIDE: usize = 5;

/// Columns that are unpacked at once: 16 KiB of f32.
const DEPTH: usize = 256;

enum Blocks {
    Four(Vec<Four>),
    Eight(Vec<Eight>),
    Mixed(Vec<Mixed>),
    Full(Vec<Full>),
}

/// Weights of `rows` outputs by `columns` inputs; blocks lie by tile, then along its columns.
pub struct Matrix {
    pub rows: usize,
    pub columns: usize,
    blocks: Blocks,
}

impl Matrix {
    /// # Errors
    /// A width that is no multiple of 32, or a broken tensor.
    pub fn read(tensor: &QTensor) -> Result<Self> {
        Self::part(tensor, 0..tensor.shape().dims2()?.0)
    }

    /// Some rows alone, for files that lay several matrices upon each other.
    ///
    /// # Errors
    /// Those of [`Self::read`], or fewer rows than these.
    pub fn part(tensor: &QTensor, rows: Range<usize>) -> Result<Self> {
        let (all, columns) = tensor.shape().dims2()?;
        if !columns.is_multiple_of(BLOCK) || rows.is_empty() || rows.end > all {
            bail!("rows {rows:?} of a matrix of {all} × {columns} are not read");
        }
        let wide = columns / BLOCK;
        let each = (0..rows.len().div_ceil(TILE) * wide).into_par_iter().map(|at| (at / wide * TILE, at % wide));
        let format = tensor.dtype();
        // A last tile that is not full ends in rows of zeros.
        let lanes = |row: usize| (rows.start + row..rows.end.min(rows.start + row + TILE)).enumerate();
        let blocks = if is_packed(format) {
            let data = tensor.data()?;
            let packed = |(row, block)| lanes(row).map(move |(lane, row)| (lane, row * wide + block));
            match format {
                _ if is_four_bits(format) => Blocks::Four(each.map(|place| Four::read(format, &data, packed(place))).collect::<Result<_>>()?),
                GgmlDType::Q8_0 => Blocks::Eight(each.map(|place| Eight::read(&data, packed(place))).collect::<Result<_>>()?),
                _ => Blocks::Mixed(each.map(|place| Mixed::read(format, &data, packed(place))).collect::<Result<_>>()?),
            }
        } else {
            let weights = tensor.dequantize(&Device::Cpu)?.flatten_all()?.to_vec1::<f32>()?;
            let full = |(row, block)| {
                let mut full = Full([[0.0; TILE]; BLOCK]);
                for (lane, row) in lanes(row) {
                    let weights = &weights[row * columns + block * BLOCK..][..BLOCK];
                    full.0.iter_mut().zip(weights).for_each(|(lanes, weight)| lanes[lane] = *weight);
                }
                full
            };
            Blocks::Full(each.map(full).collect())
        };
        Ok(Self { rows: rows.len(), columns, blocks })
    }

    /// Memory of the weights, in bytes.
    pub fn bytes(&self) -> usize {
        match &self.blocks {
            Blocks::Four(blocks) => size_of_val(blocks.as_slice()),
            Blocks::Eight(blocks) => size_of_val(blocks.as_slice()),
            Blocks::Mixed(blocks) => size_of_val(blocks.as_slice()),
            Blocks::Full(blocks) => size_of_val(blocks.as_slice()),
        }
    }

    /// Appends one row, for a look-up of embeddings.
    pub fn row(&self, row: usize, to: &mut Vec<f32>) {
        fn copy<B: Block>(blocks: &[B], lane: usize, to: &mut Vec<f32>) {
            to.extend(blocks.iter().flat_map(|block| (0..BLOCK).map(move |column| block.column::<false>(column)[lane])));
        }
        let wide = self.columns / BLOCK;
        let span = row / TILE * wide..(row / TILE + 1) * wide;
        match &self.blocks {
            Blocks::Four(blocks) => copy(&blocks[span], row % TILE, to),
            Blocks::Eight(blocks) => copy(&blocks[span], row % TILE, to),
            Blocks::Mixed(blocks) => copy(&blocks[span], row % TILE, to),
            Blocks::Full(blocks) => copy(&blocks[span], row % TILE, to),
        }
    }

    /// `inputs` are rows of `columns`; gives as many rows of `rows`.
    pub fn multiply(&self, inputs: &[f32]) -> Vec<f32> {
        match &self.blocks {
            Blocks::Four(blocks) => self.multiply_by(blocks, inputs),
            Blocks::Eight(blocks) => self.multiply_by(blocks, inputs),
            Blocks::Mixed(blocks) => self.multiply_by(blocks, inputs),
            Blocks::Full(blocks) => self.multiply_by(blocks, inputs),
        }
    }

    fn multiply_by<B: Block>(&self, blocks: &[B], inputs: &[f32]) -> Vec<f32> {
        let wide = self.columns / BLOCK;
        let (count, padded) = (inputs.len() / self.columns, self.rows.next_multiple_of(TILE));
        if count == 1 {
            let mut out = vec![0.0; padded];
            let pairs = blocks.par_chunks(2 * wide).with_min_len(8);
            out.par_chunks_mut(2 * TILE).zip(pairs).for_each(|(out, blocks)| simd::run(One { blocks, input: inputs, out }));
            out.truncate(self.rows);
            return out;
        }
        let inputs = interleave(inputs, self.columns);
        let (mut out, mut tiles) = (vec![0.0; count * self.rows], vec![0.0; count * padded]);
        let each = tiles.par_chunks_mut(count * TILE).zip(blocks.par_chunks(wide)).with_min_len(4);
        each.for_each_init(|| vec![[0.0; TILE]; DEPTH], |panel, (out, blocks)| simd::run(Many { blocks, inputs: &inputs, panel, out }));
        for (tile, from) in tiles.chunks_exact(count * TILE).enumerate() {
            for (from, to) in from.chunks_exact(TILE).zip(out.chunks_exact_mut(self.rows)) {
                let to = &mut to[tile * TILE..];
                let filled = to.len().min(TILE);
                to[..filled].copy_from_slice(&from[..filled]);
            }
        }
        out
    }
}

/// One row of inputs by up to two tiles of weights.
struct One<'a, B> {
    blocks: &'a [B],
    input: &'a [f32],
    out: &'a mut [f32],
}

impl<B: Block> Kernel for One<'_, B> {
    type Output = ();

    #[inline(always)]
    fn compute<const FMA: bool>(self) {
        let input = self.input.as_chunks::<BLOCK>().0;
        let (first, second) = self.blocks.split_at(input.len());
        let mut sums = [[0.0; TILE]; 2];
        if second.is_empty() {
            for at in 0..input.len() {
                let (input, first) = (&input[at], &first[at]);
                for column in 0..BLOCK {
                    add::<FMA>(&mut sums[0], input[column], &first.column::<FMA>(column));
                }
            }
        } else {
            // Two chains of sums hide the latency of one.
            for at in 0..input.len() {
                let (input, first, second) = (&input[at], &first[at], &second[at]);
                for column in 0..BLOCK {
                    add::<FMA>(&mut sums[0], input[column], &first.column::<FMA>(column));
                    add::<FMA>(&mut sums[1], input[column], &second.column::<FMA>(column));
                }
            }
        }
        let out = self.out.as_chunks_mut::<TILE>().0;
        out.copy_from_slice(&sums[..out.len()]);
    }
}

#[inline(always)]
fn add<const FMA: bool>(sums: &mut [f32; TILE], x: f32, weights: &[f32; TILE]) {
    for lane in 0..TILE {
        sums[lane] = fma::<FMA>(x, weights[lane], sums[lane]);
    }
}

/// Many rows of inputs by one tile of weights, which is unpacked once, as many columns at a time as the first cache holds.
struct Many<'a, B> {
    blocks: &'a [B],
    inputs: &'a [Vec<[f32; SIDE]>],
    panel: &'a mut [[f32; TILE]],
    /// `TILE` sums for each input, zero before.
    out: &'a mut [f32],
}

impl<B: Block> Kernel for Many<'_, B> {
    type Output = ();

    #[inline(always)]
    fn compute<const FMA: bool>(self) {
        for (depth, blocks) in self.blocks.chunks(DEPTH / BLOCK).enumerate() {
            let panel = self.panel.as_chunks_mut::<BLOCK>().0;
            for at in 0..blocks.len() {
                for column in 0..BLOCK {
                    panel[at][column] = blocks[at].column::<FMA>(column);
                }
            }
            for (out, inputs) in self.out.chunks_mut(SIDE * TILE).zip(self.inputs) {
                let out = out.as_chunks_mut::<TILE>().0;
                // By constant places, else the sums stay in memory, and storing them takes as long again.
                let mut sums = [[0.0; TILE]; SIDE];
                for side in 0..SIDE {
                    if side < out.len() {
                        sums[side] = out[side];
                    }
                }
                let inputs = &inputs[depth * DEPTH..][..blocks.len() * BLOCK];
                let panel = &self.panel[..inputs.len()];
                for at in 0..inputs.len() {
                    for side in 0..SIDE {
                        add::<FMA>(&mut sums[side], inputs[at][side], &panel[at]);
                    }
                }
                for side in 0..SIDE {
                    if side < out.len() {
                        out[side] = sums[side];
                    }
                }
            }
        }
    }
}

/// Groups of inputs, column by column; the last group is filled up with zeros.
fn interleave(inputs: &[f32], columns: usize) -> Vec<Vec<[f32; SIDE]>> {
    let group = |rows: &[f32]| {
        let mut group = vec![[0.0; SIDE]; columns];
        for (side, row) in rows.chunks_exact(columns).enumerate() {
            group.iter_mut().zip(row).for_each(|(inputs, x)| inputs[side] = *x);
        }
        group
    };
    inputs.par_chunks(SIDE * columns).map(group).collect()
}

#[cfg(test)]
mod tests {
    use candle_core::Tensor;

    use super::*;

    fn numbers(count: usize, seed: usize) -> Vec<f32> {
        (0..count).map(|i| ((i * 7919 + seed * 104_729) % 2003) as f32 / 1001.0 - 1.0).collect()
    }

    #[test]
    fn every_format_multiplies_as_candle_does() {
        let (rows, columns) = (48, 288);
        let weights = Tensor::from_vec(numbers(rows * columns, 1), (rows, columns), &Device::Cpu).unwrap();
        for dtype in [GgmlDType::Q4_1, GgmlDType::Q8_0, GgmlDType::F32, GgmlDType::Q5_0, GgmlDType::BF16] {
            let stored = QTensor::quantize(&weights, dtype).unwrap();
            let matrix = Matrix::read(&stored).unwrap();
            let inputs = Tensor::from_vec(numbers(13 * columns, 2), (13, columns), &Device::Cpu).unwrap();
            let expected = inputs.matmul(&stored.dequantize(&Device::Cpu).unwrap().t().unwrap()).unwrap();
            let expected: Vec<f32> = expected.flatten_all().unwrap().to_vec1().unwrap();
            let ours = matrix.multiply(&numbers(13 * columns, 2));
            assert!(ours.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 3e-4), "{dtype:?}");
            let mut row = vec![];
            matrix.row(17, &mut row);
            assert_eq!(row, stored.dequantize(&Device::Cpu).unwrap().to_vec2::<f32>().unwrap()[17], "{dtype:?}");
        }
    }

    #[test]
    fn a_row_is_the_same_to_the_bit_alone_and_among_others() {
        let (rows, columns) = (80, 544);
        let weights = Tensor::from_vec(numbers(rows * columns, 3), (rows, columns), &Device::Cpu).unwrap();
        for dtype in [GgmlDType::Q4_1, GgmlDType::Q8_0, GgmlDType::Q5_1, GgmlDType::F32] {
            let matrix = Matrix::read(&QTensor::quantize(&weights, dtype).unwrap()).unwrap();
            let inputs = numbers(20 * columns, 4);
            let together = matrix.multiply(&inputs);
            for take in [1, 2, 3, 6, 7, 19] {
                let apart: Vec<f32> = inputs.chunks(take * columns).flat_map(|inputs| matrix.multiply(inputs)).collect();
                assert_eq!(together, apart, "{dtype:?} by {take}");
            }
        }
    }

    #[test]
    fn any_number_of_rows_and_any_part_of_them_multiplies() {
        let weights = Tensor::from_vec(numbers(53 * 64, 5), (53, 64), &Device::Cpu).unwrap();
        let stored = QTensor::quantize(&weights, GgmlDType::Q4_0).unwrap();
        let inputs = numbers(3 * 64, 6);
        let whole = Matrix::read(&stored).unwrap().multiply(&inputs);
        for rows in [0..53, 20..53, 3..4, 7..40] {
            let part = Matrix::part(&stored, rows.clone()).unwrap();
            let expected: Vec<f32> = whole.chunks(53).flat_map(|row| row[rows.clone()].to_vec()).collect();
            assert_eq!(part.multiply(&inputs), expected, "{rows:?}");
            assert_eq!(part.multiply(&inputs[..64]), expected[..rows.len()], "{rows:?}, one input");
        }
        assert!(Matrix::part(&stored, 50..54).is_err());
    }
}
