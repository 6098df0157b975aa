//! Typed values are in the request and nowhere else.

use connect_flow::{ErrorCode, InitiateOptions, Secret};
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

/// Everything that outlives a call: storage, address bar, history, cookies, the document and the window's name.
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
async fn starting_a_connection_leaves_no_typed_value() {
    let platform = connecting();
    let client = platform.client_with(|_, overrides| overrides.storage = None);
    let request = client
        .initiate_connection(typing())
        .await
        .expect("a request");
    let left = left_behind();
    assert!(
        left.iter().any(|text| text.contains(&request.flow_id)),
        "the attempt is stored"
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
        "the platform receives it"
    );
    complete(&client, &callback(&request))
        .await
        .expect("an account");
    assert_is_nowhere(&left_behind());
}

#[wasm_bindgen_test]
async fn an_error_never_contains_a_typed_value() {
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
        // Truncated within the secret.
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
        let error = client
            .initiate_connection(typing())
            .await
            .expect_err(&answer);
        assert_is_nowhere(&[
            error.to_string(),
            format!("{error:?}"),
            format!("{:?}", error.cause::<JsValue>()),
        ]);
        assert_is_nowhere(&left_behind());
    }
}

#[wasm_bindgen_test]
async fn an_invalid_argument_error_never_contains_its_value() {
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
        let error = client
            .initiate_connection(options)
            .await
            .expect_err("an error");
        assert_eq!(error.code, ErrorCode::InvalidArgument);
        assert_is_nowhere(&[format!("{error:?}")]);
    }
}

#[wasm_bindgen_test]
async fn sent_bytes_are_overwritten_after_sending() {
    // WebKit reads the bytes only when it sends the request.
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
    let request = platform.client().initiate_connection(typing()).await;
    restore
        .unchecked_into::<Function>()
        .call0(&JsValue::NULL)
        .expect("`Request` is restored");
    request.expect("a request");
    assert!(text("return globalThis.whileSent").contains(SECRET));
    assert!(js("return globalThis.sent.every((byte) => byte === 0)").is_truthy());
}
