//! How GGUF's formats store weights: runs of 32 that lie side by side in a row, each a small whole number times a scale.
//! Layouts are those of ggml's `ggml-quants.c`.

use candle_core::{Result, bail, quantized::GgmlDType};

/// Weights of one run.
pub const RUN: usize = 32;

/// A weight is `scale * code + least`; each half of the run has its own scale and least.
#[derive(Default)]
pub struct Packed {
    pub scale: [f32; 2],
    pub least: [f32; 2],
    pub codes: [i8; RUN],
}

/// Whether both halves share a scale, and codes lie between 0 and 15.
pub fn is_four_bits(format: GgmlDType) -> bool {
    matches!(format, GgmlDType::Q4_0 | GgmlDType::Q4_1 | GgmlDType::Q4K)
}

/// Whether [`unpack`] reads it.
pub fn is_packed(format: GgmlDType) -> bool {
    use GgmlDType::{Q2K, Q3K, Q4_0, Q4_1, Q4K, Q5_0, Q5_1, Q5K, Q6K, Q8_0};
    matches!(format, Q4_0 | Q4_1 | Q5_0 | Q5_1 | Q8_0 | Q2K | Q3K | Q4K | Q5K | Q6K)
}

/// The run of number `at` in a tensor's bytes.
///
/// # Errors
/// Too few bytes, or a format that is not packed.
pub fn unpack(format: GgmlDType, data: &[u8], at: usize) -> Result<Packed> {
    // Formats whose name ends in K pack eight runs together.
    let (block, part) = (at / 8, at % 8);
    Ok(match format {
        GgmlDType::Q4_0 => four(block_of(data, at)?),
        GgmlDType::Q4_1 => four_with_least(block_of(data, at)?),
        GgmlDType::Q5_0 => five(block_of(data, at)?),
        GgmlDType::Q5_1 => five_with_least(block_of(data, at)?),
        GgmlDType::Q8_0 => eight(block_of(data, at)?),
        GgmlDType::Q2K => two_k(block_of(data, block)?, part),
        GgmlDType::Q3K => three_k(block_of(data, block)?, part),
        GgmlDType::Q4K => four_k(block_of(data, block)?, part),
        GgmlDType::Q5K => five_k(block_of(data, block)?, part),
        GgmlDType::Q6K => six_k(block_of(data, block)?, part),
        other => bail!("{other:?} is not packed"),
    })
}

fn block_of<const N: usize>(data: &[u8], at: usize) -> Result<&[u8; N]> {
    data.as_chunks::<N>().0.get(at).ok_or_else(|| candle_core::Error::Msg("a tensor is cut short".to_owned()))
}

fn codes(code: impl Fn(usize) -> u8) -> [i8; RUN] {
    std::array::from_fn(|column| code(column).cast_signed())
}

/// Columns 0–15 lie in the low nibbles and 16–31 in the high ones.
fn nibble(bytes: &[u8], column: usize) -> u8 {
    bytes[column % 16] >> (column / 16 * 4) & 15
}

/// The fifth bit of a column.
fn fifth(bytes: [u8; 4], column: usize) -> u8 {
    (bytes[column / 8] >> (column % 8) & 1) << 4
}

fn four(block: &[u8; 18]) -> Packed {
    let scale = half([block[0], block[1]]);
    Packed { scale: [scale; 2], least: [-8.0 * scale; 2], codes: codes(|column| nibble(&block[2..], column)) }
}

fn four_with_least(block: &[u8; 20]) -> Packed {
    let (scale, least) = (half([block[0], block[1]]), half([block[2], block[3]]));
    Packed { scale: [scale; 2], least: [least; 2], codes: codes(|column| nibble(&block[4..], column)) }
}

fn five(block: &[u8; 22]) -> Packed {
    let high = [block[2], block[3], block[4], block[5]];
    let codes = codes(|column| nibble(&block[6..], column) | fifth(high, column)).map(|code| code - 16);
    Packed { scale: [half([block[0], block[1]]); 2], least: [0.0; 2], codes }
}

fn five_with_least(block: &[u8; 24]) -> Packed {
    let (scale, least, high) = (half([block[0], block[1]]), half([block[2], block[3]]), [block[4], block[5], block[6], block[7]]);
    Packed { scale: [scale; 2], least: [least; 2], codes: codes(|column| nibble(&block[8..], column) | fifth(high, column)) }
}

fn eight(block: &[u8; 34]) -> Packed {
    Packed { scale: [half([block[0], block[1]]); 2], least: [0.0; 2], codes: codes(|column| block[2 + column]) }
}

fn two_k(block: &[u8; 84], part: usize) -> Packed {
    let (bytes, scale, least) = (&block[16 + part / 4 * 32..], half([block[80], block[81]]), half([block[82], block[83]]));
    let each = [block[part * 2], block[part * 2 + 1]];
    Packed {
        scale: each.map(|byte| scale * f32::from(byte & 15)),
        least: each.map(|byte| -(least * f32::from(byte >> 4))),
        codes: codes(|column| bytes[column] >> (part % 4 * 2) & 3),
    }
}

