//! Callback URLs: what is read from one, and how `cf_flow` is added to a URL and removed.

use crate::core::callback::{clean, own_query, parse, with_flow_id};
use crate::core::error::ErrorCode;
use crate::core::pending::{AttemptOutcome, LIFETIME_MS, PendingConnection};
use crate::tests::support::appended::{APPENDED, is_appended};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use serde::Deserialize;
use serde_json::{Value as Json, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    source: String,
    url: String,
    /// The callback; null when the URL is not a callback; a code and a field when it contradicts itself.
    expect: Json,
    /// The cleaned URL.
    clean: Option<String>,
}

fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("../data/callbacks.json")).unwrap()
}

/// An attempt of this browser whose redirect URL had this query.
fn record(flow_id: &str, account: &str, query: &str) -> PendingConnection {
    PendingConnection {
        flow_id: flow_id.to_owned(),
        connected_account_id: account.to_owned(),
        entity_id: Some("Jessica".to_owned()),
        app: None,
        integration_id: None,
        auth_scheme: None,
        tab: None,
        session: None,
        started_at_ms: 0,
        expires_at_ms: LIFETIME_MS,
        return_to: None,
        own_query: own_query(&["/?", query].concat()),
        replaces: None,
        verify: None,
        alias: None,
        is_popup: false,
        outcome: AttemptOutcome::Pending,
    }
}

#[test]
fn every_case_is_parsed_and_cleaned() {
    for case in cases() {
        assert!(!case.source.is_empty(), "{}: no source", case.name);
        // Without `cf_flow`, the account finds the attempt.
        let account = case.expect["connectedAccountId"].as_str();
        let is_dropped = !case.expect.is_null() && case.expect.get("flowId").is_none();
        let records: Vec<_> = [account, Some("a"), Some("ca_1")]
            .into_iter()
            .flatten()
            .filter(|_| is_dropped)
            .map(|account| record("none", account, ""))
            .collect();
        let seen = match parse(&case.url, &records) {
            Ok(callback) => json!(callback),
            Err(error) => {
                assert_eq!(error.issues.len(), 1, "{}", case.name);
                assert_eq!(error.issues[0].code, "duplicate", "{}", case.name);
                json!({ "code": error.code, "field": error.issues[0].field })
            }
        };
        assert_eq!(seen, case.expect, "{}", case.name);
        if let Some(left) = &case.clean {
            assert_eq!(clean(&case.url, &records), *left, "{}", case.name);
        }
    }
}

#[test]
fn the_error_of_a_contradiction_omits_the_values() {
    let error = parse("/?cf_flow=SECRET1&cf_flow=SECRET2", &[]).unwrap_err();
    assert_eq!(error.code, ErrorCode::CallbackInvalid);
    assert!(!format!("{error:?} {error}").contains("SECRET"));
}

#[test]
fn cf_flow_is_the_last_parameter_before_the_fragment() {
    for (url, bound) in [
        ("https://app.example", "https://app.example?cf_flow=0f"),
        (
            "https://app.example/done",
            "https://app.example/done?cf_flow=0f",
        ),
        (
            "https://app.example/done?",
            "https://app.example/done?cf_flow=0f",
        ),
        (
            "https://app.example/done?a=1",
            "https://app.example/done?a=1&cf_flow=0f",
        ),
        (
            "https://app.example/done?a=1&",
            "https://app.example/done?a=1&&cf_flow=0f",
        ),
        (
            "https://app.example/#/r?x=1",
            "https://app.example/?cf_flow=0f#/r?x=1",
        ),
        (
            "https://app.example/?a=1#",
            "https://app.example/?a=1&cf_flow=0f#",
        ),
        ("/done", "/done?cf_flow=0f"),
    ] {
        assert_eq!(with_flow_id(url, "0f"), bound);
    }
}

type Writer = fn(&str, &str) -> String;

/// The ways in which platforms add their parameters to a redirect URL.
const WRITERS: [(&str, Writer); 3] = [
    ("appends", |query, added| [query, added].join("&")),
    (
        "sets: replaces the first of a name and drops the others",
        |query, added| {
            let mut pairs: Vec<String> = query.split('&').map(str::to_owned).collect();
            for pair in added.split('&') {
                let is_same = |other: &String| other.split('=').next() == pair.split('=').next();
                match pairs.iter().position(is_same) {
                    Some(at) => {
                        pairs[at] = pair.to_owned();
                        let mut index = 0;
                        pairs.retain(|other| {
                            index += 1;
                            index <= at + 1 || !is_same(other)
                        });
                    }
                    None => pairs.push(pair.to_owned()),
                }
            }
            pairs.join("&")
        },
    ),
    ("drops cf_flow and appends", |query, added| {
        let own: Vec<&str> = query
            .split('&')
            .filter(|pair| !pair.starts_with("cf_flow="))
            .collect();
        [&own.join("&"), added].join("&")
    }),
];

