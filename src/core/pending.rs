//! The record of an attempt that has left the page. No secrets in it.

use serde::Serialize;

use super::json::JsonObject;
use super::redirect::is_local_path;
use super::text::concat;
use super::value::Value;

/// How long an attempt may take, in milliseconds: platforms give up on theirs after 10 minutes too.
pub const LIFETIME_MS: u64 = 10 * 60 * 1000;

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
}

/// One attempt, kept in storage so that it survives the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PendingConnection {
    /// 128 random bits, as 32 hexadecimal digits.
    pub flow_id: String,
    /// What initiate returned.
    pub connected_account_id: String,
    /// Whose attempt it is.
    pub entity_id: String,
    /// Key of the app, when known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// In milliseconds since 1970.
    pub started_at_ms: u64,
    /// In milliseconds since 1970.
    pub expires_at_ms: u64,
    /// Path of this site to go on at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_to: Option<String>,
    /// Whether the user was sent on in a popup: the page that they return to closes itself then.
    #[serde(skip)]
    pub is_popup: bool,
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
            json.string("entityId", &self.entity_id);
            json.optional("app", self.app.as_deref());
            json.number("startedAtMs", self.started_at_ms);
            json.number("expiresAtMs", self.expires_at_ms);
            json.optional("returnTo", self.return_to.as_deref());
            if self.is_popup {
                json.bool("isPopup", true);
            }
            match self.outcome {
                Outcome::Pending => {}
                Outcome::Connected => json.string("outcome", "connected"),
                Outcome::Failed => json.string("outcome", "failed"),
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
            entity_id: text("entityId")?,
            app: text("app"),
            started_at_ms: value.get("startedAtMs").as_u64()?,
            expires_at_ms: value.get("expiresAtMs").as_u64()?,
            return_to: text("returnTo").filter(|path| is_local_path(path)),
            is_popup: value.get("isPopup").as_bool() == Some(true),
            outcome: match value.get("outcome") {
                Value::Null => Outcome::Pending,
                word if word.as_str() == Some("connected") => Outcome::Connected,
                _ => Outcome::Failed,
            },
        };
        let lives = record.expires_at_ms.checked_sub(record.started_at_ms)?;
        (key == Self::key(&record.flow_id) && lives <= LIFETIME_MS).then_some(record)
    }

    /// Whether its time is over. A start in the future (a clock set back) counts as over as well.
    pub fn is_expired(&self, now_ms: u64) -> bool {
        now_ms >= self.expires_at_ms || now_ms + LIFETIME_MS < self.started_at_ms
    }
}

/// 16 random bytes as a flow id.
pub fn flow_id(random: [u8; 16]) -> String {
    let mut id = String::with_capacity(32);
    for byte in random {
        for nibble in [byte >> 4, byte & 15] {
            id.push(char::from(b"0123456789abcdef"[usize::from(nibble)]));
        }
    }
    id
}
