//! Starting a connection: what is checked before anything is sent, and before the page is sent anywhere.

use crate::support::attempt::{
    LINK, POST, by_app, by_id, code, context, initiated, learned, linked, start,
};
use crate::support::exchange;
use connect_flow::core::error::ErrorCode;
use connect_flow::core::procedure::initiate::{Context, InitiateConnection, InitiateOptions};
use connect_flow::core::scheme::AuthScheme;
use serde_json::{Value as Json, json};

#[test]
fn defaults_are_filled_in() {
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
        context(Some(learned("BASIC", false, &fields))),
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
fn what_was_pasted_is_sent_as_the_field_wants_it_and_what_does_not_fit_is_not_sent() {
    let fields = json!([{ "name": "shop", "pattern": "^[a-z]+$" }, { "name": "api_key" }]);
    let context = || context(Some(learned("API_KEY", false, &fields)));
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
fn a_required_value_that_is_missing_is_named_and_nothing_is_sent() {
    let fields = json!([
        { "name": "shop", "displayName": "Shop", "required": true },
        { "name": "api_key", "required": true },
        { "name": "dc", "required": true, "default": "" },
        { "name": "team" }
    ]);
    for scheme in ["OAUTH2", "API_KEY"] {
        let known = learned(scheme, false, &fields);
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
fn a_page_is_not_sent_where_it_must_not_go() {
    for url in [
        "javascript:alert(1)",
        "//evil.example",
        "https://user@evil.example/",
        "http://evil.example/",
    ] {
        let known = Some(learned("OAUTH2", false, &json!([])));
        let played = start(
            by_id(&json!({})),
            context(known),
            vec![exchange(POST, 201, initiated(url))],
        );
        assert_eq!(code(&played), ErrorCode::RedirectRefused, "{url}");
        let known = Some(learned("OAUTH2", true, &json!([])));
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
        let context = Context {
            redirect_origins: vec!["https://a.example".to_owned()],
            ..context(Some(learned("OAUTH2", false, &json!([]))))
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
fn an_app_that_needs_no_connection_gets_none() {
    let list = "GET /api/v3.1/auth_configs?toolkit_slug=acme&limit=50";
    let app = json!({ "slug": "acme", "auth_config_details": [{ "mode": "NO_AUTH" }] });
    let script = vec![
        exchange(list, 200, json!({ "items": [] })),
        exchange("GET /api/v3.1/toolkits/acme", 200, app),
    ];
    assert_eq!(
        code(&start(by_app(&json!({})), context(None), script)),
        ErrorCode::ConnectionNotNeeded
    );
}

#[test]
fn a_lookup_that_fails_sends_nothing() {
    let list = "GET /api/v3.1/auth_configs?toolkit_slug=acme&limit=50";
    let script = vec![exchange(list, 500, Json::Null)];
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
fn the_entity_of_the_call_goes_before_that_of_the_client_and_with_a_key_one_must_be_named() {
    let options = InitiateOptions {
        entity_id: Some("Melissa".to_owned()),
        ..by_id(&json!({}))
    };
    let known = || Some(learned("OAUTH2", false, &json!([])));
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
    let context = Context {
        has_key: true,
        ..context(known())
    };
    let error = InitiateConnection::new(by_id(&json!({})), None, context).unwrap_err();
    assert_eq!(
        (error.code, error.issues[0].field.as_str()),
        (ErrorCode::InvalidArgument, "entityId")
    );
}
