//! Starting a connection: which requests are sent, with what, and which are never repeated.

use crate::core::calls::initiate::InitiateOptions;
use crate::core::error::ErrorCode;
use crate::core::pending::{AttemptOutcome, LIFETIME_MS};
use crate::tests::support::acme::{APP, LIST};
use crate::tests::support::attempt::{
    BOUND, FLOW, LINK, POST, by_app, by_id, code, context, initiated, linked, params, retired,
    start,
};
use crate::tests::support::{NOW, exchange};
use serde_json::{Value as Json, json};

#[test]
fn known_params_take_one_request_and_the_attempt_is_recorded() {
    let options = InitiateOptions {
        return_to: Some("/settings".to_owned()),
        ..by_id(&json!({ "shop": "acme" }))
    };
    let known = params("OAUTH2", false, &json!([]));
    let played = start(
        options,
        context(Some(known.clone())),
        vec![exchange(POST, 201, initiated("https://provider.example/"))],
    );
    let done = played.result.unwrap();
    assert_eq!(
        json!(done.request),
        json!({
            "connectionStatus": "INITIATED", "connectedAccountId": "ca_1", "redirectUrl": "https://provider.example/", "entityId": "Jessica", "flowId": FLOW
        })
    );
    let record = done.pending().unwrap();
    assert_eq!(
        json!(record),
        json!({
            "flowId": FLOW, "connectedAccountId": "ca_1", "entityId": "Jessica", "app": "acme", "integrationId": "i",
            "authScheme": "OAUTH2", "startedAtMs": NOW, "expiresAtMs": NOW + LIFETIME_MS, "returnTo": "/settings"
        })
    );
    assert_eq!(record.outcome, AttemptOutcome::Pending);
    assert_eq!(done.params, Some(known));
}

#[test]
fn a_link_takes_at_most_three_requests() {
    let config = json!({ "id": "i", "auth_scheme": "OAUTH2", "toolkit": { "slug": "acme" }, "is_composio_managed": true });
    let app = json!({ "slug": "acme", "composio_managed_auth_schemes": ["OAUTH2"], "auth_config_details": [{ "mode": "OAUTH2" }] });
    let toolkit = || exchange(APP, 200, app.clone());
    let link = || exchange(LINK, 201, linked("https://connect.example/"));
    let from_app = start(
        by_app(&json!({})),
        context(None),
        vec![
            exchange(LIST, 200, json!({ "items": [config] })),
            toolkit(),
            link(),
        ],
    );
    let from_id = start(
        by_id(&json!({})),
        context(None),
        vec![
            exchange("GET /api/v3.1/auth_configs/i", 200, config.clone()),
            toolkit(),
            link(),
        ],
    );
    for played in [from_app, from_id] {
        assert_eq!(
            played.bodies[2],
            json!({ "auth_config_id": "i", "user_id": "Jessica", "callback_url": BOUND })
        );
        assert_eq!(
            json!(played.result.unwrap().request),
            json!({
                "connectionStatus": "INITIATED", "connectedAccountId": "ca_1", "redirectUrl": "https://connect.example/",
                "expiresAtMs": NOW + LIFETIME_MS, "entityId": "Jessica", "flowId": FLOW
            })
        );
    }
}

#[test]
fn a_link_with_known_params_takes_one_request() {
    // The hosted page asks for missing values itself.
    let known = params(
        "OAUTH2",
        true,
        &json!([{ "name": "shop", "required": true }]),
    );
    let played = start(
        by_app(&json!({})),
        context(Some(known.clone())),
        vec![exchange(LINK, 201, linked("https://connect.example/"))],
    );
    assert_eq!(played.bodies[0].get("connection_data"), None);
    assert_eq!(played.result.unwrap().params, Some(known));
}

#[test]
fn an_api_key_account_is_created_with_typed_values_and_defaults() {
    let known = params(
        "API_KEY",
        false,
        &json!([{ "name": "generic_api_key", "required": true }, { "name": "dc", "default": "us21" }]),
    );
    let active = json!({ "id": "ca_1", "status": "ACTIVE", "redirect_url": null });
    let played = start(
        by_id(&json!({ "generic_api_key": "k" })),
        context(Some(known)),
        vec![exchange(POST, 201, active)],
    );
    assert_eq!(
        played.bodies[0],
        json!({
            "auth_config": { "id": "i" },
            "connection": {
                "user_id": "Jessica", "callback_url": BOUND,
                "state": { "authScheme": "API_KEY", "val": { "status": "ACTIVE", "generic_api_key": "k", "dc": "us21" } }
            }
        })
    );
    let done = played.result.unwrap();
    assert_eq!(json!(done.request)["redirectUrl"], Json::Null);
    assert_eq!(done.pending(), None);
}

