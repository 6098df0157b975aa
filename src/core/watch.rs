//! Status checks of one account: when each is due, and what its answer means.
//!
//! The flow and the calls that wait share this. Neither the clock nor the page is read here.

use super::api::accounts::ConnectedAccount;
use super::error::{ConnectError, ErrorCode};
use super::retry::{MAX_AWAY_MS, before_check};
use super::status::ConnectionStatus;
use super::text::concat;

/// Events that report the same return of the user come within this time, in milliseconds.
const SAME_RETURN_MS: u64 = 300;

/// How long this page may leave its checks to other pages, in milliseconds. Then it checks itself, because their messages are untrusted.
const MAX_YIELD_MS: u64 = 60_000;

/// How long to put a check off while another page checks, in milliseconds. Its message arrives within this time, unless it is frozen.
const PUT_OFF_MS: u64 = 250;

/// The longest pause after a check of another page, in milliseconds. If that page is gone, a visible page checks within 5 s.
const MAX_PEER_PAUSE_MS: u64 = 5_000 - PUT_OFF_MS;

/// When something happened, and a fresh random number from 0 to 1.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// Milliseconds since 1970, by the wall clock: for what is stored.
    pub now_ms: u64,
    /// Milliseconds of a clock that never goes back: for waiting.
    pub clock_ms: u64,
    /// Spreads the checks of many clients.
    pub random: f64,
}

/// What another page tells that waits for the same account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeerNews {
    /// It has started a check.
    Asked,
    /// The answer to its check was final.
    Decided,
}

/// The state of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Surroundings {
    /// The popup that the page opened is closed, or looks closed.
    pub is_popup_closed: bool,
    /// The page has the keyboard focus.
    pub has_focus: bool,
    /// The page is visible.
    pub is_visible: bool,
    /// The browser reports a network.
    pub is_online: bool,
}

impl Surroundings {
    /// A page in use.
    pub const ATTENDED: Surroundings = Surroundings {
        is_popup_closed: false,
        has_focus: true,
        is_visible: true,
        is_online: true,
    };

    fn is_away(&self) -> bool {
        !self.is_visible || !self.is_online
    }
}

/// The checks of one account.
#[derive(Debug)]
pub struct Watch {
    /// Id of the account.
    pub connected_account_id: String,
    /// The end user, where known. An account of another one is an error.
    pub entity_id: Option<String>,
    /// The callback reports a failure, so one check decides.
    pub is_claimed_failed: bool,
    /// The last check is due at this time of the clock, in milliseconds.
    pub deadline_ms: u64,
    /// The next check is due at this time of the clock.
    pub next_check_ms: u64,
    /// The clock's time at the start.
    pub started_ms: u64,
    checks: u32,
    is_checking: bool,
    is_answered: bool,
    checked_at_ms: u64,
    /// The start of the last check that was not put off.
    ended_check_ms: u64,
    yielded_at_ms: u64,
    is_outdated: bool,
    is_peer_checking: bool,
    /// The next check starts even while another page checks.
    pub skips_turn: bool,
    returned_ms: u64,
    surroundings: Surroundings,
    last: Last,
}

/// How often to check while the page is hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Rarely.
    Polite,
    /// As often as otherwise, since something has happened.
    Steady,
}

/// What the last checks showed.
#[derive(Debug, Default)]
struct Last {
    status: Option<ConnectionStatus>,
    failure: Option<ConnectError>,
}

/// The meaning of one check.
#[derive(Debug)]
pub enum CheckResult {
    /// The account is connected.
    Active(ConnectedAccount),
    /// Nothing is decided yet.
    Waiting,
    /// Nothing was decided by the deadline.
    TooLate,
    /// Without a new attempt the account will not become connected, or the check failed for good.
    Failed(ConnectError),
}

impl Watch {
    /// The first check is due after the usual pause.
    pub fn new(
        connected_account_id: String,
        entity_id: Option<String>,
        deadline_ms: u64,
        moment: Moment,
    ) -> Self {
        Watch {
            connected_account_id,
            entity_id,
            is_claimed_failed: false,
            deadline_ms,
            started_ms: moment.clock_ms,
            checks: 0,
            is_checking: false,
            is_answered: false,
            checked_at_ms: 0,
            ended_check_ms: 0,
            yielded_at_ms: 0,
            is_outdated: false,
            is_peer_checking: false,
            skips_turn: false,
            next_check_ms: moment.clock_ms + before_check(1, moment.random),
            returned_ms: 0,
            surroundings: Surroundings::ATTENDED,
            last: Last::default(),
        }
    }

    /// Makes a check due at once, and later ones frequent.
    pub fn check_now(&mut self, clock_ms: u64) {
        self.checks = 0;
        self.next_check_ms = clock_ms;
    }

