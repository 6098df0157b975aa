//! Performs what a procedure asks for.

use core::cell::{Cell, RefCell};
use core::future::{Future, poll_fn, ready};
use core::pin::Pin;
use core::task::Poll;
use std::rc::Rc;

use web_sys::{AbortController, AbortSignal};

use super::failure::Failure;
use super::fetch::Http;
use super::surroundings::{change, is_online, is_visible, note_answer};
use super::timing::{Timer, clock_ms, jitter, now_ms, sleep};
use crate::core::error::{ConnectError, ErrorCode};
use crate::core::options::ClientOptions;
use crate::core::procedure::{Event, Pause, Step, Task};
use crate::core::protocol::answer::Answer;
use crate::core::protocol::operation::Operation;
use crate::core::protocol::{build, read};
use crate::core::retry::{MAX_AWAY_MS, RETRY_BUDGET_MS, before_look, before_retry};
use crate::core::trace::{Trace, TraceEvent};

/// What a procedure is driven with.
pub struct Driver<'a> {
    /// The client's options.
    pub options: &'a ClientOptions,
    /// How requests are sent.
    pub http: &'a Http,
    /// Where requests are noted.
    pub trace: &'a RefCell<Trace>,
    /// Each of them cancels.
    pub signals: &'a [AbortSignal],
    /// Limit of the whole call, in milliseconds.
    pub limit_ms: Option<u32>,
}

type Answered = Result<Answer, Failure>;

/// An operation that is being performed.
type Asking<'a> = Pin<Box<dyn Future<Output = Answered> + 'a>>;

/// The answer to the first; the second gets on meanwhile.
fn beside<'a>(
    first: &mut Asking<'a>,
    second: &mut Option<Asking<'a>>,
) -> impl Future<Output = Answered> {
    poll_fn(move |context| {
        let polled = first.as_mut().poll(context);
        if polled.is_pending()
            && let Some(asking) = second
            && let Poll::Ready(answered) = asking.as_mut().poll(context)
        {
            *second = Some(Box::pin(ready(answered)));
        }
        polled
    })
}

