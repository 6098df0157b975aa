//! Reconnects accounts: the requests of a flow, and the attempts that were interrupted.

use wasm_bindgen_futures::spawn_local;

use super::{CallFuture, ConnectClient, Result};
use crate::browser::page;
use crate::browser::timing::now_ms;
use crate::core::api::accounts::{AccountUpdate, ConnectedAccount};
use crate::core::calls::initiate::Initiated;
use crate::core::calls::reconnect::{
    ReconnectOptions, check_attempt, find_replaced, replace_values, settle,
};
use crate::core::flow::Found;
use crate::core::pending::{AttemptOutcome, PendingConnection};

impl ConnectClient {
    pub(super) fn find_replaced(&self, options: ReconnectOptions) -> CallFuture<Found> {
        let (client, call) = (self.clone(), self.call(None));
        Box::pin(async move {
            let may_create = client.options().create_integrations;
            let (old, params) = find_replaced(&call, options, may_create).await?;
            client.learn(&params);
            Ok(Found::Old(Box::new(old), params))
        })
    }

    pub(super) fn replace_values(
        &self,
        old: Box<ConnectedAccount>,
        update: AccountUpdate,
    ) -> CallFuture<Initiated> {
        let call = self.call(None);
        Box::pin(async move { replace_values(&call, &old, &update, page::new_flow_id()?).await })
    }

    pub(super) fn check_attempt(
        &self,
        record: Box<PendingConnection>,
    ) -> CallFuture<ConnectedAccount> {
        let call = self.call(None);
        Box::pin(async move { check_attempt(&call, &record).await })
    }

    /// Finishes the stored attempts that replace this account. `is_start`: gives up those whose user has not finished. Returns the new
    /// account if one of them was finished.
    pub(super) async fn finish_reconnect(
        &self,
        replaces: &str,
        is_start: bool,
    ) -> Result<Option<ConnectedAccount>> {
        for record in self.0.shared.records.all() {
            if record.replaces.as_deref() == Some(replaces) {
                let account = self.settle(record, is_start).await?;
                if account.is_some() {
                    return Ok(account);
                }
            }
        }
        if is_start {
            // Another tab may have replaced it since this flow was loaded. A further account would be one too many.
            self.get_connected_account(replaces).await?;
        }
        Ok(None)
    }

    /// Stores the outcome of an attempt that failed to replace an account, and removes its account.
    pub(super) fn discard(&self, record: PendingConnection) {
        // The flow's own signal is aborted when it ends.
        let client = self.with_signal(None);
        client.store(&record);
        spawn_local(async move {
            let _ = client.settle(record, true).await;
        });
    }

    /// Ends an attempt that replaces an account. The record names that account until nothing is left to do.
    pub(super) async fn settle(
        &self,
        mut record: PendingConnection,
        is_over: bool,
    ) -> Result<Option<ConnectedAccount>> {
        let discards = is_over || record.is_ended() || record.is_expired(now_ms());
        if discards && !record.is_ended() {
            record.outcome = AttemptOutcome::Cancelled;
            self.store(&record);
        }
        let call = self.call(None);
        let account = settle(&call, &record, discards).await?;
        if account.is_some() {
            record.outcome = AttemptOutcome::Connected;
        }
        if discards || account.is_some() {
            record.replaces = None;
            self.store(&record);
        }
        Ok(account)
    }
}
