//! What a flow connects, and which attempt it resumes.

use crate::core::api::accounts::{AccountFilter, ConnectedAccount};
use crate::core::pending::{PendingConnection, Verification};
use crate::core::scheme::AuthScheme;
use crate::core::status::ConnectionStatus;

/// How the user is sent to the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FlowMode {
    /// Navigates the page.
    Redirect,
    /// Opens a popup. If the browser blocks it, the flow fails with `popup_blocked`.
    Popup,
    /// Opens a popup. If the browser blocks it, navigates the page.
    #[default]
    Auto,
}

/// What a flow does if the user has connected the app already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WhenConnected {
    /// Connects one more account.
    #[default]
    New,
    /// Ends in `connected` with the newest usable account.
    Reuse,
}

/// Options of a flow.
#[derive(Debug, Clone, Default)]
pub struct FlowOptions {
    /// Key of the app. Either this, `integration_id` or `reconnect` is required.
    pub app: Option<String>,
    /// Id of the integration.
    pub integration_id: Option<String>,
    /// Accept only an integration of this scheme.
    pub auth_scheme: Option<AuthScheme>,
    /// The end user. Default: the client's.
    pub entity_id: Option<String>,
    /// The user's name for the account, unique among the user's accounts of the app.
    pub alias: Option<String>,
    /// Default [`WhenConnected::New`].
    pub when_connected: WhenConnected,
    /// Default [`FlowMode::Auto`].
    pub mode: FlowMode,
    /// Where the user returns to. Default: the client's.
    pub redirect_url: Option<String>,
    /// Path of this site at which the app continues. The connected flow returns it.
    pub return_to: Option<String>,
    /// Id of the account to reconnect. A key is replaced in place where the platform allows it. Otherwise the flow connects a new account,
    /// then moves the alias to it and deletes this one.
    pub reconnect: Option<String>,
    /// The action that verifies the account once it is `ACTIVE`. If the app rejects the credentials, the flow fails with
    /// `credentials_rejected` or `scopes_missing` and deletes the account that it made.
    pub verify: Option<Verification>,
    /// Whether to start in another app's browser, where most authorization servers refuse to sign users in. Default false.
    pub allow_in_app_browser: bool,
}

/// Which stored attempt to resume.
#[derive(Debug, Clone, Default)]
pub struct ResumeOptions {
    /// Id of the attempt. Default: see [`resume`](crate::ConnectClient::resume).
    pub flow_id: Option<String>,
    /// Accept only an attempt to connect this app.
    pub app: Option<String>,
    /// Accept only an attempt with this integration.
    pub integration_id: Option<String>,
    /// Accept only an attempt of this end user. Default: the client's.
    pub entity_id: Option<String>,
    /// The action that verifies the account. Default: that of the flow that started the attempt, if it has no input.
    pub verify: Option<Verification>,
}

impl FlowOptions {
    /// The user's accounts of the app and the integration, as far as the options name them. A shared account is used only if the app
    /// names it, so the platform leaves it out here.
    pub(super) fn existing(&self) -> AccountFilter {
        AccountFilter {
            entity_id: self.entity_id.clone(),
            app: self.app.clone(),
            integration_id: self.integration_id.clone(),
            statuses: vec![ConnectionStatus::Active],
            ..AccountFilter::default()
        }
    }

    /// Whether an account has the scheme of the options, as far as both are known.
    pub(super) fn fits(&self, account: &ConnectedAccount) -> bool {
        equal(&self.auth_scheme, &account.auth_scheme, |a, b| a == b) != Some(false)
    }

    /// Whether an attempt has these options. The app, the integration or the account to reconnect must be known on both sides. Whatever is
    /// known on both sides must be equal.
    pub fn describe(&self, record: &PendingConnection) -> bool {
        let app = equal(&self.app, &record.app, |a, b| a.eq_ignore_ascii_case(b));
        let integration = equal(&self.integration_id, &record.integration_id, |a, b| a == b);
        let scheme = equal(&self.auth_scheme, &record.auth_scheme, |a, b| a == b);
        let alias = equal(&self.alias, &record.alias, |a, b| a == b);
        let replaced = self.reconnect.as_ref().map(|_| self.replaces(record));
        (app.is_some() || integration.is_some() || replaced.is_some())
            && [app, integration, scheme, alias, replaced]
                .iter()
                .all(|agrees| *agrees != Some(false))
            && record.is_for(self.entity_id.as_deref())
    }

    /// Whether an attempt reconnects the account of these options, or both connect a new one.
    pub fn replaces(&self, record: &PendingConnection) -> bool {
        self.reconnect == record.replaces
    }
}

/// Whether two values are equal. `None` unless both are known.
fn equal<T>(a: &Option<T>, b: &Option<T>, agree: fn(&T, &T) -> bool) -> Option<bool> {
    Some(agree(a.as_ref()?, b.as_ref()?))
}
