//! What can be done with accounts once they are connected.

use web_sys::AbortSignal;

use super::{Call, ConnectClient, ConnectionRequest, Result, call_of};
use crate::browser::page;
use crate::core::error::ConnectError;
use crate::core::options::list_entity_missing;
use crate::core::procedure::find_account::FindAccount;
use crate::core::procedure::pages::Pages;
use crate::core::procedure::refresh::{Refresh, RefreshAccount};
use crate::core::procedure::watch::WatchAccount;
use crate::core::procedure::{Procedure, ask};
use crate::core::protocol::answer::{Answer, AuthParams, ConnectedAccount, Execution, Page};
use crate::core::protocol::operation::{AccountFilter, Execute, Operation};
use crate::core::redirect;

/// How long to wait for an account to become `ACTIVE`, in milliseconds: as long as platforms do.
pub(crate) const WAIT_MS: u32 = 10 * 60 * 1000;

impl ConnectClient {
    /// One connected account, as the platform reports it now.
    ///
    /// # Errors
    /// `not_found`, `invalid_argument`, and those of any request.
    pub async fn get_connected_account(
        &self,
        connected_account_id: String,
        signal: Option<AbortSignal>,
    ) -> Result<ConnectedAccount> {
        let operation = Operation::GetAccount {
            connected_account_id,
        };
        self.ask(operation, signal).await
    }

    /// Waits until an account is `ACTIVE`, looking at it ever less often. Default limit: 10 minutes.
    ///
    /// # Errors
    /// `access_denied`, `account_failed`, `account_expired`, `account_revoked`, `account_inactive` as soon as the
    /// platform says so; `timeout`; those of any request.
    pub async fn wait_until_active(
        &self,
        connected_account_id: String,
        timeout_ms: Option<u32>,
        signal: Option<AbortSignal>,
    ) -> Result<ConnectedAccount> {
        let limit_ms = timeout_ms.unwrap_or(WAIT_MS);
        self.run_within(watching(connected_account_id), Some(limit_ms), signal)
            .await
    }

    /// The next item of a list, or `None` at its end. Asks the platform for a page when none is at hand.
    ///
    /// # Errors
    /// Those of any request.
    pub async fn next<T>(
        &self,
        pages: &mut Pages<T>,
        signal: Option<AbortSignal>,
    ) -> Result<Option<T>>
    where
        Page<T>: TryFrom<Answer, Error = ConnectError>,
    {
        let mut output = None;
        let mut advance = |event, now_ms| pages.advance(event, now_ms).map(|item| output = item);
        self.drive(&mut advance, None, signal).await?;
        Ok(output)
    }

    /// All accounts of a filter, to be taken with [`next`](Self::next). Without an entity: the client's, or else those of the
    /// session's user.
    ///
    /// # Errors
    /// `invalid_argument` with an `unsafe_api_key` when no entity is named and `all_entities` is not set.
    pub fn list_accounts(&self, filter: AccountFilter) -> Result<Pages<ConnectedAccount>> {
        Ok(Pages::new(self.accounts(filter)?))
    }

    /// The list that [`list_accounts`](Self::list_accounts) asks for.
    pub(crate) fn accounts(
        &self,
        mut filter: AccountFilter,
    ) -> core::result::Result<Operation, ConnectError> {
        let own = &self.inner.options;
        if filter.entity_id.is_none() && !filter.all_entities {
            filter.entity_id = own.entity_id.clone();
            if filter.entity_id.is_none() && own.unsafe_api_key.is_some() {
                return Err(list_entity_missing());
            }
        }
        Ok(Operation::ListAccounts {
            filter,
            cursor: None,
        })
    }

    /// An entity's newest usable account of an app, or `None` (docs/protocol.md §5.13).
    ///
    /// # Errors
    /// Those of any request.
    pub async fn find_account(
        &self,
        entity_id: String,
        app: String,
        signal: Option<AbortSignal>,
    ) -> Result<Option<ConnectedAccount>> {
        self.run(finding(entity_id, app), signal).await
    }

