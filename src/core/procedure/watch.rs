//! Looking at one account until its state is final: the server decides, and it is asked politely.

use super::{Event, Pause, Procedure, Step, Task, out_of_step};
use crate::core::error::{ConnectError, ErrorCode};
use crate::core::protocol::answer::{Answer, ConnectedAccount};
use crate::core::protocol::operation::Operation;
use crate::core::status::ConnectionStatus;
use crate::core::text::concat;

/// The procedure. It comes to an account that is `ACTIVE`.
#[derive(Debug)]
pub struct WatchAccount {
    connected_account_id: String,
    /// Whose account it must be, where that is known.
    pub entity_id: Option<String>,
    /// Whether the callback said that it failed: then one look is enough.
    pub is_claimed_failed: bool,
    /// Whether to pause while nobody sees the page: not when the user has just come back to it.
    pub needs_eyes: bool,
    looks: u32,
    /// What the last check showed.
    status: Option<ConnectionStatus>,
    /// Why the last check failed, if it did.
    failure: Option<ConnectError>,
}

impl WatchAccount {
    /// Waits as long as the time limit of its call.
    pub fn new(connected_account_id: String) -> Self {
        WatchAccount {
            connected_account_id,
            entity_id: None,
            is_claimed_failed: false,
            needs_eyes: true,
            looks: 0,
            status: None,
            failure: None,
        }
    }

    fn look(&mut self) -> Step<ConnectedAccount> {
        self.looks += 1;
        Step::call(Operation::GetAccount {
            connected_account_id: self.connected_account_id.clone(),
        })
    }

    fn pause(&self) -> Step<ConnectedAccount> {
        Step::Do(Task::Wait(Pause {
            look: self.looks,
            at_least_ms: self
                .failure
                .as_ref()
                .and_then(|failure| failure.retry_after_ms)
                .unwrap_or(0),
            needs_eyes: self.needs_eyes,
        }))
    }

    fn seen(&mut self, account: ConnectedAccount) -> Step<ConnectedAccount> {
        let status = match judge(
            account,
            &self.connected_account_id,
            self.entity_id.as_deref(),
        ) {
            Verdict::Active(account) => return Step::Done(Ok(account)),
            Verdict::Over(error) => return Step::Done(Err(error)),
            Verdict::Waiting(status) => status,
        };
        if self.is_claimed_failed {
            return Step::Done(Err(claimed_failed()));
        }
        self.status = Some(status);
        self.failure = None;
        self.pause()
    }

    fn expired(&self) -> ConnectError {
        let mut error = still(match &self.status {
            Some(status) => status.as_str(),
            None => "not known to be ACTIVE",
        });
        if let Some(failure) = &self.failure {
            error.message = concat(&[&error.message, "; ", &failure.message]);
            error.retry_after_ms = failure.retry_after_ms;
        }
        error
    }
}

impl Procedure for WatchAccount {
    type Output = ConnectedAccount;

    fn advance(&mut self, event: Event, _now_ms: u64) -> Step<ConnectedAccount> {
        match event {
            Event::Start | Event::Woke => self.look(),
            Event::Answered(Ok(Answer::Account(account))) => self.seen(account),
            // A platform that stumbles has not decided.
            Event::Answered(Err(error)) if error.retryable => {
                self.failure = Some(error);
                self.pause()
            }
            Event::Answered(Err(error)) => Step::Done(Err(error)),
            Event::Expired => Step::Done(Err(self.expired())),
            Event::Answered(_) => out_of_step(),
        }
    }
}

/// What one look at an account says.
#[derive(Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "one at a time, taken apart where it arrives"
)]
pub(crate) enum Verdict {
    /// It is connected.
    Active(ConnectedAccount),
    /// Nothing is decided yet.
    Waiting(ConnectionStatus),
    /// It is not, and without a new attempt will not be, connected.
    Over(ConnectError),
}

/// Whether two sides mean the same entity, as far as both name one.
pub(crate) fn is_same_entity(one: Option<&str>, other: Option<&str>) -> bool {
    one.is_none() || other.is_none() || one == other
}

/// Judges an account as the platform reports it: success is only `ACTIVE`, of the account that was initiated, for the
/// entity that it was initiated for, where both sides name one.
pub(crate) fn judge(
    account: ConnectedAccount,
    connected_account_id: &str,
    entity_id: Option<&str>,
) -> Verdict {
    if account.id != connected_account_id
        || !is_same_entity(entity_id, account.entity_id.as_deref())
    {
        Verdict::Over(ConnectError::new(
            ErrorCode::AccountMismatch,
            "the platform speaks of another account or entity than the one initiated",
        ))
    } else if account.status == ConnectionStatus::Active {
        Verdict::Active(account)
    } else if account.status.is_waiting() {
        Verdict::Waiting(account.status)
    } else {
        Verdict::Over(not_active(&account))
    }
}

/// The error of an account that is not, and without a new attempt will not be, usable.
fn not_active(account: &ConnectedAccount) -> ConnectError {
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
        _ => concat(&["the account is ", account.status.as_str()]),
    };
    ConnectError::new(code, message)
        .with_server_words(error, description.or_else(|| account.status_reason.clone()))
}

/// Nothing was decided within the time limit.
pub(crate) fn still(status: &str) -> ConnectError {
    ConnectError::new(
        ErrorCode::Timeout,
        concat(&["the account is still ", status]),
    )
    .with_retryable(true)
}

/// The platform said "failed" and has not written it down yet: no reason to keep the user waiting.
pub(crate) fn claimed_failed() -> ConnectError {
    ConnectError::new(
        ErrorCode::AccountFailed,
        "the platform reports that the connection failed",
    )
}
