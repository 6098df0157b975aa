//! A platform that follows a script, and runs a call to its end.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::{Future, pending, poll_fn};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use crate::core::api::Api;
use crate::core::api::http::{HttpRequest, HttpResponse};
use crate::core::calls::Platform;
use crate::core::error::{ConnectError, ErrorCode};
use crate::core::watch::{Moment, Surroundings};
use serde_json::Value as Json;

use super::{NOW, response};

/// The clock starts somewhere.
const CLOCK_START_MS: u64 = 3_600_000;

type Result<T> = std::result::Result<T, ConnectError>;

/// One exchange of a script: the request that must come next, and its answer.
pub struct Exchange {
    request: String,
    answer: HttpResponse,
    speed: Speed,
}

#[derive(Clone, Copy)]
enum Speed {
    AtOnce,
    Slow,
    Never,
}

/// `request` is `METHOD path?query`.
pub fn exchange(request: &str, status: u16, content: Json) -> Exchange {
    Exchange {
        request: request.to_owned(),
        answer: response(status, &Json::Null, &content),
        speed: Speed::AtOnce,
    }
}

impl Exchange {
    /// The answer has this header `x-request-id`.
    pub fn request_id(&mut self, id: &str) {
        self.answer.request_id = Some(id.to_owned());
    }

    /// The server's clock says this.
    pub fn dated(mut self, date_ms: Option<u64>) -> Self {
        self.answer.date_ms = date_ms;
        self
    }

    /// Other requests are sent before the answer comes.
    pub fn slow(self) -> Self {
        let speed = Speed::Slow;
        Exchange { speed, ..self }
    }

    /// The answer never comes.
    pub fn unanswered(self) -> Self {
        let speed = Speed::Never;
        Exchange { speed, ..self }
    }
}

/// The outcome of a call.
pub struct Played<T> {
    /// What the call returned.
    pub result: Result<T>,
    /// The bodies of its requests, in order; null for a request without one.
    pub bodies: Vec<Json>,
    /// How long it waited each time, in milliseconds.
    pub waits: Vec<u64>,
}

/// The platform. A request that is not the next one of the script fails the test.
pub struct Script {
    exchanges: RefCell<VecDeque<Exchange>>,
    bodies: RefCell<Vec<Json>>,
    waits: RefCell<Vec<u64>>,
    passed_ms: Cell<u64>,
    limit_ms: u64,
    under_way: Cell<u32>,
}

/// Counts a request until it is over or dropped.
struct UnderWay<'a>(&'a Cell<u32>);

impl<'a> UnderWay<'a> {
    fn new(requests: &'a Cell<u32>) -> Self {
        requests.set(requests.get() + 1);
        UnderWay(requests)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

impl Platform for Script {
    async fn send(
        &self,
        request: &HttpRequest,
        read: &mut dyn FnMut(&HttpResponse) -> Result<()>,
    ) -> Result<()> {
        let _under_way = UnderWay::new(&self.under_way);
        request.validate()?;
        let sent = [request.method, " ", Api::V31.prefix(), &request.path].concat();
        let Some(next) = self.exchanges.borrow_mut().pop_front() else {
            panic!("unexpected request: {sent}");
        };
        assert_eq!(sent, next.request, "another request was expected");
        let body = request.body.as_ref();
        self.bodies
            .borrow_mut()
            .push(body.map_or(Json::Null, |bytes| {
                serde_json::from_slice(bytes).expect("a JSON body")
            }));
        match next.speed {
            Speed::AtOnce => {}
            Speed::Slow => yield_once().await,
            Speed::Never => pending().await,
        }
        read(&next.answer)
    }

    async fn wait(&self, wait_ms: u64) -> Result<bool> {
        assert!(self.waits.borrow().len() < 1_000, "waits for ever");
        self.waits.borrow_mut().push(wait_ms);
        self.passed_ms.set(self.passed_ms.get() + wait_ms);
        match self.is_timed_out() {
            true => Err(ConnectError::new(ErrorCode::Timeout, "late")),
            false => Ok(true),
        }
    }

    fn moment(&self) -> Moment {
        Moment {
            now_ms: NOW + self.passed_ms.get(),
            clock_ms: CLOCK_START_MS + self.passed_ms.get(),
            random: 0.0,
        }
    }

    fn surroundings(&self) -> Surroundings {
        Surroundings::ATTENDED
    }

    fn deadline_ms(&self) -> u64 {
        CLOCK_START_MS + self.limit_ms
    }

    fn is_timed_out(&self) -> bool {
        self.passed_ms.get() >= self.limit_ms
    }
}

async fn yield_once() {
    let mut is_polled = false;
    poll_fn(|_| match std::mem::replace(&mut is_polled, true) {
        true => Poll::Ready(()),
        false => Poll::Pending,
    })
    .await
}

/// Runs a call. Fails unless the script is used up. Waiting takes its full time on a clock of its own.
pub fn play<T>(script: Vec<Exchange>, call: impl AsyncFnOnce(&Script) -> Result<T>) -> Played<T> {
    play_within(u32::MAX, script, call)
}

/// The same, with a time limit for its waits, in milliseconds.
pub fn play_within<T>(
    limit_ms: u32,
    script: Vec<Exchange>,
    call: impl AsyncFnOnce(&Script) -> Result<T>,
) -> Played<T> {
    let platform = Script {
        exchanges: RefCell::new(script.into()),
        bodies: RefCell::default(),
        waits: RefCell::default(),
        passed_ms: Cell::new(0),
        limit_ms: limit_ms.into(),
        under_way: Cell::new(0),
    };
    let result = block_on(call(&platform));
    assert_eq!(platform.under_way.get(), 0, "a request outlives its call");
    let unused: Vec<String> = platform
        .exchanges
        .take()
        .into_iter()
        .map(|next| next.request)
        .collect();
    assert!(unused.is_empty(), "never asked: {unused:?}");
    Played {
        result,
        bodies: platform.bodies.take(),
        waits: platform.waits.take(),
    }
}

/// Runs a future to its end. Fails when nothing would wake it.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..10_000 {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
    panic!("waits for ever");
}
