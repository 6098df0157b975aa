//! JavaScript values as [`Value`]s, decoded once and value by value. Everything that runs foreign code is caught.

use js_sys::{JsString, Reflect, Symbol};
use wasm_bindgen::prelude::*;

use crate::core::value::Value;

/// Deeper than any answer of the platform, and far from the end of the stack.
const MAX_DEPTH: u32 = 64;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = JSON, js_name = parse)]
    fn json_parse(text: &JsString) -> Result<JsValue, JsValue>;

    /// Throws for a proxy that was revoked.
    #[wasm_bindgen(catch, js_namespace = Array, js_name = isArray)]
    pub fn is_array(value: &JsValue) -> Result<bool, JsValue>;

    #[wasm_bindgen(catch, js_namespace = Object, js_name = fromEntries)]
    fn from_entries(entries: &JsValue) -> Result<JsValue, JsValue>;

    /// As JavaScript writes it.
    #[wasm_bindgen(js_name = String)]
    pub fn to_text(value: &JsValue) -> String;
}

/// Decodes JSON text; `None` when it is no JSON, or nested too deeply.
pub fn parse_json(text: &JsString) -> Option<Value> {
    decode(&json_parse(text).ok()?).ok()
}

/// Decodes a plain value.
///
/// # Errors
/// What a getter or a proxy threw, or a sentence when the value is nested too deeply.
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
        // Not through `Array`: a proxy of one passes for it, and what its traps throw would go past us.
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
    // `FormData`, `Headers`, `URLSearchParams` and `Map` have no members of their own, but pairs of a name and a value.
    if members.is_empty() && Reflect::has(value, &Symbol::iterator())? {
        let Ok(object) = from_entries(value) else {
            return Ok(Value::Foreign);
        };
        members = self::members(&object, &[], depth)?.0;
    }
    Ok(Value::Object(members))
}

/// Members by name, as JavaScript has them.
pub type Kept = Vec<(String, JsValue)>;

/// The members of an object, decoded, and those of `names_kept`.
///
/// # Errors
/// As [`decode`].
pub fn members(
    object: &JsValue,
    names_kept: &[&str],
    depth: u32,
) -> Result<(Vec<(String, Value)>, Kept), JsValue> {
    let (mut members, mut kept) = (Vec::new(), Vec::new());
    for key in Reflect::own_keys(object)?.iter() {
        // Symbols are no options.
        let Some(name) = key.as_string() else {
            continue;
        };
        let member = Reflect::get(object, &key)?;
        if member.is_undefined() {
            continue;
        }
        if names_kept.contains(&name.as_str()) {
            // For an option, null says the same as nothing.
            if !member.is_null() {
                kept.push((name, member));
            }
        } else {
            members.push((name, decode_at(&member, depth + 1)?));
        }
    }
    Ok((members, kept))
}
