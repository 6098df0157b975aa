//! The requests of a flow.

use wasm_bindgen_futures::spawn_local;
use web_sys::{AbortController, AbortSignal};

use super::runner::Runner;
use crate::core::api::accounts::{AccountFilter, ConnectedAccount};
use crate::core::error::ErrorCode;
use crate::core::flow::{FlowEvent, Found, Work, WorkResult};
use crate::core::pending::PendingConnection;
use crate::core::watch::PeerNews;

impl Runner {
    pub(super) fn run(&self, number: u32, work: Work) {
        let Some(me) = self.me.upgrade() else {
            return;
        };
        let reconnects = self.machine.borrow().reconnects();
        let is_verifying = self.machine.borrow().verification().is_some();
        let controller = match work {
            // Its answer names the account to remove if the flow has ended meanwhile.
            Work::Initiate(_) if reconnects.is_some() || is_verifying => None,
            _ => AbortController::new().ok(),
        };
        let signal = controller.as_ref().map(AbortController::signal);
        if let Some(before) = self.work.replace(controller) {
            before.abort();
        }
        let accounts = match &work {
            Work::Load(_, accounts) => accounts.clone(),
            _ => None,
        };
        let same = signal.clone();
        let peers = self.peers();
        spawn_local(async move {
            let result = me.work(work, reconnects, signal).await;
            if matches!(result, WorkResult::Checked(_)) {
                me.catch_up();
            }
            let is_answered = matches!(result, WorkResult::Checked(Ok(_)));
            me.report(FlowEvent::Done(number, result));
            if let Some(peers) = peers
                && is_answered
                && me.machine.borrow().is_settled()
            {
                peers.tell_peers(PeerNews::Decided);
            }
        });
        if let Some(filter) = accounts {
            self.list_accounts(number, filter, same);
        }
    }

    /// Lists the user's accounts. A server that refuses this is asked once, unless the flow needs the answer.
    fn list_accounts(&self, number: u32, filter: AccountFilter, signal: Option<AbortSignal>) {
        let is_refused = &self.client.0.shared.is_listing_refused;
        let Some(me) = self.me.upgrade() else {
            return;
        };
        if is_refused.get() && !self.machine.borrow().is_reusing() {
            return;
        }
        spawn_local(async move {
            let client = me.client.with_signal(signal);
            let mut result = client.find_accounts(filter).await;
            let verification = me.machine.borrow().verification();
            if let (Ok(accounts), Some(verification)) = (&mut result, verification) {
                let is_wanted = |account: &ConnectedAccount| me.machine.borrow().reuses(account);
                let accounts = std::mem::take(accounts);
                result = client
                    .without_rejected(&verification, accounts, &is_wanted)
                    .await;
            }
            let is_forbidden = matches!(&result, Err(error) if error.code == ErrorCode::Forbidden);
            me.client.0.shared.is_listing_refused.set(is_forbidden);
            me.report(FlowEvent::Done(number, WorkResult::Listed(result)));
        });
    }

    async fn work(
        &self,
        work: Work,
        reconnects: Option<String>,
        signal: Option<AbortSignal>,
    ) -> WorkResult {
        let client = self.client.with_signal(signal);
        if let (Some(id), Work::Find(_) | Work::Initiate(_) | Work::Replace(..)) =
            (reconnects, &work)
        {
            if !matches!(work, Work::Find(_)) {
                client.supersede(&|record| self.machine.borrow().is_same(record));
            }
            let continues = |record: &PendingConnection| self.machine.borrow().continues(record);
            let verification = self.machine.borrow().verification();
            let finished = client.finish_reconnect(&id, &work, verification, &continues);
            match finished.await {
                Ok(None) => {}
                Ok(Some(account)) => {
                    return WorkResult::Found(Ok(Found::Successor(Box::new(account))));
                }
                Err(error) => return WorkResult::Found(Err(error)),
            }
        }
        match work {
            Work::Find(options) => WorkResult::Found(client.find_replaced(options).await),
            Work::Replace(old, update) => {
                WorkResult::Initiated(client.replace_values(old, update).await)
            }
            Work::Load(options, _) => {
                WorkResult::Loaded(client.get_expected_params_for_user(options).await)
            }
            Work::Initiate(options) => {
                client.prune();
                client.supersede(&|record| self.machine.borrow().is_same(record));
                WorkResult::Initiated(client.initiate(options).await)
            }
            Work::Complete(record, session_uri) => {
                let call = client.call(None);
                let completed = client.complete_session(&call, &record, &session_uri, true);
                WorkResult::Completed(completed.await)
            }
            Work::Check(record) => {
                let takes_turn = self.machine.borrow().takes_turn();
                let checked = client.check_attempt(record, takes_turn, self.peers());
                match checked.await.transpose() {
                    Some(result) => WorkResult::Checked(result),
                    None => WorkResult::PutOff,
                }
            }
        }
    }
}
