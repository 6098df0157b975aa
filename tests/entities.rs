//! Whose account it is: what is sent, and what is made of what the server says.

use crate::support::attempt::{LINK, POST, by_id, context, initiated, learned, linked};
use crate::support::{exchange, play, response};
use connect_flow::core::error::ErrorCode;
use connect_flow::core::procedure::initiate::InitiateConnection;
use connect_flow::core::protocol::operation::{AccountFilter, Operation};
use connect_flow::core::protocol::{Api, build, read};
use serde_json::{Value as Json, json};

/// Starts a connection for `asked` at a server that says `told`; whose it is then.
fn whose(
    is_managed: bool,
    asked: Option<&str>,
    told: Option<&str>,
) -> Result<Option<String>, ErrorCode> {
    let (route, mut answer) = match is_managed {
        true => (LINK, linked("https://connect.example/")),
        false => (POST, initiated("https://connect.example/")),
    };
    answer["user_id"] = json!(told);
    let known = Some(learned("OAUTH2", is_managed, &json!([])));
    let asked = asked.map(str::to_owned);
    let procedure = InitiateConnection::new(by_id(&json!({})), asked.clone(), context(known));
    let played = play(procedure.unwrap(), vec![exchange(route, 201, answer)]);
    let body = &played.bodies[0];
    let connection = if is_managed {
        body
    } else {
        &body["connection"]
    };
    assert_eq!(
        connection.get("user_id").and_then(Json::as_str),
        asked.as_deref()
    );
    let done = played.result.map_err(|error| error.code)?;
    assert_eq!(done.request.entity_id, done.record.entity_id);
    Ok(done.record.entity_id)
}

#[test]
fn the_server_says_whose_account_was_started_where_the_caller_does_not() {
    let jessica = || Ok(Some("Jessica".to_owned()));
    for is_managed in [true, false] {
        let whose = |asked, told| whose(is_managed, asked, told);
        assert_eq!(whose(None, Some("Jessica")), jessica());
        assert_eq!(whose(Some("Jessica"), Some("Jessica")), jessica());
        assert_eq!(whose(Some("Jessica"), None), jessica());
        assert_eq!(whose(None, None), Ok(None));
        assert_eq!(
            whose(Some("Melissa"), Some("Jessica")),
            Err(ErrorCode::EntityMismatch)
        );
    }
}

#[test]
fn a_list_is_of_one_user_unless_all_are_asked_for() {
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
        let operation = Operation::ListAccounts {
            filter: AccountFilter {
                entity_id: asked.map(str::to_owned),
                all_entities: all,
                ..AccountFilter::default()
            },
            cursor: None,
        };
        let path = build(Api::V31, &operation).unwrap().path;
        assert_eq!(path.contains("user_ids"), asked.is_some());
        let body = json!({ "items": [], "user_id": told });
        let answer = read(&operation, &response(200, &Json::Null, &body));
        let code = answer.err().map(|error| error.code);
        assert_eq!(code, expected, "{asked:?} {all} {told:?}");
    }
}

#[test]
fn a_refusal_of_another_user_has_a_code_of_its_own() {
    let refusal = |slug: &str| json!({ "error": { "message": "no", "slug": slug, "status": 403 } });
    let operation = Operation::GetAccount {
        connected_account_id: "ca_1".to_owned(),
    };
    for (status, slug, expected) in [
        (403, "Gateway_EntityMismatch", ErrorCode::EntityMismatch),
        (403, "Gateway_OriginRefused", ErrorCode::Forbidden),
        (404, "Gateway_EntityMismatch", ErrorCode::NotFound),
    ] {
        let error = read(&operation, &response(status, &Json::Null, &refusal(slug))).unwrap_err();
        assert_eq!((error.code, error.retryable), (expected, false), "{slug}");
    }
}

#[test]
fn an_account_is_declared_active_only_for_a_scheme_that_is_known_to_take_a_key() {
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
        ("BILLCOM_AUTH", None),
        ("SAML", None),
        ("SOMETHING_NEW", None),
    ] {
        let known = Some(learned(scheme, false, &json!([{ "name": "key" }])));
        let procedure =
            InitiateConnection::new(by_id(&json!({ "key": "k" })), None, context(known)).unwrap();
        let answer = json!({ "id": "ca_1", "status": "INITIATED" });
        let played = play(procedure, vec![exchange(POST, 201, answer)]);
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
