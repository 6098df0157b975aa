//! Watching one account until its state is final.

use crate::support::{Exchange, NOW, Played, exchange, play_within};
use connect_flow::core::error::{ConnectError, ErrorCode};
use connect_flow::core::procedure::watch::WatchAccount;
use connect_flow::core::procedure::{Event, Procedure, Step, Task};
use connect_flow::core::protocol::answer::{Answer, ConnectedAccount};
use connect_flow::core::status::ConnectionStatus;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value as Json, json};

const LOOK: &str = "GET /api/v3.1/connected_accounts/a";

fn look(status: &str) -> Exchange {
    exchange(LOOK, 200, json!({ "id": "a", "status": status }))
}

/// Within so many milliseconds of waiting.
fn watch(timeout_ms: u32, script: Vec<Exchange>) -> Played<ConnectedAccount> {
    play_within(timeout_ms, WatchAccount::new("a".to_owned()), script)
}

fn code(played: &Played<ConnectedAccount>) -> ErrorCode {
    played.result.as_ref().expect_err("an error").code
}

#[test]
fn it_asks_until_the_account_is_active() {
    let script = ["initiated", "INITIALIZING", "Some_New_Word", "Success"].map(look);
    let played = watch(60_000, script.into());
    let account = played.result.unwrap();
    assert_eq!(
        (account.id.as_str(), account.status),
        ("a", ConnectionStatus::Active)
    );
    assert_eq!(played.waits, [1, 2, 3]);
}

#[test]
fn the_deadline_is_the_callers() {
    // Checks at 0, 1, 2.5, 4.75, 8.125 and 13.1 s.
    for (timeout_ms, looks) in [
        (1, 1),
        (1_000, 1),
        (1_001, 2),
        (2_500, 2),
        (2_501, 3),
        (8_000, 4),
    ] {
        let script = (0..looks).map(|_| look("INITIATED")).collect();
        let played = watch(timeout_ms, script);
        assert_eq!(code(&played), ErrorCode::Timeout, "{timeout_ms}");
        let error = played.result.unwrap_err();
        assert!(error.retryable && error.message.contains("INITIATED"));
    }
}

#[test]
fn a_final_state_is_an_error_of_its_own() {
    for (status, expected) in [
        ("FAILED", ErrorCode::AccountFailed),
        ("expired", ErrorCode::AccountExpired),
        ("REVOKED", ErrorCode::AccountRevoked),
        ("INACTIVE", ErrorCode::AccountInactive),
    ] {
        let played = watch(60_000, vec![look("INITIATED"), look(status)]);
        assert_eq!(code(&played), expected, "{status}");
        assert!(!played.result.unwrap_err().retryable);
    }
    let denied = json!({
        "id": "a", "status": "EXPIRED", "status_reason": "late",
        "state": { "val": { "error": "access_denied", "error_description": "no" } }
    });
    let played = watch(60_000, vec![exchange(LOOK, 200, denied)]);
    assert_eq!(code(&played), ErrorCode::AccessDenied);
    let error = played.result.unwrap_err();
    assert_eq!(error.error_description.as_deref(), Some("no"));
}

#[test]
fn another_account_is_not_this_one() {
    for id in ["b", "A", " a"] {
        let other = json!({ "id": id, "status": "ACTIVE" });
        let played = watch(60_000, vec![exchange(LOOK, 200, other)]);
        assert_eq!(code(&played), ErrorCode::AccountMismatch, "{id:?}");
    }
}

#[test]
fn the_entity_counts_where_both_sides_name_one() {
    for (expected, told, is_right) in [
        (Some("alice"), json!("alice"), true),
        (Some("alice"), json!(null), true),
        (None, json!("mallory"), true),
        (Some("alice"), json!("mallory"), false),
        (Some("alice"), json!("Alice"), false),
    ] {
        for status in ["ACTIVE", "INITIATED"] {
            let mut watch = WatchAccount::new("a".to_owned());
            watch.entity_id = expected.map(str::to_owned);
            let account = json!({ "id": "a", "status": status, "user_id": told });
            let played = play_within(1, watch, vec![exchange(LOOK, 200, account)]);
            match played.result {
                Ok(_) => assert!(is_right && status == "ACTIVE"),
                Err(error) if is_right => assert_eq!(error.code, ErrorCode::Timeout),
                Err(error) => assert_eq!(error.code, ErrorCode::AccountMismatch),
            }
        }
    }
}

