//! Redirect URLs, local paths and origins: what is accepted and what is refused.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::core::error::ErrorCode;
use crate::core::redirect::{check, is_local_path, is_origin, is_return_address};
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Data {
    accepted: Vec<Url>,
    refused: Vec<Url>,
    within: Vec<Within>,
    local_paths: Vec<LocalPath>,
    origins: Vec<Origin>,
}

#[derive(Deserialize)]
struct Url {
    name: String,
    url: String,
}

#[derive(Deserialize)]
struct Within {
    name: String,
    origins: Vec<String>,
    url: String,
    is: bool,
}

#[derive(Deserialize)]
struct LocalPath {
    path: String,
    is: bool,
}

#[derive(Deserialize)]
struct Origin {
    text: String,
    is: bool,
}

fn data() -> Data {
    serde_json::from_str(include_str!("../data/redirects.json")).unwrap()
}

#[test]
fn accepts_https_and_loopback_urls() {
    for Url { name, url } in data().accepted {
        assert_eq!(check(&url, &[]), Ok(()), "{name}: {url}");
        assert!(is_return_address(&url), "{name}: {url}");
    }
}

#[test]
fn refuses_unsafe_redirect_urls() {
    for Url { name, url } in data().refused {
        let error = check(&url, &[]).expect_err(&name);
        assert_eq!(error.code, ErrorCode::RedirectRefused, "{name}");
        assert!(!error.retryable, "{name}");
    }
}

#[test]
fn the_error_of_a_refused_url_omits_the_url() {
    for url in [
        "http://login.example/?state=SECRET",
        "https://SECRET@x/",
        "https://login.example/SECRET",
    ] {
        let error = check(url, &["https://a.example".to_owned()]).unwrap_err();
        assert!(!format!("{error:?} {error}").contains("SECRET"));
        assert!(!error.message.contains("login"));
    }
}

#[test]
fn refuses_a_url_or_path_of_more_than_8192_bytes() {
    let url = |bytes: usize| ["https://a.example/", &"a".repeat(bytes - 18)].concat();
    assert_eq!(url(8_192).len(), 8_192);
    assert!(check(&url(8_192), &[]).is_ok());
    assert!(check(&url(8_193), &[]).is_err());
    assert!(is_local_path(&["/", &"a".repeat(8_191)].concat()));
    assert!(!is_local_path(&["/", &"a".repeat(8_192)].concat()));
}

#[test]
fn provider_origins_are_an_allow_list() {
    for case in data().within {
        assert_eq!(
            check(&case.url, &case.origins).is_ok(),
            case.is,
            "{}",
            case.name
        );
    }
}

#[test]
fn tells_local_paths_from_other_urls() {
    for LocalPath { path, is } in data().local_paths {
        assert_eq!(is_local_path(&path), is, "{path:?}");
    }
}

#[test]
fn tells_origins_from_other_texts() {
    for Origin { text, is } in data().origins {
        assert_eq!(is_origin(&text), is, "{text:?}");
    }
}

/// A text that resembles a URL.
fn any_url() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        Just("https://"),
        Just("http://"),
        Just("HTTPS:"),
        Just("//"),
        Just("/"),
        Just("\\"),
        Just("@"),
        Just(":"),
        Just("localhost"),
        Just(".localhost"),
        Just("127.0.0.1"),
        Just("127."),
        Just("[::1]"),
        Just("["),
        Just("]"),
        Just("a.example"),
        Just("."),
        Just("?"),
        Just("#"),
        Just("443"),
        Just("%40"),
        Just("\t"),
        Just("é"),
        Just("javascript:"),
    ];
    let start = prop_oneof![4 => Just("https://"), 2 => Just("http://"), 1 => Just("")];
    (
        start,
        prop::collection::vec(part, 0..6),
        prop_oneof![3 => Just(String::new()), 1 => ".{0,6}"],
    )
        .prop_map(|(start, parts, rest)| [start, &parts.concat(), &rest].concat())
}

proptest! {
    #[test]
    fn an_accepted_url_is_https_or_loopback_and_has_no_user_name(url in any_url()) {
        if check(&url, &[]).is_err() {
            return Ok(());
        }
        let (scheme, rest) = url.split_once("://").unwrap();
        let authority = rest.split(['/', '?', '#']).next().unwrap();
        prop_assert!(!authority.contains('@'));
        prop_assert!(url.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\'));
        let host = match authority.split_once(']') {
            Some((inner, _)) => inner.trim_start_matches('['),
            None => authority.split(':').next().unwrap(),
        };
        prop_assert!(!host.is_empty());
        if scheme.eq_ignore_ascii_case("https") {
            return Ok(());
        }
        prop_assert!(scheme.eq_ignore_ascii_case("http"));
        let is_loopback = host == "localhost"
            || host.ends_with(".localhost")
            || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
            || host.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback());
        prop_assert!(is_loopback, "{}", host);
    }

    #[test]
    fn an_allowed_origin_accepts_its_own_urls(url in any_url()) {
        if is_origin(&url) && check(&url, &[]).is_ok() {
            prop_assert_eq!(check(&[&url, "/a?b#c"].concat(), std::slice::from_ref(&url)), Ok(()));
            prop_assert!(!url[8..].contains(['/', '?', '#']));
        }
    }

    #[test]
    fn a_local_path_starts_with_exactly_one_slash(path in any_url()) {
        if is_local_path(&path) {
            prop_assert!(path.starts_with('/') && !path.starts_with("//") && !path.contains('\\'));
        }
    }
}
