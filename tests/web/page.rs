//! The page: where it is sent, and what stays in its address bar.

use connect_flow::{CompleteOptions, ConnectClient, ErrorCode, InitiateOptions};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::*;

/// Completes the callback in the address of the page, with time for one status check.
async fn complete_here(client: &ConnectClient) -> Result<Option<String>, ErrorCode> {
    let once = client.with_timeout(Some(500));
    match once.complete_connection(CompleteOptions::default()).await {
        Ok(done) => Ok(done.map(|done| done.connected_account_id)),
        Err(error) => Err(error.code),
    }
}

#[wasm_bindgen_test]
async fn the_return_address_defaults_to_the_page_without_callback_parameters() {
    let _page = address("/shop/?a=1&cf_flow=old&status=success&connectedAccountId=x&b=2#part");
    let platform = connecting();
    let client = platform.client();
    let here = InitiateOptions {
        redirect_url: None,
        ..initiating()
    };
    let request = client
        .initiate_connection(here.clone())
        .await
        .expect("a request");
    let path = InitiateOptions {
        redirect_url: Some("/back?x=1".into()),
        ..here
    };
    let second = client.initiate_connection(path).await.expect("a request");
    let origin = text("return location.origin");
    for (n, wanted) in [
        (
            1,
            format!("{origin}/shop/?a=1&b=2&cf_flow={}#part", request.flow_id),
        ),
        (2, format!("{origin}/back?x=1&cf_flow={}", second.flow_id)),
    ] {
        let body = platform.body(n).await;
        assert!(
            body.contains(&format!("\"callback_url\":\"{wanted}\"")),
            "{body}"
        );
    }
}

#[wasm_bindgen_test]
async fn completing_removes_only_callback_parameters_from_the_address() {
    let client = connecting().client();
    let request = initiate(&client).await.expect("a request");
    let (flow, id) = (&request.flow_id, &request.connected_account_id);
    let query = format!(
        "a=%31+&cf_flow={flow}&code=c&status=success&connectedAccountId={id}&state=s&appName=gmail"
    );
    let _page = address(&format!("/done?{query}#/part?x=1"));
    let length = js("return history.length");
    assert_eq!(complete_here(&client).await, Ok(Some(id.clone())));
    assert_eq!(address_now(), "/done?a=%31+&code=c&state=s#/part?x=1");
    assert_eq!(
        js("return history.state.own"),
        1,
        "`history.state` belongs to the app"
    );
    assert_eq!(js("return history.length"), length);
    assert_eq!(
        complete_here(&client).await,
        Ok(None),
        "a cleaned address is not a callback"
    );
}

#[wasm_bindgen_test]
async fn only_a_final_answer_to_the_pages_own_callback_cleans_the_address() {
    let denied = |flow: &str| format!("/done?cf_flow={flow}&error=access_denied");
    // A final answer cleans the address, also a refusal.
    let client = connecting().client();
    let request = initiate(&client).await.expect("a request");
    let page = address(&denied(&request.flow_id));
    assert_eq!(complete_here(&client).await, Err(ErrorCode::AccessDenied));
    assert_eq!(address_now(), "/done");
    drop(page);

    // A callback of an unknown attempt may belong to the app.
    let unbound = denied("unknown");
    let page = address(&unbound);
    assert_eq!(
        complete_here(&client).await,
        Err(ErrorCode::CallbackUnbound)
    );
    assert_eq!(address_now(), unbound);
    drop(page);

    // A callback URL that the caller passes cleans the address when it is the page's own.
    let request = initiate(&client).await.expect("a request");
    let own = format!("/done?cf_flow={}&status=success", request.flow_id);
    let page = address(&own);
    let passed = text("return location.href");
    complete(&client, &passed).await.expect("an account");
    assert_eq!(address_now(), "/done");
    drop(page);

    // A reload may try a timeout again.
    let client = with_account("Promise.reject('offline')").client();
    let request = initiate(&client).await.expect("a request");
    let own = format!("/done?cf_flow={}&status=success", request.flow_id);
    let _page = address(&own);
    assert_eq!(complete_here(&client).await, Err(ErrorCode::Timeout));
    assert_eq!(address_now(), own);
}

#[wasm_bindgen_test]
async fn completing_keeps_the_address_that_the_app_has_navigated_to() {
    let platform = with_account(
        "(history.replaceState(null, '', '/elsewhere?status=mine'), json({ id: 'ca_1', status: 'ACTIVE' }))",
    );
    let client = platform.client();
    let request = initiate(&client).await.expect("a request");
    let _page = address(&format!("/done?cf_flow={}&status=success", request.flow_id));
    assert_eq!(complete_here(&client).await, Ok(Some("ca_1".to_owned())));
    assert_eq!(address_now(), "/elsewhere?status=mine");
}

#[wasm_bindgen_test]
async fn completing_works_where_the_history_is_read_only() {
    let client = connecting().client();
    let request = initiate(&client).await.expect("a request");
    let _page = address(&format!("/done?cf_flow={}&status=success", request.flow_id));
    let _history = until_dropped(
        "history.replaceState = () => { throw new DOMException('no', 'SecurityError') };
        return () => { delete history.replaceState; };",
    );
    assert_eq!(
        complete_here(&client).await,
        Ok(Some(request.connected_account_id))
    );
}

#[wasm_bindgen_test]
async fn unsafe_and_foreign_redirect_urls_are_refused() {
    let before = text("return location.href");
    let refused = [
        "",
        "x",
        "/path",
        "//evil.test",
        "javascript:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "JavaScript://x/%0aalert(1)",
        "data:text/html,<script>",
        "blob:https://app.test/1",
        "file:///etc/passwd",
        "http://evil.test/",
        "http://127.0.0.1.evil.test/",
        "https:evil.test",
        "https:/evil.test",
        "https://",
        "https://user:secret@evil.test/",
        "https://evil.test\\@good.test/",
        "https://evil.test/ x",
        "https://ev\u{131}l.test/",
        "https://evil.test:99999/",
        "ftp://evil.test/",
    ];
    for url in refused {
        let platform =
            Platform::new("return json({ id: 'ca_1', status: 'INITIATED', redirect_url: url })");
        let client = platform.client();
        assert_eq!(
            code(client.redirect(url)),
            ErrorCode::RedirectRefused,
            "{url}"
        );
        // The URL is also refused when it comes from the platform.
        if !url.trim().is_empty() {
            set_global("url", &url.trim().into());
            let pending = client.pending().len();
            let error = initiate(&client).await.expect_err(url);
            assert_eq!(error.code, ErrorCode::RedirectRefused, "{url}");
            assert!(!error.message.contains("evil"), "{}", error.message);
            assert_eq!(client.pending().len(), pending, "{url}");
        }
    }
    let client = connecting().client_with(|options, _| {
        options.provider_origins = vec!["https://connect.test".to_owned()];
    });
    for url in [
        "https://evil.test/",
        "https://connect.test.evil.test/",
        "https://connect.test:8443/",
        "http://connect.test/",
    ] {
        assert_eq!(
            code(client.redirect(url)),
            ErrorCode::RedirectRefused,
            "{url}"
        );
    }
    assert_eq!(text("return location.href"), before);
}
