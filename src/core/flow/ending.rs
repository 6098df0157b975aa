//! How an attempt ends, what stays of it, and where the next one begins.

use super::Effect;
use super::errors::cancelled;
use super::machine::{AfterLoading, BlankPopup, Effects, Flow, Phase, PopupPurpose, RetryFrom};
use crate::core::calls::complete::{ends_attempt, is_missing, uses_up_callback};
use crate::core::error::ConnectError;
use crate::core::pending::{AttemptOutcome, LIFETIME_MS, PendingConnection};
use crate::core::watch::Moment;

/// When to forget who is out, in milliseconds: no attempt lives longer.
const FORGET_MS: u32 = LIFETIME_MS as u32;

impl Flow {
    pub(super) fn retry(&mut self, moment: Moment) -> Result<Effects, ConnectError> {
        let from = match std::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Failed(_, from) => from,
            Phase::Cancelled(..) => RetryFrom::Start,
            other => {
                self.phase = other;
                return self.refuse("retry");
            }
        };
        self.in_popup = None;
        let mut effects = vec![Effect::Unlisten];
        let then = match from {
            RetryFrom::Check(mut attempt) if !attempt.record.is_forgotten(moment.now_ms) => {
                attempt.is_expired = attempt.record.is_expired(moment.now_ms);
                attempt.recheck(moment.clock_ms);
                effects.push(Effect::Listen(attempt.record.flow_id.clone()));
                self.check(attempt, moment)
            }
            RetryFrom::Popup(initiated) if !initiated.is_expired(moment.now_ms) => {
                self.phase = Phase::Reserving(PopupPurpose::Navigate(initiated));
                vec![Effect::ReservePopup]
            }
            RetryFrom::Check(_) => {
                effects.push(Effect::ClosePopup);
                self.start_over()
            }
            RetryFrom::Start | RetryFrom::Popup(_) => self.start_over(),
        };
        effects.extend(then);
        Ok(effects)
    }

    fn start_over(&mut self) -> Effects {
        match &self.params {
            None => self.start_loading(AfterLoading::Show(Vec::new()), BlankPopup::None),
            // What was typed is gone: it is asked for again.
            Some(_) if !self.fields.is_empty() => {
                self.phase = Phase::Ready(Vec::new());
                Vec::new()
            }
            Some(_) => self.begin(Vec::new()),
        }
    }

    pub(super) fn cancel(&mut self) -> Result<Effects, ConnectError> {
        match &self.phase {
            Phase::Connected { .. } | Phase::Failed(..) | Phase::Cancelled(..) => {
                self.refuse("cancel")
            }
            Phase::Waiting(attempt) | Phase::Redirecting(attempt) => {
                let ended = attempt.ended_record(AttemptOutcome::Cancelled);
                Ok(self.end(Phase::Cancelled(cancelled()), ended))
            }
            _ => Ok(self.end(Phase::Cancelled(cancelled()), None)),
        }
    }

    /// The user may still finish elsewhere: a popup that has left this page stays, and so does the record. The next flow may go on
    /// with the attempt, unless it was this page that was to be left: its user is here.
    pub(super) fn dispose(&mut self) -> Effects {
        let attempt = match std::mem::replace(&mut self.phase, Phase::Cancelled(cancelled())) {
            Phase::Waiting(attempt) | Phase::Redirecting(attempt) => Some(attempt),
            Phase::Failed(error, RetryFrom::Check(attempt)) => {
                self.phase = Phase::Failed(error, RetryFrom::Start);
                Some(attempt)
            }
            ended @ (Phase::Connected { .. } | Phase::Failed(..) | Phase::Cancelled(..)) => {
                self.phase = ended;
                None
            }
            _ => None,
        };
        let mut effects = vec![Effect::Abort, Effect::Unlisten];
        match attempt {
            Some(attempt) if attempt.record.is_popup || !attempt.is_remembered => {
                effects.push(Effect::HandOver(attempt));
            }
            Some(_) => {}
            None => effects.push(Effect::ClosePopup),
        }
        self.work += 1;
        self.in_popup = None;
        effects
    }

    /// Ends the attempt: nothing is under way afterwards.
    pub(super) fn end(&mut self, phase: Phase, ended: Option<PendingConnection>) -> Effects {
        self.end_with_popup(phase, ended, None)
    }

    /// The same while its user may still be out in the popup of this attempt.
    pub(super) fn end_with_popup(
        &mut self,
        phase: Phase,
        ended: Option<PendingConnection>,
        in_popup: Option<PendingConnection>,
    ) -> Effects {
        // An attempt that goes on keeps its popup.
        let closes_popup =
            in_popup.is_none() || !matches!(phase, Phase::Failed(_, RetryFrom::Check(_)));
        self.work += 1;
        self.phase = phase;
        self.in_popup = in_popup;
        let mut effects: Effects = ended.map(Effect::Store).into_iter().collect();
        effects.push(Effect::Abort);
        if self.in_popup.is_some() {
            effects.push(Effect::Unwatch);
            effects.push(Effect::Wake(FORGET_MS));
        } else {
            effects.push(Effect::Unlisten);
        }
        if closes_popup {
            effects.push(Effect::ClosePopup);
        }
        effects
    }

    /// Time has passed since the end.
    pub(super) fn forget(&mut self, now_ms: u64) -> Effects {
        match &self.in_popup {
            Some(record) if record.is_expired(now_ms) => self.stop_listening(),
            _ => Vec::new(),
        }
    }

    /// Nobody is out any more.
    pub(super) fn stop_listening(&mut self) -> Effects {
        self.in_popup = None;
        vec![Effect::Unlisten]
    }

    pub(super) fn fail(&mut self, mut error: ConnectError, from: RetryFrom) -> Effects {
        if let RetryFrom::Check(attempt) = &from {
            error = error.with_account(&attempt.record.connected_account_id);
        }
        let ended = match &from {
            RetryFrom::Check(attempt) if ends_attempt(&error) => {
                attempt.ended_record(AttemptOutcome::Failed)
            }
            _ => None,
        };
        let is_callback_used = uses_up_callback(&error);
        let in_popup = match &from {
            RetryFrom::Check(attempt) => attempt.in_popup(),
            _ => None,
        };
        let from = match from {
            // Another look would show the same.
            RetryFrom::Check(_) if is_callback_used => RetryFrom::Start,
            RetryFrom::Check(attempt) if attempt.was_missing && is_missing(&error) => {
                RetryFrom::Start
            }
            // One that was only refused would not, and another attempt would make a second account.
            RetryFrom::Check(mut attempt) => {
                attempt.was_missing = is_missing(&error);
                RetryFrom::Check(attempt)
            }
            from => from,
        };
        let mut effects = self.end_with_popup(Phase::Failed(error, from), ended, in_popup);
        if self.is_at_callback && is_callback_used {
            effects.push(Effect::CleanAddress);
        }
        effects
    }
}
