//! What an `<input>` for a field should say.

use super::fields::Field;
use super::json_schema::{add, is_required, member, pattern};
use super::normalise::{field_meanings, may_cut};
use super::value::Value;
use super::words::USERNAME;

/// The attributes, by React's names for them; `setAttribute` takes those, too, because HTML ignores their case.
///
/// - No `name`: a form that is sent before its script runs would put a typed key into the page's URL, and a field called
///   `submit` would hide the form's own. Key the value by the field's name.
/// - `type` is never `number`, which loses what it cannot read, nor `checkbox`, whose value is no string.
/// - `autoComplete` is `new-password` for secrets: browsers ignore `off` there and would fill in the login saved for this site,
///   its password as the key and its user name before it. Firefox does so even in a form with nothing but a user name. `spellCheck` is off, since some browsers send what they check to a
///   server.
/// - `pattern` lets white space around the value through, as `validateParams` does. It is missing where a backtracking
///   matcher could take for ever, and where the value may be a pasted address that is cut down before it is checked.
/// - No `maxLength`: browsers cut a longer value silently, and half a key is worse than an error.
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
    // A minus cannot be typed on every such keyboard, but is rare in what connects an account.
    let keyboard = match field.kind.as_str() {
        "integer" => Some("numeric"),
        "number" => Some("decimal"),
        _ => None,
    };
    add(&mut members, "inputMode", keyboard);
    let fill_in = match kind {
        "password" => "new-password",
        "email" => "email",
        _ if field_meanings(field) & USERNAME != 0 => "new-password",
        _ => "off",
    };
    add(&mut members, "autoComplete", Some(fill_in));
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
