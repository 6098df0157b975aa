//! Misbehaving `fetch` functions: a call ends with the right code, keeps the cause, and leaves the client usable.

use connect_flow::{ConnectError, ErrorCode};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::*;

/// Reads an account from a platform that answers the first request with `answer`. Checks that a second call succeeds.
async fn read(answer: &str, timeout_ms: u32) -> Result<String, ConnectError> {
    let platform = Platform::new(&format!("if (n > 1) return json({ACCOUNT}); {answer}"));
    let client = platform.client_with(|options, _| options.timeout_ms = timeout_ms);
    let result = look(&client).await;
    assert_eq!(platform.count(), 1, "{answer}");
    let second = look(&client).await.expect("the second call succeeds");
    assert_eq!(second.id, "ca_1");
    result.map(|account| account.status.as_str().to_owned())
}

async fn error_of(answer: &str) -> ConnectError {
    match read(answer, 5_000).await {
        Err(error) => error,
        Ok(status) => panic!("{answer} was read as {status}"),
    }
}

fn thrown() -> JsValue {
    js("return globalThis.thrown")
}

/// Values that JavaScript can throw. Most are not an `Error`.
const THROWN: [&str; 9] = [
    "'boom'",
    "undefined",
    "null",
    "42",
    "{ a: 1 }",
    "Object.create(null)",
    "Symbol('boom')",
    "new DOMException('gone', 'AbortError')",
    "new TypeError('Failed to fetch')",
];

/// Checks that the call fails with `network` and keeps the thrown value as its cause, for all of [`THROWN`].
async fn ends_in_network(answer: impl Fn(&str) -> String) {
    for value in THROWN {
        let error = error_of(&answer(value)).await;
        assert_eq!(error.code, ErrorCode::Network, "{value}");
        assert!(error.retryable, "{value}");
        assert_eq!(error.status, None, "{value}");
        let cause = error.cause::<JsValue>().expect("a cause");
        assert!(is_same(cause, &thrown()), "{value} became {cause:?}");
    }
}

#[wasm_bindgen_test]
async fn any_rejection_of_fetch_is_a_network_error() {
    ends_in_network(|value| format!("return Promise.reject(globalThis.thrown = {value})")).await;
}

#[wasm_bindgen_test]
async fn anything_that_fetch_throws_is_a_network_error() {
    ends_in_network(|value| format!("throw globalThis.thrown = {value}")).await;
}

#[wasm_bindgen_test]
async fn any_error_of_the_body_stream_is_a_network_error() {
    ends_in_network(|value| {
        format!(
            "return new Response(new ReadableStream({{
               start(stream) {{ stream.enqueue(new TextEncoder().encode('{{\"id\":')); }},
               pull(stream) {{ stream.error(globalThis.thrown = {value}); }},
             }}))"
        )
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_page_without_fetch_ends_in_a_network_error() {
    let _page = until_dropped(
        "const { fetch } = globalThis; globalThis.fetch = undefined; return () => { globalThis.fetch = fetch; };",
    );
    let platform = Platform::new("");
    let client = platform.client_with(|_, overrides| overrides.fetch = None);
    assert_eq!(code(look(&client).await), ErrorCode::Network);
}

#[wasm_bindgen_test]
async fn the_fetch_of_the_page_is_read_for_each_request() {
    let platform = Platform::new(&format!("return json({ACCOUNT})"));
    let client = platform.client_with(|_, overrides| overrides.fetch = None);
    set_global("patched", &platform.fetch);
    let _page = until_dropped(
        "const { fetch } = globalThis; globalThis.fetch = patched; return () => { globalThis.fetch = fetch; };",
    );
    assert_eq!(look(&client).await.expect("an account").id, "ca_1");
}

