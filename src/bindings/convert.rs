//! Arguments in, answers and errors out.

use core::pin::Pin;

use js_sys::{Error, Function, Object, Promise, Reflect};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;
use web_sys::AbortSignal;

use super::value::{decode_except, encode};
use crate::browser::failure::Failure;
use crate::browser::value::decode;
use crate::client::{Call, ConnectClient};
use crate::core::error::{ConnectError, ErrorCode};
use crate::core::options::read_timeout;
use crate::core::plain::plain;
use crate::core::procedure;
use crate::core::protocol::answer::{Answer, Execution};
use crate::core::protocol::operation::Operation;
use crate::core::text::concat;
use crate::core::value::Value;

#[wasm_bindgen]
extern "C" {
    /// Runs the page's setters, if it has put any on the prototype of errors.
    #[wasm_bindgen(catch, js_namespace = Object, js_name = assign)]
    fn assign(target: &Error, source: &JsValue) -> Result<JsValue, JsValue>;
}

/// Plain data for JavaScript: absent members are absent, `None` is null.
pub fn to_js<T: Serialize + ?Sized>(value: &T) -> JsValue {
    // Serializing strings, numbers and lists of them cannot fail.
    plain(value)
        .serialize(&Serializer::json_compatible())
        .unwrap_or_default()
}

/// A real `Error` with the members of a `ConnectError`.
pub fn to_error(failure: &Failure) -> JsValue {
    let error = Error::new(&failure.error.message);
    // Defined, not assigned: where a page has frozen the prototypes, what they have cannot be assigned.
    let name = Object::new();
    put(&name, "name", &"ConnectError".into());
    let name = Object::get_own_property_descriptors(&name);
    Object::define_properties(&error, name.unchecked_ref());
    let members = to_js(&failure.error);
    freeze_members(&members);
    let _ = assign(&error, &members);
    if let Some(cause) = &failure.cause {
        put(&error, "cause", cause);
    }
    error.into()
}

/// Freezes what is in plain data of ours, at every depth.
pub fn freeze_members(value: &JsValue) {
    for member in Object::values(value.unchecked_ref::<Object>()).iter() {
        if member.is_object() {
            freeze_members(&member);
            Object::freeze(member.unchecked_ref::<Object>());
        }
    }
}

/// A promise for what becomes of some work, rejected with a `ConnectError`. Boxed, so that promises are compiled once.
pub fn promise(
    name: &'static str,
    work: Pin<Box<dyn Future<Output = Result<JsValue, Failure>>>>,
) -> Promise {
    future_to_promise(async move { work.await.map_err(|failure| thrown(name, failure)) })
}

/// The error to throw from a call. Where an argument is wrong, its message names the call.
pub fn thrown(name: &str, mut failure: Failure) -> JsValue {
    if failure.error.code == ErrorCode::InvalidArgument {
        failure.error.message = concat(&[name, ": ", &failure.error.message]);
    }
    to_error(&failure)
}

/// Reads the options of a call and promises what comes of it. What is wrong with them is found at the time of the call.
pub fn call(
    client: &ConnectClient,
    name: &'static str,
    options: &JsValue,
    start: &dyn Fn(&Value) -> Result<Call<JsValue>, Failure>,
) -> Promise {
    call_within(client, name, options, None, start)
}

/// The same, with a time limit in milliseconds for a caller who gives none.
pub fn call_within(
    client: &ConnectClient,
    name: &'static str,
    options: &JsValue,
    default_ms: Option<u32>,
    start: &dyn Fn(&Value) -> Result<Call<JsValue>, Failure>,
) -> Promise {
    let started = Arguments::read(options, &["signal", "data"]).and_then(|mut arguments| {
        let signal = arguments.take_signal()?;
        if let Some(data) = arguments.take("data") {
            check_values(&data)?;
            arguments.put("data", &data)?;
        }
        let limit_ms = read_timeout(&arguments.data)?;
        Ok((start(&arguments.data)?, limit_ms.or(default_ms), signal))
    });
    perform(client, name, started)
}

/// A call that can start, its time limit in milliseconds and the caller's signal.
pub type Started = (Call<JsValue>, Option<u32>, Option<AbortSignal>);

/// Promises what comes of a call.
pub fn perform(
    client: &ConnectClient,
    name: &'static str,
    started: Result<Started, Failure>,
) -> Promise {
    let client = client.clone();
    promise(
        name,
        Box::pin(async move {
            let (call, limit_ms, signal) = started?;
            client.run_within(call, limit_ms, signal).await
        }),
    )
}

