//! Values that must not be seen, and how to recognise them.

use zeroize::Zeroizing;

use super::text::split_once;
use super::words::{SECRET, ends, said};

/// A value that the user typed: never printed, overwritten when dropped.
#[derive(Clone, PartialEq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the value over.
    pub fn new(value: String) -> Self {
        Secret(Zeroizing::new(value))
    }

    /// The value itself; call it only where the request is written.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl core::fmt::Debug for Secret {
    fn fmt(&self, out: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        out.write_str("[redacted]")
    }
}

/// Whether a field of this name or label holds a secret although the platform did not flag it (docs/protocol.md, Q1).
///
/// Platforms leave `is_secret` false on API keys and tokens; masking one field too many is the safe side.
pub fn is_secret_name(name: &str) -> bool {
    let endings = ["key", "pass", "pin", "otp", "pem", "json"];
    said(name) & SECRET != 0
        || (endings.iter().any(|end| ends(name, end)) && !ends(name, "publickey"))
}

/// Replaces every typed value in a text that came from outside, such as a server's error message.
pub fn redact(text: &mut String, secrets: &[(String, Secret)]) {
    // A value of one or two characters is no secret, and would turn the message into noise.
    let values = secrets.iter().map(|(_, secret)| secret.expose());
    let mut values: Vec<&str> = values.filter(|value| value.len() > 2).collect();
    // The longest first, since one value may stand within another.
    while let Some((at, value)) = values
        .iter()
        .copied()
        .enumerate()
        .max_by_key(|(_, value)| value.len())
    {
        values.swap_remove(at);
        let mut rest = text.as_str();
        let mut redacted = String::new();
        while let Some((before, after)) = split_once(rest, value) {
            redacted.push_str(before);
            redacted.push_str("[redacted]");
            rest = after;
        }
        redacted.push_str(rest);
        *text = redacted;
    }
}
