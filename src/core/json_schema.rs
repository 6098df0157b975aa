//! Fields as a JSON Schema (draft 2020-12), for form libraries.

use super::fields::Field;
use super::pattern::Pattern;
use super::validate::{Patterns, misfit, type_pattern};
use super::value::Value;

/// The formats to pass on. Form libraries give other words a meaning of their own, such as a file upload.
const FORMATS: [&str; 8] = [
    "email",
    "uri",
    "uuid",
    "hostname",
    "ipv4",
    "ipv6",
    "date",
    "date-time",
];

/// The schema of the user's values after normalisation. All values are strings. Patterns on which a backtracking validator could
/// take exponential time are left out; `validateParams` checks them.
pub fn json_schema(fields: &[Field]) -> Value {
    let mut properties = Vec::new();
    let mut required = Vec::new();
    for field in fields {
        if is_required(field) {
            required.push(text(&field.name));
        }
        properties.push((field.name.clone(), property(field)));
    }
    Value::Object(vec![
        member(
            "$schema",
            text("https://json-schema.org/draft/2020-12/schema"),
        ),
        member("type", text("object")),
        member("properties", Value::Object(properties)),
        member("required", Value::Array(required)),
    ])
}

/// Whether the user has to enter a value: the field is required and has no default.
pub(super) fn is_required(field: &Field) -> bool {
    field.required && field.default.as_deref().unwrap_or_default().is_empty()
}

/// The field's pattern, or that of its type, with its source. `None` if the field's default is invalid: then the pattern is wrong.
pub(super) fn pattern(field: &Field) -> Option<(Pattern, &str)> {
    let source = field.pattern.as_deref().or_else(|| type_pattern(field))?;
    let pattern = Pattern::new(source).filter(|_| !is_contradicted(field))?;
    Some((pattern, source))
}

/// Whether the default violates the constraints of its own field.
fn is_contradicted(field: &Field) -> bool {
    let default = field.default.as_deref().filter(|text| !text.is_empty());
    default.is_some_and(|default| misfit(field, default, &mut Patterns::default()).is_some())
}

fn property(field: &Field) -> Value {
    let mut members = Vec::new();
    add(&mut members, "type", Some("string"));
    add(&mut members, "title", Some(&field.display_name));
    add(&mut members, "description", field.description.as_deref());
    add(&mut members, "default", field.default.as_deref());
    let is_contradicted = is_contradicted(field);
    let format = match field.format.as_deref() {
        _ if field.secret => Some("password"),
        Some("url") => Some("uri"),
        format => format.filter(|word| FORMATS.contains(word) && !is_contradicted),
    };
    add(&mut members, "format", format);
    let mut allowed = Vec::new();
    for value in field.allowed.iter().flatten() {
        allowed.push(text(value));
    }
    if allowed.is_empty() && field.kind == "boolean" {
        allowed = vec![text("true"), text("false")];
    }
    if !allowed.is_empty() && !is_contradicted {
        members.push(member("enum", Value::Array(allowed)));
    } else if let Some((pattern, source)) = pattern(field) {
        add(&mut members, "pattern", pattern.for_json_schema(source));
    }
    if field.secret {
        members.push(member("writeOnly", Value::Bool(true)));
    }
    if let Some(example) = &field.example {
        members.push(member("examples", Value::Array(vec![text(example)])));
    }
    // JSON Schema accepts an empty string for a required property. The platform does not.
    if is_required(field) {
        members.push(member("minLength", Value::Number("1".to_owned())));
    }
    Value::Object(members)
}

/// Adds a string member, if there is a value.
pub(super) fn add(members: &mut Vec<(String, Value)>, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        members.push(member(name, text(value)));
    }
}

#[inline(never)]
fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

#[inline(never)]
pub(super) fn member(name: &str, value: Value) -> (String, Value) {
    (name.to_owned(), value)
}
