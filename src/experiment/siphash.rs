//! SipHash-2-4 (Aumasson and Bernstein, 2012): a keyed hash of 64 bits that every language has a library for, so that who
//! knows a test's seed can reproduce its assignments offline.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::fault::Fault;

/// The key of a test's hashes: 16 bytes, as 32 hexadecimal digits in JSON.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Seed(pub [u8; 16]);

impl fmt::Display for Seed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl FromStr for Seed {
    type Err = Fault;
    fn from_str(text: &str) -> Result<Self, Fault> {
        let hex = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let value = u128::from_str_radix(text, 16).ok().filter(|_| hex);
        value.map(|value| Self(value.to_be_bytes())).ok_or_else(|| Fault::field("seed", "A seed is 32 hexadecimal digits."))
    }
}

impl From<Seed> for String {
    fn from(seed: Seed) -> Self {
        seed.to_string()
    }
}

impl TryFrom<String> for Seed {
    type Error = Fault;
    fn try_from(text: String) -> Result<Self, Fault> {
        text.parse()
    }
}

/// The hash of `text` followed by `suffix`, which is at most 8 bytes long.
pub fn siphash(seed: Seed, text: &[u8], suffix: &[u8]) -> u64 {
    let [k0, k1] = [word(&seed.0[..8]), word(&seed.0[8..])];
    let mut state = [k0 ^ 0x736f_6d65_7073_6575, k1 ^ 0x646f_7261_6e64_6f6d, k0 ^ 0x6c79_6765_6e65_7261, k1 ^ 0x7465_6462_7974_6573];
    let (blocks, rest) = text.as_chunks::<8>();
    for block in blocks {
        compress(&mut state, u64::from_le_bytes(*block));
    }
    // What is left of the text, the suffix, and the length: at most two blocks.
    let mut last = [0; 16];
    let tail = rest.iter().chain(suffix.iter().take(8));
    last.iter_mut().zip(tail).for_each(|(place, byte)| *place = *byte);
    let suffix = suffix.len().min(8);
    if rest.len() + suffix >= 8 {
        compress(&mut state, word(&last[..8]));
        last.copy_within(8.., 0);
    }
    let length = (text.len() as u64).wrapping_add(suffix as u64);
    compress(&mut state, word(&last[..7]) | length << 56);
    state[2] ^= 0xff;
    (0..4).for_each(|_| round(&mut state));
    state[0] ^ state[1] ^ state[2] ^ state[3]
}

/// Little-endian, of at most eight bytes.
fn word(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}

fn compress(state: &mut [u64; 4], block: u64) {
    state[3] ^= block;
    round(state);
    round(state);
    state[0] ^= block;
}

fn round([v0, v1, v2, v3]: &mut [u64; 4]) {
    *v0 = v0.wrapping_add(*v1);
    *v1 = v1.rotate_left(13) ^ *v0;
    *v0 = v0.rotate_left(32);
    *v2 = v2.wrapping_add(*v3);
    *v3 = v3.rotate_left(16) ^ *v2;
    *v0 = v0.wrapping_add(*v3);
    *v3 = v3.rotate_left(21) ^ *v0;
    *v2 = v2.wrapping_add(*v1);
    *v1 = v1.rotate_left(17) ^ *v2;
    *v2 = v2.rotate_left(32);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the authors' test vectors: the key is 00 01 … 0f, and message `n` is the bytes 00 01 … below n.
    #[test]
    fn the_reference_vectors_come_out_however_the_message_is_cut() {
        let seed = Seed(std::array::from_fn(|at| at as u8));
        let message: Vec<u8> = (0..64).collect();
        for (length, expected) in [
            (0, 0x726f_db47_dd0e_0e31_u64),
            (1, 0x74f8_39c5_93dc_67fd),
            (2, 0x0d6c_8009_d9a9_4f5a),
            (3, 0x8567_6696_d7fb_7e2d),
            (7, 0xab02_00f5_8b01_d137),
            (8, 0x93f5_f579_9a93_2462),
            (15, 0xa129_ca61_49be_45e5),
            (63, 0x958a_324c_eb06_4572),
        ] {
            for suffix in 0..=8.min(length) {
                let (text, suffix) = message[..length].split_at(length - suffix);
                assert_eq!(siphash(seed, text, suffix), expected, "{length} bytes, {} of them a suffix", suffix.len());
            }
        }
    }

    #[test]
    fn a_seed_reads_back_as_it_was_written() {
        let seed = Seed(std::array::from_fn(|at| 17 * at as u8));
        assert_eq!(seed.to_string(), "00112233445566778899aabbccddeeff");
        assert_eq!(seed.to_string().parse::<Seed>().unwrap(), seed);
        for bad in ["", "0011", "+0112233445566778899aabbccddeeff", "00112233445566778899aabbccddeefg"] {
            assert!(bad.parse::<Seed>().is_err(), "{bad}");
        }
    }
}
