//! Decodes JavaScript values as [`Value`]s. Getters and proxies can run the page's code; what they throw is caught.

use js_sys::{Array, JsString, Reflect, Symbol};
use wasm_bindgen::prelude::*;

use crate::core::value::Value;

/// The deepest nesting that is decoded. Answers of the platform are less deep, and the stack has room for more.
const MAX_DEPTH: u32 = 64;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = JSON, js_name = parse)]
    fn json_parse(text: &JsString) -> Result<JsValue, JsValue>;

    /// Throws for a revoked proxy.
    #[wasm_bindgen(catch, js_namespace = Array, js_name = isArray)]
    pub fn is_array(value: &JsValue) -> Result<bool, JsValue>;

    #[wasm_bindgen(catch, js_namespace = Object, js_name = fromEntries)]
    fn from_entries(entries: &JsValue) -> Result<JsValue, JsValue>;

    /// The names of the own members that JSON would have. A trap of a proxy may throw.
    #[wasm_bindgen(catch, js_namespace = Object)]
    fn keys(object: &JsValue) -> Result<Array, JsValue>;

    /// `String(value)`.
    #[wasm_bindgen(js_name = String)]
    pub fn to_text(value: &JsValue) -> String;
}

#[wasm_bindgen(module = "/src/browser/window.js")]
extern "C" {
    /// Whether an object without own members is one that JSON has. A `Date`, a `URL` or a promise holds what its members do not show.
    #[wasm_bindgen(js_name = isPlain)]
    fn is_plain(object: &JsValue) -> bool;
}

/// Decodes JSON. `None` if it is invalid or nested too deeply.
pub fn parse_json(text: &JsString) -> Option<Value> {
    decode(&json_parse(text).ok()?).ok()
}

/// Decodes a value.
///
/// # Errors
/// The exception of a getter or a proxy, or a message if the value is nested too deeply.
pub fn decode(value: &JsValue) -> Result<Value, JsValue> {
    decode_at(value, 0)
}

fn decode_at(value: &JsValue, depth: u32) -> Result<Value, JsValue> {
    if value.is_null() || value.is_undefined() {
        return Ok(Value::Null);
    }
    if let Some(text) = value.as_string() {
        return Ok(Value::String(text));
    }
    if let Some(flag) = value.as_bool() {
        return Ok(Value::Bool(flag));
    }
    if value.as_f64().is_some() {
        return Ok(Value::Number(to_text(value)));
    }
    if !value.is_object() {
        return Ok(Value::Foreign);
    }
    if depth == MAX_DEPTH {
        return Err(JsValue::from_str("nested too deeply"));
    }
    if is_array(value)? {
        // Not with js-sys's `Array`: the traps of a proxy of an array may throw, which its methods do not catch.
        let length = Reflect::get(value, &"length".into())?
            .as_f64()
            .unwrap_or(0.0);
        let mut items = Vec::new();
        for index in 0..length as u32 {
            items.push(decode_at(&Reflect::get_u32(value, index)?, depth + 1)?);
        }
        return Ok(Value::Array(items));
    }
    let mut members = members(value, &[], depth)?.0;
    // `FormData`, `Headers`, `URLSearchParams` and `Map` have no own members, but iterate over pairs of name and value.
    if members.is_empty() {
        if Reflect::has(value, &Symbol::iterator())? {
            let Ok(object) = from_entries(value) else {
                return Ok(Value::Foreign);
            };
            members = self::members(&object, &[], depth)?.0;
        } else if !is_plain(value) {
            return Ok(Value::Foreign);
        }
    }
    Ok(Value::Object(members))
}

/// Names and JavaScript values of members.
pub type Kept = Vec<(String, JsValue)>;

/// The decoded members of an object, and those of `names_kept` as JavaScript values.
///
/// # Errors
/// As [`decode`].
pub fn members(
    object: &JsValue,
    names_kept: &[&str],
    depth: u32,
) -> Result<(Vec<(String, Value)>, Kept), JsValue> {
    let (mut members, mut kept) = (Vec::new(), Vec::new());
    for key in keys(object)?.iter() {
        let name = to_text(&key);
        let member = Reflect::get(object, &key)?;
        if member.is_undefined() {
            continue;
        }
        if names_kept.contains(&name.as_str()) {
            // For an option, null means not given.
            if !member.is_null() {
                kept.push((name, member));
            }
        } else {
            members.push((name, decode_at(&member, depth + 1)?));
        }
    }
    Ok((members, kept))
}
