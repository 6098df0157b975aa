//! The cases of `tests/data`: an operation, the request that it must make, a response, and what must be read from it.

use std::sync::LazyLock;

use connect_flow::core::error::ConnectError;
use connect_flow::core::protocol::answer::{
    Answer, App, ConnectedAccount, Connection, Integration,
};
use connect_flow::core::protocol::http::HttpResponse;
use connect_flow::core::protocol::operation::{
    AccountFilter, AppFilter, Execute, Initiate, Operation,
};
use connect_flow::core::scheme::AuthScheme;
use connect_flow::core::secret::Secret;
use connect_flow::core::status::ConnectionStatus;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::plain;

/// One case of a file in `tests/data`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What it shows.
    pub name: String,
    /// Where its facts are from.
    pub source: String,
    /// The quirks that it covers.
    pub quirks: Vec<String>,
    operation: Json,
    /// Method, path with its query, and body.
    pub request: Request,
    response: Response,
    /// The answer or the error, see [`projection`].
    pub expect: Json,
}

/// The request that must be made.
#[derive(Deserialize, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// `GET`, `POST`, `PATCH` or `DELETE`.
    pub method: String,
    /// With its query.
    pub path: String,
    /// Null where none is sent.
    pub body: Json,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Response {
    status: u16,
    headers: Json,
    body: Json,
}

static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    [
        include_str!("../data/apps.json"),
        include_str!("../data/app-lists.json"),
        include_str!("../data/integrations.json"),
        include_str!("../data/fields.json"),
        include_str!("../data/initiate.json"),
        include_str!("../data/accounts.json"),
        include_str!("../data/account-lists.json"),
        include_str!("../data/account-changes.json"),
        include_str!("../data/auth-params.json"),
        include_str!("../data/executions.json"),
        include_str!("../data/errors.json"),
    ]
    .into_iter()
    .flat_map(|text| serde_json::from_str::<Vec<Case>>(text).expect("a list of cases"))
    .collect()
});

/// Every case of every file.
pub fn all() -> &'static [Case] {
    &CASES
}

impl Case {
    /// What is asked.
    pub fn operation(&self) -> Operation {
        let (word, of) = self
            .operation
            .as_object()
            .and_then(|all| all.iter().next())
            .expect("an operation");
        let optional = |name: &str| of[name].as_str().map(str::to_owned);
        let text = |name: &str| {
            optional(name).unwrap_or_else(|| panic!("{}: `{name}` is missing", self.name))
        };
        let scheme = || optional("authScheme").map(|word| AuthScheme::parse(&word));
        let initiate = || Initiate {
            integration_id: text("integrationId"),
            entity_id: optional("entityId"),
            auth_scheme: scheme(),
            data: secrets(&of["data"]),
            redirect_url: text("redirectUrl"),
        };
        match word.as_str() {
            "getApp" => Operation::GetApp { app: text("app") },
            "listApps" => Operation::ListApps {
                filter: AppFilter {
                    search: optional("search"),
                    category: optional("category"),
                },
                cursor: optional("cursor"),
            },
            "listIntegrations" => Operation::ListIntegrations {
                app: text("app"),
                cursor: optional("cursor"),
            },
            "getIntegration" => Operation::GetIntegration {
                integration_id: text("integrationId"),
            },
            "createIntegration" => Operation::CreateIntegration {
                app: text("app"),
                auth_scheme: scheme().expect("a scheme"),
                is_managed: of["isManaged"] == true,
            },
            "initiate" => Operation::Initiate(initiate()),
            "link" => Operation::Link(initiate()),
            "getAccount" => Operation::GetAccount {
                connected_account_id: text("connectedAccountId"),
            },
            "listAccounts" => Operation::ListAccounts {
                filter: AccountFilter {
                    entity_id: optional("entityId"),
                    all_entities: of["allEntities"] == true,
                    app: optional("app"),
                    integration_id: optional("integrationId"),
                    status: optional("status").map(|word| ConnectionStatus::parse(&word)),
                },
                cursor: optional("cursor"),
            },
            "refresh" => Operation::Refresh {
                connected_account_id: text("connectedAccountId"),
                redirect_url: text("redirectUrl"),
            },
            "setEnabled" => Operation::SetEnabled {
                connected_account_id: text("connectedAccountId"),
                enabled: of["enabled"].as_bool().expect("on or off"),
            },
            "deleteAccount" => Operation::DeleteAccount {
                connected_account_id: text("connectedAccountId"),
            },
            "getAuthParams" => Operation::GetAuthParams {
                connected_account_id: text("connectedAccountId"),
            },
            "execute" => Operation::Execute(Execute {
                action: text("action"),
                entity_id: optional("entityId"),
                connected_account_id: optional("connectedAccountId"),
                version: optional("version"),
                input: super::value(&of["input"]),
            }),
            other => panic!("{}: no such operation: {other}", self.name),
        }
    }

