//! Starts a new attempt for an existing account (docs/protocol.md §5.7): checks its entity, then sends one request that is never
//! retried.

use super::initiate::{AttemptDraft, InitiateContext, Initiated};
use super::{Platform, Result};
use crate::core::api::accounts::get_account;
use crate::core::api::connections::refresh_account;
use crate::core::callback::{own_query, with_flow_id};
use crate::core::error::ConnectError;
use crate::core::watch::is_same_entity;

/// Starts a new attempt for an account.
///
/// # Errors
/// `entity_mismatch` for another user's account, `redirect_refused`, `invalid_argument` without an entity and without a session, and
/// those of the requests.
pub async fn refresh(
    platform: &impl Platform,
    connected_account_id: &str,
    context: &InitiateContext,
) -> Result<Initiated> {
    let account = platform.ask(get_account(connected_account_id)).await?;
    let expected = context.entity_id.as_deref();
    if context.has_key && account.entity_id.is_none() && expected.is_none() {
        return Err(ConnectError::entity_missing());
    }
    if !is_same_entity(expected, account.entity_id.as_deref()) {
        return Err(ConnectError::other_entity());
    }
    let redirect_url = with_flow_id(&context.redirect_url, &context.flow_id);
    let endpoint = refresh_account(connected_account_id, &redirect_url);
    let connection = platform.ask(endpoint).await?;
    let attempt = AttemptDraft {
        flow_id: context.flow_id.clone(),
        entity_id: account.entity_id.or_else(|| context.entity_id.clone()),
        app: Some(account.app).filter(|app| !app.is_empty()),
        integration_id: account.integration_id,
        auth_scheme: account.auth_scheme,
        return_to: None,
        own_query: own_query(&context.redirect_url),
    };
    attempt.initiated(
        connection,
        &context.provider_origins,
        platform.moment().now_ms,
    )
}
