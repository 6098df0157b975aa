//! Starting a connection (docs/protocol.md §5.6): look the integration up where that is needed, then one request that is never repeated.

use serde::Serialize;

use super::create_integration::not_needed;
use super::expected_params::{ExpectedParams, ExpectedParamsOptions, GetExpectedParams};
use super::watch::is_same_entity;
use super::{Event, Procedure, Step, out_of_step};
use crate::core::callback::{bind, own_query};
use crate::core::error::{ConnectError, ErrorCode};
use crate::core::options::entity_missing;
use crate::core::pending::{LIFETIME_MS, Outcome, PendingConnection};
use crate::core::protocol::answer::{Answer, Connection};
use crate::core::protocol::operation::{Initiate, Operation};
use crate::core::redirect;
use crate::core::scheme::AuthScheme;
use crate::core::secret::Secret;
use crate::core::status::ConnectionStatus;
use crate::core::validate;

/// What to connect, for whom, with what.
#[derive(Debug, Clone, Default)]
pub struct InitiateOptions {
    /// The end user. Default: the client's.
    pub entity_id: Option<String>,
    /// Either this or `app` is required.
    pub integration_id: Option<String>,
    /// Looks the integration up first.
    pub app: Option<String>,
    /// With `app`: only an integration of this scheme will do.
    pub auth_scheme: Option<AuthScheme>,
    /// The user's values by field name.
    pub data: Vec<(String, Secret)>,
    /// Where the user returns to. Default: the client's.
    pub redirect_url: Option<String>,
    /// Path of this site, handed back when the connection is complete.
    pub return_to: Option<String>,
}

/// A connection that was started. Plain data.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionRequest {
    /// Its state; `INITIATED` or another waiting state when the user has to go to `redirect_url`.
    pub connection_status: ConnectionStatus,
    /// Id of the account that is being connected.
    pub connected_account_id: String,
    /// Where to send the user; `None` when there is nothing to do there.
    pub redirect_url: Option<String>,
    /// When that address stops working, in milliseconds since 1970, where the platform says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at_ms: Option<u64>,
    /// Whose account it is, where the caller or the server named somebody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_id: Option<String>,
    /// Our id of this attempt.
    pub flow_id: String,
}

/// What initiate came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Initiated {
    /// For the caller.
    pub request: ConnectionRequest,
    /// What is to be remembered of it.
    pub record: PendingConnection,
    /// What was learned of the integration on the way.
    pub learned: Option<ExpectedParams>,
}

impl Initiated {
    /// The record, when the user has to leave the page: only then there is something to come back to.
    pub fn pending(&self) -> Option<&PendingConnection> {
        self.request.redirect_url.is_some().then_some(&self.record)
    }

    /// Whether the redirect URL has stopped working.
    pub fn is_expired(&self, now_ms: u64) -> bool {
        let ends_at_ms = self
            .request
            .expires_at_ms
            .unwrap_or(self.record.expires_at_ms);
        now_ms >= ends_at_ms.min(self.record.expires_at_ms)
    }
}

/// What the client adds to the caller's options.
#[derive(Debug)]
pub struct Context {
    /// Whether the platform's key is used, so that no session says who the user is.
    pub has_key: bool,
    /// Whether an integration may be created.
    pub may_create: bool,
    /// Where the user returns to: absolute.
    pub redirect_url: String,
    /// The only origins that users may be sent to.
    pub redirect_origins: Vec<String>,
    /// A fresh one.
    pub flow_id: String,
    /// What an earlier call learned of the integration.
    pub known: Option<ExpectedParams>,
}

/// The procedure.
#[derive(Debug)]
pub struct InitiateConnection {
    options: InitiateOptions,
    entity_id: Option<String>,
    context: Context,
    lookup: Option<GetExpectedParams>,
    sent: Option<Initiate>,
    by_link: bool,
}

impl InitiateConnection {
    /// # Errors
    /// `invalid_argument` when no entity is named anywhere and no session can tell.
    pub fn new(
        options: InitiateOptions,
        entity_id: Option<String>,
        context: Context,
    ) -> Result<Self, ConnectError> {
        let entity_id = options.entity_id.clone().or(entity_id);
        if entity_id.is_none() && context.has_key {
            return Err(entity_missing());
        }
        Ok(InitiateConnection {
            options,
            entity_id,
            context,
            lookup: None,
            sent: None,
            by_link: false,
        })
    }

    fn start(&mut self, now_ms: u64) -> Step<Initiated> {
        if self.context.known.is_some() {
            return self.send();
        }
        let lookup = self.lookup.insert(GetExpectedParams::new(
            ExpectedParamsOptions {
                app: self.options.app.clone(),
                integration_id: self.options.integration_id.clone(),
                auth_scheme: self.options.auth_scheme.clone(),
            },
            self.context.may_create,
        ));
        let step = lookup.advance(Event::Start, now_ms);
        step.and_then(|params| self.looked_up(params))
    }

    fn looked_up(&mut self, params: ExpectedParams) -> Step<Initiated> {
        self.lookup = None;
        self.context.known = Some(params);
        self.send()
    }

