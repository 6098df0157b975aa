//! Connected accounts (docs/protocol.md §5.8 to §5.12).

use serde::Serialize;

use super::connections::{max_json_bytes, write_data};
use super::http::HttpRequest;
use super::{Endpoint, Page, page, refusal};
use crate::core::error::{ConnectError, ErrorCode};
use crate::core::scheme::AuthScheme;
use crate::core::secret::Secret;
use crate::core::status::ConnectionStatus;
use crate::core::value::Value;

const ID: &str = "connectedAccountId";

/// `GET /connected_accounts/{id}`.
pub fn get_account(connected_account_id: &str) -> Endpoint<ConnectedAccount> {
    let mut request = HttpRequest::get("getAccount", "/connected_accounts/{id}");
    request.id(ID, connected_account_id);
    Endpoint::new(request, |answer| read_account(answer.body))
}

/// `GET /connected_accounts`: one page.
///
/// Without an entity in `filter`, the answer must name one (`invalid_argument`). It must not name another one (`entity_mismatch`).
pub fn list_accounts(
    filter: &AccountFilter,
    cursor: Option<&str>,
) -> Endpoint<Page<ConnectedAccount>> {
    let words: Vec<&str> = filter.statuses.iter().map(|word| word.as_str()).collect();
    let statuses = (!words.is_empty()).then(|| words.join(","));
    let mut request = HttpRequest::get("listAccounts", "/connected_accounts");
    request.query(&[
        ("limit", Some("50")),
        ("user_ids", filter.entity_id.as_deref()),
        ("toolkit_slugs", filter.app.as_deref()),
        ("auth_config_ids", filter.integration_id.as_deref()),
        ("statuses", statuses.as_deref()),
        ("account_type", filter.account_type.map(AccountType::as_str)),
        ("cursor", cursor),
    ]);
    let (entity_id, all_entities) = (filter.entity_id.clone(), filter.all_entities);
    request.check = Some(Box::new(move |body| {
        match (&entity_id, body.get("user_id").as_text()) {
            (Some(entity), Some(told)) if entity != told => Err(ConnectError::other_entity()),
            (None, None) if !all_entities => Err(ConnectError::list_entity_missing()),
            _ => Ok(()),
        }
    }));
    Endpoint::new(request, |answer| page(answer.body, read_account))
}

/// `PATCH /connected_accounts/{id}`. New values need the account's scheme.
pub fn update_account(update: &AccountUpdate, auth_scheme: Option<&AuthScheme>) -> Endpoint<()> {
    let mut request = HttpRequest::new("updateAccount", "PATCH", "/connected_accounts/{id}");
    request.id(ID, &update.connected_account_id);
    let alias = update.alias.as_deref();
    let capacity = max_json_bytes(&update.data, alias.map_or(0, str::len));
    request.json_within(capacity, &|json| {
        json.optional("alias", alias);
        if let Some(scheme) = auth_scheme {
            json.object("connection", |json| {
                json.object("state", |json| {
                    json.string("authScheme", scheme.as_str());
                    json.object("val", |json| write_data(&update.data, json));
                });
            });
        }
    });
    request.typed = update.data.clone();
    without_result(request)
}

/// `POST /connected_accounts/{id}/revoke`. Only v3.1 has it.
pub fn revoke_account(connected_account_id: &str) -> Endpoint<Revocation> {
    let mut request = HttpRequest::post("revokeAccount", "/connected_accounts/{id}/revoke");
    request.id(ID, connected_account_id);
    Endpoint::new(request, |answer| {
        let account = answer.body.get("connected_account");
        Some(Revocation {
            status: ConnectionStatus::parse(account.get("status").as_text()?),
            revoked_tokens: answer.body.get("revoked_tokens").texts(),
        })
    })
}

/// `POST /connected_accounts/complete_auth`: completes a session, and returns the id of its account. Only v3.1 has it. The platform
/// accepts a session once, whatever it answers.
pub fn complete_auth(session_uri: &str, entity_id: Option<&str>) -> Endpoint<String> {
    let mut request = HttpRequest::post("completeAuth", "/connected_accounts/complete_auth");
    let secret = Secret::new(session_uri.to_owned());
    request.typed = vec![("session_uri".to_owned(), secret)];
    let capacity = max_json_bytes(&request.typed, entity_id.map_or(0, str::len));
    request.json_within(capacity, &|json| {
        json.string("session_uri", session_uri);
        json.optional("user_id", entity_id);
    });
    request.on_refusal = Some(Box::new(session_refused));
    Endpoint::new(request, |answer| {
        answer.body.get("connected_account_id").to_id()
    })
}

