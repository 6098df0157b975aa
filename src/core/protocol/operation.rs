//! What can be asked of the platform, without its words.

use crate::core::scheme::AuthScheme;
use crate::core::secret::Secret;
use crate::core::status::ConnectionStatus;
use crate::core::value::Value;

/// One request of the platform's API.
#[derive(Debug, Clone)]
pub enum Operation {
    /// Look up an app by its key (docs/protocol.md §5.1).
    GetApp {
        /// Key, such as `gmail`.
        app: String,
    },
    /// One page of the apps (docs/protocol.md §5.1).
    ListApps {
        /// Which ones.
        filter: AppFilter,
        /// Where to go on; `None` for the first page.
        cursor: Option<String>,
    },
    /// One page of an app's integrations (docs/protocol.md §5.3).
    ListIntegrations {
        /// Key of the app.
        app: String,
        /// Where to go on; `None` for the first page.
        cursor: Option<String>,
    },
    /// One integration (docs/protocol.md §5.3).
    GetIntegration {
        /// Its id.
        integration_id: String,
    },
    /// Make an integration for an app that has none (docs/protocol.md §5.4). Changes the developer's project.
    CreateIntegration {
        /// Key of the app.
        app: String,
        /// Scheme of the new integration.
        auth_scheme: AuthScheme,
        /// Whether to use the platform's own credentials for the app.
        is_managed: bool,
    },
    /// Start a connection: `POST connected_accounts` (docs/protocol.md §5.6).
    Initiate(Initiate),
    /// Start a connection by a hosted link: `POST connected_accounts/link`.
    Link(Initiate),
    /// One connected account (docs/protocol.md §5.8).
    GetAccount {
        /// Its id.
        connected_account_id: String,
    },
    /// One page of connected accounts (docs/protocol.md §5.9).
    ListAccounts {
        /// Which ones.
        filter: AccountFilter,
        /// Where to go on; `None` for the first page.
        cursor: Option<String>,
    },
    /// A new attempt for the same account (docs/protocol.md §5.7).
    Refresh {
        /// Its id.
        connected_account_id: String,
        /// Where the user returns to.
        redirect_url: String,
    },
    /// Switch an account on or off (docs/protocol.md §5.10).
    SetEnabled {
        /// Its id.
        connected_account_id: String,
        /// On or off.
        enabled: bool,
    },
    /// Delete an account (docs/protocol.md §5.11).
    DeleteAccount {
        /// Its id.
        connected_account_id: String,
    },
    /// What a signed call to the app needs (docs/protocol.md §5.12).
    GetAuthParams {
        /// Id of the account.
        connected_account_id: String,
    },
    /// Execute an action (docs/protocol.md §5.13).
    Execute(Execute),
}

/// Which apps to list. What is not given does not filter.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AppFilter {
    /// What the key or the name must contain, in any case.
    pub search: Option<String>,
    /// Id of a category.
    pub category: Option<String>,
}

/// Which connected accounts to list. What is not given does not filter.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AccountFilter {
    /// Whose. `None`: those of the session's user.
    pub entity_id: Option<String>,
    /// Whether to list those of every entity.
    pub all_entities: bool,
    /// Of which app.
    pub app: Option<String>,
    /// Of which integration.
    pub integration_id: Option<String>,
    /// In which state.
    pub status: Option<ConnectionStatus>,
}

/// What executing an action takes.
#[derive(Debug, Clone)]
pub struct Execute {
    /// Name of the action, such as `GMAIL_FETCH_EMAILS`.
    pub action: String,
    /// On behalf of whom.
    pub entity_id: Option<String>,
    /// With which account; the platform chooses where this is `None`.
    pub connected_account_id: Option<String>,
    /// Version of the tool, where the caller names one.
    pub version: Option<String>,
    /// The action's input: an object.
    pub input: Value,
}

/// What starting a connection takes.
#[derive(Debug, Clone)]
pub struct Initiate {
    /// Which integration.
    pub integration_id: String,
    /// The end user. `None`: the server decides by the session.
    pub entity_id: Option<String>,
    /// Scheme of the integration, as far as it is known.
    pub auth_scheme: Option<AuthScheme>,
    /// What the user typed.
    pub data: Vec<(String, Secret)>,
    /// Where the user returns to.
    pub redirect_url: String,
}

impl Initiate {
    /// How long its JSON can get, in bytes: one character takes up to six.
    pub(super) fn max_json_bytes(&self) -> usize {
        let pairs = self
            .data
            .iter()
            .map(|(name, value)| name.len() + value.expose().len() + 1);
        let rest = self.integration_id.len()
            + self.entity_id.as_ref().map_or(0, String::len)
            + self.redirect_url.len();
        6 * (pairs.sum::<usize>() + rest) + 256
    }
}

impl Operation {
    /// What the user typed, where it is sent along: to be taken out of the server's words.
    pub(super) fn typed(&self) -> &[(String, Secret)] {
        match self {
            Operation::Initiate(initiate) | Operation::Link(initiate) => &initiate.data,
            _ => &[],
        }
    }

    /// Whether success is all that there is to tell.
    pub(super) fn needs_no_answer(&self) -> bool {
        matches!(
            self,
            Operation::SetEnabled { .. } | Operation::DeleteAccount { .. }
        )
    }

    /// Another page of the same list. What is no list has none.
    pub(crate) fn at(&self, cursor: Option<String>) -> Option<Self> {
        Some(match self {
            Operation::ListApps { filter, .. } => Operation::ListApps {
                filter: filter.clone(),
                cursor,
            },
            Operation::ListIntegrations { app, .. } => Operation::ListIntegrations {
                app: app.clone(),
                cursor,
            },
            Operation::ListAccounts { filter, .. } => Operation::ListAccounts {
                filter: filter.clone(),
                cursor,
            },
            _ => return None,
        })
    }

    /// Its name, for the trace.
    pub fn name(&self) -> &'static str {
        match self {
            Operation::GetApp { .. } => "getApp",
            Operation::ListApps { .. } => "listApps",
            Operation::ListIntegrations { .. } => "listIntegrations",
            Operation::GetIntegration { .. } => "getIntegration",
            Operation::CreateIntegration { .. } => "createIntegration",
            Operation::Initiate(_) => "initiate",
            Operation::Link(_) => "link",
            Operation::GetAccount { .. } => "getAccount",
            Operation::ListAccounts { .. } => "listAccounts",
            Operation::Refresh { .. } => "refresh",
            Operation::SetEnabled { .. } => "setEnabled",
            Operation::DeleteAccount { .. } => "deleteAccount",
            Operation::GetAuthParams { .. } => "getAuthParams",
            Operation::Execute(_) => "execute",
        }
    }

    /// Whether repeating it changes nothing. A repeated initiate would make a second account.
    pub fn is_repeatable(&self) -> bool {
        matches!(
            self,
            Operation::GetApp { .. }
                | Operation::ListApps { .. }
                | Operation::ListIntegrations { .. }
                | Operation::GetIntegration { .. }
                | Operation::GetAccount { .. }
                | Operation::ListAccounts { .. }
                | Operation::GetAuthParams { .. }
        )
    }
}
