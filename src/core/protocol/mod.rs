//! The platform's HTTP API in its two generations, as pure functions: an operation becomes a request, a response becomes an answer.

pub mod answer;
pub mod http;
pub mod operation;
mod read_error;
mod v1;
mod v3;

use super::error::{ConnectError, ErrorCode};
use super::value::Value;
use crate::core::text::concat;
use answer::{Answer, Execution};
use http::{Body, Draft, HttpRequest, HttpResponse};
use operation::Operation;

/// The generation of the platform's API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Api {
    /// `/api/v1`, Dec 2024 to mid 2025.
    V1,
    /// `/api/v3`, since May 2025.
    #[default]
    V3,
}

/// The request that performs an operation.
///
/// # Errors
/// `invalid_argument` when an id cannot be a path segment.
pub fn build(api: Api, operation: &Operation) -> Result<HttpRequest, ConnectError> {
    let mut draft = Draft::new();
    match api {
        Api::V1 => v1::build(operation, &mut draft),
        Api::V3 => v3::build(operation, &mut draft),
    };
    draft.finish()
}

/// What a response to an operation says.
///
/// # Errors
/// The server's refusal, normalised (docs/protocol.md §6.3), or `response_invalid`.
pub fn read(
    api: Api,
    operation: &Operation,
    response: &HttpResponse,
) -> Result<Answer, ConnectError> {
    let repeatable = operation.is_repeatable();
    if !(200..300).contains(&response.status) {
        return Err(read_error::read_error(response, operation));
    }
    let invalid = |what: &str| {
        let mut error =
            ConnectError::new(ErrorCode::ResponseInvalid, concat(&["the answer ", what]))
                .with_retryable(repeatable);
        error.status = Some(response.status);
        error.request_id = read_error::request_id(response, &Value::Null, operation.typed());
        error
    };
    let body = match &response.body {
        // What only changes something need not say anything (docs/protocol.md, Q27).
        Body::Empty if operation.needs_no_answer() => return Ok(Answer::Done),
        Body::Json(value @ Value::Object(_)) => value,
        Body::Json(_) | Body::Text(_) => return Err(invalid("is not a JSON object")),
        Body::Empty => return Err(invalid("is empty")),
        Body::TooLarge => return Err(invalid("is larger than 1 MB")),
    };
    if let Some(error) = refusal(operation, response, body) {
        return Err(error);
    }
    let mut answer = match api {
        Api::V1 => v1::read(operation, body),
        Api::V3 => v3::read(operation, body),
    }
    .ok_or_else(|| invalid("lacks the id or the list that it should have"))?;
    if let Answer::Connection(connection) = &mut answer {
        connection.date_ms = response.date_ms;
    }
    Ok(answer)
}

/// HTTP says success and the body says failure (docs/protocol.md, Q26 and Q28).
fn refusal(operation: &Operation, response: &HttpResponse, body: &Value) -> Option<ConnectError> {
    let (code, message) = match operation {
        // A body that names an error and does not call it a success is none.
        Operation::Execute(_)
            if !body
                .any(&["successful", "successfull"])
                .as_bool()
                .unwrap_or(body.get("error").is_null()) =>
        {
            (ErrorCode::ActionFailed, "the action failed")
        }
        Operation::SetEnabled { .. } | Operation::DeleteAccount { .. }
            if body.get("success").as_bool() == Some(false)
                || body
                    .get("status")
                    .as_str()
                    .is_some_and(|word| word.eq_ignore_ascii_case("failed")) =>
        {
            (ErrorCode::Rejected, "the platform did not do it")
        }
        _ => return None,
    };
    let words = [
        body.get("error"),
        body.get("error").get("message"),
        body.get("data").get("message"),
        body.get("message"),
    ];
    let words = words.into_iter().find_map(Value::as_text);
    let words = words.map(|text| read_error::words(text, operation.typed()));
    let mut error = ConnectError::new(code, message).with_server_words(None, words);
    error.status = Some(response.status);
    error.request_id = read_error::request_id(response, body, operation.typed());
    Some(error)
}

fn execution(body: &Value) -> Execution {
    Execution {
        data: body.get("data").clone(),
        log_id: body.any(&["log_id", "logId"]).to_text(),
    }
}
