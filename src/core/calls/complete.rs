//! Completing a connection on the page that the user returns to: bind the callback to an attempt of this browser, then check the
//! account.

use serde::Serialize;

use super::wait::{run_watch, watch_account};
use super::{Platform, Result};
use crate::core::api::accounts::{ConnectedAccount, get_account};
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

/// The attempt that a callback speaks of, whatever has become of it.
pub fn find<'a>(
    callback: &ConnectionCallback,
    records: &'a [PendingConnection],
) -> Option<&'a PendingConnection> {
    records.iter().find(|record| match &callback.flow_id {
        Some(flow_id) => record.flow_id == *flow_id,
        // Whoever is signed in redeems it. A stranger's session must not pass for this attempt by an id that is no secret.
        None if callback.session_uri.is_some() => false,
        None => callback.connected_account_id.as_ref() == Some(&record.connected_account_id),
    })
}

/// The attempt that a callback belongs to.
#[derive(Debug)]
pub struct Bound {
    /// What this browser remembers of it.
    pub record: PendingConnection,
    /// Whether its time is over, so that only an account that is `ACTIVE` by now counts.
    pub is_expired: bool,
}

/// Finds the attempt of this browser that a callback belongs to: by our parameter, or by the account where the platform dropped it.
///
/// # Errors
/// `callback_unbound`, `account_mismatch`, `flow_expired`, `callback_replayed`, `completion_required`.
pub fn bind(
    callback: &ConnectionCallback,
    records: &[PendingConnection],
    now_ms: u64,
) -> Result<Bound> {
    let Some(record) = find(callback, records) else {
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
    // A failure is told again to whoever opens the same callback twice. Nothing else says more of an attempt that has ended.
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

/// The error of an attempt whose time is over.
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

/// The meaning of the one status check of an expired attempt: the user may have finished anyway.
///
/// # Errors
/// `flow_expired` when the account is not `ACTIVE`, `account_mismatch`, and those of the request.
pub fn after_expiry(
    answer: Result<ConnectedAccount>,
    watch: &mut Watch,
    record: &PendingConnection,
) -> Result<ConnectedAccount> {
    match answer.map(|account| watch.judge(account)) {
        Ok(CheckResult::Active(account)) => Ok(account),
        Ok(CheckResult::Failed(error)) if error.code == ErrorCode::AccountMismatch => Err(error),
        Err(error) if !is_missing(&error) => Err(error),
        Ok(_) | Err(_) => Err(flow_expired(record)),
    }
}

/// Whether the platform says that there is no such account.
pub fn is_missing(error: &ConnectError) -> bool {
    matches!(error.code, ErrorCode::NotFound | ErrorCode::Gone)
}

/// The error of a callback whose attempt is not remembered here.
pub fn unbound() -> ConnectError {
    ConnectError::new(
        ErrorCode::CallbackUnbound,
        "the connection was started in another window or browser: close this window and go on there",
    )
}

/// Confirms the attempt that a callback is bound to.
///
/// # Errors
/// The one that the callback reports, those of [`watch`], and `flow_expired`; each with the id of the account.
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
    // An error counts more than an id beside it: that account is not asked for. Nor is that of an attempt that has ended.
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
        let answer = platform.ask(get_account(&record.connected_account_id));
        return after_expiry(answer.await, &mut watch, record);
    }
    watch.is_claimed_failed = callback.outcome == ClaimedOutcome::Failure;
    // The user has just come back to the page.
    run_watch(platform, watch, Pace::Steady).await
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

/// Whether an error ends the attempt for good, so that its record is to be closed.
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

/// Whether the callback has done its work, so that it can leave the address bar. One that belongs to nobody may be the
/// app's own, a session is for the app to read, and what may succeed later is needed again.
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
