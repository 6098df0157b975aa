//! The words of `/api/v3.1` and `/api/v3` (user, toolkit, auth config, link). They stay in this file.

use super::answer::{
    Answer, App, AppScheme, AuthParameter, AuthParams, Category, ConnectedAccount, Connection,
    Integration, Page,
};
use super::http::Draft;
use super::operation::{Initiate, Operation};
use super::{Api, execution};
use crate::core::fields::decode_list;
use crate::core::json::JsonObject;
use crate::core::scheme::AuthScheme;
use crate::core::status::ConnectionStatus;
use crate::core::time::parse_iso;
use crate::core::value::Value;

const ID: &str = "connectedAccountId";

pub(super) fn build(api: Api, operation: &Operation, draft: &mut Draft) {
    match operation {
        Operation::GetApp { app } => draft.get("/toolkits/{id}").id("app", app),
        Operation::ListApps { filter, cursor } => draft.get("/toolkits").query(&[
            ("search", filter.search.as_deref()),
            ("category", filter.category.as_deref()),
            ("limit", Some("100")),
            ("cursor", cursor.as_deref()),
        ]),
        Operation::ListIntegrations { app, cursor } => draft.get("/auth_configs").query(&[
            ("toolkit_slug", Some(app)),
            ("limit", Some("50")),
            ("cursor", cursor.as_deref()),
        ]),
        Operation::GetIntegration { integration_id } => draft
            .get("/auth_configs/{id}")
            .id("integrationId", integration_id),
        Operation::CreateIntegration {
            app,
            auth_scheme,
            is_managed,
            ..
        } => draft.post("/auth_configs").json(&|json| {
            json.object("toolkit", |json| json.string("slug", app));
            json.object("auth_config", |json| {
                if *is_managed {
                    json.string("type", "use_composio_managed_auth");
                } else {
                    json.string("type", "use_custom_auth");
                    json.string("authScheme", auth_scheme.as_str());
                    json.object("credentials", |_| {});
                }
                json.string("name", app);
            });
        }),
        Operation::Initiate(initiate) => draft
            .post("/connected_accounts")
            .json_within(initiate.max_json_bytes(), &|json| {
                create_body(initiate, json)
            }),
        Operation::Link(initiate) => draft
            .post("/connected_accounts/link")
            .json_within(initiate.max_json_bytes(), &|json| link_body(initiate, json)),
        Operation::GetAccount {
            connected_account_id,
        }
        | Operation::GetAuthParams {
            connected_account_id,
        } => draft
            .get("/connected_accounts/{id}")
            .id(ID, connected_account_id),
        Operation::ListAccounts { filter, cursor } => draft.get("/connected_accounts").query(&[
            ("limit", Some("50")),
            ("user_ids", filter.entity_id.as_deref()),
            ("toolkit_slugs", filter.app.as_deref()),
            ("auth_config_ids", filter.integration_id.as_deref()),
            (
                "statuses",
                filter.status.as_ref().map(ConnectionStatus::as_str),
            ),
            ("cursor", cursor.as_deref()),
        ]),
        Operation::Refresh {
            connected_account_id,
            redirect_url,
        } => draft
            .post("/connected_accounts/{id}/refresh")
            .json(&|_| {})
            .id(ID, connected_account_id)
            .query(&[("redirect_url", Some(redirect_url))]),
        Operation::SetEnabled {
            connected_account_id,
            enabled,
        } => draft
            .to("PATCH", "/connected_accounts/{id}/status")
            .id(ID, connected_account_id)
            .json(&|json| json.bool("enabled", *enabled)),
        Operation::DeleteAccount {
            connected_account_id,
        } => draft
            .to("DELETE", "/connected_accounts/{id}")
            .id(ID, connected_account_id),
        Operation::Execute(execute) => draft
            .post("/tools/execute/{id}")
            .json(&|json| {
                json.optional(
                    "connected_account_id",
                    execute.connected_account_id.as_deref(),
                );
                json.optional("user_id", execute.entity_id.as_deref());
                // Without one, v3.1 means the latest and v3 the first.
                let default = (api == Api::V3).then_some("latest");
                json.optional("version", execute.version.as_deref().or(default));
                json.value("arguments", &execute.input);
            })
            .id("action", &execute.action),
    };
}

