//! The classes of `apps` and `integrations`.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::convert::{call, converted, to_js};
use super::list::list;
use crate::client::ConnectClient;
use crate::core::api::apps::AppFilter;
use crate::core::calls::create_integration::CreateIntegrationOptions;
use crate::core::options::{read_app_key, read_app_to_list, read_integration_id};

/// The apps that a platform can connect.
#[wasm_bindgen]
pub struct Apps(pub(super) ConnectClient);

/// The integrations of the developer's project.
#[wasm_bindgen]
pub struct Integrations(pub(super) ConnectClient);

#[wasm_bindgen]
impl Apps {
    /// Lists apps, page by page while they are iterated: `GET /api/v3.1/toolkits`.
    ///
    /// Iterating rejects with the codes of any request. The call itself throws `invalid_argument`.
    #[wasm_bindgen(unchecked_return_type = "AsyncIterableIterator<App>")]
    pub fn list(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "ListAppsOptions")] options: &JsValue,
    ) -> Result<JsValue, JsValue> {
        list(&self.0, "apps.list", options, |client, options| {
            Ok(client.list_apps(AppFilter::read(options)?))
        })
    }

    /// Returns one app: `GET /api/v3.1/toolkits/{id}`.
    ///
    /// Rejects with `not_found`, `invalid_argument`, and the codes of any request.
    #[wasm_bindgen(unchecked_return_type = "Promise<App>")]
    pub fn get(
        &self,
        #[wasm_bindgen(unchecked_param_type = "AppOptions")] options: &JsValue,
    ) -> Promise {
        call(&self.0, "apps.get", options, &|client, options| {
            converted(client.get_app(&read_app_key(options)?), to_js)
        })
    }
}

#[wasm_bindgen]
impl Integrations {
    /// Lists the enabled integrations of an app, page by page while they are iterated: `GET /api/v3.1/auth_configs`.
    ///
    /// Iterating rejects with the codes of any request. The call itself throws `invalid_argument`.
    #[wasm_bindgen(unchecked_return_type = "AsyncIterableIterator<Integration>")]
    pub fn list(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ListIntegrationsOptions")] options: &JsValue,
    ) -> Result<JsValue, JsValue> {
        list(&self.0, "integrations.list", options, |client, options| {
            Ok(client.list_integrations(read_app_to_list(options)?))
        })
    }

    /// Returns one integration: `GET /api/v3.1/auth_configs/{id}`.
    ///
    /// Rejects with `not_found`, `invalid_argument`, and the codes of any request.
    #[wasm_bindgen(unchecked_return_type = "Promise<Integration>")]
    pub fn get(
        &self,
        #[wasm_bindgen(unchecked_param_type = "IntegrationOptions")] options: &JsValue,
    ) -> Promise {
        call(&self.0, "integrations.get", options, &|client, options| {
            converted(
                client.get_integration(&read_integration_id(options)?),
                to_js,
            )
        })
    }

    /// Creates an integration of an app, with the platform's credentials if it has some for the app: `POST /api/v3.1/auth_configs`.
    /// Requires the option `createIntegrations` of the client, because it changes the developer's project. Never retried.
    ///
    /// Rejects with `invalid_argument` (also without `createIntegrations`), `not_found`, `connection_not_needed`,
    /// `app_not_connectable`, `auth_scheme_mismatch`, and the codes of any request.
    #[wasm_bindgen(unchecked_return_type = "Promise<Integration>")]
    pub fn create(
        &self,
        #[wasm_bindgen(unchecked_param_type = "CreateIntegrationOptions")] options: &JsValue,
    ) -> Promise {
        call(
            &self.0,
            "integrations.create",
            options,
            &|client, options| {
                converted(
                    client.create_integration(CreateIntegrationOptions::read(options)?),
                    to_js,
                )
            },
        )
    }
}
