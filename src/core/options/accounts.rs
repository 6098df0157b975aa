//! Options of the calls about accounts and actions.

use super::{Options, Result, colliding};
use crate::core::callback::collision;
use crate::core::error::ConnectError;
use crate::core::protocol::operation::{AccountFilter, Execute};
use crate::core::status::ConnectionStatus;
use crate::core::value::Value;

/// An account and how long to wait for it, in milliseconds.
#[derive(Debug, Clone, PartialEq)]
pub struct WaitOptions {
    /// Its id.
    pub connected_account_id: String,
    /// The limit, if not the default.
    pub timeout_ms: Option<u32>,
}

/// An account and where its user returns to.
#[derive(Debug, Clone, PartialEq)]
pub struct RefreshOptions {
    /// Its id.
    pub connected_account_id: String,
    /// The return address, if not the client's.
    pub redirect_url: Option<String>,
}

const ID: &str = "connectedAccountId";

/// Reads the argument of every call that takes one account and nothing else.
///
/// # Errors
/// `invalid_argument`.
pub fn read_account_id(value: &Value) -> Result<String> {
    Options::new(value, &[ID])?.required(ID)
}

impl WaitOptions {
    /// Reads the argument of `connectedAccounts.waitUntilActive`.
    ///
    /// # Errors
    /// `invalid_argument`.
    pub fn read(value: &Value) -> Result<Self> {
        let options = Options::new(value, &[ID, "timeoutMs"])?;
        Ok(WaitOptions {
            connected_account_id: options.required(ID)?,
            timeout_ms: options.number("timeoutMs", 3_600_000)?,
        })
    }
}

impl RefreshOptions {
    /// Reads the argument of `connectedAccounts.refresh`.
    ///
    /// # Errors
    /// `invalid_argument`.
    pub fn read(value: &Value) -> Result<Self> {
        let options = Options::new(value, &[ID, "redirectUrl", "redirectUri"])?;
        let redirect_url = options.either_return_address()?;
        if let Some(name) = redirect_url.as_deref().and_then(collision) {
            return Err(colliding("redirectUrl", &name));
        }
        Ok(RefreshOptions {
            connected_account_id: options.required(ID)?,
            redirect_url,
        })
    }
}

impl AccountFilter {
    /// Reads the argument of `connectedAccounts.list`.
    ///
    /// # Errors
    /// `invalid_argument`.
    pub fn read(value: &Value) -> Result<Self> {
        let options = Options::new(value, &["entityId", "app", "integrationId", "status"])?;
        Ok(AccountFilter {
            entity_id: options.string("entityId")?,
            app: options.string("app")?,
            integration_id: options.string("integrationId")?,
            status: options
                .string("status")?
                .map(|word| ConnectionStatus::parse(&word)),
        })
    }
}

impl Execute {
    /// Reads the argument of `executeAction`.
    ///
    /// # Errors
    /// `invalid_argument`.
    pub fn read(value: &Value) -> Result<Self> {
        let options = Options::new(value, &["action", "entityId", ID, "app", "input"])?;
        let input = match value.get("input") {
            Value::Null => Value::Object(Vec::new()),
            input @ Value::Object(_) => input.clone(),
            _ => return Err(ConnectError::argument("type", "input", "is not an object")),
        };
        Ok(Execute {
            action: options.required("action")?,
            entity_id: options.string("entityId")?,
            connected_account_id: options.string(ID)?,
            app: options.string("app")?,
            input,
        })
    }
}
