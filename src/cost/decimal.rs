//! Billionths written as decimals, and back, without a float between.

use crate::fault::{Fault, Kind};

const DECIMALS: usize = 9;

/// A dollar in nano-dollars.
pub const ONE: u128 = 1_000_000_000;

/// Digits, and at most nine more after a point: `12`, `0.000000001`. No sign, no exponent, no blanks.
///
/// # Errors
/// `Invalid`, with a sentence for who typed it and no field: whoever knows the field adds it with [`Fault::at`].
pub fn parse(text: &str) -> Result<u128, Fault> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) {
        return Err(fault("Write the amount as a plain decimal number of dollars, such as 0.15."));
    }
    if part.len() > DECIMALS {
        return Err(fault("An amount has at most 9 decimals: a billionth of a dollar is the smallest."));
    }
    let billionths = format!("{whole}{part:0<DECIMALS$}");
    billionths.parse().map_err(|_| too_large())
}

/// Without needless zeros, and with at least `least` decimals.
pub fn write(billionths: u128, least: usize) -> String {
    let (whole, part) = (billionths / ONE, format!("{:09}", billionths % ONE));
    let kept = part.trim_end_matches('0').len().max(least);
    if kept == 0 { whole.to_string() } else { format!("{whole}.{}", &part[..kept]) }
}

fn fault(message: &'static str) -> Fault {
    Fault::new(Kind::Invalid, "invalid_amount", message)
}

pub fn too_large() -> Fault {
    fault("This amount is too large.")
}
