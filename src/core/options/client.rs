//! Options of a client, and the headers of its requests.

use std::fmt;

use super::{Options, Result};
use crate::core::api::Api;
use crate::core::error::ConnectError;
use crate::core::redirect;
use crate::core::secret::Secret;
use crate::core::text::{concat, decimal, has_any};
use crate::core::value::Value;

/// Options of a client. Only `base_url` has no default.
#[derive(Clone)]
pub struct ClientOptions {
    /// Address of the gateway, or of the platform's API: an absolute URL or a path, without a slash at the end.
    pub base_url: String,
    /// Version of the platform's API. Default v3.1.
    pub api: Api,
    /// Default for calls that take an entity. None behind a gateway, where the session decides.
    pub entity_id: Option<String>,
    /// Headers of every request.
    pub headers: Vec<(String, String)>,
    /// As in `fetch`. Default `same-origin`.
    pub credentials: Credentials,
    /// Where users return to: an absolute URL or a path. Default: the page.
    pub redirect_url: Option<String>,
    /// Origins that users may be sent to. Default: empty, which allows any `https:` origin.
    pub provider_origins: Vec<String>,
    /// Time limit of one request, in milliseconds. Default 15,000.
    pub timeout_ms: u32,
    /// Size limit of an answer, in bytes. Default 1,000,000. The answer of an action may be ten times as large.
    pub max_answer_bytes: u32,
    /// How often a failed GET is retried. Default 2.
    pub retry: u32,
    /// Whether calls may create an integration, which changes the developer's project. Default false.
    pub create_integrations: bool,
    /// The platform's API key, for local development only.
    pub unsafe_api_key: Option<Secret>,
}

/// When requests carry cookies, as in `fetch`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Credentials {
    /// Never.
    Omit,
    /// Only requests to the page's own origin.
    #[default]
    SameOrigin,
    /// Always.
    Include,
}

impl fmt::Debug for ClientOptions {
    /// Leaves out the headers and the API key.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ClientOptions")
            .field("base_url", &self.base_url)
            .field("api", &self.api)
            .finish_non_exhaustive()
    }
}

impl Default for ClientOptions {
    fn default() -> Self {
        ClientOptions {
            base_url: String::new(),
            api: Api::default(),
            entity_id: None,
            headers: Vec::new(),
            credentials: Credentials::SameOrigin,
            redirect_url: None,
            provider_origins: Vec::new(),
            timeout_ms: 15_000,
            max_answer_bytes: 1_000_000,
            retry: 2,
            create_integrations: false,
            unsafe_api_key: None,
        }
    }
}

const AT_LEAST_ONE: &str = "must be at least 1, got 0";

impl ClientOptions {
    /// Reads the argument of `createClient` without its functions: `fetch`, `storage` and `headers` as a function are read by the caller.
    ///
    /// # Errors
    /// `invalid_argument`.
    pub fn read(value: &Value) -> Result<Self> {
        if !value.get("apiKey").is_null() {
            return Err(ConnectError::argument(
                "unknown",
                "apiKey",
                "must not be in a browser: keep the key in a gateway on your server, and set `baseUrl` to the gateway",
            ));
        }
        let mut options = Options::new(value);
        options.known.extend(["fetch", "storage", "wasmUrl"]);
        // The loader has used it.
        options.string("preload");
        let default = ClientOptions::default();
        let read = ClientOptions {
            base_url: options.string("baseUrl").unwrap_or_default(),
            api: options.api(),
            entity_id: options.string("entityId"),
            headers: options.strings("headers"),
            credentials: options.credentials(),
            redirect_url: options.return_address("redirectUrl"),
            provider_origins: options.origins("providerOrigins"),
            timeout_ms: options
                .number("timeoutMs", 1, 600_000)
                .unwrap_or(default.timeout_ms),
            max_answer_bytes: options
                .number("maxAnswerBytes", 1, 50_000_000)
                .unwrap_or(default.max_answer_bytes),
            retry: options.number("retry", 0, 10).unwrap_or(default.retry),
            create_integrations: options.bool("createIntegrations").unwrap_or(false),
            unsafe_api_key: options.string("unsafeApiKey").map(Secret::new),
        };
        options.end(read)?.checked()
    }

