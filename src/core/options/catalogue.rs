//! Options of the calls about apps and integrations.

use super::{Options, Result};
use crate::core::procedure::create_integration::CreateIntegrationOptions;
use crate::core::protocol::operation::AppFilter;
use crate::core::value::Value;

impl AppFilter {
    /// Reads the argument of `apps.list`.
    ///
    /// # Errors
    /// `invalid_argument`.
    pub fn read(value: &Value) -> Result<Self> {
        let options = Options::new(value, &["search", "category"])?;
        Ok(AppFilter {
            search: options.string("search")?,
            category: options.string("category")?,
        })
    }
}

/// Reads the argument of every call that takes one app and nothing else.
///
/// # Errors
/// `invalid_argument`.
pub fn read_app(value: &Value) -> Result<String> {
    Options::new(value, &["app"])?.required("app")
}

/// Reads the argument of every call that takes one integration and nothing else.
///
/// # Errors
/// `invalid_argument`.
pub fn read_integration_id(value: &Value) -> Result<String> {
    Options::new(value, &["integrationId"])?.required("integrationId")
}

impl CreateIntegrationOptions {
    /// Reads the argument of `integrations.create`.
    ///
    /// # Errors
    /// `invalid_argument`.
    pub fn read(value: &Value) -> Result<Self> {
        let options = Options::new(value, &["app", "authScheme"])?;
        Ok(CreateIntegrationOptions {
            app: options.required("app")?,
            auth_scheme: options.scheme()?,
        })
    }
}
