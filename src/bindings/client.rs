//! `ConnectClient` as JavaScript sees it. Its methods return promises and are no async functions: arguments are read, and
//! errors in them found, at the time of the call.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::accounts::{ConnectedAccounts, initiate};
use super::actions::show_execution;
use super::catalogue::{Apps, Integrations};
use super::convert::{Arguments, call, converted, read_with, text_of, thrown, to_js, wrong};
use super::entity::Entity;
use super::flow::JsConnectFlow;
use crate::browser::page;
use crate::client::{ConnectClient, Overrides};
use crate::core::api::actions::ExecuteOptions;
use crate::core::calls::complete::CompleteOptions;
use crate::core::calls::expected_params::ExpectedParamsOptions;
use crate::core::error::ConnectError;
use crate::core::flow::{FlowOptions, ResumeOptions};
use crate::core::options::{ClientOptions, read_account_id, read_redirect_url};

/// A client of one platform, made by `createClient`.
#[wasm_bindgen(js_name = ConnectClient)]
pub struct JsConnectClient(ConnectClient);

#[wasm_bindgen(js_class = ConnectClient)]
impl JsConnectClient {
    /// Makes no request. `entry` is the address that the page was opened at, if it may have been rewritten since. Throws
    /// `invalid_argument`.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_param_type = "ClientOptions")] options: &JsValue,
        entry: Option<String>,
    ) -> Result<JsConnectClient, JsValue> {
        page::enter(entry);
        create(options)
            .map(JsConnectClient)
            .map_err(|error| thrown("createClient", error))
    }

    /// What the user must give before an app is connected. The oldest enabled integration that fits decides.
    ///
    /// Asks `GET /api/v3.1/auth_configs`, or with `/{id}` for one that is known, and for what that
    /// does not hold `GET /api/v3.1/toolkits/{id}`.
    ///
    /// Rejects with `integration_not_found`, `auth_scheme_mismatch`, `app_not_connectable`, `not_found`,
    /// `invalid_argument`, and the codes of any request.
    #[wasm_bindgen(js_name = getExpectedParamsForUser, unchecked_return_type = "Promise<ExpectedParams>")]
    pub fn get_expected_params_for_user(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ExpectedParamsOptions")] options: &JsValue,
    ) -> Promise {
        call(
            &self.0,
            "getExpectedParamsForUser",
            options,
            &|client, options| {
                let options = ExpectedParamsOptions::read(options)?;
                converted(client.get_expected_params_for_user(options), to_js)
            },
        )
    }

    /// Starts a connection: `POST /api/v3.1/connected_accounts`, or `POST /api/v3.1/connected_accounts/link` where the platform hosts
    /// the sign-in. Sent once, never repeated. With an `app`, what
    /// `getExpectedParamsForUser` asks comes first.
    ///
    /// Rejects with `fields_invalid`, `redirect_refused`, `connection_not_needed`, `invalid_argument`, and the codes of
    /// `getExpectedParamsForUser` and of any request.
    #[wasm_bindgen(js_name = initiateConnection, unchecked_return_type = "Promise<ConnectionRequest>")]
    pub fn initiate_connection(
        &self,
        #[wasm_bindgen(unchecked_param_type = "InitiateConnectionOptions")] options: &JsValue,
    ) -> Promise {
        initiate(&self.0, "initiateConnection", options)
    }

    /// Leaves the page (`window.location`) for the `redirectUrl` of a connection request.
    ///
    /// Throws `redirect_refused` and `invalid_argument`.
    pub fn redirect(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ConnectionRequest")] request: &JsValue,
    ) -> Result<(), JsValue> {
        Arguments::read(request, &[])
            .and_then(|arguments| self.0.redirect(&read_redirect_url(&arguments.data)?))
            .map_err(|error| thrown("redirect", error))
    }

    /// What a callback URL says; default: the address of this page. Null on any other page. Not verified.
    ///
    /// Throws `callback_invalid`.
    #[wasm_bindgen(js_name = parseCallback, unchecked_return_type = "ConnectionCallback | null")]
    pub fn parse_callback(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "string | URL")] url: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let url = match url.is_undefined() || url.is_null() {
            true => Ok(None),
            false => text_of(url).map(Some),
        };
        url.and_then(|url| self.0.parse_callback(url.as_deref()))
            .map(|callback| to_js(&callback))
            .map_err(|error| thrown("parseCallback", error))
    }

    /// On the page that the user returns to: binds the callback to an attempt of this browser, verifies it with the
    /// platform and cleans the address bar. Null on any other page. Calling it twice gives the same result.
    ///
    /// Asks what `connectedAccounts.get` asks, until the account is `ACTIVE`.
    ///
    /// Rejects with `callback_invalid`, `callback_unbound`, `callback_replayed`, `completion_required`, `flow_expired`,
    /// `access_denied`, `account_failed`, `account_expired`, `account_revoked`, `account_inactive`, `account_mismatch`,
    /// `timeout`, and the codes of any request.
    #[wasm_bindgen(js_name = completeConnection, unchecked_return_type = "Promise<CompletedConnection | null>")]
    pub fn complete_connection(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "CompleteConnectionOptions")]
        options: &JsValue,
    ) -> Promise {
        call(
            &self.0,
            "completeConnection",
            options,
            &|client, options| {
                converted(
                    client.complete_connection(CompleteOptions::read(options)?),
                    to_js,
                )
            },
        )
    }

    /// The attempts that left this browser's pages and are not complete, newest first.
    #[wasm_bindgen(unchecked_return_type = "PendingConnection[]")]
    pub fn pending(&self) -> JsValue {
        to_js(&self.0.pending())
    }

    /// One attempt to connect one account, with a state to render from. Nothing is asked yet.
    ///
    /// Throws `invalid_argument`.
    pub fn flow(
        &self,
        #[wasm_bindgen(unchecked_param_type = "FlowOptions")] options: &JsValue,
    ) -> Result<JsConnectFlow, JsValue> {
        read_with(options, FlowOptions::read)
            .and_then(|options| self.0.flow(options))
            .map(JsConnectFlow::new)
            .map_err(|error| thrown("flow", error))
    }

    /// Goes on waiting for an attempt that this browser remembers, after a reload or in another tab: that of `flowId`, or the one
    /// that the page's address names, or else the newest that is pending, of this tab before those of others. Only an attempt of
    /// the client's entity, and of `app` and `integrationId` where they are given. Null when nothing is pending.
    ///
    /// An attempt of `flowId` whose 10 minutes are over gets one status check for an hour: the flow ends in `connected` or in
    /// `failed` with `flow_expired`.
    ///
    /// Throws `flow_expired` when the attempt of `flowId` is not remembered, `callback_replayed` when it has failed or was
    /// cancelled, and `invalid_argument`.
    #[wasm_bindgen(unchecked_return_type = "ConnectFlow | null")]
    pub fn resume(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "ResumeOptions")] options: &JsValue,
    ) -> Result<JsValue, JsValue> {
        read_with(options, ResumeOptions::read)
            .and_then(|options| self.0.resume(options))
            .map(|flow| flow.map_or(JsValue::NULL, |flow| JsConnectFlow::new(flow).into()))
            .map_err(|error| thrown("resume", error))
    }

    /// The apps that the platform can connect.
    #[wasm_bindgen(getter)]
    pub fn apps(&self) -> Apps {
        Apps(self.0.clone())
    }

    /// The integrations of the developer's project.
    #[wasm_bindgen(getter)]
    pub fn integrations(&self) -> Integrations {
        Integrations(self.0.clone())
    }

    /// The connected accounts.
    #[wasm_bindgen(getter, js_name = connectedAccounts)]
    pub fn connected_accounts(&self) -> ConnectedAccounts {
        ConnectedAccounts(self.0.clone())
    }

    /// What a signed call to the account's app needs, as far as the platform shows it. Masked values are marked.
    ///
    /// Asks `GET /api/v3.1/connected_accounts/{id}`.
    ///
    /// Rejects with `not_found`, `invalid_argument`, and the codes of any request.
    #[wasm_bindgen(js_name = getAuthParams, unchecked_return_type = "Promise<AuthParams>")]
    pub fn get_auth_params(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ConnectedAccountOptions")] options: &JsValue,
    ) -> Promise {
        call(&self.0, "getAuthParams", options, &|client, options| {
            converted(client.get_auth_params(&read_account_id(options)?), to_js)
        })
    }

    /// Executes an action on behalf of an entity, or with one account: `POST /api/v3.1/tools/execute/{id}`. Sent once, never repeated.
    ///
    /// Rejects with `action_failed` (the action's words in `errorDescription`), `not_found`, `invalid_request`,
    /// `invalid_argument`, and the codes of any request.
    #[wasm_bindgen(js_name = executeAction, unchecked_return_type = "Promise<Execution>")]
    pub fn execute_action(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ExecuteActionOptions")] options: &JsValue,
    ) -> Promise {
        call(&self.0, "executeAction", options, &|client, options| {
            converted(
                client.execute_action(ExecuteOptions::read(options)?),
                show_execution,
            )
        })
    }

    /// One end user. Throws `invalid_argument`.
    pub fn entity(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] id: &JsValue,
    ) -> Result<Entity, JsValue> {
        match id.as_string().filter(|id| !id.trim().is_empty()) {
            Some(id) => Ok(Entity::new(self.0.clone(), id)),
            None => {
                let problem = "must be the id of one of your users";
                Err(thrown("entity", wrong("id", problem)))
            }
        }
    }

    /// The older name of `entity`. Throws `invalid_argument`.
    #[wasm_bindgen(js_name = getEntity)]
    pub fn get_entity(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] id: &JsValue,
    ) -> Result<Entity, JsValue> {
        self.entity(id)
    }

    /// This client: the documents' `toolset.client.connectedAccounts`.
    #[wasm_bindgen(getter)]
    pub fn client(&self) -> JsConnectClient {
        JsConnectClient(self.0.clone())
    }

    /// What this client did lately, oldest first, to be pasted into a ticket: at most 200 entries, without ids, typed
    /// values, tokens or URLs.
    #[wasm_bindgen(unchecked_return_type = "TraceEntry[]")]
    pub fn trace(&self) -> JsValue {
        to_js(&self.0.trace())
    }

    /// Cancels what is under way and refuses what comes later. May be called twice.
    pub fn dispose(&self) {
        self.0.dispose();
    }
}

fn create(options: &JsValue) -> Result<ConnectClient, ConnectError> {
    // `wasmUrl` was the loader's business.
    let mut arguments = Arguments::read(options, &["fetch", "headers", "storage", "wasmUrl"])?;
    let fetch = arguments.take_function("fetch")?;
    let storage = match arguments.take("storage") {
        Some(value) if !value.is_object() => {
            return Err(wrong("storage", "must have the methods of `localStorage`"));
        }
        storage => storage.map(JsCast::unchecked_into),
    };
    let headers = match arguments.take("headers") {
        Some(function) if function.is_function() => Some(function.unchecked_into()),
        Some(data) => {
            arguments.put("headers", &data)?;
            None
        }
        None => None,
    };
    let options = ClientOptions::read(&arguments.data)?;
    ConnectClient::with_overrides(
        options,
        Overrides {
            fetch,
            headers,
            storage,
        },
    )
}
