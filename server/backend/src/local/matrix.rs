//! Matrices as their file has them: four or eight bits a weight, unpacked to f32 while they are multiplied. That reads a sixth
//! of the memory that f32 weights would, and activations stay f32, so nothing is lost beyond the file's own rounding.
#![expect(clippy::needless_range_loop, reason = "see simd.rs: an iterator here may cost most of the speed")]

use candle_core::{
    Device, Result, bail,
    quantized::{GgmlDType, QTensor},
};
use rayon::prelude::*;

use super::simd::{self, Kernel, fma};

/// Rows that are multiplied side by side: two AVX2 registers.
const TILE: usize = 16;
/// Columns that share a scale.
const BLOCK: usize = 32;
/// Inputs that are multiplied side by side: ten sums in registers; with six, one would spill and stall.
const SIDE: usize = 5;

/// Columns that are unpacked at once: 16 KiB of f32.
const DEPTH: usize = 256;

/// `TILE` rows by `BLOCK` columns.
trait Block: Send + Sync {
    /// The weights of all rows in one column.
    fn column<const FMA: bool>(&self, column: usize) -> [f32; TILE];
}

/// `scale * nibble + least`
struct Four {
    scale: [f32; TILE],
    least: [f32; TILE],
    /// By column; rows 0–7 in the low nibbles, 8–15 in the high ones.
    nibbles: [[u8; TILE / 2]; BLOCK],
}

impl Block for Four {
    #[inline(always)]
    fn column<const FMA: bool>(&self, column: usize) -> [f32; TILE] {
        let nibbles = &self.nibbles[column];
        let mut weights = [0.0; TILE];
        for row in 0..TILE / 2 {
            weights[row] = fma::<FMA>(f32::from(nibbles[row] & 15), self.scale[row], self.least[row]);
        }
        for row in TILE / 2..TILE {
            weights[row] = fma::<FMA>(f32::from(nibbles[row - TILE / 2] >> 4), self.scale[row], self.least[row]);
        }
        weights
    }
}

/// `scale * byte`
struct Eight {
    scale: [f32; TILE],
    bytes: [[i8; TILE]; BLOCK],
}

impl Block for Eight {
    #[inline(always)]
    fn column<const FMA: bool>(&self, column: usize) -> [f32; TILE] {
        let (bytes, mut weights) = (&self.bytes[column], [0.0; TILE]);
        for row in 0..TILE {
            weights[row] = f32::from(bytes[row]) * self.scale[row];
        }
        weights
    }
}

/// For every other format of the file.
struct Full([[f32; TILE]; BLOCK]);

impl Block for Full {
    #[inline(always)]
    fn column<const FMA: bool>(&self, column: usize) -> [f32; TILE] {
        self.0[column]
    }
}

enum Blocks {
    Four(Vec<Four>),
    Eight(Vec<Eight>),
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
    /// A shape that is no multiple of 16 × 32, or a broken tensor.
    pub fn read(tensor: &QTensor) -> Result<Self> {
        let (rows, columns) = tensor.shape().dims2()?;
        if !rows.is_multiple_of(TILE) || !columns.is_multiple_of(BLOCK) {
            bail!("a matrix of {rows} × {columns} is not of tiles of {TILE} × {BLOCK}");
        }
        let wide = columns / BLOCK;
        let each = (0..rows / TILE).flat_map(|tile| (0..wide).map(move |block| (tile * TILE, block)));
        let blocks = match tensor.dtype() {
            GgmlDType::Q4_1 => Blocks::Four(each.map(|(row, block)| four(&tensor.data()?, wide, row, block)).collect::<Result<_>>()?),
            GgmlDType::Q8_0 => Blocks::Eight(each.map(|(row, block)| eight(&tensor.data()?, wide, row, block)).collect::<Result<_>>()?),
            _ => {
                let weights = tensor.dequantize(&Device::Cpu)?.flatten_all()?.to_vec1::<f32>()?;
                let at = |row, column| weights[row * columns + column];
                let full = |(row, block)| Full(std::array::from_fn(|column| std::array::from_fn(|lane| at(row + lane, block * BLOCK + column))));
                Blocks::Full(each.map(full).collect())
            }
        };
        Ok(Self { rows, columns, blocks })
    }

    /// Memory of the weights, in bytes.
    pub fn bytes(&self) -> usize {
        match &self.blocks {
            Blocks::Four(blocks) => size_of_val(blocks.as_slice()),
            Blocks::Eight(blocks) => size_of_val(blocks.as_slice()),
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
            Blocks::Full(blocks) => copy(&blocks[span], row % TILE, to),
        }
    }

