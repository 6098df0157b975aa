//! The page: its address, its history, its source of randomness.

use core::cell::RefCell;

use js_sys::Reflect;
use wasm_bindgen::prelude::*;

use super::failure::Failure;
use super::surroundings::look;
use crate::core::error::{ConnectError, ErrorCode};
use crate::core::text::concat;

#[wasm_bindgen(module = "/src/browser/window.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = leave)]
    fn assign(url: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(js_name = replaceAddress)]
    fn replace(url: &str);
    /// Tells the page of an error that is nobody's to catch, as an uncaught one would be.
    #[wasm_bindgen(js_name = report)]
    pub fn report_error(thrown: &JsValue);
    #[wasm_bindgen(js_name = randomId)]
    fn random_id() -> JsValue;
    #[wasm_bindgen(js_name = tab)]
    fn tab_id() -> JsValue;
}

/// A text member of the page's location.
fn location_text(name: &str) -> Result<String, ConnectError> {
    look("location", name).as_string().ok_or_else(|| {
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
    /// The address that the page was opened at, as its entry module has seen it, until a callback in it is done with.
    static ENTRY: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Keeps the address that the page was opened at: a router may have rewritten it since.
#[cfg(feature = "bindings")]
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
    address()?;
    assign(url).map_err(not_left)
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

/// Takes our parameter and the platform's out of the address bar, wherever a router has gone meanwhile. `clean` gives an address
/// without them.
pub fn clean_address(clean: &dyn Fn(&str) -> String) {
    forget_entry();
    let now = address().unwrap_or_default();
    let cleaned = clean(&now);
    if cleaned != now {
        replace(&cleaned);
    }
}

/// A fresh flow id.
///
/// # Errors
/// `invalid_argument` where there is no source of randomness: an id that can be guessed would bind nothing.
pub fn new_flow_id() -> Result<String, Failure> {
    random_id().as_string().ok_or_else(|| {
        ConnectError::argument("required", "crypto", "has no `getRandomValues` here").into()
    })
}

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
    tab_id().as_string().or_else(id)
}
