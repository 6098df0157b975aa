//! The attempts that this browser remembers.

use wasm_bindgen_futures::spawn_local;

use super::ConnectClient;
use crate::browser::timing::now_ms;
use crate::core::pending::PendingConnection;
use crate::core::trace::{FlowTag, TraceEvent};

impl ConnectClient {
    /// Keeps an attempt for the time that the page is away.
    pub(crate) fn store(&self, record: &PendingConnection) {
        let what = match self.inner.records.put(record) {
            true => "stored",
            false => "kept_in_memory",
        };
        let flow = FlowTag::of(&record.flow_id);
        self.record(TraceEvent::Storage { flow, what });
    }

    /// Makes room, as soon as the request is on its way: a browser reads its storage when it is first asked, and nobody waits for
    /// that now.
    pub(crate) fn prune(&self) {
        let client = self.clone();
        spawn_local(async move {
            let now = now_ms();
            for record in client.inner.records.all() {
                if record.is_expired(now) {
                    client.inner.records.remove(&record.flow_id);
                    let flow = FlowTag::of(&record.flow_id);
                    let what = "removed";
                    client.record(TraceEvent::Storage { flow, what });
                }
            }
        });
    }
}
