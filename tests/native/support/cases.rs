//! The cases of `tests/data`: an operation, the request that it makes, a response, and what is read from it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::core::api::accounts::{
    self, AccountFilter, AccountType, AccountUpdate, AuthParams, ConnectedAccount, Revocation,
    delete_account, get_account, get_auth_params, revoke_account, set_account_enabled,
    update_account,
};
use crate::core::api::actions::{
    ExecuteOptions, Execution, Tool, ToolFilter, execute_action, list_tools,
};
use crate::core::api::apps::{self, App, AppFilter, AppScheme, get_app};
use crate::core::api::connections::{
    Connection, NewAccount, create_account, create_link, refresh_account,
};
use crate::core::api::http::{HttpRequest, HttpResponse};
use crate::core::api::integrations::{self, Integration, create_integration, get_integration};
use crate::core::api::{Api, Endpoint, Page};
use crate::core::error::ConnectError;
use crate::core::scheme::AuthScheme;
use crate::core::secret::Secret;
use crate::core::status::ConnectionStatus;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::plain;

type Result<T> = std::result::Result<T, ConnectError>;

/// What any operation returns.
#[derive(Debug, PartialEq)]
pub enum Answer {
    App(App),
    Apps(Page<App>),
    Integration(Integration),
    Integrations(Page<Integration>),
    Connection(Connection),
    Account(ConnectedAccount),
    Accounts(Page<ConnectedAccount>),
    AuthParams(AuthParams),
    Revocation(Revocation),
    Execution(Execution),
    Tools(Page<Tool>),
    Done,
}

/// An endpoint of any type.
pub trait AnyEndpoint {
    /// The request.
    fn request(&self) -> &HttpRequest;

    /// Reads the response to the request.
    fn read(&self, response: &HttpResponse) -> Result<Answer>;
}

impl<T> AnyEndpoint for (Endpoint<T>, fn(T) -> Answer) {
    fn request(&self) -> &HttpRequest {
        &self.0.request
    }

    fn read(&self, response: &HttpResponse) -> Result<Answer> {
        self.0.read(response).map(self.1)
    }
}

/// Erases the type of an endpoint.
pub fn erased<T: 'static>(endpoint: Endpoint<T>, answer: fn(T) -> Answer) -> Box<dyn AnyEndpoint> {
    Box::new((endpoint, answer))
}

/// One case of a file in `tests/data`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What it shows.
    pub name: String,
    /// The source of its facts.
    pub source: String,
    /// The quirks of the platform that it covers (docs/protocol.md §7).
    pub quirks: Vec<String>,
    operation: Json,
    /// The request that the operation must make.
    pub request: Request,
    response: Response,
    /// The expected answer or error, see [`projection`].
    pub expect: Json,
}

/// A request, as a case writes it.
#[derive(Deserialize, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// `GET`, `POST`, `PATCH` or `DELETE`.
    pub method: String,
    /// With the prefix of v3.1 and the query.
    pub path: String,
    /// Null without a body.
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
        include_str!("../../data/apps.json"),
        include_str!("../../data/app-lists.json"),
        include_str!("../../data/integrations.json"),
        include_str!("../../data/fields.json"),
        include_str!("../../data/initiate.json"),
        include_str!("../../data/accounts.json"),
        include_str!("../../data/account-lists.json"),
        include_str!("../../data/account-changes.json"),
        include_str!("../../data/auth-params.json"),
        include_str!("../../data/tools.json"),
        include_str!("../../data/executions.json"),
        include_str!("../../data/errors.json"),
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
    /// The name of the operation.
    pub fn operation_name(&self) -> &str {
        self.named().0
    }

    /// The name of the operation and its arguments.
    fn named(&self) -> (&str, &Json) {
        let operation = self.operation.as_object().and_then(|all| all.iter().next());
        let (name, arguments) = operation.expect("an operation");
        (name, arguments)
    }

    /// The operation's endpoint.
    pub fn endpoint(&self, api: Api) -> Box<dyn AnyEndpoint> {
        self.endpoint_with(api, &[])
    }

    /// The same, where the user of *initiate* or *link* has typed more.
    pub fn endpoint_with(&self, api: Api, typed: &[(String, Secret)]) -> Box<dyn AnyEndpoint> {
        let (name, of) = self.named();
        endpoint(name, of, api, typed)
    }

    /// The response.
    pub fn response(&self) -> HttpResponse {
        super::response(
            self.response.status,
            &self.response.headers,
            &self.response.body,
        )
    }
}

