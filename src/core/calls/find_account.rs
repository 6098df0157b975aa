//! Finds the accounts of an entity to use for an app (docs/protocol.md §5.13), newest first.

use super::pages::{MAX_SEARCHED_PAGES, Pages};
use super::{Platform, Result};
use crate::core::api::accounts::{AccountFilter, ConnectedAccount, list_accounts};
use crate::core::order::order;
use crate::core::time::parse_iso;
use crate::core::watch::is_same_entity;

/// Returns the usable accounts, newest first. A server may ignore the filter, so its answer is filtered again.
///
/// # Errors
/// Those of the requests.
pub async fn find_accounts(
    platform: &impl Platform,
    mut filter: AccountFilter,
) -> Result<Vec<ConnectedAccount>> {
    // The platform's filter is case sensitive, and keys are lower case.
    if let Some(app) = &mut filter.app {
        app.make_ascii_lowercase();
    }
    let wanted = filter.clone();
    let accounts = Pages::within(MAX_SEARCHED_PAGES, move |cursor| {
        list_accounts(&filter, cursor)
    });
    let mut accounts = accounts.all(platform).await?;
    accounts.retain(|account| {
        let app = wanted.app.as_ref();
        account.is_usable()
            && app.is_none_or(|app| account.app.eq_ignore_ascii_case(app))
            && (wanted.integration_id.is_none() || wanted.integration_id == account.integration_id)
            && is_same_entity(wanted.entity_id.as_deref(), account.entity_id.as_deref())
    });
    let created = |at: usize| accounts[at].created_at.as_deref().and_then(parse_iso);
    let newest_first = order(accounts.len(), &|a, b| created(b).cmp(&created(a)));
    Ok(newest_first
        .iter()
        .map(|at| accounts[*at].clone())
        .collect())
}
