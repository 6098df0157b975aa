//! An action verifies the account of an attempt.

use crate::core::api::accounts::ConnectedAccount;
use crate::core::calls::reconnect::check_attempt;
use crate::core::calls::verify::without_rejected;
use crate::core::error::{ConnectError, ErrorCode};
use crate::core::pending::{AttemptOutcome, PendingConnection, Verification};
use crate::core::value::Value;
use crate::tests::support::flow::{account, record};
use crate::tests::support::{Exchange, NOW, Played, exchange, play};
use serde_json::{Value as Json, json};

const GET: &str = "GET /api/v3.1/connected_accounts/acc-1";
const RUN: &str = "POST /api/v3.1/tools/execute/GMAIL_GET_PROFILE";
const DELETE: &str = "DELETE /api/v3.1/connected_accounts/acc-1";

fn verification(action: &str) -> Verification {
    Verification {
        action: action.to_owned(),
        input: Value::Null,
    }
}

fn verified_by(action: &str) -> PendingConnection {
    PendingConnection {
        verify: Some(verification(action)),
        ..record(NOW)
    }
}

fn active() -> Exchange {
    let body = json!({
        "id": "acc-1", "status": "ACTIVE", "user_id": "Jessica", "toolkit": { "slug": "gmail" }
    });
    exchange(GET, 200, body)
}

fn failed(error: &str, status: u16) -> Exchange {
    let body = json!({ "successful": false, "error": error, "data": { "status_code": status } });
    exchange(RUN, 200, body)
}

fn worked() -> Exchange {
    exchange(RUN, 200, json!({ "successful": true, "data": {} }))
}

fn check(record: PendingConnection, script: Vec<Exchange>) -> Played<ConnectedAccount> {
    play(script, async |platform| {
        check_attempt(platform, &record).await
    })
}

fn error(record: PendingConnection, script: Vec<Exchange>) -> ConnectError {
    check(record, script).result.unwrap_err()
}

#[test]
fn an_active_account_is_verified_by_one_execution_with_this_account() {
    let played = check(verified_by("GMAIL_GET_PROFILE"), vec![active(), worked()]);
    assert_eq!(played.result.unwrap().id, "acc-1");
    let expected = json!({
        "connected_account_id": "acc-1", "user_id": "Jessica", "version": "latest", "arguments": {}
    });
    assert_eq!(played.bodies[1], expected);
}

#[test]
fn a_rejected_account_is_deleted() {
    for (words, status, code) in [
        ("Invalid API key", 401, ErrorCode::CredentialsRejected),
        ("token_revoked", 400, ErrorCode::CredentialsRejected),
        ("insufficient_scope", 403, ErrorCode::ScopesMissing),
    ] {
        let deleted = exchange(DELETE, 200, json!({ "success": true }));
        let script = vec![active(), failed(words, status), deleted];
        assert_eq!(error(verified_by("GMAIL_GET_PROFILE"), script).code, code);
    }
}

#[test]
fn a_rejected_account_that_cannot_be_deleted_is_named_in_the_message() {
    let script = vec![
        active(),
        failed("x", 401),
        exchange(DELETE, 403, Json::Null),
    ];
    let error = error(verified_by("GMAIL_GET_PROFILE"), script);
    assert_eq!(error.code, ErrorCode::CredentialsRejected);
    assert!(
        error.message.contains("is not deleted"),
        "{}",
        error.message
    );
    // Another tab has deleted it.
    let script = vec![
        active(),
        failed("x", 401),
        exchange(DELETE, 404, Json::Null),
    ];
    let error = self::error(verified_by("GMAIL_GET_PROFILE"), script);
    assert!(
        !error.message.contains("is not deleted"),
        "{}",
        error.message
    );
}

#[test]
fn any_other_error_keeps_the_account_and_is_no_success() {
    for (status, code) in [
        (500, ErrorCode::Server),
        (401, ErrorCode::Unauthorized),
        (403, ErrorCode::Forbidden),
        (429, ErrorCode::RateLimited),
        (400, ErrorCode::InvalidRequest),
    ] {
        let script = vec![active(), exchange(RUN, status, Json::Null)];
        let error = error(verified_by("GMAIL_GET_PROFILE"), script);
        assert_eq!(error.code, code);
        assert!(error.message.contains("not verified"), "{}", error.message);
    }
    let script = vec![active(), failed("no such mailbox", 404)];
    let error = error(verified_by("GMAIL_GET_PROFILE"), script);
    assert_eq!(error.code, ErrorCode::ActionFailed);
}

#[test]
fn an_action_that_pages_may_not_run_names_the_option_and_keeps_the_account() {
    let script = vec![active(), exchange(RUN, 404, Json::Null)];
    let error = error(verified_by("GMAIL_GET_PROFILE"), script);
    assert_eq!(error.code, ErrorCode::InvalidArgument);
    assert_eq!(error.issues[0].field, "verify");
    assert!(error.message.contains("allow.actions"), "{}", error.message);
}

#[test]
fn a_verification_whose_input_is_not_stored_has_to_be_given_again() {
    let error = error(verified_by(""), vec![active()]);
    assert_eq!(error.code, ErrorCode::InvalidArgument);
    assert_eq!(error.issues[0].field, "verify");
}

#[test]
fn an_account_is_not_verified_before_it_is_active_nor_after_another_tab_has_done_so() {
    let waiting = exchange(GET, 200, json!({ "id": "acc-1", "status": "INITIATED" }));
    let played = check(verified_by("GMAIL_GET_PROFILE"), vec![waiting]);
    assert!(played.result.is_ok());
    let connected = PendingConnection {
        outcome: AttemptOutcome::Connected,
        ..verified_by("GMAIL_GET_PROFILE")
    };
    assert!(check(connected, vec![active()]).result.is_ok());
}

#[test]
fn an_existing_account_that_the_app_rejects_is_left_out_and_kept() {
    let named = |id: &str| ConnectedAccount {
        id: id.to_owned(),
        ..account("ACTIVE")
    };
    let accounts = vec![
        named("shared"),
        named("revoked"),
        named("good"),
        named("old"),
    ];
    let script = vec![failed("token_revoked", 401), worked()];
    let played = play(script, async |platform| {
        let is_wanted = |account: &ConnectedAccount| account.id != "shared";
        without_rejected(
            platform,
            &verification("GMAIL_GET_PROFILE"),
            accounts,
            &is_wanted,
        )
        .await
    });
    let left = played.result.unwrap();
    let ids: Vec<&str> = left.iter().map(|account| account.id.as_str()).collect();
    assert_eq!(ids, ["shared", "good", "old"]);
}
