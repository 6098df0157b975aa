//! Lets the server complete the session of a callback page.

use super::{ConnectClient, Result};
use crate::browser::call::Call;
use crate::browser::page;
use crate::core::api::Api;
use crate::core::api::accounts::{complete_auth, completion_required};
use crate::core::callback::{self, own_query, with_flow_id};
use crate::core::calls::Platform;
use crate::core::calls::complete::{find_completed, keeps_session};
use crate::core::error::ErrorCode;
use crate::core::pending::{PendingConnection, session_mark};

impl ConnectClient {
    /// Lets the server complete a session and returns the record of its account. Sends each session once. `record` is the attempt that the
    /// session is probably of. On the callback page, the attempt replaces the session in the address.
    ///
    /// # Errors
    /// `completion_required` if the server has no such operation, `entity_mismatch`, `callback_replayed`, `account_mismatch`, and those of any
    /// request.
    pub(super) async fn complete_session(
        &self,
        call: &Call,
        record: &PendingConnection,
        session_uri: &str,
        is_page: bool,
    ) -> Result<Box<PendingConnection>> {
        let records = &self.0.shared.records;
        let mark = Some(session_mark(session_uri));
        if let Some(sent) = records.all().into_iter().find(|it| it.session == mark) {
            return Ok(Box::new(sent));
        }
        // Before the request, for other calls, a reload and other tabs.
        let sent = self.mark(record, mark);
        let completed = match self.options().api {
            Api::V3 => Err(completion_required()),
            Api::V31 => {
                let entity_id = record.entity_id.as_deref();
                call.ask(complete_auth(session_uri, entity_id)).await
            }
        };
        let completed = completed.and_then(|id| match id == sent.connected_account_id {
            true => Ok(sent.clone()),
            false => find_completed(&id, records.all()).map(Box::new),
        });
        match completed {
            Err(error) if keeps_session(&error) => {
                self.mark(record, None);
                let is_for_app = is_page && error.code == ErrorCode::CompletionRequired;
                if let Some(url) = self.callback_address().ok().filter(|_| is_for_app) {
                    self.announce(&record.flow_id, &url);
                }
                Err(error)
            }
            Err(error) if is_page => {
                self.replace_session(sent);
                Err(error)
            }
            Ok(completed) if is_page => {
                let completed = self.replace_session(completed);
                self.announce(&completed.flow_id, &with_flow_id("", &completed.flow_id));
                Ok(completed)
            }
            completed => completed,
        }
    }

    /// Stores in a record which session was sent.
    fn mark(&self, record: &PendingConnection, session: Option<u32>) -> Box<PendingConnection> {
        let now = self.0.shared.records.get(&record.flow_id);
        let mut marked = Box::new(now.unwrap_or_else(|| record.clone()));
        marked.session = session;
        self.store(&marked);
        marked
    }

    /// Replaces the session in the page's address by the attempt, so that a reload checks its account. The record learns which parameters of
    /// the address are the app's own.
    fn replace_session(&self, mut record: Box<PendingConnection>) -> Box<PendingConnection> {
        let url = page::address().unwrap_or_default();
        let cleaned = callback::clean(&url, &self.records_for(&url));
        // A router may have navigated.
        if cleaned != url {
            record.own_query = own_query(&cleaned);
            self.store(&record);
        }
        page::clean_address(&|now| match now == url && cleaned != url {
            true => with_flow_id(&cleaned, &record.flow_id),
            false => now.to_owned(),
        });
        record
    }
}
