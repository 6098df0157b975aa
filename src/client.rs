//! The Rust API: the core's procedures, performed in the browser.

mod accounts;
mod announce;
mod catalogue;
mod flow;

use core::cell::RefCell;
use std::rc::Rc;

use js_sys::Function;
use web_sys::{AbortController, AbortSignal};

use crate::browser::driver::Driver;
use crate::browser::failure::Failure;
use crate::browser::fetch::Http;
use crate::browser::page;
use crate::browser::storage::{Records, Storage};
use crate::browser::timing::now_ms;
use crate::core::callback::{self, ConnectionCallback};
use crate::core::options::ClientOptions;
use crate::core::pending::{Outcome, PendingConnection};
use crate::core::procedure::complete::{
    self, CompleteConnection, CompleteOptions, CompletedConnection,
};
use crate::core::procedure::expected_params::{
    ExpectedParams, ExpectedParamsOptions, GetExpectedParams,
};
use crate::core::procedure::initiate::{Context, InitiateConnection, InitiateOptions, Initiated};
use crate::core::redirect;
use crate::core::trace::{FlowTag, Trace, TraceEntry, TraceEvent};

pub use crate::core::procedure::initiate::ConnectionRequest;
pub use flow::{ConnectFlow, FlowMode, FlowOptions, Listener};

/// A client of one platform. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct ConnectClient {
    inner: Rc<Inner>,
}

