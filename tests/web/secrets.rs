//! What the user types is in the request and nowhere else.

use connect_flow::core::error::ErrorCode;
use connect_flow::core::procedure::initiate::InitiateOptions;
use connect_flow::core::secret::Secret;
use js_sys::{Array, Function};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::*;

const SECRET: &str = "xyzzy-plugh-20571";

fn typing() -> InitiateOptions {
    InitiateOptions {
        data: vec![
            ("shop".into(), Secret::new("acme".into())),
            ("admin_api_access_token".into(), Secret::new(SECRET.into())),
        ],
        return_to: Some("/orders".into()),
        ..initiating()
    }
}

/// Everything that outlives a call: what is stored, and what the address bar, the history and the window's name hold.
fn left_behind() -> Vec<String> {
    let all: Array = js("
        const stored = [localStorage, sessionStorage].flatMap((storage) =>
          Array.from({ length: storage.length }, (_, index) => storage.key(index)).flatMap((key) => [key, storage.getItem(key)]));
        return [...stored, location.href, JSON.stringify(history.state), document.cookie, document.referrer, name, document.title,
          document.documentElement.outerHTML, JSON.stringify(performance.getEntries())];")
    .into();
    all.iter().filter_map(|text| text.as_string()).collect()
}

fn assert_is_nowhere(texts: &[String]) {
    for text in texts {
        assert!(!text.contains(SECRET) && !text.contains("xyzzy"), "{text}");
    }
}

#[wasm_bindgen_test]
async fn after_a_connection_was_started() {
    let platform = connecting();
    let client = platform.client_with(|_, overrides| overrides.storage = None);
    let request = client
        .initiate_connection(typing(), None)
        .await
        .expect("a request");
    let left = left_behind();
    assert!(
        left.iter().any(|text| text.contains(&request.flow_id)),
        "the attempt itself is stored"
    );
    assert_is_nowhere(&left);
    assert_is_nowhere(&[
        format!("{request:?}"),
        format!("{:?}", client.pending()),
        format!("{:?}", typing()),
    ]);
    assert!(!platform.request(1).url().contains("xyzzy"));
    assert!(
        platform.body(1).await.contains(SECRET),
        "the platform gets it"
    );
    complete(&client, &callback(&request))
        .await
        .expect("an account");
    assert_is_nowhere(&left_behind());
}

#[wasm_bindgen_test]
async fn in_no_error() {
    let echo = format!("`{SECRET}` is wrong");
    for answer in [
        format!("return json({{ message: '{echo}' }}, 400)"),
        format!(
            "return json({{ error: {{ message: '{echo}', code: '{SECRET}', errors: ['{echo}'] }} }}, 400)"
        ),
        format!(
            "return json({{ message: 'no', details: [{{ property: 'a', constraints: {{ x: '{echo}' }} }}] }}, 422)"
        ),
        format!(
            "return json({{ error: '{echo}', details: ['{echo}', {{ message: '{echo}' }}] }}, 500)"
        ),
        // Cut in the middle, it would no longer be recognised.
        format!("return json({{ message: ' '.padStart(292, 'x') + '{SECRET}' }}, 400)"),
        format!("return new Response('{echo}', {{ status: 400 }})"),
        format!("return new Response('wrong: {SECRET}', {{ status: 400 }})"),
        format!("return new Response('{{\"cut\":\"{SECRET}')"),
        format!("return json(['{SECRET}'])"),
        format!(
            "return json({{ id: 'ca_1', status: 'INITIATED', redirect_url: 'http://{SECRET}.test/' }})"
        ),
        "return Promise.reject('boom')".to_owned(),
        "throw new TypeError('boom')".to_owned(),
        "return new Promise(() => {})".to_owned(),
    ] {
        let platform = Platform::new(&answer);
        let client = platform.client_with(|options, overrides| {
            options.timeout_ms = 20;
            overrides.storage = None;
        });
        let failure = client
            .initiate_connection(typing(), None)
            .await
            .expect_err(&answer);
        let error = &failure.error;
        assert_is_nowhere(&[
            error.to_string(),
            format!("{failure:?}"),
            format!("{:?}", failure.cause),
        ]);
        assert_is_nowhere(&left_behind());
    }
}

#[wasm_bindgen_test]
async fn in_no_complaint_about_an_argument() {
    let client = connecting().client();
    for options in [
        InitiateOptions {
            redirect_url: Some(format!("mailto:{SECRET}")),
            ..typing()
        },
        InitiateOptions {
            return_to: Some(format!("//{SECRET}")),
            ..typing()
        },
        InitiateOptions {
            integration_id: None,
            ..typing()
        },
    ] {
        let failure = client
            .initiate_connection(options, None)
            .await
            .expect_err("a failure");
        assert_eq!(failure.error.code, ErrorCode::InvalidArgument);
        assert_is_nowhere(&[format!("{failure:?}")]);
    }
}

#[wasm_bindgen_test]
async fn the_bytes_that_were_sent_are_overwritten_once_they_were() {
    // WebKit's requests hold no copy of what they are made with, and read it when they are sent.
    let platform = Platform::new(&format!(
        "return Promise.resolve().then(() => {{ globalThis.whileSent = String.fromCharCode(...globalThis.sent); {CONNECTING} }})"
    ));
    let restore = js("
        const { Request } = globalThis;
        globalThis.Request = function (url, init) {
          if (init.body) globalThis.sent = init.body;
          return new Request(url, init);
        };
        return () => { globalThis.Request = Request; };");
    let request = platform.client().initiate_connection(typing(), None).await;
    restore
        .unchecked_into::<Function>()
        .call0(&JsValue::NULL)
        .expect("it is restored");
    request.expect("a request");
    assert!(text("return globalThis.whileSent").contains(SECRET));
    assert!(js("return globalThis.sent.every((byte) => byte === 0)").is_truthy());
}