    /// `inputs` are rows of `columns`; gives as many rows of `rows`.
    pub fn multiply(&self, inputs: &[f32]) -> Vec<f32> {
        match &self.blocks {
            Blocks::Four(blocks) => self.multiply_by(blocks, inputs),
            Blocks::Eight(blocks) => self.multiply_by(blocks, inputs),
            Blocks::Full(blocks) => self.multiply_by(blocks, inputs),
        }
    }

    fn multiply_by<B: Block>(&self, blocks: &[B], inputs: &[f32]) -> Vec<f32> {
        let wide = self.columns / BLOCK;
        let count = inputs.len() / self.columns;
        let mut out = vec![0.0; count * self.rows];
        if count == 1 {
            let pairs = blocks.par_chunks(2 * wide).with_min_len(8);
            out.par_chunks_mut(2 * TILE).zip(pairs).for_each(|(out, blocks)| simd::run(One { blocks, input: inputs, out }));
            return out;
        }
        let inputs = interleave(inputs, self.columns);
        let mut tiles = vec![0.0; count * self.rows];
        let each = tiles.par_chunks_mut(count * TILE).zip(blocks.par_chunks(wide)).with_min_len(4);
        each.for_each_init(|| vec![[0.0; TILE]; DEPTH], |panel, (out, blocks)| simd::run(Many { blocks, inputs: &inputs, panel, out }));
        for (tile, from) in tiles.chunks_exact(count * TILE).enumerate() {
            for (from, to) in from.chunks_exact(TILE).zip(out.chunks_exact_mut(self.rows)) {
                to[tile * TILE..][..TILE].copy_from_slice(from);
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

/// The file's block: scale and least as f16, then 16 bytes with columns 0–15 in the low nibbles and 16–31 in the high ones.
fn four(data: &[u8], wide: usize, row: usize, block: usize) -> Result<Four> {
    let mut four = Four { scale: [0.0; TILE], least: [0.0; TILE], nibbles: [[0; TILE / 2]; BLOCK] };
    for lane in 0..TILE {
        let source: &[u8; 20] = source(data, (row + lane) * wide + block)?;
        four.scale[lane] = half([source[0], source[1]]);
        four.least[lane] = half([source[2], source[3]]);
        for column in 0..BLOCK {
            let nibble = source[4 + column % 16] >> (column / 16 * 4) & 15;
            four.nibbles[column][lane % 8] |= nibble << (lane / 8 * 4);
        }
    }
    Ok(four)
}

/// The file's block: scale as f16, then 32 signed bytes.
fn eight(data: &[u8], wide: usize, row: usize, block: usize) -> Result<Eight> {
    let mut eight = Eight { scale: [0.0; TILE], bytes: [[0; TILE]; BLOCK] };
    for lane in 0..TILE {
        let source: &[u8; 34] = source(data, (row + lane) * wide + block)?;
        eight.scale[lane] = half([source[0], source[1]]);
        for column in 0..BLOCK {
            eight.bytes[column][lane] = source[2 + column].cast_signed();
        }
    }
    Ok(eight)
}

fn source<const N: usize>(data: &[u8], at: usize) -> Result<&[u8; N]> {
    data.as_chunks::<N>().0.get(at).ok_or_else(|| candle_core::Error::Msg("a tensor is cut short".to_owned()))
}

/// IEEE half precision, as the file has it.
fn half(bytes: [u8; 2]) -> f32 {
    let bits = u32::from(u16::from_le_bytes(bytes));
    let (sign, power, rest) = ((bits >> 15) << 31, bits >> 10 & 31, bits & 1023);
    match power {
        0 => f32::from_bits(sign | (rest as f32 / 16_777_216.0).to_bits()),
        31 => f32::from_bits(sign | 0x7f80_0000 | rest << 13),
        _ => f32::from_bits(sign | (power + 112) << 23 | rest << 13),
    }
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
        for dtype in [GgmlDType::Q4_1, GgmlDType::Q8_0, GgmlDType::F32, GgmlDType::Q5_0] {
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
        for dtype in [GgmlDType::Q4_1, GgmlDType::Q8_0, GgmlDType::F32] {
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
    fn halves_read_as_their_standard_says() {
        for (bits, value) in [(0x3c00u16, 1.0), (0xc000, -2.0), (0x7bff, 65504.0), (0x0001, 5.960_464_5e-8), (0x03ff, 6.097_555e-5), (0x8000, -0.0)] {
            assert_eq!(half(bits.to_le_bytes()).to_bits(), f32::to_bits(value), "{bits:x}");
        }
    }
}
