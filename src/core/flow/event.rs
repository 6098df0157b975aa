//! What happens to a flow.

use super::attempt::OngoingAttempt;
use crate::core::api::accounts::ConnectedAccount;
use crate::core::callback::ConnectionCallback;
use crate::core::calls::expected_params::ExpectedParams;
use crate::core::calls::initiate::Initiated;
use crate::core::error::ConnectError;
use crate::core::pending::{AttemptOutcome, PendingConnection};
use crate::core::secret::Secret;
use crate::core::watch::Surroundings;

/// One event.
#[derive(Debug)]
pub enum FlowEvent {
    /// The app called `load`.
    Load,
    /// The app called `load` on a callback page without a record of the attempt.
    UnknownCallback,
    /// The app called `submit` with the user's values.
    Submit(Vec<(String, Secret)>),
    /// The app called `retry`.
    Retry,
    /// The app called `cancel`.
    Cancel,
    /// The app called `dispose`.
    Dispose,
    /// Continue a stored attempt. On its callback page, with the callback.
    Resume(PendingConnection, Option<ConnectionCallback>),
    /// Continue an attempt that a disposed flow handed over.
    TakeOver(Box<OngoingAttempt>),
    /// Answers [`Effect::ReservePopup`](super::Effect::ReservePopup): whether the popup is open.
    PopupReserved(bool),
    /// Answers [`Effect::Run`](super::Effect::Run) of the same number.
    Done(u32, WorkResult),
    /// The browser refused to open the redirect URL, in the page or in the popup.
    NavigationFailed(ConnectError),
    /// The browser restored the page from the back/forward cache.
    PageRestored,
    /// The user reached the callback page in a popup or another tab.
    Returned(ConnectionCallback),
    /// Another flow or tab changed the stored outcome of the attempt, or knows the final status of its account.
    RecordChanged(AttemptOutcome),
    /// Another page has started a check of the account.
    PeerAsked,
    /// Time has passed, or the page has changed.
    Tick(Surroundings),
}

/// The result of [`Work`](super::Work).
#[derive(Debug)]
pub enum WorkResult {
    /// Of `Work::Load`: the user's accounts, newest first.
    Listed(Result<Vec<ConnectedAccount>, ConnectError>),
    /// Of `Work::Load`.
    Loaded(Result<ExpectedParams, ConnectError>),
    /// Of `Work::Find`.
    Found(Result<Found, ConnectError>),
    /// Of `Work::Initiate` and `Work::Replace`.
    Initiated(Result<Initiated, ConnectError>),
    /// Of `Work::Check`.
    Checked(Result<ConnectedAccount, ConnectError>),
    /// Of `Work::Check`: another page is checking the account.
    PutOff,
    /// Of `Work::Complete`: the record of the account that the session is of.
    Completed(Result<Box<PendingConnection>, ConnectError>),
}

/// The answer to the search for an account to reconnect.
#[derive(Debug)]
pub enum Found {
    /// The account, and the fields to ask the user for.
    Old(Box<ConnectedAccount>, ExpectedParams),
    /// Its successor: an earlier attempt has finished.
    Successor(Box<ConnectedAccount>),
}
