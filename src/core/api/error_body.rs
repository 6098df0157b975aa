//! One reader for every shape of error body (docs/protocol.md §6). The HTTP status counts more than the body.

use super::http::{Body, HttpRequest, HttpResponse};
use crate::core::error::{ConnectError, ErrorCode, Issue};
use crate::core::secret::{Secret, redact};
use crate::core::text::{concat, contains, cut, decimal};
use crate::core::value::Value;

const MAX_TEXT_CHARS: usize = 300;

const MAX_ISSUES: usize = 50;

/// The normalised error of a response whose status is not 2xx. Typed values are redacted.
pub fn refused(response: &HttpResponse, request: &HttpRequest) -> ConnectError {
    let typed = &request.typed;
    let none = Value::Null;
    let body = match &response.body {
        Body::Json(value) => value,
        _ => &none,
    };
    let nested = body.get("error");
    let said = description(&response.body, body, nested);
    let word = error_word(body, nested);
    let slug = nested.get("slug").as_str();
    let retired = response.status == 400
        && said.is_some_and(|text| {
            contains(text, "no longer supported") && contains(text, "connected_accounts/link")
        });
    let own = request
        .statuses
        .iter()
        .find(|(status, _)| *status == response.status);
    let own = own.map(|(_, code)| *code).filter(|_| !retired);
    let code = own.unwrap_or_else(|| match (response.status, word.as_deref()) {
        _ if retired => ErrorCode::EndpointRetired,
        _ if slug == Some("ConnectedAccount_CredentialValidationRejected") => {
            ErrorCode::CredentialsRejected
        }
        (400, Some("607" | "1803")) => ErrorCode::NotFound,
        // The alias of a new account is taken. For an existing account, the platform answers 409.
        (400, _) if said.is_some_and(|text| contains(text, "already in use")) => {
            ErrorCode::Conflict
        }
        (403, _) if slug == Some("Gateway_EntityMismatch") => ErrorCode::EntityMismatch,
        (401, _) => ErrorCode::Unauthorized,
        (403, _) => ErrorCode::Forbidden,
        (404, _) => ErrorCode::NotFound,
        (408, _) => ErrorCode::Timeout,
        (409, _) => ErrorCode::Conflict,
        (410, _) => ErrorCode::EndpointRetired,
        (429, _) => ErrorCode::RateLimited,
        (500.., _) => ErrorCode::Server,
        _ => ErrorCode::InvalidRequest,
    });
    let description = said.map(|text| shown_text(text, typed));
    let error = word.map(|word| shown_text(&word, typed));
    // Only the platform's errors have a numeric `code`. Other bodies come from the app's server or from a proxy.
    let is_platform =
        nested.get("message").as_text().is_some() && matches!(nested.get("code"), Value::Number(_));
    let who = if is_platform {
        "platform"
    } else {
        "server at `baseUrl`"
    };
    let mut message = concat(&[
        "the ",
        who,
        " answered HTTP ",
        &decimal(response.status.into()),
    ]);
    match &description {
        Some(text) => message.push_str(&concat(&[": ", text])),
        None if is_markup(&response.body) => message.push_str(" and HTML: check `baseUrl`"),
        None => {}
    }
    let mut read = ConnectError::new(code, message)
        .with_retryable(match code {
            // The server refused the request before it did anything, so a retry creates no second account.
            ErrorCode::RateLimited => true,
            ErrorCode::Server | ErrorCode::Timeout => request.is_repeatable(),
            _ => false,
        })
        .with_issues(issues(body, nested, typed))
        .with_server_words(error, description);
    read.status = Some(response.status);
    read.retry_after_ms = response.retry_after_ms;
    read.request_id = request_id(response, body, typed);
    read
}

fn is_markup(body: &Body) -> bool {
    matches!(body, Body::Text(text) if text.trim_start().starts_with('<'))
}

/// The server's id of the request, from the body or else from the header.
pub fn request_id(
    response: &HttpResponse,
    body: &Value,
    typed: &[(String, Secret)],
) -> Option<String> {
    let nested = body.get("error").any(&["request_id", "requestId"]);
    let flat = body.any(&["requestId", "request_id"]);
    let id = nested
        .as_text()
        .or_else(|| flat.as_text())
        .or(response.request_id.as_deref());
    id.map(|id| shown_text(id, typed))
}

/// A text of the server, for display. Typed values are redacted before the text is cut, because a cut may leave half of one.
pub fn shown_text(text: &str, typed: &[(String, Secret)]) -> String {
    let mut text = text.to_owned();
    redact(&mut text, typed);
    cut(&text, MAX_TEXT_CHARS)
}

/// The first non-empty message. HTML and truncated JSON are not messages.
fn description<'a>(raw: &'a Body, body: &'a Value, nested: &'a Value) -> Option<&'a str> {
    match raw {
        Body::Text(text) => {
            let text = text.trim();
            let is_document = text.starts_with(['<', '{', '[', '"']);
            (!is_document && !text.is_empty()).then_some(text)
        }
        _ => [
            nested.get("message"),
            body.get("message"),
            nested,
            body.get("detail"),
            nested.get("name"),
        ]
        .into_iter()
        .find_map(Value::as_text)
        .or_else(|| body.as_text()),
    }
}

/// The server's error code: a number, a slug or a name.
fn error_word(body: &Value, nested: &Value) -> Option<String> {
    [
        nested.any(&["code", "error_code", "slug", "name", "type"]),
        body.any(&["code", "error_code", "slug", "name", "type"]),
    ]
    .into_iter()
    .find_map(Value::scalar)
    .filter(|word| !word.is_empty())
}

/// The server's validation details: an array in some bodies, an object or nothing in others.
fn issues(body: &Value, nested: &Value, typed: &[(String, Secret)]) -> Vec<Issue> {
    let texts = nested.any(&["errors", "details"]);
    let details = if texts.is_null() {
        body.any(&["details", "errors"])
    } else {
        texts
    };
    let mut issues = Vec::new();
    for detail in details.items() {
        let field = detail
            .any(&["property", "field", "path"])
            .as_text()
            .unwrap_or_default();
        let mut add = |text: &Value| {
            if let Some(text) = text.as_text()
                && issues.len() < MAX_ISSUES
            {
                issues.push(Issue {
                    code: "format",
                    field: shown_text(field, typed),
                    message: shown_text(text, typed),
                    params: Vec::new(),
                });
            }
            text.as_text().is_some()
        };
        if !add(detail) {
            add(detail.get("message"));
        }
        for (_, text) in detail.get("constraints").members() {
            add(text);
        }
    }
    issues
}