    /// What is answered.
    pub fn response(&self) -> HttpResponse {
        super::response(
            self.response.status,
            &self.response.headers,
            &self.response.body,
        )
    }
}

/// The values of an object as typed values.
pub fn secrets(data: &Json) -> Vec<(String, Secret)> {
    let members = data.as_object().into_iter().flatten();
    members
        .map(|(name, value)| {
            (
                name.clone(),
                Secret::new(value.as_str().expect("a string").to_owned()),
            )
        })
        .collect()
}

/// What was read, as JSON; what is absent is left out.
pub fn projection(read: &Result<Answer, ConnectError>) -> Json {
    let mut seen = match read {
        Ok(Answer::App(found)) => json!({ "app": app(found) }),
        Ok(Answer::Apps(page)) => json!({ "apps": page }),
        Ok(Answer::Integrations(page)) => {
            let items: Vec<Json> = page.items.iter().map(integration).collect();
            json!({ "integrations": { "items": items, "next": page.next } })
        }
        Ok(Answer::Integration(found)) => json!({ "integration": integration(found) }),
        Ok(Answer::Connection(found)) => json!({ "connection": connection(found) }),
        Ok(Answer::Account(found)) => json!({ "account": account(found) }),
        Ok(Answer::Accounts(page)) => {
            let items: Vec<Json> = page.items.iter().map(account).collect();
            json!({ "accounts": { "items": items, "next": page.next } })
        }
        Ok(Answer::AuthParams(found)) => json!({ "authParams": found }),
        Ok(Answer::Execution(found)) => {
            json!({ "execution": { "data": plain(&found.data), "logId": found.log_id } })
        }
        Ok(Answer::Done) => json!({ "done": true }),
        Err(error) => json!({ "error": error }),
    };
    // Our own sentence may change its words.
    if let Some(error) = seen.get_mut("error").and_then(Json::as_object_mut) {
        error.remove("message");
    }
    without_nulls(&mut seen);
    seen
}

fn app(app: &App) -> Json {
    let scheme = |entry: &connect_flow::core::protocol::answer::AppScheme| json!({ "scheme": entry.scheme, "isBlocked": entry.is_blocked, "fields": entry.fields });
    json!({
        "key": app.key,
        "name": app.name,
        "description": app.description,
        "logo": app.logo,
        "categories": (!app.categories.is_empty()).then_some(&app.categories),
        "noAuth": app.no_auth,
        "managed": app.managed,
        "creatable": app.creatable(None).map(|entry| &entry.scheme),
        "schemes": app.schemes.iter().map(scheme).collect::<Vec<_>>(),
    })
}

fn integration(integration: &Integration) -> Json {
    json!({
        "id": integration.id,
        "app": integration.app,
        "authScheme": integration.auth_scheme,
        "isEnabled": integration.is_enabled,
        "isManaged": integration.is_managed,
        "createdAt": integration.created_at,
        "fields": integration.fields,
    })
}

fn connection(connection: &Connection) -> Json {
    json!({
        "connectedAccountId": connection.connected_account_id,
        "status": connection.status,
        "redirectUrl": connection.redirect_url,
        "expiresAtMs": connection.expires_at_ms,
    })
}

fn account(account: &ConnectedAccount) -> Json {
    let mut seen = json!(account);
    seen["isWaiting"] = json!(account.status.is_waiting());
    if account.refusal != (None, None) {
        seen["refusal"] = json!([account.refusal.0, account.refusal.1]);
    }
    seen
}

fn without_nulls(value: &mut Json) {
    match value {
        Json::Object(members) => {
            members.retain(|_, item| !item.is_null());
            members.values_mut().for_each(without_nulls);
        }
        Json::Array(items) => items.iter_mut().for_each(without_nulls),
        _ => {}
    }
}
