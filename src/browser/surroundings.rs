//! Visibility, focus and network of the page, and events that change them.

use std::cell::Cell;

use js_sys::Function;
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use super::timing::Deadline;
use crate::core::error::ConnectError;
use crate::core::in_app_browser::detect;
use crate::core::watch::Surroundings;

#[wasm_bindgen(module = "/src/browser/window.js")]
extern "C" {
    /// A member of a global object. Undefined if either is missing.
    #[wasm_bindgen(js_name = look)]
    pub fn global(object: &str, name: &str) -> JsValue;
    /// Whether the page has the focus. True outside a page.
    #[wasm_bindgen(js_name = hasFocus)]
    pub fn has_focus() -> bool;
    /// Whether the page is in a frame of another site, where authorization servers refuse to be shown.
    #[wasm_bindgen(js_name = isEmbedded)]
    pub fn is_embedded() -> bool;
    /// Adds `listener` for visibility, focus, network, storage and page events, and for messages on `channel`, if there is one.
    pub fn listen(listener: &Function, channel: &JsValue);
    /// Removes `listener`.
    pub fn unlisten(listener: &Function, channel: &JsValue);
    #[wasm_bindgen(js_name = news)]
    fn read_news(event: &JsValue) -> JsValue;
}

/// Whether the page is visible. True outside a page.
pub fn is_visible() -> bool {
    global("document", "visibilityState") != "hidden"
}

/// The state of the page. The caller knows about the popup.
pub fn surroundings(is_popup_closed: bool) -> Surroundings {
    Surroundings {
        is_popup_closed,
        has_focus: has_focus(),
        is_visible: is_visible(),
        is_online: is_online(),
    }
}

thread_local! {
    /// Whether the last request was answered although the browser reported that it is offline.
    static IS_ANSWERED_OFFLINE: Cell<bool> = const { Cell::new(false) };
}

/// Whether the network is available: the browser reports so, or the last request was answered nevertheless.
pub fn is_online() -> bool {
    reports_online() || IS_ANSWERED_OFFLINE.get()
}

/// Records whether a request was answered.
pub fn note_answer(is_answered: bool) {
    IS_ANSWERED_OFFLINE.set(is_answered && !reports_online());
}

fn reports_online() -> bool {
    global("navigator", "onLine").as_bool() != Some(false)
}

/// The app whose in-app browser shows the page (see [`detect`]).
pub fn in_app_browser() -> Option<&'static str> {
    let agent = global("navigator", "userAgent").as_string()?;
    detect(&agent, global("navigator", "standalone").is_truthy())
}

/// The meaning of an event from [`listen`].
pub enum PageEvent {
    /// The page was restored from the back/forward cache.
    Restored,
    /// Another window changed this storage key.
    StorageChanged(String),
    /// Visibility, focus or network changed.
    Changed,
}

/// Reads an event.
pub fn page_event(event: &JsValue) -> PageEvent {
    let news = read_news(event);
    match news.as_string() {
        Some(key) => PageEvent::StorageChanged(key),
        None if news.is_truthy() => PageEvent::Restored,
        None => PageEvent::Changed,
    }
}

/// Waits for an event from [`listen`], at most `millis` milliseconds. True if that time has passed.
///
/// # Errors
/// `cancelled` if one of `signals` is aborted.
pub async fn wait_for_change(
    millis: u32,
    signals: &[AbortSignal],
    channel: &JsValue,
) -> Result<bool, ConnectError> {
    let deadline = Deadline::start(millis, signals)?;
    listen(&deadline.resolve, channel);
    let _listening = Listening(&deadline.resolve, channel);
    deadline.passed().await
}

/// Stops listening when dropped.
struct Listening<'a>(&'a Function, &'a JsValue);

impl Drop for Listening<'_> {
    fn drop(&mut self) {
        unlisten(self.0, self.1);
    }
}
