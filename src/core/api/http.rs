//! Requests and responses as data.

use zeroize::Zeroizing;

use super::Result;
use crate::core::error::{ConnectError, ErrorCode};
use crate::core::json::JsonObject;
use crate::core::secret::Secret;
use crate::core::text::{concat, percent_encoded, split_once};
use crate::core::value::Value;

/// A request to the platform, relative to the prefix of its API version.
pub struct HttpRequest {
    /// Name of the operation, for the trace.
    pub operation: &'static str,
    /// `GET`, `POST`, `PATCH` or `DELETE`.
    pub method: &'static str,
    /// The path with `{id}` in place of an id, for the trace.
    pub route: &'static str,
    /// The path with its query, encoded.
    pub path: String,
    /// The JSON body. May contain typed values, so it is overwritten when dropped.
    pub body: Option<Zeroizing<Vec<u8>>>,
    /// The typed values in the body, which are redacted from the server's texts.
    pub typed: Vec<(String, Secret)>,
    /// Statuses with a meaning of their own for this operation.
    pub(super) statuses: &'static [(u16, ErrorCode)],
    /// Whether a 2xx without a body is a complete answer.
    pub(super) may_answer_nothing: bool,
    /// Refines the error of a refusal by its body.
    pub(super) on_refusal: Option<OnRefusal>,
    /// Looks for a failure in a body whose status is 2xx.
    pub(super) check: Option<Check>,
    /// The answer may have this many times `maxAnswerBytes`.
    pub size_factor: u32,
    invalid: Option<ConnectError>,
}

/// A check of a body.
pub(super) type Check = Box<dyn Fn(&Value) -> Result<()>>;

/// Refines the error of a refusal.
pub(super) type OnRefusal = Box<dyn Fn(&mut ConnectError)>;

/// A response of the platform.
#[derive(Debug, Clone, PartialEq)]
pub struct HttpResponse {
    /// HTTP status.
    pub status: u16,
    /// The delay that the platform asks for, in milliseconds, see [`retry_after_ms`](crate::core::retry::retry_after_ms).
    pub retry_after_ms: Option<u64>,
    /// The time on the server's clock, in milliseconds since 1970: header `date`, if the page may read it.
    pub date_ms: Option<u64>,
    /// Header `x-request-id`.
    pub request_id: Option<String>,
    /// Whether the platform announces that it will remove the route: header `deprecation` (RFC 9745).
    pub is_deprecated: bool,
    /// When it removes the route, in milliseconds since 1970: header `sunset` (RFC 8594).
    pub sunset_ms: Option<u64>,
    /// The body, decoded as far as possible.
    pub body: Body,
}

/// The body of a response.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// No body.
    Empty,
    /// JSON.
    Json(Value),
    /// Anything else: HTML, plain text, a truncated document.
    Text(String),
    /// More bytes than this limit. The rest was not read.
    TooLarge(u32),
}

impl HttpRequest {
    /// `route` is the path, with at most one `{id}`, see [`HttpRequest::id`].
    pub(super) fn new(operation: &'static str, method: &'static str, route: &'static str) -> Self {
        HttpRequest {
            operation,
            method,
            route,
            path: route.to_owned(),
            body: None,
            typed: Vec::new(),
            statuses: &[],
            may_answer_nothing: false,
            on_refusal: None,
            check: None,
            size_factor: 1,
            invalid: None,
        }
    }

    /// A GET.
    pub(super) fn get(operation: &'static str, route: &'static str) -> Self {
        Self::new(operation, "GET", route)
    }

    /// A POST.
    pub(super) fn post(operation: &'static str, route: &'static str) -> Self {
        Self::new(operation, "POST", route)
    }

    /// Whether it may be sent twice. A second POST would create a second account.
    pub fn is_repeatable(&self) -> bool {
        self.method == "GET"
    }

    /// Whether it can be sent.
    ///
    /// # Errors
    /// `invalid_argument` for an id that cannot be a path segment.
    pub fn validate(&self) -> Result<()> {
        self.invalid.clone().map_or(Ok(()), Err)
    }

    /// Sets the JSON body.
    pub(super) fn json(&mut self, fill: &dyn Fn(&mut JsonObject)) {
        self.json_within(256, fill);
    }

    /// Sets a JSON body of at most `capacity` bytes. Growing the buffer would leave a copy of typed values behind.
    pub(super) fn json_within(&mut self, capacity: usize, fill: &dyn Fn(&mut JsonObject)) {
        let body = JsonObject::build_within(capacity, fill);
        self.body = Some(Zeroizing::new(body));
    }

    /// Replaces `{id}` with an encoded id. Refuses `.` and `..`, which a URL parser would resolve. `name` is the caller's name of the
    /// id.
    pub(super) fn id(&mut self, name: &str, id: &str) {
        match id {
            "" => self.invalid = Some(ConnectError::argument("required", name, "is empty")),
            "." | ".." => {
                self.invalid = Some(ConnectError::argument("format", name, "is not an id"));
            }
            _ => {
                if let Some((before, after)) = split_once(&self.path, "{id}") {
                    self.path = concat(&[before, &percent_encoded(id, "%20"), after]);
                }
            }
        }
    }

    /// Appends a query of the pairs that have a value.
    pub(super) fn query(&mut self, pairs: &[(&str, Option<&str>)]) {
        let mut joint = "?";
        for (name, value) in pairs {
            if let Some(value) = value {
                let pair = concat(&[joint, name, "=", &percent_encoded(value, "+")]);
                self.path.push_str(&pair);
                joint = "&";
            }
        }
    }
}
