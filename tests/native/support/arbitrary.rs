//! Generates JSON from the platform's own words, so that it gets past a reader's first check.

use crate::core::value::Value;
use proptest::prelude::*;
use proptest::sample::select;

use super::words::{KEYS, WORDS};

/// Any JSON value, and values that JSON cannot hold.
pub fn json() -> impl Strategy<Value = Value> {
    let text = prop_oneof![3 => select(WORDS).prop_map(str::to_owned), 1 => ".{0,12}"];
    let number = prop_oneof![
        any::<u64>().prop_map(|n| n.to_string()),
        any::<f64>().prop_map(|n| n.to_string()),
        Just("1e999".to_owned()),
    ];
    let leaf = prop_oneof![
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => number.prop_map(Value::Number),
        4 => text.prop_map(Value::String),
        1 => Just(Value::Foreign),
    ];
    leaf.prop_recursive(5, 64, 8, |inner| {
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            3 => object(inner),
        ]
    })
}

fn object(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    // The first eight are ids and statuses, which every object needs.
    let key = prop_oneof![
        5 => select(&KEYS[..8]).prop_map(str::to_owned),
        9 => select(KEYS).prop_map(str::to_owned),
        1 => ".{0,6}",
    ];
    prop::collection::vec((key, inner), 0..8).prop_map(Value::Object)
}

/// Any JSON value whose numbers every JSON parser reads alike.
pub fn plain_json() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::{Map, Value as Json};
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        any::<i64>().prop_map(Json::from),
        any::<i16>().prop_map(|n| Json::from(f64::from(n) / 1024.0)),
        ".{0,12}".prop_map(Json::String),
        "[\\x00-\\x1f\"\\\\]{0,8}".prop_map(Json::String),
    ];
    leaf.prop_recursive(5, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::Array),
            prop::collection::vec((".{0,6}", inner), 0..6)
                .prop_map(|members| Json::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}
