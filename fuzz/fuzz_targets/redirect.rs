//! The redirect policy. The input is lines: the URL, then the allowed origins. The `url` crate, which follows the WHATWG standard,
//! tells where a browser would go.
#![no_main]

use connect_flow::core::error::ErrorCode;
use connect_flow::core::redirect::{check, is_local_path, is_origin, is_return_address};
use connect_flow_fuzz::{check_error, within};
use libfuzzer_sys::fuzz_target;
use url::{Host, Url};

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let mut lines = text.split('\n');
    let url = lines.next().unwrap_or_default();
    let origins: Vec<String> = lines.take(8).map(str::to_owned).collect();
    within(text.len() * 8, 2_000, || policy(url, &origins));
});

fn policy(url: &str, origins: &[String]) {
    match check(url, origins) {
        Ok(()) => {
            let Some(parsed) = parse(url) else {
                return;
            };
            assert!(is_safe(&parsed), "{url:?} is {parsed}");
            let listed = origins.iter().filter_map(|origin| Url::parse(origin).ok());
            assert!(
                origins.is_empty()
                    || listed
                        .map(|listed| listed.origin())
                        .any(|origin| origin == parsed.origin()),
                "{url:?} has the origin {}",
                parsed.origin().ascii_serialization(),
            );
            assert!(is_return_address(url));
            assert_eq!(
                check(url, &[]),
                Ok(()),
                "an empty list of origins refuses the URL"
            );
        }
        Err(error) => {
            check_error(&error);
            assert_eq!(
                (error.code, error.retryable),
                (ErrorCode::RedirectRefused, false)
            );
            assert!(error.message.len() < 100, "the message is too long");
        }
    }
    if is_origin(url) {
        let Some(parsed) = parse(url) else {
            return;
        };
        assert_eq!(
            (parsed.path(), parsed.query(), parsed.fragment()),
            ("/", None, None)
        );
        assert!(parsed.username().is_empty() && parsed.password().is_none());
    }
    if is_local_path(url) {
        for base in [
            "https://app.example/",
            "https://app.example/a/b?c#d",
            "http://localhost:8080/x",
        ] {
            let base = Url::parse(base).expect("a base");
            let there = base.join(url).expect("a URL");
            assert_eq!(
                there.origin(),
                base.origin(),
                "{url:?} leads to another site"
            );
        }
    }
}

/// `None` for invalid Punycode: browsers refuse it, and the policy has no tables to tell.
fn parse(url: &str) -> Option<Url> {
    match Url::parse(url) {
        Ok(parsed) => Some(parsed),
        Err(why) => {
            assert!(
                url.to_ascii_lowercase().contains("xn--"),
                "{url:?} is not a URL: {why}"
            );
            None
        }
    }
}

fn is_safe(url: &Url) -> bool {
    let is_loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    let is_open = url.username().is_empty() && url.password().is_none();
    is_open && (url.scheme() == "https" || (url.scheme() == "http" && is_loopback))
}
