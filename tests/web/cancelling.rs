//! An aborted signal or a disposed client ends a call at once, wherever it is, and leaves nothing behind.

use connect_flow::core::error::ErrorCode;
use connect_flow::core::options::ClientOptions;
use connect_flow::core::procedure::complete::CompleteOptions;
use connect_flow::{ConnectClient, Failure, Overrides};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{AbortController, AbortSignal};

use super::support::*;

/// Where a call can stand when it is aborted; each aborts `globalThis.controller` itself, with or without a reason.
const STANDING: [(&str, &str); 5] = [
    ("the request", "setTimeout(() => controller.abort('reason')); return new Promise(() => {})"),
    ("a request that obeys", "setTimeout(() => controller.abort(undefined));
        return new Promise((_, reject) => request.signal.addEventListener('abort', () => reject(request.signal.reason)))"),
    ("a rejection of the caller's own", "controller.abort({ a: 1 }); return Promise.reject('boom')"),
    ("the body", "setTimeout(() => controller.abort('reason')); return new Response(new ReadableStream({}))"),
    ("the wait before another try", "setTimeout(() => controller.abort('reason'), 5);
        return new Response(null, { status: 503, headers: { 'retry-after-ms': '20000' } })"),
];

async fn look_until(
    client: &ConnectClient,
    signal: Option<AbortSignal>,
) -> Result<String, Failure> {
    let account = client
        .get_connected_account("ca_1".to_owned(), signal)
        .await?;
    Ok(account.id)
}

fn retrying(options: &mut ClientOptions, _: &mut Overrides) {
    options.retry = 2;
}

fn is_cancelled<T: core::fmt::Debug>(result: Result<T, Failure>, at: &str) {
    let error = result.expect_err(at).error;
    assert_eq!(error.code, ErrorCode::Cancelled, "{at}");
    assert!(!error.retryable, "{at}");
}

#[wasm_bindgen_test]
async fn a_signal_that_is_aborted_already_sends_nothing() {
    let platform = Platform::new(&format!("return json({ACCOUNT})"));
    let client = platform.client();
    let controller = AbortController::new().expect("a controller");
    controller.abort_with_reason(&"reason".into());
    is_cancelled(
        look_until(&client, Some(controller.signal())).await,
        "before",
    );
    let initiated = client
        .initiate_connection(initiating(), Some(controller.signal()))
        .await;
    is_cancelled(initiated, "before");
    assert_eq!(platform.count(), 0);
    assert!(client.pending().is_empty());
    look(&client).await.expect("other calls go on");
}

#[wasm_bindgen_test]
async fn a_signal_ends_a_call_wherever_it_stands() {
    for (at, answer) in STANDING {
        let platform = Platform::new(&format!(
            "if (n > 1) return json({ACCOUNT}); globalThis.seen = request.signal; {answer}"
        ));
        let client = platform.client_with(retrying);
        is_cancelled(look_until(&client, Some(controller().signal())).await, at);
        assert_eq!(platform.count(), 1, "{at}");
        if !at.contains("another try") {
            assert!(
                js("return seen.aborted").is_truthy(),
                "{at}: `fetch` is not told"
            );
        }
        look(&client).await.expect("the client works afterwards");
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
    let options = CompleteOptions {
        url: Some(callback(&request)),
        timeout_ms: None,
    };
    let result = client
        .complete_connection(options, Some(controller().signal()))
        .await;
    is_cancelled(result, "the wait");
    assert_eq!(platform.count(), 2, "one POST, one look");
    assert_eq!(client.pending().len(), 1, "the attempt is not over");
}

#[wasm_bindgen_test]
async fn the_first_of_several_signals_counts() {
    let platform =
        Platform::new("setTimeout(() => controller.abort()); return new Promise(() => {})");
    let client = platform.client();
    let (own, other) = (controller(), AbortController::new().expect("a controller"));
    let look = |signal: AbortSignal, stop: bool| -> Work<()> {
        let client = client.clone();
        Box::pin(async move {
            is_cancelled(look_until(&client, Some(signal)).await, "a signal");
            // The other call goes on until the client is disposed of.
            if stop {
                client.dispose();
            }
        })
    };
    at_once(vec![look(own.signal(), true), look(other.signal(), false)]).await;
    assert!(!other.signal().aborted());
}

#[wasm_bindgen_test]
async fn a_disposed_client_is_over_and_may_be_disposed_of_again() {
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
    assert_eq!(platform.count(), 1, "only what came before");
    // What asks nobody still answers.
    assert_eq!(client.pending().len(), 1);
    client.dispose();
    let next = platform.client();
    look(&next).await.expect("another client is not concerned");
}

#[wasm_bindgen_test]
async fn disposing_ends_what_is_under_way() {
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

#[wasm_bindgen_test]
async fn nothing_is_left_on_a_signal_or_a_timer() {
    let _timers = fast_timers();
    let signal: AbortSignal = js(
        "const { signal } = new AbortController();
        globalThis.listeners = 0;
        const { addEventListener, removeEventListener } = EventTarget.prototype;
        signal.addEventListener = function (...args) { listeners++; return addEventListener.apply(this, args); };
        signal.removeEventListener = function (...args) { listeners--; return removeEventListener.apply(this, args); };
        return signal;",
    )
    .into();
    let platform = Platform::new(&format!(
        "if (n === 1) return new Response(null, {{ status: 503 }});
         if (n === 2) return Promise.reject('boom');
         return json({ACCOUNT})"
    ));
    let client = platform.client_with(retrying);
    look_until(&client, Some(signal))
        .await
        .expect("the third try");
    assert_eq!(platform.count(), 3);
    assert_eq!(js("return listeners"), 0);
    assert_eq!(js("return timersLeft.size"), 0);
    let listened: JsValue = js("return timers.length");
    assert_eq!(listened, 5, "three time limits and two waits");
}