fn create_body(initiate: &Initiate, json: &mut JsonObject) {
    json.object("auth_config", |json| {
        json.string("id", &initiate.integration_id);
    });
    json.object("connection", |json| {
        json.optional("user_id", initiate.entity_id.as_deref());
        json.optional("callback_url", return_address(initiate));
        if let Some(scheme) = &initiate.auth_scheme {
            json.object("state", |json| {
                json.string("authScheme", scheme.as_str());
                json.object("val", |json| {
                    // The user still has to go somewhere, or everything that is needed is here. Of any other scheme the
                    // platform decides.
                    let status = match () {
                        () if scheme.is_oauth() => Some("INITIALIZING"),
                        () if scheme.takes_key() => Some("ACTIVE"),
                        () => None,
                    };
                    json.optional("status", status);
                    data(initiate, json);
                });
            });
        }
    });
}

/// None where the user goes to no other page.
fn return_address(initiate: &Initiate) -> Option<&str> {
    Some(initiate.redirect_url.as_str()).filter(|url| !url.is_empty())
}

fn link_body(initiate: &Initiate, json: &mut JsonObject) {
    json.string("auth_config_id", &initiate.integration_id);
    json.optional("user_id", initiate.entity_id.as_deref());
    json.optional("callback_url", return_address(initiate));
    if !initiate.data.is_empty() {
        json.object("connection_data", |json| data(initiate, json));
    }
}

fn data(initiate: &Initiate, json: &mut JsonObject) {
    for (name, value) in &initiate.data {
        // `status` is the platform's own member beside the user's values.
        if name != "status" {
            json.string(name, value.expose());
        }
    }
}

pub(super) fn read(operation: &Operation, body: &Value) -> Option<Answer> {
    Some(match operation {
        Operation::GetApp { .. } => Answer::App(app(body)?),
        Operation::ListApps { .. } => Answer::Apps(page(body, app)?),
        Operation::ListIntegrations { .. } => {
            let mut found = page(body, integration)?;
            found.items.retain(|item| item.is_enabled);
            Answer::Integrations(found)
        }
        Operation::GetIntegration { .. } => Answer::Integration(integration(body)?),
        Operation::CreateIntegration { app, .. } => {
            let mut created = integration(body.get("auth_config"))?;
            created.app = Some(app.clone());
            Answer::Integration(created)
        }
        Operation::Initiate(_) | Operation::Link(_) | Operation::Refresh { .. } => {
            Answer::Connection(connection(body)?)
        }
        Operation::GetAccount { .. } => Answer::Account(account(body)?),
        Operation::ListAccounts { .. } => Answer::Accounts(page(body, account)?),
        Operation::GetAuthParams { .. } => Answer::AuthParams(auth_params(body)),
        Operation::SetEnabled { .. } | Operation::DeleteAccount { .. } => Answer::Done,
        Operation::Execute(_) => Answer::Execution(execution(body)),
    })
}

/// Pages are chained by an opaque cursor; totals are not to be relied on. An item that cannot be read is passed over.
fn page<T>(body: &Value, item: fn(&Value) -> Option<T>) -> Option<Page<T>> {
    let Value::Array(items) = body.get("items") else {
        return None;
    };
    let next = body.get("next_cursor").scalar();
    Some(Page {
        items: items.iter().filter_map(item).collect(),
        next: next.filter(|cursor| !cursor.is_empty()),
    })
}

/// There is no route for them: the account itself shows what the platform does not mask.
fn auth_params(body: &Value) -> AuthParams {
    let values = body.get("state").get("val");
    let mut parameters = Vec::new();
    for (name, value) in values.members() {
        let is_other = matches!(
            name.as_str(),
            "status" | "base_url" | "redirectUrl" | "authScheme"
        );
        if let Some(value) = value.scalar()
            && !is_other
        {
            parameters.push(AuthParameter::new(name, value));
        }
    }
    AuthParams {
        base_url: values.get("base_url").to_text(),
        parameters,
    }
}

