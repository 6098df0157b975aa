//! Finds the account of an entity to use for an app (docs/protocol.md §5.13): the newest usable one.

use super::pages::{MAX_SEARCHED_PAGES, Pages};
use super::{Platform, Result};
use crate::core::api::accounts::{AccountFilter, ConnectedAccount, list_accounts};
use crate::core::time::parse_iso;

/// Returns the newest usable account, or `None`.
///
/// # Errors
/// Those of the request.
pub async fn find_account(
    platform: &impl Platform,
    entity_id: String,
    app: String,
) -> Result<Option<ConnectedAccount>> {
    let filter = AccountFilter {
        entity_id: Some(entity_id),
        // The platform's filter is case sensitive, and keys are lower case.
        app: Some(app.to_ascii_lowercase()),
        ..AccountFilter::default()
    };
    let accounts = Pages::within(MAX_SEARCHED_PAGES, move |cursor| {
        list_accounts(&filter, cursor)
    });
    let accounts = accounts.all(platform).await?.into_iter();
    let created = |account: &ConnectedAccount| account.created_at.as_deref().and_then(parse_iso);
    Ok(accounts
        .filter(|account| account.is_usable() && account.app.eq_ignore_ascii_case(&app))
        .reduce(
            |newest, account| match created(&account) > created(&newest) {
                true => account,
                false => newest,
            },
        ))
}
