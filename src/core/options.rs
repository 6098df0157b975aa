//! Reading the options of a call. An unknown option is an error that names it: a typo must not drop a secret on the floor.

mod accounts;
mod catalogue;
mod client;
mod flow;

pub use accounts::{RefreshOptions, WaitOptions, read_account_id};
pub use catalogue::{read_app, read_integration_id};
pub use client::{ClientOptions, Credentials, check_header, read_headers};
pub(crate) use flow::entity_missing;
pub use flow::{read_data, read_flow_id};

use super::error::{ConnectError, ErrorCode};
use super::procedure::complete::CompleteOptions;
use super::procedure::expected_params::ExpectedParamsOptions;
use super::procedure::initiate::InitiateOptions;
use super::redirect;
use super::scheme::AuthScheme;
use super::secret::Secret;
use super::value::Value;

type Result<T> = core::result::Result<T, ConnectError>;

/// One object of options, each of which must be known.
struct Options<'a>(&'a Value);

impl<'a> Options<'a> {
    fn new(value: &'a Value, known: &[&str]) -> Result<Self> {
        match value {
            Value::Null | Value::Object(_) => {}
            _ => {
                return Err(ConnectError::argument(
                    "type",
                    "options",
                    "is not an object",
                ));
            }
        }
        for (name, _) in value.members() {
            if !known.contains(&name.as_str()) {
                return Err(ConnectError::argument(
                    "unknown",
                    name,
                    "is not an option of this call",
                ));
            }
        }
        Ok(Options(value))
    }

    fn string(&self, name: &str) -> Result<Option<String>> {
        match self.0.get(name) {
            Value::Null => Ok(None),
            Value::String(text) if text.trim().is_empty() => {
                Err(ConnectError::argument("required", name, "is empty"))
            }
            Value::String(text) => Ok(Some(text.clone())),
            _ => Err(ConnectError::argument("type", name, "is not a string")),
        }
    }

    fn required(&self, name: &str) -> Result<String> {
        self.string(name)?
            .ok_or_else(|| ConnectError::argument("required", name, "is required"))
    }

    fn bool(&self, name: &str) -> Result<Option<bool>> {
        match self.0.get(name) {
            Value::Null => Ok(None),
            Value::Bool(flag) => Ok(Some(*flag)),
            _ => Err(ConnectError::argument("type", name, "is not a boolean")),
        }
    }

    fn number(&self, name: &str, max: u32) -> Result<Option<u32>> {
        let value = self.0.get(name);
        if value.is_null() {
            return Ok(None);
        }
        match value.as_u64().and_then(|n| u32::try_from(n).ok()) {
            Some(n) if n <= max => Ok(Some(n)),
            _ => Err(ConnectError::argument(
                "type",
                name,
                "is not a whole number in its range",
            )),
        }
    }

    /// A flat map of strings; `path` goes before the key in an error.
    fn strings(&self, name: &str) -> Result<Vec<(String, String)>> {
        let value = self.0.get(name);
        if !value.is_null() && !value.is_object() {
            return Err(ConnectError::argument("type", name, "is not an object"));
        }
        value
            .members()
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| match value {
                Value::String(text) => Ok((key.clone(), text.clone())),
                _ => {
                    let field = [name, ".", key].concat();
                    Err(ConnectError::argument("type", &field, "is not a string"))
                }
            })
            .collect()
    }

    fn word<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> Result<Option<T>> {
        let Some(text) = self.string(name)? else {
            return Ok(None);
        };
        match words.iter().find(|(word, _)| *word == text) {
            Some((_, value)) => Ok(Some(*value)),
            None => Err(ConnectError::argument(
                "format",
                name,
                "has a value that is not known",
            )),
        }
    }

    fn return_address(&self, name: &str) -> Result<Option<String>> {
        match self.string(name)? {
            Some(url) if !redirect::is_return_address(&url) && !redirect::is_local_path(&url) => {
                Err(ConnectError::argument(
                    "format",
                    name,
                    "is not an `https:` or `http:` URL",
                ))
            }
            url => Ok(url),
        }
    }

    /// The return address under either of the documents' two names.
    fn either_return_address(&self) -> Result<Option<String>> {
        let (url, uri) = (
            self.return_address("redirectUrl")?,
            self.return_address("redirectUri")?,
        );
        if url.is_some() && uri.is_some() && url != uri {
            return Err(ConnectError::argument(
                "duplicate",
                "redirectUri",
                "differs from `redirectUrl`",
            ));
        }
        Ok(url.or(uri))
    }

    fn scheme(&self) -> Result<Option<AuthScheme>> {
        Ok(self
            .string("authScheme")?
            .map(|word| AuthScheme::parse(&word)))
    }
}

