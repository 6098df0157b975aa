//! The class of a client. Its methods read their arguments at the call, before they return a promise.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::accounts::{ConnectedAccounts, initiate};
use super::actions::{read_execution, show_execution};
use super::catalogue::{Apps, Integrations};
use super::convert::{
    Arguments, answered, call, converted, read_with, text_of, thrown, to_js, wrong,
};
use super::entity::Entity;
use super::flow::{JsConnectFlow, show_ensured};
use crate::browser::page;
use crate::client::{ConnectClient, Overrides};
use crate::core::calls::complete::CompleteOptions;
use crate::core::calls::expected_params::ExpectedParamsOptions;
use crate::core::error::ConnectError;
use crate::core::flow::{FlowOptions, ResumeOptions};
use crate::core::options::{ClientOptions, read_account_id, read_redirect_url};

/// A client of one platform. Made by `createClient`.
#[wasm_bindgen(js_name = ConnectClient)]
pub struct JsConnectClient(ConnectClient);

#[wasm_bindgen(js_class = ConnectClient)]
impl JsConnectClient {
    /// Makes a client. Sends nothing. `entry`: the address at which the page was opened, if a router may have changed it since.
    /// `is_rehearsal`: the client only warms up the module. Throws `invalid_argument`.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_param_type = "ClientOptions")] options: &JsValue,
        entry: Option<String>,
        is_rehearsal: Option<bool>,
    ) -> Result<JsConnectClient, JsValue> {
        page::enter(entry);
        create(options, is_rehearsal == Some(true))
            .map(JsConnectClient)
            .map_err(|error| thrown("createClient", error))
    }

    /// Returns the fields to ask the user for: those of the given integration, or of the app's oldest enabled one with `authScheme`.
    ///
    /// Sends `GET /api/v3.1/auth_configs`, or `GET /api/v3.1/auth_configs/{id}` with an `integrationId`. If the answer lacks the fields,
    /// also `GET /api/v3.1/toolkits/{id}`.
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

    /// Starts a connection: `POST /api/v3.1/connected_accounts`, or `POST /api/v3.1/connected_accounts/link` if the platform hosts the
    /// sign-in. Never retried. First sends the requests of `getExpectedParamsForUser`, unless their result is known.
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

    /// Navigates the page (`window.location`) to the `redirectUrl` of a connection request.
    ///
    /// Throws `redirect_refused`, `embedded` and `invalid_argument`.
    pub fn redirect(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ConnectionRequest")] request: &JsValue,
    ) -> Result<(), JsValue> {
        Arguments::read(request, &[])
            .and_then(|arguments| self.0.redirect(&read_redirect_url(&arguments.data)?))
            .map_err(|error| thrown("redirect", error))
    }

    /// Parses a callback URL. Default: the address of this page. Null for any other URL. The result is unverified.
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

    /// Completes the connection on the callback page: binds the callback to an attempt of this browser, checks the account, and removes
    /// the callback from the address. Null on any other page. A second call returns the same result.
    ///
    /// Sends the request of `connectedAccounts.get` until the account is `ACTIVE`. Before that, sends a session to
    /// `POST /api/v3.1/connected_accounts/complete_auth`, once. Default `timeoutMs`: 30,000.
    ///
    /// Rejects with `callback_invalid`, `callback_unbound`, `callback_replayed`, `completion_required`, `entity_mismatch`, `flow_expired`,
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

    /// Returns the attempts of this browser that are still pending, newest first.
    #[wasm_bindgen(unchecked_return_type = "PendingConnection[]")]
    pub fn pending(&self) -> JsValue {
        to_js(&self.0.pending())
    }

    /// Makes a flow: one attempt to connect one account, with a state to render. Sends nothing.
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

    /// Returns the user's newest usable account of an app as `{ account }`, or else `{ flow }`: a flow in `ready` to connect one, so that a
    /// click can call its `submit` at once. `whenConnected` is always `"reuse"`. On the callback page of the same app, completes the connection and returns its account.
    ///
    /// Sends the requests of `connectedAccounts.list` and of `getExpectedParamsForUser` at the same time.
    ///
    /// Rejects with the error of a flow that fails or is cancelled, `invalid_argument`, and the codes of any request.
    #[wasm_bindgen(js_name = ensureConnected, unchecked_return_type = "Promise<EnsuredConnection>")]
    pub fn ensure_connected(
        &self,
        #[wasm_bindgen(unchecked_param_type = "FlowOptions")] options: &JsValue,
    ) -> Promise {
        let ensured = read_with(options, FlowOptions::read)
            .and_then(|options| converted(self.0.ensure_connected(options), show_ensured));
        answered("ensureConnected", ensured)
    }

    /// Makes a flow that continues a stored attempt after a reload or in another tab: that of `flowId`, else that of the page's callback
    /// URL, else the newest pending attempt of this tab, else of any tab. The attempt must have the given or the client's entity, and the
    /// given `app` and `integrationId`. Null if there is none.
    ///
    /// With `flowId`, an attempt that expired within the last hour gets one status check: the flow ends in `connected`, or in `failed`
    /// with `flow_expired`.
    ///
    /// Throws `flow_expired` if the attempt of `flowId` has no record, `callback_replayed` if it failed or was cancelled, and
    /// `invalid_argument`.
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

    /// Returns the credentials for calls to the app's API, as far as the platform shows them. Masked values are marked.
    ///
    /// Sends `GET /api/v3.1/connected_accounts/{id}`.
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

    /// Executes an action for an entity, or with one account: `POST /api/v3.1/tools/execute/{id}`. Never retried.
    ///
    /// Rejects with `action_failed` (`errorDescription` has the app's reason), `connection_required`, `not_found`, `invalid_request`,
    /// `invalid_argument`, and the codes of any request.
    #[wasm_bindgen(js_name = executeAction, unchecked_return_type = "Promise<Execution>")]
    pub fn execute_action(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ExecuteActionOptions")] options: &JsValue,
    ) -> Promise {
        call(&self.0, "executeAction", options, &|client, options| {
            converted(
                client.execute_action(read_execution(options)?),
                show_execution,
            )
        })
    }

    /// Returns the calls for one end user. Throws `invalid_argument`.
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

    /// The same as `entity`, under its older name. Throws `invalid_argument`.
    #[wasm_bindgen(js_name = getEntity)]
    pub fn get_entity(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] id: &JsValue,
    ) -> Result<Entity, JsValue> {
        self.entity(id)
    }

    /// This client, for `toolset.client.connectedAccounts` as in the documents.
    #[wasm_bindgen(getter)]
    pub fn client(&self) -> JsConnectClient {
        JsConnectClient(self.0.clone())
    }

    /// Returns the last 200 entries of the client's log, oldest first, for a support ticket. Contains no ids, typed values, tokens or
    /// URLs.
    #[wasm_bindgen(unchecked_return_type = "TraceEntry[]")]
    pub fn trace(&self) -> JsValue {
        to_js(&self.0.trace())
    }

    /// Cancels every call and refuses later ones. May be called twice.
    pub fn dispose(&self) {
        self.0.dispose();
    }
}

fn create(options: &JsValue, is_rehearsal: bool) -> Result<ConnectClient, ConnectError> {
    // The loader has used `wasmUrl`.
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
    let overrides = Overrides {
        fetch,
        headers,
        storage,
    };
    ConnectClient::make(options, overrides, is_rehearsal)
}
