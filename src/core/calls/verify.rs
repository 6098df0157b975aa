//! Verifies an account: runs an action with it, once. `ACTIVE` only says that the user has signed in or entered a key.

use super::{Platform, Result, unless_missing};
use crate::core::api::Api;
use crate::core::api::accounts::{ConnectedAccount, delete_account};
use crate::core::api::actions::{ExecuteOptions, execute_action};
use crate::core::error::{ConnectError, ErrorCode};
use crate::core::pending::{AttemptOutcome, PendingConnection, Verification};
use crate::core::text::concat;
use crate::core::value::Value;

/// Whether the app rejected the credentials, or they lack a permission. Any other error leaves open whether they work.
pub fn is_rejected(error: &ConnectError) -> bool {
    matches!(
        error.code,
        ErrorCode::CredentialsRejected | ErrorCode::ScopesMissing
    )
}

/// Verifies the account of an attempt, unless another tab has done so. Does nothing for an attempt without a verification. Deletes an
/// account that the app rejects. The attempt has created it.
///
/// # Errors
/// `credentials_rejected`, `scopes_missing`, `invalid_argument` if pages may not run the action, and those of the request.
pub async fn verify_attempt(
    platform: &impl Platform,
    record: &PendingConnection,
    account: &ConnectedAccount,
) -> Result<()> {
    let Some(verification) = &record.verify else {
        return Ok(());
    };
    if record.outcome == AttemptOutcome::Connected {
        return Ok(());
    }
    let Err(mut error) = verify(platform, verification, account).await else {
        return Ok(());
    };
    if is_rejected(&error) {
        let deleted = platform.ask(delete_account(&account.id, false)).await;
        if let Err(problem) = unless_missing(deleted) {
            let message = [
                &error.message,
                ". The account is not deleted: ",
                &problem.message,
            ];
            error.message = concat(&message);
        }
    }
    Err(error)
}

/// Runs the action with the account.
///
/// # Errors
/// Those of [`verify_attempt`].
pub async fn verify(
    platform: &impl Platform,
    verification: &Verification,
    account: &ConnectedAccount,
) -> Result<()> {
    let refused = |problem| Err(ConnectError::argument("unknown", "verify", problem));
    if verification.action.is_empty() {
        return refused(
            "is required here too: the connection was started with it, and its input is not stored",
        );
    }
    let options = ExecuteOptions {
        action: verification.action.clone(),
        entity_id: account.entity_id.clone(),
        connected_account_id: Some(account.id.clone()),
        version: None,
        input: match &verification.input {
            Value::Null => Value::Object(Vec::new()),
            input => input.clone(),
        },
    };
    // The latest version, as v3.1 takes by itself.
    match platform.ask(execute_action(Api::V3, &options)).await {
        Ok(_) => Ok(()),
        Err(error) if error.is_missing() => refused(
            "must name an action that pages may run: check the name, and list it in the gateway's `allow.actions`",
        ),
        Err(error) if is_rejected(&error) => Err(error),
        Err(error) => Err(error.after("the account is ACTIVE, but not verified: ")),
    }
}

/// Verifies the wanted accounts in order until the app accepts one. Leaves out those that it rejects.
///
/// # Errors
/// Those of [`verify`] that leave open whether an account works.
pub async fn without_rejected(
    platform: &impl Platform,
    verification: &Verification,
    mut accounts: Vec<ConnectedAccount>,
    is_wanted: &dyn Fn(&ConnectedAccount) -> bool,
) -> Result<Vec<ConnectedAccount>> {
    while let Some(at) = accounts.iter().position(is_wanted) {
        match verify(platform, verification, &accounts[at]).await {
            Err(error) if is_rejected(&error) => drop(accounts.remove(at)),
            Err(error) => return Err(error),
            Ok(()) => break,
        }
    }
    Ok(accounts)
}
