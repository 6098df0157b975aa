//! Messages between windows of this origin: the page that waits for a flow, and the page to which the user returns.

use js_sys::Function;
use wasm_bindgen::prelude::*;

use super::page;
use super::popup::close;
use crate::core::pending::KEY_PREFIX;
use crate::core::text::concat;

/// Sent by the page to which the user returned. The text is the callback URL.
pub const CALLBACK: &str = "callback";
/// Reply of the page that waits for the flow.
pub const HEARD: &str = "heard";
/// Text of that reply if the waiting page opened the popup in which the user returned.
pub const POPUP: &str = "popup";

#[wasm_bindgen(module = "/src/browser/window.js")]
extern "C" {
    #[wasm_bindgen(js_name = openChannel)]
    fn open_channel(name: &str, listener: &Function) -> JsValue;
    #[wasm_bindgen(js_name = say)]
    fn post(channel: &JsValue, word: &str, text: &str, from: &JsValue);
    #[wasm_bindgen(js_name = heard)]
    fn text_of(event: &JsValue, word: &str, own: &JsValue) -> JsValue;
    /// Tells every page of this origin, this one included, that accounts may have changed, except in a rehearsal. The message has no
    /// content.
    #[wasm_bindgen(js_name = tellAccounts)]
    pub fn tell_accounts(is_rehearsal: bool);
}

/// The `BroadcastChannel` of one flow. Closed when dropped.
pub struct Channel(JsValue);

impl Channel {
    /// `None` without `BroadcastChannel`. Storage events and status checks then tell the same a little later.
    pub fn open(flow_id: &str, listener: &Function) -> Option<Self> {
        let channel = open_channel(&concat(&[KEY_PREFIX, flow_id]), listener);
        channel.is_object().then_some(Channel(channel))
    }

    /// Sends a message.
    pub fn send(&self, word: &str, text: &str) {
        post(&self.0, word, text, &own_id());
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        close(&self.0);
    }
}

/// The text of a message `word` from another page. Untrusted: any script of this origin can send it.
pub fn message_text(event: &JsValue, word: &str) -> Option<String> {
    text_of(event, word, &own_id()).as_string()
}

/// The id of this page, by which it ignores its own messages.
fn own_id() -> JsValue {
    page::id().into()
}
