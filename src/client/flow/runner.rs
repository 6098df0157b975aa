//! Runs the state machine of a flow in the page: performs its effects and reports events.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

use js_sys::Function;
use wasm_bindgen::prelude::*;
use web_sys::AbortController;

use super::subscriptions::Subscriptions;
use crate::browser::channel::{CALLBACK, Channel, HEARD, POPUP, message_text, peer_news};
use crate::browser::popup::Popup;
use crate::browser::surroundings::PageEvent;
use crate::browser::timing::{Timer, moment};
use crate::browser::{page, surroundings};
use crate::client::shared::HandedOver;
use crate::client::{ConnectClient, Result};
use crate::core::callback;
use crate::core::flow::{Effect, Flow, FlowEvent, FlowOptions, FlowSnapshot};
use crate::core::pending::{AttemptOutcome, PendingConnection};
use crate::core::plain::plain;
use crate::core::trace::{FlowTag, PopupChange, TraceEvent};
use crate::core::value::Value;
use crate::core::watch::PeerNews;

/// Called after every change of a flow. An error that it returns is reported to the page like an uncaught one.
pub type Listener = Rc<dyn Fn() -> std::result::Result<(), JsValue>>;

/// The record of the callback's attempt, if there is one, the callback, and its URL.
pub(super) type PageCallback = (
    Option<PendingConnection>,
    callback::ConnectionCallback,
    String,
);

/// A flow and its resources in the browser.
pub(super) struct Runner {
    pub(super) client: ConnectClient,
    pub(super) machine: RefCell<Flow>,
    /// The effects to perform, in order.
    effects: RefCell<VecDeque<Effect>>,
    is_performing: Cell<bool>,
    pub(super) snapshot: RefCell<Rc<FlowSnapshot>>,
    pub(super) listeners: RefCell<Vec<(u32, Listener)>>,
    pub(super) last_listener: Cell<u32>,
    pub(super) settled: RefCell<Vec<Function>>,
    pub(super) popup: RefCell<Option<Popup>>,
    pub(super) work: RefCell<Option<AbortController>>,
    timer: RefCell<Option<Timer>>,
    subscriptions: RefCell<Option<Subscriptions>>,
    /// The attempt's name in the trace.
    tag: Cell<FlowTag>,
    pub(super) me: Weak<Runner>,
}

impl Runner {
    /// Makes an idle flow.
    pub fn new(client: ConnectClient, options: FlowOptions) -> Rc<Self> {
        let mut machine = Flow::new(options, surroundings::in_app_browser());
        machine.is_embedded = surroundings::is_embedded();
        let snapshot = Rc::new(machine.snapshot());
        Rc::new_cyclic(|me| Runner {
            client,
            machine: RefCell::new(machine),
            effects: RefCell::default(),
            is_performing: Cell::default(),
            snapshot: RefCell::new(snapshot),
            listeners: RefCell::default(),
            last_listener: Cell::default(),
            settled: RefCell::default(),
            popup: RefCell::default(),
            work: RefCell::default(),
            timer: RefCell::default(),
            subscriptions: RefCell::default(),
            tag: Cell::new(FlowTag::of("")),
            me: me.clone(),
        })
    }

    pub(super) fn handle(&self, event: FlowEvent) -> Result<()> {
        // Read before the machine is borrowed: a patched clock may call the flow.
        let moment = moment();
        let effects = self.machine.borrow_mut().handle(event, moment)?;
        self.effects.borrow_mut().extend(effects);
        // An effect may run code of the page, which may call the flow. The effects of that call are queued.
        if !self.is_performing.replace(true) {
            while let Some(effect) = self.next_effect() {
                self.perform(effect);
            }
            self.is_performing.set(false);
        }
        self.publish();
        Ok(())
    }

    fn next_effect(&self) -> Option<Effect> {
        self.effects.borrow_mut().pop_front()
    }

    /// Handles an event of the browser or the platform, which is never refused.
    pub(super) fn report(&self, event: FlowEvent) {
        let _ = self.handle(event);
    }

