//! Starting a connection: the checks before a request is sent, and before a redirect URL is returned.

use crate::core::calls::initiate::{InitiateContext, InitiateOptions};
use crate::core::error::ErrorCode;
use crate::core::scheme::AuthScheme;
use crate::tests::support::acme::{APP, LIST};
use crate::tests::support::attempt::{
    LINK, POST, by_app, by_id, code, context, initiated, linked, params, start,
};
use crate::tests::support::exchange;
use serde_json::{Value as Json, json};

#[test]
fn empty_values_are_replaced_by_defaults() {
    let fields = json!([
        { "name": "subdomain", "required": true, "default": "us.i" },
        { "name": "region", "default": "eu" },
        { "name": "zone", "default": "a" },
        { "name": "empty", "default": "" },
        { "name": "team" }
    ]);
    let data = json!({ "zone": " ", "region": "us", "own": "x" });
    let played = start(
        by_id(&data),
        context(Some(params("BASIC", false, &fields))),
        vec![exchange(
            POST,
            200,
            json!({ "id": "a", "status": "ACTIVE" }),
        )],
    );
    assert_eq!(
        played.bodies[0]["connection"]["state"]["val"],
        json!({ "status": "ACTIVE", "subdomain": "us.i", "region": "us", "zone": "a", "own": "x" })
    );
}

#[test]
fn pasted_values_are_normalised_and_values_that_do_not_fit_are_not_sent() {
    let fields = json!([{ "name": "shop", "pattern": "^[a-z]+$" }, { "name": "api_key" }]);
    let context = || context(Some(params("API_KEY", false, &fields)));
    let data = json!({ "shop": "https://acme.myshopify.com/admin", "api_key": " k\n" });
    let account = json!({ "id": "a", "status": "ACTIVE" });
    let played = start(by_id(&data), context(), vec![exchange(POST, 200, account)]);
    assert_eq!(
        played.bodies[0]["connection"]["state"]["val"],
        json!({ "status": "ACTIVE", "shop": "acme", "api_key": "k" })
    );
    let played = start(by_id(&json!({ "shop": "A!" })), context(), Vec::new());
    let error = played.result.unwrap_err();
    assert_eq!(error.code, ErrorCode::FieldsInvalid);
    assert_eq!(error.issues[0].code, "pattern");
}

#[test]
fn missing_required_values_are_reported_and_nothing_is_sent() {
    let fields = json!([
        { "name": "shop", "displayName": "Shop", "required": true },
        { "name": "api_key", "required": true },
        { "name": "dc", "required": true, "default": "" },
        { "name": "team" }
    ]);
    for scheme in ["OAUTH2", "API_KEY"] {
        let known = params(scheme, false, &fields);
        let played = start(
            by_id(&json!({ "Shop": "acme", "api_key": " \t" })),
            context(Some(known)),
            Vec::new(),
        );
        let error = played.result.unwrap_err();
        assert_eq!(
            (error.code, error.retryable),
            (ErrorCode::FieldsInvalid, false)
        );
        let named: Vec<(&str, &str)> = error
            .issues
            .iter()
            .map(|issue| (issue.field.as_str(), issue.code))
            .collect();
        assert_eq!(
            named,
            [
                ("shop", "required"),
                ("api_key", "required"),
                ("dc", "required")
            ]
        );
        assert_eq!(error.issues[0].message, "Shop is required");
    }
}

#[test]
fn an_unsafe_or_foreign_redirect_url_is_refused() {
    for url in [
        "javascript:alert(1)",
        "//evil.example",
        "https://user@evil.example/",
        "http://evil.example/",
    ] {
        let known = Some(params("OAUTH2", false, &json!([])));
        let played = start(
            by_id(&json!({})),
            context(known),
            vec![exchange(POST, 201, initiated(url))],
        );
        assert_eq!(code(&played), ErrorCode::RedirectRefused, "{url}");
        let known = Some(params("OAUTH2", true, &json!([])));
        let played = start(
            by_id(&json!({})),
            context(known),
            vec![exchange(LINK, 201, linked(url))],
        );
        assert_eq!(code(&played), ErrorCode::RedirectRefused, "{url}");
    }
    for (url, is_within) in [
        ("https://a.example/x", true),
        ("https://b.example/x", false),
    ] {
        let context = InitiateContext {
            provider_origins: vec!["https://a.example".to_owned()],
            ..context(Some(params("OAUTH2", false, &json!([]))))
        };
        let played = start(
            by_id(&json!({})),
            context,
            vec![exchange(POST, 200, initiated(url))],
        );
        assert_eq!(played.result.is_ok(), is_within, "{url}");
    }
}

#[test]
fn an_app_without_auth_gets_no_connection() {
    let app = json!({ "slug": "acme", "auth_config_details": [{ "mode": "NO_AUTH" }] });
    let script = vec![
        exchange(LIST, 200, json!({ "items": [] })),
        exchange(APP, 200, app),
    ];
    assert_eq!(
        code(&start(by_app(&json!({})), context(None), script)),
        ErrorCode::ConnectionNotNeeded
    );
}

#[test]
fn a_failed_lookup_creates_no_account() {
    let script = vec![exchange(LIST, 500, Json::Null)];
    let played = start(by_app(&json!({})), context(None), script);
    assert_eq!(code(&played), ErrorCode::Server);
    let options = InitiateOptions {
        auth_scheme: Some(AuthScheme::parse("BASIC")),
        ..by_id(&json!({}))
    };
    let config = json!({ "id": "i", "auth_scheme": "OAUTH2" });
    let script = vec![exchange("GET /api/v3.1/auth_configs/i", 200, config)];
    let played = start(options, context(None), script);
    assert_eq!(code(&played), ErrorCode::AuthSchemeMismatch);
}

#[test]
fn the_calls_entity_wins_over_the_clients_and_with_a_key_one_is_required() {
    let options = InitiateOptions {
        entity_id: Some("Melissa".to_owned()),
        ..by_id(&json!({}))
    };
    let known = || Some(params("OAUTH2", false, &json!([])));
    let script = vec![exchange(POST, 201, initiated("https://provider.example/"))];
    let played = start(options, context(known()), script);
    assert_eq!(played.bodies[0]["connection"]["user_id"], "Melissa");
    assert_eq!(
        played
            .result
            .unwrap()
            .pending()
            .unwrap()
            .entity_id
            .as_deref(),
        Some("Melissa")
    );
    let context = InitiateContext {
        entity_id: None,
        has_key: true,
        ..context(known())
    };
    let played = start(by_id(&json!({})), context, Vec::new());
    let error = played.result.unwrap_err();
    assert_eq!(
        (error.code, error.issues[0].field.as_str()),
        (ErrorCode::InvalidArgument, "entityId")
    );
}
