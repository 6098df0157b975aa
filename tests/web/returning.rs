//! The way back: whose callback it is, and what the platform says of it.

use connect_flow::core::error::ErrorCode;
use connect_flow::core::procedure::complete::CompleteOptions;
use connect_flow::core::procedure::initiate::InitiateOptions;
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::*;

#[wasm_bindgen_test]
async fn an_attempt_is_pending_until_it_is_complete() {
    let platform = connecting();
    let client = platform.client();
    let options = InitiateOptions {
        return_to: Some("/orders".into()),
        ..initiating()
    };
    let before = js("return Date.now()").as_f64().expect("a number") as u64;
    let request = client
        .initiate_connection(options, None)
        .await
        .expect("a request");
    assert_eq!(request.redirect_url.as_deref(), Some("https://auth.test/"));
    assert_eq!(request.flow_id.len(), 32);
    let pending = client.pending();
    let record = pending
        .iter()
        .find(|one| one.flow_id == request.flow_id)
        .expect("a record");
    assert_eq!(record.connected_account_id, request.connected_account_id);
    assert_eq!(record.entity_id.as_deref(), Some("Jessica"));
    assert!(record.started_at_ms >= before && record.started_at_ms < before + 10_000);
    assert_eq!(record.expires_at_ms - record.started_at_ms, 600_000);

    let done = complete(&client, &callback(&request))
        .await
        .expect("an account")
        .expect("a callback");
    assert_eq!(done.connected_account_id, request.connected_account_id);
    assert_eq!(done.return_to.as_deref(), Some("/orders"));
    assert_eq!(done.account.status.as_str(), "ACTIVE");
    assert!(
        client
            .pending()
            .iter()
            .all(|one| one.flow_id != request.flow_id)
    );
}

#[wasm_bindgen_test]
async fn every_attempt_has_an_id_of_its_own() {
    let client = connecting().client();
    let mut ids = Vec::new();
    for _ in 0..20 {
        ids.push(initiate(&client).await.expect("a request").flow_id);
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 20);

    for crypto in ["undefined", "{}", "{ getRandomValues() { throw 'no' } }"] {
        let _page = until_dropped(&format!(
            "const own = Object.getOwnPropertyDescriptor(globalThis, 'crypto');
            Object.defineProperty(globalThis, 'crypto', {{ configurable: true, value: {crypto} }});
            return () => Object.defineProperty(globalThis, 'crypto', own);"
        ));
        let platform = connecting();
        let refused = initiate(&platform.client()).await;
        assert_eq!(
            code(refused),
            ErrorCode::InvalidArgument,
            "an id that can be guessed: {crypto}"
        );
        assert_eq!(platform.count(), 0);
    }
}

#[wasm_bindgen_test]
async fn a_connection_that_is_active_at_once_leaves_no_attempt() {
    let platform = Platform::new("return json({ id: 'ca_now', status: 'ACTIVE' })");
    let client = platform.client();
    let request = initiate(&client).await.expect("a request");
    assert_eq!(request.redirect_url, None);
    assert!(
        client
            .pending()
            .iter()
            .all(|one| one.flow_id != request.flow_id)
    );
}

#[wasm_bindgen_test]
async fn the_same_callback_twice_gives_the_same_answer() {
    let platform = connecting();
    let client = platform.client();
    let request = initiate(&client).await.expect("a request");
    let url = callback(&request);
    let first = complete(&client, &url).await.expect("an account");
    assert_eq!(complete(&client, &url).await.expect("an account"), first);
}

#[wasm_bindgen_test]
async fn whose_callback_it_is() {
    let platform = connecting();
    let client = platform.client();
    let request = initiate(&client).await.expect("a request");
    let other = initiate(&client).await.expect("another request");
    let (flow, id) = (&request.flow_id, &request.connected_account_id);
    for (query, wanted) in [
        ("a=1".to_owned(), Ok(false)),
        ("status=success".to_owned(), Ok(false)),
        (format!("cf_flow={flow}"), Ok(true)),
        (format!("status=success&connectedAccountId={id}"), Ok(true)),
        (
            format!("status=success&connected_account_id={id}&cf_flow={flow}"),
            Ok(true),
        ),
        (
            // Without our parameter and without a record these are the app's own.
            "status=success&connectedAccountId=ca_other".to_owned(),
            Ok(false),
        ),
        (
            format!("cf_flow={}", "0".repeat(32)),
            Err(ErrorCode::CallbackUnbound),
        ),
        (
            format!(
                "cf_flow={}&connectedAccountId={id}&status=success",
                "0".repeat(32)
            ),
            Err(ErrorCode::CallbackUnbound),
        ),
        (
            format!(
                "cf_flow={flow}&connectedAccountId={}",
                other.connected_account_id
            ),
            Err(ErrorCode::AccountMismatch),
        ),
        (
            format!("cf_flow={flow}&cf_flow={}", other.flow_id),
            Err(ErrorCode::CallbackInvalid),
        ),
    ] {
        let before = platform.count();
        let result = complete(&client, &format!("https://app.test/done?{query}")).await;
        let result = result
            .map(|done| done.is_some())
            .map_err(|failure| failure.error.code);
        assert_eq!(result, wanted, "{query}");
        // What is refused, or is no callback, is not asked about.
        assert_eq!(platform.count() > before, wanted == Ok(true), "{query}");
    }
}

