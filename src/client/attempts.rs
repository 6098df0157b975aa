//! The attempts with a record in this browser.

use wasm_bindgen_futures::spawn_local;

use super::ConnectClient;
use super::shared::HandedOver;
use crate::browser::page::tab;
use crate::browser::timing::now_ms;
use crate::core::order::order;
use crate::core::pending::{AttemptOutcome, PendingConnection};
use crate::core::trace::{FlowTag, StorageChange, TraceEvent};

impl ConnectClient {
    /// Returns the attempts of this browser that are still pending, newest first.
    pub fn pending(&self) -> Vec<PendingConnection> {
        let now = now_ms();
        let mut records = self.0.shared.records.all();
        // Expired records stay for an hour, so that a late callback gets a reason.
        records
            .retain(|record| record.outcome == AttemptOutcome::Pending && !record.is_expired(now));
        let started = |at: usize| records[at].started_at_ms;
        let newest = order(records.len(), &|a, b| started(b).cmp(&started(a)));
        newest.iter().map(|at| records[*at].clone()).collect()
    }

    /// Keeps an attempt of a disposed flow for the next flow.
    pub(super) fn hand_over(&self, handed_over: HandedOver) {
        self.0.shared.handed_over.borrow_mut().push(handed_over);
    }

    /// Takes the newest attempt that was handed over and that `is_own` accepts, unless it has ended since.
    pub(super) fn take_handed_over(
        &self,
        is_own: &dyn Fn(&PendingConnection) -> bool,
    ) -> Option<HandedOver> {
        let now = now_ms();
        let mut handed_over = self.0.shared.handed_over.take();
        handed_over.retain(|HandedOver { attempt, .. }| {
            let record = &attempt.record;
            let is_pending = !attempt.is_stored
                || self
                    .0
                    .shared
                    .records
                    .get(&record.flow_id)
                    .is_some_and(|record| !record.is_ended());
            is_pending && !record.is_forgotten(now)
        });
        let found = handed_over
            .iter()
            .rposition(|it| is_own(&it.attempt.record))
            .map(|at| handed_over.remove(at));
        self.0.shared.handed_over.borrow_mut().extend(handed_over);
        found
    }

    /// Cancels the attempts that were handed over and that `is_own` accepts: the user starts over.
    pub(super) fn supersede(&self, is_own: &dyn Fn(&PendingConnection) -> bool) {
        while let Some(HandedOver { attempt, popup }) = self.take_handed_over(is_own) {
            let record = PendingConnection {
                outcome: AttemptOutcome::Cancelled,
                ..attempt.record
            };
            match record.replaces {
                None if record.leaves_nothing() => self.discard(record),
                // A flow that replaces an account then gives this attempt up.
                _ if attempt.is_stored => self.store(&record),
                _ => {}
            }
            if let Some(popup) = popup {
                popup.close();
            }
        }
    }

    /// Stores the record of an attempt. A connected attempt cannot be cancelled.
    pub(crate) fn store(&self, record: &PendingConnection) {
        if record.outcome == AttemptOutcome::Cancelled
            && let Some(now) = self.0.shared.records.get(&record.flow_id)
            && now.outcome == AttemptOutcome::Connected
        {
            return;
        }
        let mut record = record.clone();
        record.tab = record.tab.or_else(|| tab(self.is_rehearsal()));
        let record = &record;
        let what = match self.0.shared.records.put(record) {
            true => StorageChange::Stored,
            false => StorageChange::KeptInMemory,
        };
        let flow = FlowTag::of(&record.flow_id);
        self.record(TraceEvent::Storage { flow, what });
    }

    /// Removes old records after the request has been sent. The first access to a storage is slow, and no caller waits here.
    pub(crate) fn prune(&self) {
        let client = self.clone();
        spawn_local(async move {
            // Reads `sessionStorage` early, because its first access is slow.
            tab(client.is_rehearsal());
            let now = now_ms();
            for record in client.0.shared.records.all() {
                if record.replaces.is_some() && (record.is_ended() || record.is_expired(now)) {
                    let _ = client.with_signal(None).settle(record.clone(), true).await;
                }
                if record.is_forgotten(now) {
                    client.0.shared.records.remove(&record.flow_id);
                    let flow = FlowTag::of(&record.flow_id);
                    let what = StorageChange::Removed;
                    client.record(TraceEvent::Storage { flow, what });
                }
            }
        });
    }
}
