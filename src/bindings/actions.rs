//! Converts the result of an action.

use js_sys::Object;
use wasm_bindgen::prelude::*;

use super::convert::put;
use super::value::encode;
use crate::core::api::actions::Execution;

/// The data may have any shape, so it is encoded member by member.
pub fn show_execution(execution: &Execution) -> JsValue {
    let object = Object::new();
    put(&object, "successful", &JsValue::TRUE);
    put(&object, "data", &encode(&execution.data));
    if let Some(id) = &execution.log_id {
        put(&object, "logId", &id.into());
    }
    object.into()
}
