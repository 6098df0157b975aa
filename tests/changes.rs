//! What changes something at the platform: it is sent once, to one place, and a refusal is recognised.

use crate::support::cases::all;
use crate::support::{arbitrary, response, value};
use connect_flow::core::error::ErrorCode;
use connect_flow::core::protocol::answer::Answer;
use connect_flow::core::protocol::http::{Body, HttpResponse};
use connect_flow::core::protocol::operation::{Execute, Operation};
use connect_flow::core::protocol::{Api, build, read};
use connect_flow::core::value::Value;
use proptest::prelude::*;
use serde_json::json;

const API: Api = Api::V31;

fn execute(action: &str) -> Operation {
    Operation::Execute(Execute {
        action: action.to_owned(),
        entity_id: None,
        connected_account_id: None,
        version: None,
        input: Value::Object(Vec::new()),
    })
}

/// Every operation that has an id in its path, with the option that holds it.
fn with_id(id: &str) -> Vec<(Operation, &'static str)> {
    let connected_account_id = id.to_owned();
    let name = "connectedAccountId";
    vec![
        (
            Operation::Refresh {
                connected_account_id: connected_account_id.clone(),
                redirect_url: "https://app.example/".to_owned(),
            },
            name,
        ),
        (
            Operation::SetEnabled {
                connected_account_id: connected_account_id.clone(),
                enabled: true,
            },
            name,
        ),
        (
            Operation::DeleteAccount {
                connected_account_id: connected_account_id.clone(),
            },
            name,
        ),
        (
            Operation::GetAuthParams {
                connected_account_id,
            },
            name,
        ),
        (execute(id), "action"),
    ]
}

#[test]
fn an_id_that_would_climb_the_path_makes_no_request() {
    // With an empty id the request would speak of all accounts.
    for (id, code) in [("", "required"), (".", "format"), ("..", "format")] {
        for (operation, field) in with_id(id) {
            let error = build(API, &operation).unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidArgument, "{operation:?}");
            assert_eq!(
                (error.issues[0].field.as_str(), error.issues[0].code),
                (field, code)
            );
        }
    }
}

#[test]
fn only_what_changes_nothing_is_repeatable() {
    for case in all() {
        let operation = case.operation();
        let is_get = case.request.method == "GET";
        assert_eq!(operation.is_repeatable(), is_get, "{}", case.name);
        assert_eq!(
            case.request.body.is_null(),
            !["POST", "PATCH"].contains(&case.request.method.as_str()),
            "{}",
            case.name
        );
    }
}

#[test]
fn the_words_of_a_refusal_are_cut_and_its_request_is_named() {
    let long = "ä".repeat(5_000);
    let headers = json!({ "x-request-id": "h" });
    let bodies = [
        json!({ "successful": false, "success": false, "error": long }),
        json!({ "successful": false, "success": false, "error": { "message": long } }),
        json!({ "successful": false, "success": false, "data": { "message": long } }),
        json!({ "successful": false, "success": false, "message": long }),
    ];
    for body in &bodies {
        for (operation, code) in [
            (execute("A_B"), ErrorCode::ActionFailed),
            (with_id("a").remove(1).0, ErrorCode::Rejected),
            (with_id("a").remove(2).0, ErrorCode::Rejected),
        ] {
            let error = read(&operation, &response(200, &headers, body)).unwrap_err();
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
fn an_answer_that_cannot_be_read_is_no_reason_to_send_again() {
    for (operation, _) in with_id("a") {
        for body in [Body::TooLarge(9), Body::Text("<html>".to_owned())] {
            let answer = HttpResponse {
                status: 200,
                retry_after_ms: None,
                date_ms: None,
                request_id: None,
                body,
            };
            let error = read(&operation, &answer).unwrap_err();
            assert_eq!(error.code, ErrorCode::ResponseInvalid);
            assert!(!error.retryable);
        }
    }
}

proptest! {
    #[test]
    fn any_id_stays_one_segment(id in ".*") {
        for (operation, _) in with_id(&id) {
            let Ok(request) = build(API, &operation) else {
                continue;
            };
            let path = request.path.split('?').next().unwrap();
            let model = build(API, &with_id("x").into_iter().find(|(one, _)| std::mem::discriminant(one) == std::mem::discriminant(&operation)).unwrap().0).unwrap();
            prop_assert_eq!(path.matches('/').count(), model.path.split('?').next().unwrap().matches('/').count());
            prop_assert!(request.path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#'));
        }
    }

    #[test]
    fn an_input_arrives_as_it_is(input in arbitrary::plain_json()) {
        let Operation::Execute(mut execute) = execute("A_B") else { unreachable!() };
        execute.input = value(&input);
        let request = build(API, &Operation::Execute(execute)).unwrap();
        let sent: serde_json::Value = serde_json::from_slice(request.body.as_deref().unwrap()).unwrap();
        prop_assert_eq!(&sent["arguments"], &input);
    }

    #[test]
    fn an_action_that_failed_is_never_an_execution(mut body in arbitrary::json()) {
        if let Value::Object(members) = &mut body {
            members.retain(|(name, _)| name != "successful");
            members.push(("successful".to_owned(), Value::Bool(false)));
        }
        let answer = HttpResponse { status: 200, retry_after_ms: None, date_ms: None, request_id: None, body: Body::Json(body) };
        prop_assert!(!matches!(read(&execute("A_B"), &answer), Ok(Answer::Execution(_))));
    }
}
