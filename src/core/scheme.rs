//! Auth schemes. The set is open.

use serde::Serialize;

use super::text::contains;

/// How an app authenticates its users, such as `OAUTH2`. Upper case. Any name is accepted, because the platform adds schemes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct AuthScheme(String);

/// Preference order for an app with several schemes. Source: composio-core 0.5.
pub const PREFERRED: [&str; 6] = [
    "OAUTH2",
    "OAUTH1",
    "API_KEY",
    "BASIC",
    "BEARER_TOKEN",
    "BASIC_WITH_JWT",
];

/// Schemes that never redirect the user.
const NO_REDIRECT: [&str; 7] = [
    "API_KEY",
    "BASIC",
    "BASIC_WITH_JWT",
    "BEARER_TOKEN",
    "SERVICE_ACCOUNT",
    "CALCOM_AUTH",
    "NO_AUTH",
];

impl AuthScheme {
    /// A scheme from its name, in any case.
    pub fn parse(word: &str) -> Self {
        AuthScheme(word.trim().to_ascii_uppercase())
    }

    /// The name, in upper case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the user signs in at an authorization server: any OAuth scheme but those between servers, such as `S2S_OAUTH2`.
    pub fn is_oauth(&self) -> bool {
        contains(&self.0, "OAUTH") && !self.is_between_servers()
    }

    fn is_between_servers(&self) -> bool {
        self.0.starts_with("S2S_")
    }

    /// Whether the user may be redirected. True for an unknown scheme; the platform's answer decides.
    pub fn may_redirect(&self) -> bool {
        !(self.is_between_servers() || NO_REDIRECT.contains(&self.as_str()))
    }

    /// Whether the values that the user enters complete the connection. False for an unknown scheme.
    pub fn takes_key(&self) -> bool {
        self.as_str() == "GOOGLE_SERVICE_ACCOUNT" || !(self.may_redirect() || self.is_none())
    }

    /// Whether the app needs no connection.
    pub fn is_none(&self) -> bool {
        self.as_str() == "NO_AUTH"
    }
}
