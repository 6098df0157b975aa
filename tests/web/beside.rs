//! Concurrent requests: the app and the list of its integrations.

use connect_flow::{
    ConnectClient, ConnectError, ErrorCode, ExpectedParams, ExpectedParamsOptions, TraceEvent,
};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::*;

/// An app and the list of its one integration, with or without fields.
const ACME: &str = r#"
    const of_app = path === "/api/v3.1/toolkits/acme";
    const app = () => json({ slug: "acme", name: "Acme", composio_managed_auth_schemes: [],
      auth_config_details: [{ mode: "API_KEY", fields: { connected_account_initiation: { required: [{ name: "of_app" }] } } }] });
    const list = (fields) => json({ items: [{ id: "ac_1", toolkit: { slug: "acme" }, auth_scheme: "API_KEY", status: "ENABLED",
      ...(fields && { expected_input_fields: [{ name: "of_item" }] }) }] });
    const never = () => new Promise((_, reject) => request.signal.addEventListener("abort", () => reject(request.signal.reason)));
"#;

fn acme(answer: &str) -> Platform {
    Platform::new(&[ACME, answer].concat())
}

async fn expect(client: &ConnectClient) -> Result<ExpectedParams, ConnectError> {
    let options = ExpectedParamsOptions {
        app: Some("acme".to_owned()),
        ..ExpectedParamsOptions::default()
    };
    client.get_expected_params_for_user(options).await
}

fn field(params: Result<ExpectedParams, ConnectError>) -> String {
    let mut params = params.expect("expected params");
    params.expected_input_fields.remove(0).name
}

/// Operation and error code of each request in the trace, in the order of their ends.
fn traced(client: &ConnectClient) -> Vec<(&'static str, Option<ErrorCode>)> {
    let requests = client
        .trace()
        .into_iter()
        .filter_map(|entry| match entry.event {
            TraceEvent::Request {
                operation, code, ..
            } => Some((operation, code)),
            _ => None,
        });
    requests.collect()
}

#[wasm_bindgen_test]
async fn the_app_is_requested_before_the_list_is_answered() {
    let platform = acme(
        "if (of_app) { setTimeout(answer); return app(); }
         return new Promise((resolve) => { globalThis.answer = () => resolve(list(false)); });",
    );
    let client = platform.client();
    assert_eq!(field(expect(&client).await), "of_app");
    assert_eq!(platform.count(), 2);
    assert!(platform.request(1).url().contains("/auth_configs?"));
    assert_eq!(
        traced(&client),
        [("getApp", None), ("listIntegrations", None)]
    );
}

#[wasm_bindgen_test]
async fn an_app_that_is_not_needed_is_cancelled_and_its_error_is_ignored() {
    for (answer, code) in [
        ("never()", Some(ErrorCode::Cancelled)),
        ("new Promise(() => {})", Some(ErrorCode::Cancelled)),
        ("Promise.reject('boom')", Some(ErrorCode::Network)),
        ("json({}, 404)", Some(ErrorCode::NotFound)),
        ("app()", None),
    ] {
        let _timers = fast_timers();
        let platform = acme(&format!(
            "if (!of_app) return new Promise((resolve) => setTimeout(() => resolve(list(true)), 1000));
             globalThis.seen = request.signal; return {answer};"
        ));
        let client = platform.client();
        assert_eq!(field(expect(&client).await), "of_item", "{answer}");
        let is_open = code == Some(ErrorCode::Cancelled);
        assert_eq!(js("return seen.aborted"), is_open, "{answer}");
        assert_eq!(js("return timersLeft.size"), 0, "{answer}");
        let all = traced(&client);
        assert_eq!(all.len(), 2, "{answer}");
        assert!(all.contains(&("getApp", code)), "{answer}: {all:?}");
    }
}

#[wasm_bindgen_test]
async fn the_error_of_a_needed_app_keeps_its_cause() {
    let platform = acme("return of_app ? Promise.reject(globalThis.thrown = 'boom') : list(false)");
    let error = expect(&platform.client()).await.expect_err("no fields");
    assert_eq!(error.code, ErrorCode::Network);
    assert!(is_same(
        error.cause().expect("a cause"),
        &js("return thrown")
    ));
}

#[wasm_bindgen_test]
async fn only_the_failed_request_is_retried() {
    let _timers = fast_timers();
    let platform = acme(
        "globalThis.lists = n === 1 ? 1 : lists + !of_app;
         return of_app ? app() : lists === 1 ? json({}, 503) : list(false)",
    );
    let client = platform.client_with(|options, _| {
        options.retry = 1;
    });
    assert_eq!(field(expect(&client).await), "of_app");
    assert_eq!(platform.count(), 3, "the list twice and the app once");
}

#[wasm_bindgen_test]
async fn a_failed_list_cancels_the_request_for_the_app() {
    let _timers = fast_timers();
    let platform = acme(
        "if (!of_app) return json({}, 403);
         globalThis.seen = request.signal; return new Promise(() => {});",
    );
    let client = platform.client();
    assert_eq!(code(expect(&client).await), ErrorCode::Forbidden);
    assert!(js("return seen.aborted").is_truthy());
    assert_eq!(js("return timersLeft.size"), 0);
}

#[wasm_bindgen_test]
async fn a_signal_cancels_both_requests() {
    let _timers = fast_timers();
    let platform = acme(
        "globalThis.seen = n === 1 ? [request.signal] : [...seen, request.signal];
         if (n === 2) setTimeout(() => controller.abort('reason')); return never();",
    );
    let client = platform.client();
    let result = expect(&client.with_signal(Some(controller().signal()))).await;
    assert_eq!(code(result), ErrorCode::Cancelled);
    assert_eq!(
        js("return seen.filter((signal) => signal.aborted).length"),
        2
    );
    assert_eq!(js("return timersLeft.size"), 0);
    let cancelled = Some(ErrorCode::Cancelled);
    assert_eq!(
        traced(&client),
        [("listIntegrations", cancelled), ("getApp", cancelled)]
    );
}

#[wasm_bindgen_test]
async fn two_401_answers_renew_the_headers_once() {
    let platform = acme(
        "return request.headers.get('x-session') === 's2' ? (of_app ? app() : list(false)) : json({}, 401)",
    );
    js("globalThis.asked = 0");
    let headers = "globalThis.asked += 1; const headers = { 'x-session': `s${asked}` };
        return new Promise((resolve) => setTimeout(resolve, 5, headers));";
    let client = platform.client_with(|_, overrides| {
        overrides.headers = Some(function("", headers));
    });
    assert_eq!(field(expect(&client).await), "of_app");
    assert_eq!(js("return asked"), 2);
    assert_eq!(platform.count(), 4);
}
