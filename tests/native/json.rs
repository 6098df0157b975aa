//! The JSON writer, tested by the input of an action.

use crate::core::api::Api;
use crate::core::api::actions::{ExecuteOptions, execute_action};
use crate::core::value::Value;
use crate::tests::support::{arbitrary, plain, value};
use proptest::prelude::*;
use serde_json::Value as Json;

fn written(value: &Value) -> String {
    let options = ExecuteOptions {
        action: "A_B".to_owned(),
        entity_id: None,
        connected_account_id: None,
        version: None,
        input: value.clone(),
    };
    let request = execute_action(Api::V31, &options).request;
    let body = String::from_utf8(request.body.expect("a body").to_vec()).expect("UTF-8");
    let value = body.strip_prefix("{\"arguments\":");
    value
        .and_then(|value| value.strip_suffix('}'))
        .expect("one member")
        .to_owned()
}

#[test]
fn a_value_that_json_cannot_hold_is_written_as_null() {
    for other in [
        Value::Null,
        Value::Foreign,
        Value::Number("NaN".to_owned()),
        Value::Number("Infinity".to_owned()),
        Value::Number("-Infinity".to_owned()),
        Value::Number(f64::INFINITY.to_string()),
        Value::Number(String::new()),
    ] {
        assert_eq!(written(&other), "null", "{other:?}");
        let nested = Value::Array(vec![other.clone(), other]);
        assert_eq!(written(&nested), "[null,null]");
    }
}

#[test]
fn a_number_keeps_its_text() {
    for text in [
        "0",
        "-1",
        "1.5",
        "1e-7",
        "1e+21",
        "9007199254740993",
        "-1.5E10",
    ] {
        let number = Value::Number(text.to_owned());
        assert_eq!(written(&number), text);
    }
}

#[test]
fn writes_members_in_order_and_without_space() {
    let tree = Value::Object(vec![
        ("b".to_owned(), Value::Array(Vec::new())),
        ("a\"\n".to_owned(), Value::Object(Vec::new())),
        ("".to_owned(), Value::Bool(false)),
        (
            "c".to_owned(),
            Value::Array(vec![
                Value::Bool(true),
                Value::String("\u{1}\\ü\u{2028}".to_owned()),
            ]),
        ),
    ]);
    assert_eq!(
        written(&tree),
        "{\"b\":[],\"a\\\"\\u000a\":{},\"\":false,\"c\":[true,\"\\u0001\\\\ü\u{2028}\"]}"
    );
}

proptest! {
    #[test]
    fn any_json_survives_a_round_trip(tree in arbitrary::plain_json()) {
        let read: Json = serde_json::from_str(&written(&value(&tree))).unwrap();
        prop_assert_eq!(&read, &tree);
        prop_assert_eq!(plain(&value(&tree)), tree);
    }

    #[test]
    fn any_value_is_written_as_json(tree in arbitrary::json()) {
        // serde_json refuses numbers that do not fit its own type, although they are valid JSON.
        if let Err(error) = serde_json::from_str::<Json>(&written(&tree)) {
            prop_assert!(error.to_string().starts_with("number out of range"), "{}", error);
        }
    }
}
