//! Executing an action on behalf of an entity (docs/protocol.md §5.13).

use super::find_account::FindAccount;
use super::{Event, Procedure, Step, out_of_step};
use crate::core::protocol::Api;
use crate::core::protocol::answer::{Answer, ConnectedAccount, Execution};
use crate::core::protocol::operation::{Execute, Operation};

/// The procedure. v3 finds the entity's account itself; for v1 it is looked up first.
#[derive(Debug)]
pub struct ExecuteAction {
    execute: Execute,
    lookup: Option<FindAccount>,
}

impl ExecuteAction {
    /// What to execute. An account that is named is used as it is.
    pub fn new(api: Api, execute: Execute) -> Self {
        let entity_id = match (api, &execute.connected_account_id) {
            (Api::V1, None) => execute.entity_id.clone(),
            _ => None,
        };
        let lookup = entity_id.map(|entity_id| match execute.app.clone() {
            Some(app) => FindAccount::of_app(entity_id, app),
            None => FindAccount::of_action(entity_id, execute.action.clone()),
        });
        ExecuteAction { execute, lookup }
    }

    fn looked_up(&mut self, account: Option<ConnectedAccount>) -> Step<Execution> {
        self.lookup = None;
        // Without an account the platform decides: there are apps that need none.
        if let Some(account) = account {
            self.execute.connected_account_id = Some(account.id);
            self.execute.app = self.execute.app.take().or(Some(account.app));
        }
        Step::call(Operation::Execute(self.execute.clone()))
    }
}

impl Procedure for ExecuteAction {
    type Output = Execution;

    fn advance(&mut self, event: Event, now_ms: u64) -> Step<Execution> {
        if let Some(lookup) = &mut self.lookup {
            let step = lookup.advance(event, now_ms);
            return step.and_then(|account| self.looked_up(account));
        }
        match event {
            Event::Start => Step::call(Operation::Execute(self.execute.clone())),
            Event::Answered(Ok(Answer::Execution(execution))) => Step::Done(Ok(execution)),
            Event::Answered(Err(error)) => Step::Done(Err(error)),
            _ => out_of_step(),
        }
    }
}
