//! Errors: a stable code of ours, and the server's own code and description.

use std::any::Any;
use std::fmt;
use std::rc::Rc;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::text::{concat, cut};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// Why a call failed. Codes are stable: changing one is a breaking change.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum ErrorCode { $($(#[$doc])* $name,)* }

        impl ErrorCode {
            /// All codes.
            pub const ALL: &'static [ErrorCode] = &[$(ErrorCode::$name,)*];

            /// The code as JavaScript sees it.
            pub fn as_str(self) -> &'static str {
                match self { $(ErrorCode::$name => $text,)* }
            }
        }
    };
}

codes! {
    /// An argument is missing, unknown or of the wrong type. `issues` names it. This is a bug in the calling code.
    InvalidArgument = "invalid_argument",
    /// A value of the user does not fit its field. Show each of `issues` beside its field.
    FieldsInvalid = "fields_invalid",
    /// Every auth scheme of the app needs the developer's own credentials.
    AppNotConnectable = "app_not_connectable",
    /// The app's auth scheme is `NO_AUTH`: execute its actions directly.
    ConnectionNotNeeded = "connection_not_needed",
    /// The app has no enabled integration: create one on the platform.
    IntegrationNotFound = "integration_not_found",
    /// The integration does not have the requested auth scheme.
    AuthSchemeMismatch = "auth_scheme_mismatch",
    /// The callback URL contradicts itself. Treat it as hostile and start again.
    CallbackInvalid = "callback_invalid",
    /// This page has no record of the callback's attempt: it was started in another browser, or in a frame of another site. The user can close the window.
    CallbackUnbound = "callback_unbound",
    /// The attempt of the callback, or the one to resume, has already failed or was cancelled, or its session is used up.
    CallbackReplayed = "callback_replayed",
    /// The server at `baseUrl` cannot complete the session of the callback, so the app's server must.
    CompletionRequired = "completion_required",
    /// The attempt is older than 10 minutes, and its account is not `ACTIVE`. Start again.
    FlowExpired = "flow_expired",
    /// The user denied access at the authorization server (RFC 6749 §4.1.2.1).
    AccessDenied = "access_denied",
    /// The platform reports the account as `FAILED`.
    AccountFailed = "account_failed",
    /// The platform reports the account as `EXPIRED`.
    AccountExpired = "account_expired",
    /// The platform reports the account as `REVOKED`.
    AccountRevoked = "account_revoked",
    /// The platform reports the account as `INACTIVE`. Waiting does not change that.
    AccountInactive = "account_inactive",
    /// The callback or the platform names another account or entity than the one initiated. Treat it as hostile.
    AccountMismatch = "account_mismatch",
    /// The server answers for another user than the client's `entityId`, or than the one who started the attempt.
    EntityMismatch = "entity_mismatch",
    /// The flow does not allow this call in its state, and nothing changed. This is a bug in the calling code.
    InvalidTransition = "invalid_transition",
    /// The browser blocked the popup. Retryable: browsers allow a popup in a click.
    PopupBlocked = "popup_blocked",
    /// The user closed the popup before the connection was complete.
    PopupClosed = "popup_closed",
    /// The page runs in another app's browser, where authorization servers refuse to sign users in. `inAppBrowser` names the app.
    InAppBrowser = "in_app_browser",
    /// The URL is not allowed as a redirect URL, or the browser refused to open it.
    RedirectRefused = "redirect_refused",
    /// The server at `baseUrl` redirected an API request, for example to its sign-in page.
    Redirected = "redirected",
    /// The page is in a frame of another site, and providers forbid frames. Use a popup there.
    Embedded = "embedded",
    /// The request got no answer: offline, DNS, refused, reset or CORS.
    Network = "network",
    /// The time limit passed without an answer, or without a final status.
    Timeout = "timeout",
    /// The caller's `signal` was aborted, the flow was cancelled, or the client was disposed of.
    Cancelled = "cancelled",
    /// HTTP 401.
    Unauthorized = "unauthorized",
    /// HTTP 403.
    Forbidden = "forbidden",
    /// HTTP 404, or a 400 with the same meaning.
    NotFound = "not_found",
    /// HTTP 410 for an action: the platform removed it.
    Gone = "gone",
    /// HTTP 409.
    Conflict = "conflict",
    /// HTTP 400, 422 and other refusals.
    InvalidRequest = "invalid_request",
    /// The platform no longer serves this route: HTTP 410, or a 400 that names the successor.
    EndpointRetired = "endpoint_retired",
    /// HTTP 2xx, but the body reports a failure.
    Rejected = "rejected",
    /// The action ran and failed.
    ActionFailed = "action_failed",
    /// The action needs an account that the user has not connected. `app` and `entityId` say which.
    ConnectionRequired = "connection_required",
    /// The app rejected the credentials: those of a new account, or those of a connected account that an action used.
    CredentialsRejected = "credentials_rejected",
    /// The account lacks a permission that the action needs.
    ScopesMissing = "scopes_missing",
    /// HTTP 429.
    RateLimited = "rate_limited",
    /// HTTP 500 and above.
    Server = "server",
    /// The answer does not match the platform's API: not JSON, truncated, too large, or without an id.
    ResponseInvalid = "response_invalid",
}

impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The longest name of an argument that a message shows.
const MAX_NAME_CHARS: usize = 100;

/// A problem with one argument or value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Issue {
    /// One of [`ISSUE_CODES`].
    pub code: &'static str,
    /// Path of the argument or key of the field, for example `data.shop`.
    pub field: String,
    /// One English sentence. Never contains the value.
    pub message: String,
    /// Details for a translated message (see [`ISSUE_CODES`]). Never the value.
    #[serde(
        skip_serializing_if = "Vec::is_empty",
        serialize_with = "serialize_params"
    )]
    pub params: Vec<(&'static str, String)>,
}

/// Every code of an [`Issue`]. An issue of a field has the param `label`, and those named here.
pub const ISSUE_CODES: &[&str] = &[
    // Missing or blank.
    "required",
    // No such argument.
    "unknown",
    // Not of the expected type. For a field: `type`.
    "type",
    // Not of the expected format. For a field: `format`, such as `email`.
    "format",
    // Given twice with different values.
    "duplicate",
    // Does not match the field's regular expression: `pattern`.
    "pattern",
    // Not one of the allowed values: `allowed`, separated by commas.
    "enum",
    // More bytes of UTF-8 than allowed: `max`.
    "too_long",
    // A secret that contains an invisible character.
    "invisible",
];

fn serialize_params<S: Serializer>(
    params: &Vec<(&'static str, String)>,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    // As a struct: a serializer for maps would be compiled for this alone.
    let mut object = serializer.serialize_struct("Params", params.len())?;
    for (name, value) in params {
        object.serialize_field(name, value)?;
    }
    object.end()
}

/// A result with the error of this crate.
pub type Result<T> = std::result::Result<T, ConnectError>;

/// The error of every call. One pointer wide. Its members are those of [`ErrorDetails`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct ConnectError(Box<ErrorDetails>);

/// The members of a [`ConnectError`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorDetails {
    /// Stable. Branch on this.
    pub code: ErrorCode,
    /// One English sentence for developers. Never contains a typed value, a token or a full URL.
    pub message: String,
    /// Whether the same call may succeed later.
    pub retryable: bool,
    /// HTTP status, if a server answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The delay that the platform asks for, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// The platform's id of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The server's error code: an OAuth `error`, a slug, or a number as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The server's description of the error. Text, not markup.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_description: Option<String>,
    /// Id of the account that the attempt was to connect, if the error is about an attempt. The account may exist.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connected_account_id: Option<String>,
    /// With the code `connection_required`: key of the app to connect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// With the code `connection_required`: the end user, if the caller named one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_id: Option<String>,
    /// HTTP status of the app's answer to a failed action, if the action reports it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_status: Option<u16>,
    /// With the code `in_app_browser`: the app whose browser shows the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_app_browser: Option<&'static str>,
    /// The arguments or values that are wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub issues: Vec<Issue>,
    #[serde(skip)]
    pub(crate) cause: Option<Cause>,
}

