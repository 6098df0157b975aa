//! The stored record of an attempt whose user has left the page. Contains no secrets.

use serde::Serialize;

use super::api::accounts::ConnectedAccount;
use super::json::JsonObject;
use super::redirect::{MAX_URL_BYTES, is_local_path};
use super::scheme::AuthScheme;
use super::status::ConnectionStatus;
use super::text::concat;
use super::value::Value;
use super::watch::is_same_entity;

/// Lifetime of an attempt, in milliseconds. The platform ends its attempts after 10 minutes, too.
pub const LIFETIME_MS: u64 = 10 * 60 * 1000;

/// How long a record is kept, in milliseconds. An expired attempt may still have connected the account.
pub const KEPT_MS: u64 = 60 * 60 * 1000;

/// Prefix of the keys in storage. The flow id follows it.
pub const KEY_PREFIX: &str = "connect-flow:";

/// The outcome of an attempt, as far as this browser knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptOutcome {
    /// The attempt has not ended.
    Pending,
    /// The platform confirmed the account.
    Connected,
    /// The attempt failed and cannot succeed any more.
    Failed,
    /// The user or the app cancelled the attempt.
    Cancelled,
}

/// The action that verifies an account.
#[derive(Debug, Clone, PartialEq)]
pub struct Verification {
    /// Its name, such as `GMAIL_GET_PROFILE`. It should only read.
    pub action: String,
    /// Its input: an object, or null.
    pub input: Value,
}

/// One attempt, stored so that it survives a navigation of the page.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PendingConnection {
    /// 128 random bits, as 32 hexadecimal digits.
    pub flow_id: String,
    /// Id of the account, from the answer to initiate.
    pub connected_account_id: String,
    /// The entity, if the caller or the server named one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_id: Option<String>,
    /// Key of the app, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// Id of the integration, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub integration_id: Option<String>,
    /// The auth scheme, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_scheme: Option<AuthScheme>,
    /// Start of the attempt, in milliseconds since 1970.
    pub started_at_ms: u64,
    /// End of its lifetime, in milliseconds since 1970.
    pub expires_at_ms: u64,
    /// Path of this site at which the app continues after the connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_to: Option<String>,
    /// Id of the account that the new one replaces. It stays until the new one is `ACTIVE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
    /// The alias that the account has, or takes over from the account that it replaces.
    #[serde(skip)]
    pub alias: Option<String>,
    /// The action that verifies the account. The storage keeps its name only, and an empty one if it has an input.
    #[serde(skip)]
    pub verify: Option<Verification>,
    /// The parameters of the return address that have the same names as the platform's, as a query.
    #[serde(skip)]
    pub own_query: Option<String>,
    /// Whether the provider's page is in a popup. The page at the return address then closes itself.
    #[serde(skip)]
    pub is_popup: bool,
    /// Id of the tab that started the attempt.
    #[serde(skip)]
    pub tab: Option<String>,
    /// The `session_mark` of the session that this browser sent to the server.
    #[serde(skip)]
    pub session: Option<u32>,
    /// The outcome, if the attempt has ended.
    #[serde(skip)]
    pub outcome: AttemptOutcome,
}

/// A checksum (FNV-1a) by which a record knows a session again. The session itself is a secret, and is not stored.
pub fn session_mark(session_uri: &str) -> u32 {
    let add = |sum: u32, byte| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    session_uri.bytes().fold(0x811c_9dc5, add)
}

impl PendingConnection {
    /// The storage key of a flow id.
    pub fn key(flow_id: &str) -> String {
        concat(&[KEY_PREFIX, flow_id])
    }

    /// The record as JSON.
    pub fn to_json(&self) -> String {
        let json = JsonObject::build(|json| {
            json.string("flowId", &self.flow_id);
            json.string("connectedAccountId", &self.connected_account_id);
            json.optional("entityId", self.entity_id.as_deref());
            json.optional("app", self.app.as_deref());
            json.optional("integrationId", self.integration_id.as_deref());
            json.optional(
                "authScheme",
                self.auth_scheme.as_ref().map(AuthScheme::as_str),
            );
            json.number("startedAtMs", self.started_at_ms);
            json.number("expiresAtMs", self.expires_at_ms);
            json.optional("returnTo", self.return_to.as_deref());
            json.optional("replaces", self.replaces.as_deref());
            json.optional("alias", self.alias.as_deref());
            json.optional(
                "verify",
                self.verify.as_ref().map(|verify| match &verify.input {
                    Value::Null => verify.action.as_str(),
                    _ => "",
                }),
            );
            json.optional("ownQuery", self.own_query.as_deref());
            if self.is_popup {
                json.bool("isPopup", true);
            }
            json.optional("tab", self.tab.as_deref());
            if let Some(mark) = self.session {
                json.number("session", mark.into());
            }
            match self.outcome {
                AttemptOutcome::Pending => {}
                AttemptOutcome::Connected => json.string("outcome", "connected"),
                AttemptOutcome::Failed => json.string("outcome", "failed"),
                AttemptOutcome::Cancelled => json.string("outcome", "cancelled"),
            }
        });
        String::from_utf8_lossy(&json).into_owned()
    }

