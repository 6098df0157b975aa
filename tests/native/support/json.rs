//! Converts the JSON of a test to the values of the core.

use crate::core::api::http::{Body, HttpResponse};
use crate::core::retry::retry_after_ms;
use crate::core::time::parse_http_date;
use crate::core::value::Value;
use serde_json::Value as Json;

/// The current time of every test, 2026-01-16T10:30:00Z, in milliseconds since 1970.
pub const NOW: u64 = 1_768_559_400_000;

/// Converts JSON to the core's own type.
pub fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(flag) => Value::Bool(*flag),
        Json::Number(number) => Value::Number(number.to_string()),
        Json::String(text) => Value::String(text.clone()),
        Json::Array(items) => Value::Array(items.iter().map(value).collect()),
        Json::Object(members) => Value::Object(
            members
                .iter()
                .map(|(key, item)| (key.clone(), value(item)))
                .collect(),
        ),
    }
}

/// Converts the core's own type to JSON. A value that JSON cannot hold becomes null.
pub fn plain(value: &Value) -> Json {
    match value {
        Value::Null | Value::Foreign => Json::Null,
        Value::Bool(flag) => Json::Bool(*flag),
        Value::Number(text) => serde_json::from_str(text).unwrap_or(Json::Null),
        Value::String(text) => Json::String(text.clone()),
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(key, item)| (key.clone(), plain(item)))
            .collect(),
    }
}

/// A body as the browser layer decodes it. `null` is an empty body; a string holds the bytes that were sent.
pub fn body(json: &Json) -> Body {
    match json {
        Json::Null => Body::Empty,
        Json::String(text) if text.trim().is_empty() => Body::Empty,
        Json::String(text) => match serde_json::from_str(text) {
            Ok(parsed) => Body::Json(value(&parsed)),
            Err(_) => Body::Text(text.clone()),
        },
        parsed => Body::Json(value(parsed)),
    }
}

/// A response. `headers` has lower-case names.
pub fn response(status: u16, headers: &Json, content: &Json) -> HttpResponse {
    let header = |name: &str| headers[name].as_str();
    let date_ms = header("date").and_then(parse_http_date);
    HttpResponse {
        status,
        retry_after_ms: retry_after_ms(
            header("retry-after-ms"),
            header("retry-after"),
            date_ms.unwrap_or(NOW),
        ),
        date_ms,
        request_id: header("x-request-id").map(str::to_owned),
        is_deprecated: header("deprecation").is_some(),
        sunset_ms: header("sunset").and_then(parse_http_date),
        body: body(content),
    }
}
