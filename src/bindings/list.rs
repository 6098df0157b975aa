//! Lists, as JavaScript sees them: one async iterator for all of them.

use js_sys::Promise;
use js_sys::{Object, Reflect, Symbol};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::convert::{answered, converted, put, read_with, thrown, to_js};
use crate::client::{CallFuture, ConnectClient, List};
use crate::core::error::ConnectError;
use crate::core::value::Value;

/// Items one after the other. Made by the `list` methods, iterated with `for await`.
#[wasm_bindgen(skip_typescript)]
pub struct ListIterator {
    name: &'static str,
    next: Box<dyn Fn() -> Result<CallFuture<JsValue>, ConnectError>>,
}

#[wasm_bindgen]
impl ListIterator {
    /// As of `AsyncIterator`.
    pub fn next(&self) -> Promise {
        answered(self.name, (self.next)())
    }
}

/// The iterator of a list. Wrong options are thrown.
pub fn list<T: Serialize + 'static>(
    client: &ConnectClient,
    name: &'static str,
    options: &JsValue,
    start: fn(&ConnectClient, &Value) -> Result<List<T>, ConnectError>,
) -> Result<JsValue, JsValue> {
    let list = read_with(options, |options| start(client, options));
    let list = list.map_err(|error| thrown(name, error))?;
    let next = Box::new(move || converted(list.next(), show_next));
    let iterator: JsValue = ListIterator { name, next }.into();
    // An iterator is its own iterable, and `valueOf` is a function that returns its `this`.
    let value_of = Reflect::get(&Object::new(), &"valueOf".into()).unwrap_or_default();
    let _ = Reflect::set(&iterator, &Symbol::async_iterator(), &value_of);
    Ok(iterator)
}

fn show_next<T: Serialize>(item: &Option<T>) -> JsValue {
    let result = Object::new();
    put(&result, "done", &item.is_none().into());
    put(
        &result,
        "value",
        &item.as_ref().map(to_js).unwrap_or_default(),
    );
    result.into()
}
