//! Replaces an account: by new values in place, or by a new account that takes over the alias.
//!
//! Each step may be repeated, also by another tab or after a reload. The old account is deleted last.

use std::future::Future;
use std::pin::Pin;

use super::expected_params::{ExpectedParams, ExpectedParamsOptions};
use super::initiate::{AttemptDraft, Initiated};
use super::verify::verify_attempt;
use super::{Platform, Result, unless_missing};
use crate::core::api::Endpoint;
use crate::core::api::accounts::{
    AccountType, AccountUpdate, ConnectedAccount, delete_account, get_account, update_account,
};
use crate::core::api::connections::Connection;
use crate::core::error::{ConnectError, ErrorCode};
use crate::core::pending::PendingConnection;
use crate::core::status::ConnectionStatus;
use crate::core::watch::is_same_entity;

/// The schemes and the names of the values that the platform replaces in place (docs/protocol.md §5.10).
const SCHEMES: [&str; 6] = [
    "BEARER_TOKEN",
    "API_KEY",
    "BASIC",
    "BASIC_WITH_JWT",
    "GOOGLE_SERVICE_ACCOUNT",
    "SERVICE_ACCOUNT",
];
const NAMES: [&str; 16] = [
    "token",
    "generic_api_key",
    "api_key",
    "bearer_token",
    "basic_encoded",
    "generic_token",
    "api_key_prefix",
    "generic_secret",
    "generic_id",
    "user_agent",
    "username",
    "password",
    "credentials_json",
    "application_id",
    "installation_id",
    "private_key",
];

/// The account to reconnect.
#[derive(Debug)]
pub struct ReconnectOptions {
    /// Its id.
    pub connected_account_id: String,
    /// The end user, if known.
    pub entity_id: Option<String>,
    /// What the caller expects of the account, and the integration of the new one. Default: the account's.
    pub wanted: ExpectedParamsOptions,
}

/// Looks up an account to reconnect. Returns it with the options that find the fields to ask the user for.
///
/// # Errors
/// `not_found`, `entity_mismatch`, and `invalid_argument` for a shared account and for an account of another app.
pub async fn find_replaced(
    platform: &impl Platform,
    options: ReconnectOptions,
) -> Result<(ConnectedAccount, ExpectedParamsOptions)> {
    let endpoint = get_account(&options.connected_account_id);
    let old = platform.ask(endpoint).await?;
    if !is_same_entity(options.entity_id.as_deref(), old.entity_id.as_deref()) {
        return Err(ConnectError::other_entity());
    }
    if is_shared(&old) {
        let problem = "must not be the id of a shared account, which others use: connect a new account, then delete this one";
        return Err(ConnectError::argument("unknown", "reconnect", problem));
    }
    let mut wanted = options.wanted;
    require_app("app", wanted.app.as_deref(), &old)?;
    wanted.integration_id = wanted.integration_id.or_else(|| old.integration_id.clone());
    wanted.app = Some(old.app.clone());
    Ok((old, wanted))
}

/// Requires the app of the account to reconnect.
///
/// # Errors
/// `invalid_argument`, which names the option.
pub fn require_app(option: &str, app: Option<&str>, old: &ConnectedAccount) -> Result<()> {
    match app {
        Some(app) if !app.eq_ignore_ascii_case(&old.app) => {
            let problem = "must be of the same app as the account in `reconnect`, or be left out";
            Err(ConnectError::argument("duplicate", option, problem))
        }
        _ => Ok(()),
    }
}

fn is_shared(account: &ConnectedAccount) -> bool {
    account.account_type.as_deref() == Some(AccountType::Shared.as_str())
}

/// Whether new values can replace those of the account in place.
pub fn takes_new_values(
    account: &ConnectedAccount,
    params: &ExpectedParams,
    names: &[&str],
) -> bool {
    let scheme = params.auth_scheme.as_str();
    account.is_usable()
        && account.integration_id == params.integration_id
        && SCHEMES.contains(&scheme)
        && names.iter().all(|name| takes_new_value(name))
}

/// Whether the platform can replace a value of this name in place.
pub(super) fn takes_new_value(name: &str) -> bool {
    NAMES.contains(&name)
}

/// Replaces the values of an account. Never retried.
///
/// # Errors
/// Those of the request.
pub async fn replace_values(
    platform: &impl Platform,
    old: &ConnectedAccount,
    update: &AccountUpdate,
    flow_id: String,
) -> Result<Initiated> {
    platform
        .ask(update_account(update, old.auth_scheme.as_ref()))
        .await?;
    let attempt = AttemptDraft {
        flow_id,
        entity_id: old.entity_id.clone(),
        app: Some(old.app.clone()),
        integration_id: old.integration_id.clone(),
        auth_scheme: old.auth_scheme.clone(),
        return_to: None,
        own_query: None,
    };
    let connection = Connection {
        connected_account_id: old.id.clone(),
        status: ConnectionStatus::Active,
        redirect_url: None,
        entity_id: None,
        expires_at_ms: None,
        date_ms: None,
    };
    attempt.initiated(connection, &[], platform.moment().now_ms)
}

