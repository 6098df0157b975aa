//! Actions: the platform's tools (docs/protocol.md §5.13).

use super::http::HttpRequest;
use super::{Api, Endpoint, Page, page, refusal};
use crate::core::error::{ConnectError, ErrorCode};
use crate::core::text::{contains, split_once};
use crate::core::value::Value;

/// `GET /tools`: one page.
pub fn list_tools(api: Api, filter: &ToolFilter, cursor: Option<&str>) -> Endpoint<Page<Tool>> {
    let mut request = HttpRequest::get("listTools", "/tools");
    let names = filter.actions.join(",");
    request.query(&[
        ("toolkit_slug", filter.app.as_deref()),
        (
            "tool_slugs",
            Some(&*names).filter(|names| !names.is_empty()),
        ),
        ("limit", Some("100")),
        ("toolkit_versions", default_version(api)),
        ("cursor", cursor),
    ]);
    request.size_factor = 10;
    Endpoint::new(request, |answer| page(answer.body, read_tool))
}

/// `None` if the input is not an object: no agent framework takes such a tool.
fn read_tool(body: &Value) -> Option<Tool> {
    let schema = body.get("input_parameters");
    (schema.get("type").as_str() == Some("object")).then_some(())?;
    Some(Tool {
        name: body.get("slug").to_id()?,
        description: body.get("description").to_text().unwrap_or_default(),
        input_schema: schema.clone(),
    })
}

/// Without a version, v3.1 takes the latest and v3 the first.
fn default_version(api: Api) -> Option<&'static str> {
    (api == Api::V3).then_some("latest")
}

/// `POST /tools/execute/{slug}`.
pub fn execute_action(api: Api, options: &ExecuteOptions) -> Endpoint<Execution> {
    let mut request = HttpRequest::post("execute", "/tools/execute/{id}");
    request.id("action", &options.action);
    request.json(&|json| {
        let account = options.connected_account_id.as_deref();
        json.optional("connected_account_id", account);
        json.optional("user_id", options.entity_id.as_deref());
        let version = options.version.as_deref();
        json.optional("version", version.or(default_version(api)));
        json.value("arguments", &options.input);
    });
    request.size_factor = 10;
    // Here 410 means that the tool is gone. Elsewhere it means that the route is retired.
    request.statuses = &[(410, ErrorCode::Gone)];
    let (action, entity_id) = (options.action.clone(), options.entity_id.clone());
    request.on_refusal = Some(Box::new(move |error| {
        let is_unusable = error.status == Some(422);
        if is_unusable {
            error.message =
                "the account is disabled, expired or revoked: enable or reconnect it".to_owned();
        }
        // 1803 is the platform's number of 2025.
        if is_unusable || matches!(error.error.as_deref(), Some("1810" | "1803")) {
            error.code = ErrorCode::ConnectionRequired;
            error.app = app_of(&action);
            error.entity_id.clone_from(&entity_id);
        }
    }));
    request.check = Some(Box::new(|body| {
        let is_successful = match body.any(&["successful", "successfull"]) {
            Value::Null => body.get("error").is_null(),
            flag => flag.as_bool() == Some(true),
        };
        match is_successful {
            true => Ok(()),
            false => Err(failure(body)),
        }
    }));
    Endpoint::new(request, |answer| {
        Some(Execution {
            data: answer.body.get("data").clone(),
            log_id: answer.body.get("log_id").to_text(),
        })
    })
}

/// The app of an action, read from its name: the app's key, an underscore and the rest.
fn app_of(action: &str) -> Option<String> {
    let (app, _) = split_once(action, "_")?;
    Some(app.to_ascii_lowercase())
}

/// Words by which an app says that it no longer accepts a credential. Source: the platform's command line, which looks for the same.
const CREDENTIAL_WORDS: [&str; 11] = [
    "account_inactive",
    "expired_token",
    "invalid_auth",
    "invalid_client",
    "invalid_grant",
    "invalid_token",
    "not_authed",
    "token_expired",
    "token_revoked",
    "bad credentials",
    "expired or revoked",
];

/// Words by which an app says that a credential lacks the permission for the action.
const SCOPE_WORDS: [&str; 3] = [
    "insufficient_scope",
    "missing_scope",
    "insufficient authentication scopes",
];

/// The error of a failed action. The platform passes on the app's own words and, for some actions, its status.
fn failure(body: &Value) -> ConnectError {
    let mut error = refusal(ErrorCode::ActionFailed, "the action failed", body);
    let status = body.get("data").get("status_code").as_u64();
    error.action_status = status.and_then(|status| u16::try_from(status).ok());
    let words = error.error_description.as_deref().unwrap_or_default();
    let words = words.to_ascii_lowercase();
    let says = |known: &[&str]| known.iter().any(|word| contains(&words, word));
    let (code, message) = match () {
        () if says(&SCOPE_WORDS) => (
            ErrorCode::ScopesMissing,
            "the account lacks a permission for the action: connect it again and grant all permissions",
        ),
        () if status == Some(401) || says(&CREDENTIAL_WORDS) => (
            ErrorCode::CredentialsRejected,
            "the app rejected the account's credentials: connect the account again",
        ),
        () => return error,
    };
    error.code = code;
    error.message = message.to_owned();
    error
}

/// Options of `executeAction`.
#[derive(Debug, Clone)]
pub struct ExecuteOptions {
    /// Name of the action, such as `GMAIL_FETCH_EMAILS`.
    pub action: String,
    /// The end user. Default: the client's.
    pub entity_id: Option<String>,
    /// Id of the account. Default: the platform chooses one of the entity's.
    pub connected_account_id: Option<String>,
    /// Version of the tool. Default: the latest.
    pub version: Option<String>,
    /// The action's input: an object.
    pub input: Value,
}

/// The result of an action. A failed action is an error instead.
#[derive(Debug, Clone, PartialEq)]
pub struct Execution {
    /// The action's output.
    pub data: Value,
    /// The platform's id of the execution.
    pub log_id: Option<String>,
}

/// Which actions to list. Absent members do not filter.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ToolFilter {
    /// Key of an app.
    pub app: Option<String>,
    /// Names of actions.
    pub actions: Vec<String>,
}

/// An action as an agent sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Tool {
    /// Name of the action, such as `GMAIL_FETCH_EMAILS`.
    pub name: String,
    /// What the action does. Text, which may be empty.
    pub description: String,
    /// JSON Schema of the input, as the platform sent it: an object whose `type` is `object`.
    pub input_schema: Value,
}
