//! What a flow asks the page to do, in order.

use super::attempt::OngoingAttempt;
use crate::core::api::accounts::{AccountFilter, AccountUpdate, ConnectedAccount};
use crate::core::calls::expected_params::ExpectedParamsOptions;
use crate::core::calls::initiate::InitiateOptions;
use crate::core::calls::reconnect::ReconnectOptions;
use crate::core::pending::PendingConnection;

/// A call to the platform. At most one runs at a time.
#[derive(Debug)]
pub enum Work {
    /// Ask for the expected params, and at the same time for these accounts.
    Load(ExpectedParamsOptions, Option<AccountFilter>),
    /// Start the connection.
    Initiate(InitiateOptions),
    /// Find the account to reconnect, and its fields.
    Find(ReconnectOptions),
    /// Replace the values of this account.
    Replace(Box<ConnectedAccount>, AccountUpdate),
    /// Check the account of this attempt. If it is `ACTIVE`, hand over to it.
    Check(Box<PendingConnection>),
    /// Let the server complete this session. It is probably that of this attempt.
    Complete(Box<PendingConnection>, String),
}

/// One step of the page.
#[derive(Debug)]
pub enum Effect {
    /// Open a blank popup at once: browsers allow it only in a click. Answer with
    /// [`FlowEvent::PopupReserved`](super::FlowEvent::PopupReserved).
    ReservePopup,
    /// Navigate the popup to this URL.
    NavigatePopup(String),
    /// Close the popup and forget it.
    ClosePopup,
    /// Navigate the page to this URL.
    LeavePage(String),
    /// Start this work, and cancel what still runs of the work before. The answer has the same number.
    Run(u32, Work),
    /// Cancel the running work.
    Abort,
    /// Store the record of the attempt.
    Store(PendingConnection),
    /// Store the record of an ended attempt, then delete its account, unless that is `ACTIVE` and replaces another one.
    Discard(PendingConnection),
    /// Keep the attempt and its popup for the next flow that loads.
    HandOver(Box<OngoingAttempt>),
    /// Listen to callbacks of this flow id in other windows, and to events of the page.
    Listen(String),
    /// Stop listening to the page, but not to callbacks.
    IgnorePage,
    /// Stop listening, and stop the timer.
    StopListening,
    /// Send [`FlowEvent::Tick`](super::FlowEvent::Tick) after this many milliseconds. Replaces the previous timer.
    Wake(u32),
    /// Remove the callback's parameters from the page's address.
    CleanAddress,
}
