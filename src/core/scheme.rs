//! Auth schemes, as an open set.

use serde::Serialize;

/// How an app authenticates its users, such as `OAUTH2`; upper case. Schemes come and go, so this is a name, not a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct AuthScheme(String);

/// The order in which a scheme is chosen for an app that offers several (composio-core 0.5).
pub const PREFERRED: [&str; 6] = [
    "OAUTH2",
    "OAUTH1",
    "API_KEY",
    "BASIC",
    "BEARER_TOKEN",
    "BASIC_WITH_JWT",
];

impl AuthScheme {
    /// Reads a scheme in any case.
    pub fn parse(word: &str) -> Self {
        AuthScheme(word.trim().to_ascii_uppercase())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the platform obtains the credentials at an authorization server.
    pub fn is_oauth(&self) -> bool {
        matches!(
            self.as_str(),
            "OAUTH2" | "OAUTH1" | "OAUTH1A" | "DCR_OAUTH" | "COMPOSIO_LINK"
        )
    }

    /// Whether such an app needs no connection at all.
    pub fn is_none(&self) -> bool {
        self.as_str() == "NO_AUTH"
    }
}
