//! The platform's HTTP API.
//!
//! Each operation is one function that returns an [`Endpoint`]: the request, and the reader of its answer. The platform's own words
//! (user, toolkit, auth config, link, tool) stay inside this folder.

pub mod accounts;
pub mod actions;
pub mod apps;
pub mod connections;
mod error_body;
pub mod http;
pub mod integrations;

use super::error::{ConnectError, ErrorCode, Result};
use super::text::{concat, decimal};
use super::value::{NULL, Value};
use http::{Body, HttpRequest, HttpResponse};

/// The version of the platform's API. Both take the same requests, apart from their prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Api {
    /// `/api/v3.1`, the current one.
    #[default]
    V31,
    /// `/api/v3`, the previous one.
    V3,
}

impl Api {
    /// The start of every path.
    pub fn prefix(self) -> &'static str {
        match self {
            Api::V31 => "/api/v3.1",
            Api::V3 => "/api/v3",
        }
    }
}

/// One operation: its request, and the reader of its answer.
pub struct Endpoint<T> {
    /// The request.
    pub request: HttpRequest,
    read: fn(&Answer) -> Option<T>,
}

/// The JSON object of a successful response.
pub struct Answer<'a> {
    body: &'a Value,
    /// The time on the server's clock, in milliseconds since 1970.
    date_ms: Option<u64>,
}

impl<T> Endpoint<T> {
    /// `read` returns `None` if the answer lacks its id or its list.
    fn new(request: HttpRequest, read: fn(&Answer) -> Option<T>) -> Self {
        Endpoint { request, read }
    }

    /// Reads the response to the request.
    ///
    /// # Errors
    /// The server's refusal, normalised (docs/protocol.md §6.3), or `response_invalid`.
    pub fn read(&self, response: &HttpResponse) -> Result<T> {
        let answer = Answer {
            body: json_body(&self.request, response)?,
            date_ms: response.date_ms,
        };
        (self.read)(&answer).ok_or_else(|| incomplete(&self.request, response))
    }
}

/// The JSON object of a response that reports no failure.
fn json_body<'a>(request: &HttpRequest, response: &'a HttpResponse) -> Result<&'a Value> {
    if !(200..300).contains(&response.status) {
        let mut error = error_body::refused(response, request);
        if let Some(on_refusal) = &request.on_refusal {
            on_refusal(&mut error);
        }
        return Err(error);
    }
    let body = match &response.body {
        // Some operations answer without a body (docs/protocol.md, Q27).
        Body::Empty if request.may_answer_nothing => return Ok(&NULL),
        Body::Json(value @ Value::Object(_)) => value,
        Body::TooLarge(limit) => {
            let message = [
                "the answer has more than the ",
                &decimal((*limit).into()),
                " bytes that `maxAnswerBytes` allows here: raise that option of `createClient`",
            ];
            return Err(invalid(request, response, &concat(&message)));
        }
        body => {
            let (kind, is_cut) = body_kind(body);
            let message = [
                "the server at `baseUrl` answered with ",
                kind,
                " instead of a JSON object",
                if is_cut { "" } else { ": check `baseUrl`" },
            ];
            // The body was cut off, and a retry may receive all of it.
            let is_retryable = is_cut && request.is_repeatable();
            return Err(invalid(request, response, &concat(&message)).with_retryable(is_retryable));
        }
    };
    if let Some(check) = &request.check
        && let Err(error) = check(body)
    {
        return Err(with_response(error, request, response, body));
    }
    Ok(body)
}

/// The error of an answer without its id or its list.
fn incomplete(request: &HttpRequest, response: &HttpResponse) -> ConnectError {
    let message = "the answer lacks the id or the list that it should have: check `baseUrl`";
    invalid(request, response, message).with_retryable(request.is_repeatable())
}

fn invalid(request: &HttpRequest, response: &HttpResponse, message: &str) -> ConnectError {
    let error = ConnectError::new(ErrorCode::ResponseInvalid, message);
    with_response(error, request, response, &NULL)
}

fn with_response(
    mut error: ConnectError,
    request: &HttpRequest,
    response: &HttpResponse,
    body: &Value,
) -> ConnectError {
    error.status = Some(response.status);
    error.request_id = error_body::request_id(response, body, &request.typed);
    error
}

/// Names a body that is not a JSON object, and tells whether it may be truncated.
fn body_kind(body: &Body) -> (&'static str, bool) {
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

/// The error of a body that reports a failure although its status is 2xx (docs/protocol.md, Q26 and Q28), with the server's description.
fn refusal(code: ErrorCode, message: &str, body: &Value) -> ConnectError {
    let words = [
        body.get("error"),
        body.get("error").get("message"),
        body.get("data").get("message"),
        body.get("message"),
    ];
    let words = words.into_iter().find_map(Value::as_text);
    let words = words.map(|text| error_body::shown_text(text, &[]));
    ConnectError::new(code, message).with_server_words(None, words)
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// The cursor of the next page. `None` on the last page.
    pub next: Option<String>,
}

/// Reads a page. Cursors are opaque. Leaves out invalid items.
fn page<T>(body: &Value, item: fn(&Value) -> Option<T>) -> Option<Page<T>> {
    let Value::Array(items) = body.get("items") else {
        return None;
    };
    let next = body.get("next_cursor").scalar();
    Some(Page {
        items: items.iter().filter_map(item).collect(),
        next: next.filter(|cursor| !cursor.is_empty()),
    })
}
