//! An attempt after the user was sent to the provider: when to check the account, and what a closed popup means.

use crate::core::api::accounts::ConnectedAccount;
use crate::core::callback::{ClaimedOutcome, ConnectionCallback};
use crate::core::calls::complete::{TIMEOUT_MS, already_ended, decide_by, expiry};
use crate::core::error::{ConnectError, ErrorCode};
use crate::core::pending::{AttemptOutcome, LIFETIME_MS, PendingConnection};
use crate::core::retry::before_check;
use crate::core::watch::{CheckResult, Moment, Pace, Surroundings, Watch};

/// How often to check whether the popup is closed, in its first minute, in milliseconds. A focus event usually comes first. This is for
/// browsers without one, and for popups that only seem closed.
const POPUP_MS: u64 = 1_000;

/// How often to check after the first minute, in milliseconds.
const LATER_POPUP_MS: u64 = 3_000;

/// How often to check after the page got the focus, in milliseconds: `closed` may change a little later.
const BACK_POPUP_MS: u64 = 300;

/// How long [`BACK_POPUP_MS`] applies, in milliseconds.
const BACK_MS: u64 = 1_500;

/// How long the callback may arrive after the popup is closed, in milliseconds.
const GRACE_MS: u64 = 1_500;

/// How often the account is checked within that time, in milliseconds.
const GRACE_CHECK_MS: u64 = 500;

/// The state of the popup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PopupState {
    /// No popup, or its state is unknown.
    None,
    /// Open.
    Open,
    /// Closed, or seems closed, since this time of the clock.
    Gone(u64),
}

/// What to do next.
#[derive(Debug)]
pub enum Decision {
    /// Keep waiting.
    Wait,
    /// Check the account now.
    Check,
    /// The account is connected.
    Connected(ConnectedAccount),
    /// The attempt failed.
    Failed(ConnectError),
    /// The user closed the popup.
    Closed,
}

/// An attempt that waits for the user, or for the platform.
#[derive(Debug)]
pub struct OngoingAttempt {
    /// Its record.
    pub record: PendingConnection,
    /// Whether the record is stored, because the user was sent to the provider. Otherwise only the platform is awaited.
    pub is_stored: bool,
    /// The callback, once the user has returned.
    pub callback: Option<ConnectionCallback>,
    /// Its popup.
    pub popup: PopupState,
    /// The checks of the account.
    pub watch: Watch,
    /// The deadline that the app sees, in milliseconds since 1970.
    pub expires_at_ms: u64,
    /// If one status check decides: the error unless it shows `ACTIVE`.
    pub otherwise: Option<ConnectError>,
    /// The session of the callback, while the server completes it.
    pub completing: Option<String>,
    /// Whether the account did not exist at the last check.
    pub was_missing: bool,
}

