//! Phone numbers, seen from their `+`, their first digit or the parenthesis of their area code.

use super::{
    Hit, Scan,
    number::{Gap, Groups},
};

impl Scan<'_> {
    /// `+49 151 …`, `+1 (415) …`.
    pub(super) fn international(&self, at: usize) -> Option<Hit> {
        let first = at + 1 + usize::from(self.byte(at + 1) == Some(b'('));
        if !matches!(self.byte(first), Some(b'1'..=b'9')) || !self.begins(at) || matches!(self.before(at), Some(b'+' | b'_')) {
            return None;
        }
        let groups = self.groups(first);
        self.longest(at, &groups, |last| (8..=15).contains(&groups.digits(last)) && dotted(&groups, last))
    }

    /// `(415) 555-0132`, `(030) 1234567`, `(11) 98765-4321`.
    pub(super) fn area(&self, at: usize) -> Option<Hit> {
        if !matches!(self.byte(at + 1), Some(b'0'..=b'9')) || !self.begins(at) || self.before(at) == Some(b'_') {
            return None;
        }
        let groups = self.groups(at + 1);
        let closed = self.byte(groups.end(0)) == Some(b')') && groups.count > 1;
        let high = matches!(self.byte(at + 1), Some(b'1'..=b'9'));
        let zero = self.byte(at + 1) == Some(b'0') && self.byte(at + 2) != Some(b'0');
        let shaped = |last: usize| {
            let mut lengths = [0; 3];
            lengths.iter_mut().zip(groups.lengths(0, last)).for_each(|(to, length)| *to = length);
            match lengths {
                [3, 3, 4] if last == 2 && high => true,
                [3, 7, 0] if high => true,
                [2, 4 | 5, 4] if last == 2 && high => groups.gap(2) == Gap::Hyphen,
                [2..=6, ..] if zero => (5..=9).contains(&(groups.digits(last) - groups.length(0))) && groups.lengths(1, last).all(|length| length > 1),
                _ => false,
            }
        };
        if closed { self.longest(at, &groups, |last| last > 0 && shaped(last)) } else { None }
    }

    /// What begins with a digit: `0049 …`, `0151 …`, `415-555-0132`, `01 23 45 67 89`.
    pub(super) fn domestic(&self, groups: &Groups) -> Option<Hit> {
        let start = groups.start(0);
        // A part of something longer: a date, a time, a version.
        let joined = matches!(self.before(start), Some(b'-' | b'.' | b'/' | b':')) && self.before(start - 1).is_some_and(|byte| byte.is_ascii_digit());
        if joined || !self.begins(start) || matches!(self.before(start), Some(b'_' | b'$' | b'#')) {
            return None;
        }
        match self.text[start..] {
            [b'0', b'0', b'1'..=b'9', ..] | [b'0', b'0', b' ' | b'-', b'1'..=b'9', ..] => {
                let enough = |last: usize| if last == 0 { 10 } else { 9 };
                self.longest(start, groups, |last| (enough(last)..=15).contains(&(groups.digits(last) - 2)) && !groups.gaps(0, last).contains(&Gap::Dot))
            }
            [b'0', b'1'..=b'9', ..] => self.longest(start, groups, |last| trunk(groups, last)),
            _ => self.american(start, groups),
        }
    }

    /// `415-555-0132`, `1-800-555-0199`.
    fn american(&self, start: usize, groups: &Groups) -> Option<Hit> {
        let first = usize::from(groups.length(0) == 1 && self.byte(start) == Some(b'1'));
        let last = first + 2;
        if groups.count <= last || !groups.lengths(first, last).eq([3, 3, 4]) {
            return None;
        }
        let digit = |group: usize| self.byte(groups.start(group)).unwrap_or_default();
        let (gap, before) = (groups.gap(last), groups.gap(first + 1));
        // Hyphens and parentheses say enough. Three numbers between others are no phone, and neither is a version.
        let strict = digit(first) > b'1' && digit(first + 1) > b'1';
        let row = groups.count > last + 1 || self.before(start) == Some(b' ') && self.before(start - 1).is_some_and(|byte| byte.is_ascii_digit());
        let shaped = match (before, gap) {
            (Gap::Hyphen, Gap::Hyphen) | (Gap::Mixed, _) => digit(first) > b'0',
            (Gap::Dot, Gap::Dot) => strict,
            (Gap::Blank, Gap::Blank) => strict && !row,
            _ => false,
        };
        (shaped && self.closed(groups, last)).then_some(Hit { start, end: groups.end(last), mark: "[phone]" })
    }

    /// As many groups as `fits` allows.
    fn longest(&self, start: usize, groups: &Groups, fits: impl Fn(usize) -> bool) -> Option<Hit> {
        let last = (0..groups.count).rev().find(|last| fits(*last) && self.closed(groups, *last))?;
        Some(Hit { start, end: groups.end(last), mark: "[phone]" })
    }

    /// Whether a number can end with this group.
    fn closed(&self, groups: &Groups, last: usize) -> bool {
        let end = groups.end(last);
        match self.byte(end) {
            // An amount.
            Some(b'.') => !self.byte(end + 1).is_some_and(|byte| byte.is_ascii_digit()),
            Some(byte) => !byte.is_ascii_alphanumeric() && byte != b'_',
            None => true,
        }
    }
}

/// One dot alone is a decimal point; several divide groups if nothing else does.
fn dotted(groups: &Groups, last: usize) -> bool {
    let gaps = groups.gaps(0, last);
    let dots = gaps.iter().filter(|gap| **gap == Gap::Dot).count();
    dots == 0 || dots > 1 && dots == gaps.len()
}

/// An area code with its 0, and the rest.
fn trunk(groups: &Groups, last: usize) -> bool {
    let gaps = groups.gaps(0, last);
    let Some((first, rest)) = gaps.split_first() else { return false };
    let digits = groups.digits(last);
    let pairs = last == 4 && groups.lengths(0, last).all(|length| length == 2) && gaps.iter().all(|gap| gap == first) && *first != Gap::Slash;
    let plain = *first != Gap::Dot
        && (2..=6).contains(&groups.length(0))
        && rest.iter().all(|gap| matches!(gap, Gap::Blank | Gap::Hyphen))
        && groups.lengths(1, last).all(|length| length > 1)
        && groups.lengths(1, last).any(|length| length > 2)
        && (9..=12).contains(&digits)
        && digits - groups.length(0) > 5;
    // 01-02-2026 12: a date has its year third.
    let date = groups.count > 2 && groups.lengths(0, 2).eq([2, 2, 4]);
    pairs || plain && !date
}
