//! Reading what `JSON.stringify` has written: JSON without white space, whose grammar nobody has to check any more. Anything
//! else ends in `None`, and never in a panic.

use super::value::Value;

/// Deeper than any answer of the platform, and far from the end of the stack.
pub const MAX_DEPTH: u32 = 64;

/// The value that was written. `None` also when it is nested too deeply.
pub fn read(text: &str) -> Option<Value> {
    let mut reader = Reader { text, at: 0 };
    reader.value(0)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn value(&mut self, depth: u32) -> Option<Value> {
        if depth > MAX_DEPTH {
            return None;
        }
        let (value, length) = match self.peek()? {
            b'n' => (Value::Null, 4),
            b't' => (Value::Bool(true), 4),
            b'f' => (Value::Bool(false), 5),
            b'"' => return self.string().map(Value::String),
            b'[' => {
                let mut items = Vec::new();
                while self.more()? {
                    items.push(self.value(depth + 1)?);
                }
                (Value::Array(items), 1)
            }
            b'{' => {
                let mut members = Vec::new();
                while self.more()? {
                    let name = self.string()?;
                    // Its colon.
                    self.at += 1;
                    members.push((name, self.value(depth + 1)?));
                }
                (Value::Object(members), 1)
            }
            b'-' | b'0'..=b'9' => {
                let rest = &self.text.as_bytes()[self.at..];
                let end = rest
                    .iter()
                    .position(|byte| matches!(byte, b',' | b']' | b'}'));
                let end = end.unwrap_or(rest.len());
                let number = self.text.get(self.at..self.at + end)?;
                (Value::Number(number.to_owned()), end)
            }
            _ => return None,
        };
        self.at += length;
        Some(value)
    }

    /// Whether there is one more element or member, behind the bracket or the comma that is next. The last bracket stays.
    fn more(&mut self) -> Option<bool> {
        let next = self.peek()?;
        if matches!(next, b'[' | b'{' | b',') {
            self.at += 1;
        }
        Some(next == b',' || !matches!(self.peek()?, b']' | b'}'))
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn string(&mut self) -> Option<String> {
        let bytes = self.text.as_bytes();
        if self.peek()? != b'"' {
            return None;
        }
        let mut out = String::new();
        let mut start = self.at + 1;
        let mut at = start;
        loop {
            let byte = *bytes.get(at)?;
            at += 1;
            if !matches!(byte, b'"' | b'\\') {
                continue;
            }
            out.push_str(self.text.get(start..at - 1)?);
            if byte == b'"' {
                self.at = at;
                return Some(out);
            }
            let letter = *bytes.get(at)?;
            at += 1;
            out.push(match letter {
                b'b' => '\u{8}',
                b'f' => '\u{c}',
                b'n' => '\n',
                b'r' => '\r',
                b't' => '\t',
                b'"' | b'\\' => char::from(letter),
                b'u' => {
                    let mut code = 0;
                    for digit in bytes.get(at..at + 4)? {
                        code = code * 16 + char::from(*digit).to_digit(16)?;
                    }
                    at += 4;
                    // What is escaped by its number is a control character, or half of a character.
                    char::from_u32(code).unwrap_or('\u{fffd}')
                }
                _ => return None,
            });
            start = at;
        }
    }
}
