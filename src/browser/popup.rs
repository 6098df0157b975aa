//! The popup that shows the provider's page.

use wasm_bindgen::prelude::*;

use crate::core::error::ConnectError;

use super::page::navigation_refused;

#[wasm_bindgen(module = "/src/browser/window.js")]
extern "C" {
    #[wasm_bindgen(js_name = openPopup)]
    fn open_popup() -> JsValue;
    #[wasm_bindgen(catch, js_name = navigate)]
    fn replace(popup: &JsValue, url: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(js_name = isClosed)]
    fn is_closed(popup: &JsValue) -> bool;
    /// Closes a window or a channel. Imported only here, because wasm-bindgen declares a second import again in a debug build.
    pub fn close(it: &JsValue);
}

/// A window opened by this page. Clones are the same window.
#[derive(Clone)]
pub struct Popup(JsValue);

impl Popup {
    /// Opens a blank window, centred on this one. `None` if the browser blocks it; during a click it does not.
    pub fn open() -> Option<Self> {
        let popup = open_popup();
        popup.is_object().then_some(Popup(popup))
    }

    /// Navigates to a URL that has passed [`redirect::check`](crate::core::redirect::check). No error if the window is closed.
    ///
    /// # Errors
    /// `redirect_refused` if the browser refuses.
    pub fn navigate(&self, url: &str) -> Result<(), ConnectError> {
        match replace(&self.0, url) {
            Err(thrown) if !self.is_closed() => Err(navigation_refused(thrown)),
            _ => Ok(()),
        }
    }

    /// Whether the window is closed, or cut off from this page by `Cross-Origin-Opener-Policy`.
    pub fn is_closed(&self) -> bool {
        is_closed(&self.0)
    }

    /// Closes the window.
    pub fn close(&self) {
        close(&self.0);
    }
}

/// Closes the window of this page, if a script opened it.
pub fn close_own() {
    close(&js_sys::global());
}
