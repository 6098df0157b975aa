//! Requests and responses as data.

use zeroize::Zeroizing;

use crate::core::error::ConnectError;
use crate::core::json::JsonObject;
use crate::core::text::{concat, percent_encoded, split_once};
use crate::core::value::Value;

/// A request to the platform, relative to the base URL.
#[derive(Debug)]
pub struct HttpRequest {
    /// `GET`, `POST`, `PATCH` or `DELETE`.
    pub method: &'static str,
    /// Where the path starts: `/api/v3.1` or `/api/v3`.
    pub prefix: &'static str,
    /// The rest of the path as it is for all ids, for the trace.
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
    /// What the clock of who answered says, in milliseconds since 1970: header `date`, where the page may read it.
    pub date_ms: Option<u64>,
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
    /// More bytes than this, its limit; not read to its end.
    TooLarge(u32),
}

/// A request in the making. An id that cannot be sent is told at the end.
pub(super) struct Draft {
    request: HttpRequest,
    refused: Option<ConnectError>,
}

impl Draft {
    /// Of a GET of nothing yet, below `prefix`.
    pub fn new(prefix: &'static str) -> Self {
        Draft {
            request: HttpRequest {
                method: "GET",
                prefix,
                route: "",
                path: String::new(),
                body: None,
            },
            refused: None,
        }
    }

    /// What was made.
    ///
    /// # Errors
    /// `invalid_argument` when an id cannot be a path segment.
    pub fn finish(self) -> Result<HttpRequest, ConnectError> {
        self.refused.map_or(Ok(self.request), Err)
    }

    /// A request without a body. `route` may have one place for an id, see [`Draft::id`].
    pub fn to(&mut self, method: &'static str, route: &'static str) -> &mut Self {
        self.request.method = method;
        self.request.route = route;
        self.request.path = concat(&[self.request.prefix, route]);
        self
    }

    /// A GET.
    pub fn get(&mut self, route: &'static str) -> &mut Self {
        self.to("GET", route)
    }

    /// A POST.
    pub fn post(&mut self, route: &'static str) -> &mut Self {
        self.to("POST", route)
    }

    /// With a JSON body.
    pub fn json(&mut self, fill: &dyn Fn(&mut JsonObject)) -> &mut Self {
        self.json_within(256, fill)
    }

    /// With a JSON body that takes no more than `capacity`: growing would leave a copy behind.
    pub fn json_within(&mut self, capacity: usize, fill: &dyn Fn(&mut JsonObject)) -> &mut Self {
        let body = JsonObject::build_within(capacity, fill);
        self.request.body = Some(Zeroizing::new(body));
        self
    }

    /// With this id, encoded, in place of the route's `{id}`. One that a URL parser would resolve away (`.`, `..`) is
    /// refused; `field` names it.
    pub fn id(&mut self, field: &str, id: &str) -> &mut Self {
        match id {
            "" => self.refused = Some(ConnectError::argument("required", field, "is empty")),
            "." | ".." => {
                self.refused = Some(ConnectError::argument("format", field, "is not an id"));
            }
            _ => {
                if let Some((before, after)) = split_once(self.request.route, "{id}") {
                    let segment = percent_encoded(id, "%20");
                    self.request.path = concat(&[self.request.prefix, before, &segment, after]);
                }
            }
        }
        self
    }

    /// With a query of the pairs that have a value.
    pub fn query(&mut self, pairs: &[(&str, Option<&str>)]) -> &mut Self {
        let mut joint = "?";
        for (name, value) in pairs {
            if let Some(value) = value {
                let pair = concat(&[joint, name, "=", &percent_encoded(value, "+")]);
                self.request.path.push_str(&pair);
                joint = "&";
            }
        }
        self
    }
}
