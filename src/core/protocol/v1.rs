//! The first generation: `/api/v1`, as composio-core 0.5 speaks it.

use super::answer::{
    Answer, App, AppScheme, AuthParameter, AuthParams, Category, ConnectedAccount, Connection,
    Integration, Page,
};
use super::execution;
use super::http::Draft;
use super::operation::{Initiate, Operation};
use crate::core::fields::{Decoded, decode, decode_list};
use crate::core::json::JsonObject;
use crate::core::scheme::AuthScheme;
use crate::core::status::ConnectionStatus;
use crate::core::text::decimal;
use crate::core::value::Value;

const ID: &str = "connectedAccountId";

pub(super) fn build<'a>(operation: &Operation, draft: &'a mut Draft) -> &'a mut Draft {
    match operation {
        Operation::GetApp { app } => draft
            .get("/api/v1/apps/{id}")
            .id("app", &app.to_ascii_lowercase()),
        Operation::ListApps { filter, .. } => draft
            .get("/api/v1/apps")
            .query(&[("category", filter.category.as_deref())]),
        Operation::ListIntegrations { app, cursor } => draft.get("/api/v1/integrations").query(&[
            ("appName", Some(app)),
            ("showDisabled", Some("false")),
            ("pageSize", Some("100")),
            ("page", cursor.as_deref().or(Some("1"))),
        ]),
        Operation::GetIntegration { integration_id } => draft
            .get("/api/v1/integrations/{id}")
            .id("integrationId", integration_id),
        Operation::CreateIntegration {
            app,
            app_id,
            auth_scheme,
            is_managed,
        } => draft.post("/api/v1/integrations").json(&|json| {
            json.optional("appId", app_id.as_deref());
            if app_id.is_none() {
                json.string("appName", app);
            }
            json.string("name", app);
            json.string("authScheme", auth_scheme.as_str());
            json.object("authConfig", |_| {});
            json.bool("useComposioAuth", *is_managed);
        }),
        Operation::Initiate(initiate) | Operation::Link(initiate) => draft
            .post("/api/v1/connectedAccounts")
            .json_within(initiate.max_json_bytes(), &|json| {
                initiate_body(initiate, json)
            }),
        Operation::GetAccount {
            connected_account_id,
        } => draft
            .get("/api/v1/connectedAccounts/{id}")
            .id(ID, connected_account_id),
        Operation::ListAccounts { filter, cursor } => {
            draft.get("/api/v1/connectedAccounts").query(&[
                ("pageSize", Some("50")),
                ("page", cursor.as_deref().or(Some("1"))),
                ("user_uuid", filter.entity_id.as_deref()),
                ("appNames", filter.app.as_deref()),
                ("integrationId", filter.integration_id.as_deref()),
                (
                    "status",
                    filter.status.as_ref().map(ConnectionStatus::as_str),
                ),
            ])
        }
        Operation::Refresh {
            connected_account_id,
            redirect_url,
        } => draft
            .post("/api/v1/connectedAccounts/{id}/reinitiate")
            .json(&|json| {
                json.object("data", |_| {});
                json.string("redirectUri", redirect_url);
            })
            .id(ID, connected_account_id),
        Operation::SetEnabled {
            connected_account_id,
            enabled,
        } => {
            let route = match enabled {
                true => "/api/v1/connectedAccounts/{id}/enable",
                false => "/api/v1/connectedAccounts/{id}/disable",
            };
            draft.to("POST", route).id(ID, connected_account_id)
        }
        Operation::DeleteAccount {
            connected_account_id,
        } => draft
            .to("DELETE", "/api/v1/connectedAccounts/{id}")
            .id(ID, connected_account_id),
        Operation::GetAuthParams {
            connected_account_id,
        } => draft
            .get("/api/v1/connectedAccounts/{id}/info")
            .id(ID, connected_account_id),
        Operation::Execute(execute) => draft
            .post("/api/v2/actions/{id}/execute")
            .json(&|json| {
                json.optional(
                    "connectedAccountId",
                    execute.connected_account_id.as_deref(),
                );
                json.optional("entityId", execute.entity_id.as_deref());
                json.optional("appName", execute.app.as_deref());
                json.value("input", &execute.input);
            })
            .id("action", &execute.action),
    }
}

