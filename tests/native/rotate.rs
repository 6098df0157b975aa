//! New credentials for an existing account: its scheme is looked up, then both are sent.

use crate::core::api::accounts::AccountUpdate;
use crate::core::calls::rotate::rotate;
use crate::core::error::ErrorCode;
use crate::tests::support::cases::secrets;
use crate::tests::support::{Exchange, Played, exchange, play};
use serde_json::{Value as Json, json};

const PATH: &str = "/api/v3.1/connected_accounts/a-1";

fn run(script: Vec<Exchange>) -> Played<()> {
    let update = AccountUpdate {
        connected_account_id: "a-1".to_owned(),
        alias: None,
        data: secrets(&json!({ "api_key": "new" })),
    };
    play(script, async |platform| {
        rotate(platform, update.clone()).await
    })
}

fn account(scheme: &Json) -> Exchange {
    let account =
        json!({ "id": "a-1", "status": "ACTIVE", "auth_config": { "auth_scheme": scheme } });
    exchange(&format!("GET {PATH}"), 200, account)
}

#[test]
fn new_values_are_sent_under_the_accounts_own_scheme() {
    let changed = exchange(&format!("PATCH {PATH}"), 200, json!({ "success": true }));
    let played = run(vec![account(&json!("bearer_token")), changed]);
    assert_eq!(played.result, Ok(()));
    let state = json!({ "authScheme": "BEARER_TOKEN", "val": { "api_key": "new" } });
    assert_eq!(
        played.bodies.last(),
        Some(&json!({ "connection": { "state": state } }))
    );
}

#[test]
fn an_account_without_a_key_is_refused_before_anything_changes() {
    for scheme in [
        json!("OAUTH2"),
        json!("DCR_OAUTH"),
        json!("SAML"),
        json!("NO_AUTH"),
        Json::Null,
    ] {
        let error = run(vec![account(&scheme)]).result.unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidArgument, "{scheme}");
        assert_eq!(error.issues[0].field, "data");
    }
}
