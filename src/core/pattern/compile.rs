//! Compiles a pattern to steps.

use super::class::Class;
use super::{MAX_SIZE, Pattern, Step};

/// The deepest nesting of groups, which are parsed recursively.
const MAX_GROUP_DEPTH: u32 = 32;

/// Characters that the flag `u` allows to be escaped everywhere.
const SYNTAX: &[char] = &[
    '^', '$', '\\', '.', '*', '+', '?', '(', ')', '[', ']', '{', '}', '|', '/',
];

/// Characters that the flag `v` requires to be escaped in a class.
const CLASS_SYNTAX: &[char] = &['(', ')', '[', '{', '}', '/', '-', '|'];

impl Pattern {
    /// Compiles a pattern. `None` if it is outside of the subset.
    pub fn new(source: &str) -> Option<Self> {
        if source.len() > MAX_SIZE {
            return None;
        }
        let mut parser = Parser {
            source,
            at: 0,
            copied: 0,
            size: 0,
            pattern: Pattern {
                code: Vec::new(),
                classes: Vec::new(),
                text: String::new(),
                is_unicode: true,
                is_safe: true,
            },
        };
        parser.alternatives(0)?;
        // The rest starts with an unmatched `)`.
        if parser.at < source.len() {
            return None;
        }
        parser.copy();
        parser.pattern.is_safe &= parser.pattern.text.len() <= MAX_SIZE;
        Some(parser.pattern)
    }
}

struct Parser<'a> {
    source: &'a str,
    at: usize,
    /// How many bytes of the source are copied to the pattern's `text`.
    copied: usize,
    size: usize,
    pattern: Pattern,
}

/// The meaning of an escape.
enum Escaped {
    Char(char),
    Class(char),
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.source[self.at..].chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn eat(&mut self, text: &str) -> bool {
        let is_next = self.source[self.at..].starts_with(text);
        if is_next {
            self.at += text.len();
        }
        is_next
    }

    /// Copies the source up to `at` into the pattern's `text`.
    fn copy(&mut self) {
        self.pattern
            .text
            .push_str(&self.source[self.copied..self.at]);
        self.copied = self.at;
    }

    fn push(&mut self, step: Step) -> Option<usize> {
        self.grow(cost(&self.pattern.classes, step))?;
        self.pattern.code.push(step);
        Some(self.pattern.code.len() - 1)
    }

    fn grow(&mut self, by: usize) -> Option<()> {
        self.size = self.size.saturating_add(by);
        (self.size <= MAX_SIZE).then_some(())
    }

    /// Makes the step at `at` continue at the current end of the code.
    fn aim(&mut self, at: usize, step: fn(isize) -> Step) {
        let distance = self.pattern.code.len() - at;
        self.pattern.code[at] = step(distance as isize);
    }

    /// Parses alternatives. Like `term`, returns whether one text can match them in several ways. `None` outside of the subset.
    fn alternatives(&mut self, depth: u32) -> Option<bool> {
        if depth > MAX_GROUP_DEPTH {
            return None;
        }
        let mut varies = false;
        let mut ends = Vec::new();
        loop {
            let split = self.push(Step::Jump(1))?;
            while !matches!(self.peek(), None | Some('|' | ')')) {
                varies |= self.term(depth)?;
            }
            if !self.eat("|") {
                break;
            }
            varies = true;
            ends.push(self.push(Step::Jump(1))?);
            self.aim(split, Step::Split);
        }
        for end in ends {
            self.aim(end, Step::Jump);
        }
        Some(varies)
    }

