//! The URLs of web-platform-tests: where this browser would go, and whether the page is sent there.

use connect_flow::core::redirect::check;
use js_sys::{Array, Function};
use serde::Deserialize;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

#[derive(Deserialize)]
struct Data {
    urls: Vec<(String, Option<String>)>,
}

/// What this browser's parser makes of a URL: how it writes it, its origin, and whether a page may be sent there.
struct Seen {
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
    // What is refused on purpose: a backslash anywhere, and hosts of other than letters, digits, `.`, `-` and `_`.
    const isPlain = !url.href.includes('\\') && /^(\[[\da-f:]+\]|[\w.-]+)$/.test(url.hostname);
    return [url.href, url.origin, isOpen && !url.username && !url.password, isPlain];
";

fn parse(parser: &Function, input: &str, base: Option<&str>) -> Option<Seen> {
    let base = base.map_or(JsValue::UNDEFINED, JsValue::from_str);
    let seen = parser
        .call2(&JsValue::UNDEFINED, &input.into(), &base)
        .expect("no error");
    if seen.is_null() {
        return None;
    }
    let seen = Array::from(&seen);
    let text = |at| seen.get(at).as_string().expect("a text");
    Some(Seen {
        href: text(0),
        origin: text(1),
        is_safe: seen.get(2) == true,
        is_plain: seen.get(3) == true,
    })
}

#[wasm_bindgen_test]
fn the_page_is_sent_where_this_browser_finds_it_safe() {
    let data: Data = serde_json::from_str(include_str!("../data/urls.json")).expect("data");
    let parser = Function::new_with_args("input, base", PARSE);
    let (mut accepted, mut safe) = (0, 0);
    // Most are by `http:`.
    let encrypted = data.urls.iter().map(|(input, base)| {
        let by = |text: &String| text.replace("http:", "https:");
        (by(input), base.as_ref().map(by))
    });
    let urls: Vec<_> = encrypted.chain(data.urls.clone()).collect();
    for (input, base) in &urls {
        let seen = parse(&parser, input, base.as_deref());
        if check(input, &[]).is_ok() {
            accepted += 1;
            let Some(seen) = &seen else {
                // Where Punycode is wrong a browser goes nowhere; there are no tables here to tell.
                assert!(
                    input.to_ascii_lowercase().contains("xn--"),
                    "{input} is no URL"
                );
                continue;
            };
            assert!(seen.is_safe, "{input} is sent to {}", seen.href);
            let origin = std::slice::from_ref(&seen.origin);
            let other = ["https://other.example".to_owned()];
            assert!(check(&seen.href, origin).is_ok(), "{input}");
            assert!(check(input, &other).is_err(), "{input}");
        }
        // As the browser itself writes it.
        if let Some(Seen { href, .. }) = seen {
            let again = parse(&parser, &href, None).expect("a URL still");
            let is_right = again.is_safe && again.is_plain;
            assert_eq!(check(&href, &[]).is_ok(), is_right, "{href}");
            safe += u32::from(is_right);
        }
    }
    assert!(accepted > 30 && safe > 150, "{accepted} {safe}");
}