    fn perform(&self, effect: Effect) {
        match effect {
            Effect::ReservePopup => {
                let popup = Popup::open();
                let is_there = popup.is_some();
                self.note_popup(match is_there {
                    true => PopupChange::Reserved,
                    false => PopupChange::Blocked,
                });
                self.popup.replace(popup);
                self.report(FlowEvent::PopupReserved(is_there));
            }
            Effect::NavigatePopup(url) => match self.popup().map(|popup| popup.navigate(&url)) {
                Some(Ok(())) => self.note_popup(PopupChange::Navigated),
                Some(Err(error)) => self.report(FlowEvent::NavigationFailed(error)),
                None => {}
            },
            Effect::ClosePopup => {
                if let Some(popup) = self.popup.take() {
                    popup.close();
                    self.note_popup(PopupChange::Closed);
                }
            }
            Effect::LeavePage(url) => {
                if let Err(error) = self.client.redirect(&url) {
                    self.report(FlowEvent::NavigationFailed(error));
                }
            }
            Effect::Run(number, work) => self.run(number, work),
            Effect::Abort => {
                self.timer.take();
                if let Some(work) = self.work.take() {
                    work.abort();
                }
            }
            Effect::Store(record) => self.client.store(&record),
            Effect::Discard(record) => self.client.discard(record),
            Effect::HandOver(attempt) => self.client.hand_over(HandedOver {
                attempt,
                popup: self.popup.take(),
            }),
            Effect::Listen(flow_id) => self.listen(flow_id),
            Effect::IgnorePage => self.ignore_page(),
            Effect::StopListening => {
                self.timer.take();
                self.subscriptions.take();
            }
            Effect::Wake(millis) => {
                let me = self.me.clone();
                let timer = Timer::start(millis, move || wake(&me));
                self.timer.replace(Some(timer));
            }
            Effect::CleanAddress => self.client.clean_address(),
        }
    }

    /// A clone, because a call to the popup may run code of the page.
    fn popup(&self) -> Option<Popup> {
        self.popup.borrow().clone()
    }

    /// The channel of the pages that wait for the same account.
    pub(super) fn peers(&self) -> Option<Rc<Channel>> {
        let subscriptions = self.subscriptions.borrow();
        subscriptions.as_ref()?.peers.clone()
    }

    fn tick(&self) {
        let surroundings =
            surroundings::surroundings(self.popup().as_ref().is_none_or(Popup::is_closed));
        self.report(FlowEvent::Tick(surroundings));
    }

    /// Reads the stored outcome: a change in the same page fires no storage event.
    pub(super) fn catch_up(&self) {
        let flow_id = self.snapshot.borrow().flow_id.clone();
        let record = flow_id.and_then(|flow_id| self.client.0.shared.records.get(&flow_id));
        if let Some(record) = record.filter(PendingConnection::is_ended) {
            self.report(FlowEvent::RecordChanged(record.outcome));
        }
    }

    /// Takes an attempt that a disposed flow handed over, if this flow is idle.
    pub(super) fn take_handed_over(&self) -> Option<HandedOver> {
        let is_idle = self.machine.borrow().is_idle();
        // Borrowed for each record only: a storage of the page may call the flow.
        let is_own = |record: &PendingConnection| self.machine.borrow().continues(record);
        match is_idle {
            true => self.client.take_handed_over(&is_own),
            false => None,
        }
    }

    /// The stored attempt that this flow goes on with. A flow without a verification does not read the storage.
    pub(super) fn unverified(&self) -> Option<PendingConnection> {
        self.machine.borrow().verification()?;
        let mut pending = self.client.pending().into_iter();
        pending.find(|record| self.machine.borrow().verifies(record))
    }

    /// The callback in the page's address.
    pub(super) fn page_callback(&self) -> Option<PageCallback> {
        let url = self.client.callback_address().ok()?;
        let records = self.client.records_for(&url);
        let callback = callback::parse(&url, &records).ok()??;
        let record = self.client.find_attempt(&callback, &records).cloned();
        Some((record, callback, url))
    }

    /// Stops listening to the page.
    fn ignore_page(&self) {
        let mut subscriptions = self.subscriptions.borrow_mut();
        let page = subscriptions
            .as_mut()
            .map(|all| (all.page.take(), all.peers.take()));
        // Removing a listener may run code of the page, which may call back.
        drop(subscriptions);
        drop(page);
    }