fn app(body: &Value) -> Option<App> {
    // The slug is an id: never trimmed. The name is for display.
    let key = body.get("slug").as_str().filter(|slug| !slug.is_empty())?;
    let meta = body.get("meta");
    let schemes: Vec<AppScheme> = body
        // A list has their names only.
        .any(&["auth_config_details", "auth_schemes"])
        .items()
        .iter()
        .filter_map(|entry| {
            let fields = entry.get("fields");
            let user = fields.get("connected_account_initiation");
            let developer = fields.get("auth_config_creation");
            let mut asked = decode_list(user.get("required"), true);
            asked.extend(decode_list(user.get("optional"), false));
            Some(AppScheme {
                scheme: AuthScheme::parse(
                    entry
                        .as_text()
                        .or_else(|| entry.any(&["mode", "auth_mode"]).as_text())?,
                ),
                fields: asked,
                is_blocked: developer
                    .get("required")
                    .items()
                    .iter()
                    .any(|field| field.get("default").is_null()),
            })
        })
        .collect();
    Some(App {
        name: body.get("name").to_text().unwrap_or_else(|| key.to_owned()),
        key: key.to_owned(),
        description: meta.get("description").to_text(),
        logo: meta.get("logo").to_text(),
        categories: meta
            .get("categories")
            .items()
            .iter()
            .filter_map(Category::read)
            .collect(),
        no_auth: body.get("no_auth").as_bool() == Some(true)
            || schemes.iter().any(|entry| entry.scheme.is_none()),
        schemes,
        managed: body
            .get("composio_managed_auth_schemes")
            .items()
            .iter()
            .filter_map(Value::as_text)
            .map(AuthScheme::parse)
            .collect(),
    })
}

fn integration(body: &Value) -> Option<Integration> {
    let fields = body.get("expected_input_fields");
    let status = body.get("status").as_text().unwrap_or("ENABLED");
    Some(Integration {
        id: body.get("id").to_id()?,
        app: body.get("toolkit").get("slug").to_text(),
        auth_scheme: body.get("auth_scheme").as_text().map(AuthScheme::parse),
        is_enabled: !status.eq_ignore_ascii_case("DISABLED")
            && body.get("deleted").as_bool() != Some(true),
        is_managed: body.get("is_composio_managed").as_bool(),
        created_at: body.get("created_at").to_text(),
        fields: matches!(fields, Value::Array(_)).then(|| decode_list(fields, false)),
    })
}

fn connection(body: &Value) -> Option<Connection> {
    let state = body.any(&["connectionData", "connection_data"]).get("val");
    Connection::decide(
        body.any(&["id", "connected_account_id"]).to_id()?,
        state
            .get("status")
            .as_text()
            .or_else(|| body.get("status").as_text()),
        [
            body.get("redirect_url"),
            body.get("redirect_uri"),
            state.get("redirectUrl"),
        ]
        .into_iter()
        .find_map(Value::to_text),
        body.get("expires_at").as_str().and_then(parse_iso),
        body.get("user_id").to_id(),
    )
}

impl Connection {
    /// Whether there is somewhere to send the user depends on the status, not on the scheme: a finished
    /// account may still carry its old address (docs/protocol.md, Q6 to Q8).
    fn decide(
        connected_account_id: String,
        status: Option<&str>,
        redirect_url: Option<String>,
        expires_at_ms: Option<u64>,
        entity_id: Option<String>,
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
            entity_id,
            date_ms: None,
            status,
        })
    }
}

fn account(body: &Value) -> Option<ConnectedAccount> {
    let state = body.get("state");
    let values = state.get("val");
    let config = body.get("auth_config");
    Some(ConnectedAccount {
        id: body.get("id").to_id()?,
        status: ConnectionStatus::parse(
            body.get("status")
                .as_text()
                .or_else(|| values.get("status").as_text())?,
        ),
        status_reason: body.get("status_reason").to_text(),
        app: body
            .get("toolkit")
            .get("slug")
            .to_text()
            .unwrap_or_default(),
        integration_id: config.get("id").to_id(),
        entity_id: body.get("user_id").to_id(),
        auth_scheme: [
            config.get("auth_scheme"),
            state.get("authScheme"),
            values.get("authScheme"),
        ]
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
