//! Converts the options and the result of an action.

use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::convert::to_js;
use crate::browser::value::parse_json;
use crate::core::api::actions::{ExecuteOptions, Execution};
use crate::core::error::Result;
use crate::core::value::Value;

/// Reads the options of an action. `input` may be the JSON text that a model wrote. Blank text means no input.
pub fn read_execution(options: &Value) -> Result<ExecuteOptions> {
    let mut options = options.clone();
    if let Value::Object(members) = &mut options
        && let Some((_, input)) = members.iter_mut().find(|(name, _)| name == "input")
        && let Value::String(text) = input
    {
        let parsed = match text.trim() {
            "" => Some(Value::Null),
            text => parse_json(&text.into()),
        };
        // Text that is not JSON stays, and is refused like any other string.
        if let Some(parsed) = parsed {
            *input = parsed;
        }
    }
    ExecuteOptions::read(&options)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    successful: bool,
    data: &'a Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    log_id: &'a Option<String>,
}

/// The result. A failed action is an error instead.
pub fn show_execution(execution: &Execution) -> JsValue {
    to_js(&Shown {
        successful: true,
        data: &execution.data,
        log_id: &execution.log_id,
    })
}
