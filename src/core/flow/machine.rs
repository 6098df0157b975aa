//! The transitions of a flow.

use std::rc::Rc;

use super::attempt::OngoingAttempt;
use super::errors::{in_app_browser_refused, popup_blocked};
use super::{Effect, FlowEvent, FlowMode, FlowOptions, WhenConnected, Work, WorkResult};
use crate::core::api::accounts::{AccountUpdate, ConnectedAccount};
use crate::core::calls::complete::unbound;
use crate::core::calls::expected_params::{ExpectedParams, ExpectedParamsOptions};
use crate::core::calls::initiate::{InitiateOptions, Initiated};
use crate::core::calls::reconnect::{ReconnectOptions, takes_new_values};
use crate::core::error::{ConnectError, ErrorCode, Issue};
use crate::core::fields::Field;
use crate::core::pending::{PendingConnection, Verification};
use crate::core::redirect::embedded;
use crate::core::secret::Secret;
use crate::core::text::concat;
use crate::core::validate;
use crate::core::watch::Moment;

/// How long the browser may take to leave the page, in milliseconds.
pub(super) const LEAVE_MS: u32 = 10_000;

/// How often to check whether a blank popup is closed, in milliseconds.
const BLANK_MS: u32 = 300;

pub(super) type Data = Vec<(String, Secret)>;

/// The state machine of a flow. Starts as `idle`.
#[derive(Debug)]
pub struct Flow {
    pub(super) options: FlowOptions,
    /// The integration without its fields. They are in `fields`.
    pub(super) params: Option<ExpectedParams>,
    pub(super) fields: Rc<Vec<Field>>,
    /// The account to reconnect, once it is known.
    pub(super) old: Option<Box<ConnectedAccount>>,
    pub(super) phase: Phase,
    /// The user's accounts of the app, once the platform has listed them.
    pub(super) existing: Option<Vec<ConnectedAccount>>,
    /// The answer about the fields, if it came before the accounts that the flow has to wait for.
    pub(super) loaded: Option<Result<ExpectedParams, ConnectError>>,
    /// The app whose browser shows the page.
    pub(super) in_app_browser: Option<&'static str>,
    /// Whether the page is in a frame of another site, where providers refuse to be shown.
    pub is_embedded: bool,
    /// Number of the running work.
    pub(super) work: u32,
    pub(super) is_at_callback: bool,
    /// The record of an attempt that ended while the user was still in its popup.
    pub(super) in_popup: Option<PendingConnection>,
}

/// The popup before it is navigated to the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BlankPopup {
    /// Not requested.
    None,
    /// Open.
    Open,
    /// Blocked by the browser.
    Blocked,
}

/// The state. Large values are boxed, because every transition moves them.
#[derive(Debug)]
pub(super) enum Phase {
    Idle,
    Loading(AfterLoading, BlankPopup),
    Ready(Vec<Issue>),
    /// Waits for the answer to [`Effect::ReservePopup`].
    Reserving(PopupPurpose),
    Initiating(BlankPopup),
    Redirecting(Box<OngoingAttempt>),
    Waiting(Box<OngoingAttempt>),
    Connected {
        account: Box<ConnectedAccount>,
        return_to: Option<String>,
    },
    Failed(ConnectError, RetryFrom),
    Cancelled(ConnectError),
}

/// What to do with the fields.
#[derive(Debug)]
pub(super) enum AfterLoading {
    /// Show them, with the issues of their values.
    Show(Vec<Issue>),
    /// Submit these values.
    Submit(Data),
}

/// What to do once the popup is open or blocked.
#[derive(Debug)]
pub(super) enum PopupPurpose {
    Load(Data),
    Initiate(Data),
    Navigate(Box<Initiated>),
}

/// Where `retry` starts.
#[derive(Debug)]
pub(super) enum RetryFrom {
    /// With the fields, or at once if there are none.
    Start,
    /// With a popup for the connection request.
    Popup(Box<Initiated>),
    /// With a check of the account.
    Check(Box<OngoingAttempt>),
}

pub(super) type Effects = Vec<Effect>;

impl Flow {
    /// `in_app_browser`: see [`detect`](crate::core::in_app_browser::detect).
    pub fn new(options: FlowOptions, in_app_browser: Option<&'static str>) -> Self {
        Flow {
            options,
            params: None,
            fields: Rc::default(),
            old: None,
            phase: Phase::Idle,
            existing: None,
            loaded: None,
            in_app_browser,
            is_embedded: false,
            work: 0,
            is_at_callback: false,
            in_popup: None,
        }
    }

