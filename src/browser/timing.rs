//! Time limits that hold even when a patched `fetch` ignores its signal.

use std::cell::Cell;

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, AbortSignal};

use super::promise::deferred;
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

/// Milliseconds since 1970 by the wall clock, which the user may change. For records and for the trace.
pub fn now_ms() -> u64 {
    js_sys::Date::now() as u64
}

/// The first time of [`clock_ms`], so that 0 is earlier than any time.
const CLOCK_START_MS: f64 = 3_600_000.0;

/// Milliseconds of a monotonic clock. For waiting.
pub fn clock_ms() -> u64 {
    (CLOCK_START_MS + performance_now().unwrap_or_else(|_| js_sys::Date::now())) as u64
}

/// The current moment.
pub fn moment() -> Moment {
    Moment {
        now_ms: now_ms(),
        clock_ms: clock_ms(),
        random: js_sys::Math::random(),
    }
}

/// Calls a function once, later. Dropping it stops the timer.
pub struct Timer {
    handle: JsValue,
    _call: Closure<dyn FnMut()>,
}

impl Timer {
    /// Starts the timer.
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

/// A time limit that also ends when a signal is aborted.
pub struct Deadline<'a> {
    /// Aborts the work that has its signal.
    pub controller: AbortController,
    expiry: Promise,
    /// Ends the time limit early.
    pub resolve: Function,
    handle: JsValue,
    signals: &'a [AbortSignal],
    is_awaited: Cell<bool>,
}

impl<'a> Deadline<'a> {
    /// Starts the time limit.
    ///
    /// # Errors
    /// `cancelled` if a signal is aborted already.
    pub fn start(millis: u32, signals: &'a [AbortSignal]) -> Result<Self, ConnectError> {
        if signals.iter().any(is_aborted) {
            return Err(cancelled());
        }
        let controller = AbortController::new().map_err(|_| cancelled())?;
        let (expiry, resolve) = deferred();
        // The timer resolves with the controller, a value that no work returns.
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

    /// Waits for `work`, a promise or a value, at most until the deadline.
    ///
    /// # Errors
    /// `Ok` has `timeout` or `cancelled`. `Err` has the value with which `work` was rejected.
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
                    "no answer within `timeoutMs`",
                )))
            }
            Ok(value) => Ok(value),
            Err(reason) => Err(Err(reason)),
        }
    }

    /// Waits until the time has passed (true), or `resolve` was called (false).
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
        // Dropped while awaited: the call was cancelled.
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

/// Whether a signal is aborted. False if a patched member throws.
fn is_aborted(signal: &AbortSignal) -> bool {
    Reflect::get(signal, &"aborted".into()).is_ok_and(|aborted| aborted.is_truthy())
}

/// The error of a call that was cancelled.
pub fn cancelled() -> ConnectError {
    ConnectError::new(ErrorCode::Cancelled, "the call was cancelled")
}