#[wasm_bindgen_test]
async fn a_result_of_fetch_other_than_a_response_is_invalid() {
    for value in ["'text'", "undefined", "null", "{ ok: true, status: 200 }"] {
        for answer in [
            "return globalThis.thrown =",
            "return globalThis.thrown = await",
        ] {
            let answer = match answer.ends_with("await") {
                true => format!("return Promise.resolve(globalThis.thrown = {value})"),
                false => format!("{answer} {value}"),
            };
            let error = error_of(&answer).await;
            assert_eq!(error.code, ErrorCode::ResponseInvalid, "{answer}");
            let cause = error.cause::<JsValue>().expect("a cause");
            assert!(is_same(cause, &thrown()), "{answer}");
        }
    }
}

#[wasm_bindgen_test]
async fn a_response_whose_body_is_used_or_locked_is_invalid() {
    for answer in [
        "const used = json({}); return used.text().then(() => used);",
        "const locked = json({}); locked.body.getReader(); return locked;",
        "const read = json({}); const reader = read.body.getReader();
         return reader.read().then(() => reader.releaseLock()).then(() => read);",
    ] {
        let error = error_of(answer).await;
        assert_eq!(error.code, ErrorCode::ResponseInvalid, "{answer}");
        assert_eq!(error.status, Some(200), "{answer}");
    }
}

#[wasm_bindgen_test]
async fn a_chunk_other_than_bytes_is_invalid() {
    for chunk in ["'{}'", "null", "Object.create(Uint8Array.prototype)"] {
        let answer = format!(
            "return new Response(new ReadableStream({{ start(stream) {{ stream.enqueue({chunk}); stream.close(); }} }}))"
        );
        let error = error_of(&answer).await;
        assert_eq!(error.code, ErrorCode::ResponseInvalid, "{chunk}");
    }
}

#[wasm_bindgen_test]
async fn endless_empty_chunks_end_the_call() {
    let answer = "return new Response(new ReadableStream({ pull(stream) { stream.enqueue(new Uint8Array()); } }))";
    assert_eq!(error_of(answer).await.code, ErrorCode::ResponseInvalid);
    let some = format!(
        "return new Response(new ReadableStream({{
           start(stream) {{
             for (let at = 0; at < 500; at++) stream.enqueue(new Uint8Array());
             stream.enqueue(new TextEncoder().encode(JSON.stringify({ACCOUNT})));
             stream.close();
           }},
         }}))"
    );
    assert_eq!(read(&some, 5_000).await.expect("an account"), "ACTIVE");
}

/// A page may wrap the responses of its `fetch`.
#[wasm_bindgen_test]
async fn a_response_whose_getters_throw_is_invalid() {
    // The getters of `Response` throw when `this` is a proxy.
    let proxy = "return new Proxy(json({}), {})".to_owned();
    let members = ["status", "headers", "body"].map(|name| {
        format!(
            "return Object.defineProperty(json({{}}), '{name}', {{ get() {{ throw 'boom'; }} }})"
        )
    });
    for answer in members.into_iter().chain([proxy]) {
        let error = error_of(&answer).await;
        assert_eq!(error.code, ErrorCode::ResponseInvalid, "{answer}");
    }
}

#[wasm_bindgen_test]
async fn a_misbehaving_stream_reader_ends_with_a_coded_error() {
    let much = "read: () => ({ done: false, value: new Uint8Array(2 ** 20 + 1) })";
    for reader in [
        "read() { throw 'boom'; }",
        "",
        "read: () => undefined",
        "read: async () => ({ get done() { throw 'boom'; } })",
        much,
        &format!("{much}, cancel() {{ throw 'boom'; }}"),
        &format!("{much}, cancel: () => Promise.reject('boom')"),
        &format!("{much}, cancel: () => new Promise(() => {{}})"),
    ] {
        let error = error_of(&read_by(reader)).await;
        assert_eq!(error.code, ErrorCode::ResponseInvalid, "{reader}");
    }
    for reader in [
        "read: () => new Promise(() => {}), cancel() { throw 'boom'; }",
        "read: () => ({ then() {} })",
    ] {
        let error = read(&read_by(reader), 150).await.expect_err("an error");
        assert_eq!(error.code, ErrorCode::Timeout, "{reader}");
    }
}