    /// Ignores a check under way and makes a new one due at once. The account then has `time_ms` to reach its final status.
    pub fn restart(&mut self, time_ms: u64, clock_ms: u64) {
        self.deadline_ms = self.deadline_ms.max(clock_ms + time_ms);
        self.is_checking = false;
        self.check_now(clock_ms);
    }

    /// Whether a check is under way.
    pub fn is_checking(&self) -> bool {
        self.is_checking
    }

    /// Updates the state of the page. A check becomes due when the user returns, because they have often finished elsewhere.
    pub fn notice(&mut self, surroundings: Surroundings, clock_ms: u64) {
        let before = self.surroundings;
        if (before.is_away() && !surroundings.is_away())
            || (!before.has_focus && surroundings.has_focus)
        {
            if self.returned_ms.abs_diff(clock_ms) >= SAME_RETURN_MS {
                self.next_check_ms = self.next_check_ms.min(clock_ms);
            }
            self.returned_ms = clock_ms;
        }
        self.surroundings = surroundings;
    }

    /// Another page has started a check of this account, so the next one here is due after the usual pause. Without effect a minute
    /// after the last check here, and from the deadline on.
    pub fn yield_to_peer(&mut self, moment: Moment) {
        let last_ms = self.started_ms.max(self.ended_check_ms);
        self.is_peer_checking = self.is_checking;
        if self.is_checking || moment.clock_ms >= self.deadline_ms.min(last_ms + MAX_YIELD_MS) {
            return;
        }
        self.skips_turn = false;
        self.checks += 1;
        let pause_ms = before_check(self.checks, moment.random).min(MAX_PEER_PAUSE_MS);
        let due_ms = moment.clock_ms + pause_ms;
        self.next_check_ms = self.next_check_ms.max(due_ms);
        // Among hidden pages, the one that has waited longest is next, so none has to check in addition. Nothing else spreads their checks.
        let first_ms = (moment.clock_ms - last_ms) / 60;
        self.yielded_at_ms = moment.clock_ms - first_ms + (250.0 * moment.random) as u64;
    }

    /// Another page is checking the account, so the check that has started here is put off: until that page tells that it checks, and once
    /// if it does not.
    pub fn put_off(&mut self, moment: Moment) {
        self.is_checking = false;
        self.skips_turn = true;
        self.next_check_ms = moment.clock_ms + PUT_OFF_MS;
        if self.is_peer_checking {
            self.yield_to_peer(moment);
        }
    }

    /// The status of the account may be final. A check under way may have started too early to see it.
    pub fn outdate(&mut self) {
        self.is_outdated = self.is_checking;
        self.skips_turn = true;
    }

    /// Whether the check under way may have started too early to see the status.
    pub fn is_outdated(&self) -> bool {
        self.is_outdated
    }

    /// Whether to start a check now. If so, the caller starts it.
    pub fn start_if_due(&mut self, pace: Pace, clock_ms: u64) -> bool {
        let is_due = clock_ms >= self.deadline_ms.min(self.due_ms(pace));
        is_due && self.start(clock_ms)
    }

    /// The same when a timer for it has just fired, which may be a little early by the clock.
    pub fn start_after_timer(&mut self, pace: Pace, clock_ms: u64) -> bool {
        match self.is_attended(pace) {
            true => self.start(clock_ms),
            false => self.start_if_due(pace, clock_ms),
        }
    }

    /// Whether a check may be started now: one at a time. If so, the caller starts it.
    pub fn start(&mut self, clock_ms: u64) -> bool {
        let is_free = !self.is_checking;
        if is_free {
            self.is_checking = true;
            self.checked_at_ms = clock_ms;
        }
        is_free
    }

    /// Ends the check under way. The next one may start.
    pub fn end_check(&mut self, is_answered: bool) {
        self.is_checking = false;
        self.is_answered = is_answered;
        self.ended_check_ms = self.checked_at_ms;
        self.is_peer_checking = false;
        self.skips_turn = false;
        self.checks += 1;
    }

    /// Takes in the answer to a check. `pause_ms` replaces the usual pause before the next one, in milliseconds.
    pub fn checked(
        &mut self,
        answer: Result<ConnectedAccount, ConnectError>,
        pause_ms: Option<u64>,
        moment: Moment,
    ) -> CheckResult {
        self.end_check(answer.is_ok());
        let is_late = moment.clock_ms >= self.deadline_ms;
        let mut pause_ms = match std::mem::take(&mut self.is_outdated) {
            true => 0,
            false => pause_ms.unwrap_or_else(|| before_check(self.checks, moment.random)),
        };
        match answer.map(|account| self.judge(account)) {
            Ok(CheckResult::Waiting) if self.is_claimed_failed => {
                return CheckResult::Failed(claimed_failed());
            }
            Ok(CheckResult::Waiting) if is_late => return CheckResult::TooLate,
            Ok(CheckResult::Waiting) => self.last.failure = None,
            Ok(checked) => return checked,
            // The platform has not decided anything.
            Err(error) if error.retryable && !is_late => {
                pause_ms = pause_ms.max(error.retry_after_ms.unwrap_or(0));
                self.last.failure = Some(error);
            }
            Err(error) => return CheckResult::Failed(error),
        }
        self.next_check_ms = moment.clock_ms + pause_ms;
        CheckResult::Waiting
    }

