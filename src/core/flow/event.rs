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

/// What happened.
#[derive(Debug)]
pub enum FlowEvent {
    /// The app wants the fields.
    Load,
    /// The page is the callback of an attempt that is not remembered here.
    UnknownCallback,
    /// The user gave these values.
    Submit(Vec<(String, Secret)>),
    /// The user wants to try once more.
    Retry,
    /// The user gives up.
    Cancel,
    /// The app has no more use for the flow.
    Dispose,
    /// An attempt that this browser remembers, and the callback of the page where it is one.
    Resume(PendingConnection, Option<ConnectionCallback>),
    /// An attempt that a disposed flow has left.
    TakeOver(Box<OngoingAttempt>),
    /// Answers [`Effect::ReservePopup`]: whether there is one.
    PopupReserved(bool),
    /// Answers [`Effect::Run`] of the same number.
    Done(u32, WorkResult),
    /// The browser did not go to the redirect URL, in the page or in the popup.
    NavigationFailed(ConnectError),
    /// The page is shown again after it was left.
    PageRestored,
    /// The user came back to the callback page, in a popup or another tab.
    Returned(ConnectionCallback),
    /// Something may have happened to the account: what is remembered of the attempt has changed to this outcome.
    RecordChanged(AttemptOutcome),
    /// Time has passed, or the page has changed.
    Tick(Surroundings),
}

/// What a piece of work came to.
#[derive(Debug)]
pub enum WorkResult {
    /// To [`Work::Load`].
    Loaded(Result<ExpectedParams, ConnectError>),
    /// To [`Work::Initiate`].
    Initiated(Result<Initiated, ConnectError>),
    /// To [`Work::Check`].
    Checked(Result<ConnectedAccount, ConnectError>),
}
