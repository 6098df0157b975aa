//! Options of a flow.

use super::{Options, Result, check_return_to};
use crate::core::error::ConnectError;
use crate::core::flow::{FlowMode, FlowOptions, ResumeOptions, WhenConnected};
use crate::core::pending::Verification;
use crate::core::secret::Secret;
use crate::core::value::Value;

impl Options<'_> {
    fn mode(&mut self) -> FlowMode {
        match self.string("mode").as_deref() {
            Some("redirect") => return FlowMode::Redirect,
            Some("popup") => return FlowMode::Popup,
            None | Some("auto") => {}
            Some(came) => self.unknown_word("mode", "`redirect`, `popup` or `auto`", came),
        }
        FlowMode::Auto
    }

    /// Reads `verify`.
    pub(super) fn verification(&mut self) -> Option<Verification> {
        let value = self.object("verify");
        if !value.is_object() {
            return None;
        }
        let mut options = Options::new(value);
        options.path = "verify.";
        let read = Verification {
            action: options.required("action"),
            input: options.object("input").clone(),
        };
        options.json("input", &read.input);
        self.error = self.error.take().or(options.check());
        Some(read)
    }

    fn when_connected(&mut self) -> WhenConnected {
        match self.string("whenConnected").as_deref() {
            Some("reuse") => return WhenConnected::Reuse,
            None | Some("new") => {}
            Some(came) => self.unknown_word("whenConnected", "`new` or `reuse`", came),
        }
        WhenConnected::New
    }
}

impl FlowOptions {
    /// Reads the argument of `flow`.
    ///
    /// # Errors
    /// `invalid_argument`.
    pub fn read(value: &Value) -> Result<Self> {
        let mut options = Options::new(value);
        let read = FlowOptions {
            app: options.string("app"),
            integration_id: options.string("integrationId"),
            auth_scheme: options.scheme(),
            entity_id: options.string("entityId"),
            alias: options.alias(),
            when_connected: options.when_connected(),
            mode: options.mode(),
            redirect_url: options.either_return_address(),
            return_to: options.string("returnTo"),
            reconnect: options.string("reconnect"),
            verify: options.verification(),
            allow_in_app_browser: options.bool("allowInAppBrowser").unwrap_or(false),
        };
        options.end(read)
    }

    pub(crate) fn checked(self) -> Result<Self> {
        if self.app.is_none() && self.integration_id.is_none() && self.reconnect.is_none() {
            let problem = "or `integrationId` is required";
            return Err(ConnectError::argument("required", "app", problem));
        }
        check_return_to(self.return_to.as_deref())?;
        Ok(self)
    }
}

/// Reads the argument of `flow.submit`: the user's values by field name.
///
/// # Errors
/// `invalid_argument`.
pub fn read_data(value: &Value) -> Result<Vec<(String, Secret)>> {
    let mut options = Options::new(&Value::Null);
    let data = options.secrets_of("data", value);
    options.end(data)
}

impl ResumeOptions {
    /// Reads the argument of `resume`.
    ///
    /// # Errors
    /// `invalid_argument`.
    pub fn read(value: &Value) -> Result<Self> {
        let mut options = Options::new(value);
        let read = ResumeOptions {
            flow_id: options.string("flowId"),
            verify: options.verification(),
            app: options.string("app"),
            integration_id: options.string("integrationId"),
            entity_id: options.string("entityId"),
        };
        options.end(read)
    }
}
