//! What a flow connects, and which attempt it resumes.

use crate::core::pending::PendingConnection;
use crate::core::scheme::AuthScheme;

/// How the user is sent to the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FlowMode {
    /// The page itself leaves.
    Redirect,
    /// A popup; where it is blocked the flow stops with `popup_blocked`.
    Popup,
    /// A popup; where it is blocked the page leaves.
    #[default]
    Auto,
}

/// What to connect, for whom and how.
#[derive(Debug, Clone, Default)]
pub struct FlowOptions {
    /// Key of the app. Either this or `integration_id` is required.
    pub app: Option<String>,
    /// Id of the integration.
    pub integration_id: Option<String>,
    /// Only an integration of this scheme will do.
    pub auth_scheme: Option<AuthScheme>,
    /// The end user. Default: the client's.
    pub entity_id: Option<String>,
    /// Default [`FlowMode::Auto`].
    pub mode: FlowMode,
    /// Where the user returns to. Default: the client's.
    pub redirect_url: Option<String>,
    /// Path of this site, handed back when the connection is complete.
    pub return_to: Option<String>,
    /// Whether to go on inside another app's browser, where most authorization servers refuse to sign users in.
    pub allow_in_app_browser: bool,
}

/// Which attempt to go on with.
#[derive(Debug, Clone, Default)]
pub struct ResumeOptions {
    /// The attempt itself. Default: see [`resume`](crate::ConnectClient::resume).
    pub flow_id: Option<String>,
    /// Only an attempt at this app.
    pub app: Option<String>,
    /// Only an attempt with this integration.
    pub integration_id: Option<String>,
    /// Only an attempt of this end user. Default: the client's.
    pub entity_id: Option<String>,
}

impl FlowOptions {
    /// Whether an attempt is one at the connection that these options describe. The app or the integration has to be known on both
    /// sides, and everything that is known on both sides has to be equal.
    pub fn describe(&self, record: &PendingConnection) -> bool {
        let app = equal(&self.app, &record.app, |a, b| a.eq_ignore_ascii_case(b));
        let integration = equal(&self.integration_id, &record.integration_id, |a, b| a == b);
        let scheme = equal(&self.auth_scheme, &record.auth_scheme, |a, b| a == b);
        (app.is_some() || integration.is_some())
            && [app, integration, scheme]
                .iter()
                .all(|agrees| *agrees != Some(false))
            && record.is_for(self.entity_id.as_deref())
    }
}

/// Whether two values are equal. `None` unless both are known.
fn equal<T>(a: &Option<T>, b: &Option<T>, agree: fn(&T, &T) -> bool) -> Option<bool> {
    Some(agree(a.as_ref()?, b.as_ref()?))
}