/// Checks the account of an attempt. If it is `ACTIVE`, verifies it. If it replaces another one, hands over.
///
/// # Errors
/// Those of [`verify_attempt`], of [`hand_over`] and of the request.
pub async fn check_attempt(
    platform: &impl Platform,
    record: &PendingConnection,
) -> Result<ConnectedAccount> {
    let endpoint = get_account(&record.connected_account_id);
    let account = platform.ask(endpoint).await?;
    if !record.is_confirmed_by(&account) {
        return Ok(account);
    }
    verify_attempt(platform, record, &account).await?;
    hand_over(platform, record, account).await
}

/// Ends an attempt. If its account is `ACTIVE` and replaces another one, finishes the hand-over. Otherwise deletes its account if
/// `discards`.
///
/// # Errors
/// Those of [`hand_over`] and of the requests.
pub async fn settle(
    platform: &impl Platform,
    record: &PendingConnection,
    discards: bool,
) -> Result<Option<ConnectedAccount>> {
    let answer = match record.replaces {
        Some(_) => check_attempt(platform, record).await,
        None => {
            platform
                .ask(get_account(&record.connected_account_id))
                .await
        }
    };
    let Some(account) = unless_missing(answer)? else {
        return Ok(None);
    };
    if record.replaces.is_some() && record.is_confirmed_by(&account) {
        return Ok(Some(account));
    }
    if discards && record.is_account(&account) && account.status != ConnectionStatus::Inactive {
        remove(platform, &account.id, false).await?;
    }
    Ok(None)
}

/// Moves the alias of the replaced account to its successor, which is `ACTIVE`. Then deletes the replaced one. Does nothing for an attempt
/// that replaces no account.
///
/// # Errors
/// `account_mismatch` if the user signed in as somebody else (the new account is deleted), or if the old account is shared or of another
/// app or user (both stay), and those of the requests.
pub async fn hand_over(
    platform: &impl Platform,
    record: &PendingConnection,
    account: ConnectedAccount,
) -> Result<ConnectedAccount> {
    let Some(old_id) = &record.replaces else {
        return Ok(account);
    };
    // Boxed, since several calls end with it.
    let handed_over: Pin<Box<dyn Future<Output = _> + '_>> =
        Box::pin(replace(platform, record, old_id, account));
    handed_over.await.map_err(|mut error| {
        if error.code != ErrorCode::AccountMismatch {
            error = error.after("the new account is ACTIVE, but the old one is not removed yet: ");
        }
        // Every step may be repeated. A conflict may come from another tab that hands over, too.
        error.retryable |= matches!(
            error.code,
            ErrorCode::Conflict
                | ErrorCode::Server
                | ErrorCode::RateLimited
                | ErrorCode::Network
                | ErrorCode::Timeout
        );
        error
    })
}

async fn replace(
    platform: &impl Platform,
    record: &PendingConnection,
    old_id: &str,
    mut account: ConnectedAccount,
) -> Result<ConnectedAccount> {
    let old = unless_missing(platform.ask(get_account(old_id)).await)?;
    if let Some(old) = &old {
        // The record may have been changed in the storage.
        if old.id == account.id
            || !old.app.eq_ignore_ascii_case(&account.app)
            || !is_same_entity(old.entity_id.as_deref(), account.entity_id.as_deref())
            || is_shared(old)
        {
            return Err(ConnectError::new(
                ErrorCode::AccountMismatch,
                "the account to replace is shared, or of another app or user: both accounts stay",
            ));
        }
        if let (Some(before), Some(after)) = (&old.display_name, &account.display_name)
            && !before.eq_ignore_ascii_case(after)
        {
            remove(platform, &account.id, false).await?;
            return Err(ConnectError::new(
                ErrorCode::AccountMismatch,
                "the user signed in as somebody else than before, so the old account stays: sign in as the same user, or connect another account",
            ));
        }
    }
    if let Some(alias) = &record.alias
        && account.alias.as_ref() != Some(alias)
    {
        // An alias is unique, so the old account has to give it up first.
        if let Some(old) = old.as_ref().filter(|old| old.alias.as_ref() == Some(alias)) {
            unless_missing(platform.ask(set_alias(&old.id, "")).await)?;
        }
        platform.ask(set_alias(&account.id, alias)).await?;
        account.alias.clone_from(&record.alias);
    }
    if let Some(old) = old {
        // Providers such as Google revoke every token of a user and an OAuth client, which would end the new account, too.
        let revokes = old.integration_id != account.integration_id;
        remove(platform, &old.id, revokes).await?;
    }
    Ok(account)
}

fn set_alias(id: &str, alias: &str) -> Endpoint<()> {
    let update = AccountUpdate {
        connected_account_id: id.to_owned(),
        alias: Some(alias.to_owned()),
        data: Vec::new(),
    };
    update_account(&update, None)
}

/// Deletes an account, unless it is gone already.
async fn remove(platform: &impl Platform, id: &str, revoke: bool) -> Result<()> {
    unless_missing(platform.ask(delete_account(id, revoke)).await).map(drop)
}
