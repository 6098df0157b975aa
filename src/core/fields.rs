//! Expected input fields: the values that the user enters before a connection is initiated.

use serde::Serialize;

use super::error::ConnectError;
use super::order::order;
use super::secret::is_secret_name;
use super::value::Value;

/// One expected input field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Field {
    /// Key of the value in `data`, case-sensitive.
    pub name: String,
    /// Label. Never empty.
    pub display_name: String,
    /// Help text, not markup.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Type of the value, almost always `string`. Values are sent as strings.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether a value is required, from the user or from `default`.
    pub required: bool,
    /// Whether to mask the input. Also true for names such as `api_key` that the platform does not mark as secret.
    pub secret: bool,
    /// Value if the user enters none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// Regular expression that the value has to match.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// Format of the value, such as `password` or `uri`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// The only values allowed.
    #[serde(rename = "enum", skip_serializing_if = "Option::is_none")]
    pub allowed: Option<Vec<String>>,
    /// Example value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
    /// Text shown before the input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// Text shown after the input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suffix: Option<String>,
    /// Position among the fields.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<u64>,
}

impl Field {
    /// A required secret.
    pub fn secret(name: &str) -> Self {
        Field {
            name: name.to_owned(),
            display_name: name.to_owned(),
            description: None,
            kind: "string".to_owned(),
            required: true,
            secret: true,
            default: None,
            pattern: None,
            format: None,
            allowed: None,
            example: None,
            prefix: None,
            suffix: None,
            order: None,
        }
    }

    /// Requires a value from the user in place of the default, which becomes an example.
    pub fn require_own_value(&mut self) {
        if let Some(default) = self.default.take().filter(|text| !text.is_empty()) {
            self.required = true;
            self.example = Some(default);
        }
    }
}

/// Decodes a field in any of its formats (docs/protocol.md §5.2). `None` for a field without a name and for one that users do not see.
/// `listed_required`: whether fields of its list are required by default.
fn decode_field(value: &Value, listed_required: bool) -> Option<Field> {
    let name = value.get("name").as_str().filter(|name| !name.is_empty())?;
    let default = value.get("default").scalar();
    let required = value.get("required").as_bool().unwrap_or(listed_required);
    let visibility = ["expected_from_customer", "user_visible", "userVisible"];
    if visibility
        .iter()
        .any(|name| value.get(name).as_bool() == Some(false))
    {
        return None;
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
    Some(Field {
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

/// Decodes a list of fields from an answer.
pub(crate) fn decode_list(list: &Value, listed_required: bool) -> Vec<Field> {
    list.items()
        .iter()
        .filter_map(|value| decode_field(value, listed_required))
        .collect()
}

/// Reads fields from JavaScript. Accepts the platform's format, too. Of several fields with one name, the first is kept.
///
/// # Errors
/// `invalid_argument`.
pub fn read_fields(list: &Value) -> Result<Vec<Field>, ConnectError> {
    let Value::Array(items) = list else {
        return Err(ConnectError::argument(
            "type",
            "fields",
            "must be an array of expected input fields",
        ));
    };
    let mut fields: Vec<Field> = Vec::new();
    for item in items {
        fields.push(read_field(item, "fields")?);
    }
    // Compared with its neighbour in a sorted index, so that the time is not quadratic in the number of fields.
    let by_name = order(fields.len(), &|a, b| fields[a].name.cmp(&fields[b].name));
    let mut is_first = vec![true; fields.len()];
    for pair in by_name.windows(2) {
        is_first[pair[1]] = fields[pair[0]].name != fields[pair[1]].name;
    }
    let mut is_first = is_first.into_iter();
    fields.retain(|_| is_first.next() == Some(true));
    Ok(fields)
}

/// Reads one field from JavaScript. `argument` names it in the error.
///
/// # Errors
/// `invalid_argument`.
pub fn read_field(value: &Value, argument: &str) -> Result<Field, ConnectError> {
    match decode_field(value, false) {
        Some(mut field) => {
            field.secret |= value.get("secret").as_bool() == Some(true);
            Ok(field)
        }
        None => Err(ConnectError::argument(
            "type",
            argument,
            "must be an expected input field with a `name`",
        )),
    }
}
