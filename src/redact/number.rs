//! Numbers: groups of digits and what stands between them; payment cards.

use super::{Hit, Scan};

/// The most groups and digits that are looked at together.
const GROUPS: usize = 9;
const DIGITS: usize = 24;

/// What stands between two groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gap {
    Blank,
    Hyphen,
    Dot,
    Slash,
    /// Two or three of them, parentheses too: `) `, ` / `.
    Mixed,
}

/// Groups from one place on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Groups {
    starts: [usize; GROUPS],
    ends: [usize; GROUPS],
    /// Before each group; of the first it says nothing.
    gaps: [Gap; GROUPS],
    pub count: usize,
}

impl Groups {
    pub fn length(&self, at: usize) -> usize {
        self.ends[at] - self.starts[at]
    }

    pub fn start(&self, at: usize) -> usize {
        self.starts[at]
    }

    pub fn end(&self, at: usize) -> usize {
        self.ends[at]
    }

    /// Before group `at`.
    pub fn gap(&self, at: usize) -> Gap {
        self.gaps[at]
    }

    pub fn gaps(&self, first: usize, last: usize) -> &[Gap] {
        &self.gaps[first + 1..=last]
    }

    pub fn lengths(&self, first: usize, last: usize) -> impl Iterator<Item = usize> + '_ {
        (first..=last).map(|at| self.length(at))
    }

    /// How many digits from the first group to this one.
    pub fn digits(&self, last: usize) -> usize {
        self.lengths(0, last).sum()
    }
}

impl Scan<'_> {
    /// What begins with this group of digits. Most numbers stand alone, and are decided here.
    pub(super) fn number(&self, start: usize, end: usize) -> Option<Hit> {
        let possible = match end - start {
            1 => self.text[start] == b'1',
            3 | 4 | 6 | 8 | 13..=19 => true,
            _ => self.text[start] == b'0',
        };
        if !possible || end - start < 12 && self.gap(end).is_none() {
            return None;
        }
        let groups = self.groups(start);
        let card = if self.kinds.card { self.card(&groups) } else { None };
        card.or_else(|| if self.kinds.phone { self.domestic(&groups) } else { None })
    }

    /// Length and kind of what stands between two groups.
    fn gap(&self, at: usize) -> Option<(usize, Gap)> {
        let kind = |at: usize| match (self.byte(at)?, self.byte(at + 1)) {
            (b' ', _) => Some((1, Gap::Blank)),
            (0xC2, Some(0xA0)) => Some((2, Gap::Blank)),
            (b'-', _) => Some((1, Gap::Hyphen)),
            (b'.', _) => Some((1, Gap::Dot)),
            (b'/', _) => Some((1, Gap::Slash)),
            (b'(' | b')', _) => Some((1, Gap::Mixed)),
            _ => None,
        };
        let (mut length, mut gap) = kind(at)?;
        for _ in 0..2 {
            if self.byte(at + length).is_some_and(|byte| byte.is_ascii_digit()) {
                return Some((length, gap));
            }
            length += kind(at + length)?.0;
            gap = Gap::Mixed;
        }
        self.byte(at + length).is_some_and(|byte| byte.is_ascii_digit()).then_some((length, gap))
    }

    /// The groups from `start` on, where a digit stands.
    pub(super) fn groups(&self, start: usize) -> Groups {
        let mut groups = Groups { starts: [start; GROUPS], ends: [start; GROUPS], gaps: [Gap::Mixed; GROUPS], count: 1 };
        groups.ends[0] += self.count(start, u8::is_ascii_digit);
        let mut digits = groups.length(0);
        while groups.count < GROUPS && digits < DIGITS {
            let last = groups.count - 1;
            let Some((length, gap)) = self.gap(groups.ends[last]) else { break };
            let start = groups.ends[last] + length;
            let end = start + self.count(start, u8::is_ascii_digit);
            digits += end - start;
            groups.count += 1;
            (groups.starts[last + 1], groups.ends[last + 1], groups.gaps[last + 1]) = (start, end, gap);
        }
        groups
    }

    /// A card that begins with the first group.
    fn card(&self, groups: &Groups) -> Option<Hit> {
        let start = groups.starts[0];
        let fraction = self.before(start) == Some(b'.') && self.before(start - 1).is_some_and(|byte| byte.is_ascii_digit());
        let last = (0..groups.count.min(5)).rev().find(|last| shaped(groups, *last) && self.valid(start, groups.ends[*last]))?;
        let end = groups.ends[last];
        let unique = last > 0 && groups.gaps(0, last).contains(&Gap::Hyphen) && self.in_uuid(start, end);
        (!fraction && !unique).then_some(Hit { start, end, mark: "[card]" })
    }

    fn valid(&self, start: usize, end: usize) -> bool {
        let mut digits = [0; 19];
        let mut count = 0;
        for byte in self.text[start..end].iter().filter(|byte| byte.is_ascii_digit()) {
            let Some(digit) = digits.get_mut(count) else { return false };
            *digit = byte - b'0';
            count += 1;
        }
        issued(&digits[..count]) && luhn(&digits[..count])
    }

    /// Whether these bytes are part of a UUID, which can have groups of four digits too.
    fn in_uuid(&self, start: usize, end: usize) -> bool {
        let part = |byte: &u8| byte.is_ascii_hexdigit() || *byte == b'-';
        let before = self.text[self.from..start].iter().rev().take(36).take_while(|byte| part(byte)).count();
        let run = &self.text[start - before..end + self.count(end, part).min(36)];
        let hyphens = |window: &[u8]| window.iter().enumerate().all(|(at, byte)| matches!(at, 8 | 13 | 18 | 23) == (*byte == b'-'));
        run.windows(36).enumerate().any(|(at, window)| hyphens(window) && at <= before && at + 36 >= before + end - start)
    }
}

