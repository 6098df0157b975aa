//! Requests over `fetch`, called through web-sys: gloo-net's own `send` panics if a patched `fetch` rejects with something other than
//! an `Error`.

use std::cell::{Cell, RefCell};

use gloo_net::http::Headers;
use js_sys::{Array, Function, JsString, Object, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{
    AbortController, AbortSignal, Request, RequestCache, RequestCredentials, RequestInit,
    RequestRedirect,
};

use super::timing::{Deadline, cancelled, now_ms};
use super::value::{decode, parse_json};
use crate::core::api::http::{Body, HttpRequest, HttpResponse};
use crate::core::error::{ConnectError, ErrorCode, Result};
use crate::core::options::{ClientOptions, Credentials, check_header, read_headers};
use crate::core::retry::retry_after_ms;
use crate::core::text::concat;
use crate::core::time::parse_http_date;

/// How much of a body that is not JSON is kept, in UTF-16 units.
const MAX_TEXT: u32 = 2_000;

#[wasm_bindgen(module = "/src/browser/fetch.js")]
extern "C" {
    /// Sends a request. Never rejects. [`read_exchange`] reads the result.
    fn exchange(
        own: Option<&Function>,
        request: &Request,
        max_bytes: u32,
        controller: &AbortController,
    ) -> Promise;
}

/// The body of a request in the page's memory. May contain typed values, so it is overwritten when dropped.
struct Typed(Uint8Array);

impl Drop for Typed {
    fn drop(&mut self) {
        // `fill` would throw if the page has transferred the buffer.
        let length = self.0.length();
        if length > 0 {
            self.0.fill(0, 0, length);
        }
    }
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
        let (request, _typed) = build_request(options, request, &headers, &deadline)?;
        let work = exchange(
            self.fetch.as_ref(),
            &request,
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

fn build_request(
    options: &ClientOptions,
    request: &HttpRequest,
    extra: &[(String, String)],
    deadline: &Deadline,
) -> Result<(Request, Option<Typed>)> {
    let headers = Headers::new();
    headers.set("accept", "application/json");
    // `Headers` throws on what `check_header` refuses.
    check_headers(extra)?;
    for (name, value) in extra {
        headers.set(name, value);
    }
    if let Some(key) = &options.unsafe_api_key {
        check_header("x-api-key", key.expose())?;
        headers.set("x-api-key", key.expose());
    }
    // Without a prototype: members of a polluted `Object.prototype`, such as `body`, would count as options.
    let init: RequestInit =
        Object::<JsValue>::create(JsValue::NULL.unchecked_ref()).unchecked_into();
    init.set_method(request.method);
    init.set_signal(Some(&deadline.controller.signal()));
    init.set_cache(RequestCache::NoStore);
    // The API never redirects (docs/protocol.md, Q39). The mode `error` would look like a network error.
    init.set_redirect(RequestRedirect::Manual);
    init.set_credentials(match options.credentials {
        Credentials::Omit => RequestCredentials::Omit,
        Credentials::SameOrigin => RequestCredentials::SameOrigin,
        Credentials::Include => RequestCredentials::Include,
    });
    let body = request
        .body
        .as_ref()
        .map(|bytes| Typed(Uint8Array::from(bytes.as_slice())));
    // WebKit reads the bytes when the request is sent, not when it is made, and a patched `fetch` may send late. So the bytes stay until
    // the answer.
    if let Some(Typed(body)) = &body {
        headers.set("content-type", "application/json");
        init.set_body(body);
    }
    init.set_headers(&headers.into_raw());
    let url = concat(&[&options.base_url, options.api.prefix(), &request.path]);
    let built = Request::new_with_str_and_init(&url, &init).map_err(|cause| {
        let message = "`baseUrl` and the path of the request must make a URL";
        ConnectError::new(ErrorCode::InvalidArgument, message).with_cause(cause)
    })?;
    Ok((built, body))
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
