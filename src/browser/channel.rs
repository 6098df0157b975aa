//! Word between the windows of this origin: the page that waits for a flow, and the one that its user returns to.

use js_sys::Function;
use wasm_bindgen::prelude::*;

use super::page;
use super::popup::close;
use crate::core::pending::KEY_PREFIX;
use crate::core::text::concat;

/// Somebody is back: a callback URL.
pub const CALLBACK: &str = "callback";
/// The answer to it.
pub const HEARD: &str = "heard";
/// The text of the answer where the window is a popup of the page that answers.
pub const POPUP: &str = "popup";

#[wasm_bindgen(module = "/src/browser/window.js")]
extern "C" {
    #[wasm_bindgen(js_name = openChannel)]
    fn open_channel(name: &str, listener: &Function) -> JsValue;
    #[wasm_bindgen(js_name = say)]
    fn post(channel: &JsValue, word: &str, text: &str, from: &JsValue);
    #[wasm_bindgen(js_name = heard)]
    fn text_of(event: &JsValue, word: &str, own: &JsValue) -> JsValue;
}

/// The channel of one flow. Closed when dropped.
pub struct Channel(JsValue);

impl Channel {
    /// Where there are no channels, storage events and the platform itself tell, a little later.
    pub fn open(flow_id: &str, listener: &Function) -> Option<Self> {
        let channel = open_channel(&concat(&[KEY_PREFIX, flow_id]), listener);
        channel.is_object().then_some(Channel(channel))
    }

    /// Says one word, with a text.
    pub fn say(&self, word: &str, text: &str) {
        post(&self.0, word, text, &own_id());
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        close(&self.0);
    }
}

/// The text of a word in a message of another page, whoever sent it. A page ignores its own.
pub fn heard(event: &JsValue, word: &str) -> Option<String> {
    text_of(event, word, &own_id()).as_string()
}

/// What a page says with each word: its random id.
fn own_id() -> JsValue {
    page::id().into()
}
