//! Transitions on events of the browser and on answers of the platform.

use std::rc::Rc;

use super::attempt::{Decision, OngoingAttempt, PopupState};
use super::ending::stored;
use super::errors::{flow_cancelled, in_app_browser_refused, popup_blocked, popup_closed};
use super::machine::{
    AfterLoading, BlankPopup, Effects, Flow, LEAVE_MS, Phase, PopupPurpose, RetryFrom,
    with_popup_check,
};
use super::{Effect, FlowMode, Found, Work, WorkResult};
use crate::core::api::accounts::ConnectedAccount;
use crate::core::calls::complete::TIMEOUT_MS;
use crate::core::calls::create_integration::not_needed;
use crate::core::calls::expected_params::ExpectedParams;
use crate::core::calls::initiate::Initiated;
use crate::core::error::{ConnectError, ErrorCode, Issue};
use crate::core::order::order;
use crate::core::pending::AttemptOutcome;
use crate::core::watch::{Moment, Surroundings};

impl Flow {
    pub(super) fn reserved(&mut self, is_there: bool, moment: Moment) -> Effects {
        let blank = if is_there {
            BlankPopup::Open
        } else {
            BlankPopup::Blocked
        };
        match std::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Reserving(PopupPurpose::Load(data)) => {
                self.start_loading(AfterLoading::Submit(data), blank)
            }
            Phase::Reserving(PopupPurpose::Initiate(data)) => self.initiate(data, blank),
            Phase::Reserving(PopupPurpose::Navigate(initiated)) => {
                self.send_user(initiated, blank, moment)
            }
            other => {
                self.phase = other;
                Vec::new()
            }
        }
    }

    pub(super) fn done(&mut self, result: WorkResult, moment: Moment) -> Effects {
        match (std::mem::replace(&mut self.phase, Phase::Idle), result) {
            (phase @ Phase::Loading(..), WorkResult::Loaded(result))
                if self.is_reusing() && self.existing.is_none() =>
            {
                self.loaded = Some(result);
                self.phase = phase;
                Vec::new()
            }
            (phase @ (Phase::Loading(..) | Phase::Ready(_)), WorkResult::Listed(result)) => {
                self.phase = phase;
                self.listed(result, moment)
            }
            (Phase::Loading(then, blank), WorkResult::Loaded(Ok(params))) => {
                self.loaded(params, then, blank)
            }
            (
                Phase::Loading(..) | Phase::Initiating(_),
                WorkResult::Loaded(Err(error))
                | WorkResult::Found(Err(error))
                | WorkResult::Initiated(Err(error)),
            ) => self.refused(error),
            (Phase::Loading(then, blank), WorkResult::Found(Ok(Found::Old(old, params)))) => {
                self.old = Some(old);
                self.loaded(params, then, blank)
            }
            (
                Phase::Loading(..) | Phase::Initiating(_),
                WorkResult::Found(Ok(Found::Successor(account))),
            ) => self.found(account),
            (Phase::Initiating(blank), WorkResult::Initiated(Ok(mut initiated))) => {
                initiated.record = self.replacing(initiated.record);
                self.send_user(Box::new(initiated), blank, moment)
            }
            (Phase::Waiting(mut attempt), WorkResult::Checked(result)) => {
                let next = attempt.checked(result, moment);
                self.decide(attempt, next, moment)
            }
            (Phase::Waiting(mut attempt), WorkResult::PutOff) => {
                attempt.watch.put_off(moment);
                self.wait(attempt, moment)
            }
            (Phase::Waiting(attempt), WorkResult::Completed(result)) => {
                self.completed(attempt, result, moment)
            }
            (other, _) => {
                self.phase = other;
                Vec::new()
            }
        }
    }

    /// The user's accounts have been listed.
    fn listed(
        &mut self,
        result: Result<Vec<ConnectedAccount>, ConnectError>,
        moment: Moment,
    ) -> Effects {
        let mut accounts = match result {
            Ok(accounts) => accounts,
            // Another account may be a duplicate.
            Err(error) if self.is_reusing() => return self.fail(error, RetryFrom::Start),
            Err(_) => return Vec::new(),
        };
        accounts.retain(|account| self.options.fits(account));
        if let Some(account) = accounts.iter().find(|account| self.reuses(account)) {
            return self.found(Box::new(account.clone()));
        }
        self.existing = Some(accounts);
        match self.loaded.take() {
            Some(result) => self.done(WorkResult::Loaded(result), moment),
            None => Vec::new(),
        }
    }

    /// Ends with an account that this flow did not connect.
    fn found(&mut self, account: Box<ConnectedAccount>) -> Effects {
        let return_to = self.options.return_to.clone();
        self.end(Phase::Connected { account, return_to }, None)
    }

    fn loaded(
        &mut self,
        mut params: ExpectedParams,
        then: AfterLoading,
        blank: BlankPopup,
    ) -> Effects {
        let needs_none = params.auth_scheme.is_none();
        self.fields = Rc::new(std::mem::take(&mut params.expected_input_fields));
        self.params = Some(params);
        if needs_none {
            return self.fail(not_needed(), RetryFrom::Start);
        }
        let mut data = match then {
            AfterLoading::Submit(data) => data,
            AfterLoading::Show(issues) => {
                self.phase = Phase::Ready(self.of_known_fields(issues));
                return Vec::new();
            }
        };
        let is_asked = !data.is_empty();
        let mut issues = self.validate(&mut data);
        if !issues.is_empty() {
            // The user has not seen the fields yet.
            if !is_asked {
                issues.clear();
            }
            self.phase = Phase::Ready(issues);
            return close_popup(blank);
        }
        if !self.may_redirect() {
            let mut effects = close_popup(blank);
            effects.extend(self.initiate(data, BlankPopup::None));
            return effects;
        }
        match self.refusing_app() {
            Some(app) => self.fail(in_app_browser_refused(app), RetryFrom::Start),
            None => self.initiate(data, blank),
        }
    }

    fn refused(&mut self, mut error: ConnectError) -> Effects {
        if error.code != ErrorCode::FieldsInvalid || self.params.is_none() {
            return self.fail(error, RetryFrom::Start);
        }
        let issues = std::mem::take(&mut error.issues);
        let listed = self.of_known_fields(issues.clone());
        if listed.len() == issues.len() {
            return self.end(Phase::Ready(issues), None);
        }
        // The app's fields have changed since this flow loaded them.
        let mut effects = self.end(Phase::Idle, None);
        effects.extend(self.start_loading(AfterLoading::Show(issues), BlankPopup::None));
        effects
    }

    /// The issues whose fields the app has.
    fn of_known_fields(&self, mut issues: Vec<Issue>) -> Vec<Issue> {
        let fields = &self.fields;
        let by_name = order(fields.len(), &|a, b| fields[a].name.cmp(&fields[b].name));
        issues.retain(|issue| {
            by_name
                .binary_search_by(|at| fields[*at].name.cmp(&issue.field))
                .is_ok()
        });
        issues
    }

    /// Sends the user to the redirect URL, if there is one.
    fn send_user(
        &mut self,
        initiated: Box<Initiated>,
        blank: BlankPopup,
        moment: Moment,
    ) -> Effects {
        let mut record = initiated.record.clone();
        let Some(url) = initiated.request.redirect_url.clone() else {
            let stored = record
                .has_later_work()
                .then(|| Effect::Store(record.clone()));
            let mut attempt = OngoingAttempt::new(record, None, moment);
            attempt.is_stored = false;
            // The user need not go anywhere.
            attempt.watch.deadline_ms = moment.clock_ms + u64::from(TIMEOUT_MS);
            let mut effects = close_popup(blank);
            // The old account has to be removed, and the new one verified, even if this page is closed now.
            effects.extend(stored);
            effects.extend(self.check(attempt, moment));
            return effects;
        };
        if blank != BlankPopup::Open && self.options.mode == FlowMode::Popup {
            return self.fail(popup_blocked(), RetryFrom::Popup(initiated));
        }
        record.is_popup = blank == BlankPopup::Open;
        let mut attempt = OngoingAttempt::new(record, initiated.request.expires_at_ms, moment);
        let mut effects = vec![
            Effect::Store(attempt.record.clone()),
            Effect::Listen(attempt.record.flow_id.clone()),
        ];
        if attempt.record.is_popup {
            attempt.popup = PopupState::Open;
            effects.push(Effect::NavigatePopup(url));
            effects.extend(self.wait(attempt, moment));
        } else {
            effects.extend([Effect::LeavePage(url), Effect::Wake(LEAVE_MS)]);
            self.phase = Phase::Redirecting(attempt);
        }
        effects
    }

    /// The browser refused the redirect URL, so no callback will come.
    pub(super) fn navigation_failed(&mut self, error: ConnectError) -> Effects {
        let attempt = match &self.phase {
            Phase::Redirecting(attempt) => attempt,
            Phase::Waiting(attempt) if attempt.popup == PopupState::Open => attempt,
            _ => return Vec::new(),
        };
        let mut effects: Effects = attempt
            .ended_record(AttemptOutcome::Failed)
            .map(stored)
            .into_iter()
            .collect();
        effects.extend(self.fail(error, RetryFrom::Start));
        effects
    }

    /// The user came back without a callback.
    pub(super) fn page_restored(&mut self, moment: Moment) -> Effects {
        match std::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Redirecting(attempt) => self.check(attempt, moment),
            other => {
                self.phase = other;
                Vec::new()
            }
        }
    }

    /// Another flow or window stored an outcome of this attempt, or knows that of its account.
    pub(super) fn record_changed(&mut self, outcome: AttemptOutcome, moment: Moment) -> Effects {
        match std::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Waiting(_) | Phase::Redirecting(_) if outcome == AttemptOutcome::Cancelled => {
                self.end(Phase::Cancelled(flow_cancelled()), None)
            }
            Phase::Waiting(mut attempt) => {
                attempt.record.outcome = outcome;
                attempt.watch.outdate();
                self.check(attempt, moment)
            }
            other => {
                self.phase = other;
                Vec::new()
            }
        }
    }

    /// Another page has started a check of the account.
    pub(super) fn peer_asked(&mut self, moment: Moment) -> Effects {
        match std::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Waiting(mut attempt) => {
                attempt.yield_to_peer(moment);
                self.wait(attempt, moment)
            }
            other => {
                self.phase = other;
                Vec::new()
            }
        }
    }

    pub(super) fn tick(&mut self, around: Surroundings, moment: Moment) -> Effects {
        match std::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Waiting(mut attempt) => {
                let next = attempt.tick(around, moment);
                self.decide(attempt, next, moment)
            }
            Phase::Redirecting(attempt)
                if moment.clock_ms >= attempt.watch.started_ms + u64::from(LEAVE_MS) =>
            {
                self.check(attempt, moment)
            }
            Phase::Loading(_, BlankPopup::Open) | Phase::Initiating(BlankPopup::Open)
                if around.is_popup_closed =>
            {
                self.end(Phase::Cancelled(popup_closed()), None)
            }
            other => {
                let blank = match &other {
                    Phase::Loading(_, blank) | Phase::Initiating(blank) => *blank,
                    _ => BlankPopup::None,
                };
                self.phase = other;
                with_popup_check(blank, self.expire_popup(moment.now_ms))
            }
        }
    }

    fn decide(&mut self, attempt: Box<OngoingAttempt>, next: Decision, moment: Moment) -> Effects {
        match next {
            Decision::Wait => self.wait(attempt, moment),
            Decision::Check => self.start_check(attempt, moment),
            Decision::Connected(account) => self.connected(attempt, account),
            Decision::Failed(error) => self.fail(error, RetryFrom::Check(attempt)),
            Decision::Closed => {
                let ended = attempt.ended_record(AttemptOutcome::Cancelled);
                let ended = ended.filter(|record| record.replaces.is_some());
                // The popup may only seem closed. Then the callback arrives.
                let in_popup = Some(attempt.record);
                self.end_with_popup(Phase::Cancelled(popup_closed()), ended, in_popup)
            }
        }
    }

    fn connected(&mut self, attempt: Box<OngoingAttempt>, account: ConnectedAccount) -> Effects {
        let in_popup = attempt.in_popup();
        let ended = attempt.ended_record(AttemptOutcome::Connected);
        let return_to = attempt.record.return_to;
        let mut effects = self.end_with_popup(
            Phase::Connected {
                account: Box::new(account),
                return_to,
            },
            ended,
            in_popup,
        );
        if self.is_at_callback {
            effects.push(Effect::CleanAddress);
        }
        effects
    }

    pub(super) fn wait(&mut self, attempt: Box<OngoingAttempt>, moment: Moment) -> Effects {
        let wake = Effect::Wake(attempt.wake_ms(moment.clock_ms));
        self.phase = Phase::Waiting(attempt);
        vec![wake]
    }

    /// Checks the account now, unless a check is running.
    pub(super) fn check(&mut self, mut attempt: Box<OngoingAttempt>, moment: Moment) -> Effects {
        match attempt.watch.start(moment.clock_ms) {
            true => self.start_check(attempt, moment),
            false => self.wait(attempt, moment),
        }
    }

    fn start_check(&mut self, attempt: Box<OngoingAttempt>, moment: Moment) -> Effects {
        let work = Work::Check(Box::new(attempt.record.clone()));
        let mut effects = vec![self.run(work)];
        effects.extend(self.wait(attempt, moment));
        effects
    }
}

fn close_popup(blank: BlankPopup) -> Effects {
    match blank {
        BlankPopup::Open => vec![Effect::ClosePopup],
        BlankPopup::None | BlankPopup::Blocked => Vec::new(),
    }
}
