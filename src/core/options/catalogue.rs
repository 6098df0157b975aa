//! Options of the calls about apps and integrations.

use super::{Options, Result, read_one};
use crate::core::api::apps::AppFilter;
use crate::core::calls::create_integration::CreateIntegrationOptions;
use crate::core::value::Value;

impl AppFilter {
    /// Reads the argument of `apps.list`.
    ///
    /// # Errors
    /// `invalid_argument`.
    pub fn read(value: &Value) -> Result<Self> {
        let mut options = Options::new(value);
        let read = AppFilter {
            search: options.string("search"),
            category: options.string("category"),
        };
        options.end(read)
    }
}

/// Reads the argument of a call whose only option is `app`.
///
/// # Errors
/// `invalid_argument`.
pub fn read_app_key(value: &Value) -> Result<String> {
    read_one(value, "app")
}

/// Reads the argument of `integrations.list`. A list has no time limit and no signal.
///
/// # Errors
/// `invalid_argument`.
pub fn read_app_to_list(value: &Value) -> Result<String> {
    let mut options = Options::new(value);
    let read = options.required("app");
    options.end(read)
}

/// Reads the argument of a call whose only option is `integrationId`.
///
/// # Errors
/// `invalid_argument`.
pub fn read_integration_id(value: &Value) -> Result<String> {
    read_one(value, "integrationId")
}

impl CreateIntegrationOptions {
    /// Reads the argument of `integrations.create`.
    ///
    /// # Errors
    /// `invalid_argument`.
    pub fn read(value: &Value) -> Result<Self> {
        let mut options = Options::new(value);
        let read = CreateIntegrationOptions {
            app: options.required("app"),
            auth_scheme: options.scheme(),
        };
        options.end_call(read)
    }
}
