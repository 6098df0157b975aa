//! What a platform or we append to the address that a user returns to.

/// The names, in lower case and without underscores.
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

/// Whether a pair of a query is one of them.
pub fn is_appended(pair: &str) -> bool {
    let first = form_urlencoded::parse(pair.as_bytes()).next();
    first.is_some_and(|(name, _)| {
        APPENDED.contains(&name.replace('_', "").to_ascii_lowercase().as_str())
    })
}
