//! Requests over `fetch`, called through web-sys: gloo-net's own `send` panics when a patched `fetch` is
//! rejected with something that is no `Error`.

use core::cell::{Cell, RefCell};

use gloo_net::http::Headers;
use js_sys::{Array, Function, JsString, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{
    AbortSignal, Request, RequestCache, RequestCredentials, RequestInit, RequestRedirect, Response,
    TextDecodeOptions, TextDecoder,
};

use super::failure::Failure;
use super::timing::{Deadline, now_ms};
use super::value::{decode, parse_json};
use crate::core::error::{ConnectError, ErrorCode};
use crate::core::options::{ClientOptions, Credentials, check_header, read_headers};
use crate::core::protocol::http::{Body, HttpRequest, HttpResponse};
use crate::core::retry::retry_after_ms;
use crate::core::text::{concat, contains};
use crate::core::time::parse_http_date;

/// How much of a body that is no JSON is looked at, in UTF-16 units.
const MAX_TEXT: u32 = 2_000;

/// What a chunk without a byte counts as: such may come without an end, and without a task in which time could pass.
const EMPTY_CHUNK: u64 = 1_000;

/// A body as bytes of the page's memory. They may hold what the user typed: overwritten when dropped.
struct Typed(Uint8Array);

impl Drop for Typed {
    fn drop(&mut self) {
        // Where the page has taken the bytes away, `fill` would throw.
        let length = self.0.length();
        if length > 0 {
            self.0.fill(0, 0, length);
        }
    }
}

/// How requests are sent.
pub struct Http {
    /// In place of the page's `fetch`.
    pub fetch: Option<Function>,
    /// Asked for headers before the first request and after a 401.
    pub headers: Option<Function>,
    /// What it said last.
    pub cached: RefCell<Option<Vec<(String, String)>>>,
    /// What it was asked and has not answered: requests side by side ask once.
    pub asked: RefCell<Option<JsValue>>,
    /// How often what it said was forgotten.
    pub renewals: Cell<u32>,
}

impl Http {
    /// Sends one request and reads the answer of at most `max_bytes`, both within the time limit.
    ///
    /// # Errors
    /// `redirected`, `network`, `timeout`, `cancelled`, `unauthorized` when there are no headers to be had, `invalid_argument`
    /// for headers that cannot be sent, `response_invalid`.
    pub async fn send(
        &self,
        options: &ClientOptions,
        request: &HttpRequest,
        max_bytes: u32,
        signals: &[AbortSignal],
    ) -> Result<HttpResponse, Failure> {
        let deadline = Deadline::start(options.timeout_ms, signals)?;
        let headers = self.headers(options, &deadline).await?;
        let (request, _typed) = build(options, request, &headers, &deadline)?;
        let fetch = match &self.fetch {
            Some(fetch) => fetch.clone(),
            // Looked up for each request, so that what the page patches in counts.
            None => Reflect::get(&js_sys::global(), &"fetch".into())
                .unwrap_or_default()
                .unchecked_into(),
        };
        let sent = fetch
            .call1(&JsValue::UNDEFINED, &request)
            .map_err(unreachable_platform)?;
        let response = limit(&deadline, &sent).await?;
        if !response.is_instance_of::<Response>() {
            return Err(Failure::caused(
                ErrorCode::ResponseInvalid,
                "the page's own `fetch` must answer a Response",
                response,
            ));
        }
        read(&response, max_bytes, &deadline).await
    }

    /// Forgets the headers, so that the next request asks for fresh ones; not where another request has done so since
    /// this one was sent, after so many renewals. Whether that can change anything.
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
    ) -> Result<Vec<(String, String)>, Failure> {
        let Some(ask) = &self.headers else {
            return Ok(options.headers.clone());
        };
        if let Some(cached) = self.cached.borrow().clone() {
            return Ok(cached);
        }
        let failed = |cause| {
            Failure::caused(
                ErrorCode::Unauthorized,
                "the `headers` function failed",
                cause,
            )
        };
        let asked = self.asked.borrow().clone();
        let asked = match asked {
            Some(asked) => asked,
            None => {
                let asked = ask.call0(&JsValue::UNDEFINED).map_err(failed)?;
                self.asked.replace(Some(asked.clone()));
                asked
            }
        };
        let answered = deadline.limit(&asked).await;
        self.asked.take();
        let answered = match answered {
            Ok(value) => value,
            Err(Ok(error)) => return Err(error.into()),
            Err(Err(cause)) => return Err(failed(cause)),
        };
        let headers = read_headers(&decode(&answered).map_err(failed)?)?;
        check_headers(&headers)?;
        *self.cached.borrow_mut() = Some(headers.clone());
        Ok(headers)
    }
}

fn check_headers(headers: &[(String, String)]) -> Result<(), ConnectError> {
    headers
        .iter()
        .try_for_each(|(name, value)| check_header(name, value))
}

fn build(
    options: &ClientOptions,
    request: &HttpRequest,
    extra: &[(String, String)],
    deadline: &Deadline,
) -> Result<(Request, Option<Typed>), Failure> {
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
    // Without a prototype: what others have put on that of all objects would be taken for members of it, a body for one.
    let init: RequestInit =
        Object::<JsValue>::create(JsValue::NULL.unchecked_ref()).unchecked_into();
    init.set_method(request.method);
    init.set_signal(Some(&deadline.signal()));
    init.set_cache(RequestCache::NoStore);
    // An API that redirects is not the API: its answer would come from somewhere else (docs/protocol.md, Q39). Not `error`,
    // which a page cannot tell from having no network.
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
    // A request should hold a copy of its own, but WebKit's reads these bytes when it is sent, and a page's own `fetch` may
    // do that late. So they stay until there is an answer.
    if let Some(Typed(body)) = &body {
        headers.set("content-type", "application/json");
        init.set_body(body);
    }
    init.set_headers(&headers.into_raw());
    let url = concat(&[options.base_url.as_str(), &request.path]);
    let built = Request::new_with_str_and_init(&url, &init).map_err(|cause| {
        Failure::caused(
            ErrorCode::InvalidArgument,
            "`baseUrl` and the path of the request must make a URL",
            cause,
        )
    })?;
    Ok((built, body))
}