fn session_refused(error: &mut ConnectError) {
    // Only the platform's codes are numbers. A server without this operation, or that does not allow it, answers with other ones.
    let word = error.error.as_deref().unwrap_or_default().as_bytes();
    let is_platform = word.first().is_some_and(u8::is_ascii_digit);
    match error.status {
        Some(403..=405) if !is_platform && error.code != ErrorCode::EntityMismatch => {
            error.code = ErrorCode::CompletionRequired;
            error.message = COMPLETION_REQUIRED.to_owned();
        }
        Some(404) => {
            error.code = ErrorCode::CallbackReplayed;
            let message =
                "the callback's session was used already, or is older than 10 minutes: start again";
            error.message = message.to_owned();
        }
        Some(400) if error.error_description.as_deref() == Some("identity mismatch") => {
            error.code = ErrorCode::EntityMismatch;
        }
        _ => {}
    }
}

const COMPLETION_REQUIRED: &str = "the platform verifies identities: allow `completeAuth` in the gateway, or let your server complete the connection with the callback's `sessionUri`";

/// The error if the app's server must complete a session by itself.
pub fn completion_required() -> ConnectError {
    ConnectError::new(ErrorCode::CompletionRequired, COMPLETION_REQUIRED)
}

/// `PATCH /connected_accounts/{id}/status`.
pub fn set_account_enabled(connected_account_id: &str, enabled: bool) -> Endpoint<()> {
    let route = "/connected_accounts/{id}/status";
    let mut request = HttpRequest::new("setEnabled", "PATCH", route);
    request.id(ID, connected_account_id);
    request.json(&|json| json.bool("enabled", enabled));
    without_result(request)
}

/// `DELETE /connected_accounts/{id}`. With `revoke`, the platform also revokes the tokens at the provider, later.
pub fn delete_account(connected_account_id: &str, revoke: bool) -> Endpoint<()> {
    let mut request = HttpRequest::new("deleteAccount", "DELETE", "/connected_accounts/{id}");
    request.id(ID, connected_account_id);
    request.query(&[("revoke_on_delete", revoke.then_some("true"))]);
    without_result(request)
}

/// `GET /connected_accounts/{id}`, for its credentials, which have no route of their own.
pub fn get_auth_params(connected_account_id: &str) -> Endpoint<AuthParams> {
    let mut request = HttpRequest::get("getAuthParams", "/connected_accounts/{id}");
    request.id(ID, connected_account_id);
    Endpoint::new(request, |answer| Some(read_auth_params(answer.body)))
}

/// An operation without a result.
fn without_result(mut request: HttpRequest) -> Endpoint<()> {
    request.may_answer_nothing = true;
    request.check = Some(Box::new(|body| match body.get("success").as_bool() {
        Some(false) => Err(refusal(
            ErrorCode::Rejected,
            "the platform reports that it changed nothing",
            body,
        )),
        _ => Ok(()),
    }));
    Endpoint::new(request, |_| Some(()))
}

/// Which connected accounts to list. Absent members do not filter.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AccountFilter {
    /// The end user. Default: the session's user.
    pub entity_id: Option<String>,
    /// Whether to list the accounts of every entity.
    pub all_entities: bool,
    /// Key of the app.
    pub app: Option<String>,
    /// Id of the integration.
    pub integration_id: Option<String>,
    /// The statuses. Empty: any.
    pub statuses: Vec<ConnectionStatus>,
    /// Who may use the account. Default: only the user, which leaves out shared accounts.
    pub account_type: Option<AccountType>,
}

/// Who may use an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountType {
    /// Only its user.
    Private,
    /// Other users, too.
    Shared,
    /// In a filter: accounts of both types.
    Both,
}

impl AccountType {
    /// All types, for a filter.
    pub const ALL: [AccountType; 3] = [Self::Private, Self::Shared, Self::Both];

    /// The platform's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Private => "PRIVATE",
            Self::Shared => "SHARED",
            Self::Both => "ALL",
        }
    }
}

/// A change of an account.
#[derive(Debug, Clone, Default)]
pub struct AccountUpdate {
    /// Id of the account.
    pub connected_account_id: String,
    /// The new alias. An empty one removes the account's.
    pub alias: Option<String>,
    /// New credentials by field name, for an account that the user connected with a key.
    pub data: Vec<(String, Secret)>,
}

/// The result of a revocation.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Revocation {
    /// The account's status, usually `REVOKED`.
    pub status: ConnectionStatus,
    /// What the provider revoked: `access_token`, `refresh_token`, `credential`. Empty if nothing was left to revoke.
    pub revoked_tokens: Vec<String>,
}

