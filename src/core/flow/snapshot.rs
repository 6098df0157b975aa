//! What an app renders a flow from.

use std::rc::Rc;

use serde::Serialize;

use super::attempt::PopupState;
use super::machine::{Flow, Phase};
use crate::core::api::accounts::ConnectedAccount;
use crate::core::error::{ConnectError, Issue};
use crate::core::fields::Field;
use crate::core::scheme::AuthScheme;

/// A flow at one moment. What does not belong to its state is absent.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FlowSnapshot {
    /// One of the words of the table in [`flow`](super).
    pub state: &'static str,
    /// Key of the app, as far as it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// The end user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_id: Option<String>,
    /// What to ask the user for; empty until that is known.
    #[serde(skip)]
    pub expected_input_fields: Rc<Vec<Field>>,
    /// Id of the integration, once it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub integration_id: Option<String>,
    /// The integration's scheme, once it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_scheme: Option<AuthScheme>,
    /// In `ready`: what is wrong with the values of the last submit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issues: Option<Vec<Issue>>,
    /// In `ready`: the app in whose browser the page runs, where the user cannot be signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_app_browser: Option<&'static str>,
    /// Our id of the attempt that the user is busy with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow_id: Option<String>,
    /// Id of the account that is being connected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connected_account_id: Option<String>,
    /// When the attempt runs out, in milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at_ms: Option<u64>,
    /// In `waiting`: whether the user's popup is known to be there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_popup_open: Option<bool>,
    /// In `completing`: what the app's server has to complete the connection with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_uri: Option<String>,
    /// In `connected`: the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<ConnectedAccount>,
    /// In `connected`: where the app wanted to go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_to: Option<String>,
    /// In `failed` and `cancelled`: why.
    #[serde(skip)]
    pub error: Option<ConnectError>,
}

impl Flow {
    /// The word of the state.
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

    /// What an app renders.
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
