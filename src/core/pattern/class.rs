//! Character classes.

/// Pairs of a first and a last code point, in ascending order.
pub type Ranges = [(u32, u32)];

const DIGIT: &Ranges = &[(0x30, 0x39)];
const WORD: &Ranges = &[(0x30, 0x39), (0x41, 0x5a), (0x5f, 0x5f), (0x61, 0x7a)];
/// White space and line terminators of ECMAScript.
const SPACE: &Ranges = &[
    (0x09, 0x0d),
    (0x20, 0x20),
    (0xa0, 0xa0),
    (0x1680, 0x1680),
    (0x2000, 0x200a),
    (0x2028, 0x2029),
    (0x202f, 0x202f),
    (0x205f, 0x205f),
    (0x3000, 0x3000),
    (0xfeff, 0xfeff),
];
const LINE_END: &Ranges = &[(0x0a, 0x0a), (0x0d, 0x0d), (0x2028, 0x2029)];

/// A set of characters. ASCII is a bit set, so that most classes need one comparison.
#[derive(Default)]
pub struct Class {
    ascii: u128,
    others: Vec<(u32, u32)>,
    pub is_negated: bool,
}

impl Class {
    pub fn dot() -> Self {
        let mut class = Class::default();
        class.add_all(LINE_END);
        class.is_negated = true;
        class
    }

    pub fn contains(&self, c: char) -> bool {
        let c = u32::from(c);
        let is_in = match c {
            0..0x80 => self.ascii >> c & 1 == 1,
            _ => self
                .others
                .iter()
                .any(|&(first, last)| first <= c && c <= last),
        };
        is_in != self.is_negated
    }

    /// The cost of one comparison, in steps.
    pub fn cost(&self) -> usize {
        1 + self.others.len()
    }

    pub fn add(&mut self, first: u32, last: u32) {
        for c in first..0x80.min(last + 1) {
            self.ascii |= 1 << c;
        }
        if last >= 0x80 {
            self.others.push((first.max(0x80), last));
        }
    }

    /// Adds the characters of `\d`, `\w`, `\s` or their negations. False for another letter.
    pub fn add_escape(&mut self, letter: char) -> bool {
        let ranges = match letter {
            'd' | 'D' => DIGIT,
            'w' | 'W' => WORD,
            's' | 'S' => SPACE,
            _ => return false,
        };
        if letter.is_ascii_lowercase() {
            self.add_all(ranges);
            return true;
        }
        let mut from = 0;
        for &(first, last) in ranges {
            if first > from {
                self.add(from, first - 1);
            }
            from = last + 1;
        }
        self.add(from, 0x10_ffff);
        true
    }

    fn add_all(&mut self, ranges: &Ranges) {
        for &(first, last) in ranges {
            self.add(first, last);
        }
    }
}
