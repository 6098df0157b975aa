//! The user returns to the page: which attempt the callback belongs to, and whether the platform confirms the account.

use crate::core::callback::{ConnectionCallback, parse};
use crate::core::calls::complete::{
    self, Bound, CompletedConnection, TIMEOUT_MS, complete_connection, ends_attempt, find_attempt,
    uses_up_callback,
};
use crate::core::error::{ConnectError, ErrorCode};
use crate::core::pending::{AttemptOutcome, KEPT_MS, LIFETIME_MS, PendingConnection};
use crate::tests::support::{Exchange, NOW, Played, exchange, play_within};
use serde_json::{Value as Json, json};

const GET: &str = "GET /api/v3.1/connected_accounts/ca_1";
const SUCCESS: &str = "cf_flow=f1&status=success&connected_account_id=ca_1";

fn record(flow_id: &str, account: &str) -> PendingConnection {
    PendingConnection {
        flow_id: flow_id.to_owned(),
        connected_account_id: account.to_owned(),
        entity_id: Some("Jessica".to_owned()),
        app: Some("gmail".to_owned()),
        integration_id: Some("ac_1".to_owned()),
        auth_scheme: None,
        started_at_ms: NOW - 60_000,
        expires_at_ms: NOW - 60_000 + LIFETIME_MS,
        return_to: Some("/settings".to_owned()),
        own_query: None,
        replaces: None,
        verify: None,
        alias: None,
        is_popup: false,
        tab: None,
        session: None,
        outcome: AttemptOutcome::Pending,
    }
}

fn of(record: PendingConnection) -> Bound {
    Bound {
        record,
        otherwise: None,
        session_uri: None,
    }
}

/// The callback that a page parses whose browser has records of the attempts `f1`, `f2` and `f9`.
fn callback(query: &str) -> ConnectionCallback {
    let records = [
        record("f1", "ca_1"),
        record("f2", "ca_2"),
        record("f9", "ca_3"),
    ];
    parse(&["https://app.example/done?", query].concat(), &records)
        .unwrap()
        .unwrap()
}

fn bind(
    callback: &ConnectionCallback,
    records: &[PendingConnection],
    now_ms: u64,
) -> Result<Bound, ConnectError> {
    let found = find_attempt(callback, records, Some("tab-1"), now_ms);
    complete::bind(callback, found, now_ms)
}

fn bound(query: &str, records: &[PendingConnection], now_ms: u64) -> Result<String, ErrorCode> {
    bind(&callback(query), records, now_ms)
        .map(|bound| bound.record.flow_id)
        .map_err(|error| error.code)
}

#[test]
fn a_callback_is_bound_to_an_attempt_of_this_browser_or_refused() {
    let records = [record("f1", "ca_1"), record("f2", "ca_2")];
    for (query, expected) in [
        (
            "cf_flow=f2&status=success&connected_account_id=ca_2",
            Ok("f2"),
        ),
        ("cf_flow=f1", Ok("f1")),
        ("cf_flow=f1&error=access_denied", Ok("f1")),
        ("status=success&connected_account_id=ca_2", Ok("f2")),
        (
            "cf_flow=f3&status=success&connected_account_id=ca_2",
            Err(ErrorCode::CallbackUnbound),
        ),
        ("cf_flow=F1", Err(ErrorCode::CallbackUnbound)),
        (
            "status=success&connected_account_id=ca_3",
            Err(ErrorCode::CallbackUnbound),
        ),
        (
            "session_uri=urn%3A1&status=success&connected_account_id=ca_2",
            Err(ErrorCode::CallbackUnbound),
        ),
        (
            "cf_flow=f1&status=success&connected_account_id=ca_2",
            Err(ErrorCode::AccountMismatch),
        ),
        ("cf_flow=f1&session_uri=urn%3A1", Ok("f1")),
        (
            "cf_flow=f3&session_uri=urn%3A1",
            Err(ErrorCode::CallbackUnbound),
        ),
    ] {
        assert_eq!(
            bound(query, &records, NOW),
            expected.map(str::to_owned),
            "{query}"
        );
        assert_eq!(
            bound(query, &[], NOW),
            Err(ErrorCode::CallbackUnbound),
            "{query}"
        );
    }
}

