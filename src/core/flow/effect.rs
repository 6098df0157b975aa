//! What a flow asks the page to do.

use super::attempt::OngoingAttempt;
use crate::core::calls::expected_params::ExpectedParamsOptions;
use crate::core::calls::initiate::InitiateOptions;
use crate::core::pending::PendingConnection;

/// Work that takes time. At most one piece is under way.
#[derive(Debug)]
pub enum Work {
    /// Find out what to ask for.
    Load(ExpectedParamsOptions),
    /// Start the connection.
    Initiate(InitiateOptions),
    /// Look at the account of this id.
    Check(String),
}

/// What is to be done, in this order.
#[derive(Debug)]
pub enum Effect {
    /// Open a blank popup, at once: a browser allows it during the click only. Answer with [`FlowEvent::PopupReserved`].
    ReservePopup,
    /// Send the popup there.
    NavigatePopup(String),
    /// Close the popup and forget it.
    ClosePopup,
    /// Leave the page.
    LeavePage(String),
    /// Start this work; its number is for the answer.
    Run(u32, Work),
    /// End the work that is under way.
    Abort,
    /// Remember the attempt.
    Store(PendingConnection),
    /// Keep the attempt, and its popup, for the next flow that loads.
    HandOver(Box<OngoingAttempt>),
    /// Hear of callbacks of this flow id in other windows, and of changes of the page.
    Listen(String),
    /// Hear of callbacks only: how the page changes is of no concern any more.
    Unwatch,
    /// Hear no more, and forget to wake up.
    Unlisten,
    /// Send a [`FlowEvent::Tick`] after this many milliseconds; replaces the one before.
    Wake(u32),
    /// The page's address holds a callback that has done its work.
    CleanAddress,
}