impl OngoingAttempt {
    /// `link_expires_at_ms`: when the redirect URL stops working, if known.
    pub fn new(
        record: PendingConnection,
        link_expires_at_ms: Option<u64>,
        moment: Moment,
    ) -> Box<Self> {
        // If the link seems expired already, the server's clock differs.
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
            otherwise: expiry(&record, moment.now_ms),
            completing: None,
            record,
            is_stored: true,
            callback: None,
            popup: PopupState::None,
            watch,
            expires_at_ms,
            was_missing: false,
        })
    }

    /// Stores the callback and makes a check due. Shortens the deadline to the time that the platform needs to store the outcome.
    pub fn take_callback(&mut self, callback: ConnectionCallback, moment: Moment) {
        if callback.session_uri.is_none() {
            self.watch.deadline_ms = moment.clock_ms + u64::from(TIMEOUT_MS);
            self.expires_at_ms = moment.now_ms + u64::from(TIMEOUT_MS);
        }
        self.watch.is_claimed_failed = callback.outcome == ClaimedOutcome::Failure;
        self.callback = Some(callback);
        self.popup = PopupState::None;
        match self.watch.is_claimed_failed && self.watch.is_checking() {
            // The next answer decides, and that of a check under way may be older than the failure.
            true => self.recheck(moment.clock_ms),
            false => self.watch.check_now(moment.clock_ms),
        }
    }

    /// The record, if the user is still in the popup.
    pub fn in_popup(&self) -> Option<PendingConnection> {
        let is_out = self.record.is_popup && self.callback.is_none();
        is_out.then(|| self.record.clone())
    }

    /// The record with its outcome. `None` if an outcome is stored already, or if the attempt has no stored record.
    pub fn ended_record(&self, outcome: AttemptOutcome) -> Option<PendingConnection> {
        let mut record = self.record.clone();
        record.outcome = outcome;
        let is_news = (self.is_stored || self.record.has_later_work()) && !self.record.is_ended();
        if outcome == AttemptOutcome::Connected {
            record.replaces = None;
        }
        is_news.then_some(record)
    }

    /// Makes a new check due at once.
    pub fn recheck(&mut self, clock_ms: u64) {
        self.watch.restart(u64::from(TIMEOUT_MS), clock_ms);
    }

    /// Whether only the platform is awaited, because the user returned, closed the popup, or need not go anywhere.
    pub fn is_verifying(&self) -> bool {
        self.callback.is_some() || !self.is_stored || matches!(self.popup, PopupState::Gone(_))
    }

    /// The session that the app's server must complete.
    pub fn session_uri(&self) -> Option<&str> {
        self.callback.as_ref()?.session_uri.as_deref()
    }

    /// Continues at this time: as usual, or with one status check if the attempt has expired.
    pub fn go_on(&mut self, moment: Moment) {
        self.otherwise = expiry(&self.record, moment.now_ms);
        self.completing = None;
        self.recheck(moment.clock_ms);
    }

    fn pace(&self) -> Pace {
        match self.is_verifying() {
            true => Pace::Steady,
            false => Pace::Polite,
        }
    }

    /// Another page has started a check. After the popup closed, only an answer to this page decides.
    pub fn yield_to_peer(&mut self, moment: Moment) {
        if !matches!(self.popup, PopupState::Gone(_)) {
            self.watch.yield_to_peer(moment);
        }
    }

    /// Decides after a timer or an event of the page.
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
            // The popup is open: the provider isolated it with `Cross-Origin-Opener-Policy`.
            self.popup = PopupState::None;
            self.watch.next_check_ms = clock_ms + before_check(1, moment.random);
        }
        self.watch.notice(surroundings, clock_ms);
        match self.watch.start_if_due(self.pace(), clock_ms) {
            true => Decision::Check,
            false => Decision::Wait,
        }
    }

    /// Decides after a status check.
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
        if let Some(otherwise) = &self.otherwise {
            return match decide_by(answer, &mut self.watch, otherwise) {
                Ok(account) => Decision::Connected(account),
                Err(error) => Decision::Failed(error),
            };
        }
        let is_outdated = self.watch.is_outdated();
        match self.watch.checked(answer, pause_ms, moment) {
            CheckResult::Failed(error) => Decision::Failed(error),
            // The next answer says why the attempt has ended.
            CheckResult::Waiting if is_outdated => Decision::Wait,
            _ if is_answered && self.record.is_ended() => {
                Decision::Failed(already_ended(&self.record))
            }
            CheckResult::Active(account) => Decision::Connected(account),
            CheckResult::TooLate => Decision::Failed(self.too_late()),
            CheckResult::Waiting => Decision::Wait,
        }
    }

    /// When to call [`tick`](Self::tick) next, in milliseconds from now.
    pub fn wake_ms(&self, clock_ms: u64) -> u32 {
        let due_ms = self.watch.wake_at_ms(self.pace());
        let due_ms = match self.popup {
            PopupState::Open => due_ms.min(clock_ms + self.before_popup(clock_ms)),
            PopupState::Gone(since) if self.watch.is_answered_since(since) => {
                due_ms.min(since + GRACE_MS)
            }
            // The next answer decides.
            PopupState::Gone(_) | PopupState::None => due_ms,
        };
        // At least 10 ms, so that other tasks run before a timer that is due.
        due_ms.saturating_sub(clock_ms).clamp(10, 600_000) as u32
    }

    /// The pause before the next check of an open popup, in milliseconds.
    fn before_popup(&self, clock_ms: u64) -> u64 {
        let age_ms = clock_ms.saturating_sub(self.watch.started_ms);
        let returned_ms = self.watch.returned_ms();
        if !self.watch.is_page_visible() {
            // The user is in the popup or elsewhere, so the pauses grow with its age.
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
        let is_for_user = match &self.callback {
            Some(callback) => callback.session_uri.is_some(),
            None => self.is_stored,
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
