//! An attempt to connect, and what a platform answers to it.

use connect_flow::core::error::ErrorCode;
use connect_flow::core::procedure::expected_params::ExpectedParams;
use connect_flow::core::procedure::initiate::{
    Context, InitiateConnection, InitiateOptions, Initiated,
};
use serde_json::{Value as Json, json};

use super::cases::secrets;
use super::{Exchange, Played, acme, exchange, play};

/// The id of the attempt.
pub const FLOW: &str = "0123456789abcdef0123456789abcdef";
/// The return address of every attempt, bound to it.
pub const BOUND: &str = "https://app.example/done?cf_flow=0123456789abcdef0123456789abcdef";
/// Starts a connection with what was typed.
pub const POST: &str = "POST /api/v3.1/connected_accounts";
/// Starts one by a hosted page.
pub const LINK: &str = "POST /api/v3.1/connected_accounts/link";

/// By the integration.
pub fn by_id(data: &Json) -> InitiateOptions {
    InitiateOptions {
        integration_id: Some("i".to_owned()),
        data: secrets(data),
        ..Default::default()
    }
}

/// By the app.
pub fn by_app(data: &Json) -> InitiateOptions {
    InitiateOptions {
        app: Some("acme".to_owned()),
        data: secrets(data),
        ..Default::default()
    }
}

/// What a client adds.
pub fn context(known: Option<ExpectedParams>) -> Context {
    Context {
        has_key: false,
        may_create: false,
        redirect_url: "https://app.example/done".to_owned(),
        redirect_origins: Vec::new(),
        flow_id: FLOW.to_owned(),
        known,
    }
}

/// Drives an attempt of Jessica's.
pub fn start(
    options: InitiateOptions,
    context: Context,
    script: Vec<Exchange>,
) -> Played<Initiated> {
    play(
        InitiateConnection::new(options, Some("Jessica".to_owned()), context).expect("a procedure"),
        script,
    )
}

/// The error that it came to.
pub fn code(played: &Played<Initiated>) -> ErrorCode {
    played.result.as_ref().expect_err("an error").code
}

/// What an earlier call learned: read from an integration, as in life.
pub fn learned(scheme: &str, is_managed: bool, fields: &Json) -> ExpectedParams {
    let mut full = acme::item("i", scheme, "2025-01-01");
    full["is_composio_managed"] = json!(is_managed);
    full["expected_input_fields"] = fields.clone();
    let mut script = vec![exchange("GET /api/v3.1/auth_configs/i", 200, full)];
    // A key has to be asked for somewhere.
    if fields == &json!([]) && scheme != "OAUTH2" {
        let app = json!({ "slug": "acme", "auth_config_details": [{ "mode": scheme }] });
        script.push(exchange(acme::APP, 200, app));
    }
    acme::ask(acme::by_id("i"), script)
        .result
        .expect("expected params")
}

/// An answer with somewhere to go.
pub fn initiated(url: &str) -> Json {
    json!({ "id": "ca_1", "connectionData": { "val": { "status": "INITIATED", "redirectUrl": url } } })
}

/// The same of a link, which works for 10 minutes.
pub fn linked(url: &str) -> Json {
    json!({ "connected_account_id": "ca_1", "redirect_url": url, "expires_at": "2026-01-16T10:40:00.000Z" })
}

/// The refusal of a route that is no longer served.
pub fn retired() -> Json {
    json!({ "error": { "message": "This is no longer supported. Use /api/v3/connected_accounts/link.", "code": 600 } })
}
