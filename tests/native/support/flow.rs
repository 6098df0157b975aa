//! A flow without a browser: events in, effects out as words, on a clock that the test sets.

use crate::core::api::accounts::{AccountFilter, ConnectedAccount};
use crate::core::callback::{self, ConnectionCallback};
use crate::core::calls::expected_params::ExpectedParams;
use crate::core::calls::initiate::{ConnectionRequest, Initiated};
use crate::core::error::{ConnectError, ErrorCode};
use crate::core::fields::Field;
use crate::core::flow::{
    Effect, Flow, FlowEvent, FlowMode, FlowOptions, FlowSnapshot, OngoingAttempt, Work, WorkResult,
};
use crate::core::pending::{AttemptOutcome, LIFETIME_MS, PendingConnection};
use crate::core::scheme::AuthScheme;
use crate::core::secret::Secret;
use crate::core::status::ConnectionStatus;
use crate::core::watch::{Moment, Surroundings};

pub const START_MS: u64 = 1_700_000_000_000;
pub const FLOW_ID: &str = "0123456789abcdef0123456789abcdef";
pub const URL: &str = "https://provider.example/authorize";

/// The popup is open, and the page is behind it.
pub const BEHIND: Surroundings = Surroundings {
    is_popup_closed: false,
    has_focus: false,
    is_visible: true,
    is_online: true,
};

/// The user has closed the popup and is back on the page.
pub const BACK: Surroundings = Surroundings {
    is_popup_closed: true,
    has_focus: true,
    ..BEHIND
};

/// A flow and its clock.
pub struct Play {
    pub flow: Flow,
    pub now_ms: u64,
    /// The random number of every moment, from 0 to 1.
    pub random: f64,
    /// The number of the work under way, and its word.
    pub work: Option<(u32, String)>,
    /// The number of the last `Work::Load`, and the accounts it asks for.
    pub load: (u32, Option<AccountFilter>),
    pub records: Vec<PendingConnection>,
    pub wake_ms: Option<u32>,
    pub left: Option<Box<OngoingAttempt>>,
}

impl Play {
    pub fn new(mode: FlowMode) -> Self {
        Self::of(Flow::new(options(mode), None))
    }

    pub fn of(flow: Flow) -> Self {
        Play {
            flow,
            now_ms: START_MS,
            random: 0.0,
            work: None,
            load: (0, None),
            records: Vec::new(),
            wake_ms: None,
            left: None,
        }
    }

    /// Handles an event. Returns the effects as words, without the wake-ups.
    pub fn try_event(&mut self, event: FlowEvent) -> Result<Vec<String>, ConnectError> {
        let moment = Moment {
            now_ms: self.now_ms,
            clock_ms: self.now_ms - START_MS,
            random: self.random,
        };
        let effects = self.flow.handle(event, moment)?;
        Ok(effects
            .into_iter()
            .filter_map(|effect| self.word(effect))
            .collect())
    }

    fn word(&mut self, effect: Effect) -> Option<String> {
        Some(match effect {
            Effect::ReservePopup => "reserve".to_owned(),
            Effect::NavigatePopup(url) => format!("navigate {url}"),
            Effect::ClosePopup => "close".to_owned(),
            Effect::LeavePage(url) => format!("leave {url}"),
            Effect::Run(number, work) => {
                let word = match work {
                    Work::Load(_, accounts) => {
                        self.load = (number, accounts);
                        "load".to_owned()
                    }
                    Work::Initiate(options) => {
                        let data = options
                            .data
                            .iter()
                            .map(|(name, value)| format!(" {name}={}", value.expose()));
                        format!("initiate{}", data.collect::<String>())
                    }
                    Work::Find(options) => format!("find {}", options.connected_account_id),
                    Work::Replace(old, update) => {
                        let names = update.data.iter().map(|(name, _)| format!(" {name}"));
                        format!("replace {}{}", old.id, names.collect::<String>())
                    }
                    Work::Check(record) => format!("look {}", record.connected_account_id),
                    Work::Complete(record, session_uri) => {
                        format!("complete {session_uri} {}", record.connected_account_id)
                    }
                };
                self.work = Some((number, word.clone()));
                word
            }
            Effect::Abort => {
                self.work = None;
                self.wake_ms = None;
                "abort".to_owned()
            }
            Effect::Store(record) => {
                let word = format!("store {:?}", record.outcome).to_lowercase();
                self.records.push(record);
                word
            }
            Effect::Discard(record) => {
                let word = format!("discard {:?}", record.outcome).to_lowercase();
                self.records.push(record);
                word
            }
            Effect::HandOver(waiting) => {
                self.left = Some(waiting);
                "leave".to_owned()
            }
            Effect::Listen(_) => "listen".to_owned(),
            Effect::IgnorePage => "unwatch".to_owned(),
            Effect::StopListening => {
                self.wake_ms = None;
                "unlisten".to_owned()
            }
            Effect::Wake(millis) => {
                self.wake_ms = Some(millis);
                return None;
            }
            Effect::CleanAddress => "clean".to_owned(),
        })
    }

