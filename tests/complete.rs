//! The user is back: which attempt the callback belongs to, and what the platform says of it.

use crate::support::{Exchange, NOW, Played, exchange, play, play_within};
use connect_flow::core::callback::{ConnectionCallback, parse};
use connect_flow::core::error::{ConnectError, ErrorCode};
use connect_flow::core::pending::{KEPT_MS, LIFETIME_MS, Outcome, PendingConnection};
use connect_flow::core::procedure::complete::{
    Bound, CompleteConnection, CompletedConnection, TIMEOUT_MS, bind, is_final, is_over,
};
use connect_flow::core::procedure::{Event, Procedure, Step};
use serde_json::{Value as Json, json};

const LOOK: &str = "GET /api/v3.1/connected_accounts/ca_1";

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
        is_popup: false,
        tab: None,
        outcome: Outcome::Pending,
    }
}

fn of(record: PendingConnection) -> Bound {
    let is_expired = false;
    Bound { record, is_expired }
}

/// What a page reads whose browser remembers the attempts `f1` and `f2`, and what it would of a third account.
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

fn bound(query: &str, records: &[PendingConnection], now_ms: u64) -> Result<String, ErrorCode> {
    bind(&callback(query), records, now_ms)
        .map(|bound| bound.record.flow_id)
        .map_err(|error| error.code)
}

