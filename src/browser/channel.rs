//! Word between the windows of this origin: the page that waits for a flow, and the one that its user returns to.

use js_sys::{Function, Object, Reflect};
use wasm_bindgen::prelude::*;

use super::page;
use crate::core::pending::KEY_PREFIX;
use crate::core::text::concat;

/// Somebody is back: a callback URL.
pub const CALLBACK: &str = "callback";
/// The answer to it.
pub const HEARD: &str = "heard";
/// The text of the answer where the window is a popup of the page that answers.
pub const POPUP: &str = "popup";
/// The page that says it, by its random id.
const FROM: &str = "from";

#[wasm_bindgen]
extern "C" {
    type BroadcastChannel;
    #[wasm_bindgen(constructor, catch)]
    fn new(name: &str) -> Result<BroadcastChannel, JsValue>;
    #[wasm_bindgen(method, catch, setter, structural)]
    fn set_onmessage(this: &BroadcastChannel, listener: &Function) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, structural, js_name = postMessage)]
    fn post_message(this: &BroadcastChannel, message: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, structural)]
    fn close(this: &BroadcastChannel) -> Result<(), JsValue>;
}

/// The channel of one flow. Closed when dropped.
pub struct Channel(BroadcastChannel);

impl Channel {
    /// Where there are no channels, storage events and the platform itself tell, a little later.
    pub fn open(flow_id: &str, listener: &Function) -> Option<Self> {
        let name = concat(&[KEY_PREFIX, flow_id]);
        let channel = Channel(BroadcastChannel::new(&name).ok()?);
        channel.0.set_onmessage(listener).ok()?;
        Some(channel)
    }

    /// Says one word, with a text.
    pub fn say(&self, word: &str, text: &str) {
        let message = Object::new();
        let _ = Reflect::set(&message, &word.into(), &text.into());
        let _ = Reflect::set(&message, &FROM.into(), &page::id().into());
        let _ = self.0.post_message(&message);
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        let _ = self.0.close();
    }
}

/// The text of a word in a message of another page, whoever sent it. A page ignores its own.
pub fn heard(event: &JsValue, word: &str) -> Option<String> {
    let data = Reflect::get(event, &"data".into()).ok()?;
    let from = Reflect::get(&data, &FROM.into()).ok()?.as_string();
    if from.is_some() && from == page::id() {
        return None;
    }
    Reflect::get(&data, &word.into()).ok()?.as_string()
}
