//! What a flow hears of other windows and of the page.

use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::runner::Runner;
use crate::browser::channel::{CALLBACK, Channel, HEARD, POPUP, heard};
use crate::browser::surroundings;
use crate::core::callback;
use crate::core::flow::FlowEvent;
use crate::core::pending::{AttemptOutcome, PendingConnection};
use crate::core::trace::FlowTag;

/// What a flow hears by. Deaf once dropped.
pub(super) struct Ears {
    flow_id: String,
    channel: Option<Rc<Channel>>,
    _on_message: Closure<dyn Fn(JsValue)>,
    on_change: Option<Watch>,
}

/// Hears of the page, until dropped.
struct Watch(Closure<dyn Fn(JsValue)>);

impl Drop for Watch {
    fn drop(&mut self) {
        surroundings::unlisten(self.0.as_ref().unchecked_ref());
    }
}

impl Runner {
    /// Hears other windows only.
    pub(super) fn unwatch(&self) {
        let mut ears = self.ears.borrow_mut();
        let watch = ears.as_mut().and_then(|ears| ears.on_change.take());
        // What stops listening is the page's, and may call back.
        drop(ears);
        drop(watch);
    }

    pub(super) fn listen(&self, flow_id: String) {
        self.tag.set(FlowTag::of(&flow_id));
        let me = self.me.clone();
        let on_message = Closure::new(move |event: JsValue| {
            if let Some(me) = me.upgrade() {
                me.heard(&event);
            }
        });
        let me = self.me.clone();
        let on_change = Closure::<dyn Fn(JsValue)>::new(move |event: JsValue| {
            if let Some(me) = me.upgrade() {
                me.changed(&event);
            }
        });
        surroundings::listen(on_change.as_ref().unchecked_ref());
        let ears = Ears {
            channel: Channel::open(&flow_id, on_message.as_ref().unchecked_ref()).map(Rc::new),
            flow_id,
            _on_message: on_message,
            on_change: Some(Watch(on_change)),
        };
        self.ears.replace(Some(ears));
    }

    /// Word of a window that the user has returned to. It is believed as much as its URL: not at all.
    fn heard(&self, event: &JsValue) {
        let Some(callback) = heard(event, CALLBACK)
            .and_then(|url| callback::parse(&url, &self.client.records_for(&url)).ok()?)
        else {
            return;
        };
        let channel = self
            .ears
            .borrow()
            .as_ref()
            .and_then(|ears| ears.channel.clone());
        if let Some(channel) = channel {
            let is_popup = self.machine.borrow().is_by_popup();
            channel.say(HEARD, if is_popup { POPUP } else { "" });
        }
        self.report(FlowEvent::Returned(callback));
    }

    fn changed(&self, event: &JsValue) {
        match surroundings::news(event) {
            surroundings::News::CameBack => self.report(FlowEvent::CameBack),
            surroundings::News::Stored(key) => {
                let flow_id = self.ears.borrow().as_ref().map(|ears| ears.flow_id.clone());
                if let Some(flow_id) = flow_id.filter(|id| PendingConnection::key(id) == key) {
                    let record = self.client.0.inner.records.get(&flow_id);
                    let outcome = record.map_or(AttemptOutcome::Pending, |record| record.outcome);
                    self.report(FlowEvent::Hint(outcome));
                }
            }
            surroundings::News::Other => self.tick(),
        }
    }
}
