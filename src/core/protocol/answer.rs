//! What the platform answers, without its words.

use serde::{Serialize, Serializer};

use crate::core::error::{ConnectError, ErrorCode};
use crate::core::fields::Field;
use crate::core::scheme::{AuthScheme, PREFERRED};
use crate::core::status::ConnectionStatus;
use crate::core::value::Value;

/// The answer to an [`Operation`](super::operation::Operation).
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// To `GetApp`.
    App(App),
    /// To `ListApps`.
    Apps(Page<App>),
    /// To `ListIntegrations`.
    Integrations(Page<Integration>),
    /// To `GetIntegration` and `CreateIntegration`.
    Integration(Integration),
    /// To `Initiate`, `Link` and `Refresh`.
    Connection(Connection),
    /// To `GetAccount`.
    Account(ConnectedAccount),
    /// To `ListAccounts`.
    Accounts(Page<ConnectedAccount>),
    /// To `GetAuthParams`.
    AuthParams(AuthParams),
    /// To `Execute`.
    Execution(Execution),
    /// To `SetEnabled` and `DeleteAccount`.
    Done,
}

/// Whoever asks one question gets the answer to it, or an error: a fault in the caller, never in a platform.
macro_rules! taken_from_answer {
    ($($variant:ident => $kind:ty,)*) => {$(
        impl TryFrom<Answer> for $kind {
            type Error = ConnectError;

            fn try_from(answer: Answer) -> Result<Self, ConnectError> {
                match answer {
                    Answer::$variant(value) => Ok(value),
                    _ => Err(other_answer()),
                }
            }
        }
    )*};
}

fn other_answer() -> ConnectError {
    ConnectError::new(
        ErrorCode::ResponseInvalid,
        "the answer is to another question",
    )
}

taken_from_answer! {
    App => App,
    Apps => Page<App>,
    Integration => Integration,
    Integrations => Page<Integration>,
    Account => ConnectedAccount,
    Accounts => Page<ConnectedAccount>,
    AuthParams => AuthParams,
    Execution => Execution,
}

/// An app that users can connect.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct App {
    /// Key, such as `gmail`; never altered.
    pub key: String,
    /// Name for display.
    pub name: String,
    /// What it is. Text, not markup.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Address of an image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
    /// In the platform's order.
    pub categories: Vec<Category>,
    /// Whether its actions need no connection.
    pub no_auth: bool,
    /// In the platform's order. Empty where it does not tell.
    #[serde(rename = "authSchemes", skip_serializing_if = "Vec::is_empty")]
    pub schemes: Vec<AppScheme>,
    /// Schemes for which the platform has credentials of its own.
    #[serde(rename = "managedAuthSchemes")]
    pub managed: Vec<AuthScheme>,
}

/// What an app is filed under.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Category {
    /// For [`AppFilter`](super::operation::AppFilter).
    pub id: String,
    /// For display.
    pub name: String,
}

impl Category {
    /// Its id is called `id` in lists and `slug` in the app itself.
    pub(super) fn read(value: &Value) -> Option<Self> {
        let id = value.any(&["id", "slug"]).as_text()?;
        Some(Category {
            id: id.to_owned(),
            name: value.get("name").as_text().unwrap_or(id).to_owned(),
        })
    }
}

/// One way to authenticate with an app. To JavaScript, its name.
#[derive(Debug, Clone, PartialEq)]
pub struct AppScheme {
    /// Its name.
    pub scheme: AuthScheme,
    /// What the user is asked for.
    pub fields: Vec<Field>,
    /// Whether the developer must supply something (required, no default) to use it.
    pub is_blocked: bool,
}

impl Serialize for AppScheme {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.scheme.serialize(serializer)
    }
}

impl App {
    /// The entry of a scheme.
    pub fn scheme(&self, scheme: &AuthScheme) -> Option<&AppScheme> {
        self.schemes.iter().find(|entry| entry.scheme == *scheme)
    }

    /// Whether the platform has credentials of its own for a scheme.
    pub fn is_managed(&self, scheme: &AuthScheme) -> bool {
        self.managed.contains(scheme)
    }

