//! Actions: the platform's tools (docs/protocol.md §5.13).

use super::http::HttpRequest;
use super::{Api, Endpoint, refusal};
use crate::core::error::ErrorCode;
use crate::core::value::Value;

/// `POST /tools/execute/{slug}`.
pub fn execute_action(api: Api, options: &ExecuteOptions) -> Endpoint<Execution> {
    let mut request = HttpRequest::post("execute", "/tools/execute/{id}");
    request.id("action", &options.action);
    request.json(&|json| {
        let account = options.connected_account_id.as_deref();
        json.optional("connected_account_id", account);
        json.optional("user_id", options.entity_id.as_deref());
        // Without a version, v3.1 takes the latest and v3 the first.
        let default = (api == Api::V3).then_some("latest");
        json.optional("version", options.version.as_deref().or(default));
        json.value("arguments", &options.input);
    });
    request.size_factor = 10;
    // Here 410 means that the tool is gone. Elsewhere it means that the route is retired.
    request.statuses = &[(410, ErrorCode::Gone)];
    request.check = Some(Box::new(|body| {
        let successful = body.any(&["successful", "successfull"]).as_bool();
        match successful.unwrap_or(body.get("error").is_null()) {
            true => Ok(()),
            false => Err(refusal(ErrorCode::ActionFailed, "the action failed", body)),
        }
    }));
    Endpoint::new(request, |answer| {
        Some(Execution {
            data: answer.body.get("data").clone(),
            log_id: answer.body.get("log_id").to_text(),
        })
    })
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
