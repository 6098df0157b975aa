//! Completes a connection on the callback page: binds the callback to an attempt of this browser, then checks the account.

use serde::Serialize;

use super::reconnect::{check_attempt, hand_over};
use super::verify::{is_rejected, verify_attempt};
use super::wait::{run_watch, watch_account};
use super::{Platform, Result};
use crate::core::api::accounts::ConnectedAccount;
use crate::core::callback::{ClaimedOutcome, ConnectionCallback};
use crate::core::error::{ConnectError, ErrorCode};
use crate::core::pending::{AttemptOutcome, PendingConnection, Verification, session_mark};
use crate::core::status::ConnectionStatus;
use crate::core::watch::{CheckResult, Pace, Watch, claimed_failed};

/// How long to wait for `ACTIVE` after a callback that claims success, in milliseconds.
pub const TIMEOUT_MS: u32 = 30_000;

/// Options of `completeConnection`.
#[derive(Debug, Clone, Default)]
pub struct CompleteOptions {
    /// The callback URL. Default: the address of the page.
    pub url: Option<String>,
    /// The action that verifies the account. Default: that of the flow that started the attempt, if it has no input.
    pub verify: Option<Verification>,
}

/// A connection that the platform confirmed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CompletedConnection {
    /// Always `ACTIVE`.
    pub connection_status: ConnectionStatus,
    /// The id that initiate returned.
    pub connected_account_id: String,
    /// The account, as the platform reports it.
    pub account: ConnectedAccount,
    /// Key of the app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// The `returnTo` of the initiate call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_to: Option<String>,
}

/// The record of a callback's attempt, in any state.
///
/// A session alone names no attempt. It is that of the record that knows it, or else probably of the newest pending attempt, that of `tab`
/// first. The server's answer names the account.
pub fn find_attempt<'a>(
    callback: &ConnectionCallback,
    records: &'a [PendingConnection],
    tab: Option<&str>,
    now_ms: u64,
) -> Option<&'a PendingConnection> {
    if let Some(flow_id) = &callback.flow_id {
        return records.iter().find(|record| record.flow_id == *flow_id);
    }
    match (&callback.session_uri, &callback.connected_account_id) {
        (None, id) => records
            .iter()
            .find(|record| id.as_ref() == Some(&record.connected_account_id)),
        (Some(session_uri), None) => {
            let mark = Some(session_mark(session_uri));
            let used = records.iter().find(|record| record.session == mark);
            used.or_else(|| {
                let pending = records.iter().filter(|record| {
                    record.outcome == AttemptOutcome::Pending && !record.is_expired(now_ms)
                });
                pending.max_by_key(|record| (record.tab.as_deref() == tab, record.started_at_ms))
            })
        }
        // Anybody may know the id of an account. A stranger could add it to a session of their own.
        (Some(_), Some(_)) => None,
    }
}

/// A callback's attempt.
#[derive(Debug)]
pub struct Bound {
    /// Its record.
    pub record: PendingConnection,
    /// If one status check decides: the error unless it shows `ACTIVE`.
    pub otherwise: Option<ConnectError>,
    /// The session that the server has to complete first.
    pub session_uri: Option<String>,
}

/// Binds a callback to its record, if [`find_attempt`] finds one.
///
/// # Errors
/// `callback_unbound`, `account_mismatch`, `flow_expired`, `callback_replayed`.
pub fn bind(
    callback: &ConnectionCallback,
    record: Option<&PendingConnection>,
    now_ms: u64,
) -> Result<Bound> {
    let record = record.ok_or_else(unbound)?;
    let named = callback.connected_account_id.as_ref();
    if named.is_some_and(|id| *id != record.connected_account_id) {
        return Err(ConnectError::new(
            ErrorCode::AccountMismatch,
            "the callback names another account than the one that was initiated",
        ));
    }
    if record.is_forgotten(now_ms) {
        return Err(flow_expired(record));
    }
    // A callback that reports a failure gives the same error each time it is opened.
    if record.is_ended() && callback.outcome != ClaimedOutcome::Failure {
        return Err(already_ended(record));
    }
    let otherwise = expiry(record, now_ms);
    let session_uri = callback.session_uri.clone().filter(|session_uri| {
        let is_used = record.session == Some(session_mark(session_uri));
        let claims_failure = callback.outcome == ClaimedOutcome::Failure;
        otherwise.is_none() && !claims_failure && !is_used
    });
    Ok(Bound {
        record: record.clone(),
        otherwise,
        session_uri,
    })
}

/// Whether a refused session is still valid: the server refused the request before it did anything.
pub fn keeps_session(error: &ConnectError) -> bool {
    matches!(
        error.code,
        ErrorCode::CompletionRequired | ErrorCode::Unauthorized | ErrorCode::RateLimited
    )
}

/// The record of the account of a completed session.
///
/// # Errors
/// `account_mismatch` if no attempt of this browser is about this account.
pub fn find_completed(
    connected_account_id: &str,
    records: Vec<PendingConnection>,
) -> Result<PendingConnection> {
    let is_of = |record: &PendingConnection| {
        record.connected_account_id == connected_account_id && !record.is_ended()
    };
    records.into_iter().find(is_of).ok_or_else(|| {
        let message = "the callback's session is of an account that was not initiated in this browser: go on where you started, or start again";
        ConnectError::new(ErrorCode::AccountMismatch, message)
    })
}

