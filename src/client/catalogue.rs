//! Apps and integrations.

use super::{CallFuture, ConnectClient, List};
use crate::core::api::apps::{App, AppFilter, get_app, list_apps};
use crate::core::api::integrations::{Integration, get_integration, list_integrations};
use crate::core::calls::create_integration::{CreateIntegrationOptions, create_integration};
use crate::core::calls::pages::Pages;
use crate::core::error::ConnectError;

impl ConnectClient {
    /// Lists apps.
    pub fn list_apps(&self, filter: AppFilter) -> List<App> {
        let pages = Pages::new(move |cursor| list_apps(&filter, cursor));
        List::new(self.clone(), pages)
    }

    /// Returns one app.
    ///
    /// # Errors
    /// `not_found`, `invalid_argument`, and those of any request.
    pub fn get_app(&self, app: &str) -> CallFuture<App> {
        self.ask(get_app(app))
    }

    /// Lists the enabled integrations of an app.
    pub fn list_integrations(&self, app: String) -> List<Integration> {
        let pages = Pages::new(move |cursor| list_integrations(&app, cursor));
        List::new(self.clone(), pages)
    }

    /// Returns one integration.
    ///
    /// # Errors
    /// `not_found`, `invalid_argument`, and those of any request.
    pub fn get_integration(&self, integration_id: &str) -> CallFuture<Integration> {
        self.ask(get_integration(integration_id))
    }

    /// Creates an integration of an app, with the platform's credentials if it has some for the app. Requires `create_integrations`,
    /// because it changes the developer's project. The request is never retried.
    ///
    /// # Errors
    /// `invalid_argument` without `create_integrations`, `not_found`, `connection_not_needed`, `app_not_connectable`,
    /// `auth_scheme_mismatch`, and those of any request.
    pub fn create_integration(&self, options: CreateIntegrationOptions) -> CallFuture<Integration> {
        let call = self.call(None);
        let is_allowed = self.options().create_integrations;
        Box::pin(async move {
            if !is_allowed {
                let problem = "is not set in the options of the client: an integration changes the developer's project";
                return Err(ConnectError::argument(
                    "required",
                    "createIntegrations",
                    problem,
                ));
            }
            create_integration(&call, &options).await
        })
    }
}
