//! Lists, iterated item by item.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::{CallFuture, ConnectClient};
use crate::browser::promise::deferred;
use crate::core::calls::pages::Pages;

/// A list of the platform. Cheap to clone; clones continue the same iteration.
pub struct List<T> {
    client: ConnectClient,
    pages: Rc<Pages<T>>,
    last: Rc<RefCell<Promise>>,
}

impl<T> Clone for List<T> {
    fn clone(&self) -> Self {
        List {
            client: self.client.clone(),
            pages: self.pages.clone(),
            last: self.last.clone(),
        }
    }
}

impl<T: 'static> List<T> {
    pub(super) fn new(client: ConnectClient, pages: Pages<T>) -> Self {
        List {
            client,
            pages: Rc::new(pages),
            last: Rc::new(RefCell::new(Promise::resolve(&JsValue::UNDEFINED))),
        }
    }

    /// Returns the next item, or `None` at the end. Requests a page when the items of the last one are used up. Concurrent calls are
    /// answered in order.
    ///
    /// # Errors
    /// Those of any request. The next call requests the same page again.
    pub fn next(&self) -> CallFuture<Option<T>> {
        let (turn, pages, call) = (self.turn(), self.pages.clone(), self.client.call(None));
        Box::pin(async move {
            turn.begin().await;
            pages.next(&call).await
        })
    }

    /// Returns all remaining items.
    ///
    /// # Errors
    /// Those of any request.
    pub fn all(&self) -> CallFuture<Vec<T>> {
        let (pages, call) = (self.pages.clone(), self.client.call(None));
        let turn = self.turn();
        Box::pin(async move {
            turn.begin().await;
            pages.all(&call).await
        })
    }

    /// The turn of the next call.
    fn turn(&self) -> Turn {
        let (over, end) = deferred();
        Turn {
            previous: self.last.replace(over),
            end,
        }
    }
}

/// The turn of a call. It begins when the previous one is over, and is over when dropped.
struct Turn {
    previous: Promise,
    end: Function,
}

impl Turn {
    async fn begin(&self) {
        let _ = JsFuture::from(self.previous.clone()).await;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        // Resolved with the previous promise: if a queued call is dropped, the next one still waits for the calls before it.
        let _ = self.end.call1(&JsValue::UNDEFINED, &self.previous);
    }
}
