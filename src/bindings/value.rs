//! Conversion of values that only the bindings need.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use crate::browser::value::{Kept, decode, is_array, members};
use crate::core::value::Value;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = Number)]
    fn to_number(text: &str) -> JsValue;

    #[wasm_bindgen(js_namespace = Object, js_name = fromEntries)]
    fn from_entries(pairs: &Array) -> JsValue;
}

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

/// Converts a value to JavaScript. A member named `__proto__` becomes an own property.
pub fn encode(value: &Value) -> JsValue {
    match value {
        Value::Null | Value::Foreign => JsValue::NULL,
        Value::Bool(flag) => (*flag).into(),
        Value::Number(text) => to_number(text),
        Value::String(text) => text.into(),
        Value::Array(items) => items.iter().map(encode).collect::<Array>().into(),
        Value::Object(members) => {
            let pairs: Array = members
                .iter()
                .map(|(name, value)| Array::of2(&name.into(), &encode(value)))
                .collect();
            from_entries(&pairs)
        }
    }
}
