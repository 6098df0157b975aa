//! The Rust API: the core's procedures, performed in the browser.

pub(crate) mod accounts;
mod announce;
mod catalogue;
mod flow;
mod remember;

use core::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::Function;
use web_sys::{AbortController, AbortSignal};

use crate::browser::driver::Driver;
use crate::browser::failure::Failure;
use crate::browser::fetch::Http;
use crate::browser::storage::{Records, Storage};
use crate::browser::timing::now_ms;
use crate::browser::{page, surroundings};
use crate::core::callback::{self, ConnectionCallback};
use crate::core::error::{ConnectError, ErrorCode};
use crate::core::options::ClientOptions;
use crate::core::order::order;
use crate::core::pending::{Outcome, PendingConnection};
use crate::core::procedure::complete::{
    self, CompleteConnection, CompleteOptions, CompletedConnection,
};
use crate::core::procedure::expected_params::{
    ExpectedParams, ExpectedParamsOptions, GetExpectedParams,
};
use crate::core::procedure::initiate::{Context, InitiateConnection, InitiateOptions, Initiated};
use crate::core::procedure::{Event, Procedure, Step};
use crate::core::redirect;
use crate::core::trace::{Trace, TraceEntry, TraceEvent};

pub use crate::core::procedure::initiate::ConnectionRequest;
pub use flow::{ConnectFlow, FlowMode, FlowOptions, Listener, ResumeOptions};

/// A client of one platform. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct ConnectClient {
    inner: Rc<Inner>,
}

struct Inner {
    options: ClientOptions,
    http: Http,
    records: Records,
    left: RefCell<Vec<remember::Left>>,
    known: RefCell<Vec<ExpectedParams>>,
    trace: RefCell<Trace>,
    said: RefCell<Option<announce::Announcement>>,
    disposal: Option<AbortController>,
}

/// What of the page a client uses in place of the page's own.
#[derive(Default)]
pub struct Overrides {
    /// In place of `fetch`.
    pub fetch: Option<Function>,
    /// Asked for headers before the first request and again after a 401; may return a promise.
    pub headers: Option<Function>,
    /// In place of `localStorage`.
    pub storage: Option<Storage>,
}

type Result<T> = core::result::Result<T, Failure>;

/// A call as data: what to do, step by step, and what the client makes of it. [`ConnectClient::run`] performs it.
///
/// Boxed, so that the futures of all calls are one: each of its own weighs 1 to 3 KB.
pub(crate) type Call<T> = Box<dyn FnMut(Event, u64) -> Step<T>>;

/// The call that a procedure is, with nothing made of what it comes to.
pub(crate) fn call_of<P: Procedure + 'static>(mut procedure: P) -> Call<P::Output> {
    Box::new(move |event, now_ms| procedure.advance(event, now_ms))
}

impl ConnectClient {
    /// A client for the options. No request is made.
    ///
    /// # Errors
    /// `invalid_argument`.
    pub fn new(options: ClientOptions) -> Result<Self> {
        Self::with_overrides(options, Overrides::default())
    }

    /// [`ConnectClient::new`], with parts of the page replaced.
    ///
    /// # Errors
    /// `invalid_argument`.
    pub fn with_overrides(options: ClientOptions, overrides: Overrides) -> Result<Self> {
        Ok(ConnectClient {
            inner: Rc::new(Inner {
                options: options.checked()?,
                http: Http {
                    fetch: overrides.fetch,
                    headers: overrides.headers,
                    cached: RefCell::default(),
                    asked: RefCell::default(),
                    renewals: Cell::default(),
                },
                records: Records::new(overrides.storage),
                left: RefCell::default(),
                known: RefCell::default(),
                trace: RefCell::default(),
                said: RefCell::default(),
                disposal: AbortController::new().ok(),
            }),
        })
    }

