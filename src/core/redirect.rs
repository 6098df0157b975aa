//! Where a page may be sent. Stricter than a URL parser on purpose: what is accepted here, every parser reads the same way.

use super::error::{ConnectError, ErrorCode};
use super::text::{concat, find_any, parts, split_once};

pub(super) const MAX_URL_BYTES: usize = 8_192;

/// The parts of an absolute URL that decisions need.
#[derive(Debug, PartialEq, Eq)]
struct Parts {
    scheme: String,
    host: String,
    port: u16,
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
            .any(|allowed| split(allowed).as_ref() == Some(&parts))
    {
        return refuse("its origin is not among `redirectOrigins`");
    }
    Ok(())
}

/// Whether `url` can be a return address of the app: absolute `http:` or `https:`, without credentials.
pub fn is_return_address(url: &str) -> bool {
    split(url).is_some_and(|parts| matches!(parts.scheme.as_str(), "https" | "http"))
}

/// The error of a page in a frame of another site that would have to be left.
pub fn embedded() -> ConnectError {
    ConnectError::new(
        ErrorCode::Embedded,
        "the page is in a frame of another site, where the provider's page cannot be shown: use a popup, or open the page in a window of its own",
    )
}

/// Whether the platform can return users to `url`, the return address of a call: the page's own, where none was given.
///
/// # Errors
/// `invalid_argument`.
pub fn check_return(url: &str) -> Result<(), ConnectError> {
    if url.starts_with("https://") || url.starts_with("http://") {
        return Ok(());
    }
    Err(ConnectError::argument(
        "required",
        "redirectUrl",
        "must be an absolute `https:` or `http:` URL here: the platform cannot return users to the address of this page",
    ))
}

/// Whether `text` names an origin and nothing else.
pub fn is_origin(text: &str) -> bool {
    is_return_address(text) && parts(text, b'/').len() == 3 && find_any(text, b"?#") == text.len()
}

/// Whether `path` stays on the site that it is opened on: one slash at its start, no second one, also not once it was resolved
/// (`/.//host`), no backslash or control character.
pub fn is_local_path(path: &str) -> bool {
    let (before, _) = path.split_at(find_any(path, b"?#"));
    path.len() <= MAX_URL_BYTES
        && path.starts_with("/")
        && !path.starts_with("//")
        && is_plain(path)
        && !parts(before, b'/').into_iter().any(is_dot_segment)
}

/// What a URL parser takes out of a path, and what was behind it then stands at its start.
fn is_dot_segment(segment: &str) -> bool {
    let segment = segment.to_ascii_lowercase();
    [".", "%2e", "..", ".%2e", "%2e.", "%2e%2e"].contains(&segment.as_str())
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|b| matches!(b, 0x21..=0x7e) && b != b'\\')
}

fn split(url: &str) -> Option<Parts> {
    if url.len() > MAX_URL_BYTES || !is_plain(url) {
        return None;
    }
    let (scheme, rest) = split_once(url, "://")?;
    let scheme = scheme.to_ascii_lowercase();
    let (authority, _) = rest.split_at(find_any(rest, b"/?#"));
    // An IPv6 literal holds colons of its own.
    let (host, port) = match authority.bytes().rposition(|byte| byte == b']') {
        Some(end) => authority.split_at(end + 1),
        None => authority.split_at(find_any(authority, b":")),
    };
    let port = match port.strip_prefix(":") {
        Some(digits) => port_number(digits)?,
        None if !port.is_empty() => return None,
        None if scheme == "https" => 443,
        None => 80,
    };
    let is_name = |host: &str| {
        !host.is_empty()
            && host
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.' || b == b'_')
            && (!ends_in_number(host) || is_ipv4(host))
    };
    let is_address = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .is_some_and(is_ipv6);
    if !is_name(host) && !is_address {
        return None;
    }
    Some(Parts {
        scheme,
        host: host.to_ascii_lowercase(),
        port,
    })
}

fn port_number(digits: &str) -> Option<u16> {
    let number: u64 = digits.parse().ok()?;
    // A parser of numbers takes a sign as well.
    let is_plain = digits.bytes().all(|b| b.is_ascii_digit());
    u16::try_from(number).ok().filter(|_| is_plain)
}

/// Whether a browser takes the host for an IPv4 address or for nothing: `127.1` and `0x7f.1` are addresses to it, `1.2.3.256` is
/// none.
fn ends_in_number(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let last = parts(host, b'.').pop().unwrap_or_default();
    let is_hex = |digits: &str| digits.bytes().all(|b| b.is_ascii_hexdigit());
    (!last.is_empty() && last.bytes().all(|b| b.is_ascii_digit()))
        || last
            .strip_prefix("0x")
            .or_else(|| last.strip_prefix("0X"))
            .is_some_and(is_hex)
}

/// The one form of an IPv4 address that every parser reads the same way.
fn is_ipv4(host: &str) -> bool {
    let is_octet = |part: &&str| {
        part.parse().is_ok_and(|number: u64| number < 256)
            && (*part == "0" || !part.starts_with("0"))
    };
    let octets = parts(host, b'.');
    octets.len() == 4 && octets.iter().all(is_octet)
}

/// Up to eight groups of hexadecimal digits, one run of which may be left out.
fn is_ipv6(text: &str) -> bool {
    let is_group = |group: &&str| {
        (1..=4).contains(&group.len()) && group.bytes().all(|b| b.is_ascii_hexdigit())
    };
    let groups = |part: &str| match part {
        "" => Some(0),
        part => {
            let groups = parts(part, b':');
            groups.iter().all(is_group).then_some(groups.len())
        }
    };
    match split_once(text, "::") {
        None => groups(text) == Some(8),
        Some((a, b)) => matches!((groups(a), groups(b)), (Some(a), Some(b)) if a + b <= 7),
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host == "[::1]"
        || (host.starts_with("127.") && is_ipv4(host))
}
