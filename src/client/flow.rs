//! A flow, as a Rust frontend has it.

mod runner;
mod subscriptions;

use std::rc::{Rc, Weak};

use js_sys::Promise;
use wasm_bindgen_futures::JsFuture;

use super::{ConnectClient, Result};
use crate::browser::page;
use crate::browser::timing::now_ms;
use crate::core::callback;
use crate::core::calls::complete;
use crate::core::error::{ConnectError, ErrorCode};
use crate::core::flow::{FlowEvent, FlowOptions, FlowSnapshot, ResumeOptions};
use crate::core::pending::PendingConnection;
use crate::core::secret::Secret;
use runner::Runner;

pub use runner::Listener;

/// One attempt to connect one account, with a state to render from. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct ConnectFlow {
    inner: Rc<Runner>,
}

impl ConnectClient {
    /// A flow for one account. Nothing is asked yet.
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

    /// A flow that goes on waiting for an attempt that this browser remembers: that of `flow_id`, or the one that the page's address
    /// names, or else the newest that is pending, of this tab before those of others. Only an attempt of the entity, and of the app
    /// and the integration that are given. `None` when nothing is pending.
    ///
    /// # Errors
    /// `flow_expired` when the attempt of `flow_id` is not remembered or too old, `callback_replayed` when it has ended without an
    /// account.
    pub fn resume(&self, options: ResumeOptions) -> Result<Option<ConnectFlow>> {
        let default = &self.options().entity_id;
        let wanted = FlowOptions {
            app: options.app,
            integration_id: options.integration_id,
            entity_id: options.entity_id.or_else(|| default.clone()),
            ..FlowOptions::default()
        };
        let is_any = wanted.app.is_none() && wanted.integration_id.is_none();
        let is_wanted = |record: &PendingConnection| match is_any {
            true => record.is_for(wanted.entity_id.as_deref()),
            false => wanted.describe(record),
        };
        let record = match options.flow_id {
            Some(flow_id) => {
                let record = self.0.inner.records.get(&flow_id);
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
                let tab = page::tab();
                let own = || records.iter().position(|record| record.tab == tab);
                records.swap_remove(named.or_else(own).unwrap_or(0))
            }
        };
        let flow = ConnectFlow::new(self.clone(), FlowOptions::default());
        flow.inner.handle(FlowEvent::Resume(record, None))?;
        Ok(Some(flow))
    }

    /// Which of some attempts the page's address is the callback of.
    fn named(&self, records: &[PendingConnection]) -> Option<usize> {
        let url = self.callback_address().ok()?;
        let callback = callback::parse(&url, &self.records_for(&url)).ok()??;
        let flow_id = &complete::find(&callback, records)?.flow_id;
        records.iter().position(|record| record.flow_id == *flow_id)
    }
}

fn not_remembered() -> ConnectError {
    ConnectError::new(
        ErrorCode::FlowExpired,
        "no such connection was started in this browser for this entity within the last hour: start again",
    )
}

/// A flow that is not kept alive.
pub struct WeakFlow(Weak<Runner>);

impl WeakFlow {
    /// The flow, while somebody else keeps it.
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

    /// Finds out what to ask the user for. On the page that the user of this very flow returns to, it completes the
    /// connection instead. Goes on with an attempt that a disposed flow of this client has left, of the same app and entity.
    ///
    /// # Errors
    /// `invalid_transition`.
    pub fn load(&self) -> Result<()> {
        let inner = &self.inner;
        let returned = inner.page_callback();
        match returned {
            Some((Some(record), callback, url)) if inner.machine.borrow().is_own(&record) => {
                inner.client.announce(&record.flow_id, &url);
                let event = FlowEvent::Resume(record, Some(callback));
                inner.handle(event)
            }
            // Who has started it may hear of it all the same.
            Some((None, callback, url)) if callback.flow_id.is_some() => {
                inner
                    .client
                    .announce(&callback.flow_id.unwrap_or_default(), &url);
                page::forget_entry();
                inner.handle(FlowEvent::UnknownCallback)
            }
            _ => match inner.take_handed_over() {
                Some(handed_over) => {
                    inner.popup.replace(handed_over.popup);
                    inner.handle(FlowEvent::TakeOver(handed_over.attempt))
                }
                None => inner.handle(FlowEvent::Load),
            },
        }
    }

    /// Starts the connection with the user's values. To be called in the click: a popup is opened at once.
    ///
    /// # Errors
    /// `invalid_transition`.
    pub fn submit(&self, data: Vec<(String, Secret)>) -> Result<()> {
        self.inner.handle(FlowEvent::Submit(data))
    }

    /// Tries once more, from where it went wrong. To be called in the click.
    ///
    /// # Errors
    /// `invalid_transition`.
    pub fn retry(&self) -> Result<()> {
        self.inner.handle(FlowEvent::Retry)
    }

    /// Gives up: a callback that comes later is refused. The popup is closed where the browser lets the page: Chromium and
    /// Safari do not once it is at the provider, since the page's tie to it is cut for safety.
    ///
    /// # Errors
    /// `invalid_transition` when the flow has ended.
    pub fn cancel(&self) -> Result<()> {
        self.inner.handle(FlowEvent::Cancel)
    }

    /// The flow as it is now; the same until something has changed.
    pub fn snapshot(&self) -> Rc<FlowSnapshot> {
        self.inner.snapshot.borrow().clone()
    }

    /// The flow as soon as nothing more happens by itself: `ready`, `redirecting`, or the end.
    pub async fn settled(&self) -> Rc<FlowSnapshot> {
        if !self.inner.machine.borrow().is_settled() {
            let promise = Promise::new(&mut |resolve, _reject| {
                self.inner.settled.borrow_mut().push(resolve);
            });
            let _ = JsFuture::from(promise).await;
        }
        self.snapshot()
    }

    /// Has `listener` called after every change. The number is for [`unsubscribe`](Self::unsubscribe).
    pub fn subscribe(&self, listener: Listener) -> u32 {
        let number = self.inner.last_listener.get() + 1;
        self.inner.last_listener.set(number);
        self.inner.listeners.borrow_mut().push((number, listener));
        number
    }

    /// Undoes [`subscribe`](Self::subscribe). May be called twice, and by a listener.
    pub fn unsubscribe(&self, number: u32) {
        let mut listeners = self.inner.listeners.borrow_mut();
        listeners.retain(|(other, _)| *other != number);
    }

    /// For who must not keep it alive.
    pub fn downgrade(&self) -> WeakFlow {
        WeakFlow(self.inner.me.clone())
    }

    /// Ends the flow's work and forgets its listeners. An attempt that the user is busy with stays pending: the next flow that loads
    /// goes on with it. May be called twice.
    pub fn dispose(&self) {
        self.inner.listeners.borrow_mut().clear();
        let _ = self.inner.handle(FlowEvent::Dispose);
    }
}