/// Each operation with every argument that a case gives it.
static OPERATIONS: LazyLock<BTreeMap<&str, Map<String, Json>>> = LazyLock::new(|| {
    let mut operations = BTreeMap::<&str, Map<String, Json>>::new();
    for case in all() {
        let (name, of) = case.named();
        let given = of.as_object().into_iter().flatten();
        let given = given.filter(|(_, value)| !value.is_null());
        let given = given.map(|(name, value)| (name.clone(), value.clone()));
        operations.entry(name).or_default().extend(given);
    }
    operations
});

/// Every operation with every argument, where each text is `word`.
pub fn operations_saying(api: Api, word: &str) -> Vec<Box<dyn AnyEndpoint>> {
    let saying = |(name, arguments): (&&str, &Map<String, Json>)| {
        let arguments = arguments.iter();
        let said = arguments.map(|(argument, value)| (argument.clone(), said(value, word)));
        endpoint(name, &said.collect(), api, &[])
    };
    OPERATIONS.iter().map(saying).collect()
}

/// Replaces every text and every member's name in a value by `word`.
fn said(value: &Json, word: &str) -> Json {
    match value {
        Json::String(_) => json!(word),
        Json::Array(items) => items.iter().map(|item| said(item, word)).collect(),
        Json::Object(members) => members
            .values()
            .map(|value| (word.to_owned(), said(value, word)))
            .collect(),
        other => other.clone(),
    }
}

/// The endpoint of an operation with these arguments.
fn endpoint(name: &str, of: &Json, api: Api, typed: &[(String, Secret)]) -> Box<dyn AnyEndpoint> {
    let optional = |name: &str| of[name].as_str();
    let text = |argument: &str| {
        optional(argument).unwrap_or_else(|| panic!("{name}: `{argument}` is missing in {of}"))
    };
    let owned = |name: &str| optional(name).map(str::to_owned);
    let account_id = || text("connectedAccountId");
    let cursor = optional("cursor");
    let new_account = || NewAccount {
        integration_id: text("integrationId").to_owned(),
        entity_id: owned("entityId"),
        auth_scheme: AuthScheme::parse(text("authScheme")),
        data: [secrets(&of["data"]), typed.to_vec()].concat(),
        alias: owned("alias"),
        redirect_url: text("redirectUrl").to_owned(),
    };
    match name {
        "getApp" => erased(get_app(text("app")), Answer::App),
        "listApps" => {
            let filter = AppFilter {
                search: owned("search"),
                category: owned("category"),
            };
            erased(apps::list_apps(&filter, cursor), Answer::Apps)
        }
        "listIntegrations" => {
            let list = integrations::list_integrations(text("app"), cursor);
            erased(list, Answer::Integrations)
        }
        "getIntegration" => erased(get_integration(text("integrationId")), Answer::Integration),
        "createIntegration" => {
            let scheme = AuthScheme::parse(text("authScheme"));
            let created = create_integration(text("app"), &scheme, of["isManaged"] == true);
            erased(created, Answer::Integration)
        }
        "initiate" => erased(create_account(&new_account()), Answer::Connection),
        "link" => erased(create_link(&new_account()), Answer::Connection),
        "getAccount" => erased(get_account(account_id()), Answer::Account),
        "listAccounts" => {
            let filter = AccountFilter {
                entity_id: owned("entityId"),
                all_entities: of["allEntities"] == true,
                app: owned("app"),
                integration_id: owned("integrationId"),
                statuses: optional("status")
                    .map(ConnectionStatus::parse)
                    .into_iter()
                    .collect(),
                account_type: AccountType::ALL
                    .into_iter()
                    .find(|kind| of["accountType"] == kind.as_str()),
            };
            erased(accounts::list_accounts(&filter, cursor), Answer::Accounts)
        }
        "refresh" => {
            let attempt = refresh_account(account_id(), text("redirectUrl"));
            erased(attempt, Answer::Connection)
        }
        "updateAccount" => {
            let update = AccountUpdate {
                connected_account_id: account_id().to_owned(),
                alias: owned("alias"),
                data: [secrets(&of["data"]), typed.to_vec()].concat(),
            };
            let scheme = optional("authScheme").map(AuthScheme::parse);
            erased(update_account(&update, scheme.as_ref()), done)
        }
        "revokeAccount" => erased(revoke_account(account_id()), Answer::Revocation),
        "setEnabled" => {
            let enabled = of["enabled"].as_bool().expect("true or false");
            erased(set_account_enabled(account_id(), enabled), done)
        }
        "deleteAccount" => erased(delete_account(account_id(), of["revoke"] == true), done),
        "getAuthParams" => erased(get_auth_params(account_id()), Answer::AuthParams),
        "listTools" => {
            let filter = ToolFilter {
                app: owned("app"),
                actions: of["actions"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Json::as_str)
                    .map(str::to_owned)
                    .collect(),
            };
            erased(list_tools(api, &filter, cursor), Answer::Tools)
        }
        "execute" => {
            let options = ExecuteOptions {
                action: text("action").to_owned(),
                entity_id: owned("entityId"),
                connected_account_id: owned("connectedAccountId"),
                version: owned("version"),
                input: super::value(&of["input"]),
            };
            erased(execute_action(api, &options), Answer::Execution)
        }
        other => panic!("no such operation: {other}"),
    }
}

