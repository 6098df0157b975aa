//! Parsing fields from any JSON, and validating any values against them.
#![no_main]

use std::collections::BTreeSet;

use arbitrary::Arbitrary;
use connect_flow::core::error::{ISSUE_CODES, Issue};
use connect_flow::core::fields::{Field, read_fields};
use connect_flow::core::input_attributes::input_attributes;
use connect_flow::core::json_schema::json_schema;
use connect_flow::core::secret::Secret;
use connect_flow::core::validate::{prepare, read_values};
use connect_flow::core::value::Value;
use connect_flow_fuzz::input::{Json, Text, size, strip, without_typed};
use connect_flow_fuzz::support::plain;
use connect_flow_fuzz::{TYPED, check_error, check_hidden, within};
use libfuzzer_sys::fuzz_target;

/// Names that the code treats specially.
const NAMES: &[&str] = &[
    "api_key",
    "shop",
    "subdomain",
    "your-domain",
    "domain",
    "url",
    "email",
    "password",
    "passphrase",
    "storeName",
    "region",
];

/// Values that users paste, patterns, types, formats and suffixes.
const VALUES: &[&str] = &[
    "https://acme.myshopify.com/admin",
    "acme.myshopify.com",
    "www.acme.example.com:8080/x",
    "https://",
    "http://a",
    ".",
    "a..b",
    "https://app.example.com/store/acme?x",
    "user@host",
    "1.2.3.4",
    "acme",
    "https://acme.zendesk.com",
    " acme \u{200b}",
    "x.y.z",
    "^[a-z]+$",
    "^(a+)+$",
    "[",
    "integer",
    "number",
    "boolean",
    "true",
    "1e5",
    "uri",
    "url",
    "email",
    "uuid",
    "password",
    "00000000-0000-4000-8000-000000000000",
    ".zendesk.com",
    "https://",
    ".com",
    "a@b",
    "date-time",
];

#[derive(Debug)]
struct Word(String);

impl<'a> Arbitrary<'a> for Word {
    fn arbitrary(u: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Self> {
        Ok(Word(match u.int_in_range(0..=5u8)? {
            0 => Text::arbitrary(u)?.0,
            1 => [*u.choose(VALUES)?, *u.choose(VALUES)?].concat(),
            _ => (*u.choose(VALUES)?).to_owned(),
        }))
    }
}

#[derive(Arbitrary, Debug)]
struct Raw {
    name: u8,
    own_name: Option<Text>,
    members: Vec<(u8, Word)>,
    flags: u8,
    allowed: Option<Vec<Word>>,
}

const MEMBERS: &[&str] = &[
    "displayName",
    "description",
    "type",
    "default",
    "pattern",
    "format",
    "example",
    "prefix",
    "suffix",
    "display_name",
];

impl Raw {
    fn json(self) -> Value {
        let name = self.own_name.map_or_else(
            || NAMES[usize::from(self.name) % NAMES.len()].to_owned(),
            |text| text.0,
        );
        let text = |text: String| Value::String(strip(&text));
        let mut members = vec![
            ("name".to_owned(), text(name)),
            ("required".to_owned(), Value::Bool(self.flags & 1 > 0)),
            ("is_secret".to_owned(), Value::Bool(self.flags & 2 > 0)),
        ];
        for (member, word) in self.members.into_iter().take(12) {
            members.push((
                MEMBERS[usize::from(member) % MEMBERS.len()].to_owned(),
                text(word.0),
            ));
        }
        if let Some(allowed) = self.allowed {
            let allowed = allowed
                .into_iter()
                .take(8)
                .map(|word| text(word.0))
                .collect();
            members.push(("enum".to_owned(), Value::Array(allowed)));
        }
        Value::Object(members)
    }
}

#[derive(Arbitrary, Debug)]
struct Input {
    fields: Vec<Raw>,
    any: Option<Json>,
    values: Vec<(u8, Word, u8)>,
    other: Option<Json>,
}

fuzz_target!(|input: Input| {
    let mut wire: Vec<Value> = input.fields.into_iter().take(16).map(Raw::json).collect();
    wire.extend(input.any.map(|Json(mut any)| {
        without_typed(&mut any);
        any
    }));
    let wire = Value::Array(wire);
    let fields = match within(size(&wire), 20_000, || read_fields(&wire)) {
        Ok(fields) => fields,
        Err(error) => return check_error(&error),
    };
    let names: BTreeSet<&str> = fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names.len(), fields.len(), "two fields have one name");
    assert!(
        fields
            .iter()
            .all(|field| !field.name.is_empty() && !field.display_name.is_empty())
    );
    describe(&fields, size(&wire));

    // Values of declared and of unknown fields.
    let mut members: Vec<(String, Value)> = Vec::new();
    for (at, word, around) in input.values.into_iter().take(24) {
        let field = fields.get(usize::from(at));
        let name = field.map_or_else(
            || NAMES[usize::from(at) % NAMES.len()].to_owned(),
            |field| field.name.clone(),
        );
        let text = field.map_or_else(|| word.0.clone(), |field| dressed(field, &word.0, around));
        let typed = if around & 1 > 0 { TYPED } else { "" };
        let text = [typed, &text].concat();
        members.push((name, Value::String(text)));
    }
    if let Some(Json(other)) = input.other {
        members.push(("other".to_owned(), other));
    }
    let data = Value::Object(members);
    let bytes = size(&data) + size(&wire);
    let (typed, issues) = within(bytes, 400_000, || read_values(&fields, &data));
    check_issues(&issues, &names);
    check_hidden(&format!("{typed:?}"));
    check_values(&fields, &data, &typed);

    let mut again = typed.clone();
    let once_more = prepare(&fields, &mut again);
    let missing = |issue: &&Issue| {
        issue.code == "type"
            && issue
                .params
                .last()
                .is_some_and(|(_, what)| what == "string")
    };
    if !issues.iter().any(|issue| missing(&issue)) {
        assert_eq!(
            sorted(&again),
            sorted(&typed),
            "a second validation changes a value"
        );
        assert_eq!(once_more, issues, "a second validation finds other issues");
    }
});

