//! The platform returns the user with a session alone, which the server completes: which attempt it is of, and what its answer means.

use crate::core::api::accounts::complete_auth;
use crate::core::callback::{ConnectionCallback, parse};
use crate::core::calls::Platform;
use crate::core::calls::complete::{bind, find_attempt, find_completed, keeps_session};
use crate::core::error::{ConnectError, ErrorCode};
use crate::core::flow::{FlowEvent, FlowMode, WorkResult};
use crate::core::pending::{AttemptOutcome, PendingConnection, session_mark};
use crate::tests::support::flow::{BACK, FLOW_ID, Play, START_MS, callback, record};
use crate::tests::support::{exchange, play};
use serde_json::{Value as Json, json};

const SESSION: &str = "session_1";
const POST: &str = "POST /api/v3.1/connected_accounts/complete_auth";
const OTHER_FLOW: &str = "ffffffffffffffffffffffffffffffff";
const NOW: u64 = START_MS + 1_000;

/// The attempt of another account, a second older.
fn other() -> PendingConnection {
    PendingConnection {
        flow_id: OTHER_FLOW.to_owned(),
        connected_account_id: "acc-2".to_owned(),
        ..record(START_MS - 1_000)
    }
}

fn used(record: PendingConnection) -> PendingConnection {
    PendingConnection {
        session: Some(session_mark(SESSION)),
        ..record
    }
}

/// The flow that a session alone is bound to, and whether it is to be sent.
fn bound(records: &[PendingConnection], tab: Option<&str>) -> Result<(String, bool), ErrorCode> {
    let url = ["https://app.example/done?session_uri=", SESSION].concat();
    let callback = parse(&url, records).unwrap().unwrap();
    let found = find_attempt(&callback, records, tab, NOW);
    bind(&callback, found, NOW)
        .map(|bound| (bound.record.flow_id, bound.session_uri.is_some()))
        .map_err(|error| error.code)
}

#[test]
fn a_session_alone_is_of_the_newest_pending_attempt_of_the_tab_or_of_the_browser() {
    let is_of = |flow_id: &str| Ok((flow_id.to_owned(), true));
    let newer = record(START_MS);
    assert_eq!(bound(&[newer.clone(), other()], None), is_of(FLOW_ID));
    assert_eq!(bound(&[other(), newer.clone()], None), is_of(FLOW_ID));
    let own = PendingConnection {
        tab: Some("tab-1".to_owned()),
        ..other()
    };
    let records = [newer, own];
    assert_eq!(bound(&records, Some("tab-1")), is_of(OTHER_FLOW));
    assert_eq!(bound(&records, Some("tab-2")), is_of(FLOW_ID));
}

#[test]
fn a_session_in_a_browser_without_a_pending_attempt_is_not_sent() {
    let ended = |outcome| PendingConnection {
        outcome,
        ..record(START_MS)
    };
    let expired = PendingConnection {
        expires_at_ms: NOW,
        ..record(START_MS)
    };
    for records in [
        vec![],
        vec![expired],
        vec![ended(AttemptOutcome::Cancelled)],
        vec![ended(AttemptOutcome::Failed)],
        vec![ended(AttemptOutcome::Connected)],
    ] {
        assert_eq!(bound(&records, None), Err(ErrorCode::CallbackUnbound));
    }
}

#[test]
fn a_session_is_sent_once_and_then_its_account_is_checked() {
    let records = [record(START_MS), used(other())];
    assert_eq!(bound(&records, None), Ok((OTHER_FLOW.to_owned(), false)));
    let connected = PendingConnection {
        outcome: AttemptOutcome::Connected,
        ..used(record(START_MS))
    };
    assert_eq!(bound(&[connected], None), Ok((FLOW_ID.to_owned(), false)));
    let cancelled = PendingConnection {
        outcome: AttemptOutcome::Cancelled,
        ..used(record(START_MS))
    };
    assert_eq!(bound(&[cancelled], None), Err(ErrorCode::CallbackReplayed));
}

#[test]
fn a_session_of_a_callback_that_reports_a_failure_is_not_sent() {
    for reported in ["&error=access_denied", "&status=failed"] {
        let query = ["&session_uri=", SESSION, reported].concat();
        let bound = bind(&callback(&query), Some(&record(START_MS)), NOW).unwrap();
        assert_eq!(bound.session_uri, None, "{reported}");
    }
}

#[test]
fn a_record_does_not_contain_the_session_that_it_knows() {
    let stored = used(record(START_MS)).to_json();
    assert!(!stored.contains(SESSION), "{stored}");
    assert_ne!(session_mark(SESSION), session_mark("session_2"));
    assert_eq!(session_mark(""), 0x811c_9dc5);
    assert_eq!(session_mark("foobar"), 0xbf9c_f968, "FNV-1a");
}

