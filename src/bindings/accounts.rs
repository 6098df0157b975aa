//! `connectedAccounts` and `entity(id)`, as JavaScript sees them.

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;

use super::convert::{answer_to_js, ask, call, call_within, data, executed, perform};
use super::lists::list;
use crate::browser::failure::Failure;
use crate::client::accounts::{WAIT_MS, finding, watching};
use crate::client::{Call, ConnectClient};
use crate::core::error::ConnectError;
use crate::core::options::{RefreshOptions, read_account_id, read_app};
use crate::core::procedure::initiate::InitiateOptions;
use crate::core::procedure::pages::Pages;
use crate::core::procedure::{Event, Procedure, Step};
use crate::core::protocol::answer::ConnectedAccount;
use crate::core::protocol::operation::{AccountFilter, Execute, Operation};

/// The connected accounts of a client.
#[wasm_bindgen]
pub struct ConnectedAccounts(pub(super) ConnectClient);

/// One end user.
#[wasm_bindgen]
pub struct Entity(pub(super) ConnectClient, pub(super) String);

#[wasm_bindgen]
impl ConnectedAccounts {
    /// The documents' name of `initiateConnection`.
    #[wasm_bindgen(unchecked_return_type = "Promise<ConnectionRequest>")]
    pub fn initiate(
        &self,
        #[wasm_bindgen(unchecked_param_type = "InitiateConnectionOptions")] options: &JsValue,
    ) -> Promise {
        initiate(&self.0, "connectedAccounts.initiate", options)
    }

    /// One connected account, as the platform reports it now: `GET /api/v3.1/connected_accounts/{id}`.
    ///
    /// Rejects with `not_found`, `invalid_argument`, and the codes of any request.
    #[wasm_bindgen(unchecked_return_type = "Promise<ConnectedAccount>")]
    pub fn get(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ConnectedAccountOptions")] options: &JsValue,
    ) -> Promise {
        let operation = |connected_account_id| Operation::GetAccount {
            connected_account_id,
        };
        ask(
            &self.0,
            "connectedAccounts.get",
            options,
            read_account_id,
            operation,
            answer_to_js::<ConnectedAccount>,
        )
    }

    /// Connected accounts, asked for page by page as they are iterated: `GET /api/v3.1/connected_accounts`.
    /// Without an entity: the client's.
    ///
    /// Iterating rejects with the codes of any request; the call itself throws `invalid_argument`.
    #[wasm_bindgen(unchecked_return_type = "AsyncIterableIterator<ConnectedAccount>")]
    pub fn list(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "ListConnectedAccountsOptions")]
        options: &JsValue,
    ) -> Result<JsValue, JsValue> {
        list(
            &self.0,
            "connectedAccounts.list",
            options,
            |client, options| client.accounts(AccountFilter::read(options)?),
        )
    }

    /// Waits until an account is `ACTIVE`, looking at it as `get` does, ever less often. Default limit: 10 minutes.
    ///
    /// Rejects with `access_denied`, `account_failed`, `account_expired`, `account_revoked`, `account_inactive` as soon as
    /// the platform says so, `timeout`, `not_found`, `invalid_argument`, and the codes of any request.
    #[wasm_bindgen(js_name = waitUntilActive, unchecked_return_type = "Promise<ConnectedAccount>")]
    pub fn wait_until_active(
        &self,
        #[wasm_bindgen(unchecked_param_type = "WaitUntilActiveOptions")] options: &JsValue,
    ) -> Promise {
        let name = "connectedAccounts.waitUntilActive";
        call_within(&self.0, name, options, Some(WAIT_MS), &|options| {
            Ok(data(watching(read_account_id(options)?)))
        })
    }

    /// Starts a new attempt for an account: for OAuth the user has to go to its `redirectUrl` once more.
    /// `POST /api/v3.1/connected_accounts/{id}/refresh`.
    ///
    /// Rejects with `not_found`, `entity_mismatch`, `redirect_refused`, `invalid_argument`, and the codes of any request.
    #[wasm_bindgen(unchecked_return_type = "Promise<ConnectionRequest>")]
    pub fn refresh(
        &self,
        #[wasm_bindgen(unchecked_param_type = "RefreshOptions")] options: &JsValue,
    ) -> Promise {
        call(&self.0, "connectedAccounts.refresh", options, &|options| {
            let refresh = RefreshOptions::read(options)?;
            let call = self
                .0
                .refreshing(refresh.connected_account_id, refresh.redirect_url)?;
            Ok(data(call))
        })
    }

    /// Switches an account on: `PATCH /api/v3.1/connected_accounts/{id}/status`.
    ///
    /// Rejects with `not_found`, `rejected`, `invalid_argument`, and the codes of any request.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn enable(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ConnectedAccountOptions")] options: &JsValue,
    ) -> Promise {
        let operation = |connected_account_id| Operation::SetEnabled {
            connected_account_id,
            enabled: true,
        };
        ask(
            &self.0,
            "connectedAccounts.enable",
            options,
            read_account_id,
            operation,
            |_| Ok(JsValue::UNDEFINED),
        )
    }

    /// Switches an account off; `enable` switches it on again. `PATCH /api/v3.1/connected_accounts/{id}/status`.
    ///
    /// Rejects with `not_found`, `rejected`, `invalid_argument`, and the codes of any request.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn disable(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ConnectedAccountOptions")] options: &JsValue,
    ) -> Promise {
        let operation = |connected_account_id| Operation::SetEnabled {
            connected_account_id,
            enabled: false,
        };
        ask(
            &self.0,
            "connectedAccounts.disable",
            options,
            read_account_id,
            operation,
            |_| Ok(JsValue::UNDEFINED),
        )
    }

    /// Deletes an account: `DELETE /api/v3.1/connected_accounts/{id}`.
    ///
    /// Rejects with `not_found`, `rejected`, `invalid_argument`, and the codes of any request.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn delete(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ConnectedAccountOptions")] options: &JsValue,
    ) -> Promise {
        let operation = |connected_account_id| Operation::DeleteAccount {
            connected_account_id,
        };
        ask(
            &self.0,
            "connectedAccounts.delete",
            options,
            read_account_id,
            operation,
            |_| Ok(JsValue::UNDEFINED),
        )
    }
}

