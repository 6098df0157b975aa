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

mod attempt;
mod effect;
mod ending;
mod errors;
mod event;
mod machine;
mod options;
mod progress;
mod snapshot;

pub use attempt::OngoingAttempt;
pub use effect::{Effect, Work};
pub use event::{FlowEvent, WorkResult};
pub use machine::Flow;
pub use options::{FlowMode, FlowOptions, ResumeOptions};
pub use snapshot::FlowSnapshot;
