//! What can be done with accounts once they are connected.

use web_sys::AbortSignal;

use super::{ConnectClient, ConnectionRequest, Result};
use crate::browser::page;
use crate::core::error::ConnectError;
use crate::core::procedure::execute::ExecuteAction;
use crate::core::procedure::find_account::FindAccount;
use crate::core::procedure::pages::Pages;
use crate::core::procedure::refresh::{Refresh, RefreshAccount};
use crate::core::procedure::watch::WatchAccount;
use crate::core::protocol::answer::{Answer, AuthParams, ConnectedAccount, Execution, Page};
use crate::core::protocol::operation::{AccountFilter, Execute, Operation};

/// How long to wait for an account to become `ACTIVE`, in milliseconds: as long as platforms do.
const WAIT_MS: u32 = 10 * 60 * 1000;

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
        Ok(self.perform(&operation, signal).await?.try_into()?)
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
        let mut watch = WatchAccount::new(connected_account_id, timeout_ms.unwrap_or(WAIT_MS));
        self.driver(&self.signals(signal)).run(&mut watch).await
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
        loop {
            if let Some(item) = pages.pop() {
                return Ok(Some(item));
            }
            let Some(operation) = pages.request() else {
                return Ok(None);
            };
            let answer = self.perform(&operation, signal.clone()).await?;
            pages.answered(answer.try_into()?);
        }
    }

    /// All accounts of a filter, to be taken with [`next`](Self::next). Without an entity: the client's.
    pub fn list_accounts(&self, filter: AccountFilter) -> Pages<ConnectedAccount> {
        Pages::new(self.accounts(filter))
    }

    /// The list that [`list_accounts`](Self::list_accounts) asks for.
    pub(crate) fn accounts(&self, mut filter: AccountFilter) -> Operation {
        filter.entity_id = filter
            .entity_id
            .or_else(|| self.inner.options.entity_id.clone());
        Operation::ListAccounts {
            filter,
            cursor: None,
        }
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
        let mut find = FindAccount::of_app(entity_id, app);
        self.driver(&self.signals(signal)).run(&mut find).await
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
        let options = &self.inner.options;
        let mut procedure = RefreshAccount::new(Refresh {
            connected_account_id,
            redirect_url: self.return_address(redirect_url)?,
            redirect_origins: options.redirect_origins.clone(),
            flow_id: page::new_flow_id()?,
            entity_id: options.entity_id.clone(),
        });
        let initiated = self
            .driver(&self.signals(signal))
            .run(&mut procedure)
            .await?;
        if let Some(record) = initiated.pending() {
            self.remember(record);
        }
        Ok(initiated.request)
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
        self.perform(&operation, signal).await.map(drop)
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
        self.perform(&operation, signal).await.map(drop)
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
        Ok(self.perform(&operation, signal).await?.try_into()?)
    }

    /// Executes an action on behalf of an entity, or with one account. Sent once, never repeated.
    ///
    /// # Errors
    /// `action_failed` with the action's words, `not_found`, `invalid_request`, and those of any request.
    pub async fn execute_action(
        &self,
        mut execute: Execute,
        signal: Option<AbortSignal>,
    ) -> Result<Execution> {
        execute.entity_id = execute
            .entity_id
            .or_else(|| self.inner.options.entity_id.clone());
        let mut procedure = ExecuteAction::new(self.inner.options.api, execute);
        self.driver(&self.signals(signal)).run(&mut procedure).await
    }

    pub(crate) async fn perform(
        &self,
        operation: &Operation,
        signal: Option<AbortSignal>,
    ) -> Result<Answer> {
        self.driver(&self.signals(signal)).perform(operation).await
    }
}