    /// What the user must give before an app is connected (docs/protocol.md §5.5: the oldest enabled integration that fits decides).
    ///
    /// # Errors
    /// `integration_not_found`, `auth_scheme_mismatch`, `app_not_connectable`, `not_found` for an unknown app or
    /// integration, `invalid_argument`, and those of any request.
    pub async fn get_expected_params_for_user(
        &self,
        options: ExpectedParamsOptions,
        signal: Option<AbortSignal>,
    ) -> Result<ExpectedParams> {
        self.run(self.expected_params(options)?, signal).await
    }

    /// The call of [`get_expected_params_for_user`](Self::get_expected_params_for_user).
    pub(crate) fn expected_params(
        &self,
        options: ExpectedParamsOptions,
    ) -> Result<Call<ExpectedParams>> {
        let client = self.clone();
        let mut procedure =
            GetExpectedParams::new(options.checked()?, client.inner.options.create_integrations);
        Ok(Box::new(move |event, now_ms| {
            procedure.advance(event, now_ms).map(|params| {
                client.learn(&params);
                params
            })
        }))
    }

    /// Starts a connection. Sent once, never repeated: a second request would make a second account.
    ///
    /// # Errors
    /// `fields_invalid` before anything is sent, `redirect_refused`, `connection_not_needed`, `invalid_argument`,
    /// those of [`get_expected_params_for_user`](Self::get_expected_params_for_user), and those of any request.
    pub async fn initiate_connection(
        &self,
        options: InitiateOptions,
        signal: Option<AbortSignal>,
    ) -> Result<ConnectionRequest> {
        self.run(self.remembered(self.initiation(options)?), signal)
            .await
    }

    /// The call of [`initiate_connection`](Self::initiate_connection), with nothing remembered yet.
    pub(crate) fn initiation(&self, options: InitiateOptions) -> Result<Call<Initiated>> {
        let client = self.clone();
        let options = options.checked()?;
        let redirect_url = self.return_address(options.redirect_url.clone());
        let known = options.integration_id.as_ref().and_then(|id| {
            let known = client.inner.known.borrow();
            known
                .iter()
                .find(|params| params.integration_id.as_ref() == Some(id))
                .cloned()
        });
        let own = &client.inner.options;
        let context = Context {
            has_key: own.unsafe_api_key.is_some(),
            may_create: own.create_integrations,
            redirect_url,
            redirect_origins: own.redirect_origins.clone(),
            flow_id: page::new_flow_id()?,
            known,
        };
        let mut procedure = InitiateConnection::new(options, own.entity_id.clone(), context)?;
        Ok(Box::new(move |event, now_ms| {
            procedure.advance(event, now_ms).map(|initiated| {
                if let Some(params) = &initiated.learned {
                    client.learn(params);
                }
                initiated
            })
        }))
    }

    /// A call that starts a connection, with what is to be remembered of it.
    pub(crate) fn remembered(&self, mut call: Call<Initiated>) -> Call<ConnectionRequest> {
        let client = self.clone();
        Box::new(move |event, now_ms| {
            if matches!(event, Event::Start) {
                client.prune();
            }
            call(event, now_ms).map(|initiated| {
                if let Some(record) = initiated.pending() {
                    client.store(record);
                }
                initiated.request
            })
        })
    }

    /// Leaves the page for the URL of a connection request.
    ///
    /// # Errors
    /// `redirect_refused`; `embedded` in a frame of another site.
    pub fn redirect(&self, url: &str) -> Result<()> {
        redirect::check(url, &self.inner.options.redirect_origins)?;
        if surroundings::is_embedded() {
            return Err(redirect::embedded().into());
        }
        page::leave(url)
    }

    /// What a callback URL says; default: the address of the page. `None` on any other page.
    ///
    /// # Errors
    /// `callback_invalid`.
    pub fn parse_callback(&self, url: Option<&str>) -> Result<Option<ConnectionCallback>> {
        let parsed = match url {
            Some(url) => self.read_callback(url),
            None => self.read_callback(&self.callback_address()?),
        };
        Ok(parsed?)
    }

    fn read_callback(
        &self,
        url: &str,
    ) -> core::result::Result<Option<ConnectionCallback>, ConnectError> {
        callback::parse(url, &self.records_for(url))
    }

