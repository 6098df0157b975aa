//! In-app browsers are recognised by their user agents. The cases are real ones.

use std::collections::BTreeSet;

use crate::core::in_app_browser::detect;
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Case {
    name: String,
    source: String,
    user_agent: String,
    #[serde(default)]
    is_standalone: bool,
    expect: Option<String>,
}

fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("../data/in-app-browsers.json")).expect("a list of cases")
}

#[test]
fn every_user_agent_gives_its_in_app_browser() {
    let mut names = BTreeSet::new();
    for case in cases() {
        assert!(!case.source.is_empty(), "{}: no source", case.name);
        assert_eq!(
            detect(&case.user_agent, case.is_standalone),
            case.expect.as_deref(),
            "{}",
            case.name
        );
        assert!(
            names.insert(case.name.clone()),
            "duplicate name: {}",
            case.name
        );
    }
}

#[test]
fn every_in_app_browser_has_a_case() {
    let shown: BTreeSet<String> = cases().into_iter().filter_map(|case| case.expect).collect();
    let words = [
        "android_webview",
        "facebook",
        "instagram",
        "ios_webview",
        "line",
        "linkedin",
        "pinterest",
        "snapchat",
        "tiktok",
        "twitter",
        "wechat",
    ];
    assert_eq!(shown, words.map(str::to_owned).into());
}

#[test]
fn a_home_screen_app_differs_only_from_an_unnamed_ios_web_view() {
    for case in cases() {
        let standalone = detect(&case.user_agent, true);
        match case.expect.as_deref() {
            Some("ios_webview") => assert_eq!(standalone, None, "{}", case.name),
            expected => assert_eq!(standalone, expected, "{}", case.name),
        }
    }
}

proptest! {
    #[test]
    fn detection_ignores_case_in_any_user_agent(agent in ".*", standalone in any::<bool>()) {
        prop_assert_eq!(detect(&agent, standalone), detect(&agent.to_ascii_uppercase(), standalone));
    }

    #[test]
    fn a_desktop_browser_of_any_version_is_not_in_app(major in 1u32..999, rest in "[0-9]{1,4}(\\.[0-9]{1,4}){0,3}") {
        let agent = format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{major}.{rest} Safari/537.36");
        prop_assert_eq!(detect(&agent, false), None);
    }
}
