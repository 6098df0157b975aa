//! Converts our types to [`Value`]s through their derived `Serialize`.
//!
//! A derived `serialize` is compiled for each serializer. This one supports only the kinds that our types use and cannot fail, so it
//! takes fewer bytes than `serde-wasm-bindgen`, which then converts only `Value`s.

use core::fmt;

use serde::ser::{Error, Impossible, Serialize, SerializeSeq, SerializeStruct, Serializer};

use super::text::decimal;
use super::value::Value;

/// The value as plain data.
pub fn plain<T: Serialize + ?Sized>(value: &T) -> Value {
    value.serialize(Collector).unwrap_or_default()
}

/// Serializes to a [`Value`].
struct Collector;

/// The error of something that cannot fail.
#[derive(Debug)]
enum Never {}

/// Kinds that our types do not use.
macro_rules! not_ours {
    ($($name:ident($($kind:ty),*) -> $out:ty;)*) => {$(
        fn $name(self, $(_: $kind),*) -> Result<$out, Never> {
            unreachable!(stringify!($name))
        }
    )*};
}

impl Serializer for Collector {
    type Ok = Value;
    type Error = Never;
    type SerializeSeq = ListCollector;
    type SerializeStruct = ObjectCollector;
    type SerializeMap = Impossible<Value, Never>;
    type SerializeTuple = Impossible<Value, Never>;
    type SerializeTupleStruct = Impossible<Value, Never>;
    type SerializeTupleVariant = Impossible<Value, Never>;
    type SerializeStructVariant = Impossible<Value, Never>;

    fn serialize_bool(self, flag: bool) -> Result<Value, Never> {
        Ok(Value::Bool(flag))
    }

    fn serialize_u16(self, number: u16) -> Result<Value, Never> {
        Ok(Value::Number(decimal(number.into())))
    }

    fn serialize_u64(self, number: u64) -> Result<Value, Never> {
        Ok(Value::Number(decimal(number)))
    }

    fn serialize_str(self, text: &str) -> Result<Value, Never> {
        Ok(Value::String(text.to_owned()))
    }

    fn serialize_none(self) -> Result<Value, Never> {
        Ok(Value::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, Never> {
        value.serialize(self)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        word: &'static str,
    ) -> Result<Value, Never> {
        self.serialize_str(word)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<ListCollector, Never> {
        Ok(ListCollector(Vec::new()))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<ObjectCollector, Never> {
        Ok(ObjectCollector(Vec::new()))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Value, Never> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<Value, Never> {
        unreachable!()
    }

    not_ours! {
        serialize_i8(i8) -> Value;
        serialize_i16(i16) -> Value;
        serialize_i32(i32) -> Value;
        serialize_i64(i64) -> Value;
        serialize_u8(u8) -> Value;
        serialize_u32(u32) -> Value;
        serialize_f32(f32) -> Value;
        serialize_f64(f64) -> Value;
        serialize_char(char) -> Value;
        serialize_bytes(&[u8]) -> Value;
        serialize_unit() -> Value;
        serialize_unit_struct(&'static str) -> Value;
        serialize_tuple(usize) -> Impossible<Value, Never>;
        serialize_tuple_struct(&'static str, usize) -> Impossible<Value, Never>;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Impossible<Value, Never>;
        serialize_map(Option<usize>) -> Impossible<Value, Never>;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Impossible<Value, Never>;
    }
}

struct ListCollector(Vec<Value>);

impl SerializeSeq for ListCollector {
    type Ok = Value;
    type Error = Never;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Never> {
        self.0.push(plain(item));
        Ok(())
    }

    fn end(self) -> Result<Value, Never> {
        Ok(Value::Array(self.0))
    }
}

struct ObjectCollector(Vec<(String, Value)>);

impl SerializeStruct for ObjectCollector {
    type Ok = Value;
    type Error = Never;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Never> {
        self.0.push((name.to_owned(), plain(value)));
        Ok(())
    }

    fn end(self) -> Result<Value, Never> {
        Ok(Value::Object(self.0))
    }
}

impl fmt::Display for Never {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

impl std::error::Error for Never {}

impl Error for Never {
    fn custom<T: fmt::Display>(_: T) -> Self {
        unreachable!()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Serialize;

    use super::plain;
    use crate::core::value::Value;

    #[derive(Debug, Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Outer {
        some_text: String,
        none: Option<u16>,
        #[serde(skip_serializing_if = "Option::is_none")]
        absent: Option<bool>,
        inner: Vec<Inner>,
        empty: Vec<Inner>,
        word: Word,
    }

    #[derive(Debug, Serialize)]
    struct Inner {
        number: Option<u64>,
        flag: bool,
    }

    #[derive(Debug, Serialize)]
    #[serde(rename_all = "lowercase")]
    enum Word {
        Success,
    }

    fn json(value: Value) -> serde_json::Value {
        match value {
            Value::Null | Value::Foreign => serde_json::Value::Null,
            Value::Bool(flag) => flag.into(),
            Value::Number(text) => text.parse::<u64>().unwrap().into(),
            Value::String(text) => text.into(),
            Value::Array(items) => items.into_iter().map(json).collect(),
            Value::Object(members) => {
                let members = members.into_iter();
                members.map(|(name, value)| (name, json(value))).collect()
            }
        }
    }

    proptest! {
        #[test]
        fn nothing_is_lost(some_text in ".*", none: Option<u16>, absent: Option<bool>, inner: Vec<(Option<u32>, bool)>) {
            let inner = inner.into_iter().map(|(number, flag)| Inner { number: number.map(u64::from), flag }).collect();
            let value = Outer { some_text, none, absent, inner, empty: Vec::new(), word: Word::Success };
            prop_assert_eq!(json(plain(&value)), serde_json::to_value(&value).unwrap());
        }
    }
}