    /// Handles an event that must be allowed.
    pub fn event(&mut self, event: FlowEvent) -> Vec<String> {
        self.try_event(event).expect("not refused")
    }

    pub fn load(&mut self) -> Vec<String> {
        self.event(FlowEvent::Load)
    }

    pub fn submit(&mut self, data: &[(&str, &str)]) -> Vec<String> {
        self.event(FlowEvent::Submit(typed(data)))
    }

    pub fn reserved(&mut self, is_there: bool) -> Vec<String> {
        self.event(FlowEvent::PopupReserved(is_there))
    }

    pub fn done(&mut self, result: WorkResult) -> Vec<String> {
        let (number, _) = self.work.take().expect("work under way");
        self.event(FlowEvent::Done(number, result))
    }

    /// Answers the last load with the user's accounts.
    pub fn listed(&mut self, listed: Result<Vec<ConnectedAccount>, ConnectError>) -> Vec<String> {
        self.event(FlowEvent::Done(self.load.0, WorkResult::Listed(listed)))
    }

    pub fn loaded(&mut self, params: ExpectedParams) -> Vec<String> {
        self.done(WorkResult::Loaded(Ok(params)))
    }

    pub fn initiated(&mut self, url: Option<&str>) -> Vec<String> {
        let initiated = initiated(url, self.now_ms);
        self.done(WorkResult::Initiated(Ok(initiated)))
    }

    pub fn checked(&mut self, status: &str) -> Vec<String> {
        self.done(WorkResult::Checked(Ok(account(status))))
    }

    pub fn refused(&mut self, error: ConnectError) -> Vec<String> {
        let outcome = match self
            .work
            .as_ref()
            .expect("work under way")
            .1
            .split(' ')
            .next()
        {
            Some("load") => WorkResult::Loaded(Err(error)),
            Some("initiate") => WorkResult::Initiated(Err(error)),
            Some("complete") => WorkResult::Completed(Err(error)),
            _ => WorkResult::Checked(Err(error)),
        };
        self.done(outcome)
    }

    /// Advances the clock, then ticks.
    pub fn after(&mut self, millis: u64, around: Surroundings) -> Vec<String> {
        self.now_ms += millis;
        self.event(FlowEvent::Tick(around))
    }

    pub fn returned(&mut self, query: &str) -> Vec<String> {
        self.event(FlowEvent::Returned(callback(query)))
    }

    pub fn snapshot(&self) -> FlowSnapshot {
        self.flow.snapshot()
    }

    pub fn state(&self) -> &'static str {
        self.flow.state()
    }

    /// The state, and the code of the error if there is one.
    pub fn ended(&self) -> (&'static str, Option<ErrorCode>) {
        (self.state(), self.snapshot().error.map(|error| error.code))
    }

    /// The state, and whether the popup is open.
    pub fn state_and_popup(&self) -> (&'static str, Option<bool>) {
        (self.state(), self.snapshot().is_popup_open)
    }

    /// Retries, which must check the same account again.
    pub fn retry_with_the_account(&mut self) {
        assert_eq!(
            self.event(FlowEvent::Retry),
            ["unlisten", "listen", "look acc-1"]
        );
    }

    /// Answers a check with `ACTIVE`, which must connect the flow.
    pub fn checked_and_connected(&mut self) {
        self.checked("ACTIVE");
        assert_eq!(self.state(), "connected");
    }

    /// A flow whose user is in its popup.
    pub fn in_popup() -> Self {
        Self::in_popup_until(None)
    }

    /// The same, with the expiry of the link.
    pub fn in_popup_until(expires_at_ms: Option<u64>) -> Self {
        let mut play = Play::new(FlowMode::Popup);
        play.load();
        play.loaded(oauth());
        assert_eq!(play.submit(&[]), ["reserve"]);
        assert_eq!(play.reserved(true), ["initiate"]);
        let mut sent = initiated(Some(URL), play.now_ms);
        sent.request.expires_at_ms = expires_at_ms;
        play.done(WorkResult::Initiated(Ok(sent)));
        assert_eq!(play.state(), "waiting");
        play
    }
}

