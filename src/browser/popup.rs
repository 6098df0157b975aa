//! The popup that a page sends its user to the provider in.

use wasm_bindgen::prelude::*;

use super::failure::Failure;
use super::page::not_left;

#[wasm_bindgen(module = "/src/browser/window.js")]
extern "C" {
    #[wasm_bindgen(js_name = openPopup)]
    fn open_popup() -> JsValue;
    #[wasm_bindgen(catch, js_name = navigate)]
    fn replace(popup: &JsValue, url: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(js_name = isClosed)]
    fn is_closed(popup: &JsValue) -> bool;
    /// Closes a window or a channel. Imported once: in a build that is not optimized wasm-bindgen would declare it twice.
    pub fn close(it: &JsValue);
}

/// A window that this page has opened. Cheap to clone; clones are the same window.
#[derive(Clone)]
pub struct Popup(JsValue);

impl Popup {
    /// Opens a blank window over the middle of this one. `None` where the browser does not allow it: it does in a click.
    pub fn open() -> Option<Self> {
        let popup = open_popup();
        popup.is_object().then_some(Popup(popup))
    }

    /// Sends it to a URL that has passed [`redirect::check`](crate::core::redirect::check). One that is gone shows as closed.
    ///
    /// # Errors
    /// `redirect_refused` when the browser does not let us.
    pub fn navigate(&self, url: &str) -> Result<(), Failure> {
        match replace(&self.0, url) {
            Err(thrown) if !self.is_closed() => Err(not_left(thrown)),
            _ => Ok(()),
        }
    }

    /// Whether it is gone, or looks so.
    pub fn is_closed(&self) -> bool {
        is_closed(&self.0)
    }

    /// Closes it.
    pub fn close(&self) {
        close(&self.0);
    }
}

/// Closes the window of this page, where a script has opened it.
pub fn close_own() {
    close(&js_sys::global());
}