fn read_by(reader: &str) -> String {
    format!(
        "return Object.defineProperty(json({{}}), 'body', {{ value: {{ getReader: () => ({{ {reader} }}) }} }})"
    )
}

#[wasm_bindgen_test]
async fn the_time_limit_ends_an_endless_request_or_body() {
    for answer in [
        "globalThis.seen = request.signal; return new Promise(() => {})",
        "globalThis.seen = request.signal; return { then() {} }",
        "globalThis.seen = request.signal; return new Response(new ReadableStream({}))",
    ] {
        let error = read(answer, 150).await.expect_err("an error");
        assert_eq!(error.code, ErrorCode::Timeout, "{answer}");
        assert!(error.retryable, "{answer}");
        assert!(
            js("return seen.aborted").is_truthy(),
            "{answer}: the request is not aborted"
        );
    }
}

#[wasm_bindgen_test]
async fn a_fetch_that_rejects_when_aborted_still_ends_in_timeout() {
    let answer = "return new Promise((_, reject) =>
        request.signal.addEventListener('abort', () => reject(request.signal.reason)))";
    let error = read(answer, 150).await.expect_err("an error");
    assert_eq!(error.code, ErrorCode::Timeout);
}

#[wasm_bindgen_test]
async fn a_rejection_after_the_time_limit_is_not_reported_as_unhandled() {
    js("globalThis.unhandled = 0;
        globalThis.onUnhandled = (event) => { unhandled++; event.preventDefault(); };
        addEventListener('unhandledrejection', onUnhandled)");
    let answer = "return new Promise((_, reject) => setTimeout(() => { reject('late'); globalThis.isLate = true; }, 200))";
    let error = read(answer, 150).await.expect_err("an error");
    assert_eq!(error.code, ErrorCode::Timeout);
    let later = js("return new Promise((resolve) => setTimeout(resolve, 150))");
    let _ = wasm_bindgen_futures::JsFuture::from(js_sys::Promise::from(later)).await;
    js("removeEventListener('unhandledrejection', onUnhandled)");
    assert!(js("return isLate").is_truthy());
    assert_eq!(js("return unhandled"), 0);
}

#[wasm_bindgen_test]
async fn a_successful_response_without_an_account_is_invalid() {
    for (answer, status) in [
        ("return new Response(null, { status: 204 })", 204),
        ("return new Response('')", 200),
        ("return new Response(' \\n ')", 200),
        (
            "return new Response('<!doctype html><p>Sign in</p>', { headers: { 'content-type': 'text/html' } })",
            200,
        ),
        ("return new Response('{\"id\":\"ca_1\",\"stat')", 200),
        ("return new Response('null')", 200),
        ("return new Response('[]')", 200),
        ("return new Response('\"ca_1\"')", 200),
        ("return new Response('{}')", 200),
        (
            "return new Response(new Uint8Array([0xff, 0xfe, 0x7b]))",
            200,
        ),
        (
            "return new Response('{\"id\":\"ca_1\",\"status\":\"ACTIVE\"} trailing')",
            200,
        ),
    ] {
        let error = error_of(answer).await;
        assert_eq!(error.code, ErrorCode::ResponseInvalid, "{answer}");
        assert_eq!(error.status, Some(status), "{answer}");
    }
}

#[wasm_bindgen_test]
async fn an_html_error_page_is_a_server_error_without_its_text() {
    let answer = "return new Response('<!doctype html><h1>Bad gateway</h1>', { status: 502, headers: { 'x-request-id': 'r1' } })";
    let error = error_of(answer).await;
    assert_eq!(error.code, ErrorCode::Server);
    assert_eq!(error.status, Some(502));
    assert_eq!(error.request_id.as_deref(), Some("r1"));
    assert!(!error.message.contains('<'), "{}", error.message);
    assert_eq!(error.error_description, None);
}

#[wasm_bindgen_test]
async fn reading_stops_at_max_answer_bytes() {
    let answer = "globalThis.sent = 0;
        globalThis.isCancelled = false;
        return new Response(new ReadableStream({
          pull(stream) {
            sent += 65536;
            if (sent > 100e6) return stream.close();
            stream.enqueue(new TextEncoder().encode(' '.repeat(65536)));
          },
          cancel() { isCancelled = true; return Promise.reject('no'); },
        }))";
    let error = error_of(answer).await;
    assert_eq!(error.code, ErrorCode::ResponseInvalid);
    assert!(
        error.message.contains("more than the 1000000 bytes"),
        "{}",
        error.message
    );
    let sent = js("return sent").as_f64().expect("a number");
    assert!(
        (1_000_000.0..1_300_000.0).contains(&sent),
        "{sent} bytes were read"
    );
    assert!(js("return isCancelled").is_truthy());
}

#[wasm_bindgen_test]
async fn a_body_below_the_limit_is_read_in_chunks_of_any_size() {
    // Chunks of one byte cut every character of three bytes.
    let answer = "const bytes = new TextEncoder().encode(JSON.stringify({
            id: 'ca_1', status: 'ACTIVE', status_reason: '\u{20ac}'.repeat(200), padding: ' '.repeat(900_000),
        }));
        return new Response(new ReadableStream({
          start(stream) {
            for (let at = 0; at < 1000; at++) stream.enqueue(bytes.slice(at, at + 1));
            stream.enqueue(bytes.slice(1000));
            stream.close();
          },
        }))";
    let platform = Platform::new(answer);
    let account = look(&platform.client()).await.expect("an account");
    assert_eq!(account.status_reason, Some("\u{20ac}".repeat(200)));
}