pub fn options(mode: FlowMode) -> FlowOptions {
    FlowOptions {
        app: Some("gmail".to_owned()),
        entity_id: Some("Jessica".to_owned()),
        return_to: Some("/settings".to_owned()),
        mode,
        ..FlowOptions::default()
    }
}

pub fn typed(data: &[(&str, &str)]) -> Vec<(String, Secret)> {
    let pair =
        |(name, value): &(&str, &str)| ((*name).to_owned(), Secret::new((*value).to_owned()));
    data.iter().map(pair).collect()
}

pub fn oauth() -> ExpectedParams {
    params("OAUTH2", Vec::new())
}

pub fn api_key() -> ExpectedParams {
    params("API_KEY", vec![field("api_key", true, None)])
}

pub fn params(scheme: &str, fields: Vec<Field>) -> ExpectedParams {
    ExpectedParams {
        expected_input_fields: fields,
        integration_id: Some("int-1".to_owned()),
        auth_scheme: AuthScheme::parse(scheme),
        app: Some("gmail".to_owned()),
        is_managed: None,
    }
}

pub fn field(name: &str, required: bool, default: Option<&str>) -> Field {
    Field {
        required,
        secret: false,
        default: default.map(str::to_owned),
        ..Field::secret(name)
    }
}

pub fn initiated(url: Option<&str>, now_ms: u64) -> Initiated {
    let status = if url.is_some() {
        ConnectionStatus::Initiated
    } else {
        ConnectionStatus::Active
    };
    Initiated {
        request: ConnectionRequest {
            entity_id: None,
            connection_status: status,
            connected_account_id: "acc-1".to_owned(),
            redirect_url: url.map(str::to_owned),
            expires_at_ms: None,
            flow_id: FLOW_ID.to_owned(),
        },
        record: record(now_ms),
        params: None,
    }
}

pub fn record(now_ms: u64) -> PendingConnection {
    PendingConnection {
        flow_id: FLOW_ID.to_owned(),
        connected_account_id: "acc-1".to_owned(),
        entity_id: Some("Jessica".to_owned()),
        app: Some("gmail".to_owned()),
        integration_id: Some("int-1".to_owned()),
        auth_scheme: Some(AuthScheme::parse("OAUTH2")),
        started_at_ms: now_ms,
        expires_at_ms: now_ms + LIFETIME_MS,
        return_to: Some("/settings".to_owned()),
        own_query: None,
        replaces: None,
        verify: None,
        alias: None,
        is_popup: false,
        tab: None,
        session: None,
        outcome: AttemptOutcome::Pending,
    }
}

pub fn account(status: &str) -> ConnectedAccount {
    ConnectedAccount {
        id: "acc-1".to_owned(),
        status: ConnectionStatus::parse(status),
        alias: None,
        word_id: None,
        display_name: None,
        account_type: None,
        requested_scopes: Vec::new(),
        status_reason: None,
        app: "gmail".to_owned(),
        integration_id: None,
        entity_id: Some("Jessica".to_owned()),
        auth_scheme: None,
        is_disabled: false,
        created_at: None,
        updated_at: None,
        refusal: (None, None),
    }
}

pub fn callback(query: &str) -> ConnectionCallback {
    let url = format!("https://app.example/?cf_flow={FLOW_ID}{query}");
    callback::parse(&url, &[])
        .expect("valid")
        .expect("a callback")
}

pub fn server_error() -> ConnectError {
    ConnectError::new(ErrorCode::Server, "the platform failed").with_retryable(true)
}
