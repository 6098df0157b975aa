//! `client.flow(...)` as JavaScript sees it.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Object, Promise};
use wasm_bindgen::prelude::*;

use super::convert::{Arguments, freeze_members, promise, put, thrown, to_error, to_js, wrong};
use crate::client::ConnectFlow;
use crate::core::error::ConnectError;
use crate::core::fields::Field;
use crate::core::flow::FlowSnapshot;
use crate::core::options::read_data;

/// One attempt to connect one account, with a state to render from; made by `client.flow`.
#[wasm_bindgen(js_name = ConnectFlow)]
pub struct JsConnectFlow {
    flow: ConnectFlow,
    cache: Rc<RefCell<SnapshotCache>>,
}

/// The snapshot as JavaScript has it, made once for all who ask.
#[derive(Default, Clone)]
struct SnapshotCache {
    snapshot: Option<(Rc<FlowSnapshot>, JsValue)>,
    fields: Option<(Rc<Vec<Field>>, JsValue)>,
}

#[wasm_bindgen(js_class = ConnectFlow)]
impl JsConnectFlow {
    /// Finds out what to ask the user for, and settles in `ready`. On the page that the user of this very flow returns to,
    /// it completes the connection instead. To be called when the page opens.
    ///
    /// Resolves with the snapshot that it settles in, whatever that is. Rejects with `invalid_transition`.
    #[wasm_bindgen(unchecked_return_type = "Promise<FlowSnapshot>")]
    pub fn load(&self) -> Promise {
        self.settle("flow.load", self.flow.load())
    }

    /// Starts the connection. To be called in the click: a popup is opened at once. Settles in `ready` when a value is
    /// wrong, in `redirecting`, or at the end.
    ///
    /// Resolves with the snapshot that it settles in, whatever that is. Rejects with `invalid_transition` and `invalid_argument`.
    #[wasm_bindgen(unchecked_return_type = "Promise<FlowSnapshot>")]
    pub fn submit(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "Record<string, string> | FormData")]
        data: &JsValue,
    ) -> Promise {
        let data = Arguments::values(data).and_then(|values| read_data(&values.data));
        self.settle("flow.submit", data.and_then(|data| self.flow.submit(data)))
    }

    /// Tries once more, from where it went wrong. To be called in the click.
    ///
    /// Resolves with the snapshot that it settles in, whatever that is. Rejects with `invalid_transition`.
    #[wasm_bindgen(unchecked_return_type = "Promise<FlowSnapshot>")]
    pub fn retry(&self) -> Promise {
        self.settle("flow.retry", self.flow.retry())
    }

    /// Gives up: a callback that comes later is refused. The popup is closed where the browser lets the page: Chromium and
    /// Safari do not once it is at the provider, since the page's tie to it is cut for safety. Throws `invalid_transition`
    /// at the end.
    pub fn cancel(&self) -> Result<(), JsValue> {
        self.flow
            .cancel()
            .map_err(|error| thrown("flow.cancel", error))
    }

    /// Has `listener` called after every change. The function that it returns undoes that and may be called twice.
    ///
    /// What a listener throws is reported as an uncaught error would be, and stops no other. Throws `invalid_argument`.
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

    /// The flow as it is now: the same frozen object until something has changed.
    #[wasm_bindgen(js_name = getSnapshot, unchecked_return_type = "FlowSnapshot")]
    pub fn get_snapshot(&self) -> JsValue {
        show(&self.flow, &self.cache)
    }

    /// Ends the flow's work and forgets its listeners. An attempt that the user is busy with stays pending. May be called twice.
    pub fn dispose(&self) {
        self.flow.dispose();
    }
}

impl JsConnectFlow {
    /// Of a flow.
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

fn show(flow: &ConnectFlow, cache: &RefCell<SnapshotCache>) -> JsValue {
    let snapshot = flow.snapshot();
    // A copy: making an error may run the page's code, which may ask for the snapshot.
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
        // Only the error itself: its `cause` is the page's.
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
