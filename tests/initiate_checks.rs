//! Starting a connection: what is checked before anything is sent, and before the page is sent anywhere.

use crate::support::attempt::{
    V1_POST, V3_LINK, by_app, by_id, code, context, initiated, learned, linked, start,
};
use crate::support::exchange;
use connect_flow::core::error::ErrorCode;
use connect_flow::core::procedure::initiate::{Context, InitiateConnection, InitiateOptions};
use connect_flow::core::protocol::Api;
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
        context(Api::V1, Some(learned("BASIC", false, &fields))),
        vec![exchange(
            V1_POST,
            200,
            json!({ "connectionStatus": "ACTIVE", "connectedAccountId": "a" }),
        )],
    );
    assert_eq!(
        played.bodies[0]["data"],
        json!({ "subdomain": "us.i", "region": "us", "zone": "a", "own": "x" })
    );
}

#[test]
fn what_was_pasted_is_sent_as_the_field_wants_it_and_what_does_not_fit_is_not_sent() {
    let fields = json!([{ "name": "shop", "pattern": "^[a-z]+$" }, { "name": "api_key" }]);
    let context = || context(Api::V1, Some(learned("API_KEY", false, &fields)));
    let data = json!({ "shop": "https://acme.myshopify.com/admin", "api_key": " k\n" });
    let account = json!({ "connectionStatus": "ACTIVE", "connectedAccountId": "a" });
    let played = start(
        by_id(&data),
        context(),
        vec![exchange(V1_POST, 200, account)],
    );
    assert_eq!(
        played.bodies[0]["data"],
        json!({ "shop": "acme", "api_key": "k" })
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
    for (api, scheme) in [
        (Api::V1, "OAUTH2"),
        (Api::V3, "OAUTH2"),
        (Api::V3, "API_KEY"),
    ] {
        let known = learned(scheme, false, &fields);
        let played = start(
            by_id(&json!({ "Shop": "acme", "api_key": " \t" })),
            context(api, Some(known)),
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
        let played = start(
            by_id(&json!({})),
            context(Api::V1, None),
            vec![exchange(V1_POST, 200, initiated(url))],
        );
        assert_eq!(code(&played), ErrorCode::RedirectRefused, "{url}");
        let known = Some(learned("OAUTH2", true, &json!([])));
        let played = start(
            by_id(&json!({})),
            context(Api::V3, known),
            vec![exchange(V3_LINK, 201, linked(url))],
        );
        assert_eq!(code(&played), ErrorCode::RedirectRefused, "{url}");
    }
    for (url, is_within) in [
        ("https://a.example/x", true),
        ("https://b.example/x", false),
    ] {
        let context = Context {
            redirect_origins: vec!["https://a.example".to_owned()],
            ..context(Api::V1, None)
        };
        let played = start(
            by_id(&json!({})),
            context,
            vec![exchange(V1_POST, 200, initiated(url))],
        );
        assert_eq!(played.result.is_ok(), is_within, "{url}");
    }
}

#[test]
fn an_app_that_needs_no_connection_gets_none() {
    let list = "GET /api/v3/auth_configs?toolkit_slug=acme&limit=50";
    let app = json!({ "slug": "acme", "auth_config_details": [{ "mode": "NO_AUTH" }] });
    let script = vec![
        exchange(list, 200, json!({ "items": [] })),
        exchange("GET /api/v3/toolkits/acme", 200, app),
    ];
    assert_eq!(
        code(&start(by_app(&json!({})), context(Api::V3, None), script)),
        ErrorCode::ConnectionNotNeeded
    );
}

#[test]
fn a_lookup_that_fails_sends_nothing() {
    let list = "GET /api/v1/integrations?appName=acme&showDisabled=false&pageSize=100&page=1";
    let played = start(
        by_app(&json!({})),
        context(Api::V1, None),
        vec![exchange(list, 500, Json::Null)],
    );
    assert_eq!(code(&played), ErrorCode::Server);
    let options = InitiateOptions {
        auth_scheme: Some(AuthScheme::parse("BASIC")),
        ..by_id(&json!({}))
    };
    let config = json!({ "id": "i", "auth_scheme": "OAUTH2" });
    let played = start(
        options,
        context(Api::V3, None),
        vec![exchange("GET /api/v3/auth_configs/i", 200, config)],
    );
    assert_eq!(code(&played), ErrorCode::AuthSchemeMismatch);
}

#[test]
fn the_entity_of_the_call_goes_before_that_of_the_client_and_one_must_be_named() {
    let options = InitiateOptions {
        entity_id: Some("Melissa".to_owned()),
        ..by_id(&json!({}))
    };
    let played = start(
        options,
        context(Api::V1, None),
        vec![exchange(
            V1_POST,
            200,
            initiated("https://provider.example/"),
        )],
    );
    assert_eq!(played.bodies[0]["entityId"], "Melissa");
    assert_eq!(
        played.result.unwrap().pending().unwrap().entity_id,
        "Melissa"
    );
    let error =
        InitiateConnection::new(by_id(&json!({})), None, context(Api::V1, None)).unwrap_err();
    assert_eq!(
        (error.code, error.issues[0].field.as_str()),
        (ErrorCode::InvalidArgument, "entityId")
    );
}
