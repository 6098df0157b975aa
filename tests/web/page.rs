//! The page: where it is left for, and what stays in its address bar.

use connect_flow::ConnectClient;
use connect_flow::core::error::ErrorCode;
use connect_flow::core::procedure::complete::CompleteOptions;
use connect_flow::core::procedure::initiate::InitiateOptions;
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::*;

/// Completes the callback of the page, looking at the account once.
async fn complete_here(client: &ConnectClient) -> Result<Option<String>, ErrorCode> {
    let once = CompleteOptions {
        url: None,
        timeout_ms: Some(500),
    };
    match client.complete_connection(once, None).await {
        Ok(done) => Ok(done.map(|done| done.connected_account_id)),
        Err(failure) => Err(failure.error.code),
    }
}

#[wasm_bindgen_test]
async fn without_a_return_address_the_page_itself_is_it() {
    let _page = address("/shop/?a=1&cf_flow=old&status=success&connectedAccountId=x&b=2#part");
    let platform = connecting();
    let client = platform.client();
    let here = InitiateOptions {
        redirect_url: None,
        ..initiating()
    };
    let request = client
        .initiate_connection(here.clone(), None)
        .await
        .expect("a request");
    let path = InitiateOptions {
        redirect_url: Some("/back?x=1".into()),
        ..here
    };
    let second = client
        .initiate_connection(path, None)
        .await
        .expect("a request");
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
async fn the_address_bar_is_cleaned_of_our_parameters_only() {
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
        "the state of the app's router stays"
    );
    assert_eq!(js("return history.length"), length);
    assert_eq!(
        complete_here(&client).await,
        Ok(None),
        "it is no callback any more"
    );
}

#[wasm_bindgen_test]
async fn when_the_address_bar_is_left_alone() {
    let denied = |flow: &str| format!("/done?cf_flow={flow}&error=access_denied");
    // What is settled is taken away, a refusal too.
    let client = connecting().client();
    let request = initiate(&client).await.expect("a request");
    let page = address(&denied(&request.flow_id));
    assert_eq!(complete_here(&client).await, Err(ErrorCode::AccessDenied));
    assert_eq!(address_now(), "/done");
    drop(page);

    // What belongs to nobody may be the app's own.
    let unbound = denied("unknown");
    let page = address(&unbound);
    assert_eq!(
        complete_here(&client).await,
        Err(ErrorCode::CallbackUnbound)
    );
    assert_eq!(address_now(), unbound);
    drop(page);

    // So is a callback that was handed in, if the page is at it.
    let request = initiate(&client).await.expect("a request");
    let own = format!("/done?cf_flow={}&status=success", request.flow_id);
    let page = address(&own);
    let handed_in = text("return location.href");
    complete(&client, &handed_in).await.expect("an account");
    assert_eq!(address_now(), "/done");
    drop(page);

    // What may succeed later has to be found again by a reload.
    let client = with_account("Promise.reject('offline')").client();
    let request = initiate(&client).await.expect("a request");
    let own = format!("/done?cf_flow={}&status=success", request.flow_id);
    let _page = address(&own);
    assert_eq!(complete_here(&client).await, Err(ErrorCode::Timeout));
    assert_eq!(address_now(), own);
}

#[wasm_bindgen_test]
async fn an_app_that_has_moved_on_keeps_its_address() {
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
async fn a_frame_that_may_not_touch_its_history() {
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
async fn where_users_are_not_sent() {
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
        // And the platform cannot hand it out either.
        if !url.trim().is_empty() {
            set_global("url", &url.trim().into());
            let pending = client.pending().len();
            let error = initiate(&client).await.expect_err(url).error;
            assert_eq!(error.code, ErrorCode::RedirectRefused, "{url}");
            assert!(!error.message.contains("evil"), "{}", error.message);
            assert_eq!(client.pending().len(), pending, "{url}");
        }
    }
    let client = connecting().client_with(|options, _| {
        options.redirect_origins = vec!["https://connect.test".to_owned()];
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
