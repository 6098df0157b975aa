//! Values from the fuzzer's bytes, made of the platform's words so that they get past a reader's first check.

use crate::TYPED;
use crate::core::value::Value;
use crate::support::words::{KEYS, WORDS, count, replace};
use arbitrary::{Arbitrary, Result, Unstructured};

const MAX_DEPTH: usize = 6;
const MAX_ITEMS: usize = 8;

/// A text: a word of the platform, a typed value, or anything.
#[derive(Debug, Clone)]
pub struct Text(pub String);

impl<'a> Arbitrary<'a> for Text {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Text(match u.int_in_range(0..=7u8)? {
            0..=3 => (*u.choose(WORDS)?).to_owned(),
            4 => [&free(u)?, TYPED, &free(u)?].concat(),
            5 => free(u)?.repeat(u.int_in_range(1..=200)?),
            _ => free(u)?,
        }))
    }
}

/// A short text of any characters.
pub fn free(u: &mut Unstructured) -> Result<String> {
    let length = u.int_in_range(0..=12)?;
    (0..length).map(|_| character(u)).collect()
}

fn character(u: &mut Unstructured) -> Result<char> {
    Ok(match u.int_in_range(0..=9u8)? {
        0 => u.arbitrary()?,
        1 => char::from(u.int_in_range(0..=0x1f)?),
        2 => *u.choose(&[
            '"', '\\', '<', '&', '%', '_', '\u{feff}', '\u{2028}', '\u{200b}', 'é', '😀',
        ])?,
        _ => char::from(u.int_in_range(0x20..=0x7e)?),
    })
}

/// Any JSON value, and values that JSON cannot hold.
#[derive(Debug, Clone)]
pub struct Json(pub Value);

impl<'a> Arbitrary<'a> for Json {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        at_depth(u, 0).map(Json)
    }
}

fn at_depth(u: &mut Unstructured, depth: usize) -> Result<Value> {
    let kinds = if depth == MAX_DEPTH { 7 } else { 11u8 };
    Ok(match u.int_in_range(0..=kinds)? {
        0 => Value::Null,
        1 => Value::Bool(u.arbitrary()?),
        2 => Value::Number(number(u)?),
        3 => Value::Foreign,
        4..=7 => Value::String(Text::arbitrary(u)?.0),
        8 => {
            let length = u.int_in_range(0..=MAX_ITEMS)?;
            Value::Array(
                (0..length)
                    .map(|_| at_depth(u, depth + 1))
                    .collect::<Result<_>>()?,
            )
        }
        _ => {
            let length = u.int_in_range(0..=MAX_ITEMS)?;
            let member = |_| Ok((key(u)?, at_depth(u, depth + 1)?));
            Value::Object((0..length).map(member).collect::<Result<_>>()?)
        }
    })
}

fn key(u: &mut Unstructured) -> Result<String> {
    Ok(match u.ratio(1, 8)? {
        true => free(u)?,
        false => (*u.choose(KEYS)?).to_owned(),
    })
}

/// A number as JavaScript writes it.
fn number(u: &mut Unstructured) -> Result<String> {
    Ok(match u.int_in_range(0..=4u8)? {
        0 => u.arbitrary::<i32>()?.to_string(),
        1 => u.int_in_range(0..=1u64 << 53)?.to_string(),
        2 => (*u.choose(&[
            "NaN",
            "Infinity",
            "-Infinity",
            "1e+21",
            "5e-324",
            "1.7976931348623157e+308",
        ])?)
        .to_owned(),
        3 => (f64::from(u.arbitrary::<i32>()?) / 1024.0).to_string(),
        _ => u.int_in_range(0..=20u8)?.to_string(),
    })
}

/// A change of a JSON value: one of the values in it is replaced.
#[derive(Debug, Clone, Arbitrary)]
pub struct Edit {
    at: u16,
    other: Json,
}

impl Edit {
    /// Makes the change.
    pub fn apply(self, value: &mut Value) {
        let at = usize::from(self.at) % count(value);
        replace(value, at, self.other.0);
    }
}

/// The length of all text in a value, plus 8 for each value.
pub fn size(value: &Value) -> usize {
    8 + match value {
        Value::String(text) | Value::Number(text) => text.len(),
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(members) => members
            .iter()
            .map(|(key, item)| key.len() + size(item))
            .sum(),
        _ => 0,
    }
}

/// Removes typed values: a platform does not know them.
pub fn without_typed(value: &mut Value) {
    match value {
        Value::String(text) if text.contains(TYPED) => *text = strip(text),
        Value::Array(items) => items.iter_mut().for_each(without_typed),
        Value::Object(members) => members.iter_mut().for_each(|(_, item)| without_typed(item)),
        _ => {}
    }
}

/// A text without typed values.
pub fn strip(text: &str) -> String {
    let mut text = text.to_owned();
    while text.contains(TYPED) {
        text = text.replace(TYPED, "");
    }
    text
}
