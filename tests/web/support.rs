//! Scripted platforms, storages, timers and addresses.

use core::future::poll_fn;
use core::pin::Pin;
use core::task::Poll;

use connect_flow::{
    ClientOptions, CompleteOptions, CompletedConnection, ConnectClient, ConnectError,
    ConnectedAccount, ConnectionRequest, ErrorCode, InitiateOptions, Overrides, Storage,
};
use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Request};

/// Runs JavaScript and returns its result.
pub fn js(body: &str) -> JsValue {
    Function::new_no_args(body)
        .call0(&JsValue::NULL)
        .expect("the test's own JavaScript runs")
}

/// [`js`], for JavaScript that returns a string.
pub fn text(body: &str) -> String {
    js(body).as_string().expect("a string")
}

/// A JavaScript function with these parameters.
pub fn function(names: &str, body: &str) -> Function {
    Function::new_with_args(names, body)
}

/// Sets a global variable of JavaScript.
pub fn set_global(name: &str, value: &JsValue) {
    Reflect::set(&js_sys::global(), &name.into(), value).expect("a global is set");
}

/// A fresh `AbortController`, also as `globalThis.controller`.
pub fn controller() -> AbortController {
    let controller = AbortController::new().expect("a controller");
    set_global("controller", &controller);
    controller
}

/// A platform behind a scripted `fetch`, which records every request.
#[derive(Clone)]
pub struct Platform {
    requests: Array,
    /// The `fetch`.
    pub fetch: Function,
}

impl Platform {
    /// `answer` is the body of a function of `request`, `n` (the number of the request, from 1), `path` and
    /// `json(body, status, headers)`. Requests for the integration of [`initiating`] are answered here and not recorded.
    pub fn new(answer: &str) -> Self {
        let make = function(
            "requests, answer",
            "const json = (body, status = 200, headers = {}) => new Response(JSON.stringify(body), { status, headers });
            return (request) => {
              if (request.url.endsWith('/auth_configs/in_1')) {
                return Promise.resolve(json({ id: 'in_1', auth_scheme: 'OAUTH2', is_composio_managed: false, expected_input_fields: [] }));
              }
              requests.push(request.clone());
              return answer(request, requests.length, new URL(request.url).pathname, json);
            };",
        );
        let requests = Array::new();
        let fetch = make
            .call2(
                &JsValue::NULL,
                &requests,
                &function("request, n, path, json", answer),
            )
            .expect("a fetch");
        Platform {
            requests,
            fetch: fetch.unchecked_into(),
        }
    }

    /// The number of recorded requests.
    pub fn count(&self) -> u32 {
        self.requests.length()
    }

    /// Request number `n`, from 1.
    pub fn request(&self, n: u32) -> Request {
        self.requests.get(n - 1).unchecked_into()
    }

    /// The body of request number `n`. It can be read once.
    pub async fn body(&self, n: u32) -> String {
        let body = self.request(n).text().expect("a body");
        JsFuture::from(body)
            .await
            .expect("a body")
            .as_string()
            .expect("text")
    }

    /// A client with its own storage and no retries.
    pub fn client(&self) -> ConnectClient {
        self.client_with(|_, _| ())
    }

    /// [`Platform::client`] with changed options.
    pub fn client_with(
        &self,
        change: impl FnOnce(&mut ClientOptions, &mut Overrides),
    ) -> ConnectClient {
        let mut options = ClientOptions {
            base_url: "https://platform.test".to_owned(),
            entity_id: Some("Jessica".to_owned()),
            retry: 0,
            ..ClientOptions::default()
        };
        let mut overrides = Overrides {
            fetch: Some(self.fetch.clone()),
            storage: Some(storage("")),
            ..Overrides::default()
        };
        change(&mut options, &mut overrides);
        ConnectClient::with_overrides(options, overrides).expect("valid options")
    }
}

/// A storage in memory. `change` is JavaScript that breaks `storage`.
pub fn storage(change: &str) -> Storage {
    let make = [
        "const map = new Map();
        const storage = {
          map,
          getItem: (key) => map.get(key) ?? null,
          setItem: (key, value) => void map.set(key, value),
          removeItem: (key) => void map.delete(key),
          key: (index) => [...map.keys()][index] ?? null,
          get length() { return map.size; },
        };",
        change,
        "; return storage;",
    ];
    js(&make.concat()).unchecked_into()
}

/// An account in the platform's words.
pub const ACCOUNT: &str =
    r#"{ id: "ca_1", status: "ACTIVE", toolkit: { slug: "shopify" }, user_id: "Jessica" }"#;

/// The script of a platform that numbers its accounts (`ca_1`, ...). Each is active as soon as it is read.
pub const CONNECTING: &str = r#"
    globalThis.made ??= 0;
    if (request.method === "POST") {
      return json({ id: `ca_${++made}`, status: "INITIATED", redirect_url: "https://auth.test/" });
    }
    return json({ id: path.split("/").pop(), status: "ACTIVE", toolkit: { slug: "gmail" }, user_id: "Jessica" });"#;

