//! The user's values against their fields: normalised, completed with the defaults, then checked.

use super::error::Issue;
use super::fields::Field;
use super::normalise::{has_invisible, is_whole_address, normalise, trim};
use super::order::order;
use super::pattern::Pattern;
use super::secret::Secret;
use super::text::concat;
use super::value::Value;

/// The longest value, in bytes of UTF-8. Keys and certificates are far below it.
pub const MAX_LENGTH: usize = 65_536;

const NUMBER: &str = r"^[+\-]?(\d+\.?\d*|\.\d+)([eE][+\-]?\d+)?$";
const INTEGER: &str = r"^[+\-]?\d+$";
const BOOLEAN: &str = "^(true|false)$";
const EMAIL: &str = r"^[^\s@]+@[^\s@]+$";
const URI: &str = r"^[A-Za-z][A-Za-z0-9+.\-]*:\S*[^\s/]\S*$";
const UUID: &str = "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$";

/// What the regular expression for a field's `type` is, where it is not any text. Values are strings whatever it says.
pub(super) fn of_type(field: &Field) -> Option<&'static str> {
    match field.kind.as_str() {
        "number" => Some(NUMBER),
        "integer" => Some(INTEGER),
        "boolean" => Some(BOOLEAN),
        _ => None,
    }
}

/// Normalises the values in place, fills in the defaults, and reports what is missing or does not fit: one issue a field.
///
/// A blank value is none: the default takes its place, or it is left out. What the field itself offers, its default and the
/// values of its `enum`, is right as it stands. What belongs to no field is left alone: some platforms take more than they list.
pub fn prepare(fields: &[Field], data: &mut Vec<(String, Secret)>) -> Vec<Issue> {
    let mut is_text = Vec::new();
    is_text.resize(data.len(), true);
    prepare_with(fields, data, &is_text)
}

/// [`prepare`], for values as JavaScript has them. Those that are no strings are issues, or left out where no field asks for them.
pub fn read(fields: &[Field], data: &Value) -> (Vec<(String, Secret)>, Vec<Issue>) {
    let (mut typed, mut is_text) = (Vec::new(), Vec::new());
    for (name, value) in data.members() {
        if !value.is_null() {
            let text = value.as_str();
            is_text.push(text.is_some());
            let text = text.unwrap_or_default().to_owned();
            typed.push((name.clone(), Secret::new(text)));
        }
    }
    let issues = prepare_with(fields, &mut typed, &is_text);
    (typed, issues)
}

/// `is_text`, for each value: whether it is a string. If not, a blank stands in its place.
fn prepare_with(
    fields: &[Field],
    data: &mut Vec<(String, Secret)>,
    is_text: &[bool],
) -> Vec<Issue> {
    // Sorted rather than searched: nothing here may take the square of what a server sends.
    let by_name = order(data.len(), &|a, b| data[a].0.cmp(&data[b].0));
    let mut is_seen = vec![false; data.len()];
    let mut is_kept = is_text.to_vec();
    let (mut issues, mut defaults) = (Vec::new(), Vec::new());
    let mut patterns = Patterns::default();
    for field in fields {
        let start = by_name.partition_point(|at| data[*at].0 < field.name);
        let own = by_name[start..].iter().copied();
        let (mut is_given, mut is_other) = (false, false);
        for at in own {
            // Of several fields with one name, the first decides.
            if data[at].0 != field.name || is_seen[at] {
                is_given |= data[at].0 == field.name;
                break;
            }
            is_seen[at] = true;
            is_kept[at] = false;
            is_other |= !is_text[at];
            let value = &mut data[at].1;
            if !is_offered(field, value.expose()) {
                let normal = normalise(field, value.expose());
                if normal.len() != value.expose().len() {
                    *value = Secret::new(normal.to_owned());
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
    let mut at = 0;
    data.retain(|_| {
        at += 1;
        is_kept[at - 1]
    });
    data.append(&mut defaults);
    issues
}

fn is_offered(field: &Field, text: &str) -> bool {
    field.default.as_deref() == Some(text)
        || field
            .allowed
            .iter()
            .flatten()
            .any(|allowed| allowed == text)
}

/// The patterns that were asked for lately, ready to match: the fields of a list have few between them.
#[derive(Default)]
pub(super) struct Patterns(Vec<(String, Option<Pattern>)>);

impl Patterns {
    /// Enough for the types and formats. Not all, which would be searched in the square of what a server sends.
    const MOST: usize = 8;

    /// Whether the text has the pattern. What is outside of the subset is the platform's to judge.
    fn is_in(&mut self, source: &str, text: &str) -> bool {
        let Patterns(known) = self;
        let at = known.iter().position(|(known, _)| known == source);
        let at = at.unwrap_or_else(|| {
            if known.len() == Self::MOST {
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

/// What is wrong with a value that is not blank.
pub(super) fn misfit(field: &Field, text: &str, patterns: &mut Patterns) -> Option<Issue> {
    let mut has = |pattern: &str| patterns.is_in(pattern, text);
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
        let words = allowed.join(", ");
        return Some(issue(
            field,
            "enum",
            " is none of the values allowed",
            "allowed",
            &words,
        ));
    }
    if of_type(field).is_some_and(|pattern| !has(pattern)) {
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
    let message = " does not have the form that is expected";
    (!has(pattern)).then(|| issue(field, "pattern", message, "pattern", pattern))
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
