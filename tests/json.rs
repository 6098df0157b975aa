//! Writing JSON, as the input of an action: what is sent is JSON, and reads back as what it was.

use crate::support::{arbitrary, plain, value};
use connect_flow::core::protocol::operation::{Execute, Operation};
use connect_flow::core::protocol::{Api, build};
use connect_flow::core::value::Value;
use proptest::prelude::*;
use serde_json::Value as Json;

fn written(value: &Value) -> String {
    let execute = Execute {
        action: "A_B".to_owned(),
        entity_id: None,
        connected_account_id: None,
        version: None,
        input: value.clone(),
    };
    let request = build(Api::V31, &Operation::Execute(execute)).expect("a request");
    let body = String::from_utf8(request.body.expect("a body").to_vec()).expect("UTF-8");
    let value = body.strip_prefix("{\"arguments\":");
    value
        .and_then(|value| value.strip_suffix('}'))
        .expect("one member")
        .to_owned()
}

#[test]
fn what_json_cannot_hold_is_null() {
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
fn members_keep_their_order_and_nothing_else_is_written() {
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
    fn any_tree_reads_back(tree in arbitrary::plain_json()) {
        let read: Json = serde_json::from_str(&written(&value(&tree))).unwrap();
        prop_assert_eq!(&read, &tree);
        prop_assert_eq!(plain(&value(&tree)), tree);
    }

    #[test]
    fn whatever_the_value_it_is_json(tree in arbitrary::json()) {
        // A reader may find a number too large for its own type: that is no fault of the text.
        if let Err(error) = serde_json::from_str::<Json>(&written(&tree)) {
            prop_assert!(error.to_string().starts_with("number out of range"), "{}", error);
        }
    }
}
