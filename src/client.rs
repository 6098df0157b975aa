//! The client: runs the calls of the core in a browser.

mod accounts;
mod announce;
mod attempts;
mod catalogue;
mod complete;
mod connect;
mod flow;
mod list;
mod reconnect;
mod session;
mod shared;

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use js_sys::Function;
use web_sys::{AbortController, AbortSignal};

use crate::browser::call::{Call, Transport};
use crate::browser::fetch::Http;
use crate::browser::storage::{Records, Storage};
use crate::browser::{page, surroundings};
use crate::core::api::Endpoint;
use crate::core::calls::Platform;
use crate::core::error::Result;
use crate::core::options::ClientOptions;
use crate::core::redirect;
use crate::core::trace::{TraceEntry, TraceEvent};

pub use flow::{ConnectFlow, Ensured, Listener};
pub use list::List;
use shared::Shared;

/// The future of a call. Owns its client. Dropping it cancels the call.
pub type CallFuture<T> = Pin<Box<dyn Future<Output = Result<T>>>>;

/// A client of one platform. Cheap to clone: clones share everything but their signal and time limit.
///
/// Methods read their arguments and the address of the page when they are called.
#[derive(Clone)]
pub struct ConnectClient(Rc<Handle>);

/// A client with the signal and the time limit of its calls.
struct Handle {
    shared: Rc<Shared>,
    signal: Option<AbortSignal>,
    timeout_ms: Option<u32>,
}

/// Replacements for functions of the page.
#[derive(Default)]
pub struct Overrides {
    /// Replaces `fetch`.
    pub fetch: Option<Function>,
    /// Returns the headers of requests, or a promise of them. Called before the first request and again after a 401.
    pub headers: Option<Function>,
    /// Replaces `localStorage`.
    pub storage: Option<Storage>,
}

impl ConnectClient {
    /// Makes a client. Sends nothing.
    ///
    /// # Errors
    /// `invalid_argument`.
    pub fn new(options: ClientOptions) -> Result<Self> {
        Self::with_overrides(options, Overrides::default())
    }

    /// Makes a client with replacements for functions of the page. Sends nothing.
    ///
    /// # Errors
    /// `invalid_argument`.
    pub fn with_overrides(options: ClientOptions, overrides: Overrides) -> Result<Self> {
        Self::make(options, overrides, false)
    }

    /// `is_rehearsal`: the client leaves the page where it is, writes only to the storage of `overrides`, and reports no change of an account.
    pub(crate) fn make(
        options: ClientOptions,
        overrides: Overrides,
        is_rehearsal: bool,
    ) -> Result<Self> {
        Ok(ConnectClient(Rc::new(Handle {
            shared: Rc::new(Shared {
                transport: Rc::new(Transport {
                    options: options.checked()?,
                    http: Http {
                        fetch: overrides.fetch,
                        headers: overrides.headers,
                        cached: RefCell::default(),
                        asked: RefCell::default(),
                        renewals: Cell::default(),
                    },
                    trace: RefCell::default(),
                    disposal: AbortController::new().ok(),
                    is_rehearsal,
                }),
                records: Records::new(overrides.storage),
                handed_over: RefCell::default(),
                is_listing_refused: Cell::default(),
                params: RefCell::default(),
                announced: RefCell::default(),
                completions: RefCell::default(),
            }),
            signal: None,
            timeout_ms: None,
        })))
    }

    /// Returns a clone whose calls are cancelled by `signal`.
    pub fn with_signal(&self, signal: Option<AbortSignal>) -> Self {
        self.with(signal, self.0.timeout_ms)
    }

    /// Returns a clone with a time limit for each call, in milliseconds.
    pub fn with_timeout(&self, timeout_ms: Option<u32>) -> Self {
        self.with(self.0.signal.clone(), timeout_ms)
    }

    fn with(&self, signal: Option<AbortSignal>, timeout_ms: Option<u32>) -> Self {
        ConnectClient(Rc::new(Handle {
            shared: self.0.shared.clone(),
            signal,
            timeout_ms,
        }))
    }

    /// Navigates the page to the URL of a connection request.
    ///
    /// # Errors
    /// `redirect_refused`, and `embedded` in a frame of another site.
    pub fn redirect(&self, url: &str) -> Result<()> {
        redirect::check(url, &self.options().provider_origins)?;
        if surroundings::is_embedded() {
            return Err(redirect::embedded());
        }
        page::leave(url, self.is_rehearsal())
    }

    /// Returns the last 200 entries of the client's log, oldest first, for a support ticket. Contains no ids, typed values, tokens or URLs.
    pub fn trace(&self) -> Vec<TraceEntry> {
        self.0.shared.transport.trace.borrow().entries()
    }

    /// Cancels every call and refuses later ones. May be called twice.
    pub fn dispose(&self) {
        if let Some(disposal) = &self.0.shared.transport.disposal {
            disposal.abort();
        }
    }

    fn is_rehearsal(&self) -> bool {
        self.0.shared.transport.is_rehearsal
    }

    fn options(&self) -> &ClientOptions {
        &self.0.shared.transport.options
    }

    fn record(&self, event: TraceEvent) {
        self.0.shared.transport.record(event);
    }

    /// Starts a call. `default_ms`: its time limit if the client has none, in milliseconds.
    fn call(&self, default_ms: Option<u32>) -> Call {
        let limit_ms = self.0.timeout_ms.or(default_ms);
        Call::new(
            self.0.shared.transport.clone(),
            self.0.signal.clone(),
            limit_ms,
        )
    }

    /// Starts a call of one request.
    fn ask<T: 'static>(&self, endpoint: Endpoint<T>) -> CallFuture<T> {
        let call = self.call(None);
        Box::pin(async move { call.ask(endpoint).await })
    }
}