    /// Takes an event and returns the effects to perform.
    ///
    /// # Errors
    /// `invalid_transition` for a call that the state does not allow. Nothing has changed then.
    pub fn handle(&mut self, event: FlowEvent, moment: Moment) -> Result<Effects, ConnectError> {
        Ok(match event {
            FlowEvent::Load => self.load()?,
            FlowEvent::UnknownCallback => self.unknown_callback()?,
            FlowEvent::Submit(data) => self.submit(data)?,
            FlowEvent::Retry => self.retry(moment)?,
            FlowEvent::Cancel => self.cancel()?,
            FlowEvent::Dispose => self.dispose(),
            FlowEvent::Resume(record, callback) => self.resume(record, callback, moment)?,
            FlowEvent::TakeOver(attempt) => self.take_over(attempt, moment)?,
            FlowEvent::PopupReserved(is_there) => self.reserved(is_there, moment),
            FlowEvent::Done(work, outcome) if work == self.work => self.done(outcome, moment),
            FlowEvent::Done(_, WorkResult::Initiated(Ok(initiated))) => {
                self.discard(initiated.record)
            }
            FlowEvent::Done(..) => Vec::new(),
            FlowEvent::NavigationFailed(error) => self.navigation_failed(error),
            FlowEvent::PageRestored => self.page_restored(moment),
            FlowEvent::Returned(callback) => self.returned(callback, moment),
            FlowEvent::RecordChanged(outcome) => self.record_changed(outcome, moment),
            FlowEvent::PeerAsked => self.peer_asked(moment),
            FlowEvent::Tick(around) => self.tick(around, moment),
        })
    }

    /// Whether the state changes only by a call of the app, or by leaving the page.
    pub fn is_settled(&self) -> bool {
        matches!(
            self.phase,
            Phase::Ready(_)
                | Phase::Redirecting(_)
                | Phase::Connected { .. }
                | Phase::Failed(..)
                | Phase::Cancelled(..)
        )
    }

    /// Whether a stored attempt has the options of this flow.
    pub fn is_own(&self, record: &PendingConnection) -> bool {
        self.options.describe(record)
    }

    /// Whether an attempt is one that this flow would start: of the same app and entity, and for a new account or to replace the same one.
    pub fn is_same(&self, record: &PendingConnection) -> bool {
        self.is_own(record) && self.options.replaces(record)
    }

    /// Whether this flow may go on with an attempt. A flow without a verification leaves an unverified account to one that has it.
    pub fn continues(&self, record: &PendingConnection) -> bool {
        self.is_same(record) && (record.verify.is_none() || self.options.verify.is_some())
    }

    /// Whether the page of this attempt was left before the account of the user's key was verified, so that this flow goes on with it.
    pub fn verifies(&self, record: &PendingConnection) -> bool {
        self.is_idle()
            && record.verify.is_some()
            && record.replaces.is_none()
            && record.takes_key()
            && self.continues(record)
    }

    /// The action that verifies the account.
    pub fn verification(&self) -> Option<Verification> {
        self.options.verify.clone()
    }

    /// Whether the flow may end in `connected` with an account that exists.
    pub fn reuses(&self, account: &ConnectedAccount) -> bool {
        let alias = &self.options.alias;
        self.is_reusing()
            && self.options.fits(account)
            && (alias.is_none() || account.alias == *alias)
    }

    /// Id of the account to reconnect.
    pub fn reconnects(&self) -> Option<String> {
        self.options.reconnect.clone()
    }

    /// Whether the flow is `idle`.
    pub fn is_idle(&self) -> bool {
        matches!(self.phase, Phase::Idle)
    }

    /// The record of the attempt under way.
    pub fn attempt(&self) -> Option<&PendingConnection> {
        match &self.phase {
            Phase::Waiting(attempt) | Phase::Redirecting(attempt) => Some(&attempt.record),
            _ => None,
        }
    }

    /// Whether a check is put off while another page checks the account.
    pub fn takes_turn(&self) -> bool {
        match &self.phase {
            Phase::Waiting(attempt) => !attempt.watch.skips_turn && !attempt.is_verifying(),
            _ => false,
        }
    }

    /// Whether the user is in a popup that this page opened, possibly before a reload.
    pub fn is_by_popup(&self) -> bool {
        match self.attempt() {
            Some(record) => record.is_popup,
            None => self.in_popup.is_some(),
        }
    }

    pub(super) fn refuse<T>(&self, call: &str) -> Result<T, ConnectError> {
        let message = concat(&[
            "`",
            call,
            "` is not possible while the flow is ",
            self.state(),
        ]);
        Err(ConnectError::new(ErrorCode::InvalidTransition, message))
    }

    pub(super) fn run(&mut self, work: Work) -> Effect {
        self.work += 1;
        Effect::Run(self.work, work)
    }

    fn load(&mut self) -> Result<Effects, ConnectError> {
        match self.phase {
            Phase::Idle => Ok(self.start_loading(AfterLoading::Show(Vec::new()), BlankPopup::None)),
            _ => self.refuse("load"),
        }
    }

    /// Fails: the user may just have connected in another browser, so the fields must not be shown.
    fn unknown_callback(&mut self) -> Result<Effects, ConnectError> {
        match self.phase {
            Phase::Idle => Ok(self.fail(unbound(), RetryFrom::Start)),
            _ => self.refuse("load"),
        }
    }

    /// Whether the flow ends in `connected` with an account that exists.
    pub fn is_reusing(&self) -> bool {
        self.options.when_connected == WhenConnected::Reuse && self.options.reconnect.is_none()
    }

