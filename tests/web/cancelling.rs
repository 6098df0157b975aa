//! An aborted signal, a disposed client or a dropped future ends a call at once, and leaves no listener or timer behind.

use std::future::poll_fn;
use std::pin::Pin;

use connect_flow::{
    CallFuture, ClientOptions, ConnectClient, ConnectError, ErrorCode, Overrides, TraceEntry,
    TraceEvent,
};
use js_sys::Promise;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{AbortController, AbortSignal};

use super::support::*;

/// Moments of a call. Each script aborts `globalThis.controller`, with or without a reason.
const MOMENTS: [(&str, &str); 5] = [
    ("the request", "setTimeout(() => controller.abort('reason')); return new Promise(() => {})"),
    ("a request that rejects when aborted", "setTimeout(() => controller.abort(undefined));
        return new Promise((_, reject) => request.signal.addEventListener('abort', () => reject(request.signal.reason)))"),
    ("an abort together with a rejection", "controller.abort({ a: 1 }); return Promise.reject('boom')"),
    ("the body", "setTimeout(() => controller.abort('reason')); return new Response(new ReadableStream({}))"),
    ("the delay before a retry", "setTimeout(() => controller.abort('reason'), 5);
        return new Response(null, { status: 503, headers: { 'retry-after-ms': '20000' } })"),
];

async fn look_until(
    client: &ConnectClient,
    signal: Option<AbortSignal>,
) -> Result<String, ConnectError> {
    let account = look(&client.with_signal(signal)).await?;
    Ok(account.id)
}

fn retrying(options: &mut ClientOptions, _: &mut Overrides) {
    options.retry = 2;
}

fn is_cancelled<T: core::fmt::Debug>(result: Result<T, ConnectError>, at: &str) {
    let error = result.expect_err(at);
    assert_eq!(error.code, ErrorCode::Cancelled, "{at}");
    assert!(!error.retryable, "{at}");
}

#[wasm_bindgen_test]
async fn an_aborted_signal_sends_nothing() {
    let platform = Platform::new(&format!("return json({ACCOUNT})"));
    let client = platform.client();
    let controller = AbortController::new().expect("a controller");
    controller.abort_with_reason(&"reason".into());
    is_cancelled(
        look_until(&client, Some(controller.signal())).await,
        "before",
    );
    let aborted = client.with_signal(Some(controller.signal()));
    is_cancelled(initiate(&aborted).await, "before");
    assert_eq!(platform.count(), 0);
    assert!(client.pending().is_empty());
    look(&client).await.expect("a call without the signal");
}

#[wasm_bindgen_test]
async fn a_signal_ends_a_call_at_any_moment() {
    for (at, answer) in MOMENTS {
        let platform = Platform::new(&format!(
            "if (n > 1) return json({ACCOUNT}); globalThis.seen = request.signal; {answer}"
        ));
        let client = platform.client_with(retrying);
        is_cancelled(look_until(&client, Some(controller().signal())).await, at);
        assert_eq!(platform.count(), 1, "{at}");
        if !at.contains("a retry") {
            assert!(
                js("return seen.aborted").is_truthy(),
                "{at}: the request is not aborted"
            );
        }
        look(&client).await.expect("the next call succeeds");
    }
}

#[wasm_bindgen_test]
async fn a_signal_ends_the_wait_for_headers() {
    let platform = Platform::new("");
    let client = platform.client_with(|_, overrides| {
        overrides.headers = Some(function(
            "",
            "setTimeout(() => controller.abort('reason')); return new Promise(() => {})",
        ));
    });
    is_cancelled(
        look_until(&client, Some(controller().signal())).await,
        "headers",
    );
    assert_eq!(platform.count(), 0);
}

#[wasm_bindgen_test]
async fn a_signal_ends_the_wait_for_an_active_account() {
    let platform = Platform::new(
        "if (request.method === 'POST') return json({ id: 'ca_1', status: 'INITIATED', redirect_url: 'https://auth.test/' });
         setTimeout(() => controller.abort('reason'), 5);
         return json({ id: 'ca_1', status: 'INITIATED' });",
    );
    let client = platform.client();
    let request = initiate(&client).await.expect("a request");
    let stopped = client.with_signal(Some(controller().signal()));
    let result = complete(&stopped, &callback(&request)).await;
    is_cancelled(result, "the wait");
    assert_eq!(platform.count(), 2, "one POST and one status check");
    assert_eq!(client.pending().len(), 1, "the attempt is still pending");
}

#[wasm_bindgen_test]
async fn a_signal_ends_only_its_own_call() {
    let platform =
        Platform::new("setTimeout(() => controller.abort()); return new Promise(() => {})");
    let client = platform.client();
    let (own, other) = (controller(), AbortController::new().expect("a controller"));
    let look = |signal: AbortSignal, stop: bool| -> Work<()> {
        let client = client.clone();
        Box::pin(async move {
            is_cancelled(look_until(&client, Some(signal)).await, "a signal");
            // The other call runs until the client is disposed.
            if stop {
                client.dispose();
            }
        })
    };
    at_once(vec![look(own.signal(), true), look(other.signal(), false)]).await;
    assert!(!other.signal().aborted());
}

#[wasm_bindgen_test]
async fn a_disposed_client_refuses_calls_and_can_be_disposed_again() {
    let platform = connecting();
    let client = platform.client();
    let request = initiate(&client).await.expect("a request");
    let copy = client.clone();
    copy.dispose();
    client.dispose();
    copy.dispose();
    is_cancelled(look(&client).await, "look");
    is_cancelled(initiate(&client).await, "initiate");
    is_cancelled(complete(&client, &callback(&request)).await, "complete");
    assert_eq!(platform.count(), 1, "only the request before disposal");
    // Stored attempts need no request.
    assert_eq!(client.pending().len(), 1);
    client.dispose();
    let next = platform.client();
    look(&next).await.expect("a call of another client");
}

#[wasm_bindgen_test]
async fn disposing_aborts_running_requests() {
    let platform = Platform::new(
        "setTimeout(disposing); globalThis.seen = request.signal; return new Promise(() => {})",
    );
    let client = platform.client();
    let copy = client.clone();
    let dispose = wasm_bindgen::closure::Closure::once_into_js(move || copy.dispose());
    set_global("disposing", &dispose);
    is_cancelled(look(&client).await, "the request");
    assert!(js("return seen.aborted").is_truthy());
}

/// A signal that counts its listeners in `globalThis.listeners`.
fn counting_signal() -> AbortSignal {
    js(
        "const { signal } = new AbortController();
        globalThis.listeners = 0;
        const { addEventListener, removeEventListener } = EventTarget.prototype;
        signal.addEventListener = function (...args) { listeners++; return addEventListener.apply(this, args); };
        signal.removeEventListener = function (...args) { listeners--; return removeEventListener.apply(this, args); };
        return signal;",
    )
    .into()
}

#[wasm_bindgen_test]
async fn a_call_removes_its_listeners_and_timers() {
    let _timers = fast_timers();
    let signal = counting_signal();
    let platform = Platform::new(&format!(
        "if (n === 1) return new Response(null, {{ status: 503 }});
         if (n === 2) return Promise.reject('boom');
         return json({ACCOUNT})"
    ));
    let client = platform.client_with(retrying);
    look_until(&client, Some(signal))
        .await
        .expect("the third attempt");
    assert_eq!(platform.count(), 3);
    assert_eq!(js("return listeners"), 0);
    assert_eq!(js("return timersLeft.size"), 0);
    assert_eq!(
        js("return timers.length"),
        5,
        "three time limits and two delays"
    );
}

/// Polls a call until `globalThis.stop` is called, and drops it. `stop` may be called by the first poll.
async fn drop_at_stop<T>(mut call: CallFuture<T>) {
    let stopped = js("return new Promise((resolve) => { globalThis.stop = resolve; })");
    let mut stopped = JsFuture::from(Promise::from(stopped));
    poll_fn(|context| {
        assert!(call.as_mut().poll(context).is_pending());
        Pin::new(&mut stopped).poll(context)
    })
    .await
    .expect("`stop` is called");
}

#[wasm_bindgen_test]
async fn dropping_a_call_aborts_its_request_and_leaves_no_listener_on_the_signal() {
    let _timers = fast_timers();
    for (at, answer) in [
        ("the request", "stop(); return new Promise(() => {})"),
        (
            "the body",
            "setTimeout(stop, 500); return new Response(new ReadableStream({}))",
        ),
    ] {
        let platform = Platform::new(&format!(
            "if (n > 1) return json({ACCOUNT}); globalThis.seen = request.signal; {answer}"
        ));
        let client = platform.client_with(retrying);
        let limited = client.with_timeout(Some(60_000));
        let call = limited.with_signal(Some(counting_signal()));
        drop_at_stop(call.get_connected_account("ca_1")).await;
        assert!(js("return seen.aborted").is_truthy(), "{at}");
        assert_eq!(js("return listeners"), 0, "{at}");
        assert_eq!(js("return timersLeft.size"), 0, "{at}");
        assert_eq!(platform.count(), 1, "{at}");
        let trace = client.trace();
        let [TraceEntry { event, .. }] = &trace[..] else {
            panic!("{at}: {trace:?}");
        };
        let TraceEvent::Request { status, code, .. } = event else {
            panic!("{at}: {event:?}");
        };
        assert_eq!((*status, *code), (None, Some(ErrorCode::Cancelled)), "{at}");
        look(&client).await.expect("the next call succeeds");
    }
}

#[wasm_bindgen_test]
async fn dropping_a_call_in_the_delay_before_a_retry_sends_nothing_more() {
    let _timers = fast_timers();
    let platform = Platform::new(
        "setTimeout(stop, 500);
        return new Response(null, { status: 503, headers: { 'retry-after-ms': '2000' } });",
    );
    let client = platform.client_with(retrying);
    let call = client.with_signal(Some(counting_signal()));
    drop_at_stop(call.get_connected_account("ca_1")).await;
    assert_eq!(js("return listeners"), 0);
    assert_eq!(js("return timersLeft.size"), 0);
    assert_eq!(platform.count(), 1);
}

#[wasm_bindgen_test]
async fn a_call_that_is_dropped_before_its_first_poll_sends_nothing() {
    let platform = Platform::new(&format!("return json({ACCOUNT})"));
    let client = platform.client();
    drop(
        client
            .with_signal(Some(counting_signal()))
            .get_connected_account("ca_1"),
    );
    assert_eq!(js("return listeners"), 0);
    assert_eq!(platform.count(), 0);
    assert!(client.trace().is_empty());
}
