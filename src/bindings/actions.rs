//! Converts tools, and the options and the result of an action.

use js_sys::{Array, Object};
use wasm_bindgen::prelude::*;

use super::convert::put;
use super::value::encode;
use crate::browser::value::parse_json;
use crate::core::api::actions::{ExecuteOptions, Execution, Tool};
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

/// The schema may have any shape, so it is encoded member by member.
pub fn show_tools(tools: &[Tool]) -> JsValue {
    let show = |tool: &Tool| {
        let object = Object::new();
        put(&object, "name", &tool.name.as_str().into());
        put(&object, "description", &tool.description.as_str().into());
        put(&object, "inputSchema", &encode(&tool.input_schema));
        object
    };
    tools.iter().map(show).collect::<Array>().into()
}

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
