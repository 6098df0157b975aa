//! Calls of several requests, as ordinary async functions over a [`Platform`].

mod alongside;
pub mod complete;
pub mod create_integration;
pub mod expected_params;
pub mod find_account;
pub mod initiate;
pub mod pages;
pub mod refresh;
pub mod wait;

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::api::Endpoint;
use super::api::http::{HttpRequest, HttpResponse};
use super::error::{ConnectError, ErrorCode, Result};
use super::watch::{Moment, Surroundings};

/// A future that owns what it needs.
pub type Boxed<T> = Pin<Box<dyn Future<Output = Result<T>>>>;

/// Reads a response to a request.
pub type Reader = Box<dyn Fn(&HttpRequest, &HttpResponse) -> Result<()>>;

/// What a call can do: send requests, wait, and see the time and the page.
pub trait Platform {
    /// Sends a request and hands every response to `read`. Repeats it where that is safe and the failure may pass, also when `read`
    /// fails. Dropping the future aborts the request.
    ///
    /// # Errors
    /// The last failure of `read`, or why there was no response.
    fn send(&self, request: HttpRequest, read: Reader) -> Boxed<()>;

    /// Waits this many milliseconds, or until the state of the page changes. True when the time has passed.
    ///
    /// # Errors
    /// `cancelled`, or `timeout` when the time limit of the call has passed.
    fn wait(&self, wait_ms: u64) -> Boxed<bool>;

    /// The time, and a random number.
    fn moment(&self) -> Moment;

    /// The state of the page.
    fn surroundings(&self) -> Surroundings;

    /// The clock's time when the time limit of the call passes, in milliseconds.
    fn deadline_ms(&self) -> u64;

    /// Whether the time limit of the call has passed.
    fn is_timed_out(&self) -> bool;

    /// Sends an endpoint's request and reads the answer.
    ///
    /// # Errors
    /// Those of the endpoint and of [`Platform::send`].
    fn ask<T: 'static>(&self, endpoint: Endpoint<T>) -> AnswerFuture<T>
    where
        Self: Sized,
    {
        let answer = Rc::new(Cell::new(None));
        let slot = answer.clone();
        let (request, read) = endpoint.split();
        let read = move |request: &_, response: &_| {
            slot.set(Some(read(request, response)?));
            Ok(())
        };
        let sent = self.send(request, Box::new(read));
        AnswerFuture { sent, answer }
    }
}

/// A request under way, and the answer to come. An `async` block in its place would be compiled for every type of answer.
pub struct AnswerFuture<T> {
    sent: Boxed<()>,
    answer: Rc<Cell<Option<T>>>,
}

impl<T> Future for AnswerFuture<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T>> {
        let sent = self.sent.as_mut().poll(context);
        sent.map(|sent| {
            sent?;
            self.answer.take().ok_or_else(|| {
                ConnectError::new(ErrorCode::ResponseInvalid, "the response was not read")
            })
        })
    }
}
