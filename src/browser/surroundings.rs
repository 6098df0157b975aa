//! Whether anybody looks at the page, and news of that.

use core::cell::Cell;

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{AbortSignal, EventTarget};

use super::timing::wait;
use crate::core::error::ConnectError;
use crate::core::in_app_browser::detect;

#[wasm_bindgen]
extern "C" {
    type Document;
    #[wasm_bindgen(method, catch, structural, js_name = hasFocus)]
    fn has_focus(this: &Document) -> Result<bool, JsValue>;
}

/// What tells that the page has changed: `storage` and `pageshow` speak for themselves, the rest only says that it did.
const EVENTS: [&str; 5] = ["focus", "online", "offline", "pageshow", "storage"];

/// Whether the page has the keyboard. Where there is no page: yes.
pub fn has_focus() -> bool {
    let document: Document = member(&js_sys::global(), "document").unchecked_into();
    document.has_focus().unwrap_or(true)
}

/// Whether the page can be seen. Where there is no page: yes.
pub fn is_visible() -> bool {
    let state = member(&member(&js_sys::global(), "document"), "visibilityState");
    state.as_string().is_none_or(|state| state != "hidden")
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
    member(&member(&js_sys::global(), "navigator"), "onLine").as_bool() != Some(false)
}

/// Whether the page is in a frame of another site: there an authorization server refuses to be shown.
pub fn is_embedded() -> bool {
    let mut window = js_sys::global().unchecked_into::<JsValue>();
    loop {
        let parent = member(&window, "parent");
        if !parent.is_object() || Object::is(&parent, &window) {
            return false;
        }
        // What a browser says of a page of another origin: nothing.
        if Reflect::get(&member(&parent, "location"), &"href".into()).is_err() {
            return true;
        }
        window = parent;
    }
}

/// The app in whose browser the page runs.
pub fn in_app_browser() -> Option<&'static str> {
    let navigator = member(&js_sys::global(), "navigator");
    let agent = member(&navigator, "userAgent").as_string()?;
    detect(&agent, member(&navigator, "standalone").is_truthy())
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
    match member(event, "type").as_string().as_deref() {
        Some("pageshow") if member(event, "persisted").is_truthy() => News::CameBack,
        Some("storage") => News::Stored(member(event, "key").as_string().unwrap_or_default()),
        _ => News::Other,
    }
}

/// Has `listener` called with every event that changes any of it.
pub fn listen(listener: &Function) {
    each(|target, name| {
        let _ = target.add_event_listener_with_callback(name, listener);
    });
}

/// Waits for any such event, but no longer than this.
///
/// # Errors
/// `cancelled`.
pub async fn change(millis: u32, signals: &[AbortSignal]) -> Result<(), ConnectError> {
    let mut resolver = None;
    let news = Promise::new(&mut |resolve, _reject| resolver = Some(resolve));
    let resolve: Function = resolver.unwrap_or_default();
    listen(&resolve);
    let waited = wait(millis, &news, signals).await;
    unlisten(&resolve);
    waited
}

/// Undoes [`listen`].
pub fn unlisten(listener: &Function) {
    each(|target, name| {
        let _ = target.remove_event_listener_with_callback(name, listener);
    });
}

fn each(act: impl Fn(&EventTarget, &str)) {
    let page = js_sys::global();
    let document = member(&page, "document");
    // A worker has no document, and a server no events.
    if document.is_object() {
        act(document.unchecked_ref(), "visibilitychange");
    }
    if member(&page, "addEventListener").is_function() {
        for name in EVENTS {
            act(page.unchecked_ref(), name);
        }
    }
}

fn member(of: &JsValue, name: &str) -> JsValue {
    Reflect::get(of, &name.into()).unwrap_or_default()
}
