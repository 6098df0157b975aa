//! One call of a client: a [`Platform`] that sends requests with `fetch`, waits, and stops at a signal or a time limit.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::JsValue;
use web_sys::{AbortController, AbortSignal};

use super::channel::{Channel, Turn, tell_accounts};
use super::fetch::Http;
use super::surroundings::{note_answer, surroundings, wait_for_change};
use super::timing::{Timer, cancelled, clock_ms, moment, now_ms, sleep};
use crate::core::api::http::{HttpRequest, HttpResponse};
use crate::core::calls::Platform;
use crate::core::error::{ConnectError, ErrorCode, Result};
use crate::core::options::ClientOptions;
use crate::core::retry::{RETRY_BUDGET_MS, before_retry};
use crate::core::trace::{Trace, TraceEvent};
use crate::core::watch::{Moment, PeerNews, Surroundings};

/// The longest timer, in milliseconds. Browsers fire a timer of more than 24.8 days at once.
const MAX_TIMER_MS: u64 = 600_000;

/// The state that all calls of a client share.
pub struct Transport {
    /// The client's options.
    pub options: ClientOptions,
    /// Sends requests.
    pub http: Http,
    /// The trace.
    pub trace: RefCell<Trace>,
    /// Cancels every call.
    pub disposal: Option<AbortController>,
    /// Whether nobody outside may notice the calls: `fetch` is a function that answers by itself.
    pub is_rehearsal: bool,
}

impl Transport {
    /// Adds an event to the trace. Tells the lists of accounts if it may have changed one.
    pub fn record(&self, event: TraceEvent) {
        // Read before the trace is borrowed: a patched clock may call back.
        let now_ms = now_ms();
        self.trace.borrow_mut().record(event, now_ms);
        if event.may_change_accounts() {
            tell_accounts(self.is_rehearsal);
        }
    }

    fn is_disposed(&self) -> bool {
        let disposal = self.disposal.as_ref();
        disposal.is_some_and(|disposal| disposal.signal().aborted())
    }
}

/// One call. Its time limit starts when it is made.
pub struct Call {
    transport: Rc<Transport>,
    signals: Vec<AbortSignal>,
    limit_ms: Option<u32>,
    started_ms: u64,
    is_stopped: Rc<Cell<bool>>,
    peers: RefCell<Option<Rc<Channel>>>,
    turn: RefCell<Option<Turn>>,
    _limit: Option<Timer>,
}

impl Call {
    /// `limit_ms`: the time limit of the whole call, in milliseconds.
    pub fn new(
        transport: Rc<Transport>,
        signal: Option<AbortSignal>,
        limit_ms: Option<u32>,
    ) -> Self {
        let disposal = transport.disposal.as_ref().map(AbortController::signal);
        let mut signals: Vec<AbortSignal> = disposal.into_iter().chain(signal).collect();
        let is_stopped = Rc::new(Cell::new(false));
        let limit = limit_ms.map(|limit_ms| {
            let stop = AbortController::new().ok();
            signals.extend(stop.as_ref().map(AbortController::signal));
            let is_stopped = is_stopped.clone();
            Timer::start(limit_ms, move || {
                is_stopped.set(true);
                if let Some(stop) = stop {
                    stop.abort();
                }
            })
        });
        Call {
            transport,
            signals,
            limit_ms,
            started_ms: clock_ms(),
            is_stopped,
            peers: RefCell::default(),
            turn: RefCell::default(),
            _limit: limit,
        }
    }

    /// A clone, because a channel may be the page's own and call back.
    fn peers(&self) -> Option<Rc<Channel>> {
        self.peers.borrow().clone()
    }

    /// The error to report: the reason why the call ended, if it has ended.
    fn ended(&self, mut error: ConnectError) -> ConnectError {
        if self.is_timed_out() {
            let message = "the call took longer than its `timeoutMs`";
            return ConnectError::new(ErrorCode::Timeout, message);
        }
        if error.code == ErrorCode::Cancelled && self.transport.is_disposed() {
            let message = "the client was disposed of: make a new one with `createClient`";
            error.message = message.to_owned();
        }
        error
    }

    async fn send_with_retries(
        &self,
        request: &HttpRequest,
        read: &mut dyn FnMut(&HttpResponse) -> Result<()>,
    ) -> Result<()> {
        request.validate()?;
        let Transport { options, http, .. } = &*self.transport;
        let mut attempt = 1;
        let mut is_renewed = false;
        loop {
            let renewals = http.renewals.get();
            let Err(error) = self.send_once(request, read).await else {
                return Ok(());
            };
            // A 401 changes nothing on the server, so any request is sent again with fresh headers, once.
            if error.status == Some(401) && !is_renewed && http.renew_headers(renewals) {
                is_renewed = true;
                continue;
            }
            let retries_end_ms = self.started_ms.saturating_add(RETRY_BUDGET_MS);
            let end_ms = self.deadline_ms().min(retries_end_ms);
            let left_ms = end_ms.saturating_sub(clock_ms());
            match before_retry(attempt, options.retry, &error, moment().random, left_ms) {
                Some(wait_ms) if request.is_repeatable() => {
                    sleep(wait_ms as u32, &self.signals).await?;
                }
                _ => return Err(error),
            }
            attempt += 1;
        }
    }

