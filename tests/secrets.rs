//! What the user typed is in no output: not in options, operations, requests, procedures, records or errors.

use crate::support::attempt::{LINK, POST, context, initiated, learned};
use crate::support::cases::secrets;
use crate::support::{NOW, exchange, play, value};
use connect_flow::core::error::{ConnectError, ErrorCode};
use connect_flow::core::options::ClientOptions;
use connect_flow::core::procedure::initiate::{InitiateConnection, InitiateOptions};
use connect_flow::core::procedure::{Event, Procedure, Step, Task};
use connect_flow::core::protocol::{Api, build};
use connect_flow::core::secret::{Secret, is_secret_name, redact};
use serde_json::{Value as Json, json};

const TYPED: &str = "Zx9-typed&secret=!";

/// Fails when a text shows what was typed, as it is or as bytes.
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

fn procedure() -> InitiateConnection {
    procedure_of(options())
}

/// What an earlier call learned goes along, so that the first request carries what was typed.
fn procedure_of(options: InitiateOptions) -> InitiateConnection {
    let known = learned("API_KEY", false, &json!([{ "name": "api_key" }]));
    InitiateConnection::new(options, Some("Jessica".to_owned()), context(Some(known))).unwrap()
}

#[test]
fn on_the_way_to_the_platform() {
    check_hidden(&format!("{:?}", options()));
    let mut procedure = procedure();
    check_hidden(&format!("{procedure:?}"));
    let Step::Do(Task::Call(operation)) = procedure.advance(Event::Start, NOW) else {
        panic!("no request");
    };
    check_hidden(&format!("{operation:?} {procedure:?}"));
    let request = build(Api::default(), &operation).unwrap();
    assert!(String::from_utf8_lossy(request.body.as_ref().unwrap()).contains(TYPED));
    check_hidden(&format!("{request:?}"));
    check_hidden(&request.path);
}

#[test]
fn in_what_is_returned_and_stored() {
    let script = vec![exchange(POST, 201, initiated("https://provider.example/"))];
    let done = play(procedure(), script).result.unwrap();
    check_hidden(&format!("{done:?}"));
    check_hidden(&json!(done.request).to_string());
    check_hidden(&done.pending().unwrap().to_json());
}

#[test]
fn in_an_argument_that_is_wrong() {
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

/// The error of an initiate that a server refuses with `status` and `body`.
fn refused(status: u16, body: Json) -> ConnectError {
    let script = vec![exchange(POST, status, body)];
    play(procedure(), script).result.unwrap_err()
}

#[test]
fn in_the_words_of_a_server_that_repeats_them() {
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
    // Every typed value is taken out, since a platform does not always say which is secret; what is too short stays.
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
fn in_the_name_of_a_request() {
    for status in [200, 400] {
        let mut exchange = exchange(POST, status, json!({}));
        exchange.request_id(TYPED);
        let error = play(procedure(), vec![exchange]).result.unwrap_err();
        check_shown(&error);
        assert_eq!(error.request_id.as_deref(), Some("[redacted]"));
    }
}

#[test]
fn a_typed_value_does_not_hide_what_happened() {
    let refused = |data: Json, message: &str| {
        let options = InitiateOptions {
            data: secrets(&data),
            ..options()
        };
        let body = json!({ "error": { "message": message, "code": 1803 } });
        let script = vec![exchange(POST, 400, body)];
        play(procedure_of(options), script).result.unwrap_err()
    };
    let error = refused(json!({ "pin": "1803" }), "no");
    assert_eq!(
        (error.code, error.error.as_deref()),
        (ErrorCode::NotFound, Some("[redacted]"))
    );
    // The answer to the second request says the same, so that the first was recognised.
    let typed = json!({ "shop": "support" });
    let body = || json!({ "error": "no longer supported, use connected_accounts/link" });
    let options = InitiateOptions {
        data: secrets(&typed),
        ..options()
    };
    let script = vec![exchange(POST, 400, body()), exchange(LINK, 400, body())];
    let error = play(procedure_of(options), script).result.unwrap_err();
    assert_eq!(error.code, ErrorCode::EndpointRetired);
}

#[test]
fn where_the_words_of_a_server_are_cut() {
    for before in 270..300 {
        let echo = ["x".repeat(before).as_str(), TYPED].concat();
        check_shown(&refused(400, json!({ "message": echo, "errors": [echo] })));
    }
}

#[test]
fn one_value_within_another() {
    let typed = secrets(&json!({ "a": "abcdef", "b": "abcdef-ghij", "c": "-gh" }));
    let mut text = "abcdef-ghij and abcdef and -gh".to_owned();
    redact(&mut text, &typed);
    assert_eq!(text, "[redacted] and [redacted] and [redacted]");
}

#[test]
fn secret_names() {
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
