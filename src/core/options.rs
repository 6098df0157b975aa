//! Reads the options of a call. An unknown option is an error, so that a typo cannot silently drop a value.

mod accounts;
mod catalogue;
mod client;
mod flow;

pub use accounts::{RefreshOptions, read_account_id, read_deletion};
pub use catalogue::{read_app_key, read_app_to_list, read_integration_id};
pub use client::{ClientOptions, Credentials, check_header, read_headers};
pub use flow::read_data;

use super::calls::complete::CompleteOptions;
use super::calls::expected_params::ExpectedParamsOptions;
use super::calls::initiate::InitiateOptions;
use super::error::{ConnectError, ErrorCode, Result};
use super::redirect;
use super::scheme::AuthScheme;
use super::secret::Secret;
use super::text::{concat, decimal};
use super::value::Value;

/// Reads one object of options. Collects the first error and returns it from [`end`](Options::end), so that each option is read in
/// one line.
struct Options<'a> {
    value: &'a Value,
    /// Stands before the name of each option in an error: empty, or such as `verify.`.
    path: &'static str,
    /// The options read so far, which are all that the call has.
    known: Vec<&'static str>,
    error: Option<ConnectError>,
}

impl<'a> Options<'a> {
    fn new(value: &'a Value) -> Self {
        let mut options = Options {
            value,
            path: "",
            known: Vec::new(),
            error: None,
        };
        if !value.is_null() && !value.is_object() {
            options.mismatch("options", "an object", value);
        }
        options
    }

    /// Returns what was read, or the error of an unknown option, or the first other error.
    fn end<T>(self, read: T) -> Result<T> {
        self.check().map_or(Ok(read), Err)
    }

    /// The error, if any. Not generic, so that it is compiled once.
    fn check(self) -> Option<ConnectError> {
        let mut names = self.value.members().iter().map(|(name, _)| name);
        if let Some(name) = names.find(|name| !self.known.contains(&name.as_str())) {
            let problem = ["is not an option: ", &advice(name, &self.known)];
            return Some(self.error_of("unknown", name, &concat(&problem)));
        }
        self.error
    }

    fn error_of(&self, code: &'static str, name: &str, problem: &str) -> ConnectError {
        ConnectError::argument(code, &concat(&[self.path, name]), problem)
    }

    /// [`end`](Options::end) for a call whose `timeoutMs` and `signal` are read elsewhere.
    fn end_call<T>(mut self, read: T) -> Result<T> {
        self.known.extend([TIMEOUT, "signal"]);
        self.end(read)
    }

    fn refuse(&mut self, code: &'static str, field: &str, problem: &str) {
        if self.error.is_none() {
            self.error = Some(self.error_of(code, field, problem));
        }
    }

    /// `expected` completes "must be …", for example "a string".
    fn mismatch(&mut self, name: &str, expected: &str, came: &Value) {
        let problem = concat(&["must be ", expected, ", got ", kind(came)]);
        self.refuse("type", name, &problem);
    }

    fn get(&mut self, name: &'static str) -> &'a Value {
        self.known.push(name);
        self.value.get(name)
    }

    fn string(&mut self, name: &'static str) -> Option<String> {
        match self.get(name) {
            Value::Null => {}
            Value::String(text) if !text.trim().is_empty() => return Some(text.clone()),
            Value::String(_) => self.refuse("required", name, "must not be empty"),
            other => self.mismatch(name, "a string", other),
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
            self.mismatch(name, "true or false", value);
        }
        value.as_bool()
    }

    fn number(&mut self, name: &'static str, min: u32, max: u32) -> Option<u32> {
        let value = self.get(name);
        let number = value.as_u64().and_then(|n| u32::try_from(n).ok());
        let number = number.filter(|n| (min..=max).contains(n));
        if !value.is_null() && number.is_none() {
            let range = [
                "must be an integer from ",
                &decimal(u64::from(min)),
                " to ",
                &decimal(u64::from(max)),
                ", got ",
                match value {
                    Value::Number(number) => number,
                    other => kind(other),
                },
            ];
            let code = if value.as_u64() == Some(0) {
                "format"
            } else {
                "type"
            };
            self.refuse(code, name, &concat(&range));
        }
        number
    }

    /// Reads an array. Empty if the option is absent.
    fn array(&mut self, name: &'static str) -> &'a [Value] {
        let value = self.get(name);
        if !value.is_null() && !matches!(value, Value::Array(_)) {
            self.mismatch(name, "an array", value);
        }
        value.items()
    }

    /// Reads an object. Null if the option is absent.
    fn object(&mut self, name: &'static str) -> &'a Value {
        let value = self.get(name);
        self.object_of(name, value)
    }

    fn object_of<'v>(&mut self, name: &str, value: &'v Value) -> &'v Value {
        if !value.is_null() && !value.is_object() {
            self.mismatch(name, "an object", value);
        }
        value
    }

    /// Requires that JSON can express each member of an object.
    fn json(&mut self, name: &str, value: &Value) {
        for (key, value) in value.members() {
            if !value.is_json() {
                let name = concat(&[name, ".", key]);
                self.mismatch(&name, "JSON", value);
            }
        }
    }

    /// An object of strings. Members that are null are left out.
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
                other => self.mismatch(&concat(&[name, ".", key]), "a string", other),
            }
        }
        strings
    }

    /// The user's values by field name.
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

    /// `expected` completes "must be …" with the words allowed.
    fn unknown_word(&mut self, name: &str, expected: &str, came: &str) {
        // Text that does not look like a word may be a misplaced secret and is not shown. A word with space around it is.
        let is_word = came.len() <= MAX_SHOWN
            && came
                .trim()
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        let came = match is_word {
            true => concat(&["`", came, "`"]),
            false => "another string".to_owned(),
        };
        let problem = ["must be ", expected, ", got ", &came];
        self.refuse("format", name, &concat(&problem));
    }

    fn return_address(&mut self, name: &'static str) -> Option<String> {
        let address = self.string(name);
        if let Some(url) = &address
            && !redirect::is_return_address(url)
            && !redirect::is_local_path(url)
        {
            let problem = "must be an `https:` or `http:` URL, or a path that starts with one `/`";
            self.refuse("format", name, problem);
        }
        address
    }

    /// The return address, which the documents call both `redirectUrl` and `redirectUri`.
    fn either_return_address(&mut self) -> Option<String> {
        let url = self.return_address("redirectUrl");
        let uri = self.return_address("redirectUri");
        if url.is_some() && uri.is_some() && url != uri {
            let problem =
                "differs from `redirectUrl`, and both names mean the same option: give one of them";
            self.refuse("duplicate", "redirectUri", problem);
        }
        url.or(uri)
    }

    fn scheme(&mut self) -> Option<AuthScheme> {
        self.string("authScheme")
            .map(|word| AuthScheme::parse(&word))
    }
}