    fn listen(&self, flow_id: String) {
        self.tag.set(FlowTag::of(&flow_id));
        let me = self.me.clone();
        let on_message = Closure::new(move |event: JsValue| {
            if let Some(me) = me.upgrade() {
                me.receive(&event);
            }
        });
        let me = self.me.clone();
        let on_change = Closure::new(move |event: JsValue| {
            if let Some(me) = me.upgrade() {
                me.notice(&event);
            }
        });
        let machine = self.machine.borrow();
        let account = machine
            .attempt()
            .map(|record| record.connected_account_id.clone());
        drop(machine);
        let subscriptions = Subscriptions::start(flow_id, account, on_message, on_change);
        self.subscriptions.replace(Some(subscriptions));
    }

    /// Handles a message of a callback page, or of a page that waits for the same account. Untrusted, like a callback URL.
    fn receive(&self, event: &JsValue) {
        match peer_news(event) {
            Some(PeerNews::Asked) => return self.report(FlowEvent::PeerAsked),
            Some(PeerNews::Decided) => return self.read_outcome(),
            None => {}
        }
        let Some(callback) = message_text(event, CALLBACK)
            .and_then(|url| callback::parse(&url, &self.client.records_for(&url)).ok()?)
        else {
            return;
        };
        let subscriptions = self.subscriptions.borrow();
        let channel = subscriptions.as_ref().and_then(|all| all.channel.clone());
        drop(subscriptions);
        if let Some(channel) = channel {
            let is_popup = self.machine.borrow().is_by_popup();
            channel.send(HEARD, if is_popup { POPUP } else { "" });
        }
        self.report(FlowEvent::Returned(callback));
    }

    fn notice(&self, event: &JsValue) {
        match surroundings::page_event(event) {
            PageEvent::Restored => self.report(FlowEvent::PageRestored),
            PageEvent::StorageChanged(key) => {
                let is_own = |id: String| PendingConnection::key(&id) == key;
                if self.flow_id().is_some_and(is_own) {
                    self.read_outcome();
                }
            }
            PageEvent::Changed => self.tick(),
        }
    }

    /// The flow id of the attempt that this flow listens for.
    fn flow_id(&self) -> Option<String> {
        let subscriptions = self.subscriptions.borrow();
        subscriptions.as_ref().map(|all| all.flow_id.clone())
    }

    /// Checks the account, with the outcome that another window may have stored.
    fn read_outcome(&self) {
        let record = self
            .flow_id()
            .and_then(|id| self.client.0.shared.records.get(&id));
        let outcome = record.map_or(AttemptOutcome::Pending, |record| record.outcome);
        self.report(FlowEvent::RecordChanged(outcome));
    }

    fn note_popup(&self, what: PopupChange) {
        let flow = self.tag.get();
        self.client.record(TraceEvent::Popup { flow, what });
    }

    fn publish(&self) {
        let snapshot = self.machine.borrow().snapshot();
        if visible(&self.snapshot.borrow()) != visible(&snapshot) {
            let is_new = self.snapshot.borrow().state != snapshot.state;
            if is_new {
                self.client.record(TraceEvent::State {
                    flow: self.tag.get(),
                    state: snapshot.state,
                    code: snapshot.error.as_ref().map(|error| error.code),
                });
            }
            self.snapshot.replace(Rc::new(snapshot));
            let listeners = self.listeners.borrow().clone();
            for (_, listener) in listeners {
                if let Err(thrown) = listener() {
                    page::report_error(&thrown);
                }
            }
        }
        if self.machine.borrow().is_settled() {
            for resolve in self.settled.take() {
                let _ = resolve.call0(&JsValue::UNDEFINED);
            }
        }
    }
}

/// The parts of a snapshot that an app sees, for comparison. A derived comparison would take more bytes than `plain`, which exists
/// anyway.
fn visible(snapshot: &FlowSnapshot) -> [Value; 3] {
    [
        plain(snapshot),
        plain(snapshot.expected_input_fields.as_slice()),
        plain(&snapshot.error),
    ]
}

fn wake(me: &Weak<Runner>) {
    if let Some(me) = me.upgrade() {
        me.tick();
    }
}
