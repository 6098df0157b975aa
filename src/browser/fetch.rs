//! Requests over `fetch`.

use std::cell::{Cell, RefCell};

use js_sys::{Array, Function, JsString, Promise};
use wasm_bindgen::prelude::*;
use web_sys::{AbortController, AbortSignal};

use super::timing::{Deadline, cancelled, now_ms};
use super::value::{decode, parse_json};
use crate::core::api::http::{Body, HttpRequest, HttpResponse};
use crate::core::error::{ConnectError, ErrorCode, Result};
use crate::core::json::JsonObject;
use crate::core::options::{ClientOptions, check_header, read_headers};
use crate::core::retry::retry_after_ms;
use crate::core::secret::Secret;
use crate::core::text::concat;
use crate::core::time::parse_http_date;

/// How much of a body that is not JSON is kept, in UTF-16 units.
const MAX_TEXT: u32 = 2_000;

#[wasm_bindgen(module = "/src/browser/fetch.js")]
extern "C" {
    /// Sends a request. Never rejects. [`read_exchange`] reads the result.
    fn exchange(
        own: Option<&Function>,
        url: &str,
        init: &str,
        body: Option<&[u8]>,
        max_bytes: u32,
        controller: &AbortController,
    ) -> Promise;
}

/// Sends requests.
pub struct Http {
    /// Replaces the page's `fetch`.
    pub fetch: Option<Function>,
    /// Returns the headers, or a promise of them. Called before the first request and after a 401.
    pub headers: Option<Function>,
    /// The headers that the function returned.
    pub cached: RefCell<Option<Vec<(String, String)>>>,
    /// The pending result of the function, shared by concurrent requests.
    pub asked: RefCell<Option<JsValue>>,
    /// How often the headers were renewed.
    pub renewals: Cell<u32>,
}

impl Http {
    /// Sends a request and reads an answer of at most `max_bytes`, within the time limit of the options.
    ///
    /// # Errors
    /// `redirected`, `network`, `timeout`, `cancelled`, `unauthorized` if the `headers` function fails, `invalid_argument` for invalid
    /// headers, `response_invalid`.
    pub async fn send(
        &self,
        options: &ClientOptions,
        request: &HttpRequest,
        max_bytes: u32,
        signals: &[AbortSignal],
    ) -> Result<HttpResponse> {
        let deadline = Deadline::start(options.timeout_ms, signals)?;
        let headers = self.headers(options, &deadline).await?;
        let init = request_init(options, request, &headers)?;
        let work = exchange(
            self.fetch.as_ref(),
            &concat(&[&options.base_url, options.api.prefix(), &request.path]),
            &String::from_utf8_lossy(&init),
            request.body.as_ref().map(|body| body.as_slice()),
            max_bytes,
            &deadline.controller,
        );
        match deadline.limit(&work).await {
            Ok(exchanged) => read_exchange(exchanged.unchecked_ref(), max_bytes),
            Err(stopped) => Err(stopped.unwrap_or_else(|_| cancelled())),
        }
    }

    /// Clears the headers, so that the next request gets fresh ones. `renewals`: their number when the refused request was sent. If another
    /// request has renewed the headers since, they are kept. False if the client has no `headers` function.
    pub fn renew_headers(&self, renewals: u32) -> bool {
        if self.renewals.get() == renewals {
            self.renewals.set(renewals + 1);
            self.cached.take();
        }
        self.headers.is_some()
    }

