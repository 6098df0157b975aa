//! The page: address, history and random ids.

use std::cell::RefCell;

use js_sys::Reflect;
use wasm_bindgen::prelude::*;

use super::surroundings::global;
use crate::core::error::{ConnectError, ErrorCode};
use crate::core::text::concat;

#[wasm_bindgen(module = "/src/browser/window.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = leave)]
    fn assign(url: &str, is_rehearsal: bool) -> Result<(), JsValue>;
    #[wasm_bindgen(js_name = replaceAddress)]
    fn replace(url: &str);
    /// Reports an error to the page like an uncaught one, with `reportError`.
    #[wasm_bindgen(js_name = report)]
    pub fn report_error(thrown: &JsValue);
    #[wasm_bindgen(js_name = randomId)]
    fn random_id() -> JsValue;
    #[wasm_bindgen(js_name = tab)]
    fn tab_id(is_rehearsal: bool) -> JsValue;
}

/// A string member of `location`.
fn location_text(name: &str) -> Result<String, ConnectError> {
    global("location", name).as_string().ok_or_else(|| {
        ConnectError::argument("required", "url", "is required where there is no page")
    })
}

/// The address of the page.
///
/// # Errors
/// `invalid_argument` outside a page.
pub fn address() -> Result<String, ConnectError> {
    location_text("href")
}

thread_local! {
    /// The address at which the page was opened, until the callback in it has been handled.
    static ENTRY: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Stores the address at which the page was opened. A router may have changed it since.
#[cfg(feature = "bindings")]
pub fn enter(url: Option<String>) {
    if url.is_some() {
        ENTRY.set(url);
    }
}

/// The address at which the page was opened, if it is stored.
pub fn entry() -> Option<String> {
    ENTRY.with_borrow(Clone::clone)
}

/// Forgets the address at which the page was opened.
pub fn forget_entry() {
    ENTRY.set(None);
}

/// Makes a return address absolute if it is a path of this site. Unchanged outside a page.
pub fn absolute(url: String) -> String {
    match location_text("origin") {
        Ok(origin) if url.starts_with('/') => concat(&[&origin, &url]),
        _ => url,
    }
}

/// Navigates the page to `url`, which has passed [`redirect::check`](crate::core::redirect::check).
///
/// In a rehearsal it stays where it is.
///
/// # Errors
/// `redirect_refused` if the browser refuses; `invalid_argument` outside a page.
pub fn leave(url: &str, is_rehearsal: bool) -> Result<(), ConnectError> {
    address()?;
    assign(url, is_rehearsal).map_err(navigation_refused)
}

/// The error if the browser refuses to navigate: from a sandboxed frame, or to a host with invalid Punycode.
pub fn navigation_refused(thrown: JsValue) -> ConnectError {
    let message = "the browser refused to open the redirect URL";
    let error = ConnectError::new(ErrorCode::RedirectRefused, message);
    // Firefox repeats an invalid URL in the message, which may contain a token.
    match Reflect::get(&thrown, &"name".into()).unwrap_or_default() == "SyntaxError" {
        true => error,
        false => error.with_cause(thrown),
    }
}

/// Removes our parameter and the platform's from the current address, to which a router may have navigated. `clean` returns an address
/// without them.
pub fn clean_address(clean: &dyn Fn(&str) -> String) {
    forget_entry();
    let now = address().unwrap_or_default();
    let cleaned = clean(&now);
    if cleaned != now {
        replace(&cleaned);
    }
}

/// A new flow id of 128 random bits, as 32 hexadecimal digits.
///
/// # Errors
/// `invalid_argument` without `crypto.getRandomValues`: a flow id that can be guessed protects nothing.
pub fn new_flow_id() -> Result<String, ConnectError> {
    random_id().as_string().ok_or_else(|| {
        let problem = "must have `getRandomValues`, which this environment lacks";
        ConnectError::argument("required", "crypto", problem)
    })
}

thread_local! {
    /// The id of this page.
    static PAGE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// A random id of this page until it is unloaded. `None` without a source of randomness.
pub fn id() -> Option<String> {
    // Not borrowed during `new_flow_id`: `crypto` may be the page's own and call back.
    PAGE.with_borrow(Clone::clone).or_else(|| {
        let id = new_flow_id().ok()?;
        PAGE.with_borrow_mut(|kept| Some(kept.get_or_insert(id).clone()))
    })
}

/// A random id of this tab. It survives reloads and the redirect to the provider and back. Without `sessionStorage` and in a
/// rehearsal, the id of the page.
pub fn tab(is_rehearsal: bool) -> Option<String> {
    tab_id(is_rehearsal).as_string().or_else(id)
}
