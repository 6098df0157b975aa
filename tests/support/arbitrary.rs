//! Any JSON, in the words of the platform so that it gets past the first check.

use connect_flow::core::value::Value;
use proptest::prelude::*;
use proptest::sample::select;

/// Members that some reader looks at, in any generation.
const KEYS: &[&str] = &[
    "id",
    "connectedAccountId",
    "connectionId",
    "connected_account_id",
    "integrationId",
    "connectorId",
    "status",
    "connectionStatus",
    "connectionResponse",
    "connectionData",
    "connection_data",
    "state",
    "val",
    "redirectUrl",
    "redirect_url",
    "redirect_uri",
    "redirectUri",
    "expires_at",
    "items",
    "page",
    "totalPages",
    "next_cursor",
    "key",
    "slug",
    "name",
    "appName",
    "appUniqueId",
    "toolkit",
    "auth_config",
    "auth_schemes",
    "auth_config_details",
    "mode",
    "auth_mode",
    "authScheme",
    "auth_scheme",
    "fields",
    "connected_account_initiation",
    "auth_config_creation",
    "required",
    "optional",
    "default",
    "expected_from_customer",
    "user_visible",
    "is_secret",
    "format",
    "enum",
    "expectedInputFields",
    "expected_input_fields",
    "testConnectors",
    "composio_managed_auth_schemes",
    "no_auth",
    "enabled",
    "deleted",
    "is_disabled",
    "createdAt",
    "created_at",
    "entityId",
    "clientUniqueUserId",
    "user_id",
    "connectionParams",
    "error",
    "error_description",
    "message",
    "detail",
    "details",
    "errors",
    "code",
    "error_code",
    "property",
    "constraints",
    "type",
    "request_id",
    "requestId",
    "uuid",
    "flowId",
    "startedAtMs",
    "expiresAtMs",
    "returnTo",
    "outcome",
    "app",
    "baseUrl",
    "data",
    "redirectOrigins",
    "timeoutMs",
    "headers",
];

const WORDS: &[&str] = &[
    "ACTIVE",
    "active",
    "SUCCESS",
    "INACTIVE",
    "INITIATED",
    "INITIALIZING",
    "FAILED",
    "EXPIRED",
    "PENDING",
    "",
    " ",
    "OAUTH2",
    "API_KEY",
    "NO_AUTH",
    "gmail",
    "1",
    "https://provider.example/",
    "javascript:alert(1)",
    "null",
    "2026-01-16T10:30:00Z",
    "access_denied",
    "DISABLED",
    "v1",
    "/a",
];

/// Any JSON value, and what JSON cannot hold.
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
    // The first few are those without which nothing is read at all.
    let key = prop_oneof![
        5 => select(&KEYS[..8]).prop_map(str::to_owned),
        9 => select(KEYS).prop_map(str::to_owned),
        1 => ".{0,6}",
    ];
    prop::collection::vec((key, inner), 0..8).prop_map(Value::Object)
}

/// Any tree that JSON can hold, with numbers that every reader reads alike.
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

/// How many values stand in a value, itself included.
pub fn count(value: &Value) -> usize {
    1 + value.items().iter().map(count).sum::<usize>()
        + value
            .members()
            .iter()
            .map(|(_, item)| count(item))
            .sum::<usize>()
}

/// Puts `other` in the place of value number `at`, counted from the outside in.
pub fn replace(value: &mut Value, at: usize, other: Value) {
    if at == 0 {
        *value = other;
        return;
    }
    let inner: Vec<&mut Value> = match value {
        Value::Array(items) => items.iter_mut().collect(),
        Value::Object(members) => members.iter_mut().map(|(_, item)| item).collect(),
        _ => Vec::new(),
    };
    let mut before = 1;
    for item in inner {
        let size = count(item);
        if at < before + size {
            return replace(item, at - before, other);
        }
        before += size;
    }
}

/// Whether some text in a value fits.
pub fn says(value: &Value, fits: &impl Fn(&str) -> bool) -> bool {
    value.as_str().is_some_and(fits)
        || value.items().iter().any(|item| says(item, fits))
        || value.members().iter().any(|(_, item)| says(item, fits))
}
