//! What takes several requests: each procedure says what to do next and is told how it went. It does no I/O itself.

pub mod complete;
pub mod create_integration;
pub mod expected_params;
pub mod find_account;
pub mod initiate;
pub mod pages;
pub mod refresh;
pub mod watch;

use super::error::{ConnectError, ErrorCode};
use super::protocol::answer::Answer;
use super::protocol::operation::Operation;

/// What a procedure wants done, or what it came to.
#[derive(Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "one at a time, taken apart where it arrives"
)]
pub enum Step<T> {
    /// Something is to be done first.
    Do(Task),
    /// It is over.
    Done(Result<T, ConnectError>),
}

/// What a procedure wants done. Apart from what the procedure comes to: so it is passed on as one thing.
#[derive(Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "one at a time, taken apart where it arrives"
)]
pub enum Task {
    /// Perform this operation and hand in the answer.
    Call(Operation),
    /// The same with the first; the second is performed meanwhile, for [`Task::Second`]. Nothing waits for it, and what is
    /// not asked for by the end is cancelled.
    Both(Operation, Operation),
    /// Hand in the answer to the second operation of [`Task::Both`].
    Second,
    /// Wait, then hand in [`Event::Woke`].
    Wait(Pause),
}

/// How long to wait, and for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// As long as this look asks for, see [`before_look`](super::retry::before_look).
    pub look: u32,
    /// Not less than the platform has asked for, in milliseconds.
    pub at_least_ms: u64,
    /// Whether to wait longer while the page is hidden. While the browser says that it is offline, the wait is always longer.
    pub needs_eyes: bool,
}

impl<T> Step<T> {
    pub(crate) fn call(operation: Operation) -> Self {
        Step::Do(Task::Call(operation))
    }

    /// The step of a procedure within another one: what the inner one wants done is passed on, and `next` goes on from
    /// what it came to.
    pub(crate) fn and_then<U>(self, next: impl FnOnce(T) -> Step<U>) -> Step<U> {
        match self {
            Step::Do(task) => Step::Do(task),
            Step::Done(Ok(value)) => next(value),
            Step::Done(Err(error)) => Step::Done(Err(error)),
        }
    }

    /// The same step of a computation that comes to something else.
    pub(crate) fn map<U>(self, make: impl FnOnce(T) -> U) -> Step<U> {
        self.and_then(|value| Step::Done(Ok(make(value))))
    }
}

/// What happened since the last step.
#[derive(Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "one at a time, taken apart where it arrives"
)]
pub enum Event {
    /// Nothing yet: the first step is asked for.
    Start,
    /// The operation was performed.
    Answered(Result<Answer, ConnectError>),
    /// The wait is over.
    Woke,
    /// The call's time limit is over. A procedure that knows more than that ends with a `timeout` of its own.
    Expired,
}

/// A computation in steps. `now_ms` is the time of the event in milliseconds since 1970.
pub trait Procedure {
    /// What it comes to.
    type Output;

    /// The next step after `event`. An event that does not fit ends it with an error.
    fn advance(&mut self, event: Event, now_ms: u64) -> Step<Self::Output>;
}

/// One operation and no more, as what `read` makes of its answer.
pub(crate) fn ask<T>(
    operation: Operation,
    read: fn(Answer) -> Result<T, ConnectError>,
) -> impl FnMut(Event, u64) -> Step<T> {
    let mut operation = Some(operation);
    move |event, _now_ms| asked(&mut operation, event).and_then(|answer| Step::Done(read(answer)))
}

/// Apart from what is made of the answer, so that it is compiled once.
fn asked(operation: &mut Option<Operation>, event: Event) -> Step<Answer> {
    match (event, operation.take()) {
        (Event::Start, Some(operation)) => Step::call(operation),
        (Event::Answered(answered), None) => Step::Done(answered),
        _ => out_of_step(),
    }
}

/// An answer to another question than the one asked: a fault in a driver, never in a platform.
fn out_of_step<T>() -> Step<T> {
    Step::Done(Err(ConnectError::new(
        ErrorCode::ResponseInvalid,
        "a procedure was handed an event that it did not ask for",
    )))
}
