//! The requests of a client, and their retries.

use connect_flow::{
    Api, ClientOptions, Credentials, ErrorCode, InitiateOptions, Overrides, Secret,
};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{RequestCache, RequestCredentials, RequestRedirect};

use super::support::*;

fn header(platform: &Platform, n: u32, name: &str) -> Option<String> {
    platform
        .request(n)
        .headers()
        .get(name)
        .expect("a valid header name")
}

#[wasm_bindgen_test]
async fn a_get_has_the_documented_url_headers_and_options() {
    let platform = Platform::new(&format!("return json({ACCOUNT})"));
    let client = platform
        .client_with(|options, _| options.headers = vec![("X-Session".into(), "s1".into())]);
    client
        .get_connected_account("a/b ?#é")
        .await
        .expect("an account");
    let request = platform.request(1);
    assert_eq!(request.method(), "GET");
    assert_eq!(
        request.url(),
        "https://platform.test/api/v3.1/connected_accounts/a%2Fb%20%3F%23%C3%A9"
    );
    assert_eq!(request.credentials(), RequestCredentials::SameOrigin);
    assert_eq!(request.redirect(), RequestRedirect::Manual);
    assert_eq!(request.cache(), RequestCache::NoStore);
    assert_eq!(
        header(&platform, 1, "accept").as_deref(),
        Some("application/json")
    );
    assert_eq!(header(&platform, 1, "x-session").as_deref(), Some("s1"));
    assert_eq!(header(&platform, 1, "content-type"), None);
    assert_eq!(header(&platform, 1, "x-api-key"), None);
}

#[wasm_bindgen_test]
async fn a_post_has_the_documented_url_headers_and_body() {
    let platform = connecting();
    let client = platform.client_with(|options, _| options.base_url = "/api/connect/".to_owned());
    let options = InitiateOptions {
        data: vec![
            ("shop".into(), Secret::new("acme".into())),
            (
                "quote\"\\\u{1}".into(),
                Secret::new("\u{20ac}\n\u{1f600}".into()),
            ),
        ],
        ..initiating()
    };
    let made = client
        .initiate_connection(options)
        .await
        .expect("a request");
    let request = platform.request(1);
    assert_eq!(request.method(), "POST");
    assert_eq!(
        request.url(),
        text("return location.origin") + "/api/connect/api/v3.1/connected_accounts"
    );
    assert_eq!(request.redirect(), RequestRedirect::Manual);
    assert_eq!(request.cache(), RequestCache::NoStore);
    assert_eq!(
        header(&platform, 1, "content-type").as_deref(),
        Some("application/json")
    );
    set_global("body", &platform.body(1).await.into());
    set_global("flowId", &made.flow_id.into());
    let is_expected = js("const wanted = {
          auth_config: { id: 'in_1' },
          connection: {
            user_id: 'Jessica', callback_url: `https://app.test/done?cf_flow=${flowId}`,
            state: { authScheme: 'OAUTH2', val: { status: 'INITIALIZING', shop: 'acme', 'quote\"\\\\\\u0001': '\u{20ac}\\n\u{1f600}' } },
          },
        };
        return JSON.stringify(JSON.parse(body)) === JSON.stringify(wanted) || body");
    assert_eq!(is_expected, true);
}

#[wasm_bindgen_test]
async fn credentials_and_the_unsafe_key_are_sent_as_configured() {
    for (given, sent) in [
        (Credentials::Omit, RequestCredentials::Omit),
        (Credentials::SameOrigin, RequestCredentials::SameOrigin),
        (Credentials::Include, RequestCredentials::Include),
    ] {
        let platform = Platform::new(&format!("return json({ACCOUNT})"));
        let client = platform.client_with(|options, _| {
            options.credentials = given;
            options.unsafe_api_key = Some(Secret::new("key-1".into()));
            options.api = Api::V3;
        });
        look(&client).await.expect("an account");
        assert_eq!(platform.request(1).credentials(), sent);
        assert_eq!(header(&platform, 1, "x-api-key").as_deref(), Some("key-1"));
        assert!(
            platform
                .request(1)
                .url()
                .ends_with("/api/v3/connected_accounts/ca_1")
        );
    }
}

