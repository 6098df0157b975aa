//! Starts a connection: creates an account, or a hosted link for one (docs/protocol.md §5.6 and §5.7).

use super::http::HttpRequest;
use super::{Answer, Endpoint};
use crate::core::json::JsonObject;
use crate::core::scheme::AuthScheme;
use crate::core::secret::Secret;
use crate::core::status::ConnectionStatus;
use crate::core::time::parse_iso;
use crate::core::value::Value;

/// `POST /connected_accounts`.
pub fn create_account(account: &NewAccount) -> Endpoint<Connection> {
    start(account, "initiate", "/connected_accounts", create_body)
}

/// `POST /connected_accounts/link`: the platform hosts the sign-in.
pub fn create_link(account: &NewAccount) -> Endpoint<Connection> {
    start(account, "link", "/connected_accounts/link", link_body)
}

/// `POST /connected_accounts/{id}/refresh`: a new attempt for the same account.
pub fn refresh_account(connected_account_id: &str, redirect_url: &str) -> Endpoint<Connection> {
    let mut request = HttpRequest::post("refresh", "/connected_accounts/{id}/refresh");
    request.id("connectedAccountId", connected_account_id);
    request.query(&[("redirect_url", Some(redirect_url))]);
    request.json(&|_| {});
    Endpoint::new(request, read_connection)
}

/// The account to connect.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Id of its integration.
    pub integration_id: String,
    /// The end user. `None`: the server takes the session's user.
    pub entity_id: Option<String>,
    /// Scheme of the integration.
    pub auth_scheme: AuthScheme,
    /// The user's values by field name.
    pub data: Vec<(String, Secret)>,
    /// The user's name for the account.
    pub alias: Option<String>,
    /// Where the user returns to. Empty for a scheme without a redirect.
    pub redirect_url: String,
}

impl NewAccount {
    fn redirect_url(&self) -> Option<&str> {
        Some(self.redirect_url.as_str()).filter(|url| !url.is_empty())
    }

    fn max_json_bytes(&self) -> usize {
        let rest = self.integration_id.len()
            + self.entity_id.as_ref().map_or(0, String::len)
            + self.alias.as_ref().map_or(0, String::len)
            + self.redirect_url.len();
        max_json_bytes(&self.data, rest)
    }
}

/// The maximum length of a request's JSON with typed values and other texts of `rest` bytes. JSON escapes a byte with up to six.
pub(super) fn max_json_bytes(data: &[(String, Secret)], rest: usize) -> usize {
    let pairs = data
        .iter()
        .map(|(name, value)| name.len() + value.expose().len() + 1);
    6 * (pairs.sum::<usize>() + rest) + 256
}

/// A connection that was started.
#[derive(Debug, Clone, PartialEq)]
pub struct Connection {
    /// Id of the connected account.
    pub connected_account_id: String,
    /// Its status.
    pub status: ConnectionStatus,
    /// Where to send the user, if the account still needs that.
    pub redirect_url: Option<String>,
    /// The end user, if the server names one.
    pub entity_id: Option<String>,
    /// When `redirect_url` stops working, in milliseconds since 1970 by the server's clock.
    pub expires_at_ms: Option<u64>,
    /// The current time of that clock.
    pub date_ms: Option<u64>,
}

fn start(
    account: &NewAccount,
    operation: &'static str,
    route: &'static str,
    body: fn(&NewAccount, &mut JsonObject),
) -> Endpoint<Connection> {
    let mut request = HttpRequest::post(operation, route);
    request.json_within(account.max_json_bytes(), &|json| body(account, json));
    request.typed = account.data.clone();
    Endpoint::new(request, read_connection)
}

fn create_body(account: &NewAccount, json: &mut JsonObject) {
    json.object("auth_config", |json| {
        json.string("id", &account.integration_id);
    });
    json.object("connection", |json| {
        json.optional("user_id", account.entity_id.as_deref());
        json.optional("alias", account.alias.as_deref());
        json.optional("callback_url", account.redirect_url());
        json.object("state", |json| {
            let scheme = &account.auth_scheme;
            json.string("authScheme", scheme.as_str());
            json.object("val", |json| {
                // OAuth still needs the user, and a key is complete. For other schemes the platform decides.
                let status = match () {
                    () if scheme.is_oauth() => Some("INITIALIZING"),
                    () if scheme.takes_key() => Some("ACTIVE"),
                    () => None,
                };
                json.optional("status", status);
                write_data(&account.data, json);
            });
        });
    });
}

fn link_body(account: &NewAccount, json: &mut JsonObject) {
    json.string("auth_config_id", &account.integration_id);
    json.optional("user_id", account.entity_id.as_deref());
    json.optional("alias", account.alias.as_deref());
    json.optional("callback_url", account.redirect_url());
    if !account.data.is_empty() {
        json.object("connection_data", |json| write_data(&account.data, json));
    }
}

pub(super) fn write_data(data: &[(String, Secret)], json: &mut JsonObject) {
    for (name, value) in data {
        // `status` is the platform's own member beside the user's values.
        if name != "status" {
            json.string(name, value.expose());
        }
    }
}

/// The status decides whether there is a redirect URL, not the scheme: a finished account may still have its old URL
/// (docs/protocol.md, Q6 to Q8).
fn read_connection(answer: &Answer) -> Option<Connection> {
    let body = answer.body;
    let state = body.any(&["connectionData", "connection_data"]).get("val");
    let urls = [
        body.get("redirect_url"),
        body.get("redirect_uri"),
        state.get("redirectUrl"),
    ];
    let redirect_url = urls.into_iter().find_map(Value::to_text);
    let word = state.get("status").as_text();
    let status = match word.or_else(|| body.get("status").as_text()) {
        Some(word) => ConnectionStatus::parse(word),
        None if redirect_url.is_some() => ConnectionStatus::Initiated,
        None => return None,
    };
    Some(Connection {
        connected_account_id: body.any(&["id", "connected_account_id"]).to_id()?,
        redirect_url: redirect_url.filter(|_| status.is_waiting()),
        status,
        entity_id: body.get("user_id").to_id(),
        expires_at_ms: body.get("expires_at").as_str().and_then(parse_iso),
        date_ms: answer.date_ms,
    })
}