#[wasm_bindgen_test]
async fn deeply_nested_json_is_invalid() {
    for deep in [
        "'['.repeat(10_000) + ']'.repeat(10_000)",
        "'{\"a\":'.repeat(10_000) + '1' + '}'.repeat(10_000)",
        "'{\"id\":\"ca_1\",\"status\":\"ACTIVE\",\"x\":' + '['.repeat(10_000) + ']'.repeat(10_000) + '}'",
    ] {
        let answer = format!("return new Response({deep})");
        assert_eq!(
            error_of(&answer).await.code,
            ErrorCode::ResponseInvalid,
            "{deep}"
        );
        let refusal = format!("return new Response({deep}, {{ status: 403 }})");
        assert_eq!(
            error_of(&refusal).await.code,
            ErrorCode::Forbidden,
            "{deep}"
        );
    }
}

#[wasm_bindgen_test]
async fn members_of_a_prototype_are_not_data() {
    for body in [
        r#"{"__proto__":{"id":"ca_1","status":"ACTIVE"}}"#,
        r#"{"constructor":{"prototype":{"id":"ca_1","status":"ACTIVE"}}}"#,
        r#"{"id":"ca_1","__proto__":{"status":"ACTIVE"}}"#,
    ] {
        let error = error_of(&format!("return new Response('{body}')")).await;
        assert_eq!(error.code, ErrorCode::ResponseInvalid, "{body}");
    }
    let initiated = r#"return new Response('{"id":"ca_1","status":"INITIATED","__proto__":{"status":"ACTIVE"}}')"#;
    assert_eq!(
        read(initiated, 5_000).await.expect("an account"),
        "INITIATED"
    );
    assert!(js("return {}.status === undefined").is_truthy());

    let _page = until_dropped(
        "Object.prototype.status = 'ACTIVE'; return () => { delete Object.prototype.status; };",
    );
    let error = error_of("return new Response('{\"id\":\"ca_1\"}')").await;
    assert_eq!(error.code, ErrorCode::ResponseInvalid);
}

#[wasm_bindgen_test]
async fn lone_surrogates_become_replacement_characters() {
    let platform = Platform::new(
        r#"return new Response('{"id":"ca_\\ud800","status":"ACTIVE","status_reason":"\\udfff","\\ud83d":1}')"#,
    );
    let account = look(&platform.client()).await.expect("an account");
    assert_eq!(account.id, "ca_\u{fffd}");
    assert_eq!(account.status_reason.as_deref(), Some("\u{fffd}"));
}
