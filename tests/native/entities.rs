//! The entity: what is sent, and what is read from the server's answer.

use crate::core::api::accounts::{AccountFilter, get_account, list_accounts};
use crate::core::calls::initiate::InitiateContext;
use crate::core::error::ErrorCode;
use crate::tests::support::attempt::{
    LINK, POST, by_id, context, initiated, linked, params, start,
};
use crate::tests::support::{exchange, response};
use serde_json::{Value as Json, json};

/// Starts a connection for `asked` at a server that answers with `told`. Returns the entity of the record.
fn entity_of(
    is_managed: bool,
    asked: Option<&str>,
    told: Option<&str>,
) -> Result<Option<String>, ErrorCode> {
    let (route, mut answer) = match is_managed {
        true => (LINK, linked("https://connect.example/")),
        false => (POST, initiated("https://connect.example/")),
    };
    answer["user_id"] = json!(told);
    let context = InitiateContext {
        entity_id: asked.map(str::to_owned),
        ..context(Some(params("OAUTH2", is_managed, &json!([]))))
    };
    let script = vec![exchange(route, 201, answer)];
    let played = start(by_id(&json!({})), context, script);
    let body = &played.bodies[0];
    let connection = if is_managed {
        body
    } else {
        &body["connection"]
    };
    assert_eq!(connection.get("user_id").and_then(Json::as_str), asked);
    let done = played.result.map_err(|error| error.code)?;
    assert_eq!(done.request.entity_id, done.record.entity_id);
    Ok(done.record.entity_id)
}

#[test]
fn the_entity_is_the_callers_or_else_the_servers_and_a_contradiction_is_an_error() {
    let jessica = || Ok(Some("Jessica".to_owned()));
    for is_managed in [true, false] {
        let entity_of = |asked, told| entity_of(is_managed, asked, told);
        assert_eq!(entity_of(None, Some("Jessica")), jessica());
        assert_eq!(entity_of(Some("Jessica"), Some("Jessica")), jessica());
        assert_eq!(entity_of(Some("Jessica"), None), jessica());
        assert_eq!(entity_of(None, None), Ok(None));
        assert_eq!(
            entity_of(Some("Melissa"), Some("Jessica")),
            Err(ErrorCode::EntityMismatch)
        );
    }
}

#[test]
fn a_list_is_of_one_entity_unless_all_are_asked_for() {
    for (asked, all, told, expected) in [
        (None, false, Some("Jessica"), None),
        (None, false, None, Some(ErrorCode::InvalidArgument)),
        (None, false, Some(" "), Some(ErrorCode::InvalidArgument)),
        (None, true, None, None),
        (None, true, Some("Jessica"), None),
        (Some("Jessica"), false, None, None),
        (Some("Jessica"), false, Some("Jessica"), None),
        (
            Some("Melissa"),
            false,
            Some("Jessica"),
            Some(ErrorCode::EntityMismatch),
        ),
    ] {
        let filter = AccountFilter {
            entity_id: asked.map(str::to_owned),
            all_entities: all,
            ..AccountFilter::default()
        };
        let list = list_accounts(&filter, None);
        assert_eq!(list.request.path.contains("user_ids"), asked.is_some());
        let body = json!({ "items": [], "user_id": told });
        let answer = list.read(&response(200, &Json::Null, &body));
        let code = answer.err().map(|error| error.code);
        assert_eq!(code, expected, "{asked:?} {all} {told:?}");
    }
}

#[test]
fn a_gateway_that_refuses_another_user_is_an_entity_mismatch() {
    let refusal = |slug: &str| json!({ "error": { "message": "no", "slug": slug, "status": 403 } });
    let account = get_account("ca_1");
    for (status, slug, expected) in [
        (403, "Gateway_EntityMismatch", ErrorCode::EntityMismatch),
        (403, "Gateway_OriginRefused", ErrorCode::Forbidden),
        (404, "Gateway_EntityMismatch", ErrorCode::NotFound),
    ] {
        let refused = response(status, &Json::Null, &refusal(slug));
        let error = account.read(&refused).unwrap_err();
        assert_eq!((error.code, error.retryable), (expected, false), "{slug}");
    }
}

#[test]
fn an_account_is_sent_as_active_only_for_a_scheme_that_takes_a_key() {
    for (scheme, expected) in [
        ("API_KEY", Some("ACTIVE")),
        ("BASIC", Some("ACTIVE")),
        ("BASIC_WITH_JWT", Some("ACTIVE")),
        ("BEARER_TOKEN", Some("ACTIVE")),
        ("GOOGLE_SERVICE_ACCOUNT", Some("ACTIVE")),
        ("SERVICE_ACCOUNT", Some("ACTIVE")),
        ("S2S_OAUTH2", Some("ACTIVE")),
        ("OAUTH1", Some("INITIALIZING")),
        ("OAUTH2", Some("INITIALIZING")),
        ("DCR_OAUTH", Some("INITIALIZING")),
        ("CIMD_OAUTH", Some("INITIALIZING")),
        ("NEXT_OAUTH3", Some("INITIALIZING")),
        ("S2S_OAUTH3", Some("ACTIVE")),
        ("BILLCOM_AUTH", None),
        ("SAML", None),
        ("SOMETHING_NEW", None),
    ] {
        let params = params(scheme, false, &json!([{ "name": "key" }]));
        let answer = json!({ "id": "ca_1", "status": "INITIATED" });
        let script = vec![exchange(POST, 201, answer)];
        let played = start(by_id(&json!({ "key": "k" })), context(Some(params)), script);
        let state = &played.bodies[0]["connection"]["state"];
        assert_eq!(state["authScheme"], scheme);
        assert_eq!(state["val"]["key"], "k");
        assert_eq!(
            state["val"].get("status").and_then(Json::as_str),
            expected,
            "{scheme}"
        );
    }
}
