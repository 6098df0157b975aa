//! A typed value is in no output: not in options, paths, results, records or errors.

use crate::core::api::connections::{NewAccount, create_account, create_link};
use crate::core::calls::initiate::{InitiateOptions, Initiated};
use crate::core::error::{ConnectError, ErrorCode};
use crate::core::options::ClientOptions;
use crate::core::scheme::AuthScheme;
use crate::core::secret::{Secret, is_secret_name, redact};
use crate::tests::support::attempt::{LINK, POST, context, initiated, params};
use crate::tests::support::cases::secrets;
use crate::tests::support::{Exchange, Played, attempt, exchange, value};
use serde_json::{Value as Json, json};

const TYPED: &str = "Zx9-typed&secret=!";

/// Fails when a text contains the typed value, verbatim, percent-encoded or as bytes.
fn check_hidden(text: &str) {
    let bytes = format!("{:?}", TYPED.as_bytes());
    let bytes = bytes.trim_matches(['[', ']']);
    for shown in [TYPED, &TYPED[..6], "Zx9-typed%26secret", bytes] {
        assert!(!text.contains(shown), "{shown:?} stands in {text}");
    }
}

fn options() -> InitiateOptions {
    let typed =
        json!({ "integrationId": "i", "data": { "api_key": TYPED, "shop": "acme", "n": "42" } });
    InitiateOptions::read(&value(&typed)).unwrap()
}

/// Starts a connection with known params, so that the first request carries the typed values.
fn start(options: InitiateOptions, script: Vec<Exchange>) -> Played<Initiated> {
    let params = params("API_KEY", false, &json!([{ "name": "api_key" }]));
    attempt::start(options, context(Some(params)), script)
}

#[test]
fn a_typed_value_is_in_the_body_of_the_request_and_in_no_debug_output_or_path() {
    check_hidden(&format!("{:?}", options()));
    let account = NewAccount {
        integration_id: "i".to_owned(),
        entity_id: Some("Jessica".to_owned()),
        auth_scheme: AuthScheme::parse("API_KEY"),
        data: options().data,
        alias: None,
        redirect_url: "https://app.example/done".to_owned(),
    };
    check_hidden(&format!("{account:?}"));
    for endpoint in [create_account(&account), create_link(&account)] {
        let request = endpoint.request;
        assert!(String::from_utf8_lossy(request.body.as_ref().unwrap()).contains(TYPED));
        check_hidden(&format!("{:?}", request.typed));
        check_hidden(&request.path);
    }
}

#[test]
fn results_and_records_omit_typed_values() {
    let script = vec![exchange(POST, 201, initiated("https://provider.example/"))];
    let played = start(options(), script);
    assert!(played.bodies[0].to_string().contains(TYPED));
    let done = played.result.unwrap();
    check_hidden(&format!("{done:?}"));
    check_hidden(&json!(done.request).to_string());
    check_hidden(&done.pending().unwrap().to_json());
}

#[test]
fn argument_errors_omit_typed_values() {
    for data in [json!({ "api_key": [TYPED] }), json!(TYPED), json!([TYPED])] {
        let error =
            InitiateOptions::read(&value(&json!({ "app": "acme", "data": data }))).unwrap_err();
        check_shown(&error);
    }
    let error = InitiateOptions::read(&value(
        &json!({ "app": "acme", "authConfig": { "client_secret": TYPED } }),
    ))
    .unwrap_err();
    check_shown(&error);
    for key in ["apiKey", "unsafeApiKey"] {
        let read = ClientOptions::read(&value(&json!({ "baseUrl": "/api", key: TYPED })));
        check_hidden(&format!("{read:?}"));
    }
    let error = ClientOptions::read(&value(
        &json!({ "baseUrl": "/api", "headers": { "x": [TYPED] } }),
    ))
    .unwrap_err();
    check_shown(&error);
}

fn check_shown(error: &ConnectError) {
    check_hidden(&format!("{error:?}"));
    check_hidden(&error.to_string());
    check_hidden(&json!(error).to_string());
}

/// The error of an initiate that a server answers with `status` and `body`.
fn refused(status: u16, body: Json) -> ConnectError {
    let script = vec![exchange(POST, status, body)];
    start(options(), script).result.unwrap_err()
}

