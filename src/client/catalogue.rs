//! What there is to connect: the platform's apps, and the developer's integrations of them.

use web_sys::AbortSignal;

use super::{Call, ConnectClient, Result, call_of};
use crate::core::procedure::create_integration::{CreateIntegration, CreateIntegrationOptions};
use crate::core::procedure::pages::Pages;
use crate::core::protocol::answer::{App, Integration};
use crate::core::protocol::operation::{AppFilter, Operation};

impl ConnectClient {
    /// All apps of a filter, to be taken with [`next`](Self::next).
    pub fn list_apps(&self, filter: AppFilter) -> Pages<App> {
        Pages::new(Operation::ListApps {
            filter,
            cursor: None,
        })
    }

    /// One app.
    ///
    /// # Errors
    /// `not_found`, `invalid_argument`, and those of any request.
    pub async fn get_app(&self, app: String, signal: Option<AbortSignal>) -> Result<App> {
        let operation = Operation::GetApp { app };
        self.ask(operation, signal).await
    }

    /// The enabled integrations of an app, to be taken with [`next`](Self::next).
    pub fn list_integrations(&self, app: String) -> Pages<Integration> {
        Pages::new(Operation::ListIntegrations { app, cursor: None })
    }

    /// One integration.
    ///
    /// # Errors
    /// `not_found`, `invalid_argument`, and those of any request.
    pub async fn get_integration(
        &self,
        integration_id: String,
        signal: Option<AbortSignal>,
    ) -> Result<Integration> {
        let operation = Operation::GetIntegration { integration_id };
        self.ask(operation, signal).await
    }

    /// Creates an integration of an app, with the platform's credentials where it has them. Only with
    /// `create_integrations`: it changes the developer's project. Sent once, never repeated.
    ///
    /// # Errors
    /// `invalid_argument` without `create_integrations`, `not_found`, `connection_not_needed`, `app_not_connectable`,
    /// `auth_scheme_mismatch`, and those of any request.
    pub async fn create_integration(
        &self,
        options: CreateIntegrationOptions,
        signal: Option<AbortSignal>,
    ) -> Result<Integration> {
        self.run(self.creating(options)?, signal).await
    }

    /// The call of [`create_integration`](Self::create_integration).
    pub(crate) fn creating(&self, options: CreateIntegrationOptions) -> Result<Call<Integration>> {
        let may_create = self.inner.options.create_integrations;
        Ok(call_of(CreateIntegration::new(options, may_create)?))
    }
}