#[test]
fn a_platform_that_stumbles_has_not_decided() {
    let stumbles = |status| exchange(LOOK, status, Json::Null);
    let script = vec![
        stumbles(500),
        stumbles(429),
        stumbles(408),
        stumbles(200),
        look("ACTIVE"),
    ];
    let played = watch(60_000, script);
    assert!(played.result.is_ok());
    assert_eq!(played.waits, [1, 2, 3, 4]);
    // It stumbled for too long.
    let played = watch(1_001, vec![stumbles(503), stumbles(503)]);
    assert_eq!(code(&played), ErrorCode::Timeout);
    for (status, expected) in [
        (401, ErrorCode::Unauthorized),
        (403, ErrorCode::Forbidden),
        (404, ErrorCode::NotFound),
        (410, ErrorCode::EndpointRetired),
    ] {
        let played = watch(60_000, vec![look("INITIATED"), stumbles(status)]);
        assert_eq!(code(&played), expected);
    }
}

#[test]
fn an_answer_to_another_question_is_an_error() {
    let mut watch = WatchAccount::new("a".to_owned());
    assert!(matches!(
        watch.advance(Event::Start, NOW),
        Step::Do(Task::Call(_))
    ));
    assert!(matches!(
        watch.advance(Event::Answered(Ok(Answer::Done)), NOW),
        Step::Done(Err(_))
    ));
}

#[test]
fn a_busy_platform_is_given_the_time_that_it_asks_for() {
    let mut watch = WatchAccount::new("a".to_owned());
    watch.advance(Event::Start, NOW);
    let mut busy = ConnectError::new(ErrorCode::RateLimited, "").with_retryable(true);
    busy.retry_after_ms = Some(20_000);
    let Step::Do(Task::Wait(pause)) = watch.advance(Event::Answered(Err(busy)), NOW) else {
        panic!("waits");
    };
    assert_eq!(pause.at_least_ms, 20_000);
    assert!(pause.needs_eyes);
}

proptest! {
    /// Whatever comes: it ends, and with an account only if that account was seen to be active, as the last thing.
    #[test]
    fn it_ends_and_believes_nothing_but_active(
        words in prop::collection::vec((select(&["a", "b"][..]), select(&["ACTIVE", "INITIATED", "PENDING", "FAILED", "EXPIRED", "X", "INACTIVE"][..]), select(&[200u16, 200, 200, 500, 404][..])), 1..40),
        timeout_ms in 0u32..200_000,
    ) {
        let mut watch = WatchAccount::new("a".to_owned());
        let (mut event, mut now_ms, mut seen) = (Event::Start, NOW, None);
        let mut words = words.iter().cycle();
        for _ in 0..1_000 {
            event = match watch.advance(event, now_ms) {
                Step::Do(Task::Call(operation)) => {
                    let (id, status, http) = words.next().unwrap();
                    seen = Some((*id, *status, *http));
                    let answer = crate::support::response(*http, &Json::Null, &json!({ "id": id, "status": status }));
                    now_ms += 10;
                    Event::Answered(connect_flow::core::protocol::read(&operation, &answer))
                }
                Step::Do(Task::Wait(_)) => {
                    now_ms += 1_000;
                    let is_expired = now_ms >= NOW + u64::from(timeout_ms);
                    seen = seen.filter(|_| !is_expired);
                    if is_expired { Event::Expired } else { Event::Woke }
                }
                Step::Done(result) => {
                    prop_assert_eq!(result.is_ok(), seen == Some(("a", "ACTIVE", 200)));
                    return Ok(());
                }
                other => panic!("it asks for one thing after the other: {other:?}"),
            };
        }
        prop_assert!(false, "does not end");
    }
}