    /// Starts a new attempt for an account: for OAuth the user has to go to the URL once more; anything else may be
    /// `ACTIVE` at once.
    ///
    /// # Errors
    /// `not_found`, `redirect_refused`, and those of any request.
    pub async fn refresh_account(
        &self,
        connected_account_id: String,
        redirect_url: Option<String>,
        signal: Option<AbortSignal>,
    ) -> Result<ConnectionRequest> {
        let call = self.refreshing(connected_account_id, redirect_url)?;
        self.run(call, signal).await
    }

    /// The call of [`refresh_account`](Self::refresh_account).
    pub(crate) fn refreshing(
        &self,
        connected_account_id: String,
        redirect_url: Option<String>,
    ) -> Result<Call<ConnectionRequest>> {
        let options = &self.inner.options;
        let redirect_url = self.return_address(redirect_url);
        redirect::check_return(&redirect_url)?;
        let procedure = RefreshAccount::new(Refresh {
            connected_account_id,
            redirect_url,
            redirect_origins: options.redirect_origins.clone(),
            flow_id: page::new_flow_id()?,
            entity_id: options.entity_id.clone(),
            has_key: options.unsafe_api_key.is_some(),
        });
        Ok(self.remembered(call_of(procedure)))
    }

    /// Switches an account on or off.
    ///
    /// # Errors
    /// `not_found`, `rejected`, and those of any request.
    pub async fn set_account_enabled(
        &self,
        connected_account_id: String,
        enabled: bool,
        signal: Option<AbortSignal>,
    ) -> Result<()> {
        let operation = Operation::SetEnabled {
            connected_account_id,
            enabled,
        };
        self.run(Box::new(ask(operation, |_| Ok(()))), signal).await
    }

    /// Deletes an account.
    ///
    /// # Errors
    /// `not_found`, `rejected`, and those of any request.
    pub async fn delete_account(
        &self,
        connected_account_id: String,
        signal: Option<AbortSignal>,
    ) -> Result<()> {
        let operation = Operation::DeleteAccount {
            connected_account_id,
        };
        self.run(Box::new(ask(operation, |_| Ok(()))), signal).await
    }

    /// What a signed call to the app needs, as far as the platform shows it. Masked values are marked.
    ///
    /// # Errors
    /// `not_found`, and those of any request.
    pub async fn get_auth_params(
        &self,
        connected_account_id: String,
        signal: Option<AbortSignal>,
    ) -> Result<AuthParams> {
        let operation = Operation::GetAuthParams {
            connected_account_id,
        };
        self.ask(operation, signal).await
    }

    /// Executes an action on behalf of an entity, or with one account. Sent once, never repeated.
    ///
    /// # Errors
    /// `action_failed` with the action's words, `not_found`, `invalid_request`, and those of any request.
    pub async fn execute_action(
        &self,
        execute: Execute,
        signal: Option<AbortSignal>,
    ) -> Result<Execution> {
        self.ask(self.execution(execute), signal).await
    }

    /// What [`execute_action`](Self::execute_action) asks.
    pub(crate) fn execution(&self, mut execute: Execute) -> Operation {
        let entity_id = execute.entity_id.take();
        execute.entity_id = entity_id.or_else(|| self.inner.options.entity_id.clone());
        Operation::Execute(execute)
    }

    pub(super) async fn ask<T>(
        &self,
        operation: Operation,
        signal: Option<AbortSignal>,
    ) -> Result<T>
    where
        T: TryFrom<Answer, Error = ConnectError> + 'static,
    {
        self.run(Box::new(ask(operation, T::try_from)), signal)
            .await
    }
}

/// The call of [`ConnectClient::wait_until_active`].
pub(crate) fn watching(connected_account_id: String) -> Call<ConnectedAccount> {
    call_of(WatchAccount::new(connected_account_id))
}

/// The call of [`ConnectClient::find_account`].
pub(crate) fn finding(entity_id: String, app: String) -> Call<Option<ConnectedAccount>> {
    call_of(FindAccount::new(entity_id, app))
}