    fn send(&mut self) -> Step<Initiated> {
        let known = self.context.known.as_ref();
        if known.is_some_and(|params| params.auth_scheme.is_none()) {
            return Step::Done(Err(not_needed()));
        }
        let integration_id = self
            .options
            .integration_id
            .clone()
            .or_else(|| known?.integration_id.clone())
            .unwrap_or_default();
        self.by_link = known
            .is_some_and(|params| params.auth_scheme.is_oauth() && params.is_managed == Some(true));
        // Keys and passwords go to no other page, so that they need no way back.
        if known.is_none_or(|params| self.by_link || params.auth_scheme.may_redirect()) {
            if let Err(error) = redirect::check_return(&self.context.redirect_url) {
                return Step::Done(Err(error));
            }
        } else if redirect::check_return(&self.context.redirect_url).is_err() {
            self.context.redirect_url.clear();
        }
        let mut data = core::mem::take(&mut self.options.data);
        // A hosted link asks for what is missing itself.
        if let Some(params) = known
            && !self.by_link
        {
            let issues = validate::prepare(&params.expected_input_fields, &mut data);
            if !issues.is_empty() {
                return Step::Done(Err(ConnectError::new(
                    ErrorCode::FieldsInvalid,
                    "a value is missing or does not fit its field",
                )
                .with_issues(issues)));
            }
        }
        let initiate = Initiate {
            integration_id,
            entity_id: self.entity_id.clone(),
            auth_scheme: known.map(|params| params.auth_scheme.clone()),
            data,
            redirect_url: match self.context.redirect_url.as_str() {
                "" => String::new(),
                url => bind(url, &self.context.flow_id),
            },
        };
        self.sent = Some(initiate.clone());
        Step::call(if self.by_link {
            Operation::Link(initiate)
        } else {
            Operation::Initiate(initiate)
        })
    }

    fn refused(&mut self, sent: Initiate, error: ConnectError) -> Step<Initiated> {
        // The refusal made nothing, so asking at the place that it names makes no second account.
        if error.code == ErrorCode::EndpointRetired && !self.by_link {
            if let Err(error) = redirect::check_return(&self.context.redirect_url) {
                return Step::Done(Err(error));
            }
            self.by_link = true;
            self.sent = Some(sent.clone());
            return Step::call(Operation::Link(sent));
        }
        Step::Done(Err(error))
    }

    fn initiated(&mut self, connection: Connection, now_ms: u64) -> Step<Initiated> {
        let known = self.context.known.take();
        let params = known.as_ref();
        let attempt = Attempt {
            flow_id: self.context.flow_id.clone(),
            entity_id: self.entity_id.clone(),
            app: params
                .and_then(|params| params.app.clone())
                .or_else(|| self.options.app.clone()),
            integration_id: params
                .and_then(|params| params.integration_id.clone())
                .or_else(|| self.options.integration_id.clone()),
            auth_scheme: params.map(|params| params.auth_scheme.clone()),
            return_to: self.options.return_to.clone(),
            own_query: own_query(&self.context.redirect_url),
        };
        let initiated = attempt.initiated(connection, &self.context.redirect_origins, now_ms);
        Step::Done(initiated.map(|initiated| Initiated {
            learned: known,
            ..initiated
        }))
    }
}

/// What is known of an attempt before the platform has answered.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) flow_id: String,
    pub(super) entity_id: Option<String>,
    pub(super) app: Option<String>,
    pub(super) integration_id: Option<String>,
    pub(super) auth_scheme: Option<AuthScheme>,
    pub(super) return_to: Option<String>,
    pub(super) own_query: Option<String>,
}

impl Attempt {
    /// What the platform's answer makes of it. Remembered only when the user has to leave the page, and never when the
    /// page must not be sent there.
    pub(super) fn initiated(
        self,
        connection: Connection,
        redirect_origins: &[String],
        now_ms: u64,
    ) -> Result<Initiated, ConnectError> {
        if !is_same_entity(self.entity_id.as_deref(), connection.entity_id.as_deref()) {
            return Err(ConnectError::other_entity());
        }
        let entity_id = connection.entity_id.or(self.entity_id);
        if let Some(url) = &connection.redirect_url {
            redirect::check(url, redirect_origins)?;
        }
        let record = PendingConnection {
            flow_id: self.flow_id.clone(),
            connected_account_id: connection.connected_account_id.clone(),
            entity_id: entity_id.clone(),
            app: self.app,
            integration_id: self.integration_id,
            auth_scheme: self.auth_scheme,
            started_at_ms: now_ms,
            expires_at_ms: now_ms + LIFETIME_MS,
            return_to: self.return_to,
            own_query: self.own_query,
            is_popup: false,
            tab: None,
            outcome: Outcome::Pending,
        };
        Ok(Initiated {
            request: ConnectionRequest {
                connection_status: connection.status,
                connected_account_id: connection.connected_account_id,
                redirect_url: connection.redirect_url,
                expires_at_ms: connection
                    .expires_at_ms
                    .map(|at_ms| match connection.date_ms {
                        // This computer's clock may be another.
                        Some(date_ms) => now_ms + at_ms.saturating_sub(date_ms),
                        None => at_ms,
                    }),
                entity_id,
                flow_id: self.flow_id,
            },
            record,
            learned: None,
        })
    }
}

impl Procedure for InitiateConnection {
    type Output = Initiated;

    fn advance(&mut self, event: Event, now_ms: u64) -> Step<Initiated> {
        if let Some(lookup) = &mut self.lookup {
            let step = lookup.advance(event, now_ms);
            return step.and_then(|params| self.looked_up(params));
        }
        match (event, self.sent.take()) {
            (Event::Start, None) => self.start(now_ms),
            (Event::Answered(Ok(Answer::Connection(connection))), Some(_)) => {
                self.initiated(connection, now_ms)
            }
            (Event::Answered(Err(error)), Some(sent)) => self.refused(sent, error),
            _ => out_of_step(),
        }
    }
}
