//! Conversion of values that only the bindings need.

use wasm_bindgen::prelude::*;

use crate::browser::value::{Kept, decode, is_array, members};
use crate::core::value::Value;

/// The same as [`decode`], but members named in `kept` stay JavaScript values.
///
/// # Errors
/// As [`decode`].
pub fn decode_except(value: &JsValue, kept: &[&str]) -> Result<(Value, Kept), JsValue> {
    if !value.is_object() || is_array(value)? {
        return Ok((decode(value)?, Vec::new()));
    }
    let (members, kept) = members(value, kept, 0)?;
    Ok((Value::Object(members), kept))
}
