//! Performs what a [`Flow`] asks for.

use core::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AbortController, AbortSignal};

use super::announce::announce;
use super::{ConnectClient, Result};
use crate::browser::channel::{Channel, heard};
use crate::browser::failure::Failure;
use crate::browser::popup::Popup;
use crate::browser::timing::{Timer, jitter, now_ms};
use crate::browser::{page, surroundings};
use crate::core::callback;
use crate::core::error::{ConnectError, ErrorCode};
use crate::core::flow::{Effect, Flow, FlowEvent, Moment, Outcome, Snapshot, Surroundings, Work};
use crate::core::pending::PendingConnection;
use crate::core::procedure::complete;
use crate::core::secret::Secret;
use crate::core::trace::{FlowTag, TraceEvent};

pub use crate::core::flow::{FlowMode, FlowOptions};

/// One attempt to connect one account, with a state to render from. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct ConnectFlow {
    inner: Rc<Inner>,
}

/// Hears of every change of a flow. What it throws is reported to the page and stops nobody else.
pub type Listener = Rc<dyn Fn() -> core::result::Result<(), JsValue>>;

struct Inner {
    client: ConnectClient,
    machine: RefCell<Flow>,
    snapshot: RefCell<Rc<Snapshot>>,
    listeners: RefCell<Vec<(u32, Listener)>>,
    last_listener: Cell<u32>,
    waiting: RefCell<Vec<Function>>,
    popup: RefCell<Option<Popup>>,
    work: RefCell<Option<AbortController>>,
    cause: RefCell<Option<JsValue>>,
    timer: RefCell<Option<Timer>>,
    ears: RefCell<Option<Ears>>,
    callback_url: RefCell<Option<String>>,
    /// For the trace: of the attempt, once there is one.
    tag: Cell<FlowTag>,
    me: Weak<Inner>,
}

/// What a flow hears by. Deaf once dropped.
struct Ears {
    flow_id: String,
    channel: Option<Channel>,
    _on_message: Closure<dyn Fn(JsValue)>,
    on_change: Closure<dyn Fn(JsValue)>,
}

impl Drop for Ears {
    fn drop(&mut self) {
        surroundings::unlisten(self.on_change.as_ref().unchecked_ref());
    }
}

impl ConnectClient {
    /// A flow for one account. Nothing is asked yet.
    ///
    /// # Errors
    /// `invalid_argument`.
    pub fn flow(&self, mut options: FlowOptions) -> Result<ConnectFlow> {
        let default = &self.inner.options.entity_id;
        options.entity_id = options.entity_id.or_else(|| default.clone());
        Ok(ConnectFlow::new(self.clone(), options.checked()?))
    }

    /// A flow that goes on waiting for an attempt that this browser remembers: that of `flow_id`, or the newest that is
    /// pending. `None` when nothing is pending.
    ///
    /// # Errors
    /// `flow_expired` when the attempt of `flow_id` is not remembered or too old.
    pub fn resume(&self, flow_id: Option<&str>) -> Result<Option<ConnectFlow>> {
        let record = match flow_id {
            None => match self.pending().into_iter().next() {
                Some(record) => record,
                None => return Ok(None),
            },
            Some(flow_id) => {
                let mut records = self.inner.records.all();
                records.retain(|record| record.flow_id == flow_id && !record.is_expired(now_ms()));
                records.pop().ok_or_else(|| {
                    ConnectError::new(
                        ErrorCode::FlowExpired,
                        "no such connection was started in this browser within the last 10 minutes",
                    )
                })?
            }
        };
        let flow = ConnectFlow::new(self.clone(), FlowOptions::default());
        flow.inner.handle(FlowEvent::Resume(record, None))?;
        Ok(Some(flow))
    }
}

/// A flow that is not kept alive.
pub struct WeakFlow(Weak<Inner>);

impl WeakFlow {
    /// The flow, while somebody else keeps it.
    pub fn upgrade(&self) -> Option<ConnectFlow> {
        self.0.upgrade().map(|inner| ConnectFlow { inner })
    }
}

