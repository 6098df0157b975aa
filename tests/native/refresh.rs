//! A new attempt for an existing account: its two requests, and the record of the attempt.

use crate::core::calls::initiate::{InitiateContext, Initiated};
use crate::core::calls::refresh::refresh;
use crate::core::error::ErrorCode;
use crate::core::pending::{AttemptOutcome, LIFETIME_MS};
use crate::tests::support::attempt::{FLOW, context};
use crate::tests::support::{Exchange, NOW, Played, exchange, play};
use serde_json::{Value as Json, json};

const GET: &str = "GET /api/v3.1/connected_accounts/a-1";
const POST: &str = "POST /api/v3.1/connected_accounts/a-1/refresh?redirect_url=https%3A%2F%2Fapp.example%2Fdone%3Fcf_flow%3D0123456789abcdef0123456789abcdef";

fn run(context: InitiateContext, script: Vec<Exchange>) -> Played<Initiated> {
    play(script, async |platform| {
        refresh(platform, "a-1", &context).await
    })
}

/// An expired account with these members.
fn account(members: &Json) -> Exchange {
    let mut account = json!({ "id": "a-1", "status": "EXPIRED", "toolkit": { "slug": "acme" } });
    for (key, value) in members.as_object().into_iter().flatten() {
        account[key] = value.clone();
    }
    exchange(GET, 200, account)
}

fn started(url: &str) -> Exchange {
    let answer = json!({ "id": "a-1", "status": "INITIATED", "redirect_url": url });
    exchange(POST, 200, answer)
}

#[test]
fn refresh_checks_the_account_then_starts_an_attempt_and_records_it() {
    let played = run(
        context(None),
        vec![
            account(&json!({ "user_id": "Jessica" })),
            started("https://provider.example/"),
        ],
    );
    let done = played.result.unwrap();
    assert_eq!(
        json!(done.request),
        json!({
            "connectionStatus": "INITIATED", "connectedAccountId": "a-1",
            "redirectUrl": "https://provider.example/", "entityId": "Jessica", "flowId": FLOW
        })
    );
    let record = done.pending().unwrap();
    assert_eq!(
        json!(record),
        json!({
            "flowId": FLOW, "connectedAccountId": "a-1", "entityId": "Jessica", "app": "acme",
            "startedAtMs": NOW, "expiresAtMs": NOW + LIFETIME_MS
        })
    );
    assert_eq!(record.outcome, AttemptOutcome::Pending);
    assert_eq!(done.params, None);
}

#[test]
fn the_records_entity_is_the_accounts_or_else_the_clients() {
    for (told, own, expected) in [
        (json!("Melissa"), None, Some("Melissa")),
        (json!("Jessica"), Some("Jessica"), Some("Jessica")),
        (json!(null), Some("Jessica"), Some("Jessica")),
        (json!(null), None, None),
    ] {
        let context = InitiateContext {
            entity_id: own.map(str::to_owned),
            ..context(None)
        };
        let script = vec![
            account(&json!({ "user_id": told, "toolkit": null })),
            started("https://provider.example/"),
        ];
        let record = run(context, script).result.unwrap().record;
        assert_eq!((record.entity_id.as_deref(), record.app), (expected, None));
    }
}

#[test]
fn another_entitys_account_is_refused_before_an_attempt_is_started() {
    for has_key in [false, true] {
        let context = InitiateContext {
            has_key,
            ..context(None)
        };
        let script = vec![account(&json!({ "user_id": "Melissa" }))];
        let error = run(context, script).result.unwrap_err();
        assert_eq!(error.code, ErrorCode::EntityMismatch);
    }
}

#[test]
fn with_a_key_the_client_or_the_account_must_name_the_entity() {
    let with_key = || InitiateContext {
        entity_id: None,
        has_key: true,
        ..context(None)
    };
    let unnamed = vec![account(&json!({}))];
    let error = run(with_key(), unnamed).result.unwrap_err();
    assert_eq!(
        (error.code, error.issues[0].field.as_str()),
        (ErrorCode::InvalidArgument, "entityId")
    );
    let script = vec![
        account(&json!({ "user_id": "Melissa" })),
        started("https://provider.example/"),
    ];
    let record = run(with_key(), script).result.unwrap().record;
    assert_eq!(record.entity_id.as_deref(), Some("Melissa"));
}

#[test]
fn an_account_that_is_active_has_no_redirect_url_and_no_pending_record() {
    let active =
        json!({ "id": "a-1", "status": "ACTIVE", "redirect_url": "https://provider.example/" });
    let script = vec![account(&json!({})), exchange(POST, 200, active)];
    let done = run(context(None), script).result.unwrap();
    assert_eq!((done.pending(), &done.request.redirect_url), (None, &None));
}

#[test]
fn an_unsafe_or_foreign_redirect_url_is_refused() {
    for (url, origins) in [
        ("javascript:alert(1)", &[][..]),
        ("http://provider.example/", &[]),
        ("https://evil.example/", &["https://provider.example"]),
    ] {
        let context = InitiateContext {
            provider_origins: origins.iter().map(|&origin| origin.to_owned()).collect(),
            ..context(None)
        };
        let script = vec![account(&json!({})), started(url)];
        let error = run(context, script).result.unwrap_err();
        assert_eq!(error.code, ErrorCode::RedirectRefused, "{url}");
    }
}

#[test]
fn an_error_of_either_request_is_returned() {
    let gone = vec![exchange(GET, 404, json!({}))];
    let error = run(context(None), gone).result.unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
    for status in [400, 404, 429, 500, 503] {
        let script = vec![account(&json!({})), exchange(POST, status, json!({}))];
        let error = run(context(None), script).result.unwrap_err();
        assert_eq!(error.status, Some(status));
    }
}