    /// The scheme to create an integration for: the one asked for, else the first in the order of
    /// preference that works without the developer's credentials.
    pub fn creatable(&self, wanted: Option<&AuthScheme>) -> Option<&AppScheme> {
        let usable = |entry: &&AppScheme| !entry.is_blocked || self.is_managed(&entry.scheme);
        match wanted {
            Some(wanted) => self.scheme(wanted).filter(usable),
            None => PREFERRED
                .iter()
                .filter_map(|name| self.scheme(&AuthScheme::parse(name)))
                .find(usable),
        }
    }
}

/// An app plus one auth scheme plus the developer's credentials for it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Integration {
    /// Opaque id.
    pub id: String,
    /// Key of its app, as the platform writes it here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// Its scheme.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_scheme: Option<AuthScheme>,
    /// Neither disabled nor deleted.
    pub is_enabled: bool,
    /// Whether it uses the platform's own credentials, when told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_managed: Option<bool>,
    /// ISO 8601, as the platform wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    /// What the user is asked for, when this answer says so.
    #[serde(
        rename = "expectedInputFields",
        skip_serializing_if = "Option::is_none"
    )]
    pub fields: Option<Vec<Field>>,
}

impl Integration {
    /// Whether it is of an app, as far as it says.
    pub(crate) fn is_of(&self, app: &str) -> bool {
        self.app
            .as_deref()
            .is_none_or(|own| own.eq_ignore_ascii_case(app))
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Page<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// Where the next page starts; `None` on the last.
    pub next: Option<String>,
}

/// A connection that was started.
#[derive(Debug, Clone, PartialEq)]
pub struct Connection {
    /// Id of the connected account.
    pub connected_account_id: String,
    /// Its state.
    pub status: ConnectionStatus,
    /// Where to send the user; none when there is nothing to do there.
    pub redirect_url: Option<String>,
    /// Whose it is, where the server says so.
    pub entity_id: Option<String>,
    /// When that address stops working, in milliseconds since 1970 by the platform's clock.
    pub expires_at_ms: Option<u64>,
    /// What that clock said.
    pub date_ms: Option<u64>,
}

/// One user's connection to one app.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConnectedAccount {
    /// Opaque id.
    pub id: String,
    /// Its state.
    pub status: ConnectionStatus,
    /// The platform's reason, free text. Show it, do not branch on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_reason: Option<String>,
    /// Key of the app.
    pub app: String,
    /// Its integration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub integration_id: Option<String>,
    /// The end user, where the platform tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_id: Option<String>,
    /// Its scheme, where the platform tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_scheme: Option<AuthScheme>,
    /// Switched off; independent of `status`.
    pub is_disabled: bool,
    /// ISO 8601, as the platform wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    /// ISO 8601, as the platform wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<String>,
    /// The authorization server's `error` and `error_description`, on an attempt that it refused.
    #[serde(skip)]
    pub refusal: (Option<String>, Option<String>),
}

impl ConnectedAccount {
    /// Whether an action can use it.
    pub fn is_usable(&self) -> bool {
        self.status == ConnectionStatus::Active && !self.is_disabled
    }
}

/// What a signed call to the app needs, as far as the platform shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthParams {
    /// Where the app's API is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// In the platform's order.
    pub parameters: Vec<AuthParameter>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthParameter {
    /// Its name.
    pub name: String,
    /// Its value; of no use when masked.
    pub value: String,
    /// Whether the platform shows a mask in place of the value.
    pub is_masked: bool,
}

impl AuthParameter {
    pub(super) fn new(name: &str, value: String) -> Self {
        AuthParameter {
            name: name.to_owned(),
            is_masked: is_mask(&value),
            value,
        }
    }
}

/// Masks differ by year: `********`, `REDACTED`, `abcd...` (docs/protocol.md §5.12).
fn is_mask(value: &str) -> bool {
    value.eq_ignore_ascii_case("REDACTED")
        || (value.len() >= 4 && value.bytes().all(|byte| byte == b'*'))
        || (value.ends_with("...") && value.chars().count() <= 7)
}

/// What an action came to. One that failed is an error instead.
#[derive(Debug, Clone, PartialEq)]
pub struct Execution {
    /// The action's output.
    pub data: Value,
    /// The platform's id of the execution.
    pub log_id: Option<String>,
}