/// The longest unknown word that an error shows, in bytes.
const MAX_SHOWN: usize = 16;

/// The type of a value, for an error. Numbers and strings are not shown: they may be typed values or tokens.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(true) => "true",
        Value::Bool(false) => "false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
        _ => "something else",
    }
}

/// The platform's names of options.
const PLATFORM_NAMES: [(&str, &str); 8] = [
    ("id", "connectedAccountId"),
    ("userIds", "entityId"),
    ("userId", "entityId"),
    ("toolkit", "app"),
    ("authConfigId", "integrationId"),
    ("callbackUrl", "redirectUrl"),
    ("arguments", "input"),
    ("tool", "action"),
];

/// What to write instead of an unknown option.
fn advice(name: &str, known: &[&'static str]) -> String {
    let ours = PLATFORM_NAMES
        .iter()
        .find(|(word, _)| word.eq_ignore_ascii_case(name));
    let named = ours
        .map(|(_, ours)| *ours)
        .filter(|ours| known.contains(ours));
    let nearest = known.iter().copied();
    let nearest = nearest
        .max_by_key(|known| common_prefix(name, known))
        .filter(|known| common_prefix(name, known) * 2 >= known.len());
    match named.or(nearest) {
        Some(known) => concat(&["did you mean `", known, "`?"]),
        None => concat(&["the options are ", &known.join(", ")]),
    }
}

/// The length of the common prefix of two names, ignoring case.
fn common_prefix(a: &str, b: &str) -> usize {
    let pairs = a.bytes().zip(b.bytes());
    pairs.take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count()
}

/// The longest `timeoutMs` of a call.
const MAX_TIMEOUT_MS: u32 = 3_600_000;

const TIMEOUT: &str = "timeoutMs";

/// Reads `timeoutMs` from the options of a call.
///
/// # Errors
/// `invalid_argument` unless it is an integer from 1 to 3,600,000 or not given.
pub fn read_timeout(options: &Value) -> Result<Option<u32>> {
    let mut read = Options::new(options);
    let timeout_ms = read.number(TIMEOUT, 1, MAX_TIMEOUT_MS);
    read.error.map_or(Ok(timeout_ms), Err)
}

/// Reads the options of a call with a single, required option.
fn read_one(value: &Value, name: &'static str) -> Result<String> {
    let mut options = Options::new(value);
    let read = options.required(name);
    options.end_call(read)
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
        options.end_call(read)?.checked()
    }

    pub(crate) fn checked(self) -> Result<Self> {
        if self.app.is_none() && self.integration_id.is_none() {
            return Err(ConnectError::argument(
                "required",
                "app",
                "or `integrationId` is required",
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
            let problem =
                "must be empty: developer credentials belong on the platform, not in a browser";
            options.refuse("unknown", "authConfig", problem);
        }
        let read = InitiateOptions {
            entity_id: options.string("entityId"),
            integration_id: options.string("integrationId"),
            app: options.string("app"),
            auth_scheme: options.scheme(),
            data: options.secrets("data"),
            alias: options.alias(),
            redirect_url: options.either_return_address(),
            return_to: options.string("returnTo"),
        };
        options.end_call(read)?.checked()
    }

    pub(crate) fn checked(self) -> Result<Self> {
        if self.app.is_none() && self.integration_id.is_none() {
            return Err(ConnectError::argument(
                "required",
                "integrationId",
                "or `app` is required",
            ));
        }
        check_return_to(self.return_to.as_deref())?;
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
            verify: options.verification(),
        };
        options.end_call(read)
    }
}

/// Checks that `returnTo` is a path of this site.
fn check_return_to(return_to: Option<&str>) -> Result<()> {
    if return_to.is_some_and(|path| !redirect::is_local_path(path)) {
        let problem = "must be a path of this site that starts with one `/`";
        return Err(ConnectError::argument("format", "returnTo", problem));
    }
    Ok(())
}

/// Reads the redirect URL from the argument of `redirect`, a connection request as plain data.
///
/// # Errors
/// `invalid_argument` when it is not an object; `redirect_refused` when it has no redirect URL.
pub fn read_redirect_url(value: &Value) -> Result<String> {
    match (value, value.get("redirectUrl").as_text()) {
        (Value::Object(_), Some(url)) => Ok(url.to_owned()),
        (Value::Object(_), None) => Err(ConnectError::new(
            ErrorCode::RedirectRefused,
            "the connection request has no `redirectUrl`, so the user need not go anywhere: check its `connectionStatus`",
        )),
        _ => Err(ConnectError::argument(
            "type",
            "request",
            "must be a connection request, as `initiateConnection` returns it",
        )),
    }
}
