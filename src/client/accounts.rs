//! Connected accounts and actions.

use super::{CallFuture, ConnectClient, List, Result};
use crate::core::api::Api;
use crate::core::api::accounts::{
    AccountFilter, AccountUpdate, AuthParams, ConnectedAccount, Revocation, delete_account,
    get_account, get_auth_params, list_accounts, revoke_account, set_account_enabled,
    update_account,
};
use crate::core::api::actions::{
    ExecuteOptions, Execution, Tool, ToolFilter, execute_action, list_tools,
};
use crate::core::calls::find_account::find_accounts;
use crate::core::calls::pages::Pages;
use crate::core::calls::rotate::rotate;
use crate::core::calls::verify::without_rejected;
use crate::core::calls::wait::wait_until_active;
use crate::core::error::ConnectError;
use crate::core::pending::Verification;

/// Default time limit for an account to become `ACTIVE`, in milliseconds: the lifetime of an attempt on the platform.
const WAIT_MS: u32 = 10 * 60 * 1000;

impl ConnectClient {
    /// Returns one connected account.
    ///
    /// # Errors
    /// `not_found`, `invalid_argument`, and those of any request.
    pub fn get_connected_account(
        &self,
        connected_account_id: &str,
    ) -> CallFuture<ConnectedAccount> {
        self.ask(get_account(connected_account_id))
    }

    /// Waits until an account is `ACTIVE`. The pauses between the checks grow. Default time limit: 10 minutes.
    ///
    /// # Errors
    /// `access_denied`, `account_failed`, `account_expired`, `account_revoked` and `account_inactive` as soon as the platform reports
    /// them, `timeout`, and those of any request.
    pub fn wait_until_active(&self, connected_account_id: String) -> CallFuture<ConnectedAccount> {
        let call = self.call(Some(WAIT_MS));
        Box::pin(async move { wait_until_active(&call, connected_account_id).await })
    }

    /// Lists connected accounts. Default entity: the client's, or the session's user.
    ///
    /// # Errors
    /// `invalid_argument` with an `unsafe_api_key`, without an entity and without `all_entities`.
    pub fn list_accounts(&self, mut filter: AccountFilter) -> Result<List<ConnectedAccount>> {
        let options = self.options();
        if filter.entity_id.is_none() && !filter.all_entities {
            filter.entity_id = options.entity_id.clone();
            if filter.entity_id.is_none() && options.unsafe_api_key.is_some() {
                return Err(ConnectError::list_entity_missing());
            }
        }
        Ok(self.accounts_of(filter))
    }

    fn accounts_of(&self, filter: AccountFilter) -> List<ConnectedAccount> {
        let pages = Pages::new(move |cursor| list_accounts(&filter, cursor));
        List::new(self.clone(), pages)
    }

    /// Returns all connected accounts of an entity.
    ///
    /// # Errors
    /// Those of any request.
    pub fn get_connections(&self, entity_id: String) -> CallFuture<Vec<ConnectedAccount>> {
        let filter = AccountFilter {
            entity_id: Some(entity_id),
            ..AccountFilter::default()
        };
        self.accounts_of(filter).all()
    }

    /// Returns an entity's newest usable account of an app, or `None` (docs/protocol.md §5.13).
    ///
    /// # Errors
    /// Those of any request.
    pub fn get_connection(
        &self,
        entity_id: String,
        app: String,
    ) -> CallFuture<Option<ConnectedAccount>> {
        let accounts = self.find_accounts(AccountFilter {
            entity_id: Some(entity_id),
            app: Some(app),
            ..AccountFilter::default()
        });
        Box::pin(async move { Ok(accounts.await?.into_iter().next()) })
    }

    /// The usable accounts, newest first.
    pub(super) fn find_accounts(&self, filter: AccountFilter) -> CallFuture<Vec<ConnectedAccount>> {
        let call = self.call(None);
        Box::pin(async move { find_accounts(&call, filter).await })
    }

