//! The flow of a client.

mod runner;
mod subscriptions;
mod work;

use std::rc::{Rc, Weak};

use wasm_bindgen_futures::JsFuture;

use super::{CallFuture, ConnectClient, Result};
use crate::browser::page;
use crate::browser::promise::deferred;
use crate::browser::timing::{cancelled, now_ms};
use crate::core::api::accounts::ConnectedAccount;
use crate::core::callback;
use crate::core::calls::complete;
use crate::core::error::{ConnectError, ErrorCode};
use crate::core::flow::{FlowEvent, FlowOptions, FlowSnapshot, ResumeOptions, WhenConnected};
use crate::core::pending::PendingConnection;
use crate::core::secret::Secret;
use runner::Runner;

pub use runner::Listener;

/// One attempt to connect one account, with a state to render. Cheap to clone: clones share everything.
#[derive(Clone)]
pub struct ConnectFlow {
    inner: Rc<Runner>,
}

impl ConnectClient {
    /// Makes a flow for one account. Sends nothing.
    ///
    /// # Errors
    /// `invalid_argument`.
    pub fn flow(&self, mut options: FlowOptions) -> Result<ConnectFlow> {
        let default = &self.options().entity_id;
        options.entity_id = options.entity_id.or_else(|| default.clone());
        if options.entity_id.is_none() && self.options().unsafe_api_key.is_some() {
            return Err(ConnectError::entity_missing());
        }
        Ok(ConnectFlow::new(self.clone(), options.checked()?))
    }

    /// Makes a flow that continues a stored attempt: that of `flow_id`, else that of the page's callback URL, else the newest pending
    /// attempt of this tab, else of any tab. The attempt must have the given entity, app and integration. `None` if there is none.
    ///
    /// # Errors
    /// With `flow_id`: `flow_expired` if the attempt has no record or is older than an hour, `callback_replayed` if it failed or was
    /// cancelled.
    pub fn resume(&self, options: ResumeOptions) -> Result<Option<ConnectFlow>> {
        let default = &self.options().entity_id;
        let wanted = FlowOptions {
            app: options.app,
            integration_id: options.integration_id,
            entity_id: options.entity_id.or_else(|| default.clone()),
            verify: options.verify,
            ..FlowOptions::default()
        };
        let is_any = wanted.app.is_none() && wanted.integration_id.is_none();
        let is_wanted = |record: &PendingConnection| match is_any {
            true => record.is_for(wanted.entity_id.as_deref()),
            false => wanted.describe(record),
        };
        let record = match options.flow_id {
            Some(flow_id) => {
                let record = self.0.shared.records.get(&flow_id);
                let record = record
                    .filter(|record| is_wanted(record) && !record.is_forgotten(now_ms()))
                    .ok_or_else(not_remembered)?;
                if record.is_ended() {
                    return Err(complete::already_ended(&record));
                }
                record
            }
            None => {
                let mut records = self.pending();
                records.retain(is_wanted);
                if records.is_empty() {
                    return Ok(None);
                }
                let named = self.named(&records);
                let tab = page::tab(false);
                let own = || records.iter().position(|record| record.tab == tab);
                records.swap_remove(named.or_else(own).unwrap_or(0))
            }
        };
        let options = FlowOptions {
            verify: wanted.verify,
            ..FlowOptions::default()
        };
        let flow = ConnectFlow::new(self.clone(), options);
        // Without a session, the account is checked at once.
        let returned = flow.inner.page_callback();
        let session = returned.and_then(|(found, callback, _)| {
            let is_session = callback.session_uri.is_some();
            let is_same = found?.flow_id == record.flow_id;
            (is_session && is_same).then_some(callback)
        });
        flow.inner.handle(FlowEvent::Resume(record, session))?;
        Ok(Some(flow))
    }

    /// Returns the user's newest usable account, or a flow in `ready` to connect one. The flow's [`WhenConnected`] is `Reuse`. On the
    /// callback page of the same app, completes the connection and returns its account.
    ///
    /// # Errors
    /// `invalid_argument`, those of a flow that fails or is cancelled, and those of any request.
    pub fn ensure_connected(&self, mut options: FlowOptions) -> CallFuture<Ensured> {
        options.when_connected = WhenConnected::Reuse;
        let flow = self.flow(options);
        Box::pin(async move {
            let flow = flow?;
            flow.load()?;
            let settled = flow.settled().await;
            if settled.state == "ready" {
                return Ok(Ensured::Flow(flow));
            }
            flow.dispose();
            match (&settled.account, &settled.error) {
                (Some(account), _) => Ok(Ensured::Account(Box::new(account.clone()))),
                (None, Some(error)) => Err(error.clone()),
                // The flow continued an attempt that sent the page to the provider.
                (None, None) => Err(cancelled()),
            }
        })
    }

    /// The index of the attempt whose callback is the page's address.
    fn named(&self, records: &[PendingConnection]) -> Option<usize> {
        let url = self.callback_address().ok()?;
        let callback = callback::parse(&url, &self.records_for(&url)).ok()??;
        let flow_id = &self.find_attempt(&callback, records)?.flow_id;
        records.iter().position(|record| record.flow_id == *flow_id)
    }
}

