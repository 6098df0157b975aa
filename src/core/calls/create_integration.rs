//! Creates an integration (docs/protocol.md §5.4): looks up the app, then sends one request that is never retried.

use super::{Platform, Result};
use crate::core::api::Endpoint;
use crate::core::api::apps::{App, get_app};
use crate::core::api::integrations::{self, Integration};
use crate::core::error::{ConnectError, ErrorCode};
use crate::core::scheme::AuthScheme;
use crate::core::text::concat;

/// Options of `integrations.create`.
#[derive(Debug, Clone)]
pub struct CreateIntegrationOptions {
    /// Key of the app.
    pub app: String,
    /// Default: the first in the order of preference that works without the developer's credentials.
    pub auth_scheme: Option<AuthScheme>,
}

/// Creates an integration, with the platform's credentials if it has some for the app.
///
/// # Errors
/// `connection_not_needed`, `app_not_connectable`, `auth_scheme_mismatch`, and those of the requests.
pub async fn create_integration(
    platform: &impl Platform,
    options: &CreateIntegrationOptions,
) -> Result<Integration> {
    let app = platform.ask(get_app(&options.app)).await?;
    let wanted = options.auth_scheme.as_ref();
    let mut integration = platform.ask(creation(&app, wanted)?).await?;
    check_scheme(wanted, &integration)?;
    if integration.fields.is_none() {
        let scheme = integration.auth_scheme.as_ref();
        let entry = scheme.and_then(|scheme| app.scheme(scheme));
        integration.fields = entry.map(|entry| entry.fields.clone());
    }
    integration.app = Some(app.key);
    Ok(integration)
}

/// The error of an app that needs no connection.
pub fn not_needed() -> ConnectError {
    ConnectError::new(
        ErrorCode::ConnectionNotNeeded,
        "the app needs no connection: execute its actions directly",
    )
}

/// The request that creates an integration of an app.
///
/// # Errors
/// `connection_not_needed`, `app_not_connectable`.
pub(super) fn creation(app: &App, wanted: Option<&AuthScheme>) -> Result<Endpoint<Integration>> {
    if app.no_auth {
        return Err(not_needed());
    }
    let Some(entry) = app.creatable(wanted) else {
        return Err(ConnectError::new(
            ErrorCode::AppNotConnectable,
            "every auth scheme of the app needs the developer's own credentials",
        ));
    };
    let is_managed = app.is_managed(&entry.scheme);
    Ok(integrations::create_integration(
        &app.key,
        &entry.scheme,
        is_managed,
    ))
}

/// Whether an integration has the wanted scheme. The platform may create another one (docs/protocol.md, Q20).
///
/// # Errors
/// `auth_scheme_mismatch`.
pub(super) fn check_scheme(wanted: Option<&AuthScheme>, integration: &Integration) -> Result<()> {
    match (wanted, &integration.auth_scheme) {
        (Some(wanted), Some(scheme)) if wanted != scheme => {
            let message = [
                "the integration's auth scheme is ",
                scheme.as_str(),
                ", not ",
                wanted.as_str(),
            ];
            Err(ConnectError::new(
                ErrorCode::AuthSchemeMismatch,
                concat(&message),
            ))
        }
        _ => Ok(()),
    }
}
