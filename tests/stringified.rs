//! Reading what `JSON.stringify` has written.

use crate::support::{arbitrary, plain, value};
use connect_flow::core::stringified::{MAX_DEPTH, read};
use connect_flow::core::value::Value;
use proptest::prelude::*;

#[test]
fn escapes() {
    let text = r#""\"\\\\n\n\b\f\r\t\u0000\u001f\ud800/é😀\udfff""#;
    let expected = "\"\\\\n\n\u{8}\u{c}\r\t\0\u{1f}\u{fffd}/é😀\u{fffd}";
    assert_eq!(read(text), Some(Value::String(expected.to_owned())));
}

#[test]
fn what_is_nested_too_deeply_is_nothing() {
    let nested = |depth: u32| {
        ["[", "]"]
            .map(|bracket| bracket.repeat(depth as usize))
            .concat()
    };
    assert!(read(&nested(MAX_DEPTH)).is_some());
    assert_eq!(read(&nested(MAX_DEPTH + 2)), None);
    assert_eq!(read(&"[".repeat(100_000)), None);
}

#[test]
fn what_was_cut_off_is_nothing() {
    let whole = r#"[{"name":"a","enum":["x",-1.5e-7],"n":{"b":[null,true,false]}},{"name":"b\n\u0001"},[],{}]"#;
    let expected = serde_json::from_str(whole).expect("JSON");
    assert_eq!(read(whole).map(|value| plain(&value)), Some(expected));
    for end in 0..whole.len() {
        assert_eq!(read(&whole[..end]), None, "{}", &whole[..end]);
    }
}

proptest! {
    #[test]
    fn values_come_over_as_they_are(json in arbitrary::plain_json()) {
        prop_assert_eq!(read(&json.to_string()), Some(value(&json)));
    }

    #[test]
    fn any_text_comes_to_an_end(text in "[\\[\\]{}\",:\\\\u0-9a-fntr é-]{0,24}") {
        read(&text);
    }
}