    /// The attempts that a URL may be a callback of. A browser reads its storage only where there may be some.
    pub(crate) fn records_for(&self, url: &str) -> Vec<PendingConnection> {
        match callback::may_be(url) {
            true => self.inner.records.all(),
            false => Vec::new(),
        }
    }

    /// The page's address; where that is no callback, the one that it was opened at, if that is one.
    pub(crate) fn callback_address(&self) -> core::result::Result<String, ConnectError> {
        let is_callback = |url: &str| !matches!(self.read_callback(url), Ok(None));
        let now = page::address()?;
        Ok(match page::entry() {
            Some(entry) if !is_callback(&now) && is_callback(&entry) => entry,
            _ => now,
        })
    }

    /// On the page that the user returns to: binds the callback to an attempt of this browser, asks the platform,
    /// and cleans the address bar. `None` on any other page.
    ///
    /// # Errors
    /// `callback_invalid`, `callback_unbound`, `callback_replayed`, `completion_required`, `flow_expired`,
    /// `access_denied`, `account_failed`, `account_expired`, `account_revoked`, `account_inactive`,
    /// `account_mismatch`, `timeout`, and those of any request.
    pub async fn complete_connection(
        &self,
        options: CompleteOptions,
        signal: Option<AbortSignal>,
    ) -> Result<Option<CompletedConnection>> {
        let timeout_ms = options.timeout_ms.unwrap_or(complete::TIMEOUT_MS);
        self.run_within(self.completion(options)?, Some(timeout_ms), signal)
            .await
    }

    /// The call of [`complete_connection`](Self::complete_connection).
    pub(crate) fn completion(
        &self,
        options: CompleteOptions,
    ) -> Result<Call<Option<CompletedConnection>>> {
        let mut is_page = options.url.is_none();
        let url = match options.url {
            Some(url) => url,
            None => self.callback_address()?,
        };
        let records = self.records_for(&url);
        let bound = match callback::parse(&url, &records) {
            Ok(None) => return Ok(Box::new(|_, _| Step::Done(Ok(None)))),
            Ok(Some(callback)) => {
                // Who hands in the page's own address means the page.
                is_page = is_page
                    || self
                        .parse_callback(None)
                        .is_ok_and(|own| own.as_ref() == Some(&callback));
                if is_page {
                    // One that could not store its record may still know the flow.
                    let found = complete::find(&callback, &records).map(|record| &record.flow_id);
                    if let Some(flow_id) = found.or(callback.flow_id.as_ref()) {
                        self.announce(flow_id, &url);
                    }
                }
                complete::bind(&callback, &records, now_ms()).map(|bound| (callback, bound))
            }
            Err(error) => Err(error),
        };
        let mut bound = bound.map(|(callback, bound)| {
            let record = bound.record.clone();
            let procedure = CompleteConnection::new(callback, bound);
            (procedure, record)
        });
        let client = self.clone();
        Ok(Box::new(move |event, now_ms| {
            let step = match &mut bound {
                Ok((procedure, record)) => {
                    let step = procedure.advance(event, now_ms);
                    client.verified(step, record)
                }
                Err(error) => Step::Done(Err(error.clone())),
            };
            if is_page {
                match &step {
                    Step::Done(Err(error)) if !complete::is_over(error) => {}
                    Step::Done(_) => client.clean_address(),
                    Step::Do(_) => {}
                }
            }
            step.map(Some)
        }))
    }

    /// Takes what a callback has put there out of the address bar.
    pub(crate) fn clean_address(&self) {
        page::clean_address(&|url| callback::clean(url, &self.records_for(url)));
    }