    /// Checks what the types do not express, and removes slashes from the end of `base_url`.
    ///
    /// # Errors
    /// `invalid_argument`.
    pub fn checked(mut self) -> Result<Self> {
        if self.base_url.is_empty() {
            return Err(ConnectError::argument(
                "required",
                "baseUrl",
                "is required: the address of your gateway, such as `/api/connect`",
            ));
        }
        if !redirect::is_return_address(&self.base_url) && !redirect::is_local_path(&self.base_url)
        {
            return Err(ConnectError::argument(
                "format",
                "baseUrl",
                "must be an `https:` or `http:` URL, or a path that starts with one `/`",
            ));
        }
        if has_any(&self.base_url, b"?#") {
            return Err(ConnectError::argument(
                "format",
                "baseUrl",
                "must not have a query or a fragment",
            ));
        }
        for (name, value) in &self.headers {
            check_header(name, value)?;
        }
        if self.timeout_ms == 0 {
            return Err(ConnectError::argument("format", "timeoutMs", AT_LEAST_ONE));
        }
        if self.max_answer_bytes == 0 {
            return Err(ConnectError::argument(
                "format",
                "maxAnswerBytes",
                AT_LEAST_ONE,
            ));
        }
        while self.base_url.ends_with('/') {
            self.base_url.pop();
        }
        Ok(self)
    }
}

impl Options<'_> {
    fn credentials(&mut self) -> Credentials {
        let expected = "`omit`, `same-origin` or `include`";
        match self.string("credentials").as_deref() {
            Some("omit") => return Credentials::Omit,
            Some("include") => return Credentials::Include,
            None | Some("same-origin") => {}
            Some(came) => self.unknown_word("credentials", expected, came),
        }
        Credentials::SameOrigin
    }

    fn api(&mut self) -> Api {
        let expected = "`v3.1` or `v3` (the platform retired v1 and v2 in June 2026)";
        match self.string("api").as_deref() {
            Some("v3") => return Api::V3,
            None | Some("v3.1") => {}
            Some(came) => self.unknown_word("api", expected, came),
        }
        Api::V31
    }

    fn origins(&mut self, name: &'static str) -> Vec<String> {
        let mut origins = Vec::new();
        for (at, item) in self.array(name).iter().enumerate() {
            match item.as_str().filter(|text| redirect::is_origin(text)) {
                Some(origin) => origins.push(origin.to_owned()),
                None => {
                    let at = decimal(at as u64 + 1);
                    let problem = [
                        "must contain origins such as `https://example.com`, without a path or a slash at the end: see entry ",
                        &at,
                    ];
                    self.refuse("format", name, &concat(&problem));
                }
            }
        }
        origins
    }
}

/// Reads the headers that a `headers` function returned.
///
/// # Errors
/// `invalid_argument`.
pub fn read_headers(value: &Value) -> Result<Vec<(String, String)>> {
    let mut options = Options::new(&Value::Null);
    let headers = options.strings_of("headers", value);
    options.end(headers)
}

/// Checks that a header can be sent (RFC 9110 §5.1 and §5.5).
///
/// # Errors
/// `invalid_argument`. The message does not contain the value.
pub fn check_header(name: &str, value: &str) -> Result<()> {
    let is_token = !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b));
    if is_token
        && value
            .bytes()
            .all(|b| b == b'\t' || (0x20..0x7f).contains(&b))
    {
        return Ok(());
    }
    let field = concat(&["headers.", name]);
    Err(ConnectError::argument(
        "format",
        &field,
        "must be a valid HTTP header: a token as its name, printable ASCII as its value",
    ))
}
