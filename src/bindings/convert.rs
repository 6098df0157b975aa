//! Converts arguments from JavaScript, and answers and errors to JavaScript.

use js_sys::{Error, Function, Object, Promise, Reflect};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use super::value::decode_except;
use crate::browser::promise::promise_of;
use crate::browser::value::decode;
use crate::client::{CallFuture, ConnectClient};
use crate::core::error::{ConnectError, ErrorCode, Result};
use crate::core::options::read_timeout;
use crate::core::plain::plain;
use crate::core::text::concat;
use crate::core::value::Value;

#[wasm_bindgen]
extern "C" {
    /// Throws if the page has defined a throwing setter on the prototype of errors.
    #[wasm_bindgen(catch, js_namespace = Object, js_name = assign)]
    fn assign(target: &Error, source: &JsValue) -> std::result::Result<JsValue, JsValue>;
}

/// Plain data for JavaScript. `None` is null, and skipped members are absent.
pub fn to_js<T: Serialize + ?Sized>(value: &T) -> JsValue {
    // Serializing strings, numbers and lists of them cannot fail.
    plain(value)
        .serialize(&Serializer::json_compatible())
        .unwrap_or_default()
}

/// An `Error` with the members of a `ConnectError`.
pub fn to_error(error: &ConnectError) -> JsValue {
    let object = Error::new(&error.message);
    // Defined, not assigned: a frozen prototype makes its members read-only.
    let name = Object::new();
    put(&name, "name", &"ConnectError".into());
    let name = Object::get_own_property_descriptors(&name);
    Object::define_properties(&object, name.unchecked_ref());
    let members = to_js(error);
    freeze_members(&members);
    let _ = assign(&object, &members);
    if let Some(cause) = error.cause::<JsValue>() {
        put(&object, "cause", cause);
    }
    object.into()
}

/// Freezes all objects inside plain data of ours, but not the value itself.
pub fn freeze_members(value: &JsValue) {
    for member in Object::values(value.unchecked_ref::<Object>()).iter() {
        if member.is_object() {
            freeze_members(&member);
            Object::freeze(member.unchecked_ref::<Object>());
        }
    }
}

/// A promise of an answer. Rejects with a `ConnectError`.
pub fn promise(name: &'static str, answer: CallFuture<JsValue>) -> Promise {
    promise_of(Box::pin(async move {
        answer.await.map_err(|error| thrown(name, error))
    }))
}

/// The error to throw from the call `name`. The message of an invalid argument starts with that name.
pub fn thrown(name: &str, mut error: ConnectError) -> JsValue {
    if error.code == ErrorCode::InvalidArgument {
        error.message = concat(&[name, ": ", &error.message]);
    }
    to_error(&error)
}

/// Reads the options of a call, then returns a promise of its answer. `start` gets a client with the caller's signal and time limit.
pub fn call(
    client: &ConnectClient,
    name: &'static str,
    options: &JsValue,
    start: &dyn Fn(ConnectClient, &Value) -> Result<CallFuture<JsValue>>,
) -> Promise {
    let answer = with_options(client, options)
        .and_then(|(client, arguments)| start(client, &arguments.data));
    answered(name, answer)
}

/// A promise of an answer, or of the error that prevented the call.
pub fn answered(name: &'static str, answer: Result<CallFuture<JsValue>>) -> Promise {
    let answer = answer.unwrap_or_else(|error| Box::pin(std::future::ready(Err(error))));
    promise(name, answer)
}

/// A call with its answer converted for JavaScript.
pub fn converted<T: 'static>(
    answer: CallFuture<T>,
    show: fn(&T) -> JsValue,
) -> Result<CallFuture<JsValue>> {
    Ok(Box::pin(async move { Ok(show(&answer.await?)) }))
}

/// Reads the options of a call. Returns them, and a client with the caller's signal and time limit.
///
/// # Errors
/// `invalid_argument`.
fn with_options(client: &ConnectClient, options: &JsValue) -> Result<(ConnectClient, Arguments)> {
    let mut arguments = Arguments::read(options, &["signal", "data", "url"])?;
    let signal = arguments.take_signal()?;
    if let Some(data) = arguments.take("data") {
        check_values(&data)?;
        arguments.put("data", &data)?;
    }
    if let Some(url) = arguments.take("url") {
        arguments.put("url", &text_of(&url)?.into())?;
    }
    let limit_ms = read_timeout(&arguments.data)?;
    Ok((client.with_signal(signal).with_timeout(limit_ms), arguments))
}