    /// Reads a record stored under `key`. `None` unless it is valid: storage is untrusted input.
    pub fn from_value(key: &str, value: &Value) -> Option<Self> {
        let text = |name: &str| value.get(name).to_id().filter(|text| text.len() <= 1024);
        let record = PendingConnection {
            flow_id: text("flowId")?,
            connected_account_id: text("connectedAccountId")?,
            // An invalid entity makes the record invalid. It must not count as no entity.
            entity_id: match value.get("entityId") {
                Value::Null => None,
                _ => Some(text("entityId")?),
            },
            app: text("app"),
            integration_id: text("integrationId"),
            auth_scheme: text("authScheme").map(|scheme| AuthScheme::parse(&scheme)),
            started_at_ms: value.get("startedAtMs").as_u64()?,
            expires_at_ms: value.get("expiresAtMs").as_u64()?,
            return_to: text("returnTo").filter(|path| is_local_path(path)),
            replaces: text("replaces"),
            alias: value.get("alias").to_text(),
            verify: value
                .get("verify")
                .as_str()
                .filter(|name| name.len() <= 1024)
                .map(|name| Verification {
                    action: name.to_owned(),
                    input: Value::Null,
                }),
            own_query: value
                .get("ownQuery")
                .as_text()
                .filter(|text| text.len() <= MAX_URL_BYTES)
                .map(str::to_owned),
            is_popup: value.get("isPopup").as_bool() == Some(true),
            tab: text("tab"),
            session: value
                .get("session")
                .as_u64()
                .and_then(|mark| mark.try_into().ok()),
            outcome: match value.get("outcome") {
                Value::Null => AttemptOutcome::Pending,
                word => match word.as_str() {
                    Some("connected") => AttemptOutcome::Connected,
                    Some("cancelled") => AttemptOutcome::Cancelled,
                    _ => AttemptOutcome::Failed,
                },
            },
        };
        let lifetime_ms = record.expires_at_ms.checked_sub(record.started_at_ms)?;
        (key == Self::key(&record.flow_id) && lifetime_ms <= LIFETIME_MS).then_some(record)
    }

    /// Whether its lifetime is over. Also true for a start in the future, after the clock was set back.
    pub fn is_expired(&self, now_ms: u64) -> bool {
        now_ms >= self.expires_at_ms || now_ms < self.started_at_ms
    }

    /// Whether it is older than an hour and no longer gets the one status check of an expired attempt.
    pub fn is_forgotten(&self, now_ms: u64) -> bool {
        now_ms.abs_diff(self.started_at_ms) >= KEPT_MS
    }

    /// Whether work is left once its account is `ACTIVE`. Then the record is stored even if the user need not leave the page.
    pub fn has_later_work(&self) -> bool {
        self.replaces.is_some() || self.verify.is_some()
    }

    /// Whether it ended in a way that must leave no account behind: without replacing another, or cancelled before it was verified. The
    /// account that an app rejects is deleted already.
    pub fn leaves_nothing(&self) -> bool {
        let is_unverified = self.verify.is_some() && self.outcome == AttemptOutcome::Cancelled;
        self.is_ended() && (self.replaces.is_some() || is_unverified)
    }

    /// Whether the user enters a key, and is not sent anywhere.
    pub fn takes_key(&self) -> bool {
        self.auth_scheme.as_ref().is_some_and(AuthScheme::takes_key)
    }

    /// Whether it failed or was cancelled. Such an attempt cannot be resumed.
    pub fn is_ended(&self) -> bool {
        matches!(
            self.outcome,
            AttemptOutcome::Failed | AttemptOutcome::Cancelled
        )
    }

    /// Whether the account is that of the attempt and `ACTIVE`, and its entity matches.
    pub fn is_confirmed_by(&self, account: &ConnectedAccount) -> bool {
        self.is_account(account) && account.status == ConnectionStatus::Active
    }

    /// Whether the account is that of the attempt. The entities must match if both are known.
    pub fn is_account(&self, account: &ConnectedAccount) -> bool {
        account.id == self.connected_account_id && self.is_for(account.entity_id.as_deref())
    }

    /// Whether it may be an attempt of this entity. True if either side is unknown.
    pub fn is_for(&self, entity_id: Option<&str>) -> bool {
        is_same_entity(entity_id, self.entity_id.as_deref())
    }
}
