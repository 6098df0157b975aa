//! Requests and responses as data.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

use crate::core::error::ConnectError;
use crate::core::value::Value;

/// A request to the platform, relative to the base URL.
#[derive(Debug)]
pub struct HttpRequest {
    /// `GET`, `POST`, `PATCH` or `DELETE`.
    pub method: &'static str,
    /// Absolute path with its query, encoded.
    pub path: String,
    /// JSON, for a POST. May hold what the user typed: overwritten when dropped.
    pub body: Option<Zeroizing<Vec<u8>>>,
}

/// A response of the platform.
#[derive(Debug, Clone, PartialEq)]
pub struct HttpResponse {
    /// HTTP status.
    pub status: u16,
    /// How long the platform asks to wait, see [`retry_after_ms`](crate::core::retry::retry_after_ms).
    pub retry_after_ms: Option<u64>,
    /// Header `x-request-id`.
    pub request_id: Option<String>,
    /// The body, decoded as far as it can be.
    pub body: Body,
}

/// The body of a response.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// Nothing.
    Empty,
    /// What `JSON.parse` made of it.
    Json(Value),
    /// Something that is no JSON: a gateway's HTML, plain text, a truncated document.
    Text(String),
    /// More than [`MAX_BODY_BYTES`]; not read to its end.
    TooLarge,
}

/// The largest answer that is read, in bytes.
pub const MAX_BODY_BYTES: usize = 1_000_000;

/// What a path segment may hold as it is: RFC 3986 `unreserved`.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

impl HttpRequest {
    /// A GET.
    pub(crate) fn get(path: String) -> Self {
        HttpRequest {
            method: "GET",
            path,
            body: None,
        }
    }

    /// A request without a body that changes something.
    pub(crate) fn bare(method: &'static str, path: String) -> Self {
        HttpRequest {
            method,
            path,
            body: None,
        }
    }

    /// A POST of a JSON body.
    pub(crate) fn post(path: String, body: Vec<u8>) -> Self {
        HttpRequest {
            method: "POST",
            path,
            body: Some(Zeroizing::new(body)),
        }
    }
}

/// `prefix` and one encoded segment. A segment that a URL parser would resolve away (`.`, `..`) is refused.
pub(crate) fn path(prefix: &str, field: &str, segment: &str) -> Result<String, ConnectError> {
    match segment {
        "" => Err(ConnectError::argument("required", field, "is empty")),
        "." | ".." => Err(ConnectError::argument("format", field, "is not an id")),
        _ => Ok([
            prefix,
            utf8_percent_encode(segment, SEGMENT).to_string().as_str(),
        ]
        .concat()),
    }
}

/// `path` with a query of the pairs that have a value.
pub(crate) fn with_query(path: &str, pairs: &[(&str, Option<&str>)]) -> String {
    let mut query = form_urlencoded::Serializer::for_suffix([path, "?"].concat(), path.len() + 1);
    for (name, value) in pairs {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    let mut path = query.finish();
    if path.ends_with('?') {
        path.pop();
    }
    path
}