#[test]
fn the_apps_own_parameters_are_unchanged_whatever_their_names() {
    const ADDED: [&str; 4] = [
        "status=success&connected_account_id=ca_1",
        "status=success&connectedAccountId=ca_1&appName=gmail",
        "status=failed&connected_account_id=ca_1&error=access_denied&message=no&reason=no",
        "connectionStatus=ACTIVE&connectedAccountId=ca_1&toolkit=gmail",
    ];
    for own in [
        "status=open&id=7",
        "id=7&status=success",
        "error=x&message=hi&reason=%20y&toolkit=drill&appName=crm",
        "connectionId=9&code=1&state=2",
        "connectedAccountId=ca_7&status=closed",
        "connected_account_id=ca_7&a",
        "status",
        "a=1",
    ] {
        let page = format!("https://app.example/orders?{own}#list");
        // Without the platform's parameters, the URL is not a callback, also while an attempt is pending.
        for records in [vec![], vec![record("0f", "ca_1", own)]] {
            assert_eq!(parse(&page, &records), Ok(None), "{page}");
            assert_eq!(clean(&page, &records), page);
        }
        let bound = with_flow_id(&page, "0f");
        let query = bound.split(['?', '#']).nth(1).unwrap();
        for added in ADDED {
            for (how, write) in WRITERS {
                let returned = format!("https://app.example/orders?{}#list", write(query, added));
                let records = [record("0e", "ca_2", "status=x"), record("0f", "ca_1", own)];
                let callback = parse(&returned, &records).unwrap().expect("a callback");
                assert_eq!(
                    callback.connected_account_id.as_deref(),
                    Some("ca_1"),
                    "{how}: {returned}"
                );
                let is_failed = added.contains("error=");
                assert_eq!(callback.error.is_some(), is_failed, "{how}: {returned}");
                if !(own.contains("status=success") && how.starts_with("sets")) {
                    let said = if is_failed { "failure" } else { "success" };
                    assert_eq!(json!(callback.outcome), said, "{how}: {returned}");
                }
                // A parameter that the platform replaces is lost.
                if !own.contains("connected") || !how.starts_with("sets") {
                    assert_eq!(clean(&returned, &records), page, "{how}: {returned}");
                }
                // Another browser has no record: the parameters before `cf_flow` are the app's.
                if how == "appends" {
                    assert_eq!(clean(&returned, &[]), page, "{returned}");
                }
            }
        }
    }
}

fn pairs(url: &str) -> Vec<&str> {
    let url = url.split('#').next().unwrap_or_default();
    url.split_once('?')
        .map_or(Vec::new(), |(_, query)| query.split('&').collect())
}

/// A URL whose query is likely to have the platform's parameters.
fn any_url() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        3 => proptest::sample::select(APPENDED).prop_map(str::to_owned),
        1 => Just("cf_flow".to_owned()),
        1 => Just("CONNECTED_account_id".to_owned()),
        1 => Just("%63f_flow".to_owned()),
        2 => "[a-zA-Z%_0-9é?]{0,8}",
    ];
    let pair = (name, prop_oneof![Just("success".to_owned()), ".{0,8}"])
        .prop_map(|(name, text)| [name, text].join("="));
    let query = prop::collection::vec(prop_oneof![5 => pair, 1 => Just(String::new())], 0..8);
    let url = (
        "(https://app\\.example/|/|)[a-z/]{0,6}",
        query,
        prop_oneof![Just(""), Just("#"), Just("#/r?cf_flow=9")],
    )
        .prop_map(|(path, query, fragment)| format!("{path}?{}{fragment}", query.join("&")));
    prop_oneof![4 => url, 1 => ".*"]
}

/// Reads the failures of earlier runs. Proptest's default looks for them in a path that does not exist for a module outside of `src`.
fn with_earlier_failures() -> ProptestConfig {
    let file = FileFailurePersistence::Direct("tests/native/callback.proptest-regressions");
    ProptestConfig {
        failure_persistence: Some(Box::new(file)),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(with_earlier_failures())]

    #[test]
    fn any_text_is_handled_without_a_panic(url in any_url(), text in ".*") {
        for url in [url, text] {
            let _ = (parse(&url, &[]), clean(&url, &[record("0f", "ca_1", &url)]), own_query(&url), with_flow_id(&url, "0f"));
        }
    }

    #[test]
    fn cleaning_is_idempotent(url in any_url()) {
        let once = clean(&url, &[]);
        prop_assert_eq!(clean(&once, &[]), once);
    }

    #[test]
    fn cleaning_removes_the_appended_parameters_and_nothing_else(url in any_url(), own in any_url()) {
        let own = clean(&own, &[]);
        // `session_uri` is always the platform's.
        prop_assume!(!own.to_ascii_lowercase().replace('_', "").contains("sessionuri"));
        let bound = with_flow_id(&own, "0f");
        let joint = if bound.contains('#') { bound.find('#').unwrap() } else { bound.len() };
        let added: Vec<&str> = pairs(&url).into_iter().filter(|pair| is_appended(pair)).collect();
        let added = ["&", &added.join("&")].concat();
        let returned = [&bound[..joint], if added.len() > 1 { &added } else { "" }, &bound[joint..]].concat();
        let records = [record("0f", "ca_1", &pairs(&own).join("&"))];
        let cleaned = clean(&returned, &records);
        let parts = |url: &str| {
            let own: Vec<String> = pairs(url).into_iter().filter(|pair| !pair.is_empty()).map(str::to_owned).collect();
            let (before, fragment) = url.split_once('#').unwrap_or((url, ""));
            (before.split('?').next().map(str::to_owned), own, fragment.to_owned())
        };
        prop_assert_eq!(parts(&cleaned), parts(&own));
    }

    #[test]
    fn parsing_finds_the_bound_flow(url in any_url(), id in "[0-9a-f]{32}") {
        let callback = parse(&with_flow_id(&clean(&url, &[]), &id), &[]).unwrap().unwrap();
        prop_assert_eq!(callback.flow_id, Some(id.clone()));
        prop_assert_eq!(callback.connected_account_id, None);
    }
}
