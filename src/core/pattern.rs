//! Patterns of fields, matched in time linear in the value: they come from a server, and values are checked at every key
//! stroke, so that a backtracking matcher would let a pattern like `(a+)+$` stop the page.
//!
//! A subset of ECMAScript's regular expressions, by code points and without flags: literals, `.`, `^`, `$`, `|`, `( )`, `(?: )`,
//! classes, the quantifiers `* + ? {m} {m,} {m,n}` and their lazy forms, `\d \D \w \W \s \S`, `\t \n \r \v \f \0`, `\xHH`,
//! `\uHHHH`, `\u{H}`, and any escaped ASCII punctuation. What is outside of it (look-around, back references, `\b`, `\p`, named
//! groups, a lone `]`, `{` or `}`, what unrolls to more than [`MAX_SIZE`] steps) is no pattern here: the platform decides.

use super::text::concat;
mod class;
mod compile;

use class::Class;

/// How many steps a pattern may have once its counted repetitions are unrolled. Each costs its time again at every character.
pub const MAX_SIZE: usize = 4_096;

#[derive(Clone, Copy, PartialEq)]
enum Step {
    /// One character.
    Char(char),
    /// One character of the class with this number.
    Class(usize),
    Start,
    End,
    /// Goes on elsewhere. Distances, so that a repeated part can be copied as it is.
    Jump(isize),
    /// Goes on both here and elsewhere.
    Split(isize),
}

/// A pattern that can be matched here.
pub struct Pattern {
    code: Vec<Step>,
    classes: Vec<Class>,
    /// The same pattern, as `RegExp` takes it under the flags `u` and `v`.
    text: String,
    /// Whether the source itself is taken under `u`.
    is_unicode: bool,
    /// Whether it may be shown: a backtracking matcher comes to an end soon, too, and the text is no longer than a source may be.
    is_tame: bool,
}

impl Pattern {
    /// Compiles; `None` for what is outside of the subset.
    pub fn new(source: &str) -> Option<Self> {
        compile::compile(source)
    }

    /// Whether the pattern is found anywhere in the text, as in JSON Schema.
    pub fn is_match(&self, text: &str) -> bool {
        // When a step was last reached: at each character, every step is looked at once.
        let mut reached = vec![0; self.code.len()];
        let (mut now, mut next) = (Vec::new(), Vec::new());
        let mut chars = text.chars();
        let mut position = 0;
        loop {
            position += 1;
            let current = chars.next();
            now.push(0);
            while let Some(at) = now.pop() {
                let Some(step) = self.code.get(at) else {
                    return true;
                };
                if reached[at] == position {
                    continue;
                }
                reached[at] = position;
                match *step {
                    Step::Char(c) if current == Some(c) => next.push(at + 1),
                    Step::Class(class)
                        if current.is_some_and(|c| self.classes[class].contains(c)) =>
                    {
                        next.push(at + 1);
                    }
                    Step::Char(_) | Step::Class(_) => {}
                    Step::Start if position == 1 => now.push(at + 1),
                    Step::End if current.is_none() => now.push(at + 1),
                    Step::Start | Step::End => {}
                    Step::Jump(distance) => now.push(at.wrapping_add_signed(distance)),
                    Step::Split(distance) => {
                        now.push(at + 1);
                        now.push(at.wrapping_add_signed(distance));
                    }
                }
            }
            if current.is_none() {
                return false;
            }
            core::mem::swap(&mut now, &mut next);
        }
    }

    /// For validators that hand it to `RegExp` with the flag `u`. `None` where that could take for ever (in what repeats,
    /// nothing may vary), and where escaped it has more than [`MAX_SIZE`] bytes.
    pub fn for_json_schema<'a>(&'a self, source: &'a str) -> Option<&'a str> {
        let text = if self.is_unicode { source } else { &self.text };
        self.is_tame.then_some(text)
    }

    /// For the attribute `pattern`, which must fit the whole value (HTML: `^(?:…)$`, flag `v`). White space around the value
    /// is let through, because it is cut off before the value is checked here.
    pub fn for_html(&self) -> Option<String> {
        let is_sequence = self.code[0] == Step::Jump(1);
        let starts = is_sequence && self.text.starts_with('^');
        let ends = is_sequence && self.text.ends_with('$') && self.code.last() == Some(&Step::End);
        let is_anchor = |step: &&Step| matches!(step, Step::Start | Step::End);
        let anchors = self.code.iter().filter(is_anchor).count();
        // An anchor within would stand beside what is let through.
        if !self.is_tame || anchors != usize::from(starts) + usize::from(ends) {
            return None;
        }
        let inner = &self.text[usize::from(starts)..self.text.len() - usize::from(ends)];
        let around = |is_anchored| if is_anchored { "\\s*" } else { ".*" };
        Some(concat(&[around(starts), "(?:", inner, ")", around(ends)]))
    }
}