#[test]
fn an_attempt_expires_and_is_forgotten_later() {
    let one = [record("f1", "ca_1")];
    let (starts, ends) = (one[0].started_at_ms, one[0].expires_at_ms);
    let at = |query: &str, now_ms| {
        bind(&callback(query), &one, now_ms)
            .map(|bound| bound.otherwise.is_some())
            .map_err(|error| (error.code, error.connected_account_id.clone()))
    };
    let gone = || Err((ErrorCode::FlowExpired, Some("ca_1".to_owned())));
    for (now_ms, expected) in [
        (starts, Ok(false)),
        (ends - 1, Ok(false)),
        (ends, Ok(true)),
        (starts + KEPT_MS - 1, Ok(true)),
        (starts + KEPT_MS, gone()),
        // The clock was set back.
        (starts - 1, Ok(true)),
        (starts - KEPT_MS, gone()),
    ] {
        assert_eq!(at("cf_flow=f1", now_ms), expected, "{now_ms}");
    }
}

#[test]
fn an_expired_attempt_is_checked_once() {
    let late = |query: &str, exchange: Exchange| {
        let bound = Bound {
            otherwise: complete::expiry(&record("f1", "ca_1"), NOW + LIFETIME_MS),
            ..of(record("f1", "ca_1"))
        };
        run(query, &bound, TIMEOUT_MS, vec![exchange])
    };
    for query in ["cf_flow=f1", SUCCESS, "cf_flow=f1&session_uri=urn%3A1"] {
        assert!(late(query, account_is("ACTIVE")).result.is_ok(), "{query}");
        for status in ["INITIATED", "EXPIRED", "FAILED", "REVOKED", "SOMETHING"] {
            let error = failure(late(query, account_is(status)));
            assert_eq!(
                (error.code, error.connected_account_id.as_deref()),
                (ErrorCode::FlowExpired, Some("ca_1")),
                "{query} {status}"
            );
        }
    }
    let refused = |status| failure(late(SUCCESS, exchange(GET, status, json!({})))).code;
    assert_eq!(refused(404), ErrorCode::FlowExpired);
    assert_eq!(refused(401), ErrorCode::Unauthorized);
    assert_eq!(refused(503), ErrorCode::Server, "nothing is decided");
    let mut other = account("ACTIVE");
    other["user_id"] = json!("Melissa");
    let error = failure(late(SUCCESS, exchange(GET, 200, other)));
    assert_eq!(error.code, ErrorCode::AccountMismatch);
}

#[test]
fn an_ended_attempt_cannot_be_completed() {
    const ID: &str = "cf_flow=f1&connected_account_id=ca_1";
    let ended = |outcome| PendingConnection {
        outcome,
        ..record("f1", "ca_1")
    };
    for outcome in [AttemptOutcome::Failed, AttemptOutcome::Cancelled] {
        for status in [
            "",
            "&status=success",
            "&status=pending",
            "&status=whatever",
            "&status=active",
        ] {
            let error =
                bind(&callback(&[ID, status].concat()), &[ended(outcome)], NOW).unwrap_err();
            assert_eq!(error.code, ErrorCode::CallbackReplayed, "{status}");
            assert_eq!(error.connected_account_id.as_deref(), Some("ca_1"));
        }
        // The same failure is reported again, without a status check.
        for (query, code) in [
            ("&status=failed", ErrorCode::AccountFailed),
            ("&error=access_denied", ErrorCode::AccessDenied),
        ] {
            let query = [ID, query].concat();
            for now_ms in [NOW, NOW + LIFETIME_MS] {
                let bound = bind(&callback(&query), &[ended(outcome)], now_ms).unwrap();
                let played = run(&query, &bound, TIMEOUT_MS, Vec::new());
                assert_eq!(failure(played).code, code);
            }
        }
    }
    // A reload, or another tab, may complete the same callback again.
    let again = bind(&callback(SUCCESS), &[ended(AttemptOutcome::Connected)], NOW);
    assert_eq!(again.unwrap().record.flow_id, "f1");
}