#[test]
fn the_answer_names_the_attempt_of_a_session() {
    let found = |id: &str, records: Vec<PendingConnection>| {
        find_completed(id, records)
            .map(|record| record.flow_id)
            .map_err(|error| error.code)
    };
    let both = || vec![record(START_MS), other()];
    assert_eq!(found("acc-2", both()), Ok(OTHER_FLOW.to_owned()));
    for id in ["acc-3", "ACC-2", ""] {
        assert_eq!(found(id, both()), Err(ErrorCode::AccountMismatch), "{id}");
    }
    // `connectedAccounts.refresh` starts a new attempt for the same account.
    let earlier = PendingConnection {
        connected_account_id: "acc-1".to_owned(),
        outcome: AttemptOutcome::Cancelled,
        ..other()
    };
    assert_eq!(
        found("acc-1", vec![earlier, record(START_MS)]),
        Ok(FLOW_ID.to_owned())
    );
}

fn ask(status: u16, answer: Json) -> Result<String, ConnectError> {
    let script = vec![exchange(POST, status, answer)];
    let played = play(script, async |platform| {
        platform.ask(complete_auth(SESSION, Some("Jessica"))).await
    });
    let sent = json!({ "session_uri": SESSION, "user_id": "Jessica" });
    assert_eq!(played.bodies, [sent]);
    played.result
}

fn refusal(status: u16, message: &str, code: Json, slug: &str) -> ConnectError {
    let error = json!({ "message": message, "code": code, "slug": slug, "status": status });
    ask(status, json!({ "error": error })).unwrap_err()
}

#[test]
fn each_refusal_of_a_session_has_a_code_and_does_not_repeat_the_session() {
    assert_eq!(
        ask(200, json!({ "connected_account_id": "acc-1" })),
        Ok("acc-1".to_owned())
    );
    let unknown = "auth session not found or expired";
    for (error, code) in [
        (
            refusal(
                404,
                unknown,
                json!(606),
                "ConnectedAccount_ResourceNotFound",
            ),
            ErrorCode::CallbackReplayed,
        ),
        (
            refusal(
                400,
                "identity mismatch",
                json!(600),
                "ConnectedAccount_BadRequest",
            ),
            ErrorCode::EntityMismatch,
        ),
        (
            refusal(403, "another user", Json::Null, "Gateway_EntityMismatch"),
            ErrorCode::EntityMismatch,
        ),
        (
            refusal(
                400,
                "another problem",
                json!(600),
                "ConnectedAccount_BadRequest",
            ),
            ErrorCode::InvalidRequest,
        ),
        (
            refusal(
                403,
                "no permission",
                json!(812),
                "APIKey_InsufficientPermissions",
            ),
            ErrorCode::Forbidden,
        ),
        (
            refusal(500, "failed to complete the connection", json!(1), "x"),
            ErrorCode::Server,
        ),
        (
            refusal(401, SESSION, Json::Null, "Gateway_Unauthenticated"),
            ErrorCode::Unauthorized,
        ),
        (ask(200, json!({})).unwrap_err(), ErrorCode::ResponseInvalid),
        (
            ask(429, json!({ "message": SESSION })).unwrap_err(),
            ErrorCode::RateLimited,
        ),
    ] {
        assert_eq!(error.code, code);
        assert!(!json!(error).to_string().contains(SESSION), "{error:?}");
        let keeps = [ErrorCode::Unauthorized, ErrorCode::RateLimited];
        assert_eq!(keeps_session(&error), keeps.contains(&code), "{error:?}");
    }
}

#[test]
fn a_server_that_cannot_complete_sessions_leaves_them_to_the_app() {
    let not_found = |slug: &str| refusal(404, "no", Json::Null, slug);
    for error in [
        not_found("Gateway_NotFound"),
        refusal(403, "no", Json::Null, "Gateway_NotAllowed"),
        refusal(405, "no", Json::Null, "x"),
        ask(404, Json::Null).unwrap_err(),
        ask(404, json!({ "detail": "Not Found" })).unwrap_err(),
        ask(403, json!("Forbidden")).unwrap_err(),
    ] {
        assert_eq!(error.code, ErrorCode::CompletionRequired);
        assert!(error.message.contains("`completeAuth`"), "{error:?}");
        assert!(keeps_session(&error));
    }
}

fn session_alone() -> ConnectionCallback {
    let url = ["https://app.example/done?session_uri=", SESSION].concat();
    parse(&url, &[]).unwrap().unwrap()
}

/// A flow on the callback page of its attempt, while the server completes the session.
fn on_the_callback_page() -> Play {
    let mut play = Play::new(FlowMode::Auto);
    let resume = FlowEvent::Resume(record(START_MS), Some(session_alone()));
    assert_eq!(play.event(resume), ["listen", "complete session_1 acc-1"]);
    // The app must not complete it, too.
    let snapshot = play.snapshot();
    assert_eq!((snapshot.state, snapshot.session_uri), ("verifying", None));
    play
}

