//! An app to ask for, and what a platform knows of it.

use connect_flow::core::error::ErrorCode;
use connect_flow::core::procedure::expected_params::{
    ExpectedParams, ExpectedParamsOptions, GetExpectedParams,
};
use connect_flow::core::scheme::AuthScheme;
use serde_json::{Value as Json, json};

use super::{Exchange, Played, play};

/// The first page of the app's integrations.
pub const LIST: &str = "GET /api/v3.1/auth_configs?toolkit_slug=acme&limit=50";
/// The app itself.
pub const APP: &str = "GET /api/v3.1/toolkits/acme";

/// By the app, perhaps of one scheme only.
pub fn of_app(scheme: Option<&str>) -> ExpectedParamsOptions {
    ExpectedParamsOptions {
        app: Some("acme".to_owned()),
        integration_id: None,
        auth_scheme: scheme.map(AuthScheme::parse),
    }
}

/// By the integration.
pub fn by_id(id: &str) -> ExpectedParamsOptions {
    ExpectedParamsOptions {
        integration_id: Some(id.to_owned()),
        ..Default::default()
    }
}

/// Asks, and may not create.
pub fn ask(options: ExpectedParamsOptions, script: Vec<Exchange>) -> Played<ExpectedParams> {
    play(GetExpectedParams::new(options, false), script)
}

/// Asks, and may create.
pub fn ask_and_create(
    options: ExpectedParamsOptions,
    script: Vec<Exchange>,
) -> Played<ExpectedParams> {
    play(GetExpectedParams::new(options, true), script)
}

/// What JavaScript gets; fields by name only.
pub fn seen(played: &Played<ExpectedParams>) -> Json {
    let mut seen = json!(played.result.as_ref().expect("expected params"));
    for field in seen["expectedInputFields"].as_array_mut().expect("a list") {
        *field = field["name"].clone();
    }
    seen
}

/// The error that it came to.
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

/// The app, with two schemes that work for everybody.
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