#[wasm_bindgen]
impl Entity {
    /// All connected accounts of the entity: every page of `connectedAccounts.list`.
    #[wasm_bindgen(js_name = getConnections, unchecked_return_type = "Promise<ConnectedAccount[]>")]
    pub fn get_connections(&self) -> Promise {
        let mut pages = Pages::<JsValue>::new(Operation::ListAccounts {
            filter: AccountFilter {
                entity_id: Some(self.1.clone()),
                ..AccountFilter::default()
            },
            cursor: None,
        });
        let accounts = Array::new();
        let all: Call<JsValue> = Box::new(move |mut event, now_ms| {
            loop {
                match pages.advance(event, now_ms) {
                    Step::Done(Ok(Some(account))) => {
                        accounts.push(&account);
                        event = Event::Start;
                    }
                    step => return step.map(|_| accounts.clone().into()),
                }
            }
        });
        perform(&self.0, "entity.getConnections", Ok((all, None, None)))
    }

    /// The entity's newest account of an app that can be used, or null: the newest of `connectedAccounts.list`.
    #[wasm_bindgen(js_name = getConnection, unchecked_return_type = "Promise<ConnectedAccount | null>")]
    pub fn get_connection(
        &self,
        #[wasm_bindgen(unchecked_param_type = "GetConnectionOptions")] options: &JsValue,
    ) -> Promise {
        call(&self.0, "entity.getConnection", options, &|options| {
            Ok(data(finding(self.1.clone(), read_app(options)?)))
        })
    }

    /// `initiateConnection` for this entity.
    #[wasm_bindgen(js_name = initiateConnection, unchecked_return_type = "Promise<ConnectionRequest>")]
    pub fn initiate_connection(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Omit<InitiateConnectionOptions, \"entityId\">")]
        options: &JsValue,
    ) -> Promise {
        call(&self.0, "entity.initiateConnection", options, &|options| {
            let mut initiate = InitiateOptions::read(options)?;
            own(&mut initiate.entity_id, &self.1)?;
            start(&self.0, initiate)
        })
    }

    /// `executeAction` on behalf of this entity.
    #[wasm_bindgen(unchecked_return_type = "Promise<Execution>")]
    pub fn execute(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Omit<ExecuteActionOptions, \"entityId\">")]
        options: &JsValue,
    ) -> Promise {
        call(&self.0, "entity.execute", options, &|options| {
            let mut execute = Execute::read(options)?;
            own(&mut execute.entity_id, &self.1)?;
            Ok(executed(self.0.execution(execute)))
        })
    }
}

/// An entity acts for itself only.
fn own(slot: &mut Option<String>, entity_id: &str) -> Result<(), ConnectError> {
    match slot.replace(entity_id.to_owned()) {
        None => Ok(()),
        Some(_) => Err(ConnectError::argument(
            "unknown",
            "entityId",
            "is given by `entity` already: leave it out",
        )),
    }
}

/// `initiateConnection`, under either of its names.
pub(super) fn initiate(client: &ConnectClient, name: &'static str, options: &JsValue) -> Promise {
    call(client, name, options, &|options| {
        start(client, InitiateOptions::read(options)?)
    })
}

fn start(client: &ConnectClient, options: InitiateOptions) -> Result<Call<JsValue>, Failure> {
    Ok(data(client.remembered(client.initiation(options)?)))
}
