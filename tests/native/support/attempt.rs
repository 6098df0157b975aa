//! Starting a connection: options, context, and a platform's answers.

use crate::core::calls::expected_params::ExpectedParams;
use crate::core::calls::initiate::{
    InitiateContext, InitiateOptions, Initiated, initiate_connection,
};
use crate::core::error::ErrorCode;
use serde_json::{Value as Json, json};

use super::cases::secrets;
use super::{Exchange, Played, acme, exchange, play};

/// The id of the attempt.
pub const FLOW: &str = "0123456789abcdef0123456789abcdef";
/// The redirect URL, bound to the attempt.
pub const BOUND: &str = "https://app.example/done?cf_flow=0123456789abcdef0123456789abcdef";
/// Creates an account with the user's values.
pub const POST: &str = "POST /api/v3.1/connected_accounts";
/// Creates a link to a hosted page.
pub const LINK: &str = "POST /api/v3.1/connected_accounts/link";

/// Options that name the integration.
pub fn by_id(data: &Json) -> InitiateOptions {
    InitiateOptions {
        integration_id: Some("i".to_owned()),
        data: secrets(data),
        ..Default::default()
    }
}

/// Options that name the app.
pub fn by_app(data: &Json) -> InitiateOptions {
    InitiateOptions {
        app: Some("acme".to_owned()),
        data: secrets(data),
        ..Default::default()
    }
}

/// What the client adds for its entity, Jessica.
pub fn context(params: Option<ExpectedParams>) -> InitiateContext {
    InitiateContext {
        entity_id: Some("Jessica".to_owned()),
        has_key: false,
        may_create: false,
        redirect_url: "https://app.example/done".to_owned(),
        provider_origins: Vec::new(),
        flow_id: FLOW.to_owned(),
        params,
    }
}

/// Starts a connection.
pub fn start(
    options: InitiateOptions,
    context: InitiateContext,
    script: Vec<Exchange>,
) -> Played<Initiated> {
    play(script, async |platform| {
        initiate_connection(platform, &options, &context).await
    })
}

/// The code of the error.
pub fn code(played: &Played<Initiated>) -> ErrorCode {
    played.result.as_ref().expect_err("an error").code
}

/// The params of an integration, read from a platform.
pub fn params(scheme: &str, is_managed: bool, fields: &Json) -> ExpectedParams {
    let mut full = acme::item("i", scheme, "2025-01-01");
    full["is_composio_managed"] = json!(is_managed);
    full["expected_input_fields"] = fields.clone();
    let mut script = vec![exchange("GET /api/v3.1/auth_configs/i", 200, full)];
    // For a key, an empty list of fields is incomplete, so the app is requested.
    if fields == &json!([]) && scheme != "OAUTH2" {
        let app = json!({ "slug": "acme", "auth_config_details": [{ "mode": scheme }] });
        script.push(exchange(acme::APP, 200, app));
    }
    acme::ask(acme::by_id("i"), script)
        .result
        .expect("expected params")
}

/// An account that waits for the user at a URL.
pub fn initiated(url: &str) -> Json {
    json!({ "id": "ca_1", "connectionData": { "val": { "status": "INITIATED", "redirectUrl": url } } })
}

/// A link that expires 10 minutes after `NOW`.
pub fn linked(url: &str) -> Json {
    json!({ "connected_account_id": "ca_1", "redirect_url": url, "expires_at": "2026-01-16T10:40:00.000Z" })
}

/// The refusal of a retired endpoint.
pub fn retired() -> Json {
    json!({ "error": { "message": "This is no longer supported. Use /api/v3/connected_accounts/link.", "code": 600 } })
}
