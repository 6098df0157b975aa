//! The stored record of an attempt. Storage is untrusted input.

use crate::core::pending::{
    AttemptOutcome, KEPT_MS, KEY_PREFIX, LIFETIME_MS, PendingConnection, Verification,
};
use crate::core::redirect::is_local_path;
use crate::core::scheme::AuthScheme;
use crate::core::value::Value;
use crate::tests::support::{NOW, arbitrary, value, words};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

const FLOW: &str = "0123456789abcdef0123456789abcdef";

fn good() -> Json {
    json!({
        "flowId": FLOW, "connectedAccountId": "ca_1", "entityId": "Jessica", "app": "gmail", "integrationId": "ac_1",
        "authScheme": "OAUTH2", "startedAtMs": NOW,
        "expiresAtMs": NOW + LIFETIME_MS, "returnTo": "/settings?tab=1#x"
    })
}

fn read(stored: &Json) -> Option<PendingConnection> {
    PendingConnection::from_value(&PendingConnection::key(FLOW), &value(stored))
}

fn with(key: &str, other: Json) -> Json {
    let mut stored = good();
    stored[key] = other;
    stored
}

#[test]
fn reads_a_valid_record() {
    let record = read(&good()).unwrap();
    assert_eq!(
        serde_json::from_str::<Json>(&record.to_json()).unwrap(),
        good()
    );
    assert_eq!(json!(record), good());
    assert_eq!(record.outcome, AttemptOutcome::Pending);
    assert_eq!(PendingConnection::key(FLOW), [KEY_PREFIX, FLOW].concat());
}

#[test]
fn reads_an_unknown_outcome_as_failed() {
    for other in [json!(1), json!("won"), json!({}), json!(false)] {
        let record = read(&with("outcome", other)).expect("a record");
        assert_eq!(record.outcome, AttemptOutcome::Failed);
    }
}

#[test]
fn the_outcome_is_stored_but_not_returned_to_the_caller() {
    for (outcome, word) in [
        (AttemptOutcome::Connected, "connected"),
        (AttemptOutcome::Failed, "failed"),
        (AttemptOutcome::Cancelled, "cancelled"),
    ] {
        let record = PendingConnection {
            outcome,
            ..read(&good()).unwrap()
        };
        let stored: Json = serde_json::from_str(&record.to_json()).unwrap();
        assert_eq!(stored["outcome"], word);
        assert_eq!(read(&stored), Some(record.clone()));
        assert_eq!(json!(record).get("outcome"), None);
    }
    // An unknown outcome does not revive an attempt.
    assert_eq!(
        read(&with("outcome", json!("maybe"))).unwrap().outcome,
        AttemptOutcome::Failed
    );
}

#[test]
fn rejects_a_malformed_record() {
    for stored in [
        json!(null),
        json!("text"),
        json!([]),
        json!({}),
        json!(1),
        json!([good()]),
        json!(good().to_string()),
    ] {
        assert_eq!(read(&stored), None, "{stored}");
    }
    for key in [
        "flowId",
        "connectedAccountId",
        "entityId",
        "startedAtMs",
        "expiresAtMs",
    ] {
        for other in [
            json!(null),
            json!(""),
            json!(" "),
            json!(true),
            json!([]),
            json!({}),
            json!(-1),
            json!(1.5),
        ] {
            if key == "entityId" && other.is_null() {
                let record = read(&with(key, other)).expect("the entity is optional");
                assert_eq!(record.entity_id, None);
                continue;
            }
            assert_eq!(read(&with(key, other.clone())), None, "{key} {other}");
        }
    }
    for key in ["flowId", "connectedAccountId", "entityId"] {
        assert_eq!(
            read(&with(key, json!("x".repeat(1_025)))),
            None,
            "{key} is too long"
        );
        assert_eq!(read(&with(key, json!(7))), None, "{key} is a number");
    }
    assert_eq!(read(&with("startedAtMs", json!(NOW.to_string()))), None);
    assert_eq!(read(&with("flowId", json!("ffff"))), None);
    let key = PendingConnection::key("ffff");
    assert_eq!(PendingConnection::from_value(&key, &value(&good())), None);
    assert_eq!(PendingConnection::from_value(FLOW, &value(&good())), None);
}

#[test]
fn rejects_a_record_that_lives_longer_than_ten_minutes() {
    assert!(read(&with("expiresAtMs", json!(NOW + LIFETIME_MS))).is_some());
    for ends in [NOW + LIFETIME_MS + 1, u64::MAX, NOW - 1, 0] {
        assert_eq!(read(&with("expiresAtMs", json!(ends))), None, "{ends}");
    }
    let forever = json!({ "startedAtMs": u64::MAX, "expiresAtMs": u64::MAX, "flowId": FLOW, "connectedAccountId": "a", "entityId": "e" });
    assert!(read(&forever).is_none_or(|record| record.is_expired(NOW)));
}

