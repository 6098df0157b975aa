//! Expected params, and the start of a connection.

use super::{CallFuture, ConnectClient, Result};
use crate::browser::page;
use crate::core::callback;
use crate::core::calls::expected_params::{
    ExpectedParams, ExpectedParamsOptions, get_expected_params,
};
use crate::core::calls::initiate::{
    ConnectionRequest, InitiateContext, InitiateOptions, Initiated, initiate_connection,
};
use crate::core::calls::refresh::refresh;
use crate::core::redirect::check_return;

impl ConnectClient {
    /// Returns the fields to ask the user for (docs/protocol.md §5.5): those of the oldest enabled integration with the wanted scheme.
    ///
    /// # Errors
    /// `integration_not_found`, `auth_scheme_mismatch`, `app_not_connectable`, `not_found` for an unknown app or integration,
    /// `invalid_argument`, and those of any request.
    pub fn get_expected_params_for_user(
        &self,
        options: ExpectedParamsOptions,
    ) -> CallFuture<ExpectedParams> {
        let (client, call) = (self.clone(), self.call(None));
        Box::pin(async move {
            let may_create = client.options().create_integrations;
            let options = options.checked()?;
            let params = get_expected_params(&call, &options, may_create).await?;
            client.learn(&params);
            Ok(params)
        })
    }

    /// Starts a connection. The request is never retried, because a second one would create a second account.
    ///
    /// # Errors
    /// `fields_invalid` before anything is sent, `redirect_refused`, `connection_not_needed`, `invalid_argument`, those of
    /// [`get_expected_params_for_user`](Self::get_expected_params_for_user), and those of any request.
    pub fn initiate_connection(&self, options: InitiateOptions) -> CallFuture<ConnectionRequest> {
        self.remembered(self.initiate(options))
    }

    /// Starts a new attempt for an account. With OAuth, the user has to go to the new `redirect_url`.
    ///
    /// # Errors
    /// `not_found`, `entity_mismatch`, `redirect_refused`, and those of any request.
    pub fn refresh_account(
        &self,
        connected_account_id: String,
        redirect_url: Option<String>,
    ) -> CallFuture<ConnectionRequest> {
        let context = self.context(redirect_url);
        let call = self.call(None);
        self.remembered(Box::pin(async move {
            let context = context?;
            check_return(&context.redirect_url)?;
            refresh(&call, &connected_account_id, &context).await
        }))
    }

    /// Starts a connection without storing its record.
    pub(super) fn initiate(&self, options: InitiateOptions) -> CallFuture<Initiated> {
        let params = self.learned(options.integration_id.as_deref());
        let context = self.context(options.redirect_url.clone());
        let (client, call) = (self.clone(), self.call(None));
        Box::pin(async move {
            let (options, mut context) = (options.checked()?, context?);
            context.params = params;
            let initiated = initiate_connection(&call, &options, &context).await?;
            if let Some(params) = &initiated.params {
                client.learn(params);
            }
            Ok(initiated)
        })
    }

    fn remembered(&self, initiated: CallFuture<Initiated>) -> CallFuture<ConnectionRequest> {
        let client = self.clone();
        Box::pin(async move {
            client.prune();
            let initiated = initiated.await?;
            if let Some(record) = initiated.pending() {
                client.store(record);
            }
            Ok(initiated.request)
        })
    }

    fn context(&self, redirect_url: Option<String>) -> Result<InitiateContext> {
        let options = self.options();
        Ok(InitiateContext {
            entity_id: options.entity_id.clone(),
            has_key: options.unsafe_api_key.is_some(),
            may_create: options.create_integrations,
            redirect_url: self.return_url(redirect_url),
            provider_origins: options.provider_origins.clone(),
            flow_id: page::new_flow_id()?,
            params: None,
        })
    }

    /// Where users return to: an absolute URL without the parameters of an earlier callback.
    fn return_url(&self, given: Option<String>) -> String {
        let url = match given.or_else(|| self.options().redirect_url.clone()) {
            Some(url) => page::absolute(url),
            None => page::address().unwrap_or_default(),
        };
        callback::clean(&url, &self.records_for(&url))
    }

    fn learned(&self, integration_id: Option<&str>) -> Option<ExpectedParams> {
        let learned = self.0.shared.params.borrow();
        let known = learned
            .iter()
            .find(|params| params.integration_id.as_deref() == integration_id);
        known.filter(|_| integration_id.is_some()).cloned()
    }

    pub(super) fn learn(&self, params: &ExpectedParams) {
        let mut learned = self.0.shared.params.borrow_mut();
        learned.retain(|other| other.integration_id != params.integration_id);
        learned.push(params.clone());
    }
}
