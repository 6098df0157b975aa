//! Patterns of fields. The input is the pattern, a line break, and the text.
#![no_main]

use connect_flow::core::pattern::Pattern;
use connect_flow_fuzz::within;
use libfuzzer_sys::fuzz_target;
use regex_lite::{Regex, RegexBuilder};

fuzz_target!(|data: &[u8]| {
    let input = String::from_utf8_lossy(data);
    let (source, text) = input.split_once('\n').unwrap_or((&input, ""));
    let Some(pattern) = within(source.len(), 20_000, || Pattern::new(source)) else {
        return;
    };
    // A pattern has at most 4,096 steps. Each character costs at most all of them.
    let found = within(text.len() + 1, 400_000, || pattern.is_match(text));

    if let Some(shown) = pattern.for_json_schema(source) {
        assert!(shown.len() <= 16 * source.len() + 16);
        let again = Pattern::new(shown).expect("a pattern");
        assert_eq!(
            again.is_match(text),
            found,
            "/{source}/ as /{shown}/ in {text:?}"
        );
    }
    if let Some(html) = pattern.for_html() {
        let whole = Pattern::new(&["^(?:", &html, ")$"].concat());
        // `.` matches no line break, so only texts of one line are compared.
        let is_one_line = !text.contains(['\n', '\r', '\u{2028}', '\u{2029}']);
        if let Some(whole) = whole.filter(|_| is_one_line && found) {
            assert!(
                whole.is_match(text),
                "/{source}/ as /{html}/ lacks {text:?}"
            );
        }
    }
    if let Some(oracle) = oracle(source).filter(|_| text.is_ascii() && !text.contains('\r')) {
        assert_eq!(oracle.is_match(text), found, "/{source}/ in {text:?}");
    }
});

/// Another implementation, for patterns that both read alike.
fn oracle(source: &str) -> Option<Regex> {
    let is_common = !source.contains(['\\', '[', '\n']) && source.is_ascii();
    is_common
        .then(|| RegexBuilder::new(source).size_limit(1 << 20).build().ok())
        .flatten()
}