#[test]
fn drops_a_return_path_to_another_site() {
    for path in [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "/\t/evil.example",
        "a",
    ] {
        assert_eq!(
            read(&with("returnTo", json!(path))).unwrap().return_to,
            None,
            "{path:?}"
        );
    }
}

#[test]
fn a_record_expires_after_ten_minutes() {
    assert_eq!(LIFETIME_MS, 600_000);
    let record = read(&good()).unwrap();
    for (now_ms, is_expired) in [
        (NOW, false),
        (NOW + LIFETIME_MS - 1, false),
        (NOW + LIFETIME_MS, true),
        (NOW - 1, true),
        (NOW - LIFETIME_MS, true),
        (0, true),
    ] {
        assert_eq!(record.is_expired(now_ms), is_expired, "{now_ms}");
    }
}

#[test]
fn a_record_is_forgotten_after_an_hour() {
    let record = read(&good()).unwrap();
    for (now_ms, is_forgotten) in [
        (NOW, false),
        (NOW + KEPT_MS - 1, false),
        (NOW + KEPT_MS, true),
        (NOW - KEPT_MS + 1, false),
        (NOW - KEPT_MS, true),
        (0, true),
        (u64::MAX, true),
    ] {
        assert_eq!(record.is_forgotten(now_ms), is_forgotten, "{now_ms}");
    }
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        ".{1,40}",
        " [a-z]{1,8} ",
        Just("\u{0}\"\\\n\u{2028}</script>".to_owned())
    ]
    .prop_filter("blank", |text| !text.trim().is_empty())
}

#[test]
fn the_input_of_a_verification_is_not_stored() {
    let input = value(&json!({ "email": "jessica@mail.test" }));
    for (input, stored) in [(Value::Null, "GMAIL_GET_PROFILE"), (input, "")] {
        let mut record = read(&good()).unwrap();
        record.verify = Some(Verification {
            action: "GMAIL_GET_PROFILE".to_owned(),
            input,
        });
        let text = record.to_json();
        assert!(!text.contains("jessica"), "{text}");
        let json: Json = serde_json::from_str(&text).unwrap();
        assert_eq!(json["verify"], stored);
        let read = read(&json).unwrap().verify.expect("a verification");
        assert_eq!((read.action.as_str(), read.input), (stored, Value::Null));
    }
}

proptest! {
    #[test]
    fn any_record_survives_a_round_trip(
        random: u128, account in any_text(), entity in any_text(), app in prop::option::of(any_text()),
        integration_id in prop::option::of(any_text()), tab in prop::option::of(any_text()),
        started_at_ms in 0u64..(1 << 53), lives in 0..=LIFETIME_MS, path in prop::option::of("/[a-z?#&=%/]{0,20}"),
        is_popup: bool, session: Option<u32>, own_query in prop::option::of("[a-z=&%]{1,20}"),
        (replaces, alias, action) in (prop::option::of(any_text()), prop::option::of("[a-z]{1,20}"), prop::option::of("[A-Z_]{0,20}")),
        outcome in prop_oneof![Just(AttemptOutcome::Pending), Just(AttemptOutcome::Connected), Just(AttemptOutcome::Failed), Just(AttemptOutcome::Cancelled)],
    ) {
        let record = PendingConnection {
            flow_id: format!("{random:032x}"),
            connected_account_id: account,
            entity_id: Some(entity),
            app,
            integration_id,
            auth_scheme: Some(AuthScheme::parse("OAUTH2")),
            started_at_ms,
            expires_at_ms: started_at_ms + lives,
            return_to: path.filter(|path| is_local_path(path)),
            replaces,
            alias,
            verify: action.map(|action| Verification {
                action,
                input: Value::Null,
            }),
            own_query,
            is_popup,
            tab,
            session,
            outcome,
        };
        let stored: Json = serde_json::from_str(&record.to_json()).unwrap();
        let key = PendingConnection::key(&record.flow_id);
        prop_assert_eq!(PendingConnection::from_value(&key, &value(&stored)), Some(record));
    }

    #[test]
    fn any_stored_json_is_rejected_or_read_soundly(stored in arbitrary::json(), at in any::<prop::sample::Index>(), now_ms in 0u64..(1 << 53)) {
        let mut changed = value(&good());
        let at = at.index(words::count(&changed));
        words::replace(&mut changed, at, stored.clone());
        let key = PendingConnection::key(FLOW);
        for stored in [stored, changed] {
            let Some(record) = PendingConnection::from_value(&key, &stored) else {
                continue;
            };
            prop_assert_eq!(record.flow_id.as_str(), FLOW);
            prop_assert!(record.expires_at_ms - record.started_at_ms <= LIFETIME_MS);
            prop_assert!(record.return_to.as_deref().is_none_or(is_local_path));
            prop_assert!(record.is_expired(now_ms) || (record.started_at_ms..record.expires_at_ms).contains(&now_ms));
            prop_assert!(record.is_forgotten(now_ms) || now_ms.abs_diff(record.started_at_ms) < KEPT_MS);
        }
    }
}