fn retrying(options: &mut ClientOptions, _: &mut Overrides) {
    options.retry = 2;
    options.timeout_ms = 30_000;
}

/// Transient failures. Where the platform names a delay, it is short.
const PASSING: [&str; 6] = [
    "return new Response(null, { status: 500, headers: { 'retry-after-ms': '1' } })",
    "return new Response('<p>', { status: 503, headers: { 'retry-after-ms': '1' } })",
    "return new Response(null, { status: 429, headers: { 'retry-after-ms': '1' } })",
    "return Promise.reject('boom')",
    "return new Promise(() => {})",
    "return new Response('{\"id\"')",
];

#[wasm_bindgen_test]
async fn a_get_is_retried_as_often_as_the_option_allows() {
    for answer in PASSING {
        let _timers = fast_timers();
        let platform = Platform::new(&format!("if (n > 2) return json({ACCOUNT}); {answer}"));
        look(&platform.client_with(retrying))
            .await
            .expect("the third attempt");
        assert_eq!(platform.count(), 3, "{answer}");

        let platform = Platform::new(answer);
        look(&platform.client_with(retrying))
            .await
            .expect_err("three failed attempts");
        assert_eq!(platform.count(), 3, "{answer}");

        let platform = Platform::new(answer);
        look(&platform.client())
            .await
            .expect_err("no retry, since `retry` is 0");
        assert_eq!(platform.count(), 1, "{answer}");
    }
}

#[wasm_bindgen_test]
async fn a_post_is_not_retried() {
    for answer in PASSING {
        let _timers = fast_timers();
        let platform = Platform::new(answer);
        let client = platform.client_with(retrying);
        let error = initiate(&client).await.expect_err("an error");
        assert_eq!(platform.count(), 1, "{answer}");
        // Only a 429 guarantees that there is no account.
        assert_eq!(
            error.retryable,
            error.code == ErrorCode::RateLimited,
            "{answer}"
        );
        assert!(client.pending().is_empty(), "{answer}");
    }
}

#[wasm_bindgen_test]
async fn a_refusal_is_not_retried() {
    for status in [400, 403, 404, 409, 410, 422] {
        let platform = Platform::new(&format!("return json({{ message: 'no' }}, {status})"));
        let error = look(&platform.client_with(retrying))
            .await
            .expect_err("an error");
        assert_eq!(platform.count(), 1, "{status}");
        assert_eq!(error.status, Some(status));
        assert!(!error.retryable, "{status}");
    }
}

#[wasm_bindgen_test]
async fn a_retry_waits_as_long_as_the_platform_asks() {
    for (headers, wanted) in [
        ("{ 'retry-after': '3' }", 3_000),
        ("{ 'retry-after': '3', 'retry-after-ms': '1500' }", 1_500),
        ("{ 'retry-after': '86400' }", 60_000),
    ] {
        let _timers = fast_timers();
        let platform = Platform::new(&format!(
            "if (n > 1) return json({ACCOUNT}); return json({{}}, 429, {headers})"
        ));
        // Waiting for a minute would take 600 ms.
        let client =
            platform.client_with(|options, _| options.retry = if wanted == 60_000 { 0 } else { 1 });
        match look(&client).await {
            // Up to half a second of jitter is added.
            Ok(_) => {
                let waits = waits(15_000);
                let [wait] = waits[..] else {
                    panic!("{headers}: {waits:?}")
                };
                assert!((wanted..=wanted + 500).contains(&wait), "{headers}: {wait}");
            }
            Err(error) => assert_eq!(error.retry_after_ms, Some(wanted.into()), "{headers}"),
        }
    }
}

#[wasm_bindgen_test]
async fn delays_between_retries_grow() {
    let _timers = fast_timers();
    let platform = Platform::new("return Promise.reject('boom')");
    look(&platform.client_with(retrying))
        .await
        .expect_err("three failed attempts");
    let waits = waits(30_000);
    assert_eq!(waits.len(), 2);
    assert!(waits[0] <= 500 && waits[1] <= 1_000, "{waits:?}");
}