/// Whether the groups up to `last` are as on a card, with one separator.
fn shaped(groups: &Groups, last: usize) -> bool {
    let one = groups.gaps(0, last).iter().all(|gap| *gap == groups.gap(1) && matches!(gap, Gap::Blank | Gap::Hyphen));
    let mut lengths = [0; 5];
    lengths.iter_mut().zip(groups.lengths(0, last)).for_each(|(to, length)| *to = length);
    one && matches!(lengths, [13..=19, 0, ..] | [4, 4, 4, 4, 0..=3] | [4, 6, 4 | 5, 0, _] | [4, 4, 5, 0, _] | [8, 8, 0, ..] | [6, 13, 0, ..])
}

/// Whether an issuer gives out numbers that begin like this, of this length.
fn issued(digits: &[u8]) -> bool {
    let Some(four) = digits.get(..4) else { return false };
    let four = four.iter().fold(0_u16, |number, digit| number * 10 + u16::from(*digit));
    match (four, digits.len()) {
        // Visa; Mastercard; American Express; Diners Club.
        (4000..=4999, 13 | 16 | 19) | (5100..=5599 | 2221..=2720, 16) | (3400..=3499 | 3700..=3799, 15) => true,
        (3000..=3059 | 3095 | 3600..=3699 | 3800..=3999, 14 | 16..=19) => true,
        // Discover and UnionPay; JCB; Mir; Maestro.
        (6011 | 6440..=6599 | 6200..=6299 | 8100..=8171, 16..=19) | (3528..=3589, 16..=19) | (2200..=2204, 16..=19) => true,
        (5018 | 5020 | 5038 | 5893 | 6304 | 6759 | 6761..=6763, 13..=19) => true,
        _ => false,
    }
}

/// The check digit of ISO/IEC 7812-1, annex B.
fn luhn(digits: &[u8]) -> bool {
    let doubled = |digit: u8| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let sum: u32 = digits.iter().rev().enumerate().map(|(at, digit)| u32::from(if at % 2 == 1 { doubled(*digit) } else { *digit })).sum();
    sum.is_multiple_of(10)
}
