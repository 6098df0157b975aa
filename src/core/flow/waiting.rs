//! Waiting for the user: when to look at the account, and what a popup that is gone means.

use super::{Effect, Moment, Surroundings};
use crate::core::callback::{ConnectionCallback, Outcome as Claim};
use crate::core::error::{ConnectError, ErrorCode};
use crate::core::pending::{LIFETIME_MS, Outcome, PendingConnection};
use crate::core::procedure::complete::{TIMEOUT_MS, after_expiry, ended};
use crate::core::procedure::watch::{Verdict, claimed_failed, judge, still};
use crate::core::protocol::answer::ConnectedAccount;
use crate::core::retry::{MAX_AWAY_MS, before_look};
use crate::core::status::ConnectionStatus;

/// How often a popup is looked at in the first minute, when most are closed that are, in milliseconds. Who closes one gets back
/// to the page, which looks then: this is for where a browser does not tell the page, and for popups that only look closed.
const POPUP_MS: u64 = 1_000;

/// How often later.
const LATER_POPUP_MS: u64 = 3_000;

/// How often when its user is just back: the focus may be faster than the word that the window is gone.
const BACK_POPUP_MS: u64 = 300;

/// How long that is, in milliseconds.
const BACK_MS: u64 = 1_500;

/// Within which time it is told more than once that the user is back, by the page being seen and by the focus, in milliseconds.
const ONE_RETURN_MS: u64 = 300;

/// How long a platform has after the popup is gone, in milliseconds: the callback may be on its way.
const GRACE_MS: u64 = 1_500;

/// How often the account is looked at within that time.
const GRACE_LOOK_MS: u64 = 500;

/// What is known of the popup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Popup {
    /// There is none, or nothing more can be known of it.
    None,
    /// It is there.
    Open,
    /// It is gone, or looks so, since that moment.
    Gone(u64),
}

/// What waiting came to.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "taken apart where it is made")]
pub enum Next {
    /// Go on.
    Wait,
    /// Look at the account now.
    Look,
    /// The account is usable.
    Connected(ConnectedAccount),
    /// It is over.
    Failed(ConnectError),
    /// The user has closed the popup.
    Closed,
}

/// An attempt that the user is busy with elsewhere.
#[derive(Debug)]
pub struct Waiting {
    /// The attempt.
    pub record: PendingConnection,
    /// Whether the user was sent somewhere; else the platform is at work by itself.
    pub is_remembered: bool,
    /// What the user came back with.
    pub claim: Option<ConnectionCallback>,
    /// The popup.
    pub popup: Popup,
    /// When the user was sent on. This and all other moments are of the clock that never goes back, but for the next.
    pub since_ms: u64,
    /// When there is no more use in waiting.
    pub deadline_ms: u64,
    /// The same in milliseconds since 1970, for the app.
    pub expires_at_ms: u64,
    /// Whether the time of the attempt is over, so that one look decides.
    pub is_expired: bool,
    /// Whether the platform had no such account when it was looked at last.
    pub was_missing: bool,
    looks: u32,
    is_looking: bool,
    is_answered: bool,
    around: Surroundings,
    back_ms: u64,
    next_look_ms: u64,
    looked_at_ms: u64,
}

impl Waiting {
    /// `link_expires_at_ms`: when the redirect URL stops working, where that is told.
    pub fn new(
        record: PendingConnection,
        link_expires_at_ms: Option<u64>,
        moment: Moment,
    ) -> Box<Self> {
        // A link that is over as soon as it is there is one by another clock than this computer's.
        let expires_at_ms = link_expires_at_ms
            .filter(|at_ms| *at_ms > moment.now_ms)
            .map_or(record.expires_at_ms, |at_ms| {
                at_ms.min(record.expires_at_ms)
            });
        let is_expired = record.is_expired(moment.now_ms);
        let left_ms = expires_at_ms.saturating_sub(moment.now_ms);
        Box::new(Waiting {
            record,
            is_expired,
            is_remembered: true,
            claim: None,
            popup: Popup::None,
            since_ms: moment.clock_ms,
            deadline_ms: moment.clock_ms + left_ms.min(LIFETIME_MS),
            expires_at_ms,
            was_missing: false,
            looks: 0,
            is_looking: false,
            is_answered: false,
            around: Surroundings {
                is_popup_closed: false,
                has_focus: true,
                is_visible: true,
                is_online: true,
            },
            back_ms: 0,
            next_look_ms: moment.clock_ms + before_look(1, moment.random),
            looked_at_ms: 0,
        })
    }