#[test]
fn a_callback_belongs_to_an_attempt_of_this_browser() {
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
        ("session_uri=urn%3A1", Err(ErrorCode::CallbackUnbound)),
        (
            "session_uri=urn%3A1&status=success&connected_account_id=ca_2",
            Err(ErrorCode::CallbackUnbound),
        ),
        (
            "cf_flow=f1&status=success&connected_account_id=ca_2",
            Err(ErrorCode::AccountMismatch),
        ),
        (
            "cf_flow=f1&session_uri=urn%3A1",
            Err(ErrorCode::CompletionRequired),
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
fn an_attempt_has_its_time() {
    let one = [record("f1", "ca_1")];
    let (starts, ends) = (one[0].started_at_ms, one[0].expires_at_ms);
    let at = |query: &str, now_ms| {
        bind(&callback(query), &one, now_ms)
            .map(|bound| bound.is_expired)
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
    assert_eq!(
        at("cf_flow=f1&session_uri=urn%3A1", ends),
        Ok(true),
        "too late for a session"
    );
}

#[test]
fn an_expired_attempt_is_looked_at_once() {
    let late = |query: &str, exchange: Exchange| {
        let bound = Bound {
            is_expired: true,
            ..of(record("f1", "ca_1"))
        };
        play(
            CompleteConnection::new(callback(query), bound),
            vec![exchange],
        )
    };
    for query in ["cf_flow=f1", SUCCESS, "cf_flow=f1&session_uri=urn%3A1"] {
        assert!(late(query, look("ACTIVE")).result.is_ok(), "{query}");
        for status in ["INITIATED", "EXPIRED", "FAILED", "REVOKED", "SOMETHING"] {
            let error = failure(late(query, look(status)));
            assert_eq!(
                (error.code, error.connected_account_id.as_deref()),
                (ErrorCode::FlowExpired, Some("ca_1")),
                "{query} {status}"
            );
        }
    }
    let refused = |status| failure(late(SUCCESS, exchange(LOOK, status, json!({})))).code;
    assert_eq!(refused(404), ErrorCode::FlowExpired);
    assert_eq!(refused(401), ErrorCode::Unauthorized);
    assert_eq!(refused(503), ErrorCode::Server, "nothing is known of it");
    let mut other = account("ACTIVE");
    other["user_id"] = json!("Melissa");
    let error = failure(late(SUCCESS, exchange(LOOK, 200, other)));
    assert_eq!(error.code, ErrorCode::AccountMismatch);
}

#[test]
fn an_attempt_that_ended_is_not_revived() {
    const ID: &str = "cf_flow=f1&connected_account_id=ca_1";
    let ended = |outcome| PendingConnection {
        outcome,
        ..record("f1", "ca_1")
    };
    for outcome in [Outcome::Failed, Outcome::Cancelled] {
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
        // A failure is told again, without a look at the account.
        for (query, code) in [
            ("&status=failed", ErrorCode::AccountFailed),
            ("&error=access_denied", ErrorCode::AccessDenied),
        ] {
            let callback = callback(&[ID, query].concat());
            for now_ms in [NOW, NOW + LIFETIME_MS] {
                let bound = bind(&callback, &[ended(outcome)], now_ms).unwrap();
                let procedure = CompleteConnection::new(callback.clone(), bound);
                assert_eq!(failure(play(procedure, vec![])).code, code);
            }
        }
    }
    // The same callback again, in another tab or after a reload, is asked about again.
    let again = bind(&callback(SUCCESS), &[ended(Outcome::Connected)], NOW);
    assert_eq!(again.unwrap().record.flow_id, "f1");
}

fn complete(
    query: &str,
    timeout_ms: Option<u32>,
    script: Vec<Exchange>,
) -> Played<CompletedConnection> {
    let procedure = CompleteConnection::new(callback(query), of(record("f1", "ca_1")));
    play_within(timeout_ms.unwrap_or(TIMEOUT_MS), procedure, script)
}

fn account(status: &str) -> Json {
    json!({ "id": "ca_1", "status": status, "user_id": "Jessica", "toolkit": { "slug": "gmail" } })
}

fn look(status: &str) -> Exchange {
    exchange(LOOK, 200, account(status))
}

fn failure(played: Played<CompletedConnection>) -> ConnectError {
    played.result.expect_err("an error")
}

const SUCCESS: &str = "cf_flow=f1&status=success&connected_account_id=ca_1";

#[test]
fn active_is_one_request() {
    let played = complete(SUCCESS, None, vec![look("ACTIVE")]);
    assert_eq!(
        json!(played.result.unwrap()),
        json!({
            "connectionStatus": "ACTIVE", "connectedAccountId": "ca_1", "app": "gmail", "returnTo": "/settings",
            "account": { "id": "ca_1", "status": "ACTIVE", "app": "gmail", "entityId": "Jessica", "isDisabled": false }
        })
    );
}

#[test]
fn whoever_is_connected_must_be_the_one_who_asked() {
    let with = |key: &str, value: Json| {
        let mut account = account("ACTIVE");
        account[key] = value;
        complete(SUCCESS, None, vec![exchange(LOOK, 200, account)])
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
    // A platform that does not tell is believed.
    assert!(with("user_id", Json::Null).result.is_ok());
}

#[test]
fn waits_until_it_is_active() {
    let script = vec![
        look("INITIATED"),
        look("Initializing"),
        look("PENDING"),
        look("NEVER_HEARD_OF"),
        look("ACTIVE"),
    ];
    let played = complete(SUCCESS, None, script);
    assert!(played.result.is_ok());
    assert_eq!(played.waits, [1, 2, 3, 4]);
}

#[test]
fn does_not_wait_for_ever() {
    // One look at once, then after 1 s and after another 1.5 s.
    let played = complete(
        SUCCESS,
        Some(2_600),
        vec![look("INITIATED"), look("INITIATED"), look("INITIATED")],
    );
    let error = failure(played);
    assert_eq!((error.code, error.retryable), (ErrorCode::Timeout, true));
    assert!(error.message.contains("INITIATED"));
    let played = complete(SUCCESS, Some(1), vec![look("INITIATED")]);
    assert_eq!(failure(played).code, ErrorCode::Timeout);
    // 30 seconds unless told otherwise.
    let played = complete(SUCCESS, None, (0..9).map(|_| look("INITIATED")).collect());
    assert_eq!(failure(played).code, ErrorCode::Timeout);
}

#[test]
fn an_account_that_will_not_become_active_ends_it() {
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
            vec![look("INITIATED"), exchange(LOOK, 200, account)],
        ));
        assert_eq!((error.code, error.retryable), (code, false), "{status}");
        assert_eq!(
            (error.error.as_deref(), error.error_description.as_deref()),
            (None, Some("why"))
        );
        assert!(is_final(&error));
    }
}

#[test]
fn the_authorization_servers_refusal_is_handed_on() {
    let refused = |error: &str| {
        let mut account = account("FAILED");
        account["state"] = json!({ "val": { "status": "FAILED", "error": error, "error_description": "The user said no" } });
        failure(complete(SUCCESS, None, vec![exchange(LOOK, 200, account)]))
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
fn a_callback_that_claims_failure_is_looked_at_once() {
    let query = "cf_flow=f1&status=failed&connected_account_id=ca_1";
    let error = failure(complete(query, None, vec![look("INITIATED")]));
    assert_eq!(error.code, ErrorCode::AccountFailed);
    assert_eq!(
        failure(complete(query, None, vec![look("EXPIRED")])).code,
        ErrorCode::AccountExpired
    );
    // The platform decides, not the URL.
    assert!(complete(query, None, vec![look("ACTIVE")]).result.is_ok());
}

#[test]
fn an_error_beats_an_id() {
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
        assert!(is_final(&failed));
    }
}

#[test]
fn a_request_that_fails_ends_this_look_and_not_the_attempt() {
    for (status, code, retryable) in [
        (404, ErrorCode::NotFound, false),
        (401, ErrorCode::Unauthorized, false),
        (503, ErrorCode::Server, true),
        (429, ErrorCode::RateLimited, true),
    ] {
        let script = vec![exchange(LOOK, status, Json::Null)];
        let error = failure(complete(SUCCESS, Some(1), script));
        // What can be retried is waited for, until there is no time left.
        let code = if retryable { ErrorCode::Timeout } else { code };
        assert_eq!(
            (error.code, error.retryable, is_final(&error)),
            (code, retryable, false)
        );
    }
}

#[test]
fn a_platform_that_stumbles_is_asked_again() {
    let script = vec![
        exchange(LOOK, 503, Json::Null),
        exchange(LOOK, 429, Json::Null),
        look("ACTIVE"),
    ];
    let played = complete(SUCCESS, None, script);
    assert!(played.result.is_ok());
    assert_eq!(played.waits, [1, 2]);
}

#[test]
fn what_ends_an_attempt_and_what_leaves_the_address_bar() {
    let last = [
        "access_denied",
        "account_failed",
        "account_expired",
        "account_revoked",
        "account_inactive",
    ];
    let done = [
        "callback_invalid",
        "callback_replayed",
        "flow_expired",
        "account_mismatch",
    ];
    for code in ErrorCode::ALL {
        let error = ConnectError::new(*code, "x");
        let word = code.as_str();
        assert_eq!(is_final(&error), last.contains(&word), "{word}");
        let is_listed = last.contains(&word) || done.contains(&word);
        assert_eq!(is_over(&error), is_listed, "{word}");
    }
}

#[test]
fn an_event_out_of_turn_is_an_error() {
    use connect_flow::core::protocol::answer::{Answer, Page};
    let mut procedure = CompleteConnection::new(callback(SUCCESS), of(record("f1", "ca_1")));
    let other = Answer::Integrations(Page {
        items: Vec::new(),
        next: None,
    });
    assert!(matches!(
        procedure.advance(Event::Answered(Ok(other)), NOW),
        Step::Done(Err(_))
    ));
}
