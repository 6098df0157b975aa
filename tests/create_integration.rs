//! An app without an integration: when one is created, for which scheme, and with whose credentials.

mod support;

use connect_flow::core::error::ErrorCode;
use connect_flow::core::protocol::Api;
use serde_json::json;
use support::acme::{
    V1_APP, V1_LIST, V3_APP, V3_LIST, ask, ask_and_create, code, of_app, page, seen, v1_full,
    v3_app, v3_item,
};
use support::exchange;

#[test]
fn an_app_that_needs_no_connection() {
    let nothing = json!({ "expectedInputFields": [], "integrationId": null, "authScheme": "NO_AUTH", "app": "acme" });
    let v1 = || {
        vec![
            exchange(V1_LIST, 200, page(&[])),
            exchange(
                V1_APP,
                200,
                json!({ "key": "acme", "no_auth": true, "auth_schemes": [{ "mode": "API_KEY", "fields": [] }] }),
            ),
        ]
    };
    assert_eq!(seen(&ask(Api::V1, of_app(None), v1())), nothing);
    assert_eq!(seen(&ask_and_create(Api::V1, of_app(None), v1())), nothing);
    let v3 = vec![
        exchange(V3_LIST, 200, page(&[])),
        exchange(
            V3_APP,
            200,
            json!({ "slug": "acme", "auth_config_details": [{ "mode": "NO_AUTH" }] }),
        ),
    ];
    assert_eq!(seen(&ask(Api::V3, of_app(None), v3)), nothing);
}

#[test]
fn nothing_is_created_unless_it_is_allowed() {
    for scheme in [None, Some("OAUTH2")] {
        let script = vec![
            exchange(V3_LIST, 200, page(&[])),
            exchange(V3_APP, 200, v3_app(&["OAUTH2"])),
        ];
        let played = ask(Api::V3, of_app(scheme), script);
        assert_eq!(code(&played), ErrorCode::IntegrationNotFound);
        assert_eq!(
            played.result.unwrap_err().message.contains("OAUTH2"),
            scheme.is_some()
        );
    }
}

#[test]
fn created_with_the_platforms_credentials() {
    let app = json!({
        "key": "acme", "appId": "app-1", "testConnectors": [{ "authScheme": "OAUTH2" }],
        "auth_schemes": [
            { "mode": "API_KEY", "fields": [] },
            { "mode": "OAUTH2", "fields": [{ "name": "client_id", "required": true, "expected_from_customer": false }] }
        ]
    });
    let played = ask_and_create(
        Api::V1,
        of_app(None),
        vec![
            exchange(V1_LIST, 200, page(&[])),
            exchange(V1_APP, 200, app),
            exchange(
                "POST /api/v1/integrations",
                200,
                v1_full("new", "OAUTH2", &["subdomain"]),
            ),
        ],
    );
    assert_eq!(
        played.bodies[2],
        json!({
            "appId": "app-1", "name": "acme", "authScheme": "OAUTH2", "authConfig": {}, "useComposioAuth": true
        })
    );
    assert_eq!(
        seen(&played),
        json!({
            "expectedInputFields": ["subdomain"], "integrationId": "new", "authScheme": "OAUTH2", "app": "acme"
        })
    );
    let created = json!({ "auth_config": { "id": "ac_new", "auth_scheme": "OAUTH2", "is_composio_managed": true } });
    let played = ask_and_create(
        Api::V3,
        of_app(None),
        vec![
            exchange(V3_LIST, 200, page(&[])),
            exchange(V3_APP, 200, v3_app(&["OAUTH2"])),
            exchange("POST /api/v3/auth_configs", 201, created),
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
        Api::V3,
        of_app(Some("API_KEY")),
        vec![
            exchange(
                V3_LIST,
                200,
                page(&[v3_item("ac_1", "OAUTH2", "2025-01-01")]),
            ),
            exchange(V3_APP, 200, v3_app(&["OAUTH2"])),
            exchange("POST /api/v3/auth_configs", 201, created),
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
        Api::V3,
        of_app(Some("API_KEY")),
        vec![
            exchange(V3_LIST, 200, page(&[])),
            exchange(V3_APP, 200, v3_app(&[])),
            exchange("POST /api/v3/auth_configs", 201, created),
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
            exchange(V3_LIST, 200, page(&[])),
            exchange(V3_APP, 200, app.clone()),
        ];
        if is_connectable {
            script.push(exchange("POST /api/v3/auth_configs", 409, json!({})));
        }
        let expected = if is_connectable {
            ErrorCode::Conflict
        } else {
            ErrorCode::AppNotConnectable
        };
        assert_eq!(
            code(&ask_and_create(Api::V3, of_app(scheme), script)),
            expected,
            "{scheme:?}"
        );
    }
}