/// One user's connection to one app.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConnectedAccount {
    /// Opaque id.
    pub id: String,
    /// Its status.
    pub status: ConnectionStatus,
    /// The user's name for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// The platform's short name for it, such as `gmail_red-castle`. Never changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub word_id: Option<String>,
    /// The user's name at the provider, such as an email address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// `PRIVATE` or `SHARED`, if the platform names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_type: Option<String>,
    /// The OAuth scopes that the last attempt asked for. The user may have granted fewer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub requested_scopes: Vec<String>,
    /// The platform's reason, free text. Show it, do not branch on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_reason: Option<String>,
    /// Key of the app.
    pub app: String,
    /// Id of its integration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub integration_id: Option<String>,
    /// The end user, if the platform names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_id: Option<String>,
    /// Its scheme, if the platform names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_scheme: Option<AuthScheme>,
    /// Whether the account is disabled. Independent of `status`.
    pub is_disabled: bool,
    /// ISO 8601, unchanged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    /// ISO 8601, unchanged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<String>,
    /// The authorization server's `error` and `error_description`, if it refused the attempt.
    #[serde(skip)]
    pub refusal: (Option<String>, Option<String>),
}

impl ConnectedAccount {
    /// Whether an action can use it.
    pub fn is_usable(&self) -> bool {
        self.status == ConnectionStatus::Active && !self.is_disabled
    }
}

fn read_account(body: &Value) -> Option<ConnectedAccount> {
    let state = body.get("state");
    let values = state.get("val");
    let config = body.get("auth_config");
    let word = body.get("status").as_text();
    let schemes = [
        config.get("auth_scheme"),
        state.get("authScheme"),
        values.get("authScheme"),
    ];
    Some(ConnectedAccount {
        id: body.get("id").to_id()?,
        status: ConnectionStatus::parse(word.or_else(|| values.get("status").as_text())?),
        alias: body.get("alias").to_text(),
        word_id: body.get("word_id").to_text(),
        display_name: values.get("displayName").to_text(),
        account_type: body.get("experimental").get("account_type").to_text(),
        requested_scopes: body.get("requested_scopes").texts(),
        status_reason: body.get("status_reason").to_text(),
        app: body
            .get("toolkit")
            .get("slug")
            .to_text()
            .unwrap_or_default(),
        integration_id: config.get("id").to_id(),
        entity_id: body.get("user_id").to_id(),
        auth_scheme: schemes
            .into_iter()
            .find_map(Value::as_text)
            .map(AuthScheme::parse),
        is_disabled: body.get("is_disabled").as_bool() == Some(true),
        created_at: body.get("created_at").to_text(),
        updated_at: body.get("updated_at").to_text(),
        refusal: (
            values.get("error").to_text(),
            values.get("error_description").to_text(),
        ),
    })
}

/// Members of `state.val` that are states of the flow, not credentials. URLs are recognised by their values instead.
const NO_CREDENTIALS: [&str; 6] = [
    "status",
    "authScheme",
    "displayName",
    "code_verifier",
    "state_prefix",
    "webhook_signature",
];

/// The credentials for calls to the app's API, as far as the platform shows them.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthParams {
    /// Base URL of the app's API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// In the platform's order.
    pub parameters: Vec<AuthParameter>,
}

/// One credential.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthParameter {
    /// Its name.
    pub name: String,
    /// Its value, or the platform's mask.
    pub value: String,
    /// Whether `value` is a mask.
    pub is_masked: bool,
}

fn read_auth_params(body: &Value) -> AuthParams {
    let values = body.get("state").get("val");
    let mut parameters = Vec::new();
    for (name, value) in values.members() {
        if let Some(value) = value.scalar()
            && !NO_CREDENTIALS.contains(&name.as_str())
            && !(value.starts_with("https:") || value.starts_with("http:"))
        {
            parameters.push(AuthParameter {
                name: name.clone(),
                is_masked: is_mask(&value),
                value,
            });
        }
    }
    AuthParams {
        base_url: values.get("base_url").to_text(),
        parameters,
    }
}

/// Masks differ by year: `********`, `REDACTED`, `abcd...` (docs/protocol.md §5.12).
pub fn is_mask(value: &str) -> bool {
    value.eq_ignore_ascii_case("REDACTED")
        || (value.len() >= 4 && value.bytes().all(|byte| byte == b'*'))
        || (value.ends_with("...") && value.chars().count() <= 7)
}