fn completed(play: &mut Play, result: Result<PendingConnection, ErrorCode>) -> Vec<String> {
    let result = result.map_err(|code| ConnectError::new(code, ""));
    play.done(WorkResult::Completed(result.map(Box::new)))
}

#[test]
fn the_callback_page_lets_the_server_complete_the_session_and_connects() {
    let mut play = on_the_callback_page();
    assert_eq!(
        play.after(30_000, BACK),
        [""; 0],
        "no check runs beside the request"
    );
    assert_eq!(
        completed(&mut play, Ok(used(record(START_MS)))),
        ["listen", "look acc-1"]
    );
    let ended = ["store connected", "abort", "unlisten", "close", "clean"];
    assert_eq!(play.checked("ACTIVE"), ended);
    assert_eq!(play.state(), "connected");
    assert_eq!(play.records[0].session, Some(session_mark(SESSION)));
}

#[test]
fn a_session_of_another_attempt_continues_that_attempt_if_it_is_the_flows_own() {
    let mut play = on_the_callback_page();
    assert_eq!(completed(&mut play, Ok(other())), ["listen", "look acc-2"]);
    let mut play = on_the_callback_page();
    let slack = PendingConnection {
        app: Some("slack".to_owned()),
        integration_id: Some("int-2".to_owned()),
        ..other()
    };
    completed(&mut play, Ok(slack));
    assert_eq!(play.ended(), ("failed", Some(ErrorCode::CallbackUnbound)));
}

#[test]
fn a_session_that_only_the_app_can_complete_is_left_to_it() {
    let mut play = on_the_callback_page();
    let effects = completed(&mut play, Err(ErrorCode::CompletionRequired));
    assert_eq!(effects, ["look acc-1"]);
    let snapshot = play.snapshot();
    assert_eq!(
        (snapshot.state, snapshot.session_uri.as_deref()),
        ("completing", Some(SESSION))
    );
    play.checked("INITIATED");
    assert_eq!(play.after(60_000, BACK), ["look acc-1"]);
    play.checked_and_connected();
}

#[test]
fn one_status_check_decides_after_a_session_was_refused() {
    for (code, is_cleaned) in [
        (ErrorCode::EntityMismatch, true),
        (ErrorCode::CallbackReplayed, true),
        (ErrorCode::AccountMismatch, true),
        (ErrorCode::Server, false),
        (ErrorCode::Network, false),
    ] {
        let refused = || {
            let mut play = on_the_callback_page();
            assert_eq!(completed(&mut play, Err(code)), ["look acc-1"]);
            play
        };
        for status in ["INITIATED", "FAILED", "EXPIRED"] {
            let mut play = refused();
            let effects = play.checked(status);
            assert_eq!(play.ended(), ("failed", Some(code)), "{status}");
            assert_eq!(
                effects.contains(&"clean".to_owned()),
                is_cleaned,
                "{code:?}"
            );
        }
        let mut play = refused();
        play.checked_and_connected();
    }
}

#[test]
fn a_refused_session_is_never_sent_again() {
    let mut play = on_the_callback_page();
    completed(&mut play, Err(ErrorCode::Server));
    play.checked("INITIATED");
    play.retry_with_the_account();
    play.checked_and_connected();
    // After `retry` starts over, nothing is known of the session.
    let mut play = on_the_callback_page();
    completed(&mut play, Err(ErrorCode::CallbackReplayed));
    play.checked("INITIATED");
    assert_eq!(play.event(FlowEvent::Retry), ["unlisten", "load"]);
}

#[test]
fn retry_sends_a_session_that_the_server_did_not_look_at() {
    for code in [ErrorCode::Unauthorized, ErrorCode::RateLimited] {
        let mut play = on_the_callback_page();
        completed(&mut play, Err(code));
        assert_eq!(play.ended(), ("failed", Some(code)));
        assert_eq!(
            play.event(FlowEvent::Retry),
            ["unlisten", "listen", "complete session_1 acc-1"]
        );
    }
}

#[test]
fn disposing_of_a_flow_does_not_abort_the_request_of_a_session() {
    let mut play = on_the_callback_page();
    assert_eq!(play.event(FlowEvent::Dispose), ["unlisten"]);
    let mut play = on_the_callback_page();
    assert!(play.event(FlowEvent::Cancel).contains(&"abort".to_owned()));
    assert_eq!(play.records[0].outcome, AttemptOutcome::Cancelled);
}

#[test]
fn a_page_that_waits_for_its_popup_does_not_complete_the_session() {
    let mut play = Play::in_popup();
    let effects = play.event(FlowEvent::Returned(session_alone()));
    assert_eq!(effects, ["look acc-1"]);
    assert_eq!(play.state(), "completing");
}
