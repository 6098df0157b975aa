//! Lists, as JavaScript sees them: one iterator for all, over values that are converted as their page arrives.

use core::cell::RefCell;
use std::rc::Rc;

use js_sys::{Object, Promise, Reflect, Symbol};
use serde::Serialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::convert::{promise, put, read_with, thrown, to_js};
use crate::client::{Call, ConnectClient};
use crate::core::error::ConnectError;
use crate::core::procedure::Procedure;
use crate::core::procedure::pages::Pages;
use crate::core::protocol::answer::{Answer, ConnectedAccount, Page};
use crate::core::protocol::operation::Operation;
use crate::core::value::Value;

/// Items one after the other; made by the `list` methods, and iterated with `for await`.
#[wasm_bindgen(skip_typescript)]
pub struct ListIterator {
    client: ConnectClient,
    /// The call that made it.
    name: &'static str,
    pages: Rc<RefCell<Pages<JsValue>>>,
    /// Calls are answered one at a time, in their order.
    last: RefCell<Promise>,
}

impl TryFrom<Answer> for Page<JsValue> {
    type Error = ConnectError;

    fn try_from(answer: Answer) -> Result<Self, ConnectError> {
        Ok(match answer {
            Answer::Apps(page) => converted(page),
            Answer::Integrations(page) => converted(page),
            other => converted(Page::<ConnectedAccount>::try_from(other)?),
        })
    }
}

fn converted<T: Serialize>(page: Page<T>) -> Page<JsValue> {
    Page {
        items: page.items.iter().map(to_js).collect(),
        next: page.next,
    }
}

#[wasm_bindgen]
impl ListIterator {
    /// As of `AsyncIterator`.
    pub fn next(&self) -> Promise {
        let (client, pages) = (self.client.clone(), self.pages.clone());
        let previous = self.last.borrow().clone();
        let next: Call<JsValue> = Box::new(move |event, now_ms| {
            let step = pages.borrow_mut().advance(event, now_ms);
            step.map(|item| {
                let result = Object::new();
                put(&result, "done", &item.is_none().into());
                put(&result, "value", &item.unwrap_or_default());
                result.into()
            })
        });
        let next = promise(
            self.name,
            Box::pin(async move {
                // Whether the call before failed is its caller's business.
                let _ = JsFuture::from(previous).await;
                client.run(next, None).await
            }),
        );
        let _ = self.last.replace(next.clone());
        next
    }
}

/// The iterator of a list. What is wrong with its options is thrown.
pub fn list(
    client: &ConnectClient,
    name: &'static str,
    options: &JsValue,
    list: fn(&ConnectClient, &Value) -> Result<Operation, ConnectError>,
) -> Result<JsValue, JsValue> {
    let operation = read_with(options, |options| list(client, options));
    let iterator: JsValue = ListIterator {
        client: client.clone(),
        name,
        pages: Rc::new(RefCell::new(Pages::new(
            operation.map_err(|failure| thrown(name, failure))?,
        ))),
        last: RefCell::new(Promise::resolve(&JsValue::UNDEFINED)),
    }
    .into();
    // An iterator is its own iterable, and `valueOf` is the function that answers its `this`.
    let value_of = Reflect::get(&Object::new(), &"valueOf".into()).unwrap_or_default();
    let _ = Reflect::set(&iterator, &Symbol::async_iterator(), &value_of);
    Ok(iterator)
}
