//! The one error of this package: a stable code of ours, beside it the server's own words.

use std::any::Any;
use std::fmt;
use std::rc::Rc;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::text::{concat, cut};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// Why a call failed. Stable: a change of a code is a breaking change.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum ErrorCode { $($(#[$doc])* $name,)* }

        impl ErrorCode {
            /// Every code, for tables and tests.
            pub const ALL: &'static [ErrorCode] = &[$(ErrorCode::$name,)*];

            /// The code as JavaScript sees it.
            pub fn as_str(self) -> &'static str {
                match self { $(ErrorCode::$name => $text,)* }
            }
        }
    };
}

codes! {
    /// An argument is missing, unknown or of the wrong type; `issues` names it. A mistake in the calling code.
    InvalidArgument = "invalid_argument",
    /// A value that the user gave does not fit its field; `issues` names it. Show it beside the field.
    FieldsInvalid = "fields_invalid",
    /// None of the app's auth schemes can be used without the developer's own credentials.
    AppNotConnectable = "app_not_connectable",
    /// The app's auth scheme is `NO_AUTH`: execute its actions directly.
    ConnectionNotNeeded = "connection_not_needed",
    /// The app has no enabled integration. The developer makes one on the platform.
    IntegrationNotFound = "integration_not_found",
    /// The integration has another auth scheme than the one asked for.
    AuthSchemeMismatch = "auth_scheme_mismatch",
    /// The callback URL contradicts itself. Treat as hostile: start again.
    CallbackInvalid = "callback_invalid",
    /// The callback belongs to no attempt that this browser remembers for this page: it was started in another browser, or in a
    /// frame of another site. Nothing is left to do here: the user can close the window.
    CallbackUnbound = "callback_unbound",
    /// The attempt of the callback, or the one to resume, has already failed or was cancelled.
    CallbackReplayed = "callback_replayed",
    /// The platform wants the app's server to finish the connection with the callback's `session_uri`.
    CompletionRequired = "completion_required",
    /// The attempt is older than its lifetime of 10 minutes, and its account is not `ACTIVE`. Start again.
    FlowExpired = "flow_expired",
    /// The user said no at the authorization server (RFC 6749 §4.1.2.1).
    AccessDenied = "access_denied",
    /// The platform reports the account as `FAILED`.
    AccountFailed = "account_failed",
    /// The platform reports the account as `EXPIRED`.
    AccountExpired = "account_expired",
    /// The platform reports the account as `REVOKED`.
    AccountRevoked = "account_revoked",
    /// The platform reports the account as `INACTIVE`; waiting will not change it.
    AccountInactive = "account_inactive",
    /// The callback or the platform speaks of another account or entity than the one initiated. Treat as hostile.
    AccountMismatch = "account_mismatch",
    /// The server answers for another user than the client's `entityId`.
    EntityMismatch = "entity_mismatch",
    /// The state of the flow does not allow this call; nothing has changed. A mistake in the calling code.
    InvalidTransition = "invalid_transition",
    /// The browser did not allow a popup. Retryable: in a click it is allowed.
    PopupBlocked = "popup_blocked",
    /// The user closed the popup before the connection was complete.
    PopupClosed = "popup_closed",
    /// The page runs inside another app's browser, where authorization servers refuse to sign users in; `inAppBrowser` names the app.
    InAppBrowser = "in_app_browser",
    /// The page must not be sent to this URL.
    RedirectRefused = "redirect_refused",
    /// The server at `baseUrl` redirected an API request, for example to its sign-in page.
    Redirected = "redirected",
    /// The page is in a frame of another site and would have to be left for the provider, which forbids frames. A popup works there.
    Embedded = "embedded",
    /// No answer: offline, DNS, refused, reset, CORS.
    Network = "network",
    /// No answer, or no final status, in time.
    Timeout = "timeout",
    /// The caller's `signal` was aborted, or the client disposed of.
    Cancelled = "cancelled",
    /// HTTP 401.
    Unauthorized = "unauthorized",
    /// HTTP 403.
    Forbidden = "forbidden",
    /// HTTP 404, or a 400 that means the same (docs/protocol.md §6.3, Q25).
    NotFound = "not_found",
    /// HTTP 410 for an action: its tool is gone.
    Gone = "gone",
    /// HTTP 409.
    Conflict = "conflict",
    /// HTTP 400, 422 and other refusals; the server's words are in `error_description`.
    InvalidRequest = "invalid_request",
    /// The platform no longer serves this route: HTTP 410, or 400 with the name of its successor.
    EndpointRetired = "endpoint_retired",
    /// HTTP 2xx, but the body says that the platform did not do it.
    Rejected = "rejected",
    /// The action was executed and failed; its words are in `error_description`.
    ActionFailed = "action_failed",
    /// HTTP 429.
    RateLimited = "rate_limited",
    /// HTTP 500 and above.
    Server = "server",
    /// The answer is not what the platform's API describes: no JSON, cut, too large, or without an id.
    ResponseInvalid = "response_invalid",
}

impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// How much of an argument's name is shown.
const MAX_NAME_CHARS: usize = 100;

/// What is wrong with one argument or one value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Issue {
    /// One of [`ISSUE_CODES`].
    pub code: &'static str,
    /// Path of the argument or key of the field, for example `data.shop`.
    pub field: String,
    /// English, one sentence; never contains the value.
    pub message: String,
    /// For a message in another language: what the field says, never the value. See [`ISSUE_CODES`].
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "members")]
    pub params: Vec<(&'static str, String)>,
}

/// Every code of an [`Issue`]. Those of a field have the params `label` and what is named beside them.
pub const ISSUE_CODES: &[&str] = &[
    // Nothing is given, or nothing but white space.
    "required",
    // An argument that does not exist.
    "unknown",
    // Another type of value. For a field: `type`, the type that it has to be.
    "type",
    // Not of its form. For a field: `format`, such as `email`.
    "format",
    // Given twice, in different words.
    "duplicate",
    // The field's regular expression is not found in it: `pattern`.
    "pattern",
    // None of the values that the field allows: `allowed`, separated by commas.
    "enum",
    // More bytes of UTF-8 than any field takes: `max`.
    "too_long",
    "invisible",
];

fn members<S: Serializer>(
    params: &Vec<(&'static str, String)>,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    // As a struct, whose serializer is there already: one for maps would be linked in for this alone.
    let mut object = serializer.serialize_struct("Params", params.len())?;
    for (name, value) in params {
        object.serialize_field(name, value)?;
    }
    object.end()
}

/// The result of everything that can fail.
pub type Result<T> = std::result::Result<T, ConnectError>;

/// The one error of this package. One pointer wide: every call can end in it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct ConnectError(Box<ErrorDetails>);

/// What a [`ConnectError`] says.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorDetails {
    /// Stable; branch on this.
    pub code: ErrorCode,
    /// One lower-case English sentence; never contains a typed value, a token or a full URL.
    pub message: String,
    /// Whether the same call may succeed later without a change.
    pub retryable: bool,
    /// HTTP status, when a server answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// How long the platform asks to wait, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// The platform's id of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The server's own error code, verbatim: an OAuth `error`, a slug, or a number as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The server's own words. Text, not markup.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_description: Option<String>,
    /// The account that the attempt was to connect, where the error is about an attempt. It may exist all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connected_account_id: Option<String>,
    /// The app whose browser the page runs in, with `in_app_browser`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_app_browser: Option<&'static str>,
    /// Which arguments or values are wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub issues: Vec<Issue>,
    #[serde(skip)]
    pub(crate) cause: Option<Cause>,
}

/// A foreign error. The core only passes it on.
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
    /// An error of ours.
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
            in_app_browser: None,
            issues: Vec::new(),
            cause: None,
        }))
    }

    /// An argument that is wrong. A name may be the caller's own: what is longer than any of ours is cut.
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

    /// The server speaks of another user than the one that the caller named.
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

    /// Adds what is wrong in particular.
    pub fn with_issues(mut self, issues: Vec<Issue>) -> Self {
        self.issues = issues;
        self
    }

    /// Names the account of the attempt.
    pub fn with_account(mut self, connected_account_id: &str) -> Self {
        self.connected_account_id = Some(connected_account_id.to_owned());
        self
    }

    /// Adds the foreign error behind this one.
    pub fn with_cause(mut self, cause: impl Any) -> Self {
        self.cause = Some(Cause(Rc::new(cause)));
        self
    }

    /// The foreign error behind this one, such as the `JsValue` that JavaScript threw.
    pub fn cause<T: Any>(&self) -> Option<&T> {
        self.cause.as_ref()?.0.downcast_ref()
    }

    /// Says whether the same call may succeed later.
    pub fn with_retryable(mut self, retryable: bool) -> Self {
        self.retryable = retryable;
        self
    }

    /// Adds the server's own code and words.
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
