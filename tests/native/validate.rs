//! Typed values are normalised, completed with defaults and checked against their fields.

use crate::core::error::{ISSUE_CODES, Issue};
use crate::core::fields::{Field, read_fields};
use crate::core::secret::Secret;
use crate::core::validate::{MAX_LENGTH, prepare};
use crate::tests::support::cases::secrets;
use crate::tests::support::value;
use cpu_time::ThreadTime;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value as Json, json};

fn fields(json: &Json) -> Vec<Field> {
    read_fields(&value(json)).expect("fields")
}

fn plain(data: &[(String, Secret)]) -> Json {
    let members = data.iter();
    let members = members.map(|(name, value)| (name.clone(), json!(value.expose())));
    Json::Object(members.collect::<Map<_, _>>())
}

/// Prepares the value of one field `x`. Returns the value and the codes of its issues.
fn one(mut field: Json, text: &str) -> (Option<String>, Vec<&'static str>) {
    field["name"] = json!("x");
    let mut data = vec![("x".to_owned(), Secret::new(text.to_owned()))];
    let issues = prepare(&fields(&json!([field])), &mut data);
    let left = data.first().map(|(_, value)| value.expose().to_owned());
    (left, issues.iter().map(|issue| issue.code).collect())
}

#[test]
fn every_case_gives_its_data_and_issues() {
    let cases: Vec<Json> = serde_json::from_str(include_str!("../data/validate.json")).unwrap();
    for case in cases {
        assert!(case["source"].is_string());
        let mut data = secrets(&case["data"]);
        let issues = prepare(&fields(&case["fields"]), &mut data);
        let mut seen = json!({});
        if !data.is_empty() {
            seen["data"] = plain(&data);
        }
        if !issues.is_empty() {
            seen["issues"] = json!(issues);
        }
        assert_eq!(seen, case["expect"], "{}", case["name"]);
        assert!(issues.iter().all(|issue| ISSUE_CODES.contains(&issue.code)));
    }
}

#[test]
fn refuses_a_value_that_is_too_long() {
    assert_eq!(one(json!({}), &"x".repeat(MAX_LENGTH)).1, [""; 0]);
    assert_eq!(one(json!({}), &"x".repeat(MAX_LENGTH + 1)).1, ["too_long"]);
    assert_eq!(
        one(json!({ "pattern": "^y" }), &"é".repeat(MAX_LENGTH)).1,
        ["too_long"]
    );
    let spaces = " ".repeat(MAX_LENGTH * 2);
    assert_eq!(
        one(json!({}), &[&spaces, "x", &spaces].concat()),
        (Some("x".into()), vec![])
    );
}

#[test]
fn issues_omit_the_typed_value() {
    let typed = "typed-secret";
    for field in [
        json!({ "pattern": "^a" }),
        json!({ "enum": ["a"] }),
        json!({ "type": "number" }),
        json!({ "format": "uuid", "default": "" }),
    ] {
        let mut field = field;
        field["name"] = json!("x");
        let mut data = secrets(&json!({ "x": typed }));
        let issues: Vec<Issue> = prepare(&fields(&json!([field])), &mut data);
        assert_eq!(issues.len(), 1);
        assert!(!json!(issues).to_string().contains(typed));
        assert!(!format!("{issues:?}").contains(typed));
    }
}

#[test]
fn of_two_fields_with_one_name_the_first_checks_every_value() {
    let twice = json!([{ "name": "x", "pattern": "^a" }, { "name": "x", "pattern": "^b" }]);
    assert_eq!(fields(&twice).len(), 1);
    let mut listed = fields(&twice);
    listed.push(fields(&json!([{ "name": "x", "required": true, "pattern": "^b" }])).remove(0));
    let mut data = secrets(&json!({ "x": "a" }));
    assert_eq!(prepare(&listed, &mut data), []);
    let secret = |text: &str| ("x".to_owned(), Secret::new(text.to_owned()));
    let mut data = vec![secret(""), secret("a "), secret("b")];
    assert_eq!(prepare(&fields(&twice), &mut data).len(), 1);
    let left: Vec<&str> = data.iter().map(|(_, value)| value.expose()).collect();
    assert_eq!(left, ["a", "b"]);
}

/// The time to check `count` fields against their values, which are in reverse order.
fn time_of(count: usize) -> std::time::Duration {
    let list: Vec<Json> = (0..count)
        .map(|at| json!({ "name": format!("f{at}"), "required": true }))
        .collect();
    let list = fields(&Json::Array(list));
    let mut data: Vec<(String, Secret)> = (0..count)
        .rev()
        .map(|at| (format!("f{at}"), Secret::new(" x".to_owned())))
        .collect();
    let start = ThreadTime::now();
    assert_eq!(prepare(&list, &mut data), []);
    start.elapsed()
}

#[test]
fn the_time_to_check_is_not_quadratic_in_the_fields() {
    // With 30 times as many fields, a linear search for each would take 900 times as long.
    let few = (0..5).map(|_| time_of(3_000)).min().unwrap();
    let many = time_of(90_000);
    assert!(many < few * 250, "{few:?} and {many:?}");
}

/// Fields of every kind whose values are normalised.
fn any_field() -> impl Strategy<Value = Json> {
    let name = select(vec![
        "shop",
        "subdomain",
        "domain",
        "password",
        "api_key",
        "x",
        "base_url",
    ]);
    let hint = select(vec![
        None,
        Some("us.i"),
        Some("acme"),
        Some("acme.okta.com"),
        Some(""),
    ]);
    let affix = || {
        select(vec![
            None,
            Some("https://"),
            Some(".test.com"),
            Some("a"),
            Some("."),
            Some(" "),
        ])
    };
    (name, hint, affix(), affix()).prop_map(|(name, hint, prefix, suffix)| {
        json!({ "name": name, "example": hint, "prefix": prefix, "suffix": suffix })
    })
}

fn any_pasted() -> impl Strategy<Value = String> {
    let piece = select(vec![
        "https://",
        "http://",
        "a",
        "acme",
        ".",
        ".test.com",
        ".com",
        "/",
        "/store/",
        ":",
        "8",
        "@",
        " ",
        "\u{feff}",
        "\n",
        "www.",
        "?",
        "é",
        "admin",
    ]);
    prop::collection::vec(piece, 0..9).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn normalising_is_idempotent_and_only_removes_text(field in any_field(), text in any_pasted()) {
        let name = field["name"].as_str().unwrap();
        let listed = fields(&json!([field]));
        let mut data = secrets(&json!({ name: text }));
        prepare(&listed, &mut data);
        let once = plain(&data);
        prepare(&listed, &mut data);
        prop_assert_eq!(&plain(&data), &once);
        match data.first() {
            Some((_, value)) => prop_assert!(text.contains(value.expose())),
            None => {
                let is_blank = text.chars().all(|c| c.is_whitespace() || u32::from(c) == 0xfeff);
                prop_assert!(is_blank);
            }
        }
    }

    #[test]
    fn checking_any_value_against_any_field_does_not_panic(pattern in ".{0,24}", kind in ".{0,8}", text in ".{0,24}") {
        one(json!({ "pattern": pattern, "type": kind, "format": kind, "prefix": text, "suffix": kind }), &text);
    }
}
