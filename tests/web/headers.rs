//! The `headers` of a client: values, or a function that is called once and again after a 401.

use std::future::poll_fn;
use std::task::Poll;

use connect_flow::{ClientOptions, ConnectClient, ErrorCode, Secret};
use js_sys::Function;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::*;

/// A platform that answers 401 to other sessions.
fn guarded(session: &str) -> Platform {
    Platform::new(&format!(
        "if (request.headers.get('x-session') !== '{session}') return json({{ message: 'who?' }}, 401);
         return request.method === 'POST' ? json({{ id: 'ca_1', status: 'ACTIVE' }}) : json({ACCOUNT});"
    ))
}

/// A client with a `headers` function. `answer` is its body, and `asked` the number of its calls.
fn asking(platform: &Platform, answer: &str) -> ConnectClient {
    set_global("asked", &JsValue::from(0));
    let headers: Function = js(&format!("return () => {{ globalThis.asked++; {answer} }}")).into();
    platform.client_with(|_, overrides| overrides.headers = Some(headers))
}

fn asked() -> f64 {
    js("return asked").as_f64().expect("a number")
}

#[wasm_bindgen_test]
async fn a_headers_function_is_called_once_for_all_requests() {
    for answer in [
        "return { 'x-session': 's1' }",
        "return Promise.resolve({ 'x-session': 's1' })",
        "return new Promise((resolve) => setTimeout(resolve, 5, { 'x-session': 's1', absent: undefined }))",
        "return { then: (resolve) => resolve({ 'x-session': 's1' }) }",
    ] {
        let platform = guarded("s1");
        let client = asking(&platform, answer);
        assert_eq!(
            asked(),
            0.0,
            "the function is not called before the first request"
        );
        look(&client).await.expect("an account");
        initiate(&client).await.expect("a request");
        look(&client.clone()).await.expect("an account");
        assert_eq!((asked(), platform.count()), (1.0, 3), "{answer}");
    }
}

#[wasm_bindgen_test]
async fn a_401_renews_the_headers_once_per_call() {
    let answer = "return { 'x-session': `s${asked}` }";
    let platform = guarded("s2");
    let client = asking(&platform, answer);
    look(&client).await.expect("an account, with fresh headers");
    assert_eq!((asked(), platform.count()), (2.0, 2));
    look(&client).await.expect("an account");
    assert_eq!(
        (asked(), platform.count()),
        (2.0, 3),
        "the fresh headers are kept"
    );

    let platform = guarded("never");
    let client = asking(&platform, answer);
    assert_eq!(code(look(&client).await), ErrorCode::Unauthorized);
    assert_eq!((asked(), platform.count()), (2.0, 2));
    assert_eq!(code(look(&client).await), ErrorCode::Unauthorized);
    assert_eq!((asked(), platform.count()), (3.0, 4));
}

#[wasm_bindgen_test]
async fn a_post_is_repeated_after_a_401_with_fresh_headers() {
    let platform = guarded("s2");
    let client = asking(&platform, "return { 'x-session': `s${asked}` }");
    initiate(&client).await.expect("a request");
    assert_eq!((asked(), platform.count()), (2.0, 2));
    // The bytes of the first request were overwritten, so the second needs its own.
    assert_eq!(platform.body(1).await, platform.body(2).await);
}

#[wasm_bindgen_test]
async fn concurrent_calls_share_one_renewal_of_the_headers() {
    let platform = Platform::new(&format!(
        "return request.headers.get('x-session') === wanted ? json({ACCOUNT}) : json({{}}, 401)"
    ));
    let client = asking(&platform, "return { 'x-session': asked > 1 ? 's2' : 's1' }");
    set_global("wanted", &"s1".into());
    look(&client).await.expect("an account");
    // The session ends while three calls run.
    set_global("wanted", &"s2".into());
    let one = |client: ConnectClient| -> Work<_> { Box::pin(async move { look(&client).await }) };
    for result in at_once(vec![one(client.clone()), one(client.clone()), one(client)]).await {
        result.expect("an account, with fresh headers");
    }
    assert_eq!(asked(), 2.0, "the calls share one call of the function");
}

#[wasm_bindgen_test]
async fn a_401_is_final_when_the_headers_are_values() {
    let platform = guarded("s2");
    let client = platform.client_with(|options, _| {
        options.headers = vec![("x-session".into(), "s1".into())];
        options.retry = 2;
    });
    assert_eq!(code(look(&client).await), ErrorCode::Unauthorized);
    assert_eq!(platform.count(), 1);
}