    /// Parses an atom and its quantifier.
    fn term(&mut self, depth: u32) -> Option<bool> {
        let start = self.pattern.code.len();
        let mut varies = false;
        let mut can_repeat = true;
        match self.next()? {
            '^' => {
                self.push(Step::Start)?;
                can_repeat = false;
            }
            '$' => {
                self.push(Step::End)?;
                can_repeat = false;
            }
            '(' => {
                if self.peek() == Some('?') && !self.eat("?:") {
                    return None;
                }
                varies = self.alternatives(depth + 1)?;
                if !self.eat(")") {
                    return None;
                }
            }
            '[' => {
                let class = self.class()?;
                self.push_class(class)?;
            }
            '.' => self.push_class(Class::dot())?,
            '\\' => match self.escape(&[])? {
                Escaped::Char(c) => {
                    self.push(Step::Char(c))?;
                }
                Escaped::Class(letter) => {
                    let mut class = Class::default();
                    class.add_escape(letter);
                    self.push_class(class)?;
                }
            },
            '*' | '+' | '?' | ']' | '{' | '}' => return None,
            c => {
                self.push(Step::Char(c))?;
            }
        }
        let (least, most) = match self.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => self.counts()?,
            _ => return Some(varies),
        };
        if !can_repeat {
            return None;
        }
        // The last character of the quantifier: for `{m,n}` its `}`.
        self.next();
        self.eat("?");
        self.repeat(start, least, most)?;
        self.pattern.is_safe &= !varies || matches!(most, Some(0 | 1));
        Some(varies || most != Some(least))
    }

    /// Parses `{m}`, `{m,}` or `{m,n}` up to, but without, its `}`.
    fn counts(&mut self) -> Option<(usize, Option<usize>)> {
        self.next();
        let least = self.number()?;
        let most = match (self.eat(","), self.peek()) {
            (false, _) => Some(least),
            (true, Some('}')) => None,
            (true, _) => Some(self.number()?),
        };
        let is_valid = self.peek() == Some('}') && most.is_none_or(|most| most >= least);
        is_valid.then_some((least, most))
    }

    fn number(&mut self) -> Option<usize> {
        let start = self.at;
        let mut number = 0;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)) {
            self.at += 1;
            number = number * 10 + digit as usize;
            if number > MAX_SIZE {
                return None;
            }
        }
        (self.at > start).then_some(number)
    }

    /// Repeats the steps since `start`.
    fn repeat(&mut self, start: usize, least: usize, most: Option<usize>) -> Option<()> {
        let part = self.pattern.code.split_off(start);
        let one: usize = part
            .iter()
            .map(|step| cost(&self.pattern.classes, *step))
            .sum();
        self.size -= one;
        // Checked before the copies are made, to limit memory, too.
        let copies = most.unwrap_or(least + 1);
        self.grow((one + 2).saturating_mul(copies))?;
        let code = &mut self.pattern.code;
        for _ in 0..least {
            code.extend_from_slice(&part);
        }
        let length = part.len() as isize;
        match most {
            None => {
                code.push(Step::Split(length + 2));
                code.extend_from_slice(&part);
                code.push(Step::Jump(-length - 1));
            }
            Some(most) => {
                for left in (1..=most - least).rev() {
                    code.push(Step::Split((length + 1) * left as isize));
                    code.extend_from_slice(&part);
                }
            }
        }
        Some(())
    }

    fn push_class(&mut self, class: Class) -> Option<()> {
        let number = self.pattern.classes.len();
        self.pattern.classes.push(class);
        self.push(Step::Class(number)).map(drop)
    }

    /// Parses a class after its `[`.
    fn class(&mut self) -> Option<Class> {
        let mut class = Class::default();
        class.is_negated = self.eat("^");
        let mut last = None;
        while !self.eat("]") {
            match self.class_atom(&mut last)? {
                // A class such as `\w` cannot start a range.
                Escaped::Class(letter) => {
                    class.add_escape(letter);
                    if self.peek() == Some('-') && !self.source[self.at..].starts_with("-]") {
                        return None;
                    }
                }
                Escaped::Char(first) => {
                    let is_range = self.source[self.at..].starts_with('-')
                        && !self.source[self.at..].starts_with("-]");
                    let mut end = first;
                    if is_range {
                        self.next();
                        let Escaped::Char(c) = self.class_atom(&mut last)? else {
                            return None;
                        };
                        end = c;
                    }
                    if end < first {
                        return None;
                    }
                    class.add(first.into(), end.into());
                }
            }
        }
        Some(class)
    }

    fn class_atom(&mut self, last: &mut Option<char>) -> Option<Escaped> {
        let before = self.at;
        let atom = match self.next()? {
            '\\' => self.escape(&['-'])?,
            c => {
                if CLASS_SYNTAX.contains(&c) {
                    self.at = before;
                    self.copy();
                    self.pattern.text.push('\\');
                    self.next();
                }
                Escaped::Char(c)
            }
        };
        if let Escaped::Char(c) = atom {
            // The flag `v` reserves doubled punctuation such as `&&`.
            self.pattern.is_safe &= *last != Some(c) || !c.is_ascii_punctuation();
            *last = Some(c);
        }
        Some(atom)
    }

    /// Parses an escape after its backslash. `also`: characters besides [`SYNTAX`] that the flag `u` allows to be escaped here.
    fn escape(&mut self, also: &[char]) -> Option<Escaped> {
        let backslash = self.at - 1;
        let c = self.next()?;
        let value = match c {
            'd' | 'D' | 'w' | 'W' | 's' | 'S' => return Some(Escaped::Class(c)),
            't' => '\t',
            'n' => '\n',
            'r' => '\r',
            'v' => '\u{b}',
            'f' => '\u{c}',
            '0' if !self.peek().is_some_and(|c| c.is_ascii_digit()) => '\0',
            'x' => self.hex(2)?,
            'u' if self.eat("{") => {
                let value = self.hex(usize::MAX)?;
                if !self.eat("}") {
                    return None;
                }
                value
            }
            'u' => self.hex(4)?,
            _ if SYNTAX.contains(&c) || also.contains(&c) => c,
            _ if c.is_ascii_punctuation() => {
                // The flag `u` forbids this backslash, which changes nothing: leave it out.
                self.at = backslash;
                self.copy();
                self.copied += 1;
                self.at += 2;
                self.pattern.is_unicode = false;
                c
            }
            _ => return None,
        };
        Some(Escaped::Char(value))
    }

    /// Parses a code point of `length` hexadecimal digits; `usize::MAX` stands for one or more.
    fn hex(&mut self, length: usize) -> Option<char> {
        let (mut value, mut digits) = (0, 0);
        while digits < length
            && let Some(digit) = self.peek().and_then(|c| c.to_digit(16))
        {
            self.at += 1;
            digits += 1;
            value = value * 16 + digit;
            if value > 0x10_ffff {
                return None;
            }
        }
        let is_whole = digits == length || length == usize::MAX && digits > 0;
        char::from_u32(value).filter(|_| is_whole)
    }
}

fn cost(classes: &[Class], step: Step) -> usize {
    match step {
        Step::Class(class) => classes[class].cost(),
        _ => 1,
    }
}