fn colliding(field: &str, name: &str) -> ConnectError {
    let problem = [
        "already has the parameter `",
        name,
        "`, which the platform appends",
    ]
    .concat();
    ConnectError::argument("duplicate", field, &problem)
}

impl ExpectedParamsOptions {
    /// Reads the argument of `getExpectedParamsForUser`.
    ///
    /// # Errors
    /// `invalid_argument`.
    pub fn read(value: &Value) -> Result<Self> {
        let options = Options::new(value, &["app", "integrationId", "authScheme", "entityId"])?;
        options.string("entityId")?;
        ExpectedParamsOptions {
            app: options.string("app")?,
            integration_id: options.string("integrationId")?,
            auth_scheme: options.scheme()?,
        }
        .checked()
    }

    pub(crate) fn checked(self) -> Result<Self> {
        if self.app.is_none() && self.integration_id.is_none() {
            return Err(ConnectError::argument(
                "required",
                "app",
                "is required when there is no `integrationId`",
            ));
        }
        Ok(self)
    }
}

impl InitiateOptions {
    /// Reads the argument of `initiateConnection`.
    ///
    /// # Errors
    /// `invalid_argument`.
    pub fn read(value: &Value) -> Result<Self> {
        let options = Options::new(
            value,
            &[
                "entityId",
                "integrationId",
                "app",
                "authScheme",
                "data",
                "redirectUrl",
                "redirectUri",
                "returnTo",
                "authMode",
                "authConfig",
            ],
        )?;
        options.string("authMode")?;
        let auth_config = value.get("authConfig");
        if !auth_config.is_null() && !auth_config.is_object() {
            return Err(ConnectError::argument(
                "type",
                "authConfig",
                "is not an object",
            ));
        }
        if !auth_config.members().is_empty() {
            return Err(ConnectError::argument(
                "unknown",
                "authConfig",
                "holds a developer's credentials, which do not belong in a browser",
            ));
        }
        InitiateOptions {
            entity_id: options.string("entityId")?,
            integration_id: options.string("integrationId")?,
            app: options.string("app")?,
            auth_scheme: options.scheme()?,
            data: options
                .strings("data")?
                .into_iter()
                .map(|(name, text)| (name, Secret::new(text)))
                .collect(),
            redirect_url: options.either_return_address()?,
            return_to: options.string("returnTo")?,
        }
        .checked()
    }

    pub(crate) fn checked(self) -> Result<Self> {
        if self.app.is_none() && self.integration_id.is_none() {
            return Err(ConnectError::argument(
                "required",
                "integrationId",
                "is required when there is no `app`",
            ));
        }
        flow::check_return(self.redirect_url.as_deref(), self.return_to.as_deref())?;
        Ok(self)
    }
}

impl CompleteOptions {
    /// Reads the argument of `completeConnection`.
    ///
    /// # Errors
    /// `invalid_argument`.
    pub fn read(value: &Value) -> Result<Self> {
        let options = Options::new(value, &["url", "timeoutMs"])?;
        Ok(CompleteOptions {
            url: options.string("url")?,
            timeout_ms: options.number("timeoutMs", 600_000)?,
        })
    }
}

/// Reads the argument of `redirect`: any connection request, as plain data.
///
/// # Errors
/// `invalid_argument`, and `redirect_refused` when there is nowhere to go.
pub fn read_redirect_url(value: &Value) -> Result<String> {
    match (value, value.get("redirectUrl").as_text()) {
        (Value::Object(_), Some(url)) => Ok(url.to_owned()),
        (Value::Object(_), None) => Err(ConnectError::new(
            ErrorCode::RedirectRefused,
            "the connection request has no `redirectUrl`: there is nowhere to send the user",
        )),
        _ => Err(ConnectError::argument(
            "type",
            "request",
            "is not a connection request",
        )),
    }
}
