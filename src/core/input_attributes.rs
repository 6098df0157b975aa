//! HTML attributes for the `<input>` of a field.

use super::fields::Field;
use super::json_schema::{add, is_required, member, pattern};
use super::normalise::{field_meanings, may_cut};
use super::value::Value;
use super::words::USERNAME;

/// The attributes by their React names. `setAttribute` accepts these, too, because HTML ignores case.
///
/// - No `name`: if the form is submitted before its script runs, a typed key would end up in the page's URL. Also, a field called
///   `submit` would hide the form's method.
/// - `type` is never `number`, which drops what it cannot parse, nor `checkbox`, which has no string value.
/// - `autoComplete` is `new-password` for secrets and user names. Browsers ignore `off` there and fill in the login saved for the
///   site; Firefox does so even in a form with nothing but a user name.
/// - `spellCheck` is off, because some browsers send the text to a server.
/// - `pattern` allows white space around the value, like `validateParams`. It is left out if a backtracking matcher could take
///   exponential time, and if a pasted address may be cut down before the check.
/// - No `maxLength`: browsers truncate a longer value without a word.
pub fn input_attributes(field: &Field) -> Value {
    let format = field.format.as_deref();
    let kind = match format {
        _ if field.secret => "password",
        Some("email") => "email",
        Some("uri" | "url") => "url",
        _ => "text",
    };
    let mut members = Vec::new();
    add(&mut members, "type", Some(kind));
    if is_required(field) {
        members.push(member("required", Value::Bool(true)));
    }
    add(&mut members, "placeholder", field.example.as_deref());
    // Some numeric keyboards have no minus, which credentials rarely need.
    let keyboard = match field.kind.as_str() {
        "integer" => Some("numeric"),
        "number" => Some("decimal"),
        _ => None,
    };
    add(&mut members, "inputMode", keyboard);
    let auto_complete = match kind {
        "password" => "new-password",
        "email" => "email",
        _ if field_meanings(field) & USERNAME != 0 => "new-password",
        _ => "off",
    };
    add(&mut members, "autoComplete", Some(auto_complete));
    if !may_cut(field)
        && let Some((pattern, _)) = pattern(field)
    {
        add(&mut members, "pattern", pattern.for_html().as_deref());
    }
    add(&mut members, "autoCapitalize", Some("none"));
    add(&mut members, "autoCorrect", Some("off"));
    members.push(member("spellCheck", Value::Bool(false)));
    Value::Object(members)
}
