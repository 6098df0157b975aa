//! One attempt to connect one account, from the fields to the confirmed account, as a state machine.
//!
//! [`Flow::handle`] takes an event and returns the effects that the page has to perform. It never waits.
//!
//! | state | event | next state |
//! |---|---|---|
//! | `idle` | `load` | `loading` |
//! | `idle` | `load` on a callback page without a record of the attempt | `failed` |
//! | `idle` | `load` on the callback page of the same app and entity, `resume` | `verifying` |
//! | `idle` | `load`, with an attempt that a disposed flow handed over | `waiting` or `verifying` |
//! | `idle` | `submit` | `loading`, then on without `ready` if no field is missing |
//! | `loading` | answer | `ready` |
//! | `loading` | an earlier attempt has replaced the account to reconnect | `connected` |
//! | `loading` | a usable account, with `WhenConnected::Reuse` | `connected` |
//! | `ready` | `submit` with valid values | `initiating` |
//! | `ready` | `submit` with invalid values | `ready`, with `issues` |
//! | `initiating` | an account without a redirect URL | `verifying` |
//! | `initiating` | an account with a redirect URL | `redirecting` (page) or `waiting` (popup) |
//! | `initiating` | the popup is closed | `cancelled` |
//! | `redirecting` | the page is restored, or still here after 10 seconds | `waiting` |
//! | `redirecting`, `waiting` | the browser refuses the redirect URL | `failed` |
//! | `waiting` | callback, closed popup | `verifying` |
//! | `waiting` | timer, page visible or online again | `waiting`; a status check decides |
//! | `idle` | `load`, `resume` on the callback page with a session | `verifying`, while the server completes the session |
//! | `waiting`, `verifying` | callback with a session that only the app can complete | `completing` |
//! | `verifying` | not `ACTIVE` yet | `verifying` for 30 seconds; after a closed popup `waiting` or `cancelled` |
//! | `waiting`, `verifying`, `completing` | `ACTIVE`, with the same id and entity | `connected` |
//! | any with a request | error, `FAILED`, `EXPIRED`, `REVOKED`, `INACTIVE`, deadline | `failed` |
//! | any that has not ended | `cancel`, here or in another flow of the attempt | `cancelled` |
//! | `cancelled` by a closed popup | callback | `verifying` |
//! | `failed` by an error of a status check | callback | `verifying` |
//! | `failed` by the deadline | callback | `verifying`, with one status check |
//! | `failed` before the callback | callback that reports a reason | `failed`, with that reason |
//! | `failed`, `cancelled` | `retry` | the state before the failure |
//!
//! Any other call fails with `invalid_transition` and changes nothing. Late events of the browser and late answers are ignored.
//!
//! **The accounts that exist are listed beside the fields.** Only `WhenConnected::Reuse` waits for them. Without it, `submit` from `idle`
//! does not list them, and an answer that arrives after `ready` is ignored.
//!
//! **A status check verifies the account, too.** With a verification, [`Work::Check`] runs its action when the account is `ACTIVE`, before an old
//! account is removed. So `completeConnection`, a reload and a reconnection verify in the same way.
//!
//! **A popup that looks closed may be open.** A provider with `Cross-Origin-Opener-Policy` makes its popup look closed. So the flow
//! checks the account. If the platform still waits for the user, the focus decides: a user who closed a popup is back at the page.
//!
//! **A failed status check does not end the attempt.** The user can still finish in the popup. So the popup stays open, a callback
//! counts, and `retry` checks the same account again. An account that does not exist is checked again once.
//!
//! **An ended attempt stays ended.** Its record stores the outcome, so that no callback and no other tab continues it. An expired
//! attempt gets one status check: `ACTIVE` is `connected`, anything else is `flow_expired`.
//!
//! **An attempt that reconnects an account** counts as `ACTIVE` once its account has taken over the alias and the old account is deleted.
//! Its record names the old account until nothing is left to do. If it fails or is cancelled, its own account is deleted.
//!
//! **A disposed flow hands its attempt over.** A dialog may close and reopen while the user is in the popup. The next flow of the same
//! app and entity that loads continues the attempt, with its popup. `submit` starts over and cancels it.
//!
//! **A session is sent once.** The platform accepts it once, whatever it answers. So its record knows that it was sent, `retry` does not
//! send it again, and after a refusal one status check decides.
//!
//! **A finished flow keeps only its channel**, until the popup returns or 10 minutes have passed. The popup asks over the channel
//! whether to close itself, because the browser may not let this page close it.

mod attempt;
mod effect;
mod ending;
mod errors;
mod event;
mod machine;
mod options;
mod progress;
mod returning;
mod snapshot;

pub use attempt::OngoingAttempt;
pub use effect::{Effect, Work};
pub use event::{FlowEvent, Found, WorkResult};
pub use machine::Flow;
pub use options::{FlowMode, FlowOptions, ResumeOptions, WhenConnected};
pub use snapshot::FlowSnapshot;
