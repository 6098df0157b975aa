//! Requests and responses as data.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

use crate::core::error::ConnectError;
use crate::core::text::{concat, split_once};
use crate::core::value::Value;

/// A request to the platform, relative to the base URL.
#[derive(Debug)]
pub struct HttpRequest {
    /// `GET`, `POST`, `PATCH` or `DELETE`.
    pub method: &'static str,
    /// The path as it is for all ids, for the trace.
    pub route: &'static str,
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
    /// A request without a body. `route` may have one place for an id, see [`HttpRequest::id`].
    pub(crate) fn new(method: &'static str, route: &'static str) -> Self {
        HttpRequest {
            method,
            route,
            path: route.to_owned(),
            body: None,
        }
    }

    /// A GET.
    pub(crate) fn get(route: &'static str) -> Self {
        Self::new("GET", route)
    }

    /// A POST of a JSON body.
    pub(crate) fn post(route: &'static str, body: Vec<u8>) -> Self {
        Self::new("POST", route).body(body)
    }

    /// With a JSON body.
    pub(crate) fn body(mut self, body: Vec<u8>) -> Self {
        self.body = Some(Zeroizing::new(body));
        self
    }

    /// With this id, encoded, in place of the route's `{id}`. One that a URL parser would resolve away (`.`, `..`) is
    /// refused; `field` names it.
    pub(crate) fn id(mut self, field: &str, id: &str) -> Result<Self, ConnectError> {
        match id {
            "" => return Err(ConnectError::argument("required", field, "is empty")),
            "." | ".." => return Err(ConnectError::argument("format", field, "is not an id")),
            _ => {}
        }
        if let Some((before, after)) = split_once(self.route, "{id}") {
            let segment: String = utf8_percent_encode(id, SEGMENT).collect();
            self.path = concat(&[before, &segment, after]);
        }
        Ok(self)
    }

    /// With a query of the pairs that have a value.
    pub(crate) fn query(mut self, pairs: &[(&str, Option<&str>)]) -> Self {
        let start = self.path.len() + 1;
        self.path.push('?');
        let mut query = form_urlencoded::Serializer::for_suffix(self.path, start);
        for (name, value) in pairs {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        self.path = query.finish();
        if self.path.ends_with('?') {
            self.path.pop();
        }
        self
    }
}
