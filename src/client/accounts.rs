//! What can be done with accounts once they are connected.

use web_sys::AbortSignal;

use super::{ConnectClient, ConnectionRequest, Result};
use crate::browser::page;
use crate::browser::timing::now_ms;
use crate::core::callback;
use crate::core::error::{ConnectError, ErrorCode};
use crate::core::pending::{LIFETIME_MS, Outcome, PendingConnection};
use crate::core::procedure::execute::ExecuteAction;
use crate::core::procedure::find_account::{AccountPages, FindAccount};
use crate::core::procedure::watch::WatchAccount;
use crate::core::protocol::answer::{Answer, AuthParams, ConnectedAccount, Execution};
use crate::core::protocol::operation::{AccountFilter, Execute, Operation};
use crate::core::redirect;

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
        match self.perform(&operation, signal).await? {
            Answer::Account(account) => Ok(account),
            _ => Err(unexpected()),
        }
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

    /// The next account of a list, or `None` at its end. Asks the platform for a page when none is at hand.
    ///
    /// # Errors
    /// Those of any request.
    pub async fn next_account(
        &self,
        pages: &mut AccountPages,
        signal: Option<AbortSignal>,
    ) -> Result<Option<ConnectedAccount>> {
        loop {
            if let Some(account) = pages.pop() {
                return Ok(Some(account));
            }
            let Some(operation) = pages.request() else {
                return Ok(None);
            };
            match self.perform(&operation, signal.clone()).await? {
                Answer::Accounts(page) => pages.answered(page.items, page.next),
                _ => return Err(unexpected()),
            }
        }
    }

    /// All accounts of a filter, to be taken with [`next_account`](Self::next_account). Without an entity: the client's.
    pub fn list_accounts(&self, mut filter: AccountFilter) -> AccountPages {
        filter.entity_id = filter
            .entity_id
            .or_else(|| self.inner.options.entity_id.clone());
        AccountPages::new(filter)
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
        let account = self
            .get_connected_account(connected_account_id.clone(), signal.clone())
            .await?;
        let flow_id = page::new_flow_id()?;
        let return_address = callback::bind(&self.return_address(redirect_url)?, &flow_id);
        let operation = Operation::Refresh {
            connected_account_id,
            redirect_url: return_address,
        };
        let Answer::Connection(connection) = self.perform(&operation, signal).await? else {
            return Err(unexpected());
        };
        if let Some(url) = &connection.redirect_url {
            redirect::check(url, &self.inner.options.redirect_origins)?;
            let now_ms = now_ms();
            let entity_id = account
                .entity_id
                .or_else(|| self.inner.options.entity_id.clone());
            self.remember(&PendingConnection {
                flow_id: flow_id.clone(),
                connected_account_id: connection.connected_account_id.clone(),
                entity_id: entity_id.unwrap_or_else(|| "default".to_owned()),
                app: Some(account.app).filter(|app| !app.is_empty()),
                started_at_ms: now_ms,
                expires_at_ms: now_ms + LIFETIME_MS,
                return_to: None,
                outcome: Outcome::Pending,
            });
        }
        Ok(ConnectionRequest {
            connection_status: connection.status,
            connected_account_id: connection.connected_account_id,
            redirect_url: connection.redirect_url,
            expires_at_ms: connection.expires_at_ms,
            flow_id,
        })
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
        match self.perform(&operation, signal).await? {
            Answer::AuthParams(params) => Ok(params),
            _ => Err(unexpected()),
        }
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

    async fn perform(&self, operation: &Operation, signal: Option<AbortSignal>) -> Result<Answer> {
        self.driver(&self.signals(signal)).perform(operation).await
    }
}

fn unexpected() -> crate::Failure {
    ConnectError::new(
        ErrorCode::ResponseInvalid,
        "the answer is to another question",
    )
    .into()
}