    /// Success is only `ACTIVE`, for the account that was initiated, and for its entity where both sides name one.
    pub fn judge(&mut self, account: ConnectedAccount) -> CheckResult {
        if account.id != self.connected_account_id
            || !is_same_entity(self.entity_id.as_deref(), account.entity_id.as_deref())
        {
            CheckResult::Failed(ConnectError::new(
                ErrorCode::AccountMismatch,
                "the platform answered with another account or entity than the one initiated",
            ))
        } else if account.status == ConnectionStatus::Active {
            CheckResult::Active(account)
        } else if account.status.is_waiting() {
            self.last.status = Some(account.status);
            CheckResult::Waiting
        } else {
            CheckResult::Failed(not_active(&account))
        }
    }

    /// Whether the platform has answered a check that started at `clock_ms` or later.
    pub fn is_answered_since(&self, clock_ms: u64) -> bool {
        !self.is_checking && self.is_answered && self.checked_at_ms >= clock_ms
    }

    /// Whether the page was visible at the last [`Watch::notice`].
    pub fn is_page_visible(&self) -> bool {
        self.surroundings.is_visible
    }

    /// When the user last returned to the page, by the monotonic clock.
    pub fn returned_ms(&self) -> u64 {
        self.returned_ms
    }

    /// When the next check is due. While a check is under way, the deadline.
    pub fn wake_at_ms(&self, pace: Pace) -> u64 {
        match self.is_checking {
            true => self.deadline_ms,
            false => self.deadline_ms.min(self.due_ms(pace)),
        }
    }

    /// Checks are rare while the page is hidden or offline. The browser may be wrong about both, so they never stop.
    fn due_ms(&self, pace: Pace) -> u64 {
        match self.is_attended(pace) {
            true => self.next_check_ms,
            false => {
                let last_ms = self.started_ms.max(self.checked_at_ms);
                let last_ms = last_ms.max(self.yielded_at_ms);
                self.next_check_ms.max(last_ms + MAX_AWAY_MS)
            }
        }
    }

    fn is_attended(&self, pace: Pace) -> bool {
        let page = self.surroundings;
        page.is_online && (page.is_visible || pace == Pace::Steady)
    }

    /// The error of an account that is not `ACTIVE` by the deadline.
    pub fn too_late(&self) -> ConnectError {
        let status = self.last.status.as_ref();
        let status = status.map_or("not known to be ACTIVE", ConnectionStatus::as_str);
        let message = concat(&["the account is still ", status]);
        let mut error = ConnectError::new(ErrorCode::Timeout, message).with_retryable(true);
        if let Some(failure) = &self.last.failure {
            error.message = concat(&[&error.message, "; ", &failure.message]);
            error.retry_after_ms = failure.retry_after_ms;
        }
        error
    }
}

/// Whether two sides mean the same entity, as far as both name one.
pub fn is_same_entity(one: Option<&str>, other: Option<&str>) -> bool {
    one.is_none() || other.is_none() || one == other
}

/// The error of an account whose final status is not `ACTIVE`.
fn not_active(account: &ConnectedAccount) -> ConnectError {
    let (error, description) = account.refusal.clone();
    let code = match (&account.status, error.as_deref()) {
        (_, Some("access_denied")) => ErrorCode::AccessDenied,
        (ConnectionStatus::Expired, _) => ErrorCode::AccountExpired,
        (ConnectionStatus::Revoked, _) => ErrorCode::AccountRevoked,
        (ConnectionStatus::Inactive, _) => ErrorCode::AccountInactive,
        _ => ErrorCode::AccountFailed,
    };
    let message = match code {
        ErrorCode::AccessDenied => "the user denied access".to_owned(),
        _ => concat(&["the account is ", account.status.as_str()]),
    };
    ConnectError::new(code, message)
        .with_server_words(error, description.or_else(|| account.status_reason.clone()))
}

/// The error of a callback that reports a failure before the account does.
pub fn claimed_failed() -> ConnectError {
    ConnectError::new(
        ErrorCode::AccountFailed,
        "the platform reports that the connection failed",
    )
}
