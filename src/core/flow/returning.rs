//! Continues an attempt: with the callback, after a reload, or after a flow that was disposed of.

use super::attempt::OngoingAttempt;
use super::machine::{Effects, Flow, Phase, RetryFrom};
use super::{Effect, Work};
use crate::core::callback::ConnectionCallback;
use crate::core::calls::complete::{self, Bound, bind, find_attempt, unbound};
use crate::core::error::{ConnectError, ErrorCode};
use crate::core::pending::PendingConnection;
use crate::core::watch::{Moment, claimed_failed};

impl Flow {
    pub(super) fn resume(
        &mut self,
        mut record: PendingConnection,
        callback: Option<ConnectionCallback>,
        moment: Moment,
    ) -> Result<Effects, ConnectError> {
        if !self.is_idle() {
            return self.refuse("resume");
        }
        self.adopt(&mut record);
        let mut attempt = OngoingAttempt::new(record, None, moment);
        attempt.is_stored = !attempt.record.takes_key();
        let mut effects = vec![Effect::Listen(attempt.record.flow_id.clone())];
        match callback {
            Some(callback) => {
                self.is_at_callback = true;
                effects.extend(self.accept_callback(attempt, callback, moment));
            }
            None => effects.extend(self.check(attempt, moment)),
        }
        Ok(effects)
    }

    pub(super) fn take_over(
        &mut self,
        mut attempt: Box<OngoingAttempt>,
        moment: Moment,
    ) -> Result<Effects, ConnectError> {
        if !self.is_idle() {
            return self.refuse("load");
        }
        self.adopt(&mut attempt.record);
        attempt.go_on(moment);
        let mut effects = Vec::new();
        if attempt.is_stored {
            effects.push(Effect::Listen(attempt.record.flow_id.clone()));
        }
        effects.extend(self.check(attempt, moment));
        Ok(effects)
    }

    /// Fills in missing options from the record, so that `retry` connects the same. The options have the input of the verification.
    fn adopt(&mut self, record: &mut PendingConnection) {
        let options = &mut self.options;
        let or = |own: &mut Option<String>, other: &Option<String>| {
            if own.is_none() {
                own.clone_from(other);
            }
        };
        or(&mut options.app, &record.app);
        or(&mut options.integration_id, &record.integration_id);
        or(&mut options.return_to, &record.return_to);
        or(&mut options.reconnect, &record.replaces);
        options.verify = options.verify.take().or(record.verify.take());
        record.verify.clone_from(&options.verify);
        options.entity_id = record.entity_id.clone().or(options.entity_id.take());
    }

