//! Where a page may be sent. Stricter than a URL parser on purpose: what is accepted here, every parser reads the same way.

use super::error::{ConnectError, ErrorCode};
use super::text::{concat, split_once};

const MAX_URL_BYTES: usize = 8_192;

/// The parts of an absolute URL that decisions need.
#[derive(Debug, PartialEq, Eq)]
struct Parts<'a> {
    scheme: String,
    host: String,
    port: Option<&'a str>,
}

/// Whether the page may be sent to `url`: `https:` (`http:` on loopback), without credentials, within `origins` if any are given.
///
/// # Errors
/// `redirect_refused`; the URL itself is not in the message, since it may hold a token.
pub fn check(url: &str, origins: &[String]) -> Result<(), ConnectError> {
    let refuse = |why: &str| {
        Err(ConnectError::new(
            ErrorCode::RedirectRefused,
            concat(&["refused to send the page on: ", why]),
        ))
    };
    let Some(parts) = split(url) else {
        return refuse("not a plain absolute URL");
    };
    match parts.scheme.as_str() {
        "https" => {}
        "http" if is_loopback(&parts.host) => {}
        _ => return refuse("not `https:`"),
    }
    if !origins.is_empty()
        && !origins
            .iter()
            .any(|allowed| split(allowed).is_some_and(|o| same_origin(&o, &parts)))
    {
        return refuse("its origin is not among `redirectOrigins`");
    }
    Ok(())
}

/// Whether `url` can be a return address of the app: absolute `http:` or `https:`, without credentials.
pub fn is_return_address(url: &str) -> bool {
    split(url).is_some_and(|parts| matches!(parts.scheme.as_str(), "https" | "http"))
}

/// Whether `text` names an origin and nothing else.
pub fn is_origin(text: &str) -> bool {
    is_return_address(text) && text.matches('/').count() == 2 && !text.contains(['?', '#'])
}

/// Whether `path` stays on the site that it is opened on: one slash at its start, no second one, no backslash or control character.
pub fn is_local_path(path: &str) -> bool {
    path.len() <= MAX_URL_BYTES
        && path.starts_with('/')
        && !path[1..].starts_with('/')
        && is_plain(path)
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|b| matches!(b, 0x21..=0x7e) && b != b'\\')
}

fn split(url: &str) -> Option<Parts<'_>> {
    if url.len() > MAX_URL_BYTES || !is_plain(url) {
        return None;
    }
    let (scheme, rest) = split_once(url, "://")?;
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    // An IPv6 literal holds colons of its own.
    let (host, port) = match authority.bytes().rposition(|byte| byte == b']') {
        Some(end) => authority.split_at(end + 1),
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    let port = match port.strip_prefix(':') {
        Some(digits) if is_port(digits) => Some(digits),
        None if port.is_empty() => None,
        _ => return None,
    };
    let is_name = |host: &str| {
        !host.is_empty()
            && host
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.' || b == b'_')
    };
    let is_ipv6 = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .is_some_and(|inner| {
            !inner.is_empty()
                && inner
                    .bytes()
                    .all(|b| b.is_ascii_hexdigit() || b == b':' || b == b'.')
        });
    if !is_name(host) && !is_ipv6 {
        return None;
    }
    Some(Parts {
        scheme: scheme.to_ascii_lowercase(),
        host: host.to_ascii_lowercase(),
        port,
    })
}

fn is_port(digits: &str) -> bool {
    digits.bytes().all(|b| b.is_ascii_digit()) && port_number(digits).is_some()
}

fn port_number(digits: &str) -> Option<u16> {
    let number: u64 = digits.parse().ok()?;
    u16::try_from(number).ok()
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host == "[::1]"
        || host.strip_prefix("127.").is_some_and(|rest| {
            rest.split('.').count() == 3
                && rest
                    .split('.')
                    .all(|part| part.parse().is_ok_and(|part: u64| part < 256) && part.len() <= 3)
        })
}

fn same_origin(a: &Parts, b: &Parts) -> bool {
    let port = |parts: &Parts| match parts.port {
        Some(digits) => port_number(digits),
        None if parts.scheme == "https" => Some(443),
        None => Some(80),
    };
    a.scheme == b.scheme && a.host == b.host && port(a) == port(b)
}
