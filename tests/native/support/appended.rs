//! The parameters that the platform or this library appends to a redirect URL.

/// Their names, in lower case and without underscores.
pub const APPENDED: &[&str] = &[
    "cfflow",
    "connectedaccountid",
    "connectionid",
    "status",
    "connectionstatus",
    "appname",
    "toolkit",
    "error",
    "errordescription",
    "errormessage",
    "message",
    "reason",
    "sessionuri",
];

/// Whether a `name=value` pair is one of them.
pub fn is_appended(pair: &str) -> bool {
    let first = form_urlencoded::parse(pair.as_bytes()).next();
    first.is_some_and(|(name, _)| {
        APPENDED.contains(&name.replace('_', "").to_ascii_lowercase().as_str())
    })
}
