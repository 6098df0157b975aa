//! Telling another app's browser from a real one, by user agents that were seen.

use std::collections::BTreeSet;

use connect_flow::core::in_app_browser::detect;
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
    serde_json::from_str(include_str!("data/in-app-browsers.json")).expect("a list of cases")
}

#[test]
fn every_case() {
    let mut names = BTreeSet::new();
    for case in cases() {
        assert!(!case.source.is_empty(), "{}: no source", case.name);
        assert_eq!(
            detect(&case.user_agent, case.is_standalone),
            case.expect.as_deref(),
            "{}",
            case.name
        );
        assert!(names.insert(case.name.clone()), "twice: {}", case.name);
    }
}

#[test]
fn every_word_is_shown() {
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
fn the_home_screen_matters_only_where_no_app_says_its_name() {
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
    fn no_text_panics_and_case_does_not_matter(agent in ".*", standalone in any::<bool>()) {
        prop_assert_eq!(detect(&agent, standalone), detect(&agent.to_ascii_uppercase(), standalone));
    }

    /// A desktop browser's user agent with any version stays one.
    #[test]
    fn versions_make_no_difference(major in 1u32..999, rest in "[0-9]{1,4}(\\.[0-9]{1,4}){0,3}") {
        let agent = format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{major}.{rest} Safari/537.36");
        prop_assert_eq!(detect(&agent, false), None);
    }
}