fn not_remembered() -> ConnectError {
    ConnectError::new(
        ErrorCode::FlowExpired,
        "no such connection was started in this browser for this entity within the last hour: start again",
    )
}

/// The result of [`ensure_connected`](ConnectClient::ensure_connected).
pub enum Ensured {
    /// The user has a usable account.
    Account(Box<ConnectedAccount>),
    /// A flow in `ready`, to connect one.
    Flow(ConnectFlow),
}

/// A weak reference to a flow.
pub struct WeakFlow(Weak<Runner>);

impl WeakFlow {
    /// The flow, if it still exists.
    pub fn upgrade(&self) -> Option<ConnectFlow> {
        self.0.upgrade().map(|inner| ConnectFlow { inner })
    }
}

impl ConnectFlow {
    fn new(client: ConnectClient, options: FlowOptions) -> Self {
        ConnectFlow {
            inner: Runner::new(client, options),
        }
    }

    /// Loads the fields to ask the user for. On the callback page of this flow's attempt, completes the connection instead. Continues an
    /// attempt of the same app and entity that a disposed flow of this client handed over, or whose key is not verified yet.
    ///
    /// # Errors
    /// `invalid_transition`.
    pub fn load(&self) -> Result<()> {
        let inner = &self.inner;
        let returned = inner.page_callback();
        match returned {
            Some((Some(record), callback, url)) if inner.machine.borrow().is_own(&record) => {
                // A session is not announced: this page completes it.
                if callback.session_uri.is_none() {
                    inner.client.announce(&record.flow_id, &url);
                }
                let event = FlowEvent::Resume(record, Some(callback));
                inner.handle(event)
            }
            // A page without a stored record may still wait for the flow.
            Some((None, callback, url))
                if callback.flow_id.is_some() || callback.session_uri.is_some() =>
            {
                if let Some(flow_id) = &callback.flow_id {
                    inner.client.announce(flow_id, &url);
                }
                page::forget_entry();
                inner.handle(FlowEvent::UnknownCallback)
            }
            _ => match inner.take_handed_over() {
                Some(handed_over) => {
                    inner.popup.replace(handed_over.popup);
                    inner.handle(FlowEvent::TakeOver(handed_over.attempt))
                }
                None => inner.handle(match inner.unverified() {
                    Some(record) => FlowEvent::Resume(record, None),
                    None => FlowEvent::Load,
                }),
            },
        }
    }

    /// Starts the connection with the user's values. Call it in the click, because it opens a popup.
    ///
    /// # Errors
    /// `invalid_transition`.
    pub fn submit(&self, data: Vec<(String, Secret)>) -> Result<()> {
        self.inner.handle(FlowEvent::Submit(data))
    }

    /// Tries again from the state before the failure. Call it in the click, because it may open a popup.
    ///
    /// # Errors
    /// `invalid_transition`.
    pub fn retry(&self) -> Result<()> {
        self.inner.handle(FlowEvent::Retry)
    }

    /// Cancels the attempt: a later callback is refused. Closes the popup if the browser allows it. Chromium and Safari do not once the
    /// popup is at the provider.
    ///
    /// # Errors
    /// `invalid_transition` if the flow has ended.
    pub fn cancel(&self) -> Result<()> {
        self.inner.handle(FlowEvent::Cancel)
    }

    /// Returns the state of the flow. The same `Rc` until the state changes.
    pub fn snapshot(&self) -> Rc<FlowSnapshot> {
        self.inner.snapshot.borrow().clone()
    }

    /// Waits until the flow is `ready`, `redirecting`, `connected`, `failed` or `cancelled`.
    pub async fn settled(&self) -> Rc<FlowSnapshot> {
        if !self.inner.machine.borrow().is_settled() {
            let (settled, resolve) = deferred();
            self.inner.settled.borrow_mut().push(resolve);
            let _ = JsFuture::from(settled).await;
        }
        self.snapshot()
    }

    /// Calls `listener` after every change. Returns a number for [`unsubscribe`](Self::unsubscribe).
    pub fn subscribe(&self, listener: Listener) -> u32 {
        let number = self.inner.last_listener.get() + 1;
        self.inner.last_listener.set(number);
        self.inner.listeners.borrow_mut().push((number, listener));
        number
    }

    /// Removes a listener. May be called twice, and by a listener.
    pub fn unsubscribe(&self, number: u32) {
        let mut listeners = self.inner.listeners.borrow_mut();
        listeners.retain(|(other, _)| *other != number);
    }

    /// Returns a weak reference.
    pub fn downgrade(&self) -> WeakFlow {
        WeakFlow(self.inner.me.clone())
    }

    /// Cancels requests and removes all listeners. An attempt whose user is in a popup stays pending, and the next flow that loads
    /// continues it. May be called twice.
    pub fn dispose(&self) {
        self.inner.listeners.borrow_mut().clear();
        let _ = self.inner.handle(FlowEvent::Dispose);
    }
}