/// An error of the platform below, which the core passes on.
#[derive(Clone)]
pub(crate) struct Cause(Rc<dyn Any>);

impl PartialEq for Cause {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("[foreign]")
    }
}

impl ConnectError {
    /// Makes an error.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        ConnectError(Box::new(ErrorDetails {
            code,
            message: message.into(),
            retryable: false,
            status: None,
            retry_after_ms: None,
            request_id: None,
            error: None,
            error_description: None,
            connected_account_id: None,
            app: None,
            entity_id: None,
            action_status: None,
            in_app_browser: None,
            issues: Vec::new(),
            cause: None,
        }))
    }

    /// An argument that is wrong. `problem` follows its name in the message. A long name, which the caller made up, is cut.
    pub fn argument(code: &'static str, field: &str, problem: &str) -> Self {
        let field = cut(field, MAX_NAME_CHARS);
        let message = concat(&["`", &field, "` ", problem]);
        let issue = Issue {
            code,
            field,
            message: message.clone(),
            params: Vec::new(),
        };
        Self::new(ErrorCode::InvalidArgument, message).with_issues(vec![issue])
    }

    /// Values do not fit their fields.
    pub fn fields_invalid(issues: Vec<Issue>) -> Self {
        let message = "a value is missing or does not fit its field: see `issues`";
        Self::new(ErrorCode::FieldsInvalid, message).with_issues(issues)
    }

    /// The server answers for another user than the caller named.
    pub fn other_entity() -> Self {
        let message = "the server answers for another user than `entityId`: leave `entityId` out, or sign in as that user";
        Self::new(ErrorCode::EntityMismatch, message)
    }

    /// Neither the call nor the client has an `entityId`.
    pub fn entity_missing() -> Self {
        let problem = "is required here or in `createClient`";
        Self::argument("required", "entityId", problem)
    }

    /// A list of accounts has neither `entityId` nor `allEntities`.
    pub fn list_entity_missing() -> Self {
        let problem = "is required here or in `createClient`, unless `allEntities` is true";
        Self::argument("required", "entityId", problem)
    }

    /// Sets the issues.
    pub fn with_issues(mut self, issues: Vec<Issue>) -> Self {
        self.issues = issues;
        self
    }

    /// Sets the account of the attempt.
    pub fn with_account(mut self, connected_account_id: &str) -> Self {
        self.connected_account_id = Some(connected_account_id.to_owned());
        self
    }

    /// Sets the foreign error that caused this one.
    pub fn with_cause(mut self, cause: impl Any) -> Self {
        self.cause = Some(Cause(Rc::new(cause)));
        self
    }

    /// The foreign error that caused this one, such as the `JsValue` that JavaScript threw.
    pub fn cause<T: Any>(&self) -> Option<&T> {
        self.cause.as_ref()?.0.downcast_ref()
    }

    /// Sets whether the same call may succeed later.
    pub fn with_retryable(mut self, retryable: bool) -> Self {
        self.retryable = retryable;
        self
    }

    /// Puts these words before the message.
    pub fn after(mut self, words: &str) -> Self {
        self.message = concat(&[words, &self.message]);
        self
    }

    /// Whether the error says that the account does not exist.
    pub fn is_missing(&self) -> bool {
        matches!(self.code, ErrorCode::NotFound | ErrorCode::Gone)
    }

    /// Sets the server's code and description.
    pub fn with_server_words(mut self, error: Option<String>, description: Option<String>) -> Self {
        self.error = error;
        self.error_description = description;
        self
    }
}

impl std::ops::Deref for ConnectError {
    type Target = ErrorDetails;

    fn deref(&self) -> &ErrorDetails {
        &self.0
    }
}

impl std::ops::DerefMut for ConnectError {
    fn deref_mut(&mut self) -> &mut ErrorDetails {
        &mut self.0
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for ConnectError {}
