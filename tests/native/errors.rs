//! Errors: their codes, and their form in JavaScript.

use std::collections::BTreeSet;

use crate::core::error::{ConnectError, ErrorCode, Issue};
use serde_json::json;

#[test]
fn params_of_an_issue_are_serialized_as_an_object_unless_empty() {
    let mut issue = Issue {
        code: "enum",
        field: "x".to_owned(),
        message: "no".to_owned(),
        params: vec![("label", "X".to_owned()), ("allowed", "a".to_owned())],
    };
    assert_eq!(
        json!(issue)["params"],
        json!({ "label": "X", "allowed": "a" })
    );
    issue.params.clear();
    assert_eq!(
        json!(issue),
        json!({ "code": "enum", "field": "x", "message": "no" })
    );
}

#[test]
fn error_codes_are_unique_and_in_snake_case() {
    let codes: BTreeSet<&str> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(codes.len(), ErrorCode::ALL.len());
    for code in codes {
        assert!(
            code.split('_')
                .all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase())),
            "{code}"
        );
    }
    for code in ErrorCode::ALL {
        assert_eq!(json!(code), code.as_str());
        let name: String = format!("{code:?}")
            .char_indices()
            .map(|(at, c)| {
                if at > 0 && c.is_uppercase() {
                    format!("_{c}")
                } else {
                    c.to_string()
                }
            })
            .collect();
        assert_eq!(name.to_lowercase(), code.as_str());
    }
}

#[test]
fn absent_members_of_an_error_are_not_serialized() {
    let error = ConnectError::new(ErrorCode::Network, "no answer");
    assert_eq!(
        json!(error),
        json!({ "code": "network", "message": "no answer", "retryable": false })
    );
    assert_eq!(error.to_string(), "no answer");
    let error = ConnectError::argument("required", "app", "is required");
    assert_eq!(
        json!(error),
        json!({
            "code": "invalid_argument", "message": "`app` is required", "retryable": false,
            "issues": [{ "code": "required", "field": "app", "message": "`app` is required" }]
        })
    );
    let error = ConnectError::argument("unknown", &"ä".repeat(1_000), "is not an option");
    assert_eq!(error.issues[0].field, "ä".repeat(100));
    assert!(
        error
            .message
            .starts_with(&format!("`{}` is", "ä".repeat(100)))
    );
    let error = ConnectError::new(ErrorCode::AccountFailed, "x")
        .with_server_words(Some("e".to_owned()), Some("d".to_owned()));
    assert_eq!(json!(error)["error"], "e");
    assert_eq!(json!(error)["errorDescription"], "d");
}
