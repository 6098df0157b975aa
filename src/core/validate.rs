//! Validates the user's values: normalises them, fills in defaults and checks them against their fields.

use super::error::Issue;
use super::fields::Field;
use super::normalise::{has_invisible, is_whole_address, normalise, trim};
use super::order::order;
use super::pattern::Pattern;
use super::secret::Secret;
use super::text::concat;
use super::value::Value;

/// The longest value, in bytes of UTF-8. Keys and certificates are much shorter.
pub const MAX_LENGTH: usize = 65_536;

const NUMBER: &str = r"^[+\-]?(\d+\.?\d*|\.\d+)([eE][+\-]?\d+)?$";
const INTEGER: &str = r"^[+\-]?\d+$";
const BOOLEAN: &str = "^(true|false)$";
const EMAIL: &str = r"^[^\s@]+@[^\s@]+$";
const URI: &str = r"^[A-Za-z][A-Za-z0-9+.\-]*:\S*[^\s/]\S*$";
const UUID: &str = "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$";

/// The pattern of a field's `type`, or `None` for strings. Values are strings whatever the type.
pub(super) fn type_pattern(field: &Field) -> Option<&'static str> {
    match field.kind.as_str() {
        "number" => Some(NUMBER),
        "integer" => Some(INTEGER),
        "boolean" => Some(BOOLEAN),
        _ => None,
    }
}

/// Normalises the values in place, fills in the defaults and returns at most one issue per field.
///
/// A blank value counts as missing: the default replaces it, or it is removed. The default and the values of `enum` are always valid.
/// Values without a field are kept, because some apps take more than the platform lists.
pub fn prepare(fields: &[Field], data: &mut Vec<(String, Secret)>) -> Vec<Issue> {
    let is_string = vec![true; data.len()];
    prepare_with(fields, data, &is_string)
}

/// [`prepare`] for values from JavaScript. A value that is not a string is an issue, or is removed if it has no field.
pub fn read_values(fields: &[Field], data: &Value) -> (Vec<(String, Secret)>, Vec<Issue>) {
    let (mut typed, mut is_string) = (Vec::new(), Vec::new());
    for (name, value) in data.members() {
        if !value.is_null() {
            let text = value.as_str();
            is_string.push(text.is_some());
            let text = text.unwrap_or_default().to_owned();
            typed.push((name.clone(), Secret::new(text)));
        }
    }
    let issues = prepare_with(fields, &mut typed, &is_string);
    (typed, issues)
}

/// `is_string[i]`: whether the value at `i` was a string. Other values are blank in `data`.
fn prepare_with(
    fields: &[Field],
    data: &mut Vec<(String, Secret)>,
    is_string: &[bool],
) -> Vec<Issue> {
    // Looked up in a sorted index, so that the time is not quadratic in the number of fields.
    let by_name = order(data.len(), &|a, b| data[a].0.cmp(&data[b].0));
    let mut is_seen = vec![false; data.len()];
    let mut is_kept = is_string.to_vec();
    let (mut issues, mut defaults) = (Vec::new(), Vec::new());
    let mut patterns = Patterns::default();
    for field in fields {
        let start = by_name.partition_point(|at| data[*at].0 < field.name);
        let own = by_name[start..].iter().copied();
        let (mut is_given, mut is_other) = (false, false);
        for at in own {
            // The first of several fields with one name decides.
            if data[at].0 != field.name || is_seen[at] {
                is_given |= data[at].0 == field.name;
                break;
            }
            is_seen[at] = true;
            is_kept[at] = false;
            is_other |= !is_string[at];
            let value = &mut data[at].1;
            if !is_offered(field, value.expose()) {
                let normalised = normalise(field, value.expose());
                if normalised.len() != value.expose().len() {
                    *value = Secret::new(normalised.to_owned());
                }
            }
            if trim(value.expose()).is_empty() {
                continue;
            }
            is_kept[at] = true;
            is_given = true;
            if !is_offered(field, value.expose())
                && let Some(issue) = misfit(field, value.expose(), &mut patterns)
            {
                issues.push(issue);
            }
        }
        if is_given {
            continue;
        }
        if is_other {
            issues.push(issue(field, "type", " must be text", "type", "string"));
        } else if let Some(default) = field.default.as_ref().filter(|text| !text.is_empty()) {
            defaults.push((field.name.clone(), Secret::new(default.clone())));
        } else if field.required {
            issues.push(issue(field, "required", " is required", "", ""));
        }
    }
    let mut is_kept = is_kept.into_iter();
    data.retain(|_| is_kept.next() == Some(true));
    data.append(&mut defaults);
    issues
}

