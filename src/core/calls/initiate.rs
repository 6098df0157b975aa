//! Starts a connection (docs/protocol.md §5.6): looks up the integration if necessary, then sends one request that is never retried.

use serde::Serialize;

use super::create_integration::not_needed;
use super::expected_params::{ExpectedParams, ExpectedParamsOptions, get_expected_params};
use super::{Platform, Result};
use crate::core::api::connections::{Connection, NewAccount, create_account, create_link};
use crate::core::callback::{own_query, with_flow_id};
use crate::core::error::{ConnectError, ErrorCode};
use crate::core::pending::{AttemptOutcome, LIFETIME_MS, PendingConnection};
use crate::core::redirect::{check, check_return};
use crate::core::scheme::AuthScheme;
use crate::core::secret::Secret;
use crate::core::status::ConnectionStatus;
use crate::core::validate;
use crate::core::watch::is_same_entity;

/// Options of `initiateConnection`.
#[derive(Debug, Clone, Default)]
pub struct InitiateOptions {
    /// The end user. Default: the client's.
    pub entity_id: Option<String>,
    /// Id of the integration. Either this or `app` is required.
    pub integration_id: Option<String>,
    /// Key of the app. Its integration is looked up first.
    pub app: Option<String>,
    /// With `app`: accept only an integration of this scheme.
    pub auth_scheme: Option<AuthScheme>,
    /// The user's values by field name.
    pub data: Vec<(String, Secret)>,
    /// The user's name for the account, unique among the user's accounts of the app.
    pub alias: Option<String>,
    /// Where the user returns to. Default: the client's.
    pub redirect_url: Option<String>,
    /// Path of this site at which the app continues. The completed connection returns it.
    pub return_to: Option<String>,
}

/// A connection that was started. Plain data.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionRequest {
    /// Its status: `INITIATED` or another waiting status if the user has to go to `redirect_url`.
    pub connection_status: ConnectionStatus,
    /// Id of the account that is being connected.
    pub connected_account_id: String,
    /// Where to send the user. `None` if the user need not go anywhere.
    pub redirect_url: Option<String>,
    /// When `redirect_url` stops working, in milliseconds since 1970, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at_ms: Option<u64>,
    /// The end user, if the caller or the server named one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_id: Option<String>,
    /// Id of this attempt.
    pub flow_id: String,
}

/// The result of a start.
#[derive(Debug, Clone, PartialEq)]
pub struct Initiated {
    /// For the caller.
    pub request: ConnectionRequest,
    /// The record of the attempt.
    pub record: PendingConnection,
    /// The expected params. `None` after a refresh.
    pub params: Option<ExpectedParams>,
}