#[wasm_bindgen_test]
async fn a_failed_attempt_cannot_succeed_later() {
    let platform = connecting();
    let client = platform.client();
    let request = initiate(&client).await.expect("a request");
    let denied = format!(
        "https://app.test/?cf_flow={}&error=access_denied",
        request.flow_id
    );
    assert_eq!(
        code(complete(&client, &denied).await),
        ErrorCode::AccessDenied
    );
    assert_eq!(
        code(complete(&client, &callback(&request)).await),
        ErrorCode::CallbackReplayed
    );
    assert_eq!(
        code(complete(&client, &denied).await),
        ErrorCode::AccessDenied,
        "the same again"
    );
    assert_eq!(platform.count(), 1, "the platform was not asked");
    assert!(
        client
            .pending()
            .iter()
            .all(|one| one.flow_id != request.flow_id)
    );
}

#[wasm_bindgen_test]
async fn the_platform_decides() {
    for (account, wanted) in [
        (
            "json({ id: 'ca_other', status: 'ACTIVE' })",
            ErrorCode::AccountMismatch,
        ),
        (
            "json({ id: 'ca_1', status: 'ACTIVE', user_id: 'Melissa' })",
            ErrorCode::AccountMismatch,
        ),
        (
            "json({ id: 'ca_1', status: 'FAILED' })",
            ErrorCode::AccountFailed,
        ),
        (
            "json({ id: 'ca_1', status: 'EXPIRED' })",
            ErrorCode::AccountExpired,
        ),
        (
            "json({ id: 'ca_1', status: 'INACTIVE' })",
            ErrorCode::AccountInactive,
        ),
        ("json({ message: 'gone' }, 404)", ErrorCode::NotFound),
    ] {
        let client = with_account(account).client();
        let request = initiate(&client).await.expect("a request");
        assert_eq!(
            code(complete(&client, &callback(&request)).await),
            wanted,
            "{account}"
        );
    }
}

#[wasm_bindgen_test]
async fn an_account_that_is_not_active_yet_is_waited_for() {
    let _timers = fast_timers();
    let platform = with_account("json({ id: 'ca_1', status: n < 4 ? 'INITIATED' : 'ACTIVE' })");
    let client = platform.client();
    let request = initiate(&client).await.expect("a request");
    complete(&client, &callback(&request))
        .await
        .expect("an account");
    assert_eq!(platform.count(), 4);
    let waits = waits(15_000);
    assert_eq!(waits.len(), 2, "{waits:?}");
    assert!(
        (750..=1_000).contains(&waits[0]) && (1_125..=1_500).contains(&waits[1]),
        "{waits:?}"
    );

    let platform = with_account("json({ id: 'ca_1', status: 'INITIATED' })");
    let client = platform.client();
    let request = initiate(&client).await.expect("a request");
    let options = CompleteOptions {
        url: Some(callback(&request)),
        timeout_ms: Some(5),
    };
    let error = client
        .complete_connection(options, None)
        .await
        .expect_err("a failure")
        .error;
    assert_eq!((error.code, error.retryable), (ErrorCode::Timeout, true));
    assert!(
        client
            .pending()
            .iter()
            .any(|one| one.flow_id == request.flow_id),
        "it may be asked again"
    );
}

#[wasm_bindgen_test]
async fn a_platform_that_stumbles_is_asked_again() {
    let _timers = fast_timers();
    for stumble in [
        "Promise.reject('boom')",
        "json({}, 503)",
        "new Promise(() => {})",
    ] {
        for (account, wanted) in [("ACTIVE", None), ("FAILED", Some(ErrorCode::AccountFailed))] {
            let answer =
                format!("n === 2 ? {stumble} : json({{ id: 'ca_1', status: '{account}' }})");
            let platform = with_account(&answer);
            let client = platform.client_with(|options, _| options.timeout_ms = 5_000);
            let request = initiate(&client).await.expect("a request");
            match complete(&client, &callback(&request)).await {
                Ok(_) => assert_eq!(wanted, None, "{stumble}"),
                Err(failure) => {
                    assert_eq!(Some(failure.error.code), wanted, "{stumble}");
                    // What went wrong on the way is not why it failed.
                    assert!(failure.cause.is_none(), "{stumble}: {:?}", failure.cause);
                }
            }
            assert_eq!(platform.count(), 3, "{stumble}");
        }
    }
}
