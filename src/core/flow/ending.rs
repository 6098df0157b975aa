//! How an attempt ends, what stays of it, and where the next one begins.

use super::errors::cancelled;
use super::machine::{AfterLoading, Effects, Flow, Phase, Reservation, Reserving, RetryFrom};
use super::{Effect, Moment};
use crate::core::calls::complete::{is_final, is_missing, is_over};
use crate::core::error::ConnectError;
use crate::core::pending::{AttemptOutcome, LIFETIME_MS, PendingConnection};

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
        self.out = None;
        let mut effects = vec![Effect::Unlisten];
        let then = match from {
            RetryFrom::Check(mut waiting) if !waiting.record.is_forgotten(moment.now_ms) => {
                waiting.is_expired = waiting.record.is_expired(moment.now_ms);
                waiting.again(moment.clock_ms);
                effects.push(Effect::Listen(waiting.record.flow_id.clone()));
                self.check(waiting, moment)
            }
            RetryFrom::Popup(initiated) if !initiated.is_expired(moment.now_ms) => {
                self.phase = Phase::Reserving(Reserving::Navigate(initiated));
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
            None => self.start_loading(AfterLoading::Show(Vec::new()), Reservation::None),
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
            Phase::Waiting(waiting) | Phase::Redirecting(waiting) => {
                let kept = waiting.ended(AttemptOutcome::Cancelled);
                Ok(self.end(Phase::Cancelled(cancelled()), kept))
            }
            _ => Ok(self.end(Phase::Cancelled(cancelled()), None)),
        }
    }

    /// The user may still finish elsewhere: a popup that has left this page stays, and so does the record. The next flow may go on
    /// with the attempt, unless it was this page that was to be left: its user is here.
    pub(super) fn dispose(&mut self) -> Effects {
        let waiting = match std::mem::replace(&mut self.phase, Phase::Cancelled(cancelled())) {
            Phase::Waiting(waiting) | Phase::Redirecting(waiting) => Some(waiting),
            Phase::Failed(error, RetryFrom::Check(waiting)) => {
                self.phase = Phase::Failed(error, RetryFrom::Start);
                Some(waiting)
            }
            ended @ (Phase::Connected { .. } | Phase::Failed(..) | Phase::Cancelled(..)) => {
                self.phase = ended;
                None
            }
            _ => None,
        };
        let mut effects = vec![Effect::Abort, Effect::Unlisten];
        match waiting {
            Some(waiting) if waiting.record.is_popup || !waiting.is_remembered => {
                effects.push(Effect::Leave(waiting));
            }
            Some(_) => {}
            None => effects.push(Effect::ClosePopup),
        }
        self.work += 1;
        self.out = None;
        effects
    }

    /// Ends the attempt: nothing is under way afterwards.
    pub(super) fn end(&mut self, phase: Phase, first: Option<Effect>) -> Effects {
        self.end_out(phase, first, None)
    }

    /// The same while its user may still be out in the popup of this attempt.
    pub(super) fn end_out(
        &mut self,
        phase: Phase,
        first: Option<Effect>,
        out: Option<PendingConnection>,
    ) -> Effects {
        // An attempt that goes on keeps its popup.
        let is_over = out.is_none() || !matches!(phase, Phase::Failed(_, RetryFrom::Check(_)));
        self.work += 1;
        self.phase = phase;
        self.out = out;
        let mut effects: Effects = first.into_iter().collect();
        effects.push(Effect::Abort);
        if self.out.is_some() {
            effects.push(Effect::Unwatch);
            effects.push(Effect::Wake(FORGET_MS));
        } else {
            effects.push(Effect::Unlisten);
        }
        if is_over {
            effects.push(Effect::ClosePopup);
        }
        effects
    }

    /// Time has passed since the end.
    pub(super) fn forget(&mut self, now_ms: u64) -> Effects {
        match &self.out {
            Some(record) if record.is_expired(now_ms) => self.let_go(),
            _ => Vec::new(),
        }
    }

    /// Nobody is out any more.
    pub(super) fn let_go(&mut self) -> Effects {
        self.out = None;
        vec![Effect::Unlisten]
    }

    pub(super) fn fail(&mut self, mut error: ConnectError, from: RetryFrom) -> Effects {
        if let RetryFrom::Check(waiting) = &from {
            error = error.with_account(&waiting.record.connected_account_id);
        }
        let first = match &from {
            RetryFrom::Check(waiting) if is_final(&error) => waiting.ended(AttemptOutcome::Failed),
            _ => None,
        };
        let is_over = is_over(&error);
        let out = match &from {
            RetryFrom::Check(waiting) => waiting.out(),
            _ => None,
        };
        let from = match from {
            // Another look would show the same.
            RetryFrom::Check(_) if is_over => RetryFrom::Start,
            RetryFrom::Check(waiting) if waiting.was_missing && is_missing(&error) => {
                RetryFrom::Start
            }
            // One that was only refused would not, and another attempt would make a second account.
            RetryFrom::Check(mut waiting) => {
                waiting.was_missing = is_missing(&error);
                RetryFrom::Check(waiting)
            }
            from => from,
        };
        let mut effects = self.end_out(Phase::Failed(error, from), first, out);
        if self.is_at_callback && is_over {
            effects.push(Effect::CleanAddress);
        }
        effects
    }
}
