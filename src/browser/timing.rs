//! Time limits that hold even when a patched `fetch` ignores its signal.

use std::cell::Cell;

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, AbortSignal};

use crate::core::error::{ConnectError, ErrorCode};
use crate::core::watch::Moment;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(handler: &Function, millis: u32, argument: &JsValue) -> JsValue;

    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(handle: &JsValue);

    #[wasm_bindgen(catch, js_namespace = performance, js_name = now)]
    fn performance_now() -> Result<f64, JsValue>;
}

/// Milliseconds since 1970 by the wall clock, which the user and the network may set. For records and for the trace.
pub fn now_ms() -> u64 {
    js_sys::Date::now() as u64
}

/// The clock below starts here, so that its 0 is a moment before all others.
const CLOCK_START_MS: f64 = 3_600_000.0;

/// Milliseconds of a clock that never goes back. For everything that waits.
pub fn clock_ms() -> u64 {
    (CLOCK_START_MS + performance_now().unwrap_or_else(|_| js_sys::Date::now())) as u64
}

/// This moment.
pub fn moment() -> Moment {
    Moment {
        now_ms: now_ms(),
        clock_ms: clock_ms(),
        random: js_sys::Math::random(),
    }
}

/// Calls once, later. Not at all once dropped.
pub struct Timer {
    handle: JsValue,
    _call: Closure<dyn FnMut()>,
}

impl Timer {
    /// Starts the clock.
    pub fn start(millis: u32, call: impl FnOnce() + 'static) -> Self {
        let call = Closure::once(call);
        let function: &Function = call.as_ref().unchecked_ref();
        Timer {
            handle: set_timeout(function, millis, &JsValue::UNDEFINED),
            _call: call,
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        clear_timeout(&self.handle);
    }
}

/// Ends when its time is over or a signal is aborted, whichever comes first.
pub struct Deadline<'a> {
    /// Stops what was handed its signal.
    pub controller: AbortController,
    expiry: Promise,
    /// Ends it before.
    pub resolve: Function,
    handle: JsValue,
    signals: &'a [AbortSignal],
    is_awaited: Cell<bool>,
}

impl<'a> Deadline<'a> {
    /// Starts the clock.
    ///
    /// # Errors
    /// `cancelled` when a signal is aborted already.
    pub fn start(millis: u32, signals: &'a [AbortSignal]) -> Result<Self, ConnectError> {
        if signals.iter().any(is_aborted) {
            return Err(cancelled());
        }
        let controller = AbortController::new().map_err(|_| cancelled())?;
        let mut resolver = None;
        let expiry = Promise::new(&mut |resolve, _reject| resolver = Some(resolve));
        let resolve: Function = resolver.unwrap_or_default();
        // The timer resolves with the controller: something that no piece of work comes to.
        let handle = set_timeout(&resolve, millis, &controller);
        for signal in signals {
            let _ = signal.add_event_listener_with_callback("abort", &resolve);
        }
        Ok(Deadline {
            controller,
            expiry,
            resolve,
            handle,
            signals,
            is_awaited: Cell::new(false),
        })
    }

    /// Waits for `work`, a promise or not, but no longer than the deadline. What looking at it throws it is rejected with.
    ///
    /// # Errors
    /// `timeout` or `cancelled` on the left, what the work was rejected with on the right.
    pub async fn limit(&self, work: &JsValue) -> Result<JsValue, Result<ConnectError, JsValue>> {
        self.is_awaited.set(true);
        let first = JsFuture::from(Promise::race(&Array::of2(work, &self.expiry))).await;
        self.is_awaited.set(false);
        if self.signals.iter().any(is_aborted) {
            self.controller.abort();
            return Err(Ok(cancelled()));
        }
        let expired: &JsValue = self.controller.as_ref();
        match first {
            Ok(value) if value == *expired => {
                self.controller.abort();
                Err(Ok(ConnectError::new(
                    ErrorCode::Timeout,
                    "no answer within the time limit",
                )))
            }
            Ok(value) => Ok(value),
            Err(reason) => Err(Err(reason)),
        }
    }

    /// Waits until its time has passed (true), or something else has resolved it (false).
    ///
    /// # Errors
    /// `cancelled`.
    pub async fn passed(&self) -> Result<bool, ConnectError> {
        match self.limit(&self.expiry).await {
            Err(Ok(error)) if error.code == ErrorCode::Cancelled => Err(error),
            ended => Ok(ended.is_err()),
        }
    }
}

impl Drop for Deadline<'_> {
    fn drop(&mut self) {
        // Whoever awaited this is gone: nobody wants the work any more.
        if self.is_awaited.get() {
            self.controller.abort();
        }
        clear_timeout(&self.handle);
        for signal in self.signals {
            let _ = signal.remove_event_listener_with_callback("abort", &self.resolve);
        }
    }
}

/// Waits.
///
/// # Errors
/// `cancelled`.
pub async fn sleep(millis: u32, signals: &[AbortSignal]) -> Result<(), ConnectError> {
    Deadline::start(millis, signals)?.passed().await?;
    Ok(())
}

/// A page may have changed its signal: a member that throws says nothing.
fn is_aborted(signal: &AbortSignal) -> bool {
    Reflect::get(signal, &"aborted".into()).is_ok_and(|aborted| aborted.is_truthy())
}

/// The error of a call that was cancelled.
pub fn cancelled() -> ConnectError {
    ConnectError::new(ErrorCode::Cancelled, "the call was cancelled")
}
