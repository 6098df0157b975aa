//! The platform's member names and values, and helpers that change a JSON value.

use crate::core::value::Value;

/// Member names that some reader looks at.
pub const KEYS: &[&str] = &[
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
    "providerOrigins",
    "timeoutMs",
    "headers",
];

/// Values that some reader treats specially.
pub const WORDS: &[&str] = &[
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

/// The number of values in a value, itself included.
pub fn count(value: &Value) -> usize {
    1 + value.items().iter().map(count).sum::<usize>()
        + value
            .members()
            .iter()
            .map(|(_, item)| count(item))
            .sum::<usize>()
}

/// Replaces value number `at`, counted from the outside in, by `other`.
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

/// Whether any text in a value satisfies `fits`.
pub fn says(value: &Value, fits: &impl Fn(&str) -> bool) -> bool {
    value.as_str().is_some_and(fits)
        || value.items().iter().any(|item| says(item, fits))
        || value.members().iter().any(|(_, item)| says(item, fits))
}