fn three_k(block: &[u8; 110], part: usize) -> Packed {
    let (high, bytes, scales) = (&block[..32], &block[32 + part / 4 * 32..], &block[96..108]);
    let scale = |at: usize| {
        let low = if at < 8 { scales[at] & 15 } else { scales[at - 8] >> 4 };
        let top = scales[8 + at % 4] >> (at / 4 * 2) & 3;
        f32::from((low | top << 4).cast_signed() - 32)
    };
    let code = |column: usize| (bytes[column] >> (part % 4 * 2) & 3) | (high[column] >> part & 1) << 2;
    let whole = half([block[108], block[109]]);
    Packed { scale: [part * 2, part * 2 + 1].map(|at| whole * scale(at)), least: [0.0; 2], codes: codes(code).map(|code| code - 4) }
}

/// The scale and the least of a part, six bits each, from the twelve bytes that the K formats of four and five bits have.
fn sixes(bytes: &[u8], part: usize) -> (f32, f32) {
    let (scale, least) = match part {
        0..4 => (bytes[part] & 63, bytes[part + 4] & 63),
        _ => (bytes[part + 4] & 15 | bytes[part - 4] >> 6 << 4, bytes[part + 4] >> 4 | bytes[part] >> 6 << 4),
    };
    (f32::from(scale), f32::from(least))
}

/// Even parts lie in the low nibbles, odd ones in the high ones.
fn half_byte(bytes: &[u8], part: usize, column: usize) -> u8 {
    bytes[part / 2 * 32 + column] >> (part % 2 * 4) & 15
}

fn four_k(block: &[u8; 144], part: usize) -> Packed {
    let (scale, least) = sixes(&block[4..16], part);
    Packed {
        scale: [half([block[0], block[1]]) * scale; 2],
        least: [-(half([block[2], block[3]]) * least); 2],
        codes: codes(|column| half_byte(&block[16..], part, column)),
    }
}

fn five_k(block: &[u8; 176], part: usize) -> Packed {
    let (scale, least) = sixes(&block[4..16], part);
    Packed {
        scale: [half([block[0], block[1]]) * scale; 2],
        least: [-(half([block[2], block[3]]) * least); 2],
        codes: codes(|column| half_byte(&block[48..], part, column) | (block[16 + column] >> part & 1) << 4),
    }
}

fn six_k(block: &[u8; 210], part: usize) -> Packed {
    let (group, quarter) = (part / 4, part % 4);
    let (low, high) = (&block[group * 64 + quarter % 2 * 32..], &block[128 + group * 32..]);
    let code = |column: usize| low[column] >> (quarter / 2 * 4) & 15 | (high[column] >> (quarter * 2) & 3) << 4;
    let whole = half([block[208], block[209]]);
    let scale = [part * 2, part * 2 + 1].map(|at| whole * f32::from(block[192 + at].cast_signed()));
    Packed { scale, least: [0.0; 2], codes: codes(code).map(|code| code - 32) }
}

/// IEEE half precision, as the file has it.
pub fn half(bytes: [u8; 2]) -> f32 {
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
    use candle_core::{Device, Tensor, quantized::QTensor};

    use super::*;

    #[test]
    fn every_packed_format_reads_as_candle_reads_it() {
        let weights: Vec<f32> = (0..4 * 512).map(|i| ((i * 7919) % 2003) as f32 / 1001.0 - 1.0).collect();
        let weights = Tensor::from_vec(weights, (4, 512), &Device::Cpu).unwrap();
        use GgmlDType::{Q2K, Q3K, Q4_0, Q4_1, Q4K, Q5_0, Q5_1, Q5K, Q6K, Q8_0};
        for format in [Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2K, Q3K, Q4K, Q5K, Q6K] {
            assert!(is_packed(format));
            let stored = QTensor::quantize(&weights, format).unwrap();
            let expected: Vec<f32> = stored.dequantize(&Device::Cpu).unwrap().flatten_all().unwrap().to_vec1().unwrap();
            let data = stored.data().unwrap();
            for (at, expected) in expected.chunks(RUN).enumerate() {
                let run = unpack(format, &data, at).unwrap();
                let weight = |column: usize| run.scale[column / 16] * f32::from(run.codes[column]) + run.least[column / 16];
                assert_eq!((0..RUN).map(weight).collect::<Vec<_>>(), expected, "{format:?} at {at}");
                assert!(!is_four_bits(format) || run.scale[0] == run.scale[1] && run.codes.iter().all(|code| (0..16).contains(code)));
            }
            assert!(unpack(format, &data, 64).is_err());
        }
    }

    #[test]
    fn halves_read_as_their_standard_says() {
        for (bits, value) in [(0x3c00u16, 1.0), (0xc000, -2.0), (0x7bff, 65504.0), (0x0001, 5.960_464_5e-8), (0x03ff, 6.097_555e-5), (0x8000, -0.0)] {
            assert_eq!(half(bits.to_le_bytes()).to_bits(), f32::to_bits(value), "{bits:x}");
        }
    }
}