fn complete(
    query: &str,
    timeout_ms: Option<u32>,
    script: Vec<Exchange>,
) -> Played<CompletedConnection> {
    let bound = of(record("f1", "ca_1"));
    run(query, &bound, timeout_ms.unwrap_or(TIMEOUT_MS), script)
}

fn run(
    query: &str,
    bound: &Bound,
    timeout_ms: u32,
    script: Vec<Exchange>,
) -> Played<CompletedConnection> {
    play_within(timeout_ms, script, async |platform| {
        complete_connection(platform, callback(query), bound).await
    })
}

fn account(status: &str) -> Json {
    json!({ "id": "ca_1", "status": status, "user_id": "Jessica", "toolkit": { "slug": "gmail" } })
}

fn account_is(status: &str) -> Exchange {
    exchange(GET, 200, account(status))
}

fn failure(played: Played<CompletedConnection>) -> ConnectError {
    played.result.expect_err("an error")
}

#[test]
fn an_active_account_takes_one_request() {
    let played = complete(SUCCESS, None, vec![account_is("ACTIVE")]);
    assert_eq!(
        json!(played.result.unwrap()),
        json!({
            "connectionStatus": "ACTIVE", "connectedAccountId": "ca_1", "app": "gmail", "returnTo": "/settings",
            "account": { "id": "ca_1", "status": "ACTIVE", "app": "gmail", "entityId": "Jessica", "isDisabled": false }
        })
    );
}

#[test]
fn another_account_or_entity_is_refused() {
    let with = |key: &str, value: Json| {
        let mut account = account("ACTIVE");
        account[key] = value;
        complete(SUCCESS, None, vec![exchange(GET, 200, account)])
    };
    assert_eq!(
        failure(with("id", json!("ca_2"))).code,
        ErrorCode::AccountMismatch
    );
    assert_eq!(
        failure(with("id", json!("CA_1"))).code,
        ErrorCode::AccountMismatch
    );
    assert_eq!(
        failure(with("user_id", json!("jessica"))).code,
        ErrorCode::AccountMismatch
    );
    assert_eq!(
        failure(with("user_id", json!("Melissa"))).code,
        ErrorCode::AccountMismatch
    );
    assert_eq!(
        failure(with("user_id", json!("Jessica "))).code,
        ErrorCode::AccountMismatch
    );
    // The platform need not name the entity.
    assert!(with("user_id", Json::Null).result.is_ok());
}

#[test]
fn an_account_is_checked_until_it_is_active() {
    let script = vec![
        account_is("INITIATED"),
        account_is("Initializing"),
        account_is("PENDING"),
        account_is("NEVER_HEARD_OF"),
        account_is("ACTIVE"),
    ];
    let played = complete(SUCCESS, None, script);
    assert!(played.result.is_ok());
    assert_eq!(played.waits, [1_000, 1_500, 2_250, 3_375]);
}

#[test]
fn checks_end_at_the_time_limit_or_after_30_seconds() {
    // Checks at 0, 1 and 2.5 s.
    let played = complete(
        SUCCESS,
        Some(2_600),
        vec![
            account_is("INITIATED"),
            account_is("INITIATED"),
            account_is("INITIATED"),
        ],
    );
    let error = failure(played);
    assert_eq!((error.code, error.retryable), (ErrorCode::Timeout, true));
    assert!(error.message.contains("INITIATED"));
    let played = complete(SUCCESS, Some(1), vec![account_is("INITIATED")]);
    assert_eq!(failure(played).code, ErrorCode::Timeout);
    // Without a limit of the caller.
    let played = complete(
        SUCCESS,
        None,
        (0..9).map(|_| account_is("INITIATED")).collect(),
    );
    assert_eq!(failure(played).code, ErrorCode::Timeout);
}

#[test]
fn a_final_status_is_an_error_with_the_platforms_reason() {
    for (status, code) in [
        ("FAILED", ErrorCode::AccountFailed),
        ("failed", ErrorCode::AccountFailed),
        ("EXPIRED", ErrorCode::AccountExpired),
        ("REVOKED", ErrorCode::AccountRevoked),
        ("INACTIVE", ErrorCode::AccountInactive),
    ] {
        let mut account = account(status);
        account["status_reason"] = json!("why");
        let error = failure(complete(
            SUCCESS,
            None,
            vec![account_is("INITIATED"), exchange(GET, 200, account)],
        ));
        assert_eq!((error.code, error.retryable), (code, false), "{status}");
        assert_eq!(
            (error.error.as_deref(), error.error_description.as_deref()),
            (None, Some("why"))
        );
        assert!(ends_attempt(&error));
    }
}

