//! Completes a connection on the callback page.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::shared::{Completion, CompletionKey};
use super::{CallFuture, ConnectClient, Result};
use crate::browser::page;
use crate::browser::promise::promise_of;
use crate::browser::timing::{cancelled, now_ms};
use crate::core::callback::{self, ConnectionCallback};
use crate::core::calls::complete::{
    Bound, CompleteOptions, CompletedConnection, TIMEOUT_MS, already_ended, bind,
    complete_connection, ends_attempt, find_attempt, gives_up, keeps_session, uses_up_callback,
};
use crate::core::pending::{AttemptOutcome, PendingConnection, Verification};

impl ConnectClient {
    /// Parses a callback URL, or the address of the page. `None` for any other URL. The result is unverified.
    ///
    /// # Errors
    /// `callback_invalid`.
    pub fn parse_callback(&self, url: Option<&str>) -> Result<Option<ConnectionCallback>> {
        match url {
            Some(url) => callback::parse(url, &self.records_for(url)),
            None => self.parse_callback(Some(&self.callback_address()?)),
        }
    }

    /// Completes the connection on the callback page: binds the callback to an attempt of this browser, checks the account until it is
    /// `ACTIVE`, and removes the callback from the address. `None` on any other page. Default time limit: 30 seconds.
    ///
    /// Calls without a signal and with the same URL and time limit share one completion. It starts at once and continues if a call is
    /// dropped. A call with a signal has its own.
    ///
    /// # Errors
    /// `callback_invalid`, `callback_unbound`, `callback_replayed`, `completion_required`, `entity_mismatch`, `flow_expired`, `access_denied`,
    /// `account_failed`, `account_expired`, `account_revoked`, `account_inactive`, `account_mismatch`, `timeout`, and those of any
    /// request.
    pub fn complete_connection(
        &self,
        options: CompleteOptions,
    ) -> CallFuture<Option<CompletedConnection>> {
        let url = match &options.url {
            Some(url) => Ok(url.clone()),
            None => self.callback_address(),
        };
        let key = match (&url, &self.0.signal) {
            (Ok(url), None) if matches!(self.parse_callback(Some(url)), Ok(Some(_))) => {
                (url.clone(), self.0.timeout_ms)
            }
            _ => return self.complete(url, options.url.is_none(), options.verify),
        };
        let shared = self.shared_completion(&key);
        let Completion { over, result, .. } = shared.unwrap_or_else(|| {
            let completed = self.complete(url, options.url.is_none(), options.verify);
            self.start_completion(key, completed)
        });
        Box::pin(async move {
            let _ = JsFuture::from(over).await;
            let completed = result.borrow().clone();
            completed.unwrap_or_else(|| Err(cancelled()))
        })
    }

    fn shared_completion(&self, key: &CompletionKey) -> Option<Completion> {
        let completions = self.0.shared.completions.borrow();
        completions.iter().find(|other| other.key == *key).cloned()
    }

    fn start_completion(
        &self,
        key: CompletionKey,
        completed: CallFuture<Option<CompletedConnection>>,
    ) -> Completion {
        let result = Rc::new(RefCell::new(None));
        let (client, slot, done) = (self.clone(), result.clone(), key.clone());
        let over = promise_of(Box::pin(async move {
            let completed = completed.await;
            slot.replace(Some(completed));
            let completions = &client.0.shared.completions;
            completions.borrow_mut().retain(|other| other.key != done);
            Ok(JsValue::UNDEFINED)
        }));
        let completion = Completion { key, over, result };
        let completions = &self.0.shared.completions;
        completions.borrow_mut().push(completion.clone());
        completion
    }

