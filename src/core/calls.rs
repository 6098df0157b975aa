//! Calls that send several requests: async functions over a [`Platform`].

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

/// Reads the response to a request.
pub type Reader = Box<dyn Fn(&HttpRequest, &HttpResponse) -> Result<()>>;

/// The environment of a call: requests, timers, the clock and the page.
pub trait Platform {
    /// Sends a request and passes the response to `read`. Retries a GET after an error that is retryable, also one of `read`. Dropping the
    /// future aborts the request.
    ///
    /// # Errors
    /// The last error of `read`, or the reason for a missing response.
    fn send(&self, request: HttpRequest, read: Reader) -> Boxed<()>;

    /// Waits this many milliseconds, or until the state of the page changes. True if the time has passed.
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

/// The future of an answer. Written by hand, because an `async` block would be compiled for every type of answer.
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
