//! Our types as plain data, by their derived `Serialize`. A derived `serialize` is compiled once for every serializer that it is
//! given to: the one here knows what our types are made of and cannot fail, so that a member is one call. What it makes is one
//! type, and so all that the serializer for JavaScript is compiled for.

use core::fmt;

use serde::ser::{
    Error, Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct, Serializer,
};

/// Plain data.
#[derive(Debug, Clone, PartialEq)]
pub enum Plain {
    /// `null`.
    Null,
    /// `true` or `false`.
    Flag(bool),
    /// A whole number.
    Number(u64),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Plain>),
    /// An object, in the order of its members.
    Object(Vec<(&'static str, Plain)>),
}

impl Plain {
    /// What a value is made of.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Self {
        value.serialize(Collector).unwrap_or(Plain::Null)
    }
}

impl Serialize for Plain {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Plain::Null => serializer.serialize_unit(),
            Plain::Flag(flag) => serializer.serialize_bool(*flag),
            // As JavaScript has them: those beyond 2^53 are milliseconds of no clock.
            Plain::Number(number) => serializer.serialize_f64(*number as f64),
            Plain::Text(text) => serializer.serialize_str(text),
            Plain::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(item)?;
                }
                list.end()
            }
            // As a map: for the names of structs, the serializer for JavaScript keeps a hash table.
            Plain::Object(members) => {
                let mut object = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    object.serialize_entry(name, value)?;
                }
                object.end()
            }
        }
    }
}

/// Makes [`Plain`] of what our types are made of.
struct Collector;

/// There is no way to fail: results of this size are not looked at.
#[derive(Debug)]
enum Never {}

/// Kinds that none of our types is made of.
macro_rules! not_ours {
    ($($name:ident($($kind:ty),*) -> $out:ty;)*) => {$(
        fn $name(self, $(_: $kind),*) -> Result<$out, Never> {
            unreachable!(stringify!($name))
        }
    )*};
}

impl Serializer for Collector {
    type Ok = Plain;
    type Error = Never;
    type SerializeSeq = List;
    type SerializeStruct = Object;
    type SerializeMap = Impossible<Plain, Never>;
    type SerializeTuple = Impossible<Plain, Never>;
    type SerializeTupleStruct = Impossible<Plain, Never>;
    type SerializeTupleVariant = Impossible<Plain, Never>;
    type SerializeStructVariant = Impossible<Plain, Never>;

    fn serialize_bool(self, flag: bool) -> Result<Plain, Never> {
        Ok(Plain::Flag(flag))
    }

    fn serialize_u16(self, number: u16) -> Result<Plain, Never> {
        Ok(Plain::Number(number.into()))
    }

    fn serialize_u64(self, number: u64) -> Result<Plain, Never> {
        Ok(Plain::Number(number))
    }

    fn serialize_str(self, text: &str) -> Result<Plain, Never> {
        Ok(Plain::Text(text.to_owned()))
    }

    fn serialize_none(self) -> Result<Plain, Never> {
        Ok(Plain::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Plain, Never> {
        value.serialize(self)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        word: &'static str,
    ) -> Result<Plain, Never> {
        self.serialize_str(word)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<List, Never> {
        Ok(List(Vec::new()))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Object, Never> {
        Ok(Object(Vec::new()))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Plain, Never> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<Plain, Never> {
        unreachable!()
    }

    not_ours! {
        serialize_i8(i8) -> Plain;
        serialize_i16(i16) -> Plain;
        serialize_i32(i32) -> Plain;
        serialize_i64(i64) -> Plain;
        serialize_u8(u8) -> Plain;
        serialize_u32(u32) -> Plain;
        serialize_f32(f32) -> Plain;
        serialize_f64(f64) -> Plain;
        serialize_char(char) -> Plain;
        serialize_bytes(&[u8]) -> Plain;
        serialize_unit() -> Plain;
        serialize_unit_struct(&'static str) -> Plain;
        serialize_tuple(usize) -> Impossible<Plain, Never>;
        serialize_tuple_struct(&'static str, usize) -> Impossible<Plain, Never>;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Impossible<Plain, Never>;
        serialize_map(Option<usize>) -> Impossible<Plain, Never>;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Impossible<Plain, Never>;
    }
}

struct List(Vec<Plain>);

impl SerializeSeq for List {
    type Ok = Plain;
    type Error = Never;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Never> {
        self.0.push(Plain::of(item));
        Ok(())
    }

    fn end(self) -> Result<Plain, Never> {
        Ok(Plain::List(self.0))
    }
}

struct Object(Vec<(&'static str, Plain)>);

impl SerializeStruct for Object {
    type Ok = Plain;
    type Error = Never;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Never> {
        self.0.push((name, Plain::of(value)));
        Ok(())
    }

    fn end(self) -> Result<Plain, Never> {
        Ok(Plain::Object(self.0))
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

    use super::Plain;

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

    /// JavaScript's numbers are of one kind, `serde_json`'s are not.
    fn whole(mut value: serde_json::Value) -> serde_json::Value {
        match &mut value {
            serde_json::Value::Number(number) => (number.as_f64().unwrap() as u64).into(),
            serde_json::Value::Array(items) => items.drain(..).map(whole).collect(),
            serde_json::Value::Object(members) => {
                let members = core::mem::take(members).into_iter();
                members.map(|(name, value)| (name, whole(value))).collect()
            }
            _ => value,
        }
    }

    proptest! {
        #[test]
        fn nothing_is_lost(some_text in ".*", none: Option<u16>, absent: Option<bool>, inner: Vec<(Option<u32>, bool)>) {
            let inner = inner.into_iter().map(|(number, flag)| Inner { number: number.map(u64::from), flag }).collect();
            let value = Outer { some_text, none, absent, inner, empty: Vec::new(), word: Word::Success };
            prop_assert_eq!(whole(serde_json::to_value(Plain::of(&value)).unwrap()), serde_json::to_value(&value).unwrap());
        }
    }
}