    /// What the user came back with: a look at once, and no longer wait than a platform takes to write down what it did.
    pub fn claim(&mut self, callback: ConnectionCallback, moment: Moment) {
        if callback.session_uri.is_none() {
            self.deadline_ms = moment.clock_ms + u64::from(TIMEOUT_MS);
            self.expires_at_ms = moment.now_ms + u64::from(TIMEOUT_MS);
        }
        self.claim = Some(callback);
        self.popup = Popup::None;
        self.looks = 0;
        self.next_look_ms = moment.clock_ms;
    }

    /// Whether a look is to be started now: not while one is under way.
    pub fn look(&mut self, now_ms: u64) -> bool {
        let is_free = !self.is_looking;
        if is_free {
            self.is_looking = true;
            self.looked_at_ms = now_ms;
        }
        is_free
    }

    /// The attempt, where the user is not back from its popup.
    pub fn out(&self) -> Option<PendingConnection> {
        let is_out = self.record.is_popup && self.claim.is_none();
        is_out.then(|| self.record.clone())
    }

    /// Keeps how the attempt ended, where it is kept at all and nobody has ended it before.
    pub fn ended(&self, outcome: Outcome) -> Option<Effect> {
        let mut record = self.record.clone();
        record.outcome = outcome;
        let is_news = self.is_remembered && !self.record.is_ended();
        is_news.then_some(Effect::Store(record))
    }

    /// Another look at once, and time for it: what was wrong is over.
    pub fn again(&mut self, now_ms: u64) {
        self.deadline_ms = self.deadline_ms.max(now_ms + u64::from(TIMEOUT_MS));
        self.looks = 0;
        self.is_looking = false;
        self.next_look_ms = now_ms;
    }

    /// Whether the server is being asked because something has happened.
    pub fn is_verifying(&self) -> bool {
        self.claim.is_some() || !self.is_remembered || matches!(self.popup, Popup::Gone(_))
    }

    /// The session that the app's server has to complete.
    pub fn session_uri(&self) -> Option<&str> {
        self.claim.as_ref()?.session_uri.as_deref()
    }

    /// Time has passed, or the page has changed.
    pub fn tick(&mut self, around: Surroundings, moment: Moment) -> Next {
        let now_ms = moment.clock_ms;
        if self.popup == Popup::Open && around.is_popup_closed {
            self.popup = Popup::Gone(now_ms);
            self.next_look_ms = now_ms;
        }
        if let Popup::Gone(since) = self.popup
            && now_ms >= since + GRACE_MS
            && self.is_answered_since(since)
        {
            if around.has_focus && around.is_visible {
                return Next::Closed;
            }
            // The user is still in it: the provider has cut the tie between the windows.
            self.popup = Popup::None;
            self.next_look_ms = now_ms + before_look(1, moment.random);
        }
        let is_away = |around: Surroundings| !around.is_visible || !around.is_online;
        // Who comes back from a window that was cut off has often finished there.
        if (is_away(self.around) && !is_away(around))
            || (!self.around.has_focus && around.has_focus)
        {
            if self.back_ms.abs_diff(now_ms) >= ONE_RETURN_MS {
                self.next_look_ms = self.next_look_ms.min(now_ms);
            }
            self.back_ms = now_ms;
        }
        self.around = around;
        let is_late = now_ms >= self.deadline_ms;
        if self.is_looking {
            return Next::Wait;
        }
        if is_late || now_ms >= self.due_ms() {
            self.look(now_ms);
            return Next::Look;
        }
        Next::Wait
    }

