//! Finds the fields to ask the user for (docs/protocol.md §5.5): those of the oldest enabled integration with the wanted scheme.

use serde::Serialize;

use super::alongside::Alongside;
use super::create_integration::{check_scheme, creation};
use super::pages::{MAX_SEARCHED_PAGES, Pages};
use super::{Platform, Result};
use crate::core::api::apps::{App, get_app};
use crate::core::api::integrations::{Integration, get_integration, list_integrations};
use crate::core::error::{ConnectError, ErrorCode};
use crate::core::fields::Field;
use crate::core::order::order;
use crate::core::scheme::AuthScheme;
use crate::core::text::concat;
use crate::core::time::parse_iso;

/// Options of `getExpectedParamsForUser`.
#[derive(Debug, Clone, Default)]
pub struct ExpectedParamsOptions {
    /// Key of the app. Either this or `integration_id` is required.
    pub app: Option<String>,
    /// Id of the integration.
    pub integration_id: Option<String>,
    /// Accept only an integration of this scheme.
    pub auth_scheme: Option<AuthScheme>,
}

/// The fields to ask the user for, and their integration.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExpectedParams {
    /// In the order to show them. May be empty.
    pub expected_input_fields: Vec<Field>,
    /// Id of the integration. `None` if the scheme is `NO_AUTH`: such an app needs no connection.
    pub integration_id: Option<String>,
    /// The integration's scheme.
    pub auth_scheme: AuthScheme,
    /// Key of the app, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// Whether the integration uses the platform's own credentials, if known.
    #[serde(skip)]
    pub is_managed: Option<bool>,
}

/// Returns the expected params. `may_create`: whether to create an integration for an app without one.
///
/// # Errors
/// `integration_not_found`, `auth_scheme_mismatch`, `app_not_connectable`, and those of the requests.
pub async fn get_expected_params(
    platform: &impl Platform,
    wanted: &ExpectedParamsOptions,
    may_create: bool,
) -> Result<ExpectedParams> {
    if let Some(id) = &wanted.integration_id {
        let integration = platform.ask(get_integration(id)).await?;
        return of_integration(platform, integration, None, wanted).await;
    }
    let key = wanted.app.as_deref().unwrap_or_default();
    // If the list lacks the fields, the app has them. Asking for both at once saves a round trip.
    let mut app = Alongside::new(platform.ask(get_app(key)));
    let list_key = key.to_owned();
    let list = Pages::within(MAX_SEARCHED_PAGES, move |cursor| {
        list_integrations(&list_key, cursor)
    });
    let integrations = app.until(list.all(platform)).await?;
    let oldest = integrations
        .into_iter()
        .filter(|item| is_candidate(item, key, wanted))
        .reduce(older);
    let Some(mut integration) = oldest else {
        let app = app.output().await?;
        return without_integration(platform, &app, may_create, wanted).await;
    };
    if integration.fields.is_none() {
        if integration.auth_scheme.is_none() {
            let endpoint = get_integration(&integration.id);
            integration = app.until(platform.ask(endpoint)).await?;
        } else {
            integration.app.get_or_insert_with(|| key.to_owned());
        }
    }
    of_integration(platform, integration, Some(app), wanted).await
}

fn is_candidate(item: &Integration, app: &str, wanted: &ExpectedParamsOptions) -> bool {
    let fits = match (&wanted.auth_scheme, &item.auth_scheme) {
        (Some(wanted), Some(scheme)) => wanted == scheme,
        // The scheme of an item may be missing. A request by its id tells.
        _ => true,
    };
    item.is_enabled && fits && item.is_of(app)
}

fn older(oldest: Integration, item: Integration) -> Integration {
    let created = |integration: &Integration| {
        let created = integration.created_at.as_deref().and_then(parse_iso);
        created.unwrap_or(u64::MAX)
    };
    match created(&item) < created(&oldest) {
        true => item,
        false => oldest,
    }
}

/// The running request for the app of the options, if any.
type AskedApp<'a> = Option<Alongside<'a, Result<App>>>;

async fn of_integration(
    platform: &impl Platform,
    integration: Integration,
    asked: AskedApp<'_>,
    wanted: &ExpectedParamsOptions,
) -> Result<ExpectedParams> {
    check_scheme(wanted.auth_scheme.as_ref(), &integration)?;
    let scheme = integration.auth_scheme.as_ref();
    // Only OAuth can have no fields. Any other scheme needs a key.
    let is_complete = integration
        .fields
        .as_ref()
        .is_some_and(|fields| !fields.is_empty() || scheme.is_none_or(AuthScheme::is_oauth));
    let Some(key) = integration.app.as_deref().filter(|_| !is_complete) else {
        return expected_params(integration, None, wanted);
    };
    let app = match asked {
        Some(asked) if wanted.app.as_deref() == Some(key) => asked.output().await?,
        _ => platform.ask(get_app(key)).await?,
    };
    expected_params(integration, Some(&app), wanted)
}

fn expected_params(
    integration: Integration,
    app: Option<&App>,
    wanted: &ExpectedParamsOptions,
) -> Result<ExpectedParams> {
    let Some(auth_scheme) = integration.auth_scheme else {
        return Err(ConnectError::new(
            ErrorCode::ResponseInvalid,
            "the answer lacks the auth scheme of the integration",
        ));
    };
    let of_app = app.and_then(|app| app.scheme(&auth_scheme));
    let fields = match (of_app, &integration.fields) {
        (Some(entry), _) => entry.fields.as_slice(),
        (None, fields) => fields.as_deref().unwrap_or_default(),
    };
    let place = |at: usize| fields[at].order.unwrap_or(u64::MAX);
    let in_order = order(fields.len(), &|a, b| place(a).cmp(&place(b)));
    Ok(ExpectedParams {
        is_managed: integration
            .is_managed
            .or_else(|| app.map(|app| app.is_managed(&auth_scheme))),
        expected_input_fields: in_order.iter().map(|at| fields[*at].clone()).collect(),
        integration_id: Some(integration.id),
        app: integration.app.or_else(|| wanted.app.clone()),
        auth_scheme,
    })
}

async fn without_integration(
    platform: &impl Platform,
    app: &App,
    may_create: bool,
    wanted: &ExpectedParamsOptions,
) -> Result<ExpectedParams> {
    if app.no_auth {
        return Ok(ExpectedParams {
            expected_input_fields: Vec::new(),
            integration_id: None,
            auth_scheme: AuthScheme::parse("NO_AUTH"),
            app: Some(app.key.clone()),
            is_managed: None,
        });
    }
    let scheme = wanted.auth_scheme.as_ref();
    if !may_create {
        let of = scheme.map_or(String::new(), |scheme| {
            concat(&[" of scheme ", scheme.as_str()])
        });
        let message = [
            "the app has no enabled integration",
            &of,
            ": make one on the platform, or set `createIntegrations`",
        ];
        return Err(ConnectError::new(
            ErrorCode::IntegrationNotFound,
            concat(&message),
        ));
    }
    let mut created = platform.ask(creation(app, scheme)?).await?;
    created.app = Some(app.key.clone());
    check_scheme(scheme, &created)?;
    let of_app = created.fields.is_none().then_some(app);
    expected_params(created, of_app, wanted)
}
