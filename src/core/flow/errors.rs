//! Errors of a flow.

use crate::core::error::{ConnectError, ErrorCode};

pub(super) fn flow_cancelled() -> ConnectError {
    ConnectError::new(ErrorCode::Cancelled, "the flow was cancelled")
}

pub(super) fn popup_blocked() -> ConnectError {
    ConnectError::new(
        ErrorCode::PopupBlocked,
        "the browser blocked the popup: try again in a click",
    )
    .with_retryable(true)
}

pub(super) fn in_app_browser_refused(app: &'static str) -> ConnectError {
    let mut error = ConnectError::new(
        ErrorCode::InAppBrowser,
        "the page runs inside another app, where authorization servers refuse to sign users in: ask the user to open it in a browser, or set `allowInAppBrowser`",
    );
    error.in_app_browser = Some(app);
    error
}

pub(super) fn popup_closed() -> ConnectError {
    ConnectError::new(ErrorCode::PopupClosed, "the user closed the popup")
}
