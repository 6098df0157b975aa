//! The platform's HTTP API as pure functions: an operation becomes a request, a response becomes an answer.

pub mod answer;
pub mod http;
pub mod operation;
mod read_error;
mod v3;

use super::error::{ConnectError, ErrorCode};
use super::value::Value;
use crate::core::options::list_entity_missing;
use crate::core::text::{concat, decimal};
use answer::{Answer, Execution};
use http::{Body, Draft, HttpRequest, HttpResponse};
use operation::Operation;

/// The version of the platform's API. Requests and answers are the same in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Api {
    /// `/api/v3.1`, the current one.
    #[default]
    V31,
    /// `/api/v3`, the previous one.
    V3,
}

impl Api {
    /// Where every path starts.
    pub fn prefix(self) -> &'static str {
        match self {
            Api::V31 => "/api/v3.1",
            Api::V3 => "/api/v3",
        }
    }
}

/// The request that performs an operation.
///
/// # Errors
/// `invalid_argument` when an id cannot be a path segment.
pub fn build(api: Api, operation: &Operation) -> Result<HttpRequest, ConnectError> {
    let mut draft = Draft::new(api.prefix());
    v3::build(api, operation, &mut draft);
    draft.finish()
}

/// What a response to an operation says.
///
/// # Errors
/// The server's refusal, normalised (docs/protocol.md §6.3), or `response_invalid`.
pub fn read(operation: &Operation, response: &HttpResponse) -> Result<Answer, ConnectError> {
    let repeatable = operation.is_repeatable();
    if !(200..300).contains(&response.status) {
        return Err(read_error::read_error(response, operation));
    }
    let invalid = |message: &str| {
        let mut error = ConnectError::new(ErrorCode::ResponseInvalid, message);
        error.status = Some(response.status);
        error.request_id = read_error::request_id(response, &Value::Null, operation.typed());
        error
    };
    let body = match &response.body {
        // What only changes something need not say anything (docs/protocol.md, Q27).
        Body::Empty if operation.needs_no_answer() => return Ok(Answer::Done),
        Body::Json(value @ Value::Object(_)) => value,
        Body::TooLarge(limit) => {
            return Err(invalid(&concat(&[
                "the answer has more than the ",
                &decimal((*limit).into()),
                " bytes that `maxAnswerBytes` allows here: raise that option of `createClient`",
            ])));
        }
        body => {
            let (kind, is_cut) = kind(body);
            let message = [
                "the server at `baseUrl` answered with ",
                kind,
                " instead of a JSON object",
                if is_cut { "" } else { ": check `baseUrl`" },
            ];
            // Only a broken transmission may come whole the next time.
            return Err(invalid(&concat(&message)).with_retryable(is_cut && repeatable));
        }
    };
    if let Some(error) = refusal(operation, response, body) {
        return Err(error);
    }
    let mut answer = v3::read(operation, body).ok_or_else(|| {
        let message = "the answer lacks the id or the list that it should have: check `baseUrl`";
        invalid(message).with_retryable(repeatable)
    })?;
    if let Operation::ListAccounts { filter, .. } = operation {
        let told = body.get("user_id").as_text();
        let wrong = match (&filter.entity_id, told) {
            (Some(entity), Some(told)) if entity != told => Some(ConnectError::other_entity()),
            (None, None) if !filter.all_entities => Some(list_entity_missing()),
            _ => None,
        };
        if let Some(mut error) = wrong {
            error.status = Some(response.status);
            return Err(error);
        }
    }
    if let Answer::Connection(connection) = &mut answer {
        connection.date_ms = response.date_ms;
    }
    Ok(answer)
}

/// What came where a JSON object was expected, and whether the transmission may have cut that off.
fn kind(body: &Body) -> (&'static str, bool) {
    let text = match body {
        Body::Text(text) => text.trim_start(),
        Body::Empty => return ("an empty body", true),
        _ => return ("other JSON", false),
    };
    if text.starts_with("<?xml") {
        ("XML", false)
    } else if text.starts_with('<') {
        ("HTML", false)
    } else if text.starts_with('{') {
        ("JSON that is cut off or malformed", true)
    } else {
        ("text that is not JSON", false)
    }
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
            if body.get("success").as_bool() == Some(false) =>
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
        log_id: body.get("log_id").to_text(),
    }
}