    async fn headers(
        &self,
        options: &ClientOptions,
        deadline: &Deadline<'_>,
    ) -> Result<Vec<(String, String)>> {
        let Some(ask) = &self.headers else {
            return Ok(options.headers.clone());
        };
        if let Some(cached) = self.cached.borrow().clone() {
            return Ok(cached);
        }
        let failed = |cause: JsValue| {
            ConnectError::new(
                ErrorCode::Unauthorized,
                "the `headers` function threw or rejected",
            )
            .with_cause(cause)
        };
        let pending = self.asked.borrow().clone();
        // Cleared also when this call is dropped, since then no call may be left to store the result.
        let _asked = Asked(&self.asked);
        let asked = match pending {
            Some(asked) => asked,
            None => {
                let asked = ask.call0(&JsValue::UNDEFINED).map_err(failed)?;
                self.asked.replace(Some(asked.clone()));
                asked
            }
        };
        let answered = deadline.limit(&asked).await;
        let answered = match answered {
            Ok(value) => value,
            Err(Ok(error)) => return Err(error),
            Err(Err(cause)) => return Err(failed(cause)),
        };
        let headers = read_headers(&decode(&answered).map_err(failed)?)?;
        check_headers(&headers)?;
        *self.cached.borrow_mut() = Some(headers.clone());
        Ok(headers)
    }
}

/// Clears the pending result when dropped.
struct Asked<'a>(&'a RefCell<Option<JsValue>>);

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        self.0.take();
    }
}

fn check_headers(headers: &[(String, String)]) -> Result<()> {
    headers
        .iter()
        .try_for_each(|(name, value)| check_header(name, value))
}

/// The members of a `RequestInit` that differ between requests, as JSON.
fn request_init(
    options: &ClientOptions,
    request: &HttpRequest,
    extra: &[(String, String)],
) -> Result<Vec<u8>> {
    // `Headers` throws on what `check_header` refuses.
    check_headers(extra)?;
    let key = options.unsafe_api_key.as_ref().map(Secret::expose);
    if let Some(key) = key {
        check_header("x-api-key", key)?;
    }
    Ok(JsonObject::build(|json| {
        json.string("method", request.method);
        json.string("credentials", options.credentials.as_str());
        json.object("headers", |json| {
            json.string("accept", "application/json");
            for (name, value) in extra {
                json.string(name, value);
            }
            json.optional("x-api-key", key);
            let typed = request.body.as_ref().map(|_| "application/json");
            json.optional("content-type", typed);
        });
    }))
}

/// Reads the result of [`exchange`].
fn read_exchange(exchanged: &Array, max_bytes: u32) -> Result<HttpResponse> {
    let text = |index| exchanged.get(index).as_string();
    let number = |index| exchanged.get(index).as_f64().unwrap_or_default() as u16;
    let status = number(1);
    let (code, message) = match number(0) {
        0 => {
            let date_ms = text(5).and_then(|text| parse_http_date(&text));
            return Ok(HttpResponse {
                status,
                retry_after_ms: retry_after_ms(
                    text(3).as_deref(),
                    text(4).as_deref(),
                    date_ms.unwrap_or_else(now_ms),
                ),
                date_ms,
                request_id: text(6),
                is_deprecated: text(8).is_some(),
                sunset_ms: text(9).and_then(|text| parse_http_date(&text)),
                body: match exchanged.get(2).dyn_into() {
                    Ok(text) => body_of(text),
                    Err(_) => Body::TooLarge(max_bytes),
                },
            });
        }
        1 => {
            let message = "your server redirected the request: check that `baseUrl` has the right scheme and slashes, \
                and that without a session your server answers 401";
            let mut error = ConnectError::new(ErrorCode::Redirected, message);
            error.status = (300..400).contains(&status).then_some(status);
            return Err(error);
        }
        2 => (
            ErrorCode::ResponseInvalid,
            "`fetch` must resolve with a Response",
        ),
        3 => (
            ErrorCode::ResponseInvalid,
            "the body of the answer cannot be read",
        ),
        5 => (
            ErrorCode::InvalidArgument,
            "`baseUrl` and the path of the request must make a URL",
        ),
        _ => (
            ErrorCode::Network,
            "the server at `baseUrl` cannot be reached",
        ),
    };
    Err(ConnectError::new(code, message).with_cause(exchanged.get(1)))
}

fn body_of(text: JsString) -> Body {
    if text.trim().length() == 0 {
        return Body::Empty;
    }
    match parse_json(&text) {
        Some(value) => Body::Json(value),
        None => Body::Text(text.slice(0, MAX_TEXT).into()),
    }
}
