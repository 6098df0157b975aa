//! An app without an integration: when one is created, for which scheme, and with whose credentials.

use crate::core::api::integrations::Integration;
use crate::core::calls::create_integration::{CreateIntegrationOptions, create_integration};
use crate::core::error::ErrorCode;
use crate::core::scheme::AuthScheme;
use crate::tests::support::acme::{
    APP, LIST, app, ask, ask_and_create, code, item, of_app, page, seen,
};
use crate::tests::support::{Exchange, Played, exchange, play};
use serde_json::{Value as Json, json};

const CREATE: &str = "POST /api/v3.1/auth_configs";

#[test]
fn an_app_without_auth_expects_no_params() {
    let nothing = json!({ "expectedInputFields": [], "integrationId": null, "authScheme": "NO_AUTH", "app": "acme" });
    for says_so in [
        json!({ "slug": "acme", "auth_config_details": [{ "mode": "NO_AUTH" }] }),
        json!({ "slug": "acme", "no_auth": true, "auth_config_details": [{ "mode": "API_KEY" }] }),
    ] {
        let script = || {
            vec![
                exchange(LIST, 200, page(&[])),
                exchange(APP, 200, says_so.clone()),
            ]
        };
        assert_eq!(seen(&ask(of_app(None), script())), nothing);
        assert_eq!(seen(&ask_and_create(of_app(None), script())), nothing);
    }
}

#[test]
fn no_integration_is_created_unless_the_developer_allows_it() {
    for scheme in [None, Some("OAUTH2")] {
        let script = vec![
            exchange(LIST, 200, page(&[])),
            exchange(APP, 200, app(&["OAUTH2"])),
        ];
        let played = ask(of_app(scheme), script);
        assert_eq!(code(&played), ErrorCode::IntegrationNotFound);
        assert_eq!(
            played.result.unwrap_err().message.contains("OAUTH2"),
            scheme.is_some()
        );
    }
}

#[test]
fn a_managed_app_is_created_with_the_platforms_credentials() {
    let created = json!({ "auth_config": { "id": "ac_new", "auth_scheme": "OAUTH2", "is_composio_managed": true } });
    let played = ask_and_create(
        of_app(None),
        vec![
            exchange(LIST, 200, page(&[])),
            exchange(APP, 200, app(&["OAUTH2"])),
            exchange(CREATE, 201, created),
        ],
    );
    assert_eq!(
        played.bodies[2]["auth_config"]["type"],
        "use_composio_managed_auth"
    );
    assert_eq!(seen(&played)["expectedInputFields"], json!(["subdomain"]));
    assert_eq!(played.result.unwrap().is_managed, Some(true));
}

#[test]
fn an_api_key_app_is_created_without_credentials() {
    let created = json!({ "auth_config": { "id": "ac_new", "auth_scheme": "API_KEY", "is_composio_managed": false } });
    let played = ask_and_create(
        of_app(Some("API_KEY")),
        vec![
            exchange(LIST, 200, page(&[item("ac_1", "OAUTH2", "2025-01-01")])),
            exchange(APP, 200, app(&["OAUTH2"])),
            exchange(CREATE, 201, created),
        ],
    );
    assert_eq!(played.bodies[2]["auth_config"]["type"], "use_custom_auth");
    assert_eq!(played.bodies[2]["auth_config"]["authScheme"], "API_KEY");
    assert_eq!(
        seen(&played)["expectedInputFields"],
        json!(["generic_api_key"])
    );
}

#[test]
fn a_created_integration_of_another_scheme_is_refused() {
    let created = json!({ "auth_config": { "id": "ac_new", "auth_scheme": "OAUTH2" } });
    let played = ask_and_create(
        of_app(Some("API_KEY")),
        vec![
            exchange(LIST, 200, page(&[])),
            exchange(APP, 200, app(&[])),
            exchange(CREATE, 201, created),
        ],
    );
    assert_eq!(code(&played), ErrorCode::AuthSchemeMismatch);
}

#[test]
fn a_scheme_that_needs_the_developers_credentials_is_not_connectable() {
    let blocked = json!({ "auth_config_creation": { "required": [{ "name": "client_id" }] } });
    let app = json!({ "slug": "acme", "auth_config_details": [
        { "mode": "OAUTH2", "fields": blocked }, { "mode": "SAML", "fields": {} }, { "mode": "BASIC", "fields": {} }
    ] });
    for (scheme, is_connectable) in [
        (Some("OAUTH2"), false),
        (Some("API_KEY"), false),
        (None, true),
        (Some("SAML"), true),
    ] {
        let mut script = vec![
            exchange(LIST, 200, page(&[])),
            exchange(APP, 200, app.clone()),
        ];
        if is_connectable {
            script.push(exchange(CREATE, 409, json!({})));
        }
        let expected = if is_connectable {
            ErrorCode::Conflict
        } else {
            ErrorCode::AppNotConnectable
        };
        assert_eq!(
            code(&ask_and_create(of_app(scheme), script)),
            expected,
            "{scheme:?}"
        );
    }
}

fn create(scheme: Option<&str>, script: Vec<Exchange>) -> Played<Integration> {
    let options = CreateIntegrationOptions {
        app: "acme".to_owned(),
        auth_scheme: scheme.map(AuthScheme::parse),
    };
    play(script, async |platform| {
        create_integration(platform, &options).await
    })
}

#[test]
fn create_integration_returns_the_fields_of_its_scheme() {
    let field = |name: &str| json!([{ "name": name, "displayName": name, "type": "string", "required": false, "secret": false }]);
    // The answer has no fields, so those of the app count.
    let made = json!({ "toolkit": { "slug": "acme" }, "auth_config": { "id": "ac_1", "auth_scheme": "OAUTH2", "is_composio_managed": true } });
    let created = create(
        Some("oauth2"),
        vec![
            exchange(APP, 200, app(&["OAUTH2"])),
            exchange(CREATE, 201, made),
        ],
    );
    let mut fields = field("subdomain");
    fields[0]["required"] = json!(true);
    assert_eq!(
        json!(created.result.unwrap()),
        json!({
            "id": "ac_1", "app": "acme", "authScheme": "OAUTH2", "isEnabled": true, "isManaged": true,
            "expectedInputFields": fields
        })
    );
}

#[test]
fn create_integration_never_repeats_its_request() {
    let answered = |app: &Json| vec![exchange(APP, 200, app.clone())];
    let none = json!({ "slug": "acme", "auth_config_details": [{ "mode": "NO_AUTH" }] });
    for (scheme, script, expected) in [
        (None, answered(&none), ErrorCode::ConnectionNotNeeded),
        (
            Some("BASIC"),
            answered(&app(&["OAUTH2"])),
            ErrorCode::AppNotConnectable,
        ),
        (
            None,
            vec![exchange(APP, 404, json!({}))],
            ErrorCode::NotFound,
        ),
    ] {
        let played = create(scheme, script);
        assert_eq!(played.result.unwrap_err().code, expected);
    }
    let other = json!({ "auth_config": { "id": "ac_1", "auth_scheme": "API_KEY" } });
    for (status, body, expected) in [
        (201, other, ErrorCode::AuthSchemeMismatch),
        (500, json!({}), ErrorCode::Server),
    ] {
        let script = vec![
            exchange(APP, 200, app(&["OAUTH2"])),
            exchange(CREATE, status, body),
        ];
        let error = create(Some("OAUTH2"), script).result.unwrap_err();
        assert_eq!((error.code, error.retryable), (expected, false));
    }
}
