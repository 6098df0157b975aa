//! The async iterator of all lists.

use js_sys::Promise;
use js_sys::{Object, Reflect, Symbol};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::convert::{answered, converted, put, read_with, thrown, to_js};
use crate::client::{CallFuture, ConnectClient, List};
use crate::core::error::ConnectError;
use crate::core::value::Value;

/// Iterates a list with `for await`. Made by the `list` methods.
#[wasm_bindgen(skip_typescript)]
pub struct ListIterator {
    name: &'static str,
    next: Box<dyn Fn() -> Result<CallFuture<JsValue>, ConnectError>>,
}

#[wasm_bindgen]
impl ListIterator {
    /// `next` of `AsyncIterator`.
    pub fn next(&self) -> Promise {
        answered(self.name, (self.next)())
    }
}

/// Makes the iterator of a list. Throws `invalid_argument`.
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
    // `Symbol.asyncIterator` must return the iterator itself, as `valueOf` does.
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
