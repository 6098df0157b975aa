//! Writes our types as JSON through their derived `Serialize`.
//!
//! A derived `serialize` is compiled for each serializer. This one supports only the kinds that our types use and cannot fail.

use core::fmt;

use serde::ser::{Error, Impossible, Serialize, SerializeSeq, SerializeStruct, Serializer};

use super::json::{write, write_string};
use super::text::decimal;
use super::value::Value;

/// The value as JSON. `None` is null, and skipped members are absent.
pub fn to_json<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    let mut out = Vec::new();
    let _ = value.serialize(Writer(&mut out));
    out
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&write(self))
    }
}

/// Writes to a buffer. Bytes are JSON already.
struct Writer<'a>(&'a mut Vec<u8>);

impl Writer<'_> {
    /// Separates an item from the one before it.
    fn next(&mut self) {
        if !matches!(self.0.last(), Some(b'{' | b'[')) {
            self.0.push(b',');
        }
    }
}

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

impl Serializer for Writer<'_> {
    type Ok = ();
    type Error = Never;
    type SerializeSeq = Self;
    type SerializeStruct = Self;
    type SerializeMap = Impossible<(), Never>;
    type SerializeTuple = Impossible<(), Never>;
    type SerializeTupleStruct = Impossible<(), Never>;
    type SerializeTupleVariant = Impossible<(), Never>;
    type SerializeStructVariant = Impossible<(), Never>;

    fn serialize_bool(self, flag: bool) -> Result<(), Never> {
        self.serialize_bytes(if flag { b"true" } else { b"false" })
    }

    fn serialize_u16(self, number: u16) -> Result<(), Never> {
        self.serialize_u64(number.into())
    }

    fn serialize_u64(self, number: u64) -> Result<(), Never> {
        self.serialize_bytes(decimal(number).as_bytes())
    }

    fn serialize_str(self, text: &str) -> Result<(), Never> {
        write_string(self.0, text);
        Ok(())
    }

    fn serialize_bytes(self, json: &[u8]) -> Result<(), Never> {
        self.0.extend_from_slice(json);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Never> {
        self.serialize_bytes(b"null")
    }

    fn serialize_unit(self) -> Result<(), Never> {
        self.serialize_none()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Never> {
        value.serialize(self)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        word: &'static str,
    ) -> Result<(), Never> {
        self.serialize_str(word)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, Never> {
        self.0.push(b'[');
        Ok(self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Never> {
        self.0.push(b'{');
        Ok(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Never> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Never> {
        unreachable!()
    }

    not_ours! {
        serialize_i8(i8) -> ();
        serialize_i16(i16) -> ();
        serialize_i32(i32) -> ();
        serialize_i64(i64) -> ();
        serialize_u8(u8) -> ();
        serialize_u32(u32) -> ();
        serialize_f32(f32) -> ();
        serialize_f64(f64) -> ();
        serialize_char(char) -> ();
        serialize_unit_struct(&'static str) -> ();
        serialize_tuple(usize) -> Impossible<(), Never>;
        serialize_tuple_struct(&'static str, usize) -> Impossible<(), Never>;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Impossible<(), Never>;
        serialize_map(Option<usize>) -> Impossible<(), Never>;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Impossible<(), Never>;
    }
}

impl SerializeSeq for Writer<'_> {
    type Ok = ();
    type Error = Never;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Never> {
        self.next();
        item.serialize(Writer(self.0))
    }

    fn end(self) -> Result<(), Never> {
        self.0.push(b']');
        Ok(())
    }
}

impl SerializeStruct for Writer<'_> {
    type Ok = ();
    type Error = Never;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Never> {
        self.next();
        write_string(self.0, name);
        self.0.push(b':');
        value.serialize(Writer(self.0))
    }

    fn end(self) -> Result<(), Never> {
        self.0.push(b'}');
        Ok(())
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

    use super::to_json;

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

    proptest! {
        #[test]
        fn nothing_is_lost(some_text in ".*", none: Option<u16>, absent: Option<bool>, inner: Vec<(Option<u32>, bool)>) {
            let inner = inner.into_iter().map(|(number, flag)| Inner { number: number.map(u64::from), flag }).collect();
            let value = Outer { some_text, none, absent, inner, empty: Vec::new(), word: Word::Success };
            let read: serde_json::Value = serde_json::from_slice(&to_json(&value)).unwrap();
            prop_assert_eq!(read, serde_json::to_value(&value).unwrap());
        }
    }
}
