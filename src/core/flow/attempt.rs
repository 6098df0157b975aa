//! Waiting for the user: when to check the account, and what a closed popup means.

use crate::core::api::accounts::ConnectedAccount;
use crate::core::callback::{ClaimedOutcome, ConnectionCallback};
use crate::core::calls::complete::{TIMEOUT_MS, after_expiry, already_ended};
use crate::core::error::{ConnectError, ErrorCode};
use crate::core::pending::{AttemptOutcome, LIFETIME_MS, PendingConnection};
use crate::core::retry::before_check;
use crate::core::watch::{CheckResult, Moment, Pace, Surroundings, Watch};

/// How often a popup is looked at in its first minute, in milliseconds. A user who closes it comes back to the page, and the page looks
/// then. This is for browsers that do not report that, and for popups that only look closed.
const POPUP_MS: u64 = 1_000;

/// How often later.
const LATER_POPUP_MS: u64 = 3_000;

/// How often when the user has just come back: the focus may be faster than the news that the window is closed.
const BACK_POPUP_MS: u64 = 300;

/// How long that lasts, in milliseconds.
const BACK_MS: u64 = 1_500;

/// How long the callback may take to arrive after the popup is closed, in milliseconds.
const GRACE_MS: u64 = 1_500;

/// How often the account is checked within that time, in milliseconds.
const GRACE_CHECK_MS: u64 = 500;

/// What is known of the popup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PopupState {
    /// There is none, or its state cannot be known.
    None,
    /// It is open.
    Open,
    /// It is closed, or looks closed, since this time of the clock.
    Gone(u64),
}

/// What to do next.
#[derive(Debug)]
pub enum Decision {
    /// Wait on.
    Wait,
    /// Check the account now.
    Check,
    /// The account is connected.
    Connected(ConnectedAccount),
    /// The attempt failed.
    Failed(ConnectError),
    /// The user has closed the popup.
    Closed,
}

/// An attempt that the user completes elsewhere.
#[derive(Debug)]
pub struct OngoingAttempt {
    /// The attempt.
    pub record: PendingConnection,
    /// Whether the user was sent somewhere. Otherwise only the platform has work to do.
    pub is_remembered: bool,
    /// The callback that the user came back with.
    pub claim: Option<ConnectionCallback>,
    /// The popup.
    pub popup: PopupState,
    /// The checks of the account.
    pub watch: Watch,
    /// The deadline in milliseconds since 1970, for the app.
    pub expires_at_ms: u64,
    /// Whether the time of the attempt is over, so that one check decides.
    pub is_expired: bool,
    /// Whether the platform had no such account at the last check.
    pub was_missing: bool,
}

impl OngoingAttempt {
    /// `link_expires_at_ms`: when the redirect URL stops working, where the platform tells.
    pub fn new(
        record: PendingConnection,
        link_expires_at_ms: Option<u64>,
        moment: Moment,
    ) -> Box<Self> {
        // A link that has expired on arrival was dated by another clock.
        let expires_at_ms = link_expires_at_ms
            .filter(|at_ms| *at_ms > moment.now_ms)
            .map_or(record.expires_at_ms, |at_ms| {
                at_ms.min(record.expires_at_ms)
            });
        let left_ms = expires_at_ms.saturating_sub(moment.now_ms);
        let watch = Watch::new(
            record.connected_account_id.clone(),
            record.entity_id.clone(),
            moment.clock_ms + left_ms.min(LIFETIME_MS),
            moment,
        );
        Box::new(OngoingAttempt {
            is_expired: record.is_expired(moment.now_ms),
            record,
            is_remembered: true,
            claim: None,
            popup: PopupState::None,
            watch,
            expires_at_ms,
            was_missing: false,
        })
    }

    /// Takes in the callback: a check at once, and no more time than a platform needs to store the outcome.
    pub fn claim(&mut self, callback: ConnectionCallback, moment: Moment) {
        if callback.session_uri.is_none() {
            self.watch.deadline_ms = moment.clock_ms + u64::from(TIMEOUT_MS);
            self.expires_at_ms = moment.now_ms + u64::from(TIMEOUT_MS);
        }
        self.watch.is_claimed_failed = callback.outcome == ClaimedOutcome::Failure;
        self.claim = Some(callback);
        self.popup = PopupState::None;
        self.watch.check_now(moment.clock_ms);
    }

    /// The attempt, if the user is still in its popup.
    pub fn in_popup(&self) -> Option<PendingConnection> {
        let is_out = self.record.is_popup && self.claim.is_none();
        is_out.then(|| self.record.clone())
    }