/// The answer of an operation that only succeeds.
pub fn done((): ()) -> Answer {
    Answer::Done
}

/// The values of an object as typed values.
pub fn secrets(data: &Json) -> Vec<(String, Secret)> {
    let members = data.as_object().into_iter().flatten();
    let secret = |value: &Json| Secret::new(value.as_str().expect("a string").to_owned());
    members
        .map(|(name, value)| (name.clone(), secret(value)))
        .collect()
}

/// The answer or the error as JSON, without absent members and without our own message.
pub fn projection(read: &Result<Answer>) -> Json {
    let mut seen = match read {
        Ok(Answer::App(found)) => json!({ "app": app(found) }),
        Ok(Answer::Apps(page)) => json!({ "apps": listed(page, |item| json!(item)) }),
        Ok(Answer::Integrations(page)) => json!({ "integrations": listed(page, integration) }),
        Ok(Answer::Integration(found)) => json!({ "integration": integration(found) }),
        Ok(Answer::Connection(found)) => json!({ "connection": connection(found) }),
        Ok(Answer::Account(found)) => json!({ "account": account(found) }),
        Ok(Answer::Accounts(page)) => json!({ "accounts": listed(page, account) }),
        Ok(Answer::AuthParams(found)) => json!({ "authParams": found }),
        Ok(Answer::Execution(found)) => {
            json!({ "execution": { "data": plain(&found.data), "logId": found.log_id } })
        }
        Ok(Answer::Tools(page)) => json!({ "tools": listed(page, tool) }),
        Ok(Answer::Revocation(found)) => json!({ "revocation": found }),
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

fn listed<T>(page: &Page<T>, item: fn(&T) -> Json) -> Json {
    let items: Vec<Json> = page.items.iter().map(item).collect();
    json!({ "items": items, "next": page.next })
}

fn tool(tool: &Tool) -> Json {
    json!({ "name": tool.name, "description": tool.description, "inputSchema": plain(&tool.input_schema) })
}

fn app(app: &App) -> Json {
    let scheme = |entry: &AppScheme| json!({ "scheme": entry.scheme, "isBlocked": entry.is_blocked, "fields": entry.fields });
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
