//! The state of a flow, for rendering.

use std::rc::Rc;

use serde::Serialize;

use super::attempt::PopupState;
use super::machine::{Flow, Phase};
use crate::core::api::accounts::ConnectedAccount;
use crate::core::error::{ConnectError, Issue};
use crate::core::fields::Field;
use crate::core::scheme::AuthScheme;

/// The state of a flow. Members that its state does not have are absent.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FlowSnapshot {
    /// Name of the state: `idle`, `loading`, `ready`, `initiating`, `redirecting`, `waiting`, `verifying`, `completing`, `connected`,
    /// `failed` or `cancelled`.
    pub state: &'static str,
    /// Key of the app, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// The end user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_id: Option<String>,
    /// The fields to ask the user for. Empty until `ready`.
    #[serde(skip)]
    pub expected_input_fields: Rc<Vec<Field>>,
    /// Id of the integration, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub integration_id: Option<String>,
    /// The integration's scheme, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_scheme: Option<AuthScheme>,
    /// In `ready`: the problems of the values of the last `submit`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issues: Option<Vec<Issue>>,
    /// In `ready`: the user's usable accounts of the app, newest first, once the platform has listed them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub existing: Option<Vec<ConnectedAccount>>,
    /// In `ready`: the app whose browser shows the page, if authorization servers refuse to sign users in there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_app_browser: Option<&'static str>,
    /// Id of the attempt, once it has started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow_id: Option<String>,
    /// Id of the account that is being connected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connected_account_id: Option<String>,
    /// When the attempt expires, in milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at_ms: Option<u64>,
    /// In `waiting`: whether the popup is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_popup_open: Option<bool>,
    /// In `completing`: the session with which the app's server must complete the connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_uri: Option<String>,
    /// In `connected`: the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<ConnectedAccount>,
    /// In `connected`: the `return_to` of the options.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_to: Option<String>,
    /// In `failed` and `cancelled`: the reason.
    #[serde(skip)]
    pub error: Option<ConnectError>,
}

impl Flow {
    /// The name of the state.
    pub fn state(&self) -> &'static str {
        match &self.phase {
            Phase::Idle => "idle",
            Phase::Loading(..) => "loading",
            Phase::Ready(_) => "ready",
            Phase::Reserving(_) | Phase::Initiating(_) => "initiating",
            Phase::Redirecting(_) => "redirecting",
            Phase::Waiting(attempt) if attempt.session_uri().is_some() => "completing",
            Phase::Waiting(attempt) if attempt.is_verifying() => "verifying",
            Phase::Waiting(_) => "waiting",
            Phase::Connected { .. } => "connected",
            Phase::Failed(..) => "failed",
            Phase::Cancelled(..) => "cancelled",
        }
    }

    /// The state for rendering.
    pub fn snapshot(&self) -> FlowSnapshot {
        let params = self.params.as_ref();
        let mut snapshot = FlowSnapshot {
            state: self.state(),
            app: params
                .and_then(|params| params.app.clone())
                .or_else(|| self.options.app.clone()),
            entity_id: self.options.entity_id.clone(),
            expected_input_fields: self.fields.clone(),
            integration_id: params
                .and_then(|params| params.integration_id.clone())
                .or_else(|| self.options.integration_id.clone()),
            auth_scheme: params.map(|params| params.auth_scheme.clone()),
            issues: None,
            existing: None,
            in_app_browser: None,
            flow_id: None,
            connected_account_id: None,
            expires_at_ms: None,
            is_popup_open: None,
            session_uri: None,
            account: None,
            return_to: None,
            error: None,
        };
        match &self.phase {
            Phase::Ready(issues) => {
                snapshot.issues = Some(issues.clone());
                snapshot.existing.clone_from(&self.existing);
                snapshot.in_app_browser = self.in_app_browser.filter(|_| self.may_redirect());
            }
            Phase::Redirecting(attempt) | Phase::Waiting(attempt) => {
                snapshot.flow_id = Some(attempt.record.flow_id.clone());
                snapshot.connected_account_id = Some(attempt.record.connected_account_id.clone());
                snapshot.expires_at_ms =
                    Some(attempt.record.expires_at_ms.min(attempt.expires_at_ms));
                snapshot.session_uri = attempt.session_uri().map(str::to_owned);
                if snapshot.state == "waiting" {
                    snapshot.is_popup_open = Some(attempt.popup == PopupState::Open);
                }
            }
            Phase::Connected { account, return_to } => {
                snapshot.connected_account_id = Some(account.id.clone());
                snapshot.account = Some(account.as_ref().clone());
                snapshot.return_to.clone_from(return_to);
            }
            Phase::Failed(error, _) | Phase::Cancelled(error) => {
                snapshot.error = Some(error.clone())
            }
            _ => {}
        }
        snapshot
    }
}
