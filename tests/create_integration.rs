//! An app without an integration: when one is created, for which scheme, and with whose credentials.

use crate::support::acme::{APP, LIST, app, ask, ask_and_create, code, item, of_app, page, seen};
use crate::support::{Exchange, Played, exchange, play};
use connect_flow::core::error::ErrorCode;
use connect_flow::core::procedure::create_integration::{
    CreateIntegration, CreateIntegrationOptions,
};
use connect_flow::core::protocol::answer::Integration;
use connect_flow::core::scheme::AuthScheme;
use serde_json::{Value as Json, json};

#[test]
fn an_app_that_needs_no_connection() {
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
fn nothing_is_created_unless_it_is_allowed() {
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
fn created_with_the_platforms_credentials() {
    let created = json!({ "auth_config": { "id": "ac_new", "auth_scheme": "OAUTH2", "is_composio_managed": true } });
    let played = ask_and_create(
        of_app(None),
        vec![
            exchange(LIST, 200, page(&[])),
            exchange(APP, 200, app(&["OAUTH2"])),
            exchange("POST /api/v3.1/auth_configs", 201, created),
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
fn created_without_credentials_where_none_are_needed() {
    let created = json!({ "auth_config": { "id": "ac_new", "auth_scheme": "API_KEY", "is_composio_managed": false } });
    let played = ask_and_create(
        of_app(Some("API_KEY")),
        vec![
            exchange(LIST, 200, page(&[item("ac_1", "OAUTH2", "2025-01-01")])),
            exchange(APP, 200, app(&["OAUTH2"])),
            exchange("POST /api/v3.1/auth_configs", 201, created),
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
fn what_is_created_must_have_the_scheme_that_was_asked_for() {
    let created = json!({ "auth_config": { "id": "ac_new", "auth_scheme": "OAUTH2" } });
    let played = ask_and_create(
        of_app(Some("API_KEY")),
        vec![
            exchange(LIST, 200, page(&[])),
            exchange(APP, 200, app(&[])),
            exchange("POST /api/v3.1/auth_configs", 201, created),
        ],
    );
    assert_eq!(code(&played), ErrorCode::AuthSchemeMismatch);
}

#[test]
fn an_app_that_the_developer_must_set_up_is_not_connectable() {
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
            script.push(exchange("POST /api/v3.1/auth_configs", 409, json!({})));
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
    let procedure = CreateIntegration::new(options, true).expect("allowed");
    play(procedure, script)
}

#[test]
fn when_told_to_an_integration_is_created_with_its_fields() {
    let field = |name: &str| json!([{ "name": name, "displayName": name, "type": "string", "required": false, "secret": false }]);
    // The answer does not say what to ask for: the app does.
    let made = json!({ "toolkit": { "slug": "acme" }, "auth_config": { "id": "ac_1", "auth_scheme": "OAUTH2", "is_composio_managed": true } });
    let created = create(
        Some("oauth2"),
        vec![
            exchange(APP, 200, app(&["OAUTH2"])),
            exchange("POST /api/v3.1/auth_configs", 201, made),
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
fn an_integration_is_made_once_or_not_at_all() {
    let options = CreateIntegrationOptions {
        app: "acme".to_owned(),
        auth_scheme: None,
    };
    let error = CreateIntegration::new(options, false).unwrap_err();
    assert_eq!(
        (error.code, error.issues[0].field.as_str()),
        (ErrorCode::InvalidArgument, "createIntegrations")
    );
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
            exchange("POST /api/v3.1/auth_configs", status, body),
        ];
        let error = create(Some("OAUTH2"), script).result.unwrap_err();
        assert_eq!((error.code, error.retryable), (expected, false));
    }
}
