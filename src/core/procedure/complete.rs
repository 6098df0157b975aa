//! Completing a connection when the user is back: bind the callback to an attempt of this browser, then let the server decide.

use serde::Serialize;

use super::{Event, Procedure, Step, out_of_step};
use crate::core::callback::{ConnectionCallback, Outcome as Claim};
use crate::core::error::{ConnectError, ErrorCode};
use crate::core::pending::{Outcome, PendingConnection};
use crate::core::protocol::answer::{Answer, ConnectedAccount};
use crate::core::protocol::operation::Operation;
use crate::core::status::ConnectionStatus;

/// How long to wait for `ACTIVE` after a callback that claims success, in milliseconds.
pub const TIMEOUT_MS: u32 = 30_000;

/// Options of `completeConnection`.
#[derive(Debug, Clone, Default)]
pub struct CompleteOptions {
    /// Default: the address of the page.
    pub url: Option<String>,
    /// Default: [`TIMEOUT_MS`].
    pub timeout_ms: Option<u32>,
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

/// Finds the attempt of this browser that a callback belongs to: by our parameter, or by the account where the platform dropped it.
///
/// # Errors
/// `callback_unbound`, `account_mismatch`, `flow_expired`, `callback_replayed`, `completion_required`.
pub fn bind(
    callback: &ConnectionCallback,
    records: &[PendingConnection],
    now_ms: u64,
) -> Result<PendingConnection, ConnectError> {
    let found = records.iter().find(|record| match &callback.flow_id {
        Some(flow_id) => record.flow_id == *flow_id,
        None => callback.connected_account_id.as_ref() == Some(&record.connected_account_id),
    });
    let Some(record) = found else {
        return Err(ConnectError::new(
            ErrorCode::CallbackUnbound,
            "the callback belongs to no connection that was started in this browser",
        ));
    };
    let named = callback.connected_account_id.as_ref();
    if named.is_some_and(|id| *id != record.connected_account_id) {
        return Err(ConnectError::new(
            ErrorCode::AccountMismatch,
            "the callback names another account than the one that was initiated",
        ));
    }
    if record.is_expired(now_ms) {
        return Err(ConnectError::new(
            ErrorCode::FlowExpired,
            "the connection was started more than 10 minutes ago: start again",
        ));
    }
    if record.outcome == Outcome::Failed && callback.outcome == Claim::Success {
        return Err(ConnectError::new(
            ErrorCode::CallbackReplayed,
            "the connection has already failed: start again",
        ));
    }
    if callback.session_uri.is_some() {
        return Err(ConnectError::new(
            ErrorCode::CompletionRequired,
            "the platform verifies identities: your server has to complete the connection with the callback's `sessionUri`",
        ));
    }
    Ok(record.clone())
}

/// The procedure, for a callback that is bound.
#[derive(Debug)]
pub struct CompleteConnection {
    callback: ConnectionCallback,
    record: PendingConnection,
    timeout_ms: u32,
    deadline_ms: u64,
    looks: u32,
}

impl CompleteConnection {
    /// `record`: what [`bind`] found.
    pub fn new(
        callback: ConnectionCallback,
        record: PendingConnection,
        timeout_ms: Option<u32>,
    ) -> Self {
        CompleteConnection {
            callback,
            record,
            timeout_ms: timeout_ms.unwrap_or(TIMEOUT_MS),
            deadline_ms: 0,
            looks: 0,
        }
    }

    fn look(&mut self) -> Step<CompletedConnection> {
        self.looks += 1;
        Step::Call(Operation::GetAccount {
            connected_account_id: self.record.connected_account_id.clone(),
        })
    }

    fn seen(&self, account: ConnectedAccount, now_ms: u64) -> Step<CompletedConnection> {
        if account.id != self.record.connected_account_id
            || account
                .entity_id
                .as_ref()
                .is_some_and(|entity| *entity != self.record.entity_id)
        {
            return Step::Done(Err(ConnectError::new(
                ErrorCode::AccountMismatch,
                "the platform speaks of another account or entity than the one initiated",
            )));
        }
        if account.status == ConnectionStatus::Active {
            return Step::Done(Ok(CompletedConnection {
                connection_status: ConnectionStatus::Active,
                connected_account_id: account.id.clone(),
                app: Some(account.app.clone())
                    .filter(|app| !app.is_empty())
                    .or_else(|| self.record.app.clone()),
                return_to: self.record.return_to.clone(),
                account,
            }));
        }
        if !account.status.is_waiting() {
            return Step::Done(Err(not_active(&account)));
        }
        // The platform said "failed" and has not written it down yet: no reason to keep the user waiting.
        if self.callback.outcome == Claim::Failure {
            return Step::Done(Err(ConnectError::new(
                ErrorCode::AccountFailed,
                "the platform reports that the connection failed",
            )));
        }
        if now_ms >= self.deadline_ms {
            let message = ["the account is still ", account.status.as_str()];
            return Step::Done(Err(
                ConnectError::new(ErrorCode::Timeout, message.concat()).with_retryable(true)
            ));
        }
        Step::Wait(self.looks)
    }
}

/// The error of an account that is not, and without a new attempt will not be, usable.
pub fn not_active(account: &ConnectedAccount) -> ConnectError {
    let (error, description) = account.refusal.clone();
    let code = match (&account.status, error.as_deref()) {
        (_, Some("access_denied")) => ErrorCode::AccessDenied,
        (ConnectionStatus::Expired, _) => ErrorCode::AccountExpired,
        (ConnectionStatus::Revoked, _) => ErrorCode::AccountRevoked,
        (ConnectionStatus::Inactive, _) => ErrorCode::AccountInactive,
        _ => ErrorCode::AccountFailed,
    };
    let message = match code {
        ErrorCode::AccessDenied => "the user denied access".to_owned(),
        _ => ["the account is ", account.status.as_str()].concat(),
    };
    ConnectError::new(code, message)
        .with_server_words(error, description.or_else(|| account.status_reason.clone()))
}

impl Procedure for CompleteConnection {
    type Output = CompletedConnection;

    fn advance(&mut self, event: Event, now_ms: u64) -> Step<CompletedConnection> {
        match event {
            Event::Start => {
                // An error beats an id: whatever account stands beside it is not looked at.
                if let Some(error) = self.callback.error.take() {
                    let code = if error == "access_denied" {
                        ErrorCode::AccessDenied
                    } else {
                        ErrorCode::AccountFailed
                    };
                    return Step::Done(Err(ConnectError::new(
                        code,
                        "the callback reports that the connection failed",
                    )
                    .with_server_words(Some(error), self.callback.error_description.take())));
                }
                self.deadline_ms = now_ms + u64::from(self.timeout_ms);
                self.look()
            }
            Event::Woke => self.look(),
            Event::Answered(Ok(Answer::Account(account))) => self.seen(account, now_ms),
            // A platform that stumbles has not decided.
            Event::Answered(Err(error)) if error.retryable && now_ms < self.deadline_ms => {
                Step::Wait(self.looks)
            }
            Event::Answered(Err(error)) => Step::Done(Err(error)),
            Event::Answered(_) => out_of_step(),
        }
    }
}

/// Whether an error ends the attempt for good, so that its record is to be closed.
pub fn is_final(error: &ConnectError) -> bool {
    matches!(
        error.code,
        ErrorCode::AccessDenied
            | ErrorCode::AccountFailed
            | ErrorCode::AccountExpired
            | ErrorCode::AccountRevoked
            | ErrorCode::AccountInactive
    )
}