    pub(super) fn returned(&mut self, callback: ConnectionCallback, moment: Moment) -> Effects {
        match std::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Waiting(attempt) | Phase::Redirecting(attempt) => {
                self.accept_callback(attempt, callback, moment)
            }
            ended => self.returned_late(ended, callback, moment),
        }
    }

    /// A callback after the end of the flow.
    fn returned_late(
        &mut self,
        mut ended: Phase,
        mut callback: ConnectionCallback,
        moment: Moment,
    ) -> Effects {
        let Some(record) = self.in_popup.take() else {
            self.phase = ended;
            return Vec::new();
        };
        let attempt = match ended {
            // The popup only seemed closed.
            Phase::Cancelled(_) => OngoingAttempt::new(record, None, moment),
            // A status check failed, but the attempt may still succeed.
            Phase::Failed(_, RetryFrom::Check(attempt)) => attempt,
            // The user returned after the time limit.
            Phase::Failed(error, _) if error.code == ErrorCode::FlowExpired => {
                OngoingAttempt::new(record, None, moment)
            }
            _ => {
                // The status check was faster, but the callback has the reason.
                let is_ours = bind_own(&callback, &record, moment);
                if let Phase::Failed(error, _) = &mut ended
                    && let Some(reason) = complete::reported(&mut callback)
                    && is_ours.is_ok()
                {
                    *error = reason;
                }
                self.phase = ended;
                return self.stop_listening();
            }
        };
        let mut effects = vec![Effect::Listen(attempt.record.flow_id.clone())];
        effects.extend(self.accept_callback(attempt, callback, moment));
        effects
    }

    fn accept_callback(
        &mut self,
        mut attempt: Box<OngoingAttempt>,
        mut callback: ConnectionCallback,
        moment: Moment,
    ) -> Effects {
        let was_checking = attempt.watch.is_checking();
        match bind_own(&callback, &attempt.record, moment) {
            Ok(bound) => {
                let is_ended = attempt.record.is_ended();
                let reason =
                    complete::reported(&mut callback).or_else(|| is_ended.then(claimed_failed));
                callback.session_uri = bound.session_uri;
                attempt.otherwise = attempt.otherwise.or(bound.otherwise);
                attempt.take_callback(callback, moment);
                if let Some(error) = reason {
                    return self.fail(error, RetryFrom::Check(attempt));
                }
            }
            // The callback is of another attempt, but the account may have changed.
            Err(error) if error.code == ErrorCode::CallbackUnbound => {}
            Err(error) => return self.fail(error, RetryFrom::Start),
        }
        let mut effects = Vec::new();
        if was_checking && !attempt.watch.is_checking() {
            effects.push(Effect::Abort);
        }
        effects.extend(self.complete(attempt, moment));
        effects
    }

    /// Checks the account now. On the callback page, lets the server complete the session first.
    pub(super) fn complete(&mut self, mut attempt: Box<OngoingAttempt>, moment: Moment) -> Effects {
        let callback = attempt.callback.as_mut().filter(|_| self.is_at_callback);
        let Some(session_uri) = callback.and_then(|callback| callback.session_uri.take()) else {
            return self.check(attempt, moment);
        };
        attempt.completing = Some(session_uri.clone());
        let mut effects = Vec::new();
        // No check runs meanwhile.
        if !attempt.watch.start(moment.clock_ms) {
            effects.push(Effect::Abort);
        }
        effects.push(self.run(Work::Complete(
            Box::new(attempt.record.clone()),
            session_uri,
        )));
        effects.extend(self.wait(attempt, moment));
        effects
    }

    pub(super) fn completed(
        &mut self,
        mut attempt: Box<OngoingAttempt>,
        result: Result<Box<PendingConnection>, ConnectError>,
        moment: Moment,
    ) -> Effects {
        let session_uri = attempt.completing.take();
        let mut effects = Vec::new();
        match result {
            Ok(mut record) if record.flow_id == attempt.record.flow_id || self.is_own(&record) => {
                // The input of the verification is not stored.
                self.adopt(&mut record);
                effects.push(Effect::Listen(record.flow_id.clone()));
                let callback = attempt.callback.take();
                attempt = OngoingAttempt::new(*record, None, moment);
                if let Some(callback) = callback {
                    attempt.take_callback(callback, moment);
                }
            }
            // A flow of that app continues it.
            Ok(_) => return self.fail(unbound(), RetryFrom::Start),
            Err(error) => {
                attempt.recheck(moment.clock_ms);
                if !complete::keeps_session(&error) {
                    attempt.otherwise = Some(error);
                } else {
                    if let Some(callback) = &mut attempt.callback {
                        callback.session_uri = session_uri;
                    }
                    if error.code != ErrorCode::CompletionRequired {
                        return self.fail(error, RetryFrom::Check(attempt));
                    }
                }
            }
        }
        effects.extend(self.check(attempt, moment));
        effects
    }
}

/// Binds a callback to the attempt of this flow.
fn bind_own(
    callback: &ConnectionCallback,
    record: &PendingConnection,
    moment: Moment,
) -> Result<Bound, ConnectError> {
    let own = std::slice::from_ref(record);
    let found = find_attempt(callback, own, None, moment.now_ms);
    bind(callback, found, moment.now_ms)
}