#[test]
fn server_words_that_repeat_a_typed_value_are_redacted() {
    let echo = ["the key ", TYPED, " of acme is wrong"].concat();
    for body in [
        json!({ "message": echo }),
        json!({ "error": { "message": echo, "code": 600 } }),
        json!({ "error": echo }),
        json!({ "detail": echo }),
        json!({ "error": { "name": echo } }),
        json!({ "error": { "code": TYPED, "slug": TYPED, "message": "x" } }),
        json!({ "type": TYPED }),
        json!({ "error": { "message": "x", "request_id": TYPED } }),
        json!({ "requestId": TYPED }),
        json!({ "message": "x", "errors": [echo, { "message": echo, "property": TYPED }] }),
        json!({ "message": "x", "details": [{ "property": "api_key", "constraints": { "isKey": echo } }] }),
        json!({ "error": { "message": "x", "errors": [echo] } }),
        json!(echo),
        json!(json!(echo).to_string()),
    ] {
        for status in [400, 401, 409, 422, 500] {
            check_shown(&refused(status, body.clone()));
        }
    }
    let error = refused(400, json!({ "message": echo }));
    // Every typed value is redacted, since a platform does not always say which is secret. A short one is left.
    assert_eq!(
        error.error_description.as_deref(),
        Some("the key [redacted] of [redacted] is wrong")
    );
    assert_eq!(
        refused(400, json!({ "message": "error 42" }))
            .error_description
            .as_deref(),
        Some("error 42")
    );
}

#[test]
fn a_request_id_that_is_a_typed_value_is_redacted() {
    for status in [200, 400] {
        let mut exchange = exchange(POST, status, json!({}));
        exchange.request_id(TYPED);
        let error = start(options(), vec![exchange]).result.unwrap_err();
        check_shown(&error);
        assert_eq!(error.request_id.as_deref(), Some("[redacted]"));
    }
}

#[test]
fn redaction_does_not_change_the_error_code() {
    let refused = |data: Json, message: &str| {
        let options = InitiateOptions {
            data: secrets(&data),
            ..options()
        };
        let body = json!({ "error": { "message": message, "code": 1803 } });
        let script = vec![exchange(POST, 400, body)];
        start(options, script).result.unwrap_err()
    };
    let error = refused(json!({ "pin": "1803" }), "no");
    assert_eq!(
        (error.code, error.error.as_deref()),
        (ErrorCode::NotFound, Some("[redacted]"))
    );
    // The link is asked for only if the first refusal is recognised.
    let typed = json!({ "shop": "support" });
    let body = || json!({ "error": "no longer supported, use connected_accounts/link" });
    let options = InitiateOptions {
        data: secrets(&typed),
        ..options()
    };
    let script = vec![exchange(POST, 400, body()), exchange(LINK, 400, body())];
    let error = start(options, script).result.unwrap_err();
    assert_eq!(error.code, ErrorCode::EndpointRetired);
}

#[test]
fn a_cut_leaves_no_part_of_a_typed_value() {
    for before in 270..300 {
        let echo = ["x".repeat(before).as_str(), TYPED].concat();
        check_shown(&refused(400, json!({ "message": echo, "errors": [echo] })));
    }
}

#[test]
fn redacts_a_value_that_is_a_part_of_another() {
    let typed = secrets(&json!({ "a": "abcdef", "b": "abcdef-ghij", "c": "-gh" }));
    let mut text = "abcdef-ghij and abcdef and -gh".to_owned();
    redact(&mut text, &typed);
    assert_eq!(text, "[redacted] and [redacted] and [redacted]");
}

#[test]
fn recognises_names_of_secret_fields() {
    for name in [
        "api_key",
        "apiKey",
        "API-KEY",
        "generic_api_key",
        "admin_api_access_token",
        "password",
        "Base64_Encode",
        "jwt",
    ] {
        assert!(is_secret_name(name), "{name}");
    }
    for name in [
        "shop",
        "subdomain",
        "your-domain",
        "username",
        "instanceEndpoint",
        "region",
        "",
    ] {
        assert!(!is_secret_name(name), "{name}");
    }
    assert_eq!(format!("{:?}", Secret::new(TYPED.to_owned())), "[redacted]");
}