#[test]
fn the_authorization_servers_error_is_returned() {
    let refused = |error: &str| {
        let mut account = account("FAILED");
        account["state"] = json!({ "val": { "status": "FAILED", "error": error, "error_description": "The user said no" } });
        failure(complete(SUCCESS, None, vec![exchange(GET, 200, account)]))
    };
    let denied = refused("access_denied");
    assert_eq!(denied.code, ErrorCode::AccessDenied);
    assert_eq!(
        (denied.error.as_deref(), denied.error_description.as_deref()),
        (Some("access_denied"), Some("The user said no"))
    );
    assert_eq!(refused("server_error").code, ErrorCode::AccountFailed);
}

#[test]
fn a_callback_that_reports_a_failure_is_checked_once() {
    let query = "cf_flow=f1&status=failed&connected_account_id=ca_1";
    let error = failure(complete(query, None, vec![account_is("INITIATED")]));
    assert_eq!(error.code, ErrorCode::AccountFailed);
    assert_eq!(
        failure(complete(query, None, vec![account_is("EXPIRED")])).code,
        ErrorCode::AccountExpired
    );
    // The platform decides, not the URL.
    assert!(
        complete(query, None, vec![account_is("ACTIVE")])
            .result
            .is_ok()
    );
}

#[test]
fn an_error_in_the_callback_wins_without_a_request() {
    for (error, code) in [
        ("access_denied", ErrorCode::AccessDenied),
        ("oops", ErrorCode::AccountFailed),
    ] {
        let query = [
            "cf_flow=f1&status=success&connected_account_id=ca_1&error_description=No&error=",
            error,
        ]
        .concat();
        let failed = failure(complete(&query, None, Vec::new()));
        assert_eq!(failed.code, code);
        assert_eq!(
            (failed.error.as_deref(), failed.error_description.as_deref()),
            (Some(error), Some("No"))
        );
        assert!(ends_attempt(&failed));
    }
}

#[test]
fn a_failed_request_does_not_end_the_attempt() {
    for (status, code, retryable) in [
        (404, ErrorCode::NotFound, false),
        (401, ErrorCode::Unauthorized, false),
        (503, ErrorCode::Server, true),
        (429, ErrorCode::RateLimited, true),
    ] {
        let script = vec![exchange(GET, status, Json::Null)];
        let error = failure(complete(SUCCESS, Some(1), script));
        // A retryable error is retried until the time limit.
        let code = if retryable { ErrorCode::Timeout } else { code };
        assert_eq!(
            (error.code, error.retryable, ends_attempt(&error)),
            (code, retryable, false)
        );
    }
}

#[test]
fn checks_go_on_after_a_retryable_error() {
    let script = vec![
        exchange(GET, 503, Json::Null),
        exchange(GET, 429, Json::Null),
        account_is("ACTIVE"),
    ];
    let played = complete(SUCCESS, None, script);
    assert!(played.result.is_ok());
    assert_eq!(played.waits, [1_000, 1_500]);
}

#[test]
fn only_these_errors_end_an_attempt_or_clear_the_address_bar() {
    let last = [
        "access_denied",
        "account_failed",
        "account_expired",
        "account_revoked",
        "account_inactive",
        // Of the action that verifies the account.
        "credentials_rejected",
        "scopes_missing",
    ];
    let done = [
        "callback_invalid",
        "callback_replayed",
        "flow_expired",
        "account_mismatch",
        "entity_mismatch",
    ];
    for code in ErrorCode::ALL {
        let error = ConnectError::new(*code, "x");
        let word = code.as_str();
        assert_eq!(ends_attempt(&error), last.contains(&word), "{word}");
        let is_listed = last.contains(&word) || done.contains(&word);
        assert_eq!(uses_up_callback(&error), is_listed, "{word}");
    }
}
