//! One tolerant JSON value, decoded once at the boundary. Every accessor is total.

use serde::{Serialize, Serializer};
use zeroize::Zeroize;

/// A JSON value. Numbers keep their text, so that none loses precision and no float formatting is linked in.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// `null`, and what was never there.
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
    /// An object, in the order of its keys.
    Object(Vec<(String, Value)>),
    /// Something that JSON cannot hold, such as a function passed as an option.
    Foreign,
}

/// For what our own types are made of: of numbers, only whole ones.
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

static NULL: Value = Value::Null;

impl Value {
    /// The member `key`, or null.
    pub fn get(&self, key: &str) -> &Value {
        match self {
            Value::Object(members) => members
                .iter()
                .find(|(name, _)| name == key)
                .map_or(&NULL, |(_, value)| value),
            _ => &NULL,
        }
    }

    /// The first of the members `keys` that is not null: one meaning, several spellings on the wire.
    pub fn any(&self, keys: &[&str]) -> &Value {
        keys.iter()
            .map(|key| self.get(key))
            .find(|value| !value.is_null())
            .unwrap_or(&NULL)
    }

    /// Whether this is null (or was absent).
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The string, when it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The string without surrounding white space, when anything is left of it.
    pub fn as_text(&self) -> Option<&str> {
        self.as_str().map(str::trim).filter(|text| !text.is_empty())
    }

    /// The string as it stands, when it is not blank. Ids are opaque: white space around one is a part of it.
    pub fn to_id(&self) -> Option<String> {
        self.as_text().and(self.as_str()).map(str::to_owned)
    }

    /// [`Value::as_text`], owned.
    pub fn to_text(&self) -> Option<String> {
        self.as_text().map(str::to_owned)
    }

    /// A string, number or boolean as text, verbatim.
    pub fn scalar(&self) -> Option<String> {
        match self {
            Value::String(text) | Value::Number(text) => Some(text.clone()),
            Value::Bool(true) => Some("true".to_owned()),
            Value::Bool(false) => Some("false".to_owned()),
            _ => None,
        }
    }

    /// The boolean, when it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The number, when it is a whole one that is not negative.
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            Value::Number(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The elements; none when this is no array.
    pub fn items(&self) -> &[Value] {
        match self {
            Value::Array(items) => items,
            _ => &[],
        }
    }

    /// The members; none when this is no object.
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

    /// Overwrites every string in it: what the user typed came in as one.
    pub fn wipe(&mut self) {
        match self {
            Value::String(text) => text.zeroize(),
            Value::Array(items) => items.iter_mut().for_each(Value::wipe),
            Value::Object(members) => members.iter_mut().for_each(|(_, value)| value.wipe()),
            _ => {}
        }
    }
}
