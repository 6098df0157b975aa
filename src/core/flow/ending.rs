//! The end of an attempt, and the start of the next one.

use super::Effect;
use super::errors::flow_cancelled;
use super::machine::{AfterLoading, BlankPopup, Effects, Flow, Phase, PopupPurpose, RetryFrom};
use crate::core::calls::complete::{ends_attempt, gives_up, uses_up_callback};
use crate::core::error::ConnectError;
use crate::core::pending::{AttemptOutcome, LIFETIME_MS, PendingConnection};
use crate::core::watch::Moment;

/// How long to wait for a popup after the end, in milliseconds: the lifetime of an attempt.
const RETURN_MS: u32 = LIFETIME_MS as u32;

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
        let mut effects = vec![Effect::StopListening];
        let then = match from {
            RetryFrom::Check(mut attempt) if !attempt.record.is_forgotten(moment.now_ms) => {
                attempt.go_on(moment);
                effects.push(Effect::Listen(attempt.record.flow_id.clone()));
                self.complete(attempt, moment)
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
            // The typed values are not kept, so the user enters them again.
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
                Ok(self.end(Phase::Cancelled(flow_cancelled()), ended))
            }
            _ => Ok(self.end(Phase::Cancelled(flow_cancelled()), None)),
        }
    }

    /// Hands over an attempt whose user is in a popup: the popup and the record stay. An attempt without a popup is not handed over.
    pub(super) fn dispose(&mut self) -> Effects {
        let is_completing =
            matches!(&self.phase, Phase::Waiting(attempt) if attempt.completing.is_some());
        let attempt = match std::mem::replace(&mut self.phase, Phase::Cancelled(flow_cancelled())) {
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
        let mut effects = vec![Effect::StopListening];
        // A session is valid once, so its request continues.
        if !is_completing {
            effects.insert(0, Effect::Abort);
        }
        match attempt {
            Some(attempt) if attempt.record.is_popup || !attempt.is_stored => {
                effects.push(Effect::HandOver(attempt));
            }
            Some(_) => {}
            None => effects.push(Effect::ClosePopup),
        }
        self.work += 1;
        self.in_popup = None;
        effects
    }

    /// Adds the account to reconnect and the verification to the record of an attempt.
    pub(super) fn replacing(&self, mut record: PendingConnection) -> PendingConnection {
        let old = self.options.reconnect.as_ref();
        record.verify.clone_from(&self.options.verify);
        if old != Some(&record.connected_account_id) {
            record.replaces = old.cloned();
            let kept = self.old.as_ref().and_then(|old| old.alias.clone());
            record.alias = self.options.alias.clone().or(kept);
        }
        record
    }

    /// Removes the account of an attempt that started after the flow had ended.
    pub(super) fn discard(&self, record: PendingConnection) -> Effects {
        let mut record = self.replacing(record);
        record.outcome = AttemptOutcome::Cancelled;
        let discards = record.leaves_nothing();
        discards
            .then_some(Effect::Discard(record))
            .into_iter()
            .collect()
    }

    /// Ends the attempt. Nothing runs afterwards.
    pub(super) fn end(&mut self, phase: Phase, ended: Option<PendingConnection>) -> Effects {
        self.end_with_popup(phase, ended, None)
    }

    /// Ends the attempt while the user may still be in its popup.
    pub(super) fn end_with_popup(
        &mut self,
        phase: Phase,
        ended: Option<PendingConnection>,
        in_popup: Option<PendingConnection>,
    ) -> Effects {
        // A popup stays open if `retry` can continue its attempt.
        let closes_popup =
            in_popup.is_none() || !matches!(phase, Phase::Failed(_, RetryFrom::Check(_)));
        self.work += 1;
        self.phase = phase;
        self.in_popup = in_popup;
        let mut effects: Effects = ended.map(stored).into_iter().collect();
        effects.push(Effect::Abort);
        if self.in_popup.is_some() {
            effects.push(Effect::IgnorePage);
            effects.push(Effect::Wake(RETURN_MS));
        } else {
            effects.push(Effect::StopListening);
        }
        if closes_popup {
            effects.push(Effect::ClosePopup);
        }
        effects
    }

    /// Stops waiting for a popup once the attempt has expired.
    pub(super) fn expire_popup(&mut self, now_ms: u64) -> Effects {
        match &self.in_popup {
            Some(record) if record.is_expired(now_ms) => self.stop_listening(),
            _ => Vec::new(),
        }
    }

    /// Stops listening: no popup can return.
    pub(super) fn stop_listening(&mut self) -> Effects {
        self.in_popup = None;
        vec![Effect::StopListening]
    }

    pub(super) fn fail(&mut self, mut error: ConnectError, from: RetryFrom) -> Effects {
        if let RetryFrom::Check(attempt) = &from {
            error = error.with_account(&attempt.record.connected_account_id);
        }
        let ended = match &from {
            RetryFrom::Check(attempt)
                if ends_attempt(&error) || gives_up(&error, &attempt.record) =>
            {
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
            // Another check would have the same result.
            RetryFrom::Check(_) if is_callback_used || ended.is_some() => RetryFrom::Start,
            RetryFrom::Check(attempt) if attempt.was_missing && error.is_missing() => {
                RetryFrom::Start
            }
            // Only the check failed. A new attempt would create a second account.
            RetryFrom::Check(mut attempt) => {
                attempt.was_missing = error.is_missing();
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

/// Stores a record, and removes an account that must not stay.
pub(super) fn stored(record: PendingConnection) -> Effect {
    match record.leaves_nothing() {
        true => Effect::Discard(record),
        false => Effect::Store(record),
    }
}
