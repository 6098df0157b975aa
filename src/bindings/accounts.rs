//! The class of `connectedAccounts`.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::convert::{call, converted, to_js};
use super::list::list;
use crate::client::ConnectClient;
use crate::core::api::accounts::AccountFilter;
use crate::core::calls::initiate::InitiateOptions;
use crate::core::options::{RefreshOptions, UpdateOptions, read_account_id};

/// The connected accounts of a client.
#[wasm_bindgen]
pub struct ConnectedAccounts(pub(super) ConnectClient);

#[wasm_bindgen]
impl ConnectedAccounts {
    /// The same as `initiateConnection`, under the name of the documents.
    #[wasm_bindgen(unchecked_return_type = "Promise<ConnectionRequest>")]
    pub fn initiate(
        &self,
        #[wasm_bindgen(unchecked_param_type = "InitiateConnectionOptions")] options: &JsValue,
    ) -> Promise {
        initiate(&self.0, "connectedAccounts.initiate", options)
    }

    /// Returns one connected account: `GET /api/v3.1/connected_accounts/{id}`.
    ///
    /// Rejects with `not_found`, `invalid_argument`, and the codes of any request.
    #[wasm_bindgen(unchecked_return_type = "Promise<ConnectedAccount>")]
    pub fn get(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ConnectedAccountOptions")] options: &JsValue,
    ) -> Promise {
        call(
            &self.0,
            "connectedAccounts.get",
            options,
            &|client, options| {
                converted(
                    client.get_connected_account(&read_account_id(options)?),
                    to_js,
                )
            },
        )
    }

    /// Lists connected accounts, page by page while they are iterated: `GET /api/v3.1/connected_accounts`. Default entity: the client's,
    /// or the session's user.
    ///
    /// Iterating rejects with the codes of any request. The call itself throws `invalid_argument`.
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
            |client, options| client.list_accounts(AccountFilter::read(options)?),
        )
    }

    /// Waits until an account is `ACTIVE`. Sends the request of `get`, with growing pauses. Default `timeoutMs`: 600,000 (10 minutes).
    ///
    /// Rejects with `access_denied`, `account_failed`, `account_expired`, `account_revoked`, `account_inactive` as soon as
    /// the platform reports them, `timeout`, `not_found`, `invalid_argument`, and the codes of any request.
    #[wasm_bindgen(js_name = waitUntilActive, unchecked_return_type = "Promise<ConnectedAccount>")]
    pub fn wait_until_active(
        &self,
        #[wasm_bindgen(unchecked_param_type = "WaitUntilActiveOptions")] options: &JsValue,
    ) -> Promise {
        call(
            &self.0,
            "connectedAccounts.waitUntilActive",
            options,
            &|client, options| {
                converted(client.wait_until_active(read_account_id(options)?), to_js)
            },
        )
    }

    /// Starts a new attempt for an account: `POST /api/v3.1/connected_accounts/{id}/refresh`. With OAuth, the user has to go to the new
    /// `redirectUrl`.
    ///
    /// Rejects with `not_found`, `entity_mismatch`, `redirect_refused`, `invalid_argument`, and the codes of any request.
    #[wasm_bindgen(unchecked_return_type = "Promise<ConnectionRequest>")]
    pub fn refresh(
        &self,
        #[wasm_bindgen(unchecked_param_type = "RefreshOptions")] options: &JsValue,
    ) -> Promise {
        call(
            &self.0,
            "connectedAccounts.refresh",
            options,
            &|client, options| {
                let refresh = RefreshOptions::read(options)?;
                converted(
                    client.refresh_account(refresh.connected_account_id, refresh.redirect_url),
                    to_js,
                )
            },
        )
    }

    /// Sets the alias of an account, or removes it if `alias` is empty. `PATCH /api/v3.1/connected_accounts/{id}`.
    ///
    /// Rejects with `conflict` if the user has another account of the app with this alias, `not_found`, `rejected`,
    /// `invalid_argument`, and the codes of any request.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn update(
        &self,
        #[wasm_bindgen(unchecked_param_type = "UpdateConnectedAccountOptions")] options: &JsValue,
    ) -> Promise {
        call(
            &self.0,
            "connectedAccounts.update",
            options,
            &|client, options| {
                let update = UpdateOptions::read(options)?;
                converted(
                    client.update_account(&update.connected_account_id, &update.alias),
                    done,
                )
            },
        )
    }

    /// Enables an account: `PATCH /api/v3.1/connected_accounts/{id}/status`.
    ///
    /// Rejects with `not_found`, `rejected`, `invalid_argument`, and the codes of any request.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn enable(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ConnectedAccountOptions")] options: &JsValue,
    ) -> Promise {
        call(
            &self.0,
            "connectedAccounts.enable",
            options,
            &|client, options| {
                converted(
                    client.set_account_enabled(&read_account_id(options)?, true),
                    done,
                )
            },
        )
    }

    /// Disables an account until `enable`: `PATCH /api/v3.1/connected_accounts/{id}/status`.
    ///
    /// Rejects with `not_found`, `rejected`, `invalid_argument`, and the codes of any request.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn disable(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ConnectedAccountOptions")] options: &JsValue,
    ) -> Promise {
        call(
            &self.0,
            "connectedAccounts.disable",
            options,
            &|client, options| {
                converted(
                    client.set_account_enabled(&read_account_id(options)?, false),
                    done,
                )
            },
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
        call(
            &self.0,
            "connectedAccounts.delete",
            options,
            &|client, options| converted(client.delete_account(&read_account_id(options)?), done),
        )
    }
}

/// `initiateConnection`, under both of its names.
pub(super) fn initiate(client: &ConnectClient, name: &'static str, options: &JsValue) -> Promise {
    call(client, name, options, &|client, options| {
        converted(
            client.initiate_connection(InitiateOptions::read(options)?),
            to_js,
        )
    })
}

fn done(_: &()) -> JsValue {
    JsValue::UNDEFINED
}