/// Whether the value is the default or one of `enum`.
fn is_offered(field: &Field, text: &str) -> bool {
    field.default.as_deref() == Some(text)
        || field
            .allowed
            .iter()
            .flatten()
            .any(|allowed| allowed == text)
}

/// Recently used patterns, compiled. The fields of a list share few patterns.
#[derive(Default)]
pub(super) struct Patterns(Vec<(String, Option<Pattern>)>);

impl Patterns {
    /// Enough for all types and formats. Bounded, because the list is searched for every field.
    const MAX: usize = 8;

    /// Whether the pattern matches. A pattern outside of the supported subset always does: the platform checks it.
    fn matches(&mut self, source: &str, text: &str) -> bool {
        let Patterns(known) = self;
        let at = known.iter().position(|(known, _)| known == source);
        let at = at.unwrap_or_else(|| {
            if known.len() == Self::MAX {
                known.clear();
            }
            known.push((source.to_owned(), Pattern::new(source)));
            known.len() - 1
        });
        let pattern = &known[at].1;
        pattern
            .as_ref()
            .is_none_or(|pattern| pattern.is_match(text))
    }
}

/// The issue of a value that is not blank, if any.
pub(super) fn misfit(field: &Field, text: &str, patterns: &mut Patterns) -> Option<Issue> {
    let mut has = |pattern: &str| patterns.matches(pattern, text);
    if text.len() > MAX_LENGTH {
        return Some(issue(field, "too_long", " is too long", "max", "65536"));
    }
    if field.secret && has_invisible(field, text) {
        let message = " contains an invisible character: copy it again";
        return Some(issue(field, "invisible", message, "", ""));
    }
    if is_whole_address(field, text) {
        let message = " must be a name such as `acme`, not an address";
        return Some(issue(field, "format", message, "format", "subdomain"));
    }
    if let Some(allowed) = &field.allowed
        && !allowed.iter().any(|allowed| trim(allowed) == text)
    {
        let allowed: Vec<&str> = allowed.iter().map(String::as_str).collect();
        let allowed = allowed.join(", ");
        return Some(issue(
            field,
            "enum",
            " must be one of the allowed values",
            "allowed",
            &allowed,
        ));
    }
    if type_pattern(field).is_some_and(|pattern| !has(pattern)) {
        let message = match field.kind.as_str() {
            "number" => " must be a number",
            "integer" => " must be a whole number",
            _ => " must be true or false",
        };
        return Some(issue(field, "type", message, "type", &field.kind));
    }
    if let Some(format) = &field.format {
        let (pattern, message) = match format.as_str() {
            "email" => (EMAIL, " must be an email address"),
            "uri" | "url" => (URI, " must be a complete URL"),
            "uuid" => (UUID, " must be a UUID"),
            _ => ("", ""),
        };
        if !has(pattern) {
            return Some(issue(field, "format", message, "format", format));
        }
    }
    let pattern = field.pattern.as_deref()?;
    let message = " does not have the expected format";
    (!has(pattern)).then(|| issue(field, "pattern", message, "pattern", pattern))
}

/// The issue of a secret whose value is the platform's mask of the old one.
pub(super) fn masked(name: &str) -> Issue {
    let problem = " must be the whole new value, not a mask of the old one";
    issue(&Field::secret(name), "format", problem, "format", "secret")
}

fn issue(
    field: &Field,
    code: &'static str,
    problem: &str,
    name: &'static str,
    value: &str,
) -> Issue {
    let label = &field.display_name;
    let mut params = vec![("label", label.clone())];
    if !name.is_empty() {
        params.push((name, value.to_owned()));
    }
    Issue {
        code,
        field: field.name.clone(),
        message: concat(&[label, problem]),
        params,
    }
}