#[wasm_bindgen_test]
async fn a_headers_function_that_fails_ends_in_unauthorized_with_its_cause() {
    for (answer, is_kept) in [
        ("throw globalThis.thrown = 'no session'", true),
        ("throw globalThis.thrown = undefined", true),
        ("return Promise.reject(globalThis.thrown = { a: 1 })", true),
        (
            "return Promise.reject(globalThis.thrown = new Error('no session'))",
            true,
        ),
        (
            "return { get 'x-session'() { throw globalThis.thrown = 'no getter' } }",
            true,
        ),
        (
            "return new Proxy({}, { ownKeys() { throw globalThis.thrown = 'no keys' } })",
            true,
        ),
        (
            "const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return { get then() { return undefined }, proxy }",
            false,
        ),
    ] {
        let platform = guarded("s1");
        let client = asking(
            &platform,
            &format!("if (asked > 1) return {{ 'x-session': 's1' }}; {answer}"),
        );
        let error = look(&client).await.expect_err(answer);
        assert_eq!(error.code, ErrorCode::Unauthorized, "{answer}");
        assert_eq!(error.status, None, "{answer}");
        let cause = error.cause::<JsValue>().expect("a cause");
        assert!(!is_kept || is_same(cause, &js("return thrown")), "{answer}");
        assert_eq!(platform.count(), 0, "{answer}");
        look(&client)
            .await
            .expect("the next call asks for headers again");
    }
}

#[wasm_bindgen_test]
async fn a_headers_function_that_never_answers_ends_in_timeout() {
    let platform = guarded("s1");
    let never: Function = js("return () => new Promise(() => {})").into();
    let client = platform.client_with(|options, overrides| {
        overrides.headers = Some(never);
        options.timeout_ms = 10;
    });
    assert_eq!(code(look(&client).await), ErrorCode::Timeout);
    assert_eq!(platform.count(), 0);
}

#[wasm_bindgen_test]
async fn a_call_that_is_dropped_while_it_waits_for_headers_leaves_no_pending_question() {
    let platform = guarded("s1");
    let answer = "return asked > 1 ? { 'x-session': 's1' } : new Promise(() => {})";
    let client = asking(&platform, answer);
    let mut dropped = client.get_connected_account("ca_1");
    poll_fn(|context| {
        assert!(dropped.as_mut().poll(context).is_pending());
        Poll::Ready(())
    })
    .await;
    assert_eq!(asked(), 1.0);
    drop(dropped);
    let client = client.with_timeout(Some(1_000));
    look(&client)
        .await
        .expect("the next call asks for headers again");
    assert_eq!((asked(), platform.count()), (2.0, 1));
}

/// Headers that the browser rejects, or that would be split in two.
const UNSENDABLE: [&str; 9] = [
    "{ 'a b': '1' }",
    "{ '': '1' }",
    "{ 'x:y': '1' }",
    "{ 'x\u{e9}': '1' }",
    "{ 'x\\r\\ny': '1' }",
    "{ 'x-session': 'a\\r\\nset-cookie: b' }",
    "{ 'x-session': 'a\\0b' }",
    "{ 'x-session': '\u{20ac}' }",
    "{ 'x-session': '\\ud800' }",
];

#[wasm_bindgen_test]
async fn invalid_headers_of_a_function_are_refused_and_not_kept() {
    for headers in UNSENDABLE.iter().chain(&[
        "'text'",
        "[['x-session', 's1']]",
        "42",
        "{ 'x-session': 1 }",
    ]) {
        let platform = guarded("s1");
        let client = asking(
            &platform,
            &format!("return asked > 1 ? {{ 'x-session': 's1' }} : {headers}"),
        );
        let error = look(&client).await.expect_err(headers);
        assert_eq!(error.code, ErrorCode::InvalidArgument, "{headers}");
        assert!(
            error.issues[0].field.starts_with("headers"),
            "{headers}: {:?}",
            error.issues
        );
        assert!(
            !error.message.contains("set-cookie"),
            "{headers}: {}",
            error.message
        );
        assert_eq!(platform.count(), 0, "{headers}");
        look(&client).await.expect("invalid headers are not kept");
    }
}

#[wasm_bindgen_test]
async fn invalid_header_values_are_refused() {
    for (name, value) in [("a b", "1"), ("", "1"), ("x", "a\r\nb"), ("x", "\u{20ac}")] {
        let options = ClientOptions {
            base_url: "https://platform.test".to_owned(),
            headers: vec![(name.into(), value.into())],
            ..ClientOptions::default()
        };
        let made = ConnectClient::new(options).map(drop);
        assert_eq!(code(made), ErrorCode::InvalidArgument, "{name}: {value}");
    }
    let platform = guarded("s1");
    let client = platform.client_with(|options, _| {
        options.unsafe_api_key = Some(Secret::new("a\nb".into()));
    });
    let error = look(&client).await.expect_err("an error");
    assert_eq!(error.code, ErrorCode::InvalidArgument);
    assert_eq!(platform.count(), 0);
}