    pub(super) fn start_loading(&mut self, then: AfterLoading, blank: BlankPopup) -> Effects {
        // After a click, nobody would see the accounts.
        let is_listing = self.is_reusing() || matches!(then, AfterLoading::Show(_));
        self.phase = Phase::Loading(then, blank);
        (self.existing, self.loaded) = (None, None);
        let options = ExpectedParamsOptions {
            app: self.options.app.clone(),
            integration_id: self.options.integration_id.clone(),
            auth_scheme: self.options.auth_scheme.clone(),
        };
        let accounts = is_listing.then(|| self.options.existing());
        let work = self.run(match &self.options.reconnect {
            None => Work::Load(options, accounts),
            Some(id) => Work::Find(ReconnectOptions {
                connected_account_id: id.clone(),
                entity_id: self.options.entity_id.clone(),
                wanted: options,
            }),
        });
        with_popup_check(blank, vec![work])
    }

    fn submit(&mut self, mut data: Data) -> Result<Effects, ConnectError> {
        match &self.phase {
            // The popup may turn out to be unnecessary, but only this click can open one.
            Phase::Idle if self.options.mode == FlowMode::Redirect => {
                Ok(self.start_loading(AfterLoading::Submit(data), BlankPopup::None))
            }
            Phase::Idle => {
                self.phase = Phase::Reserving(PopupPurpose::Load(data));
                Ok(vec![Effect::ReservePopup])
            }
            Phase::Ready(_) => {
                let issues = self.validate(&mut data);
                if !issues.is_empty() {
                    self.phase = Phase::Ready(issues);
                    return Ok(Vec::new());
                }
                Ok(self.begin(data))
            }
            _ => self.refuse("submit"),
        }
    }

    pub(super) fn validate(&self, data: &mut Data) -> Vec<Issue> {
        validate::prepare(&self.fields, data)
    }

    pub(super) fn may_redirect(&self) -> bool {
        let params = self.params.as_ref();
        params.is_none_or(|params| params.auth_scheme.may_redirect())
    }

    /// The app whose browser refuses sign-ins, unless the options allow a try.
    pub(super) fn refusing_app(&self) -> Option<&'static str> {
        self.in_app_browser
            .filter(|_| !self.options.allow_in_app_browser)
    }

    /// Starts the connection. The values are valid.
    pub(super) fn begin(&mut self, data: Data) -> Effects {
        if self.may_redirect() {
            if let Some(app) = self.refusing_app() {
                return self.fail(in_app_browser_refused(app), RetryFrom::Start);
            }
            if self.options.mode != FlowMode::Redirect {
                self.phase = Phase::Reserving(PopupPurpose::Initiate(data));
                return vec![Effect::ReservePopup];
            }
        }
        self.initiate(data, BlankPopup::None)
    }

    pub(super) fn initiate(&mut self, data: Data, blank: BlankPopup) -> Effects {
        // The platform has no account yet, so nothing is lost.
        if blank == BlankPopup::Blocked
            && self.options.mode == FlowMode::Popup
            && self.may_redirect()
        {
            return self.fail(popup_blocked(), RetryFrom::Start);
        }
        if blank != BlankPopup::Open && self.is_embedded && self.may_redirect() {
            // Another click may open a popup.
            let is_blocked = blank == BlankPopup::Blocked;
            return self.fail(embedded().with_retryable(is_blocked), RetryFrom::Start);
        }
        self.phase = Phase::Initiating(blank);
        // The old account keeps its alias until it is replaced.
        let kept = self.old.as_ref().and_then(|old| old.alias.as_ref());
        let alias = self
            .options
            .alias
            .clone()
            .filter(|alias| kept != Some(alias));
        if let (Some(old), Some(params)) = (&self.old, &self.params) {
            let names: Vec<&str> = data.iter().map(|(name, _)| name.as_str()).collect();
            // A key that the app may reject must not replace one that works.
            let is_verified = self.options.verify.is_some();
            if !is_verified && takes_new_values(old, params, &names) {
                let update = AccountUpdate {
                    connected_account_id: old.id.clone(),
                    alias,
                    data,
                };
                let old = old.clone();
                return vec![self.run(Work::Replace(old, update))];
            }
        }
        let params = self.params.as_ref();
        let options = InitiateOptions {
            entity_id: self.options.entity_id.clone(),
            integration_id: params.and_then(|params| params.integration_id.clone()),
            app: self.options.app.clone(),
            auth_scheme: self.options.auth_scheme.clone(),
            data,
            alias,
            redirect_url: self.options.redirect_url.clone(),
            return_to: self.options.return_to.clone(),
        };
        let work = self.run(Work::Initiate(options));
        with_popup_check(blank, vec![work])
    }
}

/// Adds a timer that checks whether a blank popup is closed.
pub(super) fn with_popup_check(blank: BlankPopup, mut effects: Effects) -> Effects {
    if blank == BlankPopup::Open {
        effects.push(Effect::Wake(BLANK_MS));
    }
    effects
}
