//! Callbacks: binding one to its attempt, and checking the account.

use std::future::poll_fn;
use std::task::Poll;

use connect_flow::{CompletedConnection, ConnectClient, ConnectError, ErrorCode, InitiateOptions};
use wasm_bindgen::JsValue;
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
        .initiate_connection(options)
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
async fn every_attempt_has_an_unpredictable_id() {
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
            "the id would be guessable: {crypto}"
        );
        assert_eq!(platform.count(), 0);
    }
}

#[wasm_bindgen_test]
async fn a_connection_that_is_active_at_once_stores_no_attempt() {
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
async fn completing_the_same_callback_again_gives_the_same_result() {
    let platform = connecting();
    let client = platform.client();
    let request = initiate(&client).await.expect("a request");
    let url = callback(&request);
    let first = complete(&client, &url).await.expect("an account");
    assert_eq!(complete(&client, &url).await.expect("an account"), first);
}

#[wasm_bindgen_test]
async fn a_callback_is_bound_to_its_attempt_or_refused() {
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
            // Without our parameter and without a record, the parameters belong to the app.
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
            .map_err(|error| error.code);
        assert_eq!(result, wanted, "{query}");
        // Only a bound callback leads to a status check.
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
        "the same callback gives the same error"
    );
    assert_eq!(platform.count(), 1, "no status check");
    assert!(
        client
            .pending()
            .iter()
            .all(|one| one.flow_id != request.flow_id)
    );
}

#[wasm_bindgen_test]
async fn the_answer_of_the_platform_decides_how_completing_ends() {
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
async fn completing_polls_until_the_account_is_active() {
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
    let error = complete(&client.with_timeout(Some(5)), &callback(&request))
        .await
        .expect_err("an error");
    assert_eq!((error.code, error.retryable), (ErrorCode::Timeout, true));
    assert!(
        client
            .pending()
            .iter()
            .any(|one| one.flow_id == request.flow_id),
        "the attempt is still pending"
    );
}

#[wasm_bindgen_test]
async fn a_status_check_that_fails_transiently_is_repeated() {
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
                Err(error) => {
                    assert_eq!(Some(error.code), wanted, "{stumble}");
                    // The transient failure is not the cause.
                    let cause = error.cause::<JsValue>();
                    assert!(cause.is_none(), "{stumble}: {cause:?}");
                }
            }
            assert_eq!(platform.count(), 3, "{stumble}");
        }
    }
}

#[wasm_bindgen_test]
async fn a_status_check_that_fails_after_the_time_limit_ends_in_timeout() {
    // The clock passes the limit before the timer of the limit fires.
    let _clock = until_dropped(
        "const now = performance.now.bind(performance);
        globalThis.passedMs = 0;
        performance.now = () => now() + passedMs;
        return () => { delete performance.now; };",
    );
    let platform = with_account("(passedMs += 60_000, Promise.reject('offline'))");
    let client = platform.client();
    let request = initiate(&client).await.expect("a request");
    let error = complete(&client, &callback(&request))
        .await
        .expect_err("an error");
    assert_eq!((error.code, error.retryable), (ErrorCode::Timeout, true));
    assert_eq!(platform.count(), 2, "one POST and one status check");
}

/// [`complete`], for [`at_once`].
fn completing(client: &ConnectClient, url: &str) -> Work<Completed> {
    let (client, url) = (client.clone(), url.to_owned());
    Box::pin(async move { complete(&client, &url).await })
}

type Completed = Result<Option<CompletedConnection>, ConnectError>;

#[wasm_bindgen_test]
async fn two_calls_that_complete_the_same_callback_share_one_status_check() {
    let platform = connecting();
    let client = platform.client();
    let request = initiate(&client).await.expect("a request");
    let url = callback(&request);
    let calls = vec![completing(&client, &url), completing(&client.clone(), &url)];
    let completed = at_once(calls).await;
    assert_eq!(platform.count(), 2, "one POST and one status check");
    assert_eq!(completed[0], completed[1]);
    let first = completed[0].clone().expect("an account");
    let account_id = first.expect("a callback").connected_account_id;
    assert_eq!(account_id, request.connected_account_id);
}

#[wasm_bindgen_test]
async fn two_calls_that_share_a_status_check_share_its_error() {
    let platform = with_account("Promise.reject(globalThis.thrown = { a: 1 })");
    let client = platform.client();
    let request = initiate(&client).await.expect("a request");
    let client = client.with_timeout(Some(50));
    let url = callback(&request);
    let completed = at_once(vec![completing(&client, &url), completing(&client, &url)]).await;
    assert_eq!(platform.count(), 2, "one POST and one status check");
    assert_eq!(completed[0], completed[1]);
    assert_eq!(
        completed[0].clone().map_err(|error| error.code),
        Err(ErrorCode::Timeout)
    );
}

#[wasm_bindgen_test]
async fn a_call_keeps_its_status_check_when_the_call_that_shares_it_is_dropped() {
    let platform = connecting();
    let client = platform.client();
    let request = initiate(&client).await.expect("a request");
    let url = callback(&request);
    let (mut first, second) = (completing(&client, &url), completing(&client, &url));
    poll_fn(|context| {
        assert!(first.as_mut().poll(context).is_pending());
        Poll::Ready(())
    })
    .await;
    drop(first);
    second.await.expect("an account").expect("a callback");
    assert_eq!(platform.count(), 2, "one POST and one status check");
}

#[wasm_bindgen_test]
async fn a_call_with_another_signal_or_time_limit_checks_the_status_itself() {
    let platform = connecting();
    let client = platform.client();
    let request = initiate(&client).await.expect("a request");
    let url = callback(&request);
    let with_signal = client.with_signal(Some(controller().signal()));
    let with_timeout = client.with_timeout(Some(20_000));
    let calls = [&client, &with_signal, &with_timeout].map(|client| completing(client, &url));
    for completed in at_once(calls.into()).await {
        completed.expect("an account").expect("a callback");
    }
    assert_eq!(platform.count(), 4, "one POST and three status checks");
}