/// A value with its field's prefix and suffix, each repeated up to three times.
fn dressed(field: &Field, word: &str, around: u8) -> String {
    let times = |text: &Option<String>, bits: u8| {
        let text = text.as_deref().unwrap_or_default();
        text.repeat(usize::from(bits & 3))
    };
    let before = times(&field.prefix, around >> 1);
    [&before, word, &times(&field.suffix, around >> 3)].concat()
}

fn sorted(data: &[(String, Secret)]) -> Vec<(&str, &str)> {
    let mut pairs: Vec<_> = data
        .iter()
        .map(|(name, value)| (name.as_str(), value.expose()))
        .collect();
    pairs.sort_unstable();
    pairs
}

/// Issues name declared fields, have documented codes, and do not contain the value.
fn check_issues(issues: &[Issue], names: &BTreeSet<&str>) {
    for issue in issues {
        assert!(
            names.contains(issue.field.as_str()),
            "{} is not a field",
            issue.field
        );
        assert!(ISSUE_CODES.contains(&issue.code));
        assert_eq!(issue.params.first().map(|(name, _)| *name), Some("label"));
        check_hidden(&serde_json::to_string(issue).expect("JSON"));
    }
}

/// A prepared value is a part of the typed one, or the field's default.
fn check_values(fields: &[Field], data: &Value, typed: &[(String, Secret)]) {
    for (name, value) in typed {
        let mut given = data
            .members()
            .iter()
            .filter(|(key, _)| key == name)
            .filter_map(|(_, item)| item.as_str());
        let field = fields.iter().find(|field| field.name == *name);
        let default = field.and_then(|field| field.default.as_deref());
        let is_part =
            given.any(|text| text.contains(value.expose())) || default == Some(value.expose());
        assert!(is_part, "{name}: {:?}", value.expose());
    }
}

/// Describes the fields as a JSON Schema and as input attributes.
fn describe(fields: &[Field], bytes: usize) {
    let schema = within(bytes, 400_000, || plain(&json_schema(fields)));
    let properties = schema["properties"].as_object().expect("properties");
    assert_eq!(properties.len(), fields.len());
    let required = schema["required"].as_array().expect("a list");
    assert!(
        required
            .iter()
            .all(|name| properties.contains_key(name.as_str().expect("a name")))
    );
    assert!(schema.to_string().len() <= 1_000 + 40 * bytes);
    for field in fields {
        let attributes = plain(&input_attributes(field));
        assert_eq!(
            attributes["type"] == "password",
            field.secret,
            "a secret is not masked"
        );
        assert_eq!(properties[&field.name]["writeOnly"] == true, field.secret);
        assert!(attributes.get("name").is_none() && attributes.get("maxLength").is_none());
    }
}
