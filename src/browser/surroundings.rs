//! Whether anybody looks at the page, and news of that.

use core::cell::Cell;

use js_sys::Function;
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use super::timing::Deadline;
use crate::core::error::ConnectError;
use crate::core::in_app_browser::detect;

#[wasm_bindgen(module = "/src/browser/window.js")]
extern "C" {
    /// A member of a global; undefined where there is none.
    pub fn look(global: &str, name: &str) -> JsValue;
    /// Whether the page has the keyboard. Where there is no page: yes.
    #[wasm_bindgen(js_name = hasFocus)]
    pub fn has_focus() -> bool;
    /// Whether the page is in a frame of another site: there an authorization server refuses to be shown.
    #[wasm_bindgen(js_name = isEmbedded)]
    pub fn is_embedded() -> bool;
    /// Has `listener` called with every event that changes any of it.
    pub fn listen(listener: &Function);
    /// Undoes [`listen`].
    pub fn unlisten(listener: &Function);
    #[wasm_bindgen(js_name = news)]
    fn read_news(event: &JsValue) -> JsValue;
}

/// Whether the page can be seen. Where there is no page: yes.
pub fn is_visible() -> bool {
    look("document", "visibilityState") != "hidden"
}

thread_local! {
    /// Whether a request was answered last while the browser said that it is offline.
    static IS_ANSWERED_OFFLINE: Cell<bool> = const { Cell::new(false) };
}

/// Whether there is a network: the browser says so, or its last request was answered all the same.
pub fn is_online() -> bool {
    says_online() || IS_ANSWERED_OFFLINE.get()
}

/// Notes whether a request was answered.
pub fn note_answer(is_answered: bool) {
    IS_ANSWERED_OFFLINE.set(is_answered && !says_online());
}

fn says_online() -> bool {
    look("navigator", "onLine").as_bool() != Some(false)
}

/// The app in whose browser the page runs.
pub fn in_app_browser() -> Option<&'static str> {
    let agent = look("navigator", "userAgent").as_string()?;
    detect(&agent, look("navigator", "standalone").is_truthy())
}

/// What an event that [`listen`] reports says.
pub enum News {
    /// The page is shown again after it was left.
    CameBack,
    /// Another window has changed this key of the storage.
    Stored(String),
    /// Anything else of the surroundings.
    Other,
}

/// Reads an event.
pub fn news(event: &JsValue) -> News {
    let news = read_news(event);
    match news.as_string() {
        Some(key) => News::Stored(key),
        None if news.is_truthy() => News::CameBack,
        None => News::Other,
    }
}

/// Waits for any such event, but no longer than this.
///
/// # Errors
/// `cancelled`.
pub async fn change(millis: u32, signals: &[AbortSignal]) -> Result<(), ConnectError> {
    let deadline = Deadline::start(millis, signals)?;
    listen(&deadline.resolve);
    let waited = deadline.over().await;
    unlisten(&deadline.resolve);
    waited
}