    /// Keeps how an attempt ended, as long as its record: so the same callback gives the same answer in another tab. One that
    /// was cancelled meanwhile stays cancelled.
    fn verified(
        &self,
        step: Step<CompletedConnection>,
        record: &mut PendingConnection,
    ) -> Step<CompletedConnection> {
        record.outcome = match &step {
            Step::Done(Ok(_)) => match self.inner.records.get(&record.flow_id) {
                Some(now) if now.is_ended() => return Step::Done(Err(complete::ended(&now))),
                _ => Outcome::Connected,
            },
            Step::Done(Err(error)) if complete::is_final(error) && !record.is_ended() => {
                Outcome::Failed
            }
            _ => return step,
        };
        self.store(record);
        step
    }

    /// The attempts that left this browser's pages and are not complete, newest first.
    pub fn pending(&self) -> Vec<PendingConnection> {
        let now = now_ms();
        let mut records = self.inner.records.all();
        // What is too old stays a while: its callback is then told why it is refused.
        records.retain(|record| record.outcome == Outcome::Pending && !record.is_expired(now));
        let started = |at: usize| records[at].started_at_ms;
        let newest = order(records.len(), &|a, b| started(b).cmp(&started(a)));
        newest.iter().map(|at| records[*at].clone()).collect()
    }

    /// What this client did lately, oldest first, to be pasted into a ticket: at most 200 entries, without ids, typed
    /// values, tokens or URLs.
    pub fn trace(&self) -> Vec<TraceEntry> {
        self.inner.trace.borrow().entries()
    }

    /// Notes what happened.
    pub(crate) fn record(&self, event: TraceEvent) {
        let now_ms = now_ms();
        self.inner.trace.borrow_mut().record(event, now_ms);
    }

    /// Cancels what is under way and refuses what comes later. May be called twice.
    pub fn dispose(&self) {
        if let Some(disposal) = &self.inner.disposal {
            disposal.abort();
        }
    }

    fn signals(&self, signal: Option<AbortSignal>) -> Vec<AbortSignal> {
        let own = self.inner.disposal.as_ref().map(AbortController::signal);
        own.into_iter().chain(signal).collect()
    }

    /// Performs a call.
    pub(crate) fn run<T>(
        &self,
        call: Call<T>,
        signal: Option<AbortSignal>,
    ) -> impl Future<Output = Result<T>> {
        self.run_within(call, None, signal)
    }

    /// Performs a call that takes no longer than this, in milliseconds.
    pub(crate) async fn run_within<T>(
        &self,
        mut call: Call<T>,
        limit_ms: Option<u32>,
        signal: Option<AbortSignal>,
    ) -> Result<T> {
        let mut output = None;
        let mut advance = |event, now_ms| call(event, now_ms).map(|value| output = Some(value));
        self.drive(&mut advance, limit_ms, signal).await?;
        output.ok_or_else(|| {
            ConnectError::new(ErrorCode::ResponseInvalid, "a procedure came to nothing").into()
        })
    }

    async fn drive(
        &self,
        advance: &mut dyn FnMut(Event, u64) -> Step<()>,
        limit_ms: Option<u32>,
        signal: Option<AbortSignal>,
    ) -> Result<()> {
        let driver = Driver {
            options: &self.inner.options,
            http: &self.inner.http,
            trace: &self.inner.trace,
            signals: &self.signals(signal),
            limit_ms,
        };
        driver.drive(advance).await.map_err(|mut failure| {
            let disposal = self.inner.disposal.as_ref();
            if failure.error.code == ErrorCode::Cancelled
                && disposal.is_some_and(|disposal| disposal.signal().aborted())
            {
                let message = "the client was disposed of: make a new one with `createClient`";
                failure.error.message = message.to_owned();
            }
            failure
        })
    }

    /// Where users return to: absolute in a page, and without what an earlier attempt has left in it.
    fn return_address(&self, given: Option<String>) -> String {
        let url = match given.or_else(|| self.inner.options.redirect_url.clone()) {
            Some(url) => page::absolute(url),
            None => page::address().unwrap_or_default(),
        };
        callback::clean(&url, &self.records_for(&url))
    }

    fn learn(&self, params: &ExpectedParams) {
        let mut known = self.inner.known.borrow_mut();
        known.retain(|other| other.integration_id != params.integration_id);
        known.push(params.clone());
    }
}