    fn complete(
        &self,
        url: Result<String>,
        mut is_page: bool,
        verify: Option<Verification>,
    ) -> CallFuture<Option<CompletedConnection>> {
        let bound = url.and_then(|url| self.bind_callback(&url, &mut is_page));
        let (client, call) = (self.clone(), self.call(Some(TIMEOUT_MS)));
        Box::pin(async move {
            let completed = match bound {
                Ok(None) => return Ok(None),
                Ok(Some((callback, mut bound))) => {
                    if let Some(session_uri) = bound.session_uri.take() {
                        let record = &bound.record;
                        let completed =
                            client.complete_session(&call, record, &session_uri, is_page);
                        match completed.await {
                            Ok(record) => bound.record = *record,
                            Err(error) if keeps_session(&error) => return Err(error),
                            // The server may have completed the session before it failed to answer.
                            Err(error) => bound.otherwise = Some(error),
                        }
                    }
                    bound.record.verify = verify.or(bound.record.verify);
                    let completed = complete_connection(&call, callback, &bound).await;
                    client.verified(completed, bound.record)
                }
                Err(error) => Err(error),
            };
            if is_page && completed.as_ref().err().is_none_or(uses_up_callback) {
                client.clean_address();
            }
            completed.map(Some)
        })
    }

    /// Parses a URL and binds the callback to its attempt. Sets `is_page` if it is the callback of this page, and announces that to the
    /// page that waits.
    fn bind_callback(
        &self,
        url: &str,
        is_page: &mut bool,
    ) -> Result<Option<(ConnectionCallback, Bound)>> {
        let records = self.records_for(url);
        let Some(callback) = callback::parse(url, &records)? else {
            return Ok(None);
        };
        // `url` may be the address of the page.
        *is_page = *is_page
            || self
                .parse_callback(None)
                .is_ok_and(|own| own.as_ref() == Some(&callback));
        let found = self.find_attempt(&callback, &records);
        // A session is not announced: this page completes it.
        if *is_page && callback.session_uri.is_none() {
            // A page may wait for the flow although it could not store the record.
            let flow_id = found.map(|record| &record.flow_id);
            if let Some(flow_id) = flow_id.or(callback.flow_id.as_ref()) {
                self.announce(flow_id, url);
            }
        }
        let bound = bind(&callback, found, now_ms())?;
        Ok(Some((callback, bound)))
    }

    /// The record of a callback's attempt.
    pub(super) fn find_attempt<'a>(
        &self,
        callback: &ConnectionCallback,
        records: &'a [PendingConnection],
    ) -> Option<&'a PendingConnection> {
        find_attempt(callback, records, page::tab(false).as_deref(), now_ms())
    }

    /// Stores the outcome of an attempt, so that the same callback has the same result in another tab. An attempt that was cancelled
    /// meanwhile stays cancelled.
    fn verified(
        &self,
        completed: Result<CompletedConnection>,
        record: PendingConnection,
    ) -> Result<CompletedConnection> {
        let outcome = match &completed {
            Ok(_) => match self.0.shared.records.get(&record.flow_id) {
                Some(now) if now.is_ended() => return Err(already_ended(&now)),
                _ => AttemptOutcome::Connected,
            },
            Err(error)
                if (ends_attempt(error) || gives_up(error, &record)) && !record.is_ended() =>
            {
                AttemptOutcome::Failed
            }
            Err(_) => return completed,
        };
        let record = PendingConnection { outcome, ..record };
        match record.leaves_nothing() {
            true => self.discard(record),
            false => self.store(&PendingConnection {
                replaces: None,
                ..record
            }),
        }
        completed
    }

    /// The records, if the URL may be a callback. Any other URL does not read the storage.
    pub(super) fn records_for(&self, url: &str) -> Vec<PendingConnection> {
        match callback::may_be(url) {
            true => self.0.shared.records.all(),
            false => Vec::new(),
        }
    }

    /// The address of the page, or the address at which it was opened if only that is a callback.
    pub(super) fn callback_address(&self) -> Result<String> {
        let is_callback = |url: &str| !matches!(self.parse_callback(Some(url)), Ok(None));
        let now = page::address()?;
        Ok(match page::entry() {
            Some(entry) if !is_callback(&now) && is_callback(&entry) => entry,
            _ => now,
        })
    }

    /// Removes the callback's parameters from the address bar.
    pub(super) fn clean_address(&self) {
        page::clean_address(&|url| callback::clean(url, &self.records_for(url)));
    }
}