/// The error of an attempt that has expired at this time, unless its account is `ACTIVE`.
pub fn expiry(record: &PendingConnection, now_ms: u64) -> Option<ConnectError> {
    record.is_expired(now_ms).then(|| flow_expired(record))
}

fn flow_expired(record: &PendingConnection) -> ConnectError {
    ConnectError::new(
        ErrorCode::FlowExpired,
        "the connection was started more than 10 minutes ago: start again",
    )
    .with_account(&record.connected_account_id)
}

/// The error of an attempt that has ended without an account.
pub fn already_ended(record: &PendingConnection) -> ConnectError {
    let message = match record.outcome {
        AttemptOutcome::Cancelled => "the connection was cancelled: start again",
        _ => "the connection has already failed: start again",
    };
    ConnectError::new(ErrorCode::CallbackReplayed, message)
        .with_account(&record.connected_account_id)
}

/// The result of the one status check that decides. The user may have finished in time.
///
/// # Errors
/// `otherwise` when the account is not `ACTIVE`, `account_mismatch`, and those of the request.
pub fn decide_by(
    answer: Result<ConnectedAccount>,
    watch: &mut Watch,
    otherwise: &ConnectError,
) -> Result<ConnectedAccount> {
    watch.end_check(answer.is_ok());
    match answer.map(|account| watch.judge(account)) {
        Ok(CheckResult::Active(account)) => Ok(account),
        Ok(CheckResult::Failed(error)) if error.code == ErrorCode::AccountMismatch => Err(error),
        Err(error) if !error.is_missing() => Err(error),
        Ok(_) | Err(_) => Err(otherwise.clone()),
    }
}

/// The error of a callback without a record of its attempt.
pub fn unbound() -> ConnectError {
    ConnectError::new(
        ErrorCode::CallbackUnbound,
        "the connection was started in another window or browser: close this window and go on there",
    )
}

/// Confirms the attempt that a callback is bound to.
///
/// # Errors
/// The one that the callback reports, those of the status checks, and `flow_expired`. Each names the account.
pub async fn complete_connection(
    platform: &impl Platform,
    callback: ConnectionCallback,
    bound: &Bound,
) -> Result<CompletedConnection> {
    let record = &bound.record;
    let account = confirm(platform, callback, bound).await;
    let account = account.map_err(|error| error.with_account(&record.connected_account_id))?;
    Ok(CompletedConnection {
        connection_status: ConnectionStatus::Active,
        connected_account_id: account.id.clone(),
        app: Some(account.app.clone())
            .filter(|app| !app.is_empty())
            .or_else(|| record.app.clone()),
        return_to: record.return_to.clone(),
        account,
    })
}

async fn confirm(
    platform: &impl Platform,
    mut callback: ConnectionCallback,
    bound: &Bound,
) -> Result<ConnectedAccount> {
    let record = &bound.record;
    // The account of a reported failure or of an ended attempt is not checked.
    if let Some(error) = reported(&mut callback) {
        return Err(error);
    }
    if record.is_ended() {
        return Err(claimed_failed());
    }
    let mut watch = watch_account(
        platform,
        record.connected_account_id.clone(),
        record.entity_id.clone(),
    );
    if let Some(otherwise) = &bound.otherwise {
        let answer = check_attempt(platform, record).await;
        return decide_by(answer, &mut watch, otherwise);
    }
    watch.is_claimed_failed = callback.outcome == ClaimedOutcome::Failure;
    // The user has just returned, so checks do not slow down while the page is hidden.
    let account = run_watch(platform, watch, Pace::Steady).await?;
    verify_attempt(platform, record, &account).await?;
    hand_over(platform, record, account).await
}

/// The error that a callback reports.
pub fn reported(callback: &mut ConnectionCallback) -> Option<ConnectError> {
    let error = callback.error.take()?;
    let code = if error == "access_denied" {
        ErrorCode::AccessDenied
    } else {
        ErrorCode::AccountFailed
    };
    let report = ConnectError::new(code, "the callback reports that the connection failed");
    Some(report.with_server_words(Some(error), callback.error_description.take()))
}

/// Whether an error ends the attempt, so that its record stores the failure.
pub fn ends_attempt(error: &ConnectError) -> bool {
    matches!(
        error.code,
        ErrorCode::AccessDenied
            | ErrorCode::AccountFailed
            | ErrorCode::AccountExpired
            | ErrorCode::AccountRevoked
            | ErrorCode::AccountInactive
    ) || is_rejected(error)
}

/// Whether an error gives up an attempt that replaces an account. Its own account is then deleted, if it is not `ACTIVE`.
pub fn gives_up(error: &ConnectError, record: &PendingConnection) -> bool {
    let is_over = matches!(
        error.code,
        ErrorCode::FlowExpired | ErrorCode::Timeout | ErrorCode::AccountMismatch
    );
    record.replaces.is_some() && is_over
}

/// Whether a callback with this error is of no further use, so that it is removed from the address. An unbound callback may be the
/// app's own, a session is for the app, and after any other error the callback may still succeed.
pub fn uses_up_callback(error: &ConnectError) -> bool {
    ends_attempt(error)
        || matches!(
            error.code,
            ErrorCode::CallbackInvalid
                | ErrorCode::CallbackReplayed
                | ErrorCode::FlowExpired
                | ErrorCode::AccountMismatch
                | ErrorCode::EntityMismatch
        )
}
