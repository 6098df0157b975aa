//! Expected input fields: what the user must or may give before a connection is initiated.

use serde::Serialize;

use super::error::ConnectError;
use super::order::order;
use super::secret::is_secret_name;
use super::value::Value;

/// One value to ask the user for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Field {
    /// Key in `data`, verbatim and case-sensitive.
    pub name: String,
    /// Label; never empty.
    pub display_name: String,
    /// Help text. Text, not markup.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `string` in practice.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether a value must be given, by the user or by `default`.
    pub required: bool,
    /// Whether to mask it; true also where the platform forgot to say so.
    pub secret: bool,
    /// Used when the user gives nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// Regular expression for the value, when the server gives one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// Format word, such as `password` or `uri`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// The only values allowed.
    #[serde(rename = "enum", skip_serializing_if = "Option::is_none")]
    pub allowed: Option<Vec<String>>,
    /// An example value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
    /// Text shown before the value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// Text shown after the value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suffix: Option<String>,
    /// Position among the fields.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<u64>,
}

/// What the wire says of a field, with whose job it is.
#[allow(clippy::large_enum_variant, reason = "taken apart where it is made")]
pub(crate) enum Decoded {
    /// The end user's part.
    User(Field),
    /// The developer's part, given when the integration is created.
    Developer {
        /// Required and without a default.
        blocking: bool,
    },
    /// Not to be asked for, or without a name.
    Hidden,
}

/// Reads a field in any of its spellings (docs/protocol.md §5.2). `listed_required` is what the list that it stands in implies.
pub(crate) fn decode(value: &Value, listed_required: bool) -> Decoded {
    let Some(name) = value.get("name").as_str().filter(|name| !name.is_empty()) else {
        return Decoded::Hidden;
    };
    let default = value.get("default").scalar();
    let required = value.get("required").as_bool().unwrap_or(listed_required);
    if value.get("expected_from_customer").as_bool() == Some(false) {
        return Decoded::Developer {
            blocking: required && default.is_none(),
        };
    }
    if value.any(&["user_visible", "userVisible"]).as_bool() == Some(false) {
        return Decoded::Hidden;
    }
    let format = value.get("format").to_text();
    let allowed: Vec<String> = value
        .get("enum")
        .items()
        .iter()
        .filter_map(Value::scalar)
        .collect();
    let label = ["displayName", "display_name"]
        .iter()
        .find_map(|key| value.get(key).to_text());
    Decoded::User(Field {
        secret: value.any(&["is_secret", "isSecret"]).as_bool() == Some(true)
            || format.as_deref() == Some("password")
            || is_secret_name(name)
            || label.as_deref().is_some_and(is_secret_name),
        name: name.to_owned(),
        display_name: label.unwrap_or_else(|| name.to_owned()),
        description: value.get("description").to_text(),
        kind: value
            .get("type")
            .to_text()
            .unwrap_or_else(|| "string".to_owned()),
        required,
        default,
        pattern: value.get("pattern").to_text(),
        format,
        allowed: (!allowed.is_empty()).then_some(allowed),
        example: value.get("example").scalar(),
        prefix: value.get("prefix").to_text(),
        suffix: value.get("suffix").to_text(),
        order: value.get("order").as_u64(),
    })
}

/// The user's fields of one wire list.
pub(crate) fn decode_list(list: &Value, listed_required: bool) -> Vec<Field> {
    list.items()
        .iter()
        .filter_map(|value| match decode(value, listed_required) {
            Decoded::User(field) => Some(field),
            _ => None,
        })
        .collect()
}

/// Reads fields as JavaScript has them, the first of each name. The wire's words are understood, too.
///
/// # Errors
/// `invalid_argument`.
pub fn read_list(list: &Value) -> Result<Vec<Field>, ConnectError> {
    let Value::Array(items) = list else {
        return Err(ConnectError::argument(
            "type",
            "fields",
            "is not a list of expected input fields",
        ));
    };
    let mut fields: Vec<Field> = Vec::new();
    for item in items {
        fields.push(read(item, "fields")?);
    }
    // Sorted rather than searched: nothing here may take the square of what a server sends.
    let by_name = order(fields.len(), &|a, b| fields[a].name.cmp(&fields[b].name));
    let mut is_first = vec![true; fields.len()];
    for pair in by_name.windows(2) {
        is_first[pair[1]] = fields[pair[0]].name != fields[pair[1]].name;
    }
    let mut at = 0;
    fields.retain(|_| {
        at += 1;
        is_first[at - 1]
    });
    Ok(fields)
}

/// Reads one field; `argument` names it in the error.
///
/// # Errors
/// `invalid_argument`.
pub fn read(value: &Value, argument: &str) -> Result<Field, ConnectError> {
    match decode(value, false) {
        Decoded::User(mut field) => {
            field.secret |= value.get("secret").as_bool() == Some(true);
            Ok(field)
        }
        _ => Err(ConnectError::argument(
            "type",
            argument,
            "holds what is no expected input field",
        )),
    }
}