/// The text of a URL, given as a string or as a `URL`.
///
/// # Errors
/// `invalid_argument`.
pub fn text_of(url: &JsValue) -> Result<String> {
    url.as_string()
        .or_else(|| {
            let href = Reflect::get(url, &"href".into());
            href.ok()?.as_string()
        })
        .ok_or_else(|| wrong("url", "must be text or a URL"))
}

/// Reads options that are plain data.
///
/// # Errors
/// `invalid_argument`.
pub fn read_with<O>(options: &JsValue, read: impl FnOnce(&Value) -> Result<O>) -> Result<O> {
    read(&Arguments::read(options, &[])?.data)
}

/// Sets a member of an object of ours.
pub fn put(object: &Object, name: &str, value: &JsValue) {
    // Setting a member of a plain object cannot fail.
    let _ = Reflect::set(object, &name.into(), value);
}

/// An object of arguments, decoded at the call, so that later changes by the caller have no effect.
pub struct Arguments {
    /// Its plain data.
    pub data: Value,
    kept: Vec<(String, JsValue)>,
}

impl Arguments {
    /// Decodes an object, except the members `kept`, which are for [`Arguments::take`].
    ///
    /// # Errors
    /// `invalid_argument` when a getter throws.
    pub fn read(object: &JsValue, kept: &[&str]) -> Result<Self> {
        let (data, kept) =
            decode_except(object, kept).map_err(|cause| unreadable("options", cause))?;
        Ok(Arguments { data, kept })
    }

    /// Decodes the user's values by field name: an object, or pairs such as a `FormData`.
    ///
    /// # Errors
    /// `invalid_argument`.
    pub fn values(data: &JsValue) -> Result<Self> {
        check_values(data)?;
        let data = decode(data).map_err(|cause| unreadable("data", cause))?;
        let kept = Vec::new();
        Ok(Arguments { data, kept })
    }

    /// Takes a kept member. `None` when absent or null.
    pub fn take(&mut self, name: &str) -> Option<JsValue> {
        let index = self.kept.iter().position(|(key, _)| key == name)?;
        Some(self.kept.swap_remove(index).1)
    }

    /// Adds a member as data.
    ///
    /// # Errors
    /// `invalid_argument` when a getter throws.
    pub fn put(&mut self, name: &str, value: &JsValue) -> Result<()> {
        let value = decode(value).map_err(|cause| unreadable(name, cause))?;
        if let Value::Object(members) = &mut self.data {
            members.push((name.to_owned(), value));
        }
        Ok(())
    }

    /// Takes a function.
    ///
    /// # Errors
    /// `invalid_argument`.
    pub fn take_function(&mut self, name: &str) -> Result<Option<Function>> {
        self.take(name)
            .map(|value| {
                value
                    .dyn_into()
                    .map_err(|_| wrong(name, "must be a function"))
            })
            .transpose()
    }

    /// Takes the caller's `AbortSignal`.
    ///
    /// # Errors
    /// `invalid_argument`.
    pub fn take_signal(&mut self) -> Result<Option<AbortSignal>> {
        self.take("signal")
            .map(|value| {
                // A proxy of a signal is an instance of it, but its members may throw.
                let aborted = Reflect::get(&value, &"aborted".into()).unwrap_or_default();
                match value.dyn_into() {
                    Ok(signal) if aborted.as_bool().is_some() => Ok(signal),
                    _ => Err(wrong("signal", "must be an AbortSignal")),
                }
            })
            .transpose()
    }
}

impl Drop for Arguments {
    fn drop(&mut self) {
        self.data.wipe();
    }
}

/// Refuses common mistakes: an event, an element or a promise in place of the user's values.
fn check_values(data: &JsValue) -> Result<()> {
    let member = |name: &str| Reflect::get(data, &name.into()).unwrap_or_default();
    if data.is_object()
        && (member("target").is_object()
            || member("nodeType").as_f64().is_some()
            || member("then").is_function())
    {
        let problem =
            "must hold the user's values by field name, got an event, an element or a promise";
        return Err(wrong("data", problem));
    }
    Ok(())
}

/// An argument of the wrong type.
pub fn wrong(name: &str, problem: &str) -> ConnectError {
    ConnectError::argument("type", name, problem)
}

/// An argument whose getter or proxy threw.
pub fn unreadable(name: &str, cause: JsValue) -> ConnectError {
    let problem = "cannot be read: a getter or a proxy threw, or it is nested too deeply";
    wrong(name, problem).with_cause(cause)
}
