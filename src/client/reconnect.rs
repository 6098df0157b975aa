//! Reconnects accounts: the requests of a flow, and the attempts that were interrupted.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;

use super::{CallFuture, ConnectClient, Result};
use crate::browser::channel::Channel;
use crate::browser::page;
use crate::browser::timing::now_ms;
use crate::core::api::accounts::{AccountUpdate, ConnectedAccount};
use crate::core::calls::Platform;
use crate::core::calls::initiate::Initiated;
use crate::core::calls::reconnect::{
    ReconnectOptions, check_attempt, find_replaced, replace_values, require_app, settle,
};
use crate::core::flow::{Found, Work};
use crate::core::pending::{AttemptOutcome, PendingConnection, Verification};
use crate::core::watch::PeerNews;

impl ConnectClient {
    pub(super) fn find_replaced(&self, options: ReconnectOptions) -> CallFuture<Found> {
        let (client, call) = (self.clone(), self.call(None));
        Box::pin(async move {
            let (old, wanted) = find_replaced(&call, options).await?;
            let mut params = client.get_expected_params_for_user(wanted).await?;
            // The account's own value may differ from a default.
            for field in &mut params.expected_input_fields {
                field.require_own_value();
            }
            require_app("integrationId", params.app.as_deref(), &old)?;
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

    /// Checks the account of an attempt, and tells `peers`. With `takes_turn`, returns `None` if another page is checking it.
    pub(super) fn check_attempt(
        &self,
        record: Box<PendingConnection>,
        takes_turn: bool,
        peers: Option<Rc<Channel>>,
    ) -> CallFuture<Option<ConnectedAccount>> {
        let call = self.call(None);
        Box::pin(async move {
            if takes_turn && !call.take_turn(&record.connected_account_id).await {
                return Ok(None);
            }
            // A page that is refused its turn tells nothing: other pages would wait for a check that does not happen.
            if let Some(peers) = peers {
                peers.tell_peers(PeerNews::Asked);
            }
            check_attempt(&call, &record).await.map(Some)
        })
    }

    /// Finishes the stored attempts that replace this account and that the flow continues. Returns the new account if one attempt was finished.
    /// If the work starts a new attempt, gives up all others.
    pub(super) async fn finish_reconnect(
        &self,
        replaces: &str,
        work: &Work,
        verification: Option<Verification>,
        continues: &dyn Fn(&PendingConnection) -> bool,
    ) -> Result<Option<ConnectedAccount>> {
        let is_start = !matches!(work, Work::Find(_));
        let mut others = Vec::new();
        for mut record in self.0.shared.records.all() {
            if record.replaces.as_deref() != Some(replaces) {
                continue;
            }
            if !continues(&record) {
                others.push(record);
                continue;
            }
            record.verify = verification.clone().or(record.verify);
            let account = self.settle(record, is_start).await?;
            if account.is_some() {
                return Ok(account);
            }
        }
        if matches!(work, Work::Initiate(_)) || (is_start && !others.is_empty()) {
            // Fails if another tab has replaced the account since this flow was loaded. A second new account would be a duplicate.
            self.get_connected_account(replaces).await?;
            for record in others {
                self.discard(PendingConnection {
                    replaces: None,
                    outcome: AttemptOutcome::Cancelled,
                    ..record
                });
            }
        }
        Ok(None)
    }

    /// Stores the outcome of an attempt that must leave no account behind, and removes its account. Does nothing if another tab has connected
    /// it.
    pub(super) fn discard(&self, record: PendingConnection) {
        let now = self.0.shared.records.get(&record.flow_id);
        if now.is_some_and(|now| now.outcome == AttemptOutcome::Connected) {
            return;
        }
        // The flow's own signal is aborted when it ends.
        let client = self.with_signal(None);
        client.store(&record);
        spawn_local(async move {
            let _ = client.settle(record, true).await;
        });
    }

    /// Ends an attempt that replaces an account. The record names that account until nothing is left to do.
    pub(super) fn settle(
        &self,
        mut record: PendingConnection,
        is_over: bool,
    ) -> CallFuture<Option<ConnectedAccount>> {
        let (client, call) = (self.clone(), self.call(None));
        Box::pin(async move {
            let discards = is_over || record.is_ended() || record.is_expired(now_ms());
            if discards && !record.is_ended() {
                record.outcome = AttemptOutcome::Cancelled;
                client.store(&record);
            }
            let account = settle(&call, &record, discards).await?;
            if account.is_some() {
                record.outcome = AttemptOutcome::Connected;
            }
            if discards || account.is_some() {
                record.replaces = None;
                client.store(&record);
            }
            Ok(account)
        })
    }
}