/// What a page's own `fetch` answers may be a proxy, or changed: a member that throws is caught, since what is not ends no call.
async fn read(
    response: &JsValue,
    max_bytes: u32,
    deadline: &Deadline<'_>,
) -> Result<HttpResponse, Failure> {
    let status = member(response, "status")?.as_f64().unwrap_or_default() as u16;
    let stream = member(response, "body")?;
    // A browser hides the status. A page's own `fetch` may show it, or have followed.
    if matches!(status, 301..=303 | 307 | 308)
        || member(response, "type")? == "opaqueredirect"
        || member(response, "redirected")?.is_truthy()
    {
        discard(&stream);
        let message = "your server redirected the request: check that `baseUrl` has the right scheme and slashes, \
            and that without a session your server answers 401";
        let mut error = ConnectError::new(ErrorCode::Redirected, message);
        error.status = (300..400).contains(&status).then_some(status);
        return Err(error.into());
    }
    // `Response.error()`, and what a service worker makes of a failure.
    if status == 0 {
        return Err(unreachable_platform(response.clone()));
    }
    let headers = member(response, "headers")?;
    let header = |name: &str| call(&headers, "get", &name.into()).map(|value| value.as_string());
    let (after_ms, after) = (header("retry-after-ms")?, header("retry-after")?);
    let date_ms = header("date")?.and_then(|text| parse_http_date(&text));
    let request_id = header("x-request-id")?;
    let is_kept_nowhere =
        header("cache-control")?.is_some_and(|value| contains(&value, "no-store"));
    // Chromium shows such an answer as cancelled when a page has read its stream, but not when it reads a copy by itself. Only of
    // the network: that ends with the request.
    if is_kept_nowhere
        && member(response, "type")? != "default"
        && let Ok(copy) = call(response, "clone", &JsValue::UNDEFINED)
        && let Ok(work) = call(&copy, "arrayBuffer", &JsValue::UNDEFINED)
    {
        forget(&work);
    }
    let stream = member(response, "body")?;
    let body = if stream.is_object() && !member(&stream, "locked")?.is_truthy() {
        let reader = call(&stream, "getReader", &JsValue::UNDEFINED)?;
        read_text(&reader, max_bytes, deadline)
            .await?
            .map_or(Body::TooLarge(max_bytes), body_of)
    } else {
        Body::Empty
    };
    Ok(HttpResponse {
        status,
        retry_after_ms: retry_after_ms(
            after_ms.as_deref(),
            after.as_deref(),
            date_ms.unwrap_or_else(now_ms),
        ),
        date_ms,
        request_id,
        body,
    })
}

/// The whole body as text; `None` as soon as it is too large.
async fn read_text(
    reader: &JsValue,
    max_bytes: u32,
    deadline: &Deadline<'_>,
) -> Result<Option<JsString>, Failure> {
    let decoder = TextDecoder::new().map_err(unreadable)?;
    let more = TextDecodeOptions::new();
    more.set_stream(true);
    let mut text = JsString::from("");
    let mut size = 0u64;
    loop {
        let next = limit(deadline, &call(reader, "read", &JsValue::UNDEFINED)?).await?;
        if member(&next, "done")?.is_truthy() {
            return Ok(Some(text));
        }
        let chunk = member(&next, "value")?;
        let Some(length) = member(&chunk, "byteLength")?.as_f64() else {
            return Err(unreadable(JsValue::UNDEFINED));
        };
        size = size.saturating_add(match length as u64 {
            0 => EMPTY_CHUNK,
            length => length,
        });
        if size > max_bytes.into() {
            deadline.abort();
            discard(reader);
            return Ok(None);
        }
        let part = decoder
            .decode_with_js_u8_array_and_options(chunk.unchecked_ref(), &more)
            .map_err(unreadable)?;
        text = text.concat(&part.into());
    }
}

/// Cancels a stream or its reader: the answer is refused already.
fn discard(stream: &JsValue) {
    if stream.is_object()
        && let Ok(cancelled) = call(stream, "cancel", &JsValue::UNDEFINED)
    {
        forget(&cancelled);
    }
}

/// What this promise comes to is nobody's concern.
fn forget(promise: &JsValue) {
    let _ = Promise::race(&Array::of2(&JsValue::NULL, promise));
}

fn member(of: &JsValue, name: &str) -> Result<JsValue, Failure> {
    Reflect::get(of, &name.into()).map_err(unreadable)
}

fn call(on: &JsValue, name: &str, argument: &JsValue) -> Result<JsValue, Failure> {
    member(on, name)?
        .dyn_into::<Function>()
        .and_then(|method| method.call1(on, argument))
        .map_err(unreadable)
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

async fn limit(deadline: &Deadline<'_>, work: &JsValue) -> Result<JsValue, Failure> {
    deadline.limit(work).await.map_err(|stopped| match stopped {
        Ok(error) => error.into(),
        Err(reason) => unreachable_platform(reason),
    })
}

fn unreachable_platform(cause: JsValue) -> Failure {
    Failure::caused(
        ErrorCode::Network,
        "the server at `baseUrl` cannot be reached",
        cause,
    )
}

fn unreadable(cause: JsValue) -> Failure {
    Failure {
        error: ConnectError::new(ErrorCode::ResponseInvalid, "the answer cannot be read"),
        cause: Some(cause),
    }
}
