//! The page: its address, its history, its source of randomness.

use core::cell::RefCell;

use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

use super::failure::Failure;
use crate::core::error::{ConnectError, ErrorCode};
use crate::core::pending::flow_id;
use crate::core::text::concat;

#[wasm_bindgen]
extern "C" {
    type Location;
    #[wasm_bindgen(method, catch, structural)]
    fn assign(this: &Location, url: &str) -> Result<(), JsValue>;

    type History;
    #[wasm_bindgen(method, catch, structural, js_name = replaceState)]
    fn replace_state(
        this: &History,
        state: &JsValue,
        unused: &str,
        url: &str,
    ) -> Result<(), JsValue>;

    type TabStorage;
    #[wasm_bindgen(method, catch, structural, js_name = getItem)]
    fn get_item(this: &TabStorage, key: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, structural, js_name = setItem)]
    fn set_item(this: &TabStorage, key: &str, value: &str) -> Result<(), JsValue>;

    type Crypto;
    #[wasm_bindgen(method, catch, structural, js_name = getRandomValues)]
    fn get_random_values(this: &Crypto, array: &Uint8Array) -> Result<JsValue, JsValue>;
}

/// A global by its name, where there is one: a worker or a server has no `history`.
fn global<T: JsCast>(name: &str) -> Option<T> {
    let value = Reflect::get(&js_sys::global(), &name.into()).ok()?;
    (value.is_object() || value.is_function()).then(|| value.unchecked_into())
}

fn location() -> Result<Location, ConnectError> {
    global("location").ok_or_else(no_page)
}

fn no_page() -> ConnectError {
    ConnectError::argument("required", "url", "is required where there is no page")
}

/// A text member of the page's location.
fn location_text(name: &str) -> Result<String, ConnectError> {
    let text = Reflect::get(location()?.unchecked_ref(), &name.into()).unwrap_or_default();
    text.as_string().ok_or_else(no_page)
}

/// The address of the page.
///
/// # Errors
/// `invalid_argument` outside a page.
pub fn address() -> Result<String, ConnectError> {
    location_text("href")
}

thread_local! {
    /// The address that the page was opened at, as its entry module has seen it, until a callback in it is done with.
    static ENTRY: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Keeps the address that the page was opened at: a router may have rewritten it since.
pub fn enter(url: Option<String>) {
    if url.is_some() {
        ENTRY.set(url);
    }
}

/// What [`enter`] keeps.
pub fn entry() -> Option<String> {
    ENTRY.with_borrow(Clone::clone)
}

/// Forgets the address that the page was opened at.
pub fn forget_entry() {
    ENTRY.set(None);
}

/// An absolute form of a return address, which may be a path of this site. As it is outside a page.
pub fn absolute(url: String) -> String {
    match location_text("origin") {
        Ok(origin) if url.starts_with('/') => concat(&[&origin, &url]),
        _ => url,
    }
}

/// Leaves the page. `url` has passed [`redirect::check`](crate::core::redirect::check).
///
/// # Errors
/// `redirect_refused` when the browser does not let us.
pub fn leave(url: &str) -> Result<(), Failure> {
    location()?.assign(url).map_err(not_left)
}

/// The failure where a browser does not go to a URL: from a sandboxed frame, or to a host whose Punycode is wrong, as there are no
/// tables here to tell.
pub fn not_left(thrown: JsValue) -> Failure {
    let name = Reflect::get(&thrown, &"name".into()).unwrap_or_default();
    // Firefox repeats what it takes for no URL, and that may hold a token.
    let is_kept = name != "SyntaxError";
    Failure {
        error: ConnectError::new(
            ErrorCode::RedirectRefused,
            "the browser refused to go to the redirect URL",
        ),
        cause: is_kept.then_some(thrown),
    }
}

/// Takes our parameter and the platform's out of the address bar, if the page is still at `read`: where a router has gone on, it
/// stays there. `cleaned` is `read` without them.
pub fn clean_address(read: &str, cleaned: &str) {
    forget_entry();
    if let (Ok(now), Some(history)) = (address(), global::<History>("history"))
        && now == read
    {
        let state = Reflect::get(&history, &"state".into()).unwrap_or_default();
        // A sandboxed frame may refuse; the address then stays as it is.
        let _ = history.replace_state(&state, "", cleaned);
    }
}

/// Tells the page of an error that is nobody's to catch, as an uncaught one would be.
pub fn report_error(thrown: &JsValue) {
    if let Some(report) = global::<js_sys::Function>("reportError") {
        let _ = report.call1(&JsValue::UNDEFINED, thrown);
    }
}

/// A fresh flow id.
///
/// # Errors
/// `invalid_argument` where there is no source of randomness: an id that can be guessed would bind nothing.
pub fn new_flow_id() -> Result<String, Failure> {
    let mut bytes = [0; 16];
    let array = Uint8Array::new_with_length(16);
    let filled =
        global::<Crypto>("crypto").is_some_and(|crypto| crypto.get_random_values(&array).is_ok());
    if !filled {
        return Err(
            ConnectError::argument("required", "crypto", "has no `getRandomValues` here").into(),
        );
    }
    array.copy_to(&mut bytes);
    Ok(flow_id(bytes))
}

/// Under which key the tab's `sessionStorage` holds its id.
const TAB_KEY: &str = "connect-flow-tab";

thread_local! {
    /// Tells this page from others of its origin.
    static PAGE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// A random id of this page, as long as it is loaded. `None` where there is no source of randomness.
pub fn id() -> Option<String> {
    // Not borrowed meanwhile: the source of randomness may be the page's own.
    PAGE.with_borrow(Clone::clone).or_else(|| {
        let id = new_flow_id().ok()?;
        PAGE.with_borrow_mut(|kept| Some(kept.get_or_insert(id).clone()))
    })
}

/// A random id of this tab, which a reload and a way to the provider and back leave as it is. Where there is no `sessionStorage`,
/// that of the page.
pub fn tab() -> Option<String> {
    let kept = || {
        // Reading the property itself throws where cookies are blocked.
        let storage: TabStorage = global("sessionStorage")?;
        let stored = storage.get_item(TAB_KEY).ok()?.as_string();
        stored.filter(|id| id.len() == 32).or_else(|| {
            let id = new_flow_id().ok()?;
            storage.set_item(TAB_KEY, &id).ok()?;
            Some(id)
        })
    };
    kept().or_else(id)
}
