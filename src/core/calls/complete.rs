//! Completes a connection on the callback page: binds the callback to an attempt of this browser, then checks the account.

use serde::Serialize;

use super::reconnect::{check_attempt, hand_over};
use super::wait::{run_watch, watch_account};
use super::{Platform, Result};
use crate::core::api::accounts::ConnectedAccount;
use crate::core::callback::{ClaimedOutcome, ConnectionCallback};
use crate::core::error::{ConnectError, ErrorCode};
use crate::core::pending::{AttemptOutcome, PendingConnection};
use crate::core::status::ConnectionStatus;
use crate::core::watch::{CheckResult, Pace, Watch, claimed_failed};

/// How long to wait for `ACTIVE` after a callback that claims success, in milliseconds.
pub const TIMEOUT_MS: u32 = 30_000;

/// Options of `completeConnection`.
#[derive(Debug, Clone, Default)]
pub struct CompleteOptions {
    /// The callback URL. Default: the address of the page.
    pub url: Option<String>,
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
pub fn find_attempt<'a>(
    callback: &ConnectionCallback,
    records: &'a [PendingConnection],
) -> Option<&'a PendingConnection> {
    records.iter().find(|record| match &callback.flow_id {
        Some(flow_id) => record.flow_id == *flow_id,
        // The signed-in user redeems a session. An account id is no secret, so it must not bind a foreign session to this attempt.
        None if callback.session_uri.is_some() => false,
        None => callback.connected_account_id.as_ref() == Some(&record.connected_account_id),
    })
}

/// A callback's attempt.
#[derive(Debug)]
pub struct Bound {
    /// Its record.
    pub record: PendingConnection,
    /// Whether it has expired, so that one status check decides.
    pub is_expired: bool,
}

/// Binds a callback to an attempt of this browser: by our parameter, or by the account if the platform dropped the parameter.
///
/// # Errors
/// `callback_unbound`, `account_mismatch`, `flow_expired`, `callback_replayed`, `completion_required`.
pub fn bind(
    callback: &ConnectionCallback,
    records: &[PendingConnection],
    now_ms: u64,
) -> Result<Bound> {
    let Some(record) = find_attempt(callback, records) else {
        return Err(unbound());
    };
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
    let is_expired = record.is_expired(now_ms);
    if callback.session_uri.is_some() && !is_expired {
        return Err(ConnectError::new(
            ErrorCode::CompletionRequired,
            "the platform verifies identities: your server has to complete the connection with the callback's `sessionUri`",
        ));
    }
    Ok(Bound {
        record: record.clone(),
        is_expired,
    })
}

/// The error of an attempt that has expired.
pub fn flow_expired(record: &PendingConnection) -> ConnectError {
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

/// The result of the one status check of an expired attempt. The user may have finished in time.
///
/// # Errors
/// `flow_expired` when the account is not `ACTIVE`, `account_mismatch`, and those of the request.
pub fn after_expiry(
    answer: Result<ConnectedAccount>,
    watch: &mut Watch,
    record: &PendingConnection,
) -> Result<ConnectedAccount> {
    watch.end_check(answer.is_ok());
    match answer.map(|account| watch.judge(account)) {
        Ok(CheckResult::Active(account)) => Ok(account),
        Ok(CheckResult::Failed(error)) if error.code == ErrorCode::AccountMismatch => Err(error),
        Err(error) if !error.is_missing() => Err(error),
        Ok(_) | Err(_) => Err(flow_expired(record)),
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
    if bound.is_expired {
        let answer = check_attempt(platform, record).await;
        return after_expiry(answer, &mut watch, record);
    }
    watch.is_claimed_failed = callback.outcome == ClaimedOutcome::Failure;
    // The user has just returned, so checks do not slow down while the page is hidden.
    let account = run_watch(platform, watch, Pace::Steady).await?;
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
    )
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
        )
}
