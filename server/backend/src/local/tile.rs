//! Sixteen rows of weights by 32 columns, laid out so that a column's weights are unpacked side by side.
//! Loops by index, as in `simd`.

use candle_core::{Result, quantized::GgmlDType};

use super::{
    packed::{RUN, unpack},
    simd::fma,
};

/// Rows that are multiplied side by side: two AVX2 registers.
pub const TILE: usize = 16;
/// Columns that share a scale.
pub const BLOCK: usize = RUN;

/// `TILE` rows by `BLOCK` columns.
pub trait Block: Send + Sync {
    /// The weights of all rows in one column.
    fn column<const FMA: bool>(&self, column: usize) -> [f32; TILE];
}

/// `scale * nibble + least`
pub struct Four {
    scale: [f32; TILE],
    least: [f32; TILE],
    /// By column; rows 0–7 in the low nibbles, 8–15 in the high ones.
    nibbles: [[u8; TILE / 2]; BLOCK],
}

impl Four {
    /// `runs` are lanes with the number of each's run in the file.
    ///
    /// # Errors
    /// Too few bytes.
    pub fn read(format: GgmlDType, data: &[u8], runs: impl Iterator<Item = (usize, usize)>) -> Result<Self> {
        let mut four = Four { scale: [0.0; TILE], least: [0.0; TILE], nibbles: [[0; TILE / 2]; BLOCK] };
        for (lane, at) in runs {
            let run = unpack(format, data, at)?;
            (four.scale[lane], four.least[lane]) = (run.scale[0], run.least[0]);
            for column in 0..BLOCK {
                four.nibbles[column][lane % 8] |= run.codes[column].cast_unsigned() << (lane / 8 * 4);
            }
        }
        Ok(four)
    }
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
pub struct Eight {
    scale: [f32; TILE],
    bytes: [[i8; TILE]; BLOCK],
}

impl Eight {
    /// `runs` are lanes with the number of each's run in the file.
    ///
    /// # Errors
    /// Too few bytes.
    pub fn read(data: &[u8], runs: impl Iterator<Item = (usize, usize)>) -> Result<Self> {
        let mut eight = Eight { scale: [0.0; TILE], bytes: [[0; TILE]; BLOCK] };
        for (lane, at) in runs {
            let run = unpack(GgmlDType::Q8_0, data, at)?;
            eight.scale[lane] = run.scale[0];
            (0..BLOCK).for_each(|column| eight.bytes[column][lane] = run.codes[column]);
        }
        Ok(eight)
    }
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

/// `scale * byte + least`, for formats of two, three, five and six bits: their scales hold for 16 columns.
pub struct Mixed {
    scale: [[f32; TILE]; 2],
    least: [[f32; TILE]; 2],
    bytes: [[i8; TILE]; BLOCK],
}

impl Mixed {
    /// `runs` are lanes with the number of each's run in the file.
    ///
    /// # Errors
    /// Too few bytes.
    pub fn read(format: GgmlDType, data: &[u8], runs: impl Iterator<Item = (usize, usize)>) -> Result<Self> {
        let mut mixed = Mixed { scale: [[0.0; TILE]; 2], least: [[0.0; TILE]; 2], bytes: [[0; TILE]; BLOCK] };
        for (lane, at) in runs {
            let run = unpack(format, data, at)?;
            for side in 0..2 {
                (mixed.scale[side][lane], mixed.least[side][lane]) = (run.scale[side], run.least[side]);
            }
            (0..BLOCK).for_each(|column| mixed.bytes[column][lane] = run.codes[column]);
        }
        Ok(mixed)
    }
}

impl Block for Mixed {
    #[inline(always)]
    fn column<const FMA: bool>(&self, column: usize) -> [f32; TILE] {
        let (bytes, scale, least) = (&self.bytes[column], &self.scale[column / 16], &self.least[column / 16]);
        let mut weights = [0.0; TILE];
        for row in 0..TILE {
            weights[row] = fma::<FMA>(f32::from(bytes[row]), scale[row], least[row]);
        }
        weights
    }
}

/// For formats that are not packed.
pub struct Full(pub [[f32; TILE]; BLOCK]);

impl Block for Full {
    #[inline(always)]
    fn column<const FMA: bool>(&self, column: usize) -> [f32; TILE] {
        self.0[column]
    }
}
