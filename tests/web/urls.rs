//! The URLs of web-platform-tests: the redirect policy against this browser's own URL parser.

use connect_flow::{ClientOptions, ConnectClient, ErrorCode};
use js_sys::{Array, Function};
use serde::Deserialize;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{code, until_dropped};

#[derive(Deserialize)]
struct Data {
    urls: Vec<(String, Option<String>)>,
}

/// A URL as this browser parses it.
struct Parsed {
    href: String,
    origin: String,
    is_safe: bool,
    is_plain: bool,
}

const PARSE: &str = r"
    let url;
    try { url = new URL(input, base ?? undefined); } catch { return null; }
    const isLoopback = /^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
    const isOpen = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback);
    // The policy refuses backslashes, and hosts with characters other than letters, digits, `.`, `-` and `_`.
    const isPlain = !url.href.includes('\\') && /^(\[[\da-f:]+\]|[\w.-]+)$/.test(url.hostname);
    return [url.href, url.origin, isOpen && !url.username && !url.password, isPlain];
";

fn parse(parser: &Function, input: &str, base: Option<&str>) -> Option<Parsed> {
    let base = base.map_or(JsValue::UNDEFINED, JsValue::from_str);
    let parsed = parser
        .call2(&JsValue::UNDEFINED, &input.into(), &base)
        .expect("the parser returns");
    if parsed.is_null() {
        return None;
    }
    let parsed = Array::from(&parsed);
    let text = |at| parsed.get(at).as_string().expect("a string");
    Some(Parsed {
        href: text(0),
        origin: text(1),
        is_safe: parsed.get(2) == true,
        is_plain: parsed.get(3) == true,
    })
}

fn client(provider_origins: Vec<String>) -> ConnectClient {
    let options = ClientOptions {
        base_url: "/api/connect".to_owned(),
        provider_origins,
        ..ClientOptions::default()
    };
    ConnectClient::new(options).expect("valid options")
}

/// Whether a client would send the page to a URL. The page has to look embedded, so that it stays.
fn is_accepted(client: &ConnectClient, url: &str) -> bool {
    match code(client.redirect(url)) {
        ErrorCode::Embedded => true,
        ErrorCode::RedirectRefused => false,
        code => panic!("{url}: {code:?}"),
    }
}

#[wasm_bindgen_test]
fn a_page_is_sent_only_to_urls_that_this_browser_parses_as_safe() {
    // In a frame of another site, `redirect` checks the URL and then refuses to leave the page.
    let _embedded = until_dropped(
        "const own = Object.getOwnPropertyDescriptor(globalThis, 'parent');
        Object.defineProperty(globalThis, 'parent', { configurable: true, value: {} });
        return () => Object.defineProperty(globalThis, 'parent', own);",
    );
    let data: Data = serde_json::from_str(include_str!("../data/urls.json")).expect("data");
    let parser = Function::new_with_args("input, base", PARSE);
    let anywhere = client(Vec::new());
    let elsewhere = client(vec!["https://other.example".to_owned()]);
    let (mut accepted, mut safe) = (0, 0);
    // Most URLs of the data use `http:`.
    let encrypted = data.urls.iter().map(|(input, base)| {
        let with_https = |text: &String| text.replace("http:", "https:");
        (with_https(input), base.as_ref().map(with_https))
    });
    let urls: Vec<_> = encrypted.chain(data.urls.clone()).collect();
    for (input, base) in &urls {
        let parsed = parse(&parser, input, base.as_deref());
        if is_accepted(&anywhere, input) {
            accepted += 1;
            let Some(parsed) = &parsed else {
                // Only a browser can tell that Punycode is wrong. It then refuses to navigate.
                let is_punycode = input.to_ascii_lowercase().contains("xn--");
                assert!(is_punycode, "{input} is not a URL");
                continue;
            };
            assert!(parsed.is_safe, "{input} leads to {}", parsed.href);
            let there = client(vec![parsed.origin.clone()]);
            assert!(is_accepted(&there, &parsed.href), "{input}");
            assert!(!is_accepted(&elsewhere, input), "{input}");
        }
        // The URL as the browser serialises it.
        if let Some(Parsed { href, .. }) = parsed {
            let again = parse(&parser, &href, None).expect("a URL");
            let is_allowed = again.is_safe && again.is_plain;
            assert_eq!(is_accepted(&anywhere, &href), is_allowed, "{href}");
            safe += u32::from(is_allowed);
        }
    }
    assert!(accepted > 30 && safe > 150, "{accepted} {safe}");
}
