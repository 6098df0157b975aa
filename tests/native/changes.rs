//! Operations that change something at the platform or hold credentials: a valid id, no repetition, and failures under HTTP 2xx.

use crate::core::api::Api;
use crate::core::api::accounts::{delete_account, get_auth_params, set_account_enabled};
use crate::core::api::actions::{ExecuteOptions, execute_action};
use crate::core::api::connections::refresh_account;
use crate::core::api::http::{Body, HttpResponse};
use crate::core::error::ErrorCode;
use crate::core::value::Value;
use crate::tests::support::cases::{Answer, AnyEndpoint, all, done, erased};
use crate::tests::support::{arbitrary, response, value};
use proptest::prelude::*;
use serde_json::json;

fn action(name: &str, input: Value) -> ExecuteOptions {
    ExecuteOptions {
        action: name.to_owned(),
        entity_id: None,
        connected_account_id: None,
        version: None,
        input,
    }
}

fn execute(name: &str) -> Box<dyn AnyEndpoint> {
    let options = action(name, Value::Object(Vec::new()));
    erased(execute_action(Api::V31, &options), Answer::Execution)
}

fn switch_on(id: &str) -> Box<dyn AnyEndpoint> {
    erased(set_account_enabled(id, true), done)
}

fn delete(id: &str) -> Box<dyn AnyEndpoint> {
    erased(delete_account(id, false), done)
}

/// The operations with an id in their path, each with the name of that option.
fn with_id(id: &str) -> [(Box<dyn AnyEndpoint>, &'static str); 5] {
    let name = "connectedAccountId";
    let refresh = refresh_account(id, "https://app.example/");
    [
        (erased(refresh, Answer::Connection), name),
        (switch_on(id), name),
        (delete(id), name),
        (erased(get_auth_params(id), Answer::AuthParams), name),
        (execute(id), "action"),
    ]
}

fn answered(body: Body) -> HttpResponse {
    HttpResponse {
        status: 200,
        retry_after_ms: None,
        date_ms: None,
        request_id: None,
        is_deprecated: false,
        sunset_ms: None,
        body,
    }
}

#[test]
fn refuses_an_id_that_would_change_the_path() {
    // With an empty id, the request would be about every account.
    for (id, code) in [("", "required"), (".", "format"), ("..", "format")] {
        for (endpoint, field) in with_id(id) {
            let request = endpoint.request();
            let error = request.validate().unwrap_err();
            assert_eq!(
                error.code,
                ErrorCode::InvalidArgument,
                "{}",
                request.operation
            );
            assert_eq!(
                (error.issues[0].field.as_str(), error.issues[0].code),
                (field, code)
            );
        }
    }
}

#[test]
fn only_a_get_is_repeatable() {
    for case in all() {
        let endpoint = case.endpoint(Api::V31);
        let is_get = case.request.method == "GET";
        assert_eq!(endpoint.request().is_repeatable(), is_get, "{}", case.name);
        let may_have_a_body = ["POST", "PATCH"].contains(&case.request.method.as_str());
        assert!(
            may_have_a_body || case.request.body.is_null(),
            "{}",
            case.name
        );
    }
}

#[test]
fn a_failure_under_http_200_has_the_servers_cut_words_and_its_request_id() {
    let long = "ä".repeat(5_000);
    let headers = json!({ "x-request-id": "h" });
    let bodies = [
        json!({ "successful": false, "success": false, "error": long }),
        json!({ "successful": false, "success": false, "error": { "message": long } }),
        json!({ "successful": false, "success": false, "data": { "message": long } }),
        json!({ "successful": false, "success": false, "message": long }),
    ];
    for body in &bodies {
        for (endpoint, code) in [
            (execute("A_B"), ErrorCode::ActionFailed),
            (switch_on("a"), ErrorCode::Rejected),
            (delete("a"), ErrorCode::Rejected),
        ] {
            let error = endpoint.read(&response(200, &headers, body)).unwrap_err();
            assert_eq!((error.code, error.retryable), (code, false));
            assert_eq!(
                error.error_description.as_deref(),
                Some("ä".repeat(300).as_str())
            );
            assert_eq!(
                (error.status, error.request_id.as_deref()),
                (Some(200), Some("h"))
            );
        }
    }
}

#[test]
fn an_unreadable_answer_is_not_retryable() {
    for (endpoint, _) in with_id("a") {
        for body in [Body::TooLarge(9), Body::Text("<html>".to_owned())] {
            let error = endpoint.read(&answered(body)).unwrap_err();
            assert_eq!(error.code, ErrorCode::ResponseInvalid);
            assert!(!error.retryable);
        }
    }
}

proptest! {
    #[test]
    fn an_id_is_one_path_segment(id in ".*") {
        let slashes = |path: &str| path.split('?').next().unwrap().matches('/').count();
        for ((endpoint, _), (model, _)) in with_id(&id).iter().zip(with_id("x")) {
            let request = endpoint.request();
            if request.validate().is_ok() {
                prop_assert_eq!(slashes(&request.path), slashes(&model.request().path));
                prop_assert!(request.path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#'));
            }
        }
    }

    #[test]
    fn an_input_is_sent_unchanged(input in arbitrary::plain_json()) {
        let request = execute_action(Api::V31, &action("A_B", value(&input))).request;
        let sent: serde_json::Value = serde_json::from_slice(request.body.as_deref().unwrap()).unwrap();
        prop_assert_eq!(&sent["arguments"], &input);
    }

    #[test]
    fn a_failed_action_is_never_read_as_an_execution(mut body in arbitrary::json()) {
        if let Value::Object(members) = &mut body {
            members.retain(|(name, _)| name != "successful");
            members.push(("successful".to_owned(), Value::Bool(false)));
        }
        prop_assert!(execute("A_B").read(&answered(Body::Json(body))).is_err());
    }
}