#[test]
fn an_oauth_account_of_the_developers_credentials_is_created_as_initializing() {
    let known = params("OAUTH2", false, &json!([]));
    let waiting =
        json!({ "id": "ca_1", "connectionData": { "val": { "status": "INITIALIZING" } } });
    let played = start(
        by_id(&json!({})),
        context(Some(known)),
        vec![exchange(POST, 201, waiting)],
    );
    assert_eq!(
        played.bodies[0]["connection"]["state"]["val"]["status"],
        "INITIALIZING"
    );
    // Without a redirect URL the user stays on the page, so nothing is recorded.
    assert_eq!(played.result.unwrap().pending(), None);
}

#[test]
fn a_retired_endpoint_falls_back_to_a_link_once() {
    let known = || {
        Some(params(
            "OAUTH2",
            false,
            &json!([{ "name": "shop", "default": "acme" }]),
        ))
    };
    let played = start(
        by_id(&json!({})),
        context(known()),
        vec![
            exchange(POST, 400, retired()),
            exchange(LINK, 201, linked("https://connect.example/")),
        ],
    );
    assert_eq!(
        played.bodies[1],
        json!({
            "auth_config_id": "i", "user_id": "Jessica", "callback_url": BOUND, "connection_data": { "shop": "acme" }
        })
    );
    assert!(played.result.is_ok());
    // HTTP 410 means retired, too.
    let gone =
        json!({ "error": "This endpoint is no longer available. Please upgrade to v3 APIs. " });
    for (status, body, expected) in [
        (400, retired(), ErrorCode::EndpointRetired),
        (410, gone.clone(), ErrorCode::EndpointRetired),
        (500, Json::Null, ErrorCode::Server),
    ] {
        let played = start(
            by_id(&json!({})),
            context(known()),
            vec![exchange(POST, 400, retired()), exchange(LINK, status, body)],
        );
        assert_eq!(code(&played), expected);
    }
}

#[test]
fn no_other_failure_is_followed_by_a_request() {
    let known = |is_managed| Some(params("OAUTH2", is_managed, &json!([])));
    for status in [
        400, 401, 403, 404, 408, 409, 422, 429, 500, 501, 502, 503, 504,
    ] {
        for (is_managed, asked) in [(false, POST), (true, LINK)] {
            let script = vec![exchange(asked, status, json!({}))];
            let played = start(by_id(&json!({})), context(known(is_managed)), script);
            assert_eq!(played.result.unwrap_err().status, Some(status));
        }
    }
    for body in [
        Json::Null,
        json!("<html>"),
        json!("{\"connected_account_id\":"),
        json!({}),
        json!([]),
    ] {
        for (is_managed, asked) in [(false, POST), (true, LINK)] {
            let script = vec![exchange(asked, 200, body.clone())];
            let played = start(by_id(&json!({})), context(known(is_managed)), script);
            let error = played.result.unwrap_err();
            assert_eq!(
                (error.code, error.retryable),
                (ErrorCode::ResponseInvalid, false)
            );
        }
    }
}

#[test]
fn a_links_expiry_is_corrected_by_the_servers_clock() {
    const MINUTE_MS: u64 = 60_000;
    // The server's clock, and for how long from NOW a link works that expires at NOW + 10 minutes by that clock.
    for (date_ms, works_ms) in [
        (None, 10 * MINUTE_MS),
        (Some(NOW), 10 * MINUTE_MS),
        (Some(NOW - 4 * MINUTE_MS), 14 * MINUTE_MS),
        (Some(NOW + 7 * MINUTE_MS), 3 * MINUTE_MS),
        (Some(NOW + 20 * MINUTE_MS), 0),
    ] {
        let link = exchange(LINK, 201, linked("https://connect.example/")).dated(date_ms);
        let known = params("OAUTH2", true, &json!([]));
        let played = start(by_id(&json!({})), context(Some(known)), vec![link]);
        let initiated = played.result.expect("a connection");
        assert_eq!(
            initiated.request.expires_at_ms,
            Some(NOW + works_ms),
            "{date_ms:?}"
        );
        assert_eq!(initiated.record.expires_at_ms, NOW + LIFETIME_MS);
    }
}
