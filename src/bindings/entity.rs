//! The class of an entity.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::actions::{read_execution, show_execution, show_tools};
use super::convert::{answered, call, converted, read_with, to_js};
use super::flow::show_ensured;
use crate::client::ConnectClient;
use crate::core::api::actions::ToolFilter;
use crate::core::calls::initiate::InitiateOptions;
use crate::core::error::ConnectError;
use crate::core::flow::FlowOptions;
use crate::core::options::read_app_key;

/// Calls for one end user. Made by `client.entity`.
#[wasm_bindgen]
pub struct Entity {
    client: ConnectClient,
    id: String,
}

#[wasm_bindgen]
impl Entity {
    /// Returns all connected accounts of the entity: every page of `connectedAccounts.list`.
    #[wasm_bindgen(js_name = getConnections, unchecked_return_type = "Promise<ConnectedAccount[]>")]
    pub fn get_connections(&self) -> Promise {
        let accounts = self.client.get_connections(self.id.clone());
        let accounts = converted(accounts, |accounts| to_js(accounts.as_slice()));
        answered("entity.getConnections", accounts)
    }

    /// Returns the entity's newest usable account of an app, or null.
    #[wasm_bindgen(js_name = getConnection, unchecked_return_type = "Promise<ConnectedAccount | null>")]
    pub fn get_connection(
        &self,
        #[wasm_bindgen(unchecked_param_type = "GetConnectionOptions")] options: &JsValue,
    ) -> Promise {
        call(
            &self.client,
            "entity.getConnection",
            options,
            &|client, options| {
                let app = read_app_key(options)?;
                converted(client.get_connection(self.id.clone(), app), to_js)
            },
        )
    }

    /// `initiateConnection` for this entity.
    #[wasm_bindgen(js_name = initiateConnection, unchecked_return_type = "Promise<ConnectionRequest>")]
    pub fn initiate_connection(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Omit<InitiateConnectionOptions, \"entityId\">")]
        options: &JsValue,
    ) -> Promise {
        call(
            &self.client,
            "entity.initiateConnection",
            options,
            &|client, options| {
                let mut initiate = InitiateOptions::read(options)?;
                self.own(&mut initiate.entity_id)?;
                converted(client.initiate_connection(initiate), to_js)
            },
        )
    }

    /// `ensureConnected` for this entity.
    #[wasm_bindgen(js_name = ensureConnected, unchecked_return_type = "Promise<EnsuredConnection>")]
    pub fn ensure_connected(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Omit<FlowOptions, \"entityId\">")] options: &JsValue,
    ) -> Promise {
        let ensured = read_with(options, FlowOptions::read).and_then(|mut options| {
            self.own(&mut options.entity_id)?;
            converted(self.client.ensure_connected(options), show_ensured)
        });
        answered("entity.ensureConnected", ensured)
    }

    /// Returns the actions that an agent may run for this entity, as tools: every page of `GET /api/v3.1/tools`. Behind a gateway, only
    /// those of its `allow.actions`. Leaves out actions whose input is not an object. The entity need not have an account yet.
    ///
    /// Rejects with `not_found` for an app or action that the gateway does not allow, `invalid_argument`, and the codes of any request.
    #[wasm_bindgen(unchecked_return_type = "Promise<Tool[]>")]
    pub fn tools(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "ToolsOptions")] options: &JsValue,
    ) -> Promise {
        call(&self.client, "entity.tools", options, &|client, options| {
            converted(client.tools(ToolFilter::read(options)?), |tools| {
                show_tools(tools)
            })
        })
    }

    /// `executeAction` for this entity.
    #[wasm_bindgen(unchecked_return_type = "Promise<Execution>")]
    pub fn execute(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Omit<ExecuteActionOptions, \"entityId\">")]
        options: &JsValue,
    ) -> Promise {
        call(
            &self.client,
            "entity.execute",
            options,
            &|client, options| {
                let mut execute = read_execution(options)?;
                self.own(&mut execute.entity_id)?;
                converted(client.execute_action(execute), show_execution)
            },
        )
    }
}

impl Entity {
    /// An entity of a client.
    pub(super) fn new(client: ConnectClient, id: String) -> Self {
        Entity { client, id }
    }

    /// Fills in the entity. An entity acts only for itself.
    fn own(&self, slot: &mut Option<String>) -> Result<(), ConnectError> {
        match slot.replace(self.id.clone()) {
            None => Ok(()),
            Some(_) => Err(ConnectError::argument(
                "unknown",
                "entityId",
                "is given by `entity` already: leave it out",
            )),
        }
    }
}
