//! Parsing callback URLs, and adding and removing our parameter. The input is the URL.
#![no_main]

use connect_flow::core::callback::{clean, own_query, parse, with_flow_id};
use connect_flow::core::error::ErrorCode;
use connect_flow_fuzz::support::appended::is_appended;
use connect_flow_fuzz::{check_error, within};
use libfuzzer_sys::fuzz_target;

const FLOW: &str = "0123456789abcdef0123456789abcdef";

/// The part before the query, the pairs of the query, and the fragment.
fn parts(url: &str) -> (&str, Vec<&str>, Option<&str>) {
    let (before, fragment) = match url.split_once('#') {
        Some((before, fragment)) => (before, Some(fragment)),
        None => (url, None),
    };
    match before.split_once('?') {
        Some((path, query)) => (path, query.split('&').collect(), fragment),
        None => (before, Vec::new(), fragment),
    }
}

fuzz_target!(|data: &[u8]| {
    let url = String::from_utf8_lossy(data);
    within(url.len(), 2_000, || check(&url));
});

fn check(url: &str) {
    let cleaned = clean(url, &[]);
    assert_eq!(
        clean(&cleaned, &[]),
        cleaned,
        "cleaning twice changes the URL again"
    );
    let (path, pairs, fragment) = parts(url);
    let (cleaned_path, left, cleaned_fragment) = parts(&cleaned);
    assert_eq!((cleaned_path, cleaned_fragment), (path, fragment));
    let is_own = |pair: &&str| !is_appended(pair);
    let own = |pairs: &[&str]| -> Vec<String> {
        pairs
            .iter()
            .filter(|pair| is_own(pair))
            .map(|pair| pair.to_string())
            .collect()
    };
    assert_eq!(
        own(&left),
        own(&pairs),
        "a parameter of the app was removed"
    );
    assert_eq!(
        parse(&cleaned, &[]),
        Ok(None),
        "a cleaned URL is a callback"
    );
    if let Some(own) = own_query(&cleaned) {
        assert!(
            own.split('&')
                .all(|pair| is_appended(pair) && left.contains(&pair))
        );
    }

    let bound = with_flow_id(&cleaned, FLOW);
    let callback = parse(&bound, &[]).expect("no error").expect("a callback");
    assert_eq!(
        callback.flow_id.as_deref(),
        Some(FLOW),
        "the flow id is not read back"
    );
    assert_eq!(
        (
            callback.connected_account_id,
            callback.error,
            callback.session_uri
        ),
        (None, None, None)
    );
    assert_eq!(parts(&clean(&bound, &[])).2, fragment);

    match parse(url, &[]) {
        Ok(None) => {}
        Ok(Some(callback)) => {
            let query: Vec<&str> = pairs
                .iter()
                .copied()
                .filter(|pair| is_appended(pair))
                .collect();
            let said: Vec<_> = query
                .iter()
                .flat_map(|pair| form_urlencoded::parse(pair.as_bytes()))
                .collect();
            let texts = [
                &callback.flow_id,
                &callback.connected_account_id,
                &callback.app,
                &callback.error,
                &callback.error_description,
                &callback.session_uri,
            ];
            for text in texts.into_iter().flatten() {
                assert!(
                    !text.is_empty() && said.iter().any(|(_, value)| value == text),
                    "{text:?} is not in the URL"
                );
            }
        }
        Err(error) => {
            check_error(&error);
            assert_eq!(
                (error.code, error.retryable, error.issues.len()),
                (ErrorCode::CallbackInvalid, false, 1)
            );
            assert!(
                is_appended(&error.issues[0].field),
                "the error names a foreign parameter"
            );
            assert!(error.message.len() <= 3 * url.len() + 100);
        }
    }
}
