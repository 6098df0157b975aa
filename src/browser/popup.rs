//! The popup that a page sends its user to the provider in.

use js_sys::Reflect;
use wasm_bindgen::prelude::*;

use super::failure::Failure;
use super::page::not_left;
use super::value::to_text;
use crate::core::text::concat;

const WIDTH: f64 = 520.0;
const HEIGHT: f64 = 720.0;

#[wasm_bindgen]
extern "C" {
    #[derive(Clone)]
    type Page;
    #[wasm_bindgen(method, catch, structural)]
    fn open(this: &Page, url: &str, target: &str, features: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, structural)]
    fn close(this: &Page) -> Result<(), JsValue>;

    type Address;
    #[wasm_bindgen(method, catch, structural)]
    fn replace(this: &Address, url: &str) -> Result<(), JsValue>;
}

/// A window that this page has opened. Cheap to clone; clones are the same window.
#[derive(Clone)]
pub struct Popup(Page);

impl Popup {
    /// Opens a blank window over the middle of this one. `None` where the browser does not allow it: it does in a click.
    pub fn open() -> Option<Self> {
        let page = page();
        let number = |name: &str| member(&page, name).as_f64().unwrap_or(0.0);
        let middle = |at: &str, size: &str, own: f64| {
            (number(at) + ((number(size) - own) / 2.0).max(0.0)).trunc()
        };
        let text = |number: f64| to_text(&number.into());
        let features = [
            "popup,width=",
            &text(WIDTH),
            ",height=",
            &text(HEIGHT),
            ",left=",
            &text(middle("screenX", "outerWidth", WIDTH)),
            ",top=",
            &text(middle("screenY", "outerHeight", HEIGHT)),
        ];
        let opened = page
            .open("about:blank", "_blank", &concat(&features))
            .ok()?;
        // Blocked is null, and for some blockers a window that is closed already.
        if !opened.is_object() || member(&opened, "closed").is_truthy() {
            return None;
        }
        // Whatever page comes into it must not be able to navigate ours.
        let _ = Reflect::set(&opened, &"opener".into(), &JsValue::NULL);
        Some(Popup(opened.unchecked_into()))
    }

    /// Sends it to a URL that has passed [`redirect::check`](crate::core::redirect::check). One that is gone shows as closed.
    ///
    /// # Errors
    /// `redirect_refused` when the browser does not let us.
    pub fn navigate(&self, url: &str) -> Result<(), Failure> {
        let address: Address = member(&self.0, "location").unchecked_into();
        match address.replace(url) {
            Err(thrown) if !self.is_closed() => Err(not_left(thrown)),
            _ => Ok(()),
        }
    }

    /// Whether it is gone, or looks so.
    pub fn is_closed(&self) -> bool {
        member(&self.0, "closed").is_truthy()
    }

    /// Closes it.
    pub fn close(&self) {
        let _ = self.0.close();
    }
}

/// Closes the window of this page, where a script has opened it.
pub fn close_own() {
    let _ = page().close();
}

fn page() -> Page {
    js_sys::global().unchecked_into()
}

fn member(of: &JsValue, name: &str) -> JsValue {
    Reflect::get(of, &name.into()).unwrap_or_default()
}