    /// Verifies the wanted accounts in order until the app accepts one. Leaves out those that it rejects.
    pub(super) async fn without_rejected(
        &self,
        verification: &Verification,
        accounts: Vec<ConnectedAccount>,
        is_wanted: &dyn Fn(&ConnectedAccount) -> bool,
    ) -> Result<Vec<ConnectedAccount>> {
        without_rejected(&self.call(None), verification, accounts, is_wanted).await
    }

    /// Changes the alias of an account, its credentials, or both. The account keeps its id.
    ///
    /// # Errors
    /// `conflict` if the user has another account of the app with this alias, `fields_invalid` for a value that is blank, a mask or has an
    /// invisible character, `invalid_argument` for credentials of an account that signs in by OAuth and for values that the platform cannot
    /// replace, `not_found`, `rejected`, and those of any request.
    pub fn update_account(&self, update: AccountUpdate) -> CallFuture<()> {
        if update.data.is_empty() {
            return self.ask(update_account(&update, None));
        }
        let call = self.call(None);
        Box::pin(async move { rotate(&call, update).await })
    }

    /// Revokes the tokens of an account at the provider. The account stays, with the status `REVOKED`.
    ///
    /// # Errors
    /// `conflict` unless the account is `ACTIVE` or `REVOKED`, `invalid_request` if the app cannot revoke, `invalid_argument` with
    /// [`Api::V3`](crate::Api), `not_found`, and those of any request.
    pub fn revoke_account(&self, connected_account_id: &str) -> CallFuture<Revocation> {
        if self.options().api == Api::V3 {
            let problem = "must be `v3.1` in `createClient`: v3 cannot revoke accounts";
            let error = ConnectError::argument("unknown", "api", problem);
            return Box::pin(async move { Err(error) });
        }
        self.ask(revoke_account(connected_account_id))
    }

    /// Enables or disables an account.
    ///
    /// # Errors
    /// `not_found`, `rejected`, and those of any request.
    pub fn set_account_enabled(&self, connected_account_id: &str, enabled: bool) -> CallFuture<()> {
        self.ask(set_account_enabled(connected_account_id, enabled))
    }

    /// Deletes an account. With `revoke`, the platform also revokes its tokens at the provider; otherwise they stay valid there.
    ///
    /// # Errors
    /// `not_found`, `rejected`, and those of any request.
    pub fn delete_account(&self, connected_account_id: &str, revoke: bool) -> CallFuture<()> {
        self.ask(delete_account(connected_account_id, revoke))
    }

    /// Returns the credentials for calls to the app's API, as far as the platform shows them. Masked values are marked.
    ///
    /// # Errors
    /// `not_found`, and those of any request.
    pub fn get_auth_params(&self, connected_account_id: &str) -> CallFuture<AuthParams> {
        self.ask(get_auth_params(connected_account_id))
    }

    /// Executes an action for an entity, or with one account. The request is never retried.
    ///
    /// # Errors
    /// `action_failed` with the app's reason, `credentials_rejected` or `scopes_missing` if that reason says so,
    /// `connection_required` without an account, `not_found`, `invalid_request`, and those of any request.
    pub fn execute_action(&self, mut options: ExecuteOptions) -> CallFuture<Execution> {
        let entity_id = options.entity_id.take();
        options.entity_id = entity_id.or_else(|| self.options().entity_id.clone());
        self.ask(execute_action(self.options().api, &options))
    }

    /// Returns the actions that an agent may run, with the JSON Schema of their input: every page. Behind a gateway, only those that it
    /// allows.
    ///
    /// # Errors
    /// `invalid_argument` with an `unsafe_api_key` and without a filter, and those of any request.
    pub fn tools(&self, filter: ToolFilter) -> CallFuture<Vec<Tool>> {
        let api = self.options().api;
        if self.options().unsafe_api_key.is_some() && filter == ToolFilter::default() {
            let problem = "or `actions` is required with `unsafeApiKey`: the platform has thousands of actions";
            let error = ConnectError::argument("required", "app", problem);
            return Box::pin(async move { Err(error) });
        }
        let call = self.call(None);
        let pages = Pages::new(move |cursor| list_tools(api, &filter, cursor));
        Box::pin(async move { pages.all(&call).await })
    }
}
