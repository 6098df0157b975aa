//! The class of `connectedAccounts`.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::convert::{call, converted, to_js};
use super::list::list;
use crate::client::ConnectClient;
use crate::core::api::accounts::{AccountFilter, AccountUpdate};
use crate::core::calls::initiate::InitiateOptions;
use crate::core::options::{RefreshOptions, read_account_id, read_deletion};

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

    /// Deprecated by the platform. Starts a new attempt for the account and refreshes no token. An `ACTIVE` account is unusable until the user
    /// has signed in again. With OAuth, send the user to the new `redirectUrl`. Source: `POST /api/v3.1/connected_accounts/{id}/refresh`.
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

    /// Sets the alias of an account, or replaces the credentials of one that the user connected with a key. The account keeps its id.
    /// `PATCH /api/v3.1/connected_accounts/{id}`. With `data`, the call first sends the request of `get`.
    ///
    /// Rejects with `conflict` if the user has another account of the app with this alias, `credentials_rejected`, `not_found`, `rejected`,
    /// `invalid_argument` (also for `data` of an account that signs in by OAuth), and the codes of any request.
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
                converted(client.update_account(AccountUpdate::read(options)?), done)
            },
        )
    }

    /// Revokes the tokens of an account at the provider: `POST /api/v3.1/connected_accounts/{id}/revoke`. The account stays, with the
    /// status `REVOKED`.
    ///
    /// Rejects with `conflict` unless the account is `ACTIVE` or `REVOKED`, `invalid_request` if the app cannot revoke, `not_found`,
    /// `invalid_argument` (also with `api: "v3"`), and the codes of any request.
    #[wasm_bindgen(unchecked_return_type = "Promise<Revocation>")]
    pub fn revoke(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ConnectedAccountOptions")] options: &JsValue,
    ) -> Promise {
        call(
            &self.0,
            "connectedAccounts.revoke",
            options,
            &|client, options| converted(client.revoke_account(&read_account_id(options)?), to_js),
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

    /// Deletes an account: `DELETE /api/v3.1/connected_accounts/{id}`. Without `revoke`, its tokens stay valid at the provider.
    ///
    /// Rejects with `not_found`, `rejected`, `invalid_argument`, and the codes of any request.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn delete(
        &self,
        #[wasm_bindgen(unchecked_param_type = "DeleteConnectedAccountOptions")] options: &JsValue,
    ) -> Promise {
        call(
            &self.0,
            "connectedAccounts.delete",
            options,
            &|client, options| {
                let (id, revoke) = read_deletion(options)?;
                converted(client.delete_account(&id, revoke), done)
            },
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
