//! What a callback URL says, and how our parameter is put on and taken off a URL.

#[path = "support/appended.rs"]
mod appended;

use appended::{APPENDED, is_appended};
use connect_flow::core::callback::{bind, clean, collision, parse};
use connect_flow::core::error::ErrorCode;
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value as Json, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    source: String,
    url: String,
    /// What is read; null on a page that is no callback; a code and a field where it contradicts itself.
    expect: Json,
    /// What is left of the URL.
    clean: Option<String>,
}

fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("data/callbacks.json")).unwrap()
}

#[test]
fn every_case() {
    for case in cases() {
        assert!(!case.source.is_empty(), "{}: no source", case.name);
        let seen = match parse(&case.url) {
            Ok(callback) => json!(callback),
            Err(error) => {
                assert_eq!(error.issues.len(), 1, "{}", case.name);
                assert_eq!(error.issues[0].code, "duplicate", "{}", case.name);
                json!({ "code": error.code, "field": error.issues[0].field })
            }
        };
        assert_eq!(seen, case.expect, "{}", case.name);
        if let Some(left) = &case.clean {
            assert_eq!(clean(&case.url), *left, "{}", case.name);
        }
    }
}

#[test]
fn a_value_that_contradicts_itself_is_not_in_the_message() {
    let error = parse("/?cf_flow=SECRET1&cf_flow=SECRET2").unwrap_err();
    assert_eq!(error.code, ErrorCode::CallbackInvalid);
    assert!(!format!("{error:?} {error}").contains("SECRET"));
}

#[test]
fn our_parameter_goes_behind_the_query_and_before_the_fragment() {
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
        assert_eq!(bind(url, "0f"), bound);
    }
}

#[test]
fn a_parameter_that_the_platform_writes_collides() {
    for (url, name) in [
        ("https://app.example/done", None),
        ("https://app.example/done?a=1&state=x&code=y", None),
        ("https://app.example/done#?status=x", None),
        ("https://app.example/done?status=open", Some("status")),
        ("https://app.example/done?message=hi", Some("message")),
        ("https://app.example/done?toolkit=x", Some("toolkit")),
        ("https://app.example/done?a=1&STATUS=open", Some("STATUS")),
        (
            "https://app.example/done?Connection_Status=x",
            Some("Connection_Status"),
        ),
        (
            "https://app.example/done?connected_account_id=x",
            Some("connected_account_id"),
        ),
        ("https://app.example/done?cf%5Fflow=x", Some("cf_flow")),
        (
            "https://app.example/done?session_uri=x",
            Some("session_uri"),
        ),
        ("https://app.example/done?error=x&status=y", Some("error")),
        ("https://app.example/done?status", Some("status")),
    ] {
        assert_eq!(collision(url).as_deref(), name, "{url}");
    }
}

fn pairs(url: &str) -> Vec<&str> {
    let url = url.split('#').next().unwrap_or_default();
    url.split_once('?')
        .map_or(Vec::new(), |(_, query)| query.split('&').collect())
}

/// A URL whose query is likely to hold what matters.
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

proptest! {
    #[test]
    fn no_text_panics(url in any_url(), text in ".*") {
        for url in [url, text] {
            let _ = (parse(&url), clean(&url), collision(&url), bind(&url, "0f"));
        }
    }

    #[test]
    fn cleaning_twice_is_cleaning_once(url in any_url()) {
        let once = clean(&url);
        prop_assert_eq!(clean(&once), once);
    }

    #[test]
    fn cleaning_takes_what_is_appended_and_nothing_else(url in any_url()) {
        let cleaned = clean(&url);
        let own: Vec<&str> = pairs(&url).into_iter().filter(|pair| !is_appended(pair)).collect();
        prop_assert_eq!(pairs(&cleaned), own);
        let rest = |url: &str| {
            let (before, fragment) = url.split_once('#').map_or((url.to_owned(), None), |(a, b)| (a.to_owned(), Some(b.to_owned())));
            (before.split('?').next().unwrap_or_default().to_owned(), fragment)
        };
        prop_assert_eq!(rest(&cleaned), rest(&url));
        prop_assert_eq!(parse(&cleaned), Ok(None));
        prop_assert_eq!(collision(&cleaned), None);
    }

    #[test]
    fn what_is_bound_is_found(url in any_url(), id in "[0-9a-f]{32}") {
        let callback = parse(&bind(&clean(&url), &id)).unwrap().unwrap();
        prop_assert_eq!(callback.flow_id, Some(id.clone()));
        prop_assert_eq!(callback.connected_account_id, None);
    }
}
