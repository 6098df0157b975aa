//! The record of an attempt that has left the page. No secrets in it.

use serde::Serialize;

use super::flow::FlowOptions;
use super::json::JsonObject;
use super::procedure::watch::is_same_entity;
use super::redirect::{MAX_URL_BYTES, is_local_path};
use super::scheme::AuthScheme;
use super::text::concat;
use super::value::Value;

/// How long an attempt may take, in milliseconds: platforms give up on theirs after 10 minutes too.
pub const LIFETIME_MS: u64 = 10 * 60 * 1000;

/// How long a record is kept, in milliseconds: a user who was too slow may have connected the account all the same.
pub const KEPT_MS: u64 = 60 * 60 * 1000;

/// Every key of ours in storage starts with this; the flow id follows.
pub const KEY_PREFIX: &str = "connect-flow:";

/// How an attempt ended, as far as this browser knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Not yet.
    Pending,
    /// The platform confirmed the account.
    Connected,
    /// It failed for good.
    Failed,
    /// The user or the app cancelled it.
    Cancelled,
}

/// One attempt, kept in storage so that it survives the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PendingConnection {
    /// 128 random bits, as 32 hexadecimal digits.
    pub flow_id: String,
    /// What initiate returned.
    pub connected_account_id: String,
    /// Whose attempt it is, where the caller or the server named somebody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_id: Option<String>,
    /// Key of the app, when known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// Id of the integration, when known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub integration_id: Option<String>,
    /// The auth scheme, when known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_scheme: Option<AuthScheme>,
    /// In milliseconds since 1970.
    pub started_at_ms: u64,
    /// In milliseconds since 1970.
    pub expires_at_ms: u64,
    /// Path of this site to go on at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_to: Option<String>,
    /// The parameters of its return address that are named like the platform's.
    #[serde(skip)]
    pub own_query: Option<String>,
    /// Whether the user was sent on in a popup: the page that they return to closes itself then.
    #[serde(skip)]
    pub is_popup: bool,
    /// The tab that started it.
    #[serde(skip)]
    pub tab: Option<String>,
    /// How it ended.
    #[serde(skip)]
    pub outcome: Outcome,
}

impl PendingConnection {
    /// Its key in storage.
    pub fn key(flow_id: &str) -> String {
        concat(&[KEY_PREFIX, flow_id])
    }

    /// The text to store.
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
            json.optional("ownQuery", self.own_query.as_deref());
            if self.is_popup {
                json.bool("isPopup", true);
            }
            json.optional("tab", self.tab.as_deref());
            match self.outcome {
                Outcome::Pending => {}
                Outcome::Connected => json.string("outcome", "connected"),
                Outcome::Failed => json.string("outcome", "failed"),
                Outcome::Cancelled => json.string("outcome", "cancelled"),
            }
        });
        String::from_utf8_lossy(&json).into_owned()
    }

    /// Reads what was stored under `key`. Anything can stand there: a record that is not exactly ours is none.
    pub fn from_value(key: &str, value: &Value) -> Option<Self> {
        let text = |name: &str| value.get(name).to_id().filter(|text| text.len() <= 1024);
        let record = PendingConnection {
            flow_id: text("flowId")?,
            connected_account_id: text("connectedAccountId")?,
            // One that is there and cannot be read must not count as none.
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
            own_query: value
                .get("ownQuery")
                .as_text()
                .filter(|text| text.len() <= MAX_URL_BYTES)
                .map(str::to_owned),
            is_popup: value.get("isPopup").as_bool() == Some(true),
            tab: text("tab"),
            outcome: match value.get("outcome") {
                Value::Null => Outcome::Pending,
                word => match word.as_str() {
                    Some("connected") => Outcome::Connected,
                    Some("cancelled") => Outcome::Cancelled,
                    _ => Outcome::Failed,
                },
            },
        };
        let lives = record.expires_at_ms.checked_sub(record.started_at_ms)?;
        (key == Self::key(&record.flow_id) && lives <= LIFETIME_MS).then_some(record)
    }

    /// Whether its time is over. A start in the future, by a clock that was set back, counts as over.
    pub fn is_expired(&self, now_ms: u64) -> bool {
        now_ms >= self.expires_at_ms || now_ms < self.started_at_ms
    }

    /// Whether it is too old even for the one status check that an expired attempt gets.
    pub fn is_forgotten(&self, now_ms: u64) -> bool {
        now_ms.abs_diff(self.started_at_ms) >= KEPT_MS
    }

    /// Whether it has ended without an account. Nothing revives it then.
    pub fn is_ended(&self) -> bool {
        matches!(self.outcome, Outcome::Failed | Outcome::Cancelled)
    }

    /// Whether it is an attempt at what `options` ask for: at least the app or the integration is known on both sides, and all
    /// that is known on both sides agrees.
    pub fn is_of(&self, options: &FlowOptions) -> bool {
        let app = both(&options.app, &self.app, |a, b| a.eq_ignore_ascii_case(b));
        let integration = both(&options.integration_id, &self.integration_id, |a, b| a == b);
        let scheme = both(&options.auth_scheme, &self.auth_scheme, |a, b| a == b);
        (app.is_some() || integration.is_some())
            && [app, integration, scheme]
                .iter()
                .all(|agrees| *agrees != Some(false))
            && self.is_for(options.entity_id.as_deref())
    }

    /// Whether it may be an attempt of this entity.
    pub fn is_for(&self, entity_id: Option<&str>) -> bool {
        is_same_entity(entity_id, self.entity_id.as_deref())
    }
}

/// Whether two members agree, where both are known.
fn both<T>(a: &Option<T>, b: &Option<T>, agree: fn(&T, &T) -> bool) -> Option<bool> {
    Some(agree(a.as_ref()?, b.as_ref()?))
}
