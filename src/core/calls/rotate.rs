//! Replaces the credentials of an account that the user connected with a key.

use super::reconnect::takes_new_value;
use super::{Platform, Result};
use crate::core::api::accounts::{AccountUpdate, get_account, is_mask, update_account};
use crate::core::error::ConnectError;
use crate::core::fields::Field;
use crate::core::text::concat;
use crate::core::validate;

/// Checks and normalises the values like those of a secret field. Looks up the account's scheme, which the platform requires beside the
/// new values, and sends both. Never retried.
///
/// # Errors
/// `fields_invalid` for a value that is blank, a mask or has an invisible character, `invalid_argument` unless the scheme takes a key and
/// the platform can replace values of these names, and those of the requests.
pub async fn rotate(platform: &impl Platform, mut update: AccountUpdate) -> Result<()> {
    let names = update.data.iter().map(|(name, _)| name);
    let fields: Vec<Field> = names.map(|name| Field::secret(name)).collect();
    let mut issues = validate::prepare(&fields, &mut update.data);
    for (name, value) in &update.data {
        if is_mask(value.expose()) {
            issues.push(validate::masked(name));
        }
    }
    if !issues.is_empty() {
        return Err(ConnectError::fields_invalid(issues));
    }
    let account = platform
        .ask(get_account(&update.connected_account_id))
        .await?;
    let scheme = account.auth_scheme.filter(|scheme| scheme.takes_key());
    let Some(scheme) = scheme else {
        let problem = "must be left out: the user signs in to this account, so it has no values to replace. Connect it again instead";
        return Err(ConnectError::argument("unknown", "data", problem));
    };
    let mut names = update.data.iter().map(|(name, _)| name);
    if let Some(name) = names.find(|name| !takes_new_value(name)) {
        let problem = "is a value that the platform cannot replace: with `flow({ reconnect })`, the user enters the app's own fields";
        let field = concat(&["data.", name]);
        return Err(ConnectError::argument("unknown", &field, problem));
    }
    platform.ask(update_account(&update, Some(&scheme))).await
}