/// A platform with the script [`CONNECTING`], numbered from 1.
pub fn connecting() -> Platform {
    set_global("made", &JsValue::from(0));
    Platform::new(CONNECTING)
}

/// [`connecting`], but `account` is the JavaScript of every account that is read.
pub fn with_account(account: &str) -> Platform {
    set_global("made", &0.into());
    Platform::new(&format!(
        "if (request.method === 'GET') return {account}; {CONNECTING}"
    ))
}

/// One GET.
pub async fn look(client: &ConnectClient) -> Result<ConnectedAccount, ConnectError> {
    client.get_connected_account("ca_1").await
}

/// Options of a connection that is started with one recorded request.
pub fn initiating() -> InitiateOptions {
    InitiateOptions {
        integration_id: Some("in_1".to_owned()),
        redirect_url: Some("https://app.test/done".to_owned()),
        ..InitiateOptions::default()
    }
}

/// Starts the connection of [`initiating`].
pub async fn initiate(client: &ConnectClient) -> Result<ConnectionRequest, ConnectError> {
    client.initiate_connection(initiating()).await
}

/// Completes the connection of a callback URL.
pub async fn complete(
    client: &ConnectClient,
    url: &str,
) -> Result<Option<CompletedConnection>, ConnectError> {
    let url = Some(url.to_owned());
    client
        .complete_connection(CompleteOptions {
            url,
            ..Default::default()
        })
        .await
}

/// The callback URL of a connection that succeeded.
pub fn callback(request: &ConnectionRequest) -> String {
    format!(
        "https://app.test/done?cf_flow={}&status=success&connectedAccountId={}&appName=gmail",
        request.flow_id, request.connected_account_id
    )
}

/// The code of the error. Panics if the result is `Ok`.
pub fn code<T: core::fmt::Debug>(result: Result<T, ConnectError>) -> ErrorCode {
    result.expect_err("an error").code
}

/// A future for [`at_once`].
pub type Work<T> = Pin<Box<dyn Future<Output = T>>>;

/// Awaits futures concurrently. The results keep the order of the futures.
pub async fn at_once<T>(mut work: Vec<Work<T>>) -> Vec<T> {
    let mut done: Vec<Option<T>> = work.iter().map(|_| None).collect();
    poll_fn(|context| {
        for (one, slot) in work.iter_mut().zip(&mut done) {
            if slot.is_none()
                && let Poll::Ready(answer) = one.as_mut().poll(context)
            {
                *slot = Some(answer);
            }
        }
        match done.iter().all(Option::is_some) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    })
    .await;
    done.into_iter().flatten().collect()
}

/// Undoes a change of the page when dropped.
pub struct Undo(Function);

impl Drop for Undo {
    fn drop(&mut self) {
        let _ = self.0.call0(&JsValue::NULL);
    }
}

/// Runs JavaScript that returns the function that undoes it.
pub fn until_dropped(body: &str) -> Undo {
    Undo(js(body).unchecked_into())
}

/// Makes timers a hundred times as fast. `globalThis.timers` lists every requested delay in milliseconds. `timersLeft` holds the
/// timers that neither fired nor were cleared.
pub fn fast_timers() -> Undo {
    until_dropped(
        "globalThis.ownTimers ??= [globalThis.setTimeout, globalThis.clearTimeout];
        const [setTimeout, clearTimeout] = ownTimers;
        globalThis.timers = [];
        globalThis.timersLeft = new Set();
        globalThis.setTimeout = (work, ms, ...more) => {
          timers.push(ms);
          const handle = setTimeout(() => { timersLeft.delete(handle); work(...more); }, ms / 100);
          timersLeft.add(handle);
          return handle;
        };
        globalThis.clearTimeout = (handle) => { timersLeft.delete(handle); clearTimeout(handle); };
        return () => Object.assign(globalThis, { setTimeout, clearTimeout });",
    )
}

/// The delays that [`fast_timers`] saw. Time limits are left out: `limit_ms` of a request, 30 seconds of `completeConnection`, a second of a lock.
pub fn waits(limit_ms: u32) -> Vec<u32> {
    let all: Array = js("return timers").unchecked_into();
    let all = all.iter().filter_map(|ms| ms.as_f64()).map(|ms| ms as u32);
    all.filter(|ms| ![limit_ms, 30_000, 1_000].contains(ms))
        .collect()
}

/// Changes the path, query and fragment of the page until dropped.
pub fn address(path: &str) -> Undo {
    set_global("address", &path.into());
    until_dropped(
        "const before = location.href;
        history.replaceState({ own: 1 }, '', address);
        return () => history.replaceState(null, '', before);",
    )
}

/// The path, query and fragment of the page.
pub fn address_now() -> String {
    text("return location.pathname + location.search + location.hash")
}

/// Whether two values are identical.
pub fn is_same(one: &JsValue, other: &JsValue) -> bool {
    Object::is(one, other)
}