fn initiate_body(initiate: &Initiate, json: &mut JsonObject) {
    json.string("integrationId", &initiate.integration_id);
    json.string("entityId", &initiate.entity_id);
    json.object("data", |json| {
        for (name, value) in &initiate.data {
            json.string(name, value.expose());
        }
    });
    json.string("redirectUri", &initiate.redirect_url);
}

pub(super) fn read(operation: &Operation, body: &Value) -> Option<Answer> {
    Some(match operation {
        Operation::GetApp { .. } => Answer::App(app(body)?),
        Operation::ListApps { filter, cursor } => {
            let mut found = page(body, cursor, app)?;
            // The platform has no search of its own.
            if let Some(word) = &filter.search {
                found.items.retain(|app| app.is_found_by(word));
            }
            Answer::Apps(found)
        }
        Operation::ListIntegrations { app, cursor } => {
            let mut found = page(body, cursor, integration)?;
            // Its filters are undocumented, and what was deleted stays in lists (docs/protocol.md, Q41).
            found
                .items
                .retain(|item| item.is_enabled && item.is_of(app));
            Answer::Integrations(found)
        }
        Operation::GetIntegration { .. } | Operation::CreateIntegration { .. } => {
            Answer::Integration(integration(body)?)
        }
        Operation::Initiate(_) | Operation::Link(_) | Operation::Refresh { .. } => {
            Answer::Connection(connection(body)?)
        }
        Operation::GetAccount { .. } => Answer::Account(account(body)?),
        Operation::ListAccounts { cursor, .. } => {
            Answer::Accounts(page(body, cursor, listed_account)?)
        }
        Operation::GetAuthParams { .. } => Answer::AuthParams(auth_params(body)),
        Operation::SetEnabled { .. } | Operation::DeleteAccount { .. } => Answer::Done,
        Operation::Execute(_) => Answer::Execution(execution(body)),
    })
}

/// Pages are numbered from 1; an answer without its number is the page that was asked for. An item that cannot be read
/// is passed over.
fn page<T>(body: &Value, asked: &Option<String>, item: fn(&Value) -> Option<T>) -> Option<Page<T>> {
    let Value::Array(items) = body.get("items") else {
        return None;
    };
    let asked = asked.as_ref().and_then(|cursor| cursor.parse().ok());
    let number = body.get("page").as_u64().or(asked).unwrap_or(1);
    let has_more = number < body.get("totalPages").as_u64().unwrap_or(1);
    Some(Page {
        items: items.iter().filter_map(item).collect(),
        next: has_more.then(|| decimal(number + 1)),
    })
}

fn auth_params(body: &Value) -> AuthParams {
    AuthParams {
        base_url: body.any(&["base_url", "baseUrl"]).to_text(),
        parameters: body
            .any(&["parameters", "params"])
            .items()
            .iter()
            .filter_map(|entry| {
                let place = match entry.get("in").as_str() {
                    Some("query") => "query",
                    _ => "header",
                };
                let value = entry.get("value").scalar()?;
                Some(AuthParameter::new(
                    entry.get("name").as_text()?,
                    place,
                    value,
                ))
            })
            .collect(),
    }
}

fn app(body: &Value) -> Option<App> {
    let key = body.any(&["key", "appKey", "name"]).to_id()?;
    let schemes = body
        .get("auth_schemes")
        .items()
        .iter()
        .filter_map(|entry| {
            let fields = entry.get("fields");
            Some(AppScheme {
                scheme: AuthScheme::parse(entry.any(&["mode", "auth_mode"]).as_text()?),
                is_blocked: fields.items().iter().any(|field| {
                    matches!(decode(field, false), Decoded::Developer { blocking: true })
                }),
                fields: decode_list(fields, false),
            })
        })
        .collect();
    Some(App {
        name: body.get("name").to_text().unwrap_or_else(|| key.clone()),
        key,
        id: body.get("appId").to_id(),
        description: body.get("description").to_text(),
        logo: body.get("logo").to_text(),
        categories: body
            .get("categories")
            .items()
            .iter()
            .filter_map(Category::read)
            .collect(),
        no_auth: body.get("no_auth").as_bool() == Some(true),
        schemes,
        managed: body
            .get("testConnectors")
            .items()
            .iter()
            .filter_map(|entry| entry.any(&["authScheme", "auth_mode"]).as_text())
            .map(AuthScheme::parse)
            .collect(),
    })
}