    async fn send_once(
        &self,
        request: &HttpRequest,
        read: &mut dyn FnMut(&HttpResponse) -> Result<()>,
    ) -> Result<()> {
        let Transport { options, http, .. } = &*self.transport;
        let sending = Sending {
            call: self,
            request,
            sent_ms: clock_ms(),
            outcome: Cell::new(Outcome::UNANSWERED),
        };
        let max_bytes = options.max_answer_bytes;
        let max_bytes = max_bytes.saturating_mul(request.size_factor);
        let sent = http.send(options, request, max_bytes, &self.signals).await;
        let mut outcome = match &sent {
            Ok(response) => Outcome {
                status: Some(response.status),
                code: None,
                is_deprecated: response.is_deprecated,
                sunset_ms: response.sunset_ms,
            },
            Err(_) => Outcome::UNANSWERED,
        };
        let result = match sent {
            Ok(response) => read(&response),
            Err(error) => {
                let may_pass = matches!(error.code, ErrorCode::Network | ErrorCode::Timeout);
                Err(error.with_retryable(may_pass && request.is_repeatable()))
            }
        };
        if !self.transport.is_rehearsal {
            note_answer(outcome.status.is_some());
        }
        outcome.code = result.as_ref().err().map(|error| error.code);
        sending.outcome.set(outcome);
        result
    }
}

/// A running request. Adds it to the trace when dropped, also when the call is cancelled.
struct Sending<'a> {
    call: &'a Call,
    request: &'a HttpRequest,
    sent_ms: u64,
    outcome: Cell<Outcome>,
}

/// How a request ended.
#[derive(Clone, Copy)]
struct Outcome {
    status: Option<u16>,
    code: Option<ErrorCode>,
    is_deprecated: bool,
    sunset_ms: Option<u64>,
}

impl Outcome {
    /// Without an answer. The code is that of a call that was dropped.
    const UNANSWERED: Self = Outcome {
        status: None,
        code: Some(ErrorCode::Cancelled),
        is_deprecated: false,
        sunset_ms: None,
    };
}

impl Drop for Sending<'_> {
    fn drop(&mut self) {
        let Outcome {
            status,
            code,
            is_deprecated,
            sunset_ms,
        } = self.outcome.get();
        self.call.transport.record(TraceEvent::Request {
            operation: self.request.operation,
            method: self.request.method,
            prefix: self.call.transport.options.api.prefix(),
            route: self.request.route,
            status,
            ms: clock_ms().saturating_sub(self.sent_ms),
            code,
            is_deprecated,
            sunset_ms,
        });
    }
}

impl Platform for Call {
    async fn send(
        &self,
        request: &HttpRequest,
        read: &mut dyn FnMut(&HttpResponse) -> Result<()>,
    ) -> Result<()> {
        let sent = self.send_with_retries(request, read).await;
        drop(self.turn.take());
        sent.map_err(|error| self.ended(error))
    }

    async fn wait(&self, wait_ms: u64) -> Result<bool> {
        let wait_ms = wait_ms.min(MAX_TIMER_MS) as u32;
        let peers = self.peers();
        let channel = peers
            .as_ref()
            .map_or(JsValue::UNDEFINED, |peers| peers.0.clone());
        let waited = match wait_for_change(wait_ms, &self.signals, &channel).await {
            Ok(_) if self.is_timed_out() => Err(cancelled()),
            waited => waited,
        };
        waited.map_err(|error| self.ended(error))
    }

    fn join_peers(&self, connected_account_id: &str) {
        let peers = Channel::join(connected_account_id);
        self.peers.replace(peers.map(Rc::new));
    }

    fn tell_peers(&self, news: PeerNews) {
        if let Some(peers) = self.peers() {
            peers.tell_peers(news);
        }
    }

    async fn take_turn(&self, connected_account_id: &str) -> bool {
        let turn = Turn::take(connected_account_id).await;
        let is_granted = turn.is_some();
        self.turn.replace(turn);
        is_granted
    }

    fn peer_news(&self) -> Option<PeerNews> {
        self.peers()?.news()
    }

    fn moment(&self) -> Moment {
        moment()
    }

    fn surroundings(&self) -> Surroundings {
        surroundings(true)
    }

    fn deadline_ms(&self) -> u64 {
        let limit_ms = self.limit_ms.map_or(u64::MAX, u64::from);
        self.started_ms.saturating_add(limit_ms)
    }

    fn is_timed_out(&self) -> bool {
        // The timer may fire a little early or much too late by the clock.
        self.is_stopped.get() || clock_ms() >= self.deadline_ms()
    }
}
