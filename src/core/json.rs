//! Writes JSON. The browser's `JSON.parse` reads it, in `browser/value.rs`.

use super::text::{decimal, hex};
use super::value::Value;

/// Writes one object, with its members in the order of the calls.
pub struct JsonObject<'a> {
    out: &'a mut Vec<u8>,
    empty: bool,
}

impl JsonObject<'_> {
    /// Writes one object into a new buffer.
    pub fn build(fill: impl FnOnce(&mut JsonObject)) -> Vec<u8> {
        Self::build_within(256, fill)
    }

    /// Writes one object into a buffer of `capacity` bytes. A buffer that has to grow leaves a copy of secrets in memory.
    pub fn build_within(capacity: usize, fill: impl FnOnce(&mut JsonObject)) -> Vec<u8> {
        let mut out = Vec::with_capacity(capacity);
        let mut json = JsonObject::open(&mut out);
        fill(&mut json);
        json.close();
        out
    }

    fn open(out: &mut Vec<u8>) -> JsonObject<'_> {
        out.push(b'{');
        JsonObject { out, empty: true }
    }

    fn close(&mut self) {
        self.out.push(b'}');
        self.empty = false;
    }

    fn key(&mut self, key: &str) {
        if !self.empty {
            self.out.push(b',');
        }
        self.empty = false;
        write_string(self.out, key);
        self.out.push(b':');
    }

    /// Writes a string member.
    pub fn string(&mut self, key: &str, value: &str) {
        self.key(key);
        write_string(self.out, value);
    }

    /// Writes a string member, if there is a value.
    pub fn optional(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.string(key, value);
        }
    }

    /// Writes a boolean member.
    pub fn bool(&mut self, key: &str, value: bool) {
        self.key(key);
        self.out
            .extend_from_slice(if value { b"true" } else { b"false" });
    }

    /// Writes an integer member.
    pub fn number(&mut self, key: &str, value: u64) {
        self.key(key);
        self.out.extend_from_slice(decimal(value).as_bytes());
    }

    /// Writes a member of any type.
    pub fn value(&mut self, key: &str, value: &Value) {
        self.key(key);
        write_value(self.out, value);
    }

    /// Writes an object member.
    pub fn object(&mut self, key: &str, fill: impl FnOnce(&mut JsonObject)) {
        self.key(key);
        self.out.push(b'{');
        self.empty = true;
        fill(self);
        self.close();
    }
}

fn write_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Bool(flag) => out.extend_from_slice(if *flag { b"true" } else { b"false" }),
        // `NaN` and `Infinity` end with a letter and become null.
        Value::Number(text) if text.ends_with(|last: char| last.is_ascii_digit()) => {
            out.extend_from_slice(text.as_bytes());
        }
        Value::String(text) => write_string(out, text),
        Value::Array(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_value(out, item);
            }
            out.push(b']');
        }
        Value::Object(members) => {
            let mut json = JsonObject::open(out);
            for (name, value) in members {
                json.value(name, value);
            }
            json.close();
        }
        Value::Null | Value::Number(_) | Value::Foreign => out.extend_from_slice(b"null"),
    }
}

fn write_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            0..=0x1f => {
                out.extend_from_slice(b"\\u00");
                out.extend_from_slice(hex(byte).as_bytes());
            }
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn written_json_reads_back(key in ".*", value in ".*", flag: bool, number in 0u64..(1 << 53)) {
            let bytes = JsonObject::build(|json| {
                json.string(&key, &value);
                json.object("nested", |json| {
                    json.bool("flag", flag);
                    json.optional("absent", None);
                    json.number("number", number);
                });
            });
            let read: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
            prop_assert_eq!(&read["nested"], &serde_json::json!({ "flag": flag, "number": number }));
            if key != "nested" {
                prop_assert_eq!(&read[&key], &serde_json::Value::String(value));
            }
        }
    }
}
