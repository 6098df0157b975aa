//! A new attempt for an account that exists (docs/protocol.md §5.7): look at it, for whose it is, then one request that is never repeated.

use super::initiate::{Attempt, Initiated};
use super::watch::is_same_entity;
use super::{Event, Procedure, Step, out_of_step};
use crate::core::callback::{bind, own_query};
use crate::core::error::ConnectError;
use crate::core::options::entity_missing;
use crate::core::protocol::answer::{Answer, ConnectedAccount, Connection};
use crate::core::protocol::operation::Operation;

/// Which account, and what the client adds.
#[derive(Debug)]
pub struct Refresh {
    /// Id of the account.
    pub connected_account_id: String,
    /// Where the user returns to: absolute.
    pub redirect_url: String,
    /// The only origins that users may be sent to.
    pub redirect_origins: Vec<String>,
    /// A fresh one.
    pub flow_id: String,
    /// Whose the account is, where the platform does not tell.
    pub entity_id: Option<String>,
    /// Whether the platform's key is used, so that no session says who the user is.
    pub has_key: bool,
}

/// The procedure.
#[derive(Debug)]
pub struct RefreshAccount {
    refresh: Refresh,
    account: Option<ConnectedAccount>,
}

impl RefreshAccount {
    /// Nothing is asked yet.
    pub fn new(refresh: Refresh) -> Self {
        RefreshAccount {
            refresh,
            account: None,
        }
    }

    fn send(&mut self, account: ConnectedAccount) -> Step<Initiated> {
        let refresh = &self.refresh;
        if refresh.has_key && account.entity_id.is_none() && refresh.entity_id.is_none() {
            return Step::Done(Err(entity_missing()));
        }
        if !is_same_entity(refresh.entity_id.as_deref(), account.entity_id.as_deref()) {
            return Step::Done(Err(ConnectError::other_entity()));
        }
        self.account = Some(account);
        Step::call(Operation::Refresh {
            connected_account_id: refresh.connected_account_id.clone(),
            redirect_url: bind(&refresh.redirect_url, &refresh.flow_id),
        })
    }

    fn initiated(
        &self,
        connection: Connection,
        account: ConnectedAccount,
        now_ms: u64,
    ) -> Step<Initiated> {
        let entity_id = account.entity_id.or_else(|| self.refresh.entity_id.clone());
        let attempt = Attempt {
            flow_id: self.refresh.flow_id.clone(),
            entity_id,
            app: Some(account.app).filter(|app| !app.is_empty()),
            integration_id: account.integration_id,
            auth_scheme: account.auth_scheme,
            return_to: None,
            own_query: own_query(&self.refresh.redirect_url),
        };
        Step::Done(attempt.initiated(connection, &self.refresh.redirect_origins, now_ms))
    }
}

impl Procedure for RefreshAccount {
    type Output = Initiated;

    fn advance(&mut self, event: Event, now_ms: u64) -> Step<Initiated> {
        match (event, self.account.take()) {
            (Event::Start, None) => Step::call(Operation::GetAccount {
                connected_account_id: self.refresh.connected_account_id.clone(),
            }),
            (Event::Answered(Ok(Answer::Account(account))), None) => self.send(account),
            (Event::Answered(Ok(Answer::Connection(connection))), Some(account)) => {
                self.initiated(connection, account, now_ms)
            }
            (Event::Answered(Err(error)), _) => Step::Done(Err(error)),
            _ => out_of_step(),
        }
    }
}
