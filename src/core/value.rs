//! A JSON value. Accessors never fail: a wrong type reads as missing.

use serde::{Serialize, Serializer};
use zeroize::Zeroize;

/// A JSON value. Numbers are kept as text, which preserves their precision and avoids the code for formatting floats.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// `null` or a missing member.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as text.
    Number(String),
    /// A string.
    String(String),
    /// An array.
    Array(Vec<Value>),
    /// An object. Members keep their order.
    Object(Vec<(String, Value)>),
    /// A JavaScript value that JSON cannot express, such as a function.
    Foreign,
}

/// For values that this crate builds. Their numbers are unsigned integers; others become 0.
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Null | Value::Foreign => serializer.serialize_none(),
            Value::Bool(flag) => serializer.serialize_bool(*flag),
            Value::Number(_) => serializer.serialize_f64(self.as_u64().unwrap_or_default() as f64),
            Value::String(text) => serializer.serialize_str(text),
            Value::Array(items) => serializer.collect_seq(items),
            Value::Object(members) => {
                serializer.collect_map(members.iter().map(|(name, value)| (name, value)))
            }
        }
    }
}

pub(super) static NULL: Value = Value::Null;

impl Value {
    /// The member `key`. Null if it is missing or this is not an object.
    pub fn get(&self, key: &str) -> &Value {
        match self {
            Value::Object(members) => members
                .iter()
                .find(|(name, _)| name == key)
                .map_or(&NULL, |(_, value)| value),
            _ => &NULL,
        }
    }

    /// The first of the members `keys` that is not null.
    pub fn any(&self, keys: &[&str]) -> &Value {
        keys.iter()
            .map(|key| self.get(key))
            .find(|value| !value.is_null())
            .unwrap_or(&NULL)
    }

    /// Whether this is null or was missing.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The string, if this is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The string without surrounding white space, if it is not blank.
    pub fn as_text(&self) -> Option<&str> {
        self.as_str().map(str::trim).filter(|text| !text.is_empty())
    }

    /// The unchanged string, if it is not blank. For ids, which are opaque.
    pub fn to_id(&self) -> Option<String> {
        self.as_text().and(self.as_str()).map(str::to_owned)
    }

    /// [`Value::as_text`], owned.
    pub fn to_text(&self) -> Option<String> {
        self.as_text().map(str::to_owned)
    }

    /// A string, number or boolean as text.
    pub fn scalar(&self) -> Option<String> {
        match self {
            Value::String(text) | Value::Number(text) => Some(text.clone()),
            Value::Bool(true) => Some("true".to_owned()),
            Value::Bool(false) => Some("false".to_owned()),
            _ => None,
        }
    }

    /// The boolean, if this is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The number, if this is an integer of at least 0.
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            Value::Number(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The elements. Empty unless this is an array.
    pub fn items(&self) -> &[Value] {
        match self {
            Value::Array(items) => items,
            _ => &[],
        }
    }

    /// The items that are texts.
    pub fn texts(&self) -> Vec<String> {
        self.items().iter().filter_map(Value::to_text).collect()
    }

    /// The members. Empty unless this is an object.
    pub fn members(&self) -> &[(String, Value)] {
        match self {
            Value::Object(members) => members,
            _ => &[],
        }
    }

    /// Whether this is an object.
    pub fn is_object(&self) -> bool {
        matches!(self, Value::Object(_))
    }

    /// Whether JSON can express this.
    pub fn is_json(&self) -> bool {
        match self {
            Value::Foreign => false,
            // `NaN` and `Infinity`.
            Value::Number(text) => !matches!(text.as_bytes().last(), Some(b'N' | b'y')),
            _ => {
                self.items().iter().all(Value::is_json)
                    && self.members().iter().all(|(_, value)| value.is_json())
            }
        }
    }

    /// Overwrites every string, because the user's values arrive as strings.
    pub fn wipe(&mut self) {
        match self {
            Value::String(text) => text.zeroize(),
            Value::Array(items) => items.iter_mut().for_each(Value::wipe),
            Value::Object(members) => members.iter_mut().for_each(|(_, value)| value.wipe()),
            _ => {}
        }
    }
}
