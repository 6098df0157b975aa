//! Values that must not be shown, and how to recognise and redact them.

use std::fmt;

use zeroize::Zeroizing;

use super::order::order;
use super::text::split_once;
use super::words::{SECRET, lowercase_letters, meanings};

/// A value that the user typed. `Debug` prints `[redacted]`; the memory is overwritten when it is dropped.
#[derive(Clone, PartialEq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes ownership of the value.
    pub fn new(value: String) -> Self {
        Secret(Zeroizing::new(value))
    }

    /// The value itself, for writing the request.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("[redacted]")
    }
}

/// Whether the name or label of a field suggests a secret. Needed because the platform leaves `is_secret` false on some API
/// keys and tokens (docs/protocol.md, Q1). When in doubt a field is masked.
pub fn is_secret_name(name: &str) -> bool {
    let endings = ["key", "pass", "pin", "otp", "pem", "json"];
    let plain = lowercase_letters(name);
    meanings(name) & SECRET != 0
        || (endings.iter().any(|end| plain.ends_with(end.as_bytes()))
            && !plain.ends_with(b"publickey"))
}

/// Replaces typed values in untrusted text, such as a server's error message. Values of one or two bytes stay: replacing them
/// would make the text unreadable.
pub fn redact(text: &mut String, secrets: &[(String, Secret)]) {
    let values = secrets.iter().map(|(_, secret)| secret.expose());
    let values: Vec<&str> = values.filter(|value| value.len() > 2).collect();
    // Longest first, because one value may contain another.
    for at in order(values.len(), &|a, b| values[b].len().cmp(&values[a].len())) {
        let mut rest = text.as_str();
        let mut redacted = String::new();
        while let Some((before, after)) = split_once(rest, values[at]) {
            redacted.push_str(before);
            redacted.push_str("[redacted]");
            rest = after;
        }
        redacted.push_str(rest);
        *text = redacted;
    }
}