impl ConnectFlow {
    fn new(client: ConnectClient, options: FlowOptions) -> Self {
        let machine = Flow::new(options, surroundings::in_app_browser());
        let snapshot = Rc::new(machine.snapshot());
        let inner = Rc::new_cyclic(|me| Inner {
            client,
            machine: RefCell::new(machine),
            snapshot: RefCell::new(snapshot),
            listeners: RefCell::default(),
            last_listener: Cell::default(),
            waiting: RefCell::default(),
            popup: RefCell::default(),
            work: RefCell::default(),
            cause: RefCell::default(),
            timer: RefCell::default(),
            ears: RefCell::default(),
            callback_url: RefCell::default(),
            tag: Cell::new(FlowTag::of("")),
            me: me.clone(),
        });
        ConnectFlow { inner }
    }

    /// Finds out what to ask the user for. On the page that the user of this very flow returns to, it completes the
    /// connection instead.
    ///
    /// # Errors
    /// `invalid_transition`.
    pub fn load(&self) -> Result<()> {
        let inner = &self.inner;
        let returned = inner.returned();
        match returned {
            Some((record, callback, url)) => {
                announce(&record.flow_id, &url);
                let event = FlowEvent::Resume(record, Some(callback));
                *inner.callback_url.borrow_mut() = Some(url);
                inner.handle(event)
            }
            None => inner.handle(FlowEvent::Load),
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
    pub fn snapshot(&self) -> Rc<Snapshot> {
        self.inner.snapshot.borrow().clone()
    }

    /// What JavaScript threw, where that is behind the error of the snapshot.
    pub fn cause(&self) -> Option<JsValue> {
        self.inner.cause.borrow().clone()
    }

    /// The flow as soon as nothing more happens by itself: `ready`, `redirecting`, or the end.
    pub async fn settled(&self) -> Rc<Snapshot> {
        if !self.inner.machine.borrow().is_settled() {
            let promise = Promise::new(&mut |resolve, _reject| {
                self.inner.waiting.borrow_mut().push(resolve);
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

    /// Ends the flow's work and forgets its listeners. An attempt that the user is busy with stays pending. May be called twice.
    pub fn dispose(&self) {
        self.inner.listeners.borrow_mut().clear();
        let _ = self.inner.handle(FlowEvent::Dispose);
    }
}

impl Inner {
    fn handle(&self, event: FlowEvent) -> Result<()> {
        let moment = Moment {
            now_ms: now_ms(),
            random: jitter(),
        };
        let effects = self.machine.borrow_mut().handle(event, moment)?;
        for effect in effects {
            self.perform(effect);
        }
        self.publish();
        Ok(())
    }

    /// For what no app has asked for: nothing of that is ever refused.
    fn report(&self, event: FlowEvent) {
        let _ = self.handle(event);
    }

    fn perform(&self, effect: Effect) {
        match effect {
            Effect::ReservePopup => {
                let popup = Popup::open();
                let is_there = popup.is_some();
                self.note_popup(if is_there { "reserved" } else { "blocked" });
                self.popup.replace(popup);
                self.report(FlowEvent::PopupReserved(is_there));
            }
            Effect::NavigatePopup(url) => {
                if let Some(popup) = &*self.popup.borrow() {
                    popup.navigate(&url);
                    self.note_popup("navigated");
                }
            }
            Effect::ClosePopup => {
                if let Some(popup) = self.popup.take() {
                    popup.close();
                    self.note_popup("closed");
                }
            }
            Effect::LeavePage(url) => {
                if let Err(failure) = self.client.redirect(&url) {
                    self.cause.replace(failure.cause);
                    self.report(FlowEvent::NotLeft(failure.error));
                }
            }
            Effect::Run(number, work) => self.run(number, work),
            Effect::Abort => {
                self.timer.take();
                if let Some(work) = self.work.take() {
                    work.abort();
                }
            }
            Effect::Store(record) => self.client.remember(&record),
            Effect::Listen(flow_id) => self.listen(flow_id),
            Effect::Unlisten => drop(self.ears.take()),
            Effect::Wake(millis) => {
                let me = self.me.clone();
                let timer = Timer::start(millis, move || wake(&me));
                self.timer.replace(Some(timer));
            }
            Effect::CleanAddress => {
                if let Some(url) = self.callback_url.take() {
                    page::clean_address(&url);
                }
            }
        }
    }

    fn run(&self, number: u32, work: Work) {
        let Some(me) = self.me.upgrade() else {
            return;
        };
        let controller = AbortController::new().ok();
        let signal = controller.as_ref().map(AbortController::signal);
        self.work.replace(controller);
        spawn_local(async move {
            let outcome = me.work(work, signal).await;
            me.report(FlowEvent::Done(number, outcome));
        });
    }

    async fn work(&self, work: Work, signal: Option<AbortSignal>) -> Outcome {
        let client = &self.client;
        match work {
            Work::Load(options) => {
                let result = client.get_expected_params_for_user(options, signal).await;
                Outcome::Loaded(self.keep_cause(result))
            }
            Work::Initiate(options) => {
                let result = client.start_connection(options, signal).await;
                Outcome::Initiated(self.keep_cause(result))
            }
            Work::Look(id) => {
                let result = client.get_connected_account(id, signal).await;
                Outcome::Looked(self.keep_cause(result))
            }
        }
    }

    fn keep_cause<T>(&self, result: Result<T>) -> core::result::Result<T, ConnectError> {
        result.map_err(|Failure { error, cause }| {
            self.cause.replace(cause);
            error
        })
    }

    fn tick(&self) {
        let around = Surroundings {
            is_popup_closed: self.popup.borrow().as_ref().is_none_or(Popup::is_closed),
            has_focus: surroundings::has_focus(),
            is_visible: surroundings::is_visible(),
            is_online: surroundings::is_online(),
        };
        self.report(FlowEvent::Tick(around));
    }

    /// The callback in the page's address, where it is of this flow.
    fn returned(&self) -> Option<(PendingConnection, callback::ConnectionCallback, String)> {
        let url = page::address().ok()?;
        let callback = callback::parse(&url).ok()??;
        let record = complete::find(&callback, &self.client.inner.records.all())?.clone();
        self.machine
            .borrow()
            .is_own(&record)
            .then_some((record, callback, url))
    }

    fn note_popup(&self, what: &'static str) {
        let flow = self.tag.get();
        self.client.record(TraceEvent::Popup { flow, what });
    }

    fn listen(&self, flow_id: String) {
        self.tag.set(FlowTag::of(&flow_id));
        let me = self.me.clone();
        let on_message = Closure::new(move |event: JsValue| {
            if let Some(me) = me.upgrade() {
                me.heard(&event);
            }
        });
        let me = self.me.clone();
        let on_change = Closure::new(move |event: JsValue| {
            if let Some(me) = me.upgrade() {
                me.changed(&event);
            }
        });
        let ears = Ears {
            channel: Channel::open(&flow_id, on_message.as_ref().unchecked_ref()),
            flow_id,
            _on_message: on_message,
            on_change,
        };
        surroundings::listen(ears.on_change.as_ref().unchecked_ref());
        self.ears.replace(Some(ears));
    }

    /// Word of a window that the user has returned to. It is believed as much as its URL: not at all.
    fn heard(&self, event: &JsValue) {
        let Some(callback) = heard(event, CALLBACK).and_then(|url| callback::parse(&url).ok()?)
        else {
            return;
        };
        if let Some(channel) = self
            .ears
            .borrow()
            .as_ref()
            .and_then(|ears| ears.channel.as_ref())
        {
            let is_popup = self.machine.borrow().is_by_popup();
            channel.say(HEARD, if is_popup { POPUP } else { "" });
        }
        self.report(FlowEvent::Returned(callback));
    }

    fn changed(&self, event: &JsValue) {
        match surroundings::news(event) {
            surroundings::News::CameBack => self.report(FlowEvent::CameBack),
            surroundings::News::Stored(key) => {
                let is_ours = self
                    .ears
                    .borrow()
                    .as_ref()
                    .is_some_and(|ears| PendingConnection::key(&ears.flow_id) == key);
                if is_ours {
                    self.report(FlowEvent::Hint);
                }
            }
            surroundings::News::Other => self.tick(),
        }
    }

    fn publish(&self) {
        let snapshot = self.machine.borrow().snapshot();
        if **self.snapshot.borrow() != snapshot {
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
            for resolve in self.waiting.take() {
                let _ = resolve.call0(&JsValue::UNDEFINED);
            }
        }
    }
}

fn wake(me: &Weak<Inner>) {
    if let Some(me) = me.upgrade() {
        me.tick();
    }
}

/// The words on a flow's channel: a callback URL, and the answer to it.
pub(super) const CALLBACK: &str = "callback";
pub(super) const HEARD: &str = "heard";
/// The text of the answer where the window is a popup of the page that answers.
pub(super) const POPUP: &str = "popup";
