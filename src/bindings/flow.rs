//! The class of a flow.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Object, Promise};
use wasm_bindgen::prelude::*;

use super::convert::{Arguments, freeze_members, promise, put, thrown, to_error, to_js, wrong};
use crate::client::{ConnectFlow, Ensured};
use crate::core::error::ConnectError;
use crate::core::fields::Field;
use crate::core::flow::FlowSnapshot;
use crate::core::options::read_data;

/// One attempt to connect one account, with a state to render. Made by `client.flow`.
#[wasm_bindgen(js_name = ConnectFlow)]
pub struct JsConnectFlow {
    flow: ConnectFlow,
    cache: Rc<RefCell<SnapshotCache>>,
}

/// The last snapshot and its fields as JavaScript objects, so that the same state is the same object.
#[derive(Default, Clone)]
struct SnapshotCache {
    snapshot: Option<(Rc<FlowSnapshot>, JsValue)>,
    fields: Option<(Rc<Vec<Field>>, JsValue)>,
}

#[wasm_bindgen(js_class = ConnectFlow)]
impl JsConnectFlow {
    /// Loads the fields to ask the user for, and settles in `ready`. On the callback page of this flow's attempt, completes the
    /// connection instead. Call it when the page opens.
    ///
    /// Resolves with the settled snapshot, also with `failed`. Rejects with `invalid_transition`.
    #[wasm_bindgen(unchecked_return_type = "Promise<FlowSnapshot>")]
    pub fn load(&self) -> Promise {
        self.settle("flow.load", self.flow.load())
    }

    /// Starts the connection with the user's values. Call it in the click, because it opens a popup. Settles in `ready` if a value is
    /// invalid, else in `redirecting`, `connected`, `failed` or `cancelled`.
    ///
    /// Resolves with the settled snapshot, also with `failed`. Rejects with `invalid_transition` and `invalid_argument`.
    #[wasm_bindgen(unchecked_return_type = "Promise<FlowSnapshot>")]
    pub fn submit(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "Record<string, string> | FormData")]
        data: &JsValue,
    ) -> Promise {
        let data = Arguments::values(data).and_then(|values| read_data(&values.data));
        self.settle("flow.submit", data.and_then(|data| self.flow.submit(data)))
    }

    /// Tries again from the state before the failure. Call it in the click, because it may open a popup.
    ///
    /// Resolves with the settled snapshot, also with `failed`. Rejects with `invalid_transition`.
    #[wasm_bindgen(unchecked_return_type = "Promise<FlowSnapshot>")]
    pub fn retry(&self) -> Promise {
        self.settle("flow.retry", self.flow.retry())
    }

    /// Cancels the attempt: a later callback is refused. Closes the popup if the browser allows it. Chromium and Safari do not once the
    /// popup is at the provider.
    ///
    /// Throws `invalid_transition` if the flow has ended.
    pub fn cancel(&self) -> Result<(), JsValue> {
        self.flow
            .cancel()
            .map_err(|error| thrown("flow.cancel", error))
    }

    /// Calls `listener` after every change. Returns a function that removes it, and that may be called twice.
    ///
    /// An error that a listener throws is reported like an uncaught one, and other listeners are still called. Throws
    /// `invalid_argument`.
    #[wasm_bindgen(unchecked_return_type = "() => void")]
    pub fn subscribe(
        &self,
        #[wasm_bindgen(unchecked_param_type = "() => void")] listener: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let Ok(listener) = listener.clone().dyn_into::<Function>() else {
            return Err(thrown(
                "flow.subscribe",
                wrong("listener", "must be a function"),
            ));
        };
        let number = self.flow.subscribe(Rc::new(move || {
            listener.call0(&JsValue::UNDEFINED).map(drop)
        }));
        let flow = self.flow.downgrade();
        let unsubscribe = Closure::<dyn Fn()>::new(move || {
            if let Some(flow) = flow.upgrade() {
                flow.unsubscribe(number);
            }
        });
        Ok(unsubscribe.into_js_value())
    }

    /// Returns the state of the flow: the same frozen object until it changes.
    #[wasm_bindgen(js_name = getSnapshot, unchecked_return_type = "FlowSnapshot")]
    pub fn get_snapshot(&self) -> JsValue {
        show(&self.flow, &self.cache)
    }

    /// Cancels requests and removes all listeners. An attempt whose user is in a popup stays pending, and the next flow that loads
    /// continues it. May be called twice.
    pub fn dispose(&self) {
        self.flow.dispose();
    }
}

impl JsConnectFlow {
    /// Wraps a flow.
    pub(super) fn new(flow: ConnectFlow) -> Self {
        JsConnectFlow {
            flow,
            cache: Rc::default(),
        }
    }

    fn settle(&self, name: &'static str, started: Result<(), ConnectError>) -> Promise {
        let (flow, cache) = (self.flow.clone(), self.cache.clone());
        promise(
            name,
            Box::pin(async move {
                started?;
                flow.settled().await;
                Ok(show(&flow, &cache))
            }),
        )
    }
}

/// `{ account }` or `{ flow }`.
pub(super) fn show_ensured(ensured: &Ensured) -> JsValue {
    let object = Object::new();
    match ensured {
        Ensured::Account(account) => put(&object, "account", &to_js(account)),
        Ensured::Flow(flow) => put(&object, "flow", &JsConnectFlow::new(flow.clone()).into()),
    }
    object.into()
}

fn show(flow: &ConnectFlow, cache: &RefCell<SnapshotCache>) -> JsValue {
    let snapshot = flow.snapshot();
    // A copy: making an error may run code of the page, which may get the snapshot.
    let before = cache.borrow().clone();
    if let Some((last, value)) = before.snapshot
        && Rc::ptr_eq(&last, &snapshot)
    {
        return value;
    }
    let object: Object = to_js(&*snapshot).unchecked_into();
    let fields = match before.fields {
        Some((last, value)) if Rc::ptr_eq(&last, &snapshot.expected_input_fields) => value,
        _ => {
            let value = to_js(&*snapshot.expected_input_fields);
            freeze_members(&value);
            Object::freeze(value.unchecked_ref::<Object>());
            value
        }
    };
    freeze_members(&object);
    if let Some(error) = &snapshot.error {
        let error = to_error(error);
        // Only the error itself: its `cause` belongs to the page.
        Object::freeze(error.unchecked_ref::<Object>());
        put(&object, "error", &error);
    }
    put(&object, "expectedInputFields", &fields);
    Object::freeze(&object);
    cache.replace(SnapshotCache {
        fields: Some((snapshot.expected_input_fields.clone(), fields)),
        snapshot: Some((snapshot, object.clone().into())),
    });
    object.into()
}