struct Inner {
    options: ClientOptions,
    http: Http,
    records: Records,
    known: RefCell<Vec<ExpectedParams>>,
    trace: RefCell<Trace>,
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
                },
                records: Records::new(overrides.storage),
                known: RefCell::default(),
                trace: RefCell::default(),
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
        let client = &*self.inner;
        let mut procedure = GetExpectedParams::new(
            client.options.api,
            options.checked()?,
            client.options.create_integrations,
        );
        let params = self
            .driver(&self.signals(signal))
            .run(&mut procedure)
            .await?;
        self.learn(&params);
        Ok(params)
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
        let initiated = self.start_connection(options, signal).await?;
        if let Some(record) = initiated.pending() {
            self.remember(record);
        }
        Ok(initiated.request)
    }

    /// [`initiate_connection`](Self::initiate_connection), with nothing remembered yet.
    async fn start_connection(
        &self,
        options: InitiateOptions,
        signal: Option<AbortSignal>,
    ) -> Result<Initiated> {
        let client = &*self.inner;
        let options = options.checked()?;
        let redirect_url = self.return_address(options.redirect_url.clone())?;
        let known = options.integration_id.as_ref().and_then(|id| {
            let known = client.known.borrow();
            known
                .iter()
                .find(|params| params.integration_id.as_ref() == Some(id))
                .cloned()
        });
        let context = Context {
            api: client.options.api,
            may_create: client.options.create_integrations,
            redirect_url,
            redirect_origins: client.options.redirect_origins.clone(),
            flow_id: page::new_flow_id()?,
            known,
        };
        let mut procedure =
            InitiateConnection::new(options, client.options.entity_id.clone(), context)?;
        let initiated = self
            .driver(&self.signals(signal))
            .run(&mut procedure)
            .await?;
        if let Some(params) = &initiated.learned {
            self.learn(params);
        }
        Ok(initiated)
    }

    /// Leaves the page for the URL of a connection request.
    ///
    /// # Errors
    /// `redirect_refused`.
    pub fn redirect(&self, url: &str) -> Result<()> {
        redirect::check(url, &self.inner.options.redirect_origins)?;
        page::leave(url)
    }

    /// What a callback URL says; default: the address of the page. `None` on any other page.
    ///
    /// # Errors
    /// `callback_invalid`.
    pub fn parse_callback(&self, url: Option<&str>) -> Result<Option<ConnectionCallback>> {
        let parsed = match url {
            Some(url) => callback::parse(url),
            None => callback::parse(&page::address()?),
        };
        Ok(parsed?)
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
        let client = &*self.inner;
        let is_page = options.url.is_none();
        let url = match options.url {
            Some(url) => url,
            None => page::address()?,
        };
        let result = match callback::parse(&url) {
            Ok(None) => return Ok(None),
            Ok(Some(callback)) => {
                let records = client.records.all();
                if is_page {
                    announce_callback(&callback, &records, &url);
                }
                let bound = complete::bind(&callback, &records, now_ms());
                match bound {
                    Ok(record) => {
                        self.verify(callback, record, options.timeout_ms, signal)
                            .await
                    }
                    Err(error) => Err(error.into()),
                }
            }
            Err(error) => Err(error.into()),
        };
        let is_over = match &result {
            Ok(_) => true,
            Err(failure) => complete::is_over(&failure.error),
        };
        if is_page && is_over {
            page::clean_address(&url);
        }
        result.map(Some)
    }

    async fn verify(
        &self,
        callback: ConnectionCallback,
        mut record: PendingConnection,
        timeout_ms: Option<u32>,
        signal: Option<AbortSignal>,
    ) -> Result<CompletedConnection> {
        let mut procedure = CompleteConnection::new(callback, record.clone(), timeout_ms);
        let result = self.driver(&self.signals(signal)).run(&mut procedure).await;
        let outcome = match &result {
            Ok(_) => Some(Outcome::Connected),
            Err(failure) if complete::is_final(&failure.error) => Some(Outcome::Failed),
            Err(_) => None,
        };
        // Kept until its time is over, so that the same callback gives the same answer in another tab.
        if let Some(outcome) = outcome {
            record.outcome = outcome;
            self.store(&record);
        }
        result
    }

    /// The attempts that left this browser's pages and are not complete, newest first.
    pub fn pending(&self) -> Vec<PendingConnection> {
        let now = now_ms();
        let mut records = self.inner.records.all();
        // What is too old stays until the next attempt: its callback is then told why it is refused.
        records.retain(|record| record.outcome == Outcome::Pending && !record.is_expired(now));
        records.sort_by_key(|record| core::cmp::Reverse(record.started_at_ms));
        records
    }

    /// What this client did lately, oldest first, to be pasted into a ticket: at most 200 entries, without ids, typed
    /// values, tokens or URLs.
    pub fn trace(&self) -> Vec<TraceEntry> {
        self.inner.trace.borrow().entries()
    }

    /// Notes what happened.
    pub(crate) fn record(&self, event: TraceEvent) {
        self.inner.trace.borrow_mut().record(event, now_ms());
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

    fn driver<'a>(&'a self, signals: &'a [AbortSignal]) -> Driver<'a> {
        Driver {
            options: &self.inner.options,
            http: &self.inner.http,
            trace: &self.inner.trace,
            signals,
        }
    }

    /// Where users return to: absolute, and without our parameters when it is this page.
    fn return_address(&self, given: Option<String>) -> Result<String> {
        match given.or_else(|| self.inner.options.redirect_url.clone()) {
            Some(url) => Ok(page::absolute(url)?),
            None => Ok(callback::clean(&page::address()?)),
        }
    }

    /// Keeps an attempt for the time that the page is away.
    fn remember(&self, record: &PendingConnection) {
        self.prune();
        self.store(record);
    }

    fn store(&self, record: &PendingConnection) {
        let what = match self.inner.records.put(record) {
            true => "stored",
            false => "kept_in_memory",
        };
        let flow = FlowTag::of(&record.flow_id);
        self.record(TraceEvent::Storage { flow, what });
    }

    fn learn(&self, params: &ExpectedParams) {
        let mut known = self.inner.known.borrow_mut();
        known.retain(|other| other.integration_id != params.integration_id);
        known.push(params.clone());
    }

    fn prune(&self) {
        let now = now_ms();
        for record in self.inner.records.all() {
            if record.is_expired(now) {
                self.inner.records.remove(&record.flow_id);
                let flow = FlowTag::of(&record.flow_id);
                let what = "removed";
                self.record(TraceEvent::Storage { flow, what });
            }
        }
    }
}

/// Tells the page that waits for this callback. One that could not store its record may still know the flow.
fn announce_callback(callback: &ConnectionCallback, records: &[PendingConnection], url: &str) {
    let found = complete::find(callback, records).map(|record| &record.flow_id);
    if let Some(flow_id) = found.or(callback.flow_id.as_ref()) {
        announce::announce(flow_id, url);
    }
}
