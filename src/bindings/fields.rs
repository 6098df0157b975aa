//! Functions for forms.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Object};
use wasm_bindgen::prelude::*;

use super::convert::{Arguments, put, thrown, to_js, unreadable, wrong};
use super::value::encode;
use crate::browser::value::decode;
use crate::core::error::{ConnectError, Issue};
use crate::core::fields::{Field, read_field, read_fields};
use crate::core::input_attributes::input_attributes;
use crate::core::json_schema::json_schema;
use crate::core::secret::Secret;
use crate::core::validate;
use crate::core::value::Value;

type JsResult<T> = std::result::Result<T, JsValue>;

#[wasm_bindgen(module = "/src/browser/fixed.js")]
extern "C" {
    /// Whether a value and everything inside it is frozen. Never throws.
    #[wasm_bindgen(js_name = isFixed)]
    fn is_fixed(value: &JsValue) -> bool;
}

thread_local! {
    /// The last list that can no longer change, such as that of a snapshot, and its fields. Users type into one form at a time.
    static LAST: RefCell<(JsValue, Rc<Vec<Field>>)> = RefCell::default();
}

/// Returns the issues of the user's values, at most one for each field, in the order of the fields. Checks the values that
/// `initiateConnection` would send: trimmed, normalised, and with defaults.
///
/// Throws `invalid_argument`.
#[wasm_bindgen(js_name = validateParams, unchecked_return_type = "Issue[]")]
pub fn validate_params(
    #[wasm_bindgen(unchecked_param_type = "readonly ExpectedInputField[]")] fields: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "Readonly<Record<string, unknown>> | FormData")]
    data: &JsValue,
) -> JsResult<JsValue> {
    let fields = fields_of("validateParams", fields)?;
    match values(&fields, data) {
        Ok((_, issues)) => Ok(to_js(&issues)),
        Err(error) => Err(thrown("validateParams", error)),
    }
}

/// The function `validate` of a Standard Schema. Throws `invalid_argument` for invalid fields.
#[wasm_bindgen(js_name = validateStandard, unchecked_return_type = "StandardResult<Record<string, string>>")]
pub fn validate_standard(
    #[wasm_bindgen(unchecked_param_type = "readonly ExpectedInputField[]")] fields: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "unknown")] data: &JsValue,
) -> JsResult<JsValue> {
    let fields = fields_of("toStandardSchema", fields)?;
    let result = Object::new();
    let issues = match values(&fields, data) {
        Ok((data, issues)) if issues.is_empty() => {
            put(&result, "value", &object_of(data));
            return Ok(result.into());
        }
        Ok((_, issues)) => issues,
        // An issue of the whole value has no path.
        Err(error) => std::mem::take(&mut { error }.issues),
    };
    let list = Array::new();
    for issue in &issues {
        let entry: Object = to_js(issue).unchecked_into();
        // Only issues of a field have params.
        let path = match issue.params.is_empty() {
            true => Array::new(),
            false => Array::of1(&issue.field.as_str().into()),
        };
        put(&entry, "path", &path);
        list.push(&entry);
    }
    put(&result, "issues", &list);
    Ok(result.into())
}

/// Returns the fields as a JSON Schema, draft 2020-12. All values are strings.
///
/// Throws `invalid_argument`.
#[wasm_bindgen(js_name = toJsonSchema, unchecked_return_type = "FieldsJsonSchema")]
pub fn to_json_schema(
    #[wasm_bindgen(unchecked_param_type = "readonly ExpectedInputField[]")] fields: &JsValue,
) -> JsResult<JsValue> {
    Ok(encode(&json_schema(&fields_of("toJsonSchema", fields)?)))
}

/// Returns the attributes of an `<input>`, for a spread in React or for `setAttribute`. See `InputAttributes`.
///
/// Throws `invalid_argument`.
#[wasm_bindgen(js_name = inputAttributes, unchecked_return_type = "InputAttributes")]
pub fn js_input_attributes(
    #[wasm_bindgen(unchecked_param_type = "ExpectedInputField")] field: &JsValue,
) -> JsResult<JsValue> {
    let field = decoded(field, "field").and_then(|value| read_field(&value, "field"));
    match field {
        Ok(field) => Ok(encode(&input_attributes(&field))),
        Err(error) => Err(thrown("inputAttributes", error)),
    }
}

fn decoded(value: &JsValue, name: &str) -> std::result::Result<Value, ConnectError> {
    decode(value).map_err(|cause| unreadable(name, cause))
}

/// The fields of a list. Decodes a frozen list once, because a form asks for its list at each key stroke.
fn fields_of(name: &str, list: &JsValue) -> JsResult<Rc<Vec<Field>>> {
    let (last, known) = LAST.with_borrow(Clone::clone);
    if last == *list && list.is_object() {
        return Ok(known);
    }
    let fields = decoded(list, "fields")
        .and_then(|value| read_fields(&value))
        .map_err(|error| thrown(name, error))?;
    let fields = Rc::new(fields);
    if is_fixed(list) {
        LAST.set((list.clone(), fields.clone()));
    }
    Ok(fields)
}

type Values = (Vec<(String, Secret)>, Vec<Issue>);

fn values(fields: &[Field], data: &JsValue) -> std::result::Result<Values, ConnectError> {
    let values = &Arguments::values(data)?.data;
    if !values.is_null() && !values.is_object() {
        return Err(wrong("data", "must be an object or a FormData"));
    }
    Ok(validate::read_values(fields, values))
}

fn object_of(data: Vec<(String, Secret)>) -> JsValue {
    let members = data.into_iter();
    let mut value = Value::Object(
        members
            .map(|(name, secret)| (name, Value::String(secret.expose().to_owned())))
            .collect(),
    );
    let object = encode(&value);
    value.wipe();
    object
}
