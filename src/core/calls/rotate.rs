//! Replaces the credentials of an account that the user connected with a key.

use super::{Platform, Result};
use crate::core::api::accounts::{AccountUpdate, get_account, update_account};
use crate::core::error::ConnectError;

/// Looks up the account's scheme, which the platform requires beside the new values, and sends both. Never retried.
///
/// # Errors
/// `invalid_argument` unless the scheme takes a key, and those of the requests.
pub async fn rotate(platform: &impl Platform, update: &AccountUpdate) -> Result<()> {
    let account = platform
        .ask(get_account(&update.connected_account_id))
        .await?;
    let scheme = account.auth_scheme.filter(|scheme| scheme.takes_key());
    let Some(scheme) = scheme else {
        let problem = "must be left out: the user signs in to this account, so it has no values to replace. Connect it again instead";
        return Err(ConnectError::argument("unknown", "data", problem));
    };
    platform.ask(update_account(update, Some(&scheme))).await
}