impl Driver<'_> {
    /// Runs a procedure to its end. Not generic, so that it is compiled once for all of them: what one comes to is its own to
    /// keep.
    ///
    /// # Errors
    /// The procedure's own, or `cancelled`.
    pub async fn drive(
        &self,
        advance: &mut dyn FnMut(Event, u64) -> Step<()>,
    ) -> Result<(), Failure> {
        // One signal more, which ends what is under way when the call ends or its time limit is over.
        let stop = AbortController::new().ok();
        let own = stop.as_ref().map(AbortController::signal);
        let signals: Vec<AbortSignal> = self.signals.iter().cloned().chain(own).collect();
        let within = Driver {
            signals: &signals,
            ..*self
        };
        let is_expired = Rc::new(Cell::new(false));
        let _limit = self.limit_ms.map(|limit_ms| {
            let (is_expired, stop) = (is_expired.clone(), stop.clone());
            Timer::start(limit_ms, move || {
                is_expired.set(true);
                if let Some(stop) = stop {
                    stop.abort();
                }
            })
        });
        let start_ms = clock_ms();
        let mut second: Option<Asking<'_>> = None;
        let (mut event, mut cause, mut over) = (Event::Start, None, None);
        loop {
            let first = match advance(event, now_ms()) {
                Step::Do(Task::Call(operation)) => Some(within.ask(operation, start_ms)),
                Step::Do(Task::Both(operation, other)) => {
                    second = Some(within.ask(other, start_ms));
                    Some(within.ask(operation, start_ms))
                }
                Step::Do(Task::Second) => second.take(),
                Step::Do(Task::Wait(pause)) => {
                    let paused = within.pause(pause).await;
                    if !is_expired.get() {
                        paused?;
                    }
                    None
                }
                Step::Done(result) => {
                    over = Some(result);
                    if let Some(stop) = &stop {
                        stop.abort();
                    }
                    // Until it has noticed: then it has left no timer, and the trace knows of it.
                    second.take()
                }
            };
            let answered = match first {
                Some(mut first) => Some(beside(&mut first, &mut second).await),
                None => None,
            };
            if let Some(result) = over {
                return result.map_err(|error| Failure { error, cause });
            }
            // An answer that came in time counts.
            if is_expired.get() && !matches!(answered, Some(Ok(_))) {
                let expired = timed_out(advance(Event::Expired, now_ms()));
                if let Some(second) = second {
                    // It is cancelled; then it has left no timer, and the trace knows of it.
                    let _ = second.await;
                }
                return Err(expired.into());
            }
            event = match answered {
                None => Event::Woke,
                Some(answered) => {
                    // What went wrong with an earlier call is not the cause of what comes now.
                    let failure = answered.as_ref().err();
                    cause = failure.and_then(|failure| failure.cause.clone());
                    Event::Answered(answered.map_err(|failure| failure.error))
                }
            };
        }
    }

    fn ask(&self, operation: Operation, start_ms: u64) -> Asking<'_> {
        Box::pin(self.perform(operation, start_ms))
    }

    /// Waits until the next status check. A page that is hidden or says that it is offline waits longer, until either changes.
    async fn pause(&self, pause: Pause) -> Result<(), ConnectError> {
        let is_away = || !is_online() || (pause.needs_eyes && !is_visible());
        if !is_away() {
            let wait_ms = before_look(pause.look, jitter()).max(pause.at_least_ms);
            sleep(wait_ms as u32, self.signals).await?;
        }
        let until_ms = clock_ms() + MAX_AWAY_MS.max(pause.at_least_ms);
        while is_away() {
            let left_ms = until_ms.saturating_sub(clock_ms());
            if left_ms == 0 {
                break;
            }
            change(left_ms as u32, self.signals).await?;
        }
        Ok(())
    }

    /// Performs one operation, with the retries that it allows.
    ///
    /// # Errors
    /// The platform's refusal, normalised, or why there was no answer.
    async fn perform(&self, operation: Operation, start_ms: u64) -> Answered {
        let request = build(self.options.api, &operation)?;
        let repeatable = operation.is_repeatable();
        let mut attempt = 1;
        let mut renewed = false;
        loop {
            let sent_ms = clock_ms();
            let renewals = self.http.renewals.get();
            let mut status = None;
            let max_bytes = self.options.max_answer_bytes;
            let max_bytes = match operation {
                Operation::Execute(_) => max_bytes.saturating_mul(10),
                _ => max_bytes,
            };
            let sent = self
                .http
                .send(self.options, &request, max_bytes, self.signals);
            let result = match sent.await {
                Ok(response) => {
                    status = Some(response.status);
                    read(&operation, &response).map_err(Failure::from)
                }
                Err(mut failure) => {
                    failure.error.retryable = repeatable
                        && matches!(failure.error.code, ErrorCode::Network | ErrorCode::Timeout);
                    Err(failure)
                }
            };
            let over_ms = clock_ms();
            note_answer(status.is_some());
            let event = TraceEvent::Request {
                operation: operation.name(),
                method: request.method,
                prefix: request.prefix,
                route: request.route,
                status,
                ms: over_ms.saturating_sub(sent_ms),
                code: result.as_ref().err().map(|failure| failure.error.code),
            };
            // Asked before the trace is borrowed: the clock may be the page's own.
            let now_ms = now_ms();
            self.trace.borrow_mut().record(event, now_ms);
            let Err(failure) = result else {
                return result;
            };
            // Refused before anything was done, whatever the operation: ask again with fresh headers, once.
            if failure.error.status == Some(401) && !renewed && self.http.renew_headers(renewals) {
                renewed = true;
                continue;
            }
            let error: &ConnectError = &failure.error;
            let spent_ms = over_ms.saturating_sub(start_ms);
            let limit_ms = self.limit_ms.map_or(u64::MAX, u64::from);
            let left_ms = limit_ms.min(RETRY_BUDGET_MS).saturating_sub(spent_ms);
            match before_retry(attempt, self.options.retry, error, jitter(), left_ms) {
                Some(wait) if repeatable => sleep(wait as u32, self.signals).await?,
                _ => return Err(failure),
            }
            attempt += 1;
        }
    }
}

/// The error of a call whose time limit is over: the procedure's own `timeout`, where it has one.
fn timed_out(expired: Step<()>) -> ConnectError {
    match expired {
        Step::Done(Err(error)) if error.code == ErrorCode::Timeout => error,
        _ => ConnectError::new(
            ErrorCode::Timeout,
            "the call took longer than its `timeoutMs`",
        ),
    }
}
