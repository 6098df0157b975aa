//! What holds of every answer that is read from a platform.

use crate::core::api::http::{Body, HttpResponse};
use crate::core::error::ErrorCode;
use crate::core::status::ConnectionStatus;

use super::cases::{Answer, AnyEndpoint};
use super::words::says;

/// Whether a status word means `ACTIVE`.
pub fn is_active_word(text: &str) -> bool {
    ["ACTIVE", "SUCCESS"].contains(&text.trim().to_ascii_uppercase().as_str())
}

/// Checks what holds of every answer, whatever the body: an answer needs a 2xx status and an id, and `ACTIVE` needs a word that says
/// so.
pub fn check_sound(endpoint: &dyn AnyEndpoint, response: &HttpResponse) {
    let says_active = matches!(&response.body, Body::Json(value) if says(value, &is_active_word));
    match endpoint.read(response) {
        Ok(answer) => {
            assert!(
                (200..300).contains(&response.status),
                "an answer under HTTP {}",
                response.status
            );
            let (id, status) = match answer {
                Answer::Connection(connection) => {
                    assert!(connection.status.is_waiting() || connection.redirect_url.is_none());
                    (connection.connected_account_id, connection.status)
                }
                Answer::Account(account) => (account.id, account.status),
                Answer::App(app) => (app.key, ConnectionStatus::Pending),
                Answer::Integration(integration) => (integration.id, ConnectionStatus::Pending),
                Answer::Accounts(page) => {
                    for account in page.items {
                        assert!(!account.id.is_empty());
                        assert!(account.status != ConnectionStatus::Active || says_active);
                    }
                    return;
                }
                Answer::Apps(page) => {
                    assert!(page.items.iter().all(|app| !app.key.is_empty()));
                    return;
                }
                Answer::Integrations(_)
                | Answer::AuthParams(_)
                | Answer::Execution(_)
                | Answer::Tools(_)
                | Answer::Revocation(_)
                | Answer::Done => return,
            };
            assert!(!id.is_empty());
            assert!(status != ConnectionStatus::Active || says_active);
        }
        Err(error) => {
            assert_eq!(error.status, Some(response.status));
            assert!(
                !error.retryable
                    || endpoint.request().is_repeatable()
                    || error.code == ErrorCode::RateLimited
            );
            assert!(
                error
                    .error_description
                    .as_ref()
                    .is_none_or(|text| text.chars().count() <= 300)
            );
        }
    }
}
