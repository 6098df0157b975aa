//! One attempt to connect one account, from the fields to the verified account, as a state machine without a browser.
//!
//! [`Flow::handle`] takes what happened and says what is to be done; it does nothing itself and never waits.
//!
//! | state | leaves on | to |
//! |---|---|---|
//! | `idle` | `load` | `loading` |
//! | `idle` | `load` on a callback page whose attempt is not remembered here | `failed` |
//! | `idle` | `load` on the callback page of this very app and entity, `resume` | `verifying` |
//! | `idle` | `load` with an attempt that a disposed flow has left | `waiting` or `verifying` |
//! | `idle` | `submit` | `loading`, and on by itself when no field is left to ask for |
//! | `loading` | answer | `ready` |
//! | `ready` | `submit`, valid | `initiating` (invalid: stays, with `issues`) |
//! | `initiating` | an account without a redirect URL | `verifying` |
//! | `initiating` | redirect URL | `redirecting` (the page leaves) or `waiting` (popup) |
//! | `initiating` | the popup is closed | `cancelled` |
//! | `redirecting` | the page is back from the cache, or was not left | `waiting` |
//! | `redirecting`, `waiting` | the browser does not go to the redirect URL | `failed` |
//! | `waiting` | callback, popup gone | `verifying` |
//! | `waiting` | timer, visible or online again: one look | stays, or what the look tells |
//! | `waiting`, `verifying` | callback with a session for the app's server | `completing` |
//! | `verifying` | not `ACTIVE` yet | stays while the callback is young; with the popup gone: `waiting` or `cancelled` |
//! | `waiting`, `verifying`, `completing` | `ACTIVE`, same id, same entity | `connected` |
//! | any that asks the platform | refusal, `FAILED`, `EXPIRED`, `REVOKED`, `INACTIVE`, deadline | `failed` |
//! | any not ended | `cancel`, here or at another flow of the attempt | `cancelled` |
//! | `cancelled` by a closed popup | callback after all | `verifying` |
//! | `failed` by a refused look | callback after all | `verifying` |
//! | `failed` by its deadline | callback after all | `verifying`, with one look |
//! | `failed` before the callback | callback that says why | `failed` |
//! | `failed`, `cancelled` | `retry` | where it went wrong: `loading`, `ready`, `initiating`, `waiting` or `verifying` |
//!
//! A call that is not in the table is refused with `invalid_transition`, and nothing changes. What a browser or a platform
//! reports too late is passed over.
//!
//! **A closed popup is a question.** A provider that sends `Cross-Origin-Opener-Policy` makes its popup look closed while the
//! user is still typing. So the platform is asked; if it still waits for the user, the page decides: whoever has closed a
//! popup is back at the page, which then has the focus. Anybody else is still in the popup.
//!
//! **A refused look is not the end of the attempt.** The user is still at the provider, and the account may become `ACTIVE`. So the
//! popup stays, a callback is heard, and `retry` looks again at the same account; at one that is missing, once.
//!
//! **An attempt that has ended stays ended.** Its record says how, so that no callback and no other tab revives it. An attempt whose
//! time is over gets one look: `ACTIVE` is connected, and anything else is `flow_expired`.
//!
//! **A disposed flow leaves its attempt to the next one.** A dialog closes and reopens while its user is in the popup: the flow that
//! loads next, of the same app and entity, goes on with that attempt and its popup. `submit` starts over, which cancels it.
//!
//! **What has ended holds nothing**, but for the channel while its user is still out in the popup: that asks whether to close
//! itself once it is back, which may be where the browser does not let the page close it. After the attempt's lifetime nobody
//! comes back any more.

mod ending;
mod errors;
mod machine;
mod progress;
mod snapshot;
mod waiting;

pub use machine::Flow;
pub use snapshot::Snapshot;
pub use waiting::Waiting;

use super::api::accounts::ConnectedAccount;
use super::callback::ConnectionCallback;
use super::calls::expected_params::{ExpectedParams, ExpectedParamsOptions};
use super::calls::initiate::{InitiateOptions, Initiated};
use super::error::ConnectError;
use super::pending::PendingConnection;
use super::scheme::AuthScheme;
use super::secret::Secret;
pub use super::watch::{Moment, Surroundings};

/// How the user is sent to the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FlowMode {
    /// The page itself leaves.
    Redirect,
    /// A popup; where it is blocked the flow stops with `popup_blocked`.
    Popup,
    /// A popup; where it is blocked the page leaves.
    #[default]
    Auto,
}

/// What to connect, for whom and how.
#[derive(Debug, Clone, Default)]
pub struct FlowOptions {
    /// Key of the app. Either this or `integration_id` is required.
    pub app: Option<String>,
    /// Id of the integration.
    pub integration_id: Option<String>,
    /// Only an integration of this scheme will do.
    pub auth_scheme: Option<AuthScheme>,
    /// The end user. Default: the client's.
    pub entity_id: Option<String>,
    /// Default [`FlowMode::Auto`].
    pub mode: FlowMode,
    /// Where the user returns to. Default: the client's.
    pub redirect_url: Option<String>,
    /// Path of this site, handed back when the connection is complete.
    pub return_to: Option<String>,
    /// Whether to go on inside another app's browser, where most authorization servers refuse to sign users in.
    pub allow_in_app_browser: bool,
}

/// Which attempt to go on with.
#[derive(Debug, Clone, Default)]
pub struct ResumeOptions {
    /// The attempt itself. Default: see [`resume`](crate::ConnectClient::resume).
    pub flow_id: Option<String>,
    /// Only an attempt at this app.
    pub app: Option<String>,
    /// Only an attempt with this integration.
    pub integration_id: Option<String>,
    /// Only an attempt of this end user. Default: the client's.
    pub entity_id: Option<String>,
}

/// What happened.
#[derive(Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "one at a time, taken apart where it arrives"
)]
pub enum FlowEvent {
    /// The app wants the fields.
    Load,
    /// The page is the callback of an attempt that is not remembered here.
    Stray,
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
    Continue(Box<Waiting>),
    /// Answers [`Effect::ReservePopup`]: whether there is one.
    PopupReserved(bool),
    /// Answers [`Effect::Run`] of the same number.
    Done(u32, WorkResult),
    /// The browser did not go to the redirect URL, in the page or in the popup.
    NotLeft(ConnectError),
    /// The page is shown again after it was left.
    CameBack,
    /// The user came back to the callback page, in a popup or another tab.
    Returned(ConnectionCallback),
    /// Something may have happened to the account: what is remembered of the attempt has changed to this outcome.
    Hint(super::pending::AttemptOutcome),
    /// Time has passed, or the page has changed.
    Tick(Surroundings),
}

/// What a piece of work came to.
#[derive(Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "one at a time, taken apart where it arrives"
)]
pub enum WorkResult {
    /// To [`Work::Load`].
    Loaded(Result<ExpectedParams, ConnectError>),
    /// To [`Work::Initiate`].
    Initiated(Result<Initiated, ConnectError>),
    /// To [`Work::Check`].
    Checked(Result<ConnectedAccount, ConnectError>),
}

/// Work that takes time. At most one piece is under way.
#[derive(Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "one at a time, taken apart where it arrives"
)]
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
#[allow(
    clippy::large_enum_variant,
    reason = "one at a time, taken apart where it arrives"
)]
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
    Leave(Box<Waiting>),
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
