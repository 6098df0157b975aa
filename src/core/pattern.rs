//! Regular expressions of fields, matched in linear time. They come from a server and are matched at every key stroke, so that a
//! backtracking matcher would let `(a+)+$` freeze the page.
//!
//! Own code, because the crate `regex-lite` takes 14.8 KB of brotli in the browser module, three times as much.
//!
//! Supports a subset of ECMAScript by code points, without flags: literals, `.`, `^`, `$`, `|`, `( )`, `(?: )`, classes, the
//! quantifiers `* + ? {m} {m,} {m,n}` and their lazy forms, `\d \D \w \W \s \S`, `\t \n \r \v \f \0`, `\xHH`, `\uHHHH`, `\u{H}`
//! and escaped ASCII punctuation. Not supported: look-around, back references, `\b`, `\p`, named groups, a lone `]`, `{` or `}`, and
//! patterns of more than [`MAX_SIZE`] steps. Values of such patterns are checked by the platform alone.

use super::text::concat;
mod class;
mod compile;

use class::Class;

/// The most steps a pattern may have after its counted repetitions are unrolled. Matching visits each step at every character.
pub const MAX_SIZE: usize = 4_096;

#[derive(Clone, Copy, PartialEq)]
enum Step {
    /// Matches one character.
    Char(char),
    /// Matches one character of `classes[index]`.
    Class(usize),
    /// Matches the start of the text.
    Start,
    /// Matches the end of the text.
    End,
    /// Continues at a distance. Relative, so that a repeated part can be copied unchanged.
    Jump(isize),
    /// Continues both at the next step and at a distance.
    Split(isize),
}

/// A compiled pattern.
pub struct Pattern {
    code: Vec<Step>,
    classes: Vec<Class>,
    /// The pattern, rewritten to be valid under the `RegExp` flags `u` and `v`.
    text: String,
    /// Whether the source is valid under the flag `u`.
    is_unicode: bool,
    /// Whether a backtracking matcher is fast, too, and `text` is at most [`MAX_SIZE`] bytes long.
    is_safe: bool,
}

impl Pattern {
    /// Whether the pattern matches anywhere in the text, as in JSON Schema.
    pub fn is_match(&self, text: &str) -> bool {
        // The position at which each step was last reached, so that a step is visited once per character.
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
            std::mem::swap(&mut now, &mut next);
        }
    }

    /// The pattern for validators that use `RegExp` with the flag `u`. `None` if a backtracking matcher could take exponential time,
    /// or if the pattern is longer than [`MAX_SIZE`] bytes when escaped.
    pub fn for_json_schema<'a>(&'a self, source: &'a str) -> Option<&'a str> {
        let text = if self.is_unicode { source } else { &self.text };
        self.is_safe.then_some(text)
    }

    /// The pattern for the HTML attribute `pattern`, which has to match the whole value (`^(?:…)$` with flag `v`). Allows white space
    /// around the value, because [`normalise`](super::normalise::normalise) removes it.
    pub fn for_html(&self) -> Option<String> {
        let is_sequence = self.code[0] == Step::Jump(1);
        let starts = is_sequence && self.text.starts_with('^');
        let ends = is_sequence && self.text.ends_with('$') && self.code.last() == Some(&Step::End);
        let is_anchor = |step: &&Step| matches!(step, Step::Start | Step::End);
        let anchors = self.code.iter().filter(is_anchor).count();
        // Only anchors at both ends can be replaced by the added white space.
        if !self.is_safe || anchors != usize::from(starts) + usize::from(ends) {
            return None;
        }
        let inner = &self.text[usize::from(starts)..self.text.len() - usize::from(ends)];
        let around = |is_anchored| if is_anchored { "\\s*" } else { ".*" };
        Some(concat(&[around(starts), "(?:", inner, ")", around(ends)]))
    }
}
