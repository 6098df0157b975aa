//! Promises that Rust settles. Compiled once, because each function here takes or returns one type.

use std::future::Future;
use std::pin::Pin;

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen::sys::Undefined;
use wasm_bindgen_futures::future_to_promise;

/// A promise, and the function that resolves it.
pub fn deferred() -> (Promise, Function) {
    let mut resolver = None;
    // The typed constructor, which `future_to_promise` imports, too.
    let promise = Promise::new_typed(&mut |resolve: Function<fn(JsValue) -> Undefined>, _| {
        resolver = Some(resolve.unchecked_into());
    });
    (promise, resolver.unwrap_or_default())
}

/// The promise of a future.
pub fn promise_of(work: Pin<Box<dyn Future<Output = Result<JsValue, JsValue>>>>) -> Promise {
    future_to_promise(work)
}
