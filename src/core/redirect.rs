//! Checks of URLs that the page or the user is sent to. Stricter than a URL parser: only URLs that every parser reads the same
//! way are accepted.

use std::net::Ipv4Addr;

use super::error::{ConnectError, ErrorCode};
use super::text::{concat, find, has_any, split, split_before, split_once};

pub(super) const MAX_URL_BYTES: usize = 8_192;

/// The origin of an absolute URL.
#[derive(Debug, PartialEq, Eq)]
struct Origin {
    scheme: String,
    host: String,
    port: u16,
}

/// Checks that the page may navigate to `url`: `https:` (or `http:` on loopback), without user name and password, and on one of
/// `origins` unless that list is empty.
///
/// # Errors
/// `redirect_refused`. The message does not contain the URL, which may hold a token.
pub fn check(url: &str, origins: &[String]) -> Result<(), ConnectError> {
    let refuse = |why: &str| {
        Err(ConnectError::new(
            ErrorCode::RedirectRefused,
            concat(&["the redirect URL ", why]),
        ))
    };
    let Some(target) = origin(url) else {
        return refuse("must be an absolute URL without user name, password or unusual characters");
    };
    let is_secure =
        target.scheme == "https" || (target.scheme == "http" && is_loopback(&target.host));
    if !is_secure {
        return refuse("must be `https:`");
    }
    let is_allowed = origins.is_empty()
        || origins
            .iter()
            .any(|allowed| origin(allowed).as_ref() == Some(&target));
    if !is_allowed {
        return refuse("is on an origin that the option `providerOrigins` does not list");
    }
    Ok(())
}

/// Whether `url` can be a return address of the app: an absolute `http:` or `https:` URL without user name and password.
pub fn is_return_address(url: &str) -> bool {
    origin(url).is_some_and(|origin| matches!(origin.scheme.as_str(), "https" | "http"))
}

/// The error for a page in a frame of another site that cannot navigate to the provider.
pub fn embedded() -> ConnectError {
    ConnectError::new(
        ErrorCode::Embedded,
        "the page is in a frame of another site, and the provider's page cannot be shown in a frame: use a popup, or open the page in its own window",
    )
}

/// Checks that the platform can return users to `url`. Without an option `redirectUrl` that is the address of the page, which may be
/// `file:` or `capacitor:`.
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
        "must be an `https:` or `http:` URL: the platform cannot return users to the address of this page",
    ))
}

/// Whether `text` is an origin without a path, query or fragment.
pub fn is_origin(text: &str) -> bool {
    is_return_address(text) && split(text, "/").len() == 3 && !has_any(text, b"?#")
}

/// Whether `path` is an absolute path on the same site: it starts with exactly one `/` and has no dot segment, backslash, space or
/// control character. Dot segments are refused because `/.//host` resolves to `//host`, which is another site.
pub fn is_local_path(path: &str) -> bool {
    let (before_query, _) = split_before(path, b"?#");
    path.len() <= MAX_URL_BYTES
        && path.starts_with('/')
        && !path.starts_with("//")
        && is_plain(path)
        && !split(before_query, "/").into_iter().any(is_dot_segment)
}

/// Whether a URL parser removes this segment of a path (URL Standard §4.1).
fn is_dot_segment(segment: &str) -> bool {
    let segment = segment.to_ascii_lowercase();
    [".", "%2e", "..", ".%2e", "%2e.", "%2e%2e"].contains(&segment.as_str())
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|b| matches!(b, 0x21..=0x7e) && b != b'\\')
}

fn origin(url: &str) -> Option<Origin> {
    if url.len() > MAX_URL_BYTES || !is_plain(url) {
        return None;
    }
    let (scheme, rest) = split_once(url, "://")?;
    let scheme = scheme.to_ascii_lowercase();
    let (authority, _) = split_before(rest, b"/?#");
    // An IPv6 address contains colons, but ends with `]`.
    let (host, port) = match find(authority, "]") {
        Some(at) => authority.split_at(at + 1),
        None => split_before(authority, b":"),
    };
    let port = match port.strip_prefix(':') {
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
    Some(Origin {
        scheme,
        host: host.to_ascii_lowercase(),
        port,
    })
}

fn port_number(digits: &str) -> Option<u16> {
    // `parse` alone also accepts a sign.
    let is_plain = digits.bytes().all(|b| b.is_ascii_digit());
    digits.parse().ok().filter(|_| is_plain)
}

/// Whether a browser parses the host as an IPv4 address, or refuses it (URL Standard §3.5, "ends in a number"). `127.1` and `0x7f.1`
/// are IPv4 addresses, `1.2.3.256` is invalid.
fn ends_in_number(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let last = split(host, ".").pop().unwrap_or_default();
    let is_hex = |digits: &str| digits.bytes().all(|b| b.is_ascii_hexdigit());
    (!last.is_empty() && last.bytes().all(|b| b.is_ascii_digit()))
        || last
            .strip_prefix("0x")
            .or_else(|| last.strip_prefix("0X"))
            .is_some_and(is_hex)
}

/// Whether the host is an IPv4 address in its canonical form.
fn is_ipv4(host: &str) -> bool {
    host.parse::<Ipv4Addr>().is_ok()
}

/// Whether the text is an IPv6 address without an embedded IPv4 address: eight groups of hexadecimal digits, or fewer with `::`. Own code,
/// because std's parser would put the browser module above its size limit.
fn is_ipv6(text: &str) -> bool {
    let is_group = |group: &str| {
        (1..=4).contains(&group.len()) && group.bytes().all(|b| b.is_ascii_hexdigit())
    };
    let groups = |part: &str| match part {
        "" => Some(0),
        part => {
            let groups = split(part, ":");
            groups
                .iter()
                .all(|group| is_group(group))
                .then_some(groups.len())
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