impl Initiated {
    /// The record, if the user has to go to the redirect URL. Otherwise there is nothing to resume.
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

/// Values that the client adds to the caller's options.
#[derive(Debug)]
pub struct InitiateContext {
    /// The client's entity.
    pub entity_id: Option<String>,
    /// Whether the client has the platform's API key. Then no session determines the user.
    pub has_key: bool,
    /// Whether an integration may be created.
    pub may_create: bool,
    /// Where the user returns to: an absolute URL.
    pub redirect_url: String,
    /// The only origins that users may be sent to.
    pub provider_origins: Vec<String>,
    /// Id of the new attempt.
    pub flow_id: String,
    /// The expected params that an earlier call returned.
    pub params: Option<ExpectedParams>,
}

/// Starts a connection.
///
/// # Errors
/// `fields_invalid` before anything is sent, `conflict` if the alias is taken, `redirect_refused`, `connection_not_needed`,
/// `invalid_argument` without an entity and without a session, those of [`get_expected_params`], and those of the request.
pub async fn initiate_connection(
    platform: &impl Platform,
    options: &InitiateOptions,
    context: &InitiateContext,
) -> Result<Initiated> {
    let entity_id = options.entity_id.as_ref().or(context.entity_id.as_ref());
    if entity_id.is_none() && context.has_key {
        return Err(ConnectError::entity_missing());
    }
    let params = match &context.params {
        Some(params) => params.clone(),
        None => {
            let wanted = ExpectedParamsOptions {
                app: options.app.clone(),
                integration_id: options.integration_id.clone(),
                auth_scheme: options.auth_scheme.clone(),
            };
            get_expected_params(platform, &wanted, context.may_create).await?
        }
    };
    let (account, is_hosted) = new_account(options, context, entity_id, &params)?;
    let endpoint = match is_hosted {
        true => create_link(&account),
        false => create_account(&account),
    };
    let connection = match platform.ask(endpoint).await {
        // The refused request created no account, so this one does not create a second.
        Err(error) if error.code == ErrorCode::EndpointRetired && !is_hosted => {
            check_return(&context.redirect_url)?;
            platform.ask(create_link(&account)).await?
        }
        answered => answered?,
    };
    let own_query = match account.redirect_url.is_empty() {
        true => None,
        false => own_query(&context.redirect_url),
    };
    let attempt = AttemptDraft {
        flow_id: context.flow_id.clone(),
        entity_id: account.entity_id.clone(),
        app: params.app.clone().or_else(|| options.app.clone()),
        integration_id: Some(account.integration_id.clone()).filter(|id| !id.is_empty()),
        auth_scheme: Some(account.auth_scheme.clone()),
        return_to: options.return_to.clone(),
        own_query,
    };
    let now_ms = platform.moment().now_ms;
    let mut initiated = attempt.initiated(connection, &context.provider_origins, now_ms)?;
    initiated.params = Some(params);
    Ok(initiated)
}

/// The account to create, and whether the platform hosts its sign-in.
fn new_account(
    options: &InitiateOptions,
    context: &InitiateContext,
    entity_id: Option<&String>,
    params: &ExpectedParams,
) -> Result<(NewAccount, bool)> {
    let scheme = &params.auth_scheme;
    if scheme.is_none() {
        return Err(not_needed());
    }
    let is_hosted = scheme.is_oauth() && params.is_managed == Some(true);
    let may_return = check_return(&context.redirect_url);
    // A scheme without a redirect needs no return address.
    let needs_return = is_hosted || scheme.may_redirect();
    let redirect_url = match may_return {
        Ok(()) => with_flow_id(&context.redirect_url, &context.flow_id),
        Err(error) if needs_return => return Err(error),
        Err(_) => String::new(),
    };
    let mut data = options.data.clone();
    // The platform's page asks for missing values.
    if !is_hosted {
        let issues = validate::prepare(&params.expected_input_fields, &mut data);
        if !issues.is_empty() {
            return Err(ConnectError::fields_invalid(issues));
        }
    }
    let integration_id = options.integration_id.as_ref();
    let integration_id = integration_id.or(params.integration_id.as_ref());
    let account = NewAccount {
        integration_id: integration_id.cloned().unwrap_or_default(),
        entity_id: entity_id.cloned(),
        auth_scheme: scheme.clone(),
        data,
        alias: options.alias.clone(),
        redirect_url,
    };
    Ok((account, is_hosted))
}

/// An attempt before the platform's answer.
#[derive(Debug)]
pub(super) struct AttemptDraft {
    pub(super) flow_id: String,
    pub(super) entity_id: Option<String>,
    pub(super) app: Option<String>,
    pub(super) integration_id: Option<String>,
    pub(super) auth_scheme: Option<AuthScheme>,
    pub(super) return_to: Option<String>,
    pub(super) own_query: Option<String>,
}

impl AttemptDraft {
    /// The connection request for the caller, and the record of the attempt.
    pub(super) fn initiated(
        self,
        connection: Connection,
        provider_origins: &[String],
        now_ms: u64,
    ) -> Result<Initiated> {
        if !is_same_entity(self.entity_id.as_deref(), connection.entity_id.as_deref()) {
            return Err(ConnectError::other_entity());
        }
        let entity_id = connection.entity_id.or(self.entity_id);
        if let Some(url) = &connection.redirect_url {
            check(url, provider_origins)?;
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
            replaces: None,
            alias: None,
            verify: None,
            own_query: self.own_query,
            is_popup: false,
            tab: None,
            session: None,
            outcome: AttemptOutcome::Pending,
        };
        Ok(Initiated {
            request: ConnectionRequest {
                connection_status: connection.status,
                connected_account_id: connection.connected_account_id,
                redirect_url: connection.redirect_url,
                expires_at_ms: connection
                    .expires_at_ms
                    .map(|at_ms| match connection.date_ms {
                        // This computer's clock may differ from the server's.
                        Some(date_ms) => now_ms + at_ms.saturating_sub(date_ms),
                        None => at_ms,
                    }),
                entity_id,
                flow_id: self.flow_id,
            },
            record,
            params: None,
        })
    }
}
