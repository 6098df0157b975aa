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

/// The platform obtains the credentials at an authorization server.
const OAUTH: [&str; 6] = [
    "OAUTH2",
    "OAUTH1",
    "OAUTH1A",
    "DCR_OAUTH",
    "CIMD_OAUTH",
    "COMPOSIO_LINK",
];

/// The user goes nowhere.
const TYPED: [&str; 9] = [
    "API_KEY",
    "BASIC",
    "BASIC_WITH_JWT",
    "BEARER_TOKEN",
    "S2S_OAUTH2",
    "SERVICE_ACCOUNT",
    "CALCOM_AUTH",
    "SNOWFLAKE",
    "NO_AUTH",
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
        OAUTH.contains(&self.as_str())
    }

    /// Whether the user may have to go elsewhere. Only the platform's answer tells; of a scheme that is not known, anything is possible.
    pub fn may_redirect(&self) -> bool {
        !TYPED.contains(&self.as_str())
    }

    /// Whether what the user types is all that a connection needs. False for a scheme that is not known.
    pub fn takes_key(&self) -> bool {
        self.as_str() == "GOOGLE_SERVICE_ACCOUNT" || !(self.may_redirect() || self.is_none())
    }

    /// Whether such an app needs no connection at all.
    pub fn is_none(&self) -> bool {
        self.as_str() == "NO_AUTH"
    }
}