    /// What a look has shown.
    pub fn looked(
        &mut self,
        result: Result<ConnectedAccount, ConnectError>,
        moment: Moment,
    ) -> Next {
        self.is_looking = false;
        self.is_answered = result.is_ok();
        self.looks += 1;
        if self.is_expired {
            return match after_expiry(result, &self.record) {
                Ok(account) => Next::Connected(account),
                Err(error) => Next::Failed(error),
            };
        }
        let is_late = moment.clock_ms >= self.deadline_ms;
        let mut wait_ms = match self.popup {
            Popup::Gone(since) if self.is_answered || moment.clock_ms < since + GRACE_MS => {
                GRACE_LOOK_MS
            }
            _ => before_look(self.looks, moment.random),
        };
        let seen = result.map(|account| {
            judge(
                account,
                &self.record.connected_account_id,
                self.record.entity_id.as_deref(),
            )
        });
        match seen {
            Ok(Verdict::Over(error)) => return Next::Failed(error),
            Ok(_) if self.record.is_ended() => return Next::Failed(ended(&self.record)),
            Ok(Verdict::Active(account)) => return Next::Connected(account),
            Ok(Verdict::Waiting(_)) if self.is_claimed_failed() => {
                return Next::Failed(claimed_failed());
            }
            Ok(Verdict::Waiting(status)) if is_late => {
                return Next::Failed(self.late(Some(&status)));
            }
            Ok(Verdict::Waiting(_)) => {}
            // A platform that stumbles has not decided.
            Err(error) if error.retryable && !is_late => {
                wait_ms = wait_ms.max(error.retry_after_ms.unwrap_or(0));
            }
            Err(error) => return Next::Failed(error),
        }
        self.next_look_ms = moment.clock_ms + wait_ms;
        Next::Wait
    }

    /// When to look after things again, in milliseconds from now.
    pub fn wake_ms(&self, now_ms: u64) -> u32 {
        let due_ms = if self.is_looking {
            self.deadline_ms
        } else {
            self.due_ms().min(self.deadline_ms)
        };
        let due_ms = match self.popup {
            Popup::Open => due_ms.min(now_ms + self.before_popup(now_ms)),
            Popup::Gone(since) if self.is_answered_since(since) => due_ms.min(since + GRACE_MS),
            // Without a look, or before its answer, nothing is decided.
            Popup::Gone(_) | Popup::None => due_ms,
        };
        // A timer that is late already still lets others go first.
        due_ms.saturating_sub(now_ms).clamp(10, 600_000) as u32
    }

    /// Whether the platform has answered a status check that was started since then.
    fn is_answered_since(&self, since: u64) -> bool {
        !self.is_looking && self.is_answered && self.looked_at_ms >= since
    }

    /// When the next status check is due: later while nobody watches, unless something has happened, and while the browser says that
    /// it is offline. Either may be wrong, so that it is never put off for good.
    fn due_ms(&self) -> u64 {
        match self.around.is_online && (self.around.is_visible || self.is_verifying()) {
            true => self.next_look_ms,
            false => self
                .next_look_ms
                .max(self.since_ms.max(self.looked_at_ms) + MAX_AWAY_MS),
        }
    }

    /// How long until the next look at a popup that was there.
    fn before_popup(&self, now_ms: u64) -> u64 {
        let age_ms = now_ms.saturating_sub(self.since_ms);
        if !self.around.is_visible {
            // Only whether it looks closed although its user is in it: each wait as long as it is there already.
            age_ms.max(POPUP_MS)
        } else if (self.back_ms..self.back_ms + BACK_MS).contains(&now_ms) {
            BACK_POPUP_MS
        } else if age_ms < 60_000 {
            POPUP_MS
        } else {
            LATER_POPUP_MS
        }
    }

    fn is_claimed_failed(&self) -> bool {
        let outcome = self.claim.as_ref().map(|claim| claim.outcome);
        outcome == Some(Claim::Failure)
    }

    fn late(&self, status: Option<&ConnectionStatus>) -> ConnectError {
        let is_for_user = match &self.claim {
            Some(claim) => claim.session_uri.is_some(),
            None => self.is_remembered,
        };
        if is_for_user {
            return ConnectError::new(
                ErrorCode::FlowExpired,
                "the user did not finish in time: start again",
            );
        }
        still(status.map_or("not ACTIVE", ConnectionStatus::as_str))
    }
}
