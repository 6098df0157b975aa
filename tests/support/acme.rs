//! An app to ask for, and what a platform knows of it.

use connect_flow::core::error::ErrorCode;
use connect_flow::core::procedure::expected_params::{
    ExpectedParams, ExpectedParamsOptions, GetExpectedParams,
};
use connect_flow::core::protocol::Api;
use connect_flow::core::scheme::AuthScheme;
use serde_json::{Value as Json, json};

use super::{Exchange, Played, play};

/// The first page of the app's integrations.
pub const V1_LIST: &str =
    "GET /api/v1/integrations?appName=acme&showDisabled=false&pageSize=100&page=1";
/// The first page of the app's integrations.
pub const V3_LIST: &str = "GET /api/v3/auth_configs?toolkit_slug=acme&limit=50";
/// The app itself.
pub const V1_APP: &str = "GET /api/v1/apps/acme";
/// The app itself.
pub const V3_APP: &str = "GET /api/v3/toolkits/acme";

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
pub fn ask(
    api: Api,
    options: ExpectedParamsOptions,
    script: Vec<Exchange>,
) -> Played<ExpectedParams> {
    play(api, GetExpectedParams::new(api, options, false), script)
}

/// Asks, and may create.
pub fn ask_and_create(
    api: Api,
    options: ExpectedParamsOptions,
    script: Vec<Exchange>,
) -> Played<ExpectedParams> {
    play(api, GetExpectedParams::new(api, options, true), script)
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

/// An integration in a list of v1.
pub fn v1_item(id: &str, scheme: &str, created: &str) -> Json {
    json!({ "id": id, "authScheme": scheme, "appName": "Acme", "enabled": true, "deleted": false, "createdAt": created })
}

/// An integration of v1 by itself.
pub fn v1_full(id: &str, scheme: &str, fields: &[&str]) -> Json {
    let fields: Vec<Json> = fields.iter().map(|name| json!({ "name": name })).collect();
    json!({ "id": id, "authScheme": scheme, "appName": "acme", "expectedInputFields": fields })
}

/// An integration of v3, without its fields.
pub fn v3_item(id: &str, scheme: &str, created: &str) -> Json {
    json!({ "id": id, "auth_scheme": scheme, "toolkit": { "slug": "acme" }, "status": "ENABLED", "created_at": created })
}

/// The app in v3, with two schemes that work for everybody.
pub fn v3_app(managed: &[&str]) -> Json {
    let of = |name: &str| json!({ "connected_account_initiation": { "required": [{ "name": name }], "optional": [] } });
    json!({
        "slug": "acme", "name": "Acme", "composio_managed_auth_schemes": managed,
        "auth_config_details": [{ "mode": "OAUTH2", "fields": of("subdomain") }, { "mode": "API_KEY", "fields": of("generic_api_key") }]
    })
}

/// A list of one page.
pub fn page(items: &[Json]) -> Json {
    json!({ "items": items, "totalPages": 1, "page": 1 })
}
