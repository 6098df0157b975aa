//! An error of the core, together with the foreign error that caused it.

use core::fmt;

use wasm_bindgen::JsValue;

use crate::core::error::{ConnectError, ErrorCode};

/// Why a call of [`ConnectClient`](crate::ConnectClient) failed.
#[derive(Debug, Clone)]
pub struct Failure {
    /// What happened.
    pub error: ConnectError,
    /// What JavaScript threw, verbatim; it need not be an `Error`.
    pub cause: Option<JsValue>,
}

impl Failure {
    /// An error with its cause.
    pub(crate) fn caused(code: ErrorCode, message: &str, cause: JsValue) -> Self {
        Failure {
            error: ConnectError::new(code, message),
            cause: Some(cause),
        }
    }
}

impl From<ConnectError> for Failure {
    fn from(error: ConnectError) -> Self {
        Failure { error, cause: None }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(out)
    }
}

impl std::error::Error for Failure {}
