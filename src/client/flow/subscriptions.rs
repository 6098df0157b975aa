//! Events of other windows and of the page that a flow listens to.

use std::rc::Rc;

use wasm_bindgen::prelude::*;

use crate::browser::channel::Channel;
use crate::browser::surroundings;

/// The listeners of a flow. Dropping it removes them.
pub(super) struct Subscriptions {
    pub(super) flow_id: String,
    pub(super) channel: Option<Rc<Channel>>,
    /// The channel of the pages that wait for the same account.
    pub(super) peers: Option<Rc<Channel>>,
    pub(super) page: Option<PageListener>,
    _on_message: Closure<dyn Fn(JsValue)>,
}

impl Subscriptions {
    /// `on_message` gets messages of other windows, `on_change` events of the page.
    pub(super) fn start(
        flow_id: String,
        connected_account_id: Option<String>,
        on_message: Closure<dyn Fn(JsValue)>,
        on_change: Closure<dyn Fn(JsValue)>,
    ) -> Self {
        surroundings::listen(on_change.as_ref().unchecked_ref(), &JsValue::UNDEFINED);
        let open = |id: &str| Channel::open(id, on_message.as_ref().unchecked_ref()).map(Rc::new);
        Subscriptions {
            channel: open(&flow_id),
            peers: connected_account_id.and_then(|id| open(&id)),
            flow_id,
            page: Some(PageListener(on_change)),
            _on_message: on_message,
        }
    }
}

/// Listens to the page until dropped.
pub(super) struct PageListener(Closure<dyn Fn(JsValue)>);

impl Drop for PageListener {
    fn drop(&mut self) {
        surroundings::unlisten(self.0.as_ref().unchecked_ref(), &JsValue::UNDEFINED);
    }
}