    /// The record of how the attempt ended. `None` if that is stored already, or if the attempt has no record.
    pub fn ended_record(&self, outcome: AttemptOutcome) -> Option<PendingConnection> {
        let mut record = self.record.clone();
        record.outcome = outcome;
        let is_news = self.is_remembered && !self.record.is_ended();
        is_news.then_some(record)
    }

    /// Checks again at once.
    pub fn recheck(&mut self, clock_ms: u64) {
        self.watch.restart(u64::from(TIMEOUT_MS), clock_ms);
    }

    /// Whether the platform is asked because something has happened.
    pub fn is_verifying(&self) -> bool {
        self.claim.is_some() || !self.is_remembered || matches!(self.popup, PopupState::Gone(_))
    }

    /// The session that the app's server has to complete.
    pub fn session_uri(&self) -> Option<&str> {
        self.claim.as_ref()?.session_uri.as_deref()
    }

    fn pace(&self) -> Pace {
        match self.is_verifying() {
            true => Pace::Steady,
            false => Pace::Polite,
        }
    }

    /// Time has passed, or the page has changed.
    pub fn tick(&mut self, surroundings: Surroundings, moment: Moment) -> Decision {
        let clock_ms = moment.clock_ms;
        if self.popup == PopupState::Open && surroundings.is_popup_closed {
            self.popup = PopupState::Gone(clock_ms);
            self.watch.next_check_ms = clock_ms;
        }
        if let PopupState::Gone(since) = self.popup
            && clock_ms >= since + GRACE_MS
            && self.watch.is_answered_since(since)
        {
            if surroundings.has_focus && surroundings.is_visible {
                return Decision::Closed;
            }
            // The user is still in it: the provider has cut the tie between the windows.
            self.popup = PopupState::None;
            self.watch.next_check_ms = clock_ms + before_check(1, moment.random);
        }
        self.watch.notice(surroundings, clock_ms);
        match self.watch.start_if_due(self.pace(), clock_ms) {
            true => Decision::Check,
            false => Decision::Wait,
        }
    }

    /// Takes in the answer to a check.
    pub fn checked(
        &mut self,
        answer: Result<ConnectedAccount, ConnectError>,
        moment: Moment,
    ) -> Decision {
        let is_answered = answer.is_ok();
        let pause_ms = match self.popup {
            PopupState::Gone(since) if is_answered || moment.clock_ms < since + GRACE_MS => {
                Some(GRACE_CHECK_MS)
            }
            _ => None,
        };
        if self.is_expired {
            return match after_expiry(answer, &mut self.watch, &self.record) {
                Ok(account) => Decision::Connected(account),
                Err(error) => Decision::Failed(error),
            };
        }
        match self.watch.checked(answer, pause_ms, moment) {
            CheckResult::Failed(error) => Decision::Failed(error),
            _ if is_answered && self.record.is_ended() => {
                Decision::Failed(already_ended(&self.record))
            }
            CheckResult::Active(account) => Decision::Connected(account),
            CheckResult::TooLate => Decision::Failed(self.too_late()),
            CheckResult::Waiting => Decision::Wait,
        }
    }

    /// When to look again, in milliseconds from now.
    pub fn wake_ms(&self, clock_ms: u64) -> u32 {
        let due_ms = self.watch.wake_at_ms(self.pace());
        let due_ms = match self.popup {
            PopupState::Open => due_ms.min(clock_ms + self.before_popup(clock_ms)),
            PopupState::Gone(since) if self.watch.is_answered_since(since) => {
                due_ms.min(since + GRACE_MS)
            }
            // Nothing is decided before an answer.
            PopupState::Gone(_) | PopupState::None => due_ms,
        };
        // A timer that is late already still lets others go first.
        due_ms.saturating_sub(clock_ms).clamp(10, 600_000) as u32
    }

    /// How long until the next look at an open popup.
    fn before_popup(&self, clock_ms: u64) -> u64 {
        let age_ms = clock_ms.saturating_sub(self.watch.started_ms);
        let returned_ms = self.watch.returned_ms();
        if !self.watch.is_page_visible() {
            // Only whether it looks closed although its user is in it, so the pauses grow with its age.
            age_ms.max(POPUP_MS)
        } else if (returned_ms..returned_ms + BACK_MS).contains(&clock_ms) {
            BACK_POPUP_MS
        } else if age_ms < 60_000 {
            POPUP_MS
        } else {
            LATER_POPUP_MS
        }
    }

    fn too_late(&self) -> ConnectError {
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
        self.watch.too_late()
    }
}