fn integration(body: &Value) -> Option<Integration> {
    let fields = body.get("expectedInputFields");
    Some(Integration {
        id: body.any(&["id", "integrationId"]).to_id()?,
        app: body.get("appName").to_text(),
        auth_scheme: body.get("authScheme").as_text().map(AuthScheme::parse),
        is_enabled: body.get("enabled").as_bool() != Some(false)
            && body.get("deleted").as_bool() != Some(true),
        is_managed: body.get("useComposioAuth").as_bool(),
        created_at: body.get("createdAt").to_text(),
        fields: matches!(fields, Value::Array(_)).then(|| decode_list(fields, false)),
    })
}

/// Also the answer of v2, which wraps the same object.
fn connection(body: &Value) -> Option<Connection> {
    let body = match body.get("connectionResponse") {
        inner @ Value::Object(_) => inner,
        _ => body,
    };
    Connection::decide(
        body.any(&["connectedAccountId", "connectionId"]).to_id()?,
        body.any(&["connectionStatus", "status"]).as_text(),
        ["redirectUrl", "redirectUri", "redirect_url"]
            .iter()
            .find_map(|key| body.get(key).to_text()),
        None,
    )
}

impl Connection {
    /// Whether there is somewhere to send the user depends on the status, not on the scheme: a finished
    /// account may still carry its old address (docs/protocol.md, Q6 to Q8).
    pub(super) fn decide(
        connected_account_id: String,
        status: Option<&str>,
        redirect_url: Option<String>,
        expires_at_ms: Option<u64>,
    ) -> Option<Self> {
        let status = match (status, &redirect_url) {
            (Some(word), _) => ConnectionStatus::parse(word),
            (None, Some(_)) => ConnectionStatus::Initiated,
            (None, None) => return None,
        };
        Some(Connection {
            connected_account_id,
            redirect_url: redirect_url.filter(|_| status.is_waiting()),
            expires_at_ms,
            date_ms: None,
            status,
        })
    }
}

/// What was deleted stays in lists (docs/protocol.md, Q41).
fn listed_account(item: &Value) -> Option<ConnectedAccount> {
    if item.get("deleted").as_bool() == Some(true) {
        return None;
    }
    account(item)
}

fn account(body: &Value) -> Option<ConnectedAccount> {
    let params = body.get("connectionParams");
    Some(ConnectedAccount {
        id: body.any(&["id", "connectedAccountId"]).to_id()?,
        status: ConnectionStatus::parse(body.any(&["status", "connectionStatus"]).as_text()?),
        status_reason: body.any(&["statusReason", "status_reason"]).to_text(),
        app: body
            .any(&["appUniqueId", "appName"])
            .to_text()
            .unwrap_or_default(),
        integration_id: body.any(&["integrationId", "connectorId"]).to_id(),
        entity_id: body.any(&["entityId", "clientUniqueUserId"]).to_id(),
        auth_scheme: body.get("authScheme").as_text().map(AuthScheme::parse),
        is_disabled: body.get("isDisabled").as_bool() == Some(true)
            || body.get("enabled").as_bool() == Some(false)
            || body.get("deleted").as_bool() == Some(true),
        is_primary: body
            .get("labels")
            .items()
            .iter()
            .any(|label| label.as_str() == Some("primary")),
        created_at: body.get("createdAt").to_text(),
        updated_at: body.get("updatedAt").to_text(),
        refusal: (
            params.get("error").to_text(),
            params.get("error_description").to_text(),
        ),
    })
}
