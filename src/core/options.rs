//! Reading the options of a call. An unknown option is an error that names it: a typo must not drop a secret on the floor.

mod accounts;
mod catalogue;
mod client;
mod flow;

pub use accounts::{RefreshOptions, WaitOptions, read_account_id};
pub use catalogue::{read_app, read_integration_id};
pub use client::{ClientOptions, Credentials, check_header, read_headers};
pub(crate) use flow::entity_missing;
pub use flow::read_data;

use super::error::{ConnectError, ErrorCode};
use super::procedure::complete::CompleteOptions;
use super::procedure::expected_params::ExpectedParamsOptions;
use super::procedure::initiate::InitiateOptions;
use super::redirect;
use super::scheme::AuthScheme;
use super::secret::Secret;
use super::text::concat;
use super::value::Value;

type Result<T> = core::result::Result<T, ConnectError>;

/// One object of options. What is wrong with one is kept until the end, the first of all: so that reading one is a line,
/// with no way out of it.
struct Options<'a> {
    value: &'a Value,
    known: Vec<&'static str>,
    wrong: Option<ConnectError>,
}

impl<'a> Options<'a> {
    fn new(value: &'a Value) -> Self {
        let mut options = Options {
            value,
            known: Vec::new(),
            wrong: None,
        };
        if !value.is_null() && !value.is_object() {
            options.refuse("type", "options", "is not an object");
        }
        options
    }

    /// What was read, where nothing is wrong and every option is one that was asked for.
    fn end<T>(self, read: T) -> Result<T> {
        let mut names = self.value.members().iter().map(|(name, _)| name);
        if let Some(name) = names.find(|name| !self.known.contains(&name.as_str())) {
            let problem = "is not an option of this call";
            return Err(ConnectError::argument("unknown", name, problem));
        }
        self.wrong.map_or(Ok(read), Err)
    }

    fn refuse(&mut self, code: &'static str, field: &str, problem: &str) {
        if self.wrong.is_none() {
            self.wrong = Some(ConnectError::argument(code, field, problem));
        }
    }

    fn get(&mut self, name: &'static str) -> &'a Value {
        self.known.push(name);
        self.value.get(name)
    }

    fn string(&mut self, name: &'static str) -> Option<String> {
        match self.get(name) {
            Value::Null => {}
            Value::String(text) if !text.trim().is_empty() => return Some(text.clone()),
            Value::String(_) => self.refuse("required", name, "is empty"),
            _ => self.refuse("type", name, "is not a string"),
        }
        None
    }

    fn required(&mut self, name: &'static str) -> String {
        let text = self.string(name);
        if text.is_none() {
            self.refuse("required", name, "is required");
        }
        text.unwrap_or_default()
    }

    fn bool(&mut self, name: &'static str) -> Option<bool> {
        let value = self.get(name);
        if !value.is_null() && value.as_bool().is_none() {
            self.refuse("type", name, "is not a boolean");
        }
        value.as_bool()
    }

    fn number(&mut self, name: &'static str, max: u32) -> Option<u32> {
        let value = self.get(name);
        let number = value.as_u64().and_then(|n| u32::try_from(n).ok());
        let number = number.filter(|n| *n <= max);
        if !value.is_null() && number.is_none() {
            self.refuse("type", name, "is not a whole number in its range");
        }
        number
    }

    /// An object, or null.
    fn object(&mut self, name: &'static str) -> &'a Value {
        let value = self.get(name);
        self.object_of(name, value)
    }

    fn object_of<'v>(&mut self, name: &str, value: &'v Value) -> &'v Value {
        if !value.is_null() && !value.is_object() {
            self.refuse("type", name, "is not an object");
        }
        value
    }

    /// A flat map of strings.
    fn strings(&mut self, name: &'static str) -> Vec<(String, String)> {
        let value = self.get(name);
        self.strings_of(name, value)
    }

    fn strings_of(&mut self, name: &str, value: &Value) -> Vec<(String, String)> {
        let mut strings = Vec::new();
        for (key, value) in self.object_of(name, value).members() {
            match value {
                Value::Null => {}
                Value::String(text) => strings.push((key.clone(), text.clone())),
                _ => self.refuse("type", &concat(&[name, ".", key]), "is not a string"),
            }
        }
        strings
    }

    /// What the user typed, by field name.
    fn secrets(&mut self, name: &'static str) -> Vec<(String, Secret)> {
        let value = self.get(name);
        self.secrets_of(name, value)
    }

    fn secrets_of(&mut self, name: &str, value: &Value) -> Vec<(String, Secret)> {
        let strings = self.strings_of(name, value).into_iter();
        strings
            .map(|(name, text)| (name, Secret::new(text)))
            .collect()
    }

    fn word<T: Copy + Default>(&mut self, name: &'static str, words: &[(&str, T)]) -> T {
        let Some(text) = self.string(name) else {
            return T::default();
        };
        let found = words.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            self.refuse("format", name, "has a value that is not known");
        }
        found.map_or_else(T::default, |(_, value)| *value)
    }

    fn return_address(&mut self, name: &'static str) -> Option<String> {
        let address = self.string(name);
        if let Some(url) = &address
            && !redirect::is_return_address(url)
            && !redirect::is_local_path(url)
        {
            self.refuse("format", name, "is not an `https:` or `http:` URL");
        }
        address
    }

    /// The return address under either of the documents' two names.
    fn either_return_address(&mut self) -> Option<String> {
        let url = self.return_address("redirectUrl");
        let uri = self.return_address("redirectUri");
        if url.is_some() && uri.is_some() && url != uri {
            self.refuse("duplicate", "redirectUri", "differs from `redirectUrl`");
        }
        url.or(uri)
    }

    fn scheme(&mut self) -> Option<AuthScheme> {
        self.string("authScheme")
            .map(|word| AuthScheme::parse(&word))
    }
}

/// Reads options of which there is one.
fn read_one(value: &Value, name: &'static str) -> Result<String> {
    let mut options = Options::new(value);
    let read = options.required(name);
    options.end(read)
}

fn colliding(field: &str, name: &str) -> ConnectError {
    let problem = concat(&[
        "already has the parameter `",
        name,
        "`, which the platform appends",
    ]);
    ConnectError::argument("duplicate", field, &problem)
}

impl ExpectedParamsOptions {
    /// Reads the argument of `getExpectedParamsForUser`.
    ///
    /// # Errors
    /// `invalid_argument`.
    pub fn read(value: &Value) -> Result<Self> {
        let mut options = Options::new(value);
        options.string("entityId");
        let read = ExpectedParamsOptions {
            app: options.string("app"),
            integration_id: options.string("integrationId"),
            auth_scheme: options.scheme(),
        };
        options.end(read)?.checked()
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
        let mut options = Options::new(value);
        options.string("authMode");
        if !options.object("authConfig").members().is_empty() {
            let problem = "holds a developer's credentials, which do not belong in a browser";
            options.refuse("unknown", "authConfig", problem);
        }
        let read = InitiateOptions {
            entity_id: options.string("entityId"),
            integration_id: options.string("integrationId"),
            app: options.string("app"),
            auth_scheme: options.scheme(),
            data: options.secrets("data"),
            redirect_url: options.either_return_address(),
            return_to: options.string("returnTo"),
        };
        options.end(read)?.checked()
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
        let mut options = Options::new(value);
        let read = CompleteOptions {
            url: options.string("url"),
            timeout_ms: options.number("timeoutMs", 600_000),
        };
        options.end(read)
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