/// A call that comes to plain data.
pub fn data<T: Serialize + 'static>(mut call: Call<T>) -> Call<JsValue> {
    Box::new(move |event, now_ms| call(event, now_ms).map(|value| to_js(&value)))
}

/// One question to the platform about what one option names, and what becomes of its answer.
pub fn ask(
    client: &ConnectClient,
    name: &'static str,
    options: &JsValue,
    read: fn(&Value) -> Result<String, ConnectError>,
    operation: fn(String) -> Operation,
    answered: fn(Answer) -> Result<JsValue, ConnectError>,
) -> Promise {
    call(client, name, options, &|options| {
        let operation = operation(read(options)?);
        Ok(Box::new(procedure::ask(operation, answered)))
    })
}

/// What was asked for, as plain data.
///
/// # Errors
/// `response_invalid` when the answer is to another question.
pub fn answer_to_js<T: Serialize + TryFrom<Answer, Error = ConnectError>>(
    answer: Answer,
) -> Result<JsValue, ConnectError> {
    Ok(to_js(&T::try_from(answer)?))
}

/// Reads options that are plain data.
///
/// # Errors
/// `invalid_argument`.
pub fn read_with<O>(
    options: &JsValue,
    read: impl FnOnce(&Value) -> Result<O, ConnectError>,
) -> Result<O, Failure> {
    Ok(read(&Arguments::read(options, &[])?.data)?)
}

/// A call that executes an action. Its data is of any shape.
pub fn executed(operation: Operation) -> Call<JsValue> {
    Box::new(procedure::ask(operation, execution_to_js))
}

fn execution_to_js(answer: Answer) -> Result<JsValue, ConnectError> {
    let execution = Execution::try_from(answer)?;
    let object = Object::new();
    put(&object, "successful", &JsValue::TRUE);
    put(&object, "data", &encode(&execution.data));
    if let Some(id) = &execution.log_id {
        put(&object, "logId", &id.into());
    }
    Ok(object.into())
}

/// Sets a member of an object of ours.
pub fn put(object: &Object, name: &str, value: &JsValue) {
    // Defining a member of a plain object cannot fail.
    let _ = Reflect::set(object, &name.into(), value);
}

/// One argument object, decoded at the time of the call: what the caller does to it later has no effect.
pub struct Arguments {
    /// What is plain data in it.
    pub data: Value,
    kept: Vec<(String, JsValue)>,
}

impl Arguments {
    /// Decodes an object, all but the members `kept`, which are for [`Arguments::take`].
    ///
    /// # Errors
    /// `invalid_argument` when a getter throws.
    pub fn read(object: &JsValue, kept: &[&str]) -> Result<Self, Failure> {
        let (data, kept) =
            decode_except(object, kept).map_err(|cause| unreadable("options", cause))?;
        Ok(Arguments { data, kept })
    }

    /// Decodes the user's values by field name, which may be pairs, such as a `FormData`.
    ///
    /// # Errors
    /// `invalid_argument`.
    pub fn values(data: &JsValue) -> Result<Self, Failure> {
        check_values(data)?;
        let data = decode(data).map_err(|cause| unreadable("data", cause))?;
        let kept = Vec::new();
        Ok(Arguments { data, kept })
    }

    /// Takes a kept member, as JavaScript has it. `None` when absent or null.
    pub fn take(&mut self, name: &str) -> Option<JsValue> {
        let index = self.kept.iter().position(|(key, _)| key == name)?;
        Some(self.kept.swap_remove(index).1)
    }

    /// Puts a member that was taken back, as data.
    ///
    /// # Errors
    /// `invalid_argument` when a getter throws.
    pub fn put(&mut self, name: &str, value: &JsValue) -> Result<(), Failure> {
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
    pub fn take_function(&mut self, name: &str) -> Result<Option<Function>, Failure> {
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
    pub fn take_signal(&mut self) -> Result<Option<AbortSignal>, Failure> {
        self.take("signal")
            .map(|value| {
                // A proxy of a signal passes for one, but its members may throw.
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

/// Refuses what pages hand over in place of the user's values: the event of a form, the form itself, or a promise.
fn check_values(data: &JsValue) -> Result<(), Failure> {
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
pub fn wrong(name: &str, problem: &str) -> Failure {
    ConnectError::argument("type", name, problem).into()
}

/// An argument whose getter or proxy threw.
pub fn unreadable(name: &str, cause: JsValue) -> Failure {
    Failure {
        cause: Some(cause),
        ..wrong(
            name,
            "cannot be read: a getter or a proxy threw, or it is nested too deeply",
        )
    }
}
