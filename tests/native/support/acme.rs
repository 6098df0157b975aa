//! The app `acme`: requests for what it needs, and a platform's answers.

use crate::core::calls::expected_params::{
    ExpectedParams, ExpectedParamsOptions, get_expected_params,
};
use crate::core::error::ErrorCode;
use crate::core::scheme::AuthScheme;
use serde_json::{Value as Json, json};

use super::{Exchange, Played, play};

/// Lists the app's integrations, first page.
pub const LIST: &str = "GET /api/v3.1/auth_configs?toolkit_slug=acme&limit=50";
/// Gets the app.
pub const APP: &str = "GET /api/v3.1/toolkits/acme";

/// Options that name the app, and a scheme.
pub fn of_app(scheme: Option<&str>) -> ExpectedParamsOptions {
    ExpectedParamsOptions {
        app: Some("acme".to_owned()),
        integration_id: None,
        auth_scheme: scheme.map(AuthScheme::parse),
    }
}

/// Options that name the integration.
pub fn by_id(id: &str) -> ExpectedParamsOptions {
    ExpectedParamsOptions {
        integration_id: Some(id.to_owned()),
        ..Default::default()
    }
}

/// Asks for the expected params. No integration may be created.
pub fn ask(options: ExpectedParamsOptions, script: Vec<Exchange>) -> Played<ExpectedParams> {
    play(script, async |platform| {
        get_expected_params(platform, &options, false).await
    })
}

/// Asks for the expected params. An integration may be created.
pub fn ask_and_create(
    options: ExpectedParamsOptions,
    script: Vec<Exchange>,
) -> Played<ExpectedParams> {
    play(script, async |platform| {
        get_expected_params(platform, &options, true).await
    })
}

/// The params as JavaScript sees them, with only the names of the fields.
pub fn seen(played: &Played<ExpectedParams>) -> Json {
    let mut seen = json!(played.result.as_ref().expect("expected params"));
    for field in seen["expectedInputFields"].as_array_mut().expect("a list") {
        *field = field["name"].clone();
    }
    seen
}

/// The code of the error.
pub fn code(played: &Played<ExpectedParams>) -> ErrorCode {
    played.result.as_ref().expect_err("an error").code
}

/// An integration with its fields.
pub fn full(id: &str, scheme: &str, fields: &[&str]) -> Json {
    let fields: Vec<Json> = fields.iter().map(|name| json!({ "name": name })).collect();
    let mut full = item(id, scheme, "2025-01-01");
    full["expected_input_fields"] = json!(fields);
    full
}

/// An integration without its fields.
pub fn item(id: &str, scheme: &str, created: &str) -> Json {
    json!({ "id": id, "auth_scheme": scheme, "toolkit": { "slug": "acme" }, "status": "ENABLED", "created_at": created })
}

/// The app, with two schemes that need no credentials of the developer.
pub fn app(managed: &[&str]) -> Json {
    let of = |name: &str| json!({ "connected_account_initiation": { "required": [{ "name": name }], "optional": [] } });
    json!({
        "slug": "acme", "name": "Acme", "composio_managed_auth_schemes": managed,
        "auth_config_details": [{ "mode": "OAUTH2", "fields": of("subdomain") }, { "mode": "API_KEY", "fields": of("generic_api_key") }]
    })
}

/// A list of one page.
pub fn page(items: &[Json]) -> Json {
    json!({ "items": items, "next_cursor": null })
}
