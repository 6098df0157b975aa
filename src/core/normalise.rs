//! Pasted values as the platform wants them. What is left is always a part of what was pasted, and a second time changes nothing.

use super::fields::Field;
use super::text::contains;
use super::words::{self, ADDRESS, DOMAIN, PASSWORD, SUBDOMAIN};

/// No address is longer; what is, is no address.
const MAX_ADDRESS: usize = 2_048;

/// First labels of hosts that are everybody's: to take one of them for the user's own would be a guess.
const SHARED: [&str; 7] = [
    "www",
    "app",
    "admin",
    "api",
    "login",
    "accounts",
    "dashboard",
];

/// How much of an address a field asks for.
enum Part<'a> {
    /// All of it, or it asks for no address.
    All,
    Host,
    /// The first labels of the host, as many as stand in the hint: `acme` of `acme.example.com`.
    Labels(&'a str),
}

/// Whether more than white space may be cut off a field's value.
pub fn may_cut(field: &Field) -> bool {
    may_cut_where(field, said(field))
}

fn may_cut_where(field: &Field, said: u8) -> bool {
    !field.secret
        && field.allowed.is_none()
        && (field.prefix.is_some()
            || field.suffix.is_some()
            || !matches!(part(field, said), Part::All))
}

/// What the field's name and its label say.
fn said(field: &Field) -> u8 {
    words::said(&field.name) | words::said(&field.display_name)
}

fn part<'a>(field: &'a Field, said: u8) -> Part<'a> {
    let hint = field.example.as_deref().or(field.default.as_deref());
    let hint = hint.map(trim).filter(|hint| !hint.is_empty());
    if field.suffix.is_some()
        || matches!(field.format.as_deref(), Some("uri" | "url" | "email"))
        || hint.is_some_and(|hint| find(hint, b"/@") < hint.len())
        || said & ADDRESS != 0
    {
        return Part::All;
    }
    let names = ["shop", "store", "shopname", "storename"];
    if said & SUBDOMAIN != 0 || names.iter().any(|name| words::is(&field.name, name)) {
        return Part::Labels(hint.unwrap_or("x"));
    }
    if said & DOMAIN != 0 {
        return hint.map_or(Part::Host, Part::Labels);
    }
    Part::All
}

/// Cuts off what was not meant.
///
/// White space and invisible characters around a value, but around a password only line ends and invisible characters, since
/// its spaces may be meant. Never anything within. Of values that are no secrets, also the prefix and the suffix that the field
/// shows around its input; and where the field asks for a subdomain, a shop or a domain, the rest of a pasted URL.
pub fn normalise<'a>(field: &Field, value: &'a str) -> &'a str {
    let mut text = trim(value);
    // What is neither shown around the input nor looks like an address is not cut down.
    let is_whole =
        field.prefix.is_none() && field.suffix.is_none() && find(text, b".:/") == text.len();
    if is_whole && text.len() == value.len() {
        return text;
    }
    let said = said(field);
    if said & PASSWORD != 0 {
        return trim_all(value, |c| matches!(c, '\r' | '\n') || is_invisible(c));
    }
    if is_whole || !may_cut_where(field, said) || text.len() > MAX_ADDRESS {
        return text;
    }
    let part = part(field, said);
    loop {
        let less = trim(cut(field, &part, text));
        if less.is_empty() || less.len() == text.len() {
            return text;
        }
        text = less;
    }
}

fn cut<'a>(field: &Field, part: &Part, text: &'a str) -> &'a str {
    if let Some(prefix) = &field.prefix
        && let Some(rest) = without_prefix(text, prefix)
    {
        return rest;
    }
    let address = address(text);
    if let Some(suffix) = &field.suffix {
        return address
            .as_ref()
            .and_then(|address| without_suffix(address.host, suffix))
            .map(|rest| rest.trim_end_matches('.'))
            .or_else(|| without_suffix(text, suffix))
            .unwrap_or(text);
    }
    let Some(address) = address else {
        return text;
    };
    match part {
        Part::All => text,
        Part::Host if address.is_url => address.authority,
        Part::Host => text,
        Part::Labels(hint) => labels(&address, hint).unwrap_or(text),
    }
}

fn labels<'a>(address: &Address<'a>, hint: &str) -> Option<&'a str> {
    let host = address.host;
    let first = &host[..find(host, b".")];
    if SHARED
        .iter()
        .any(|shared| first.eq_ignore_ascii_case(shared))
    {
        // Some name the shop behind it instead.
        let rest = address.path.strip_prefix("/store/")?;
        return Some(&rest[..find(rest, b"/?#")]);
    }
    let is_number = host
        .bytes()
        .all(|byte| byte == b'.' || byte.is_ascii_digit());
    let mut end = 0;
    for _ in 0..count(hint) {
        end += 1 + find(host.get(end..).unwrap_or_default(), b".");
    }
    // What is left behind has to be a domain; and a hint that ends like the host is a whole host itself.
    if count(host) >= count(hint) + 2 && !is_number && last(hint) != last(host) {
        return Some(&host[..end - 1]);
    }
    address.is_url.then_some(host)
}

/// How many labels a host has.
fn count(host: &str) -> usize {
    1 + host.bytes().filter(|byte| *byte == b'.').count()
}

/// The last label of a host.
fn last(host: &str) -> &str {
    let dot = host.bytes().rposition(|byte| byte == b'.');
    &host[dot.map_or(0, |dot| dot + 1)..]
}

/// Where the first of some ASCII characters is; the end where there is none.
fn find(text: &str, bytes: &[u8]) -> usize {
    let found = text.bytes().position(|byte| bytes.contains(&byte));
    found.unwrap_or(text.len())
}

struct Address<'a> {
    /// Whether it begins with `http://` or `https://`.
    is_url: bool,
    /// With the port.
    authority: &'a str,
    host: &'a str,
    path: &'a str,
}

fn address(text: &str) -> Option<Address<'_>> {
    let rest = ["https://", "http://"]
        .iter()
        .find_map(|scheme| without_prefix(text, scheme));
    let is_url = rest.is_some();
    let rest = rest.unwrap_or(text);
    let (authority, path) = rest.split_at(find(rest, b"/?#"));
    let (host, port) = authority.split_at(find(authority, b":"));
    let is_host = !host.is_empty()
        && !host.starts_with('.')
        && !host.ends_with('.')
        && !contains(host, "..")
        && find(authority, b"@\\[") == authority.len()
        && port.bytes().skip(1).all(|byte| byte.is_ascii_digit())
        && !text.chars().any(is_space);
    is_host.then_some(Address {
        is_url,
        authority,
        host,
        path,
    })
}

fn without_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

fn without_suffix<'a>(text: &'a str, suffix: &str) -> Option<&'a str> {
    let (rest, end) = text.split_at_checked(text.len().checked_sub(suffix.len())?)?;
    end.eq_ignore_ascii_case(suffix).then_some(rest)
}

/// Without white space and invisible characters around it.
pub fn trim(text: &str) -> &str {
    trim_all(text, |c| is_space(c) || is_invisible(c))
}

fn trim_all(text: &str, what: fn(char) -> bool) -> &str {
    match is_trimmed(text) {
        true => text,
        false => text.trim_matches(what),
    }
}

/// Whether there is something to see at both ends, told by the bytes alone. False says nothing.
fn is_trimmed(text: &str) -> bool {
    let ends = [text.bytes().next(), text.bytes().next_back()];
    ends.iter()
        .flatten()
        .filter(|byte| byte.is_ascii_graphic())
        .count()
        == 2
}

fn is_space(c: char) -> bool {
    matches!(
        c,
        '\t'..='\r' | ' ' | '\u{85}' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}'
            | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    )
}

/// What comes along when text is copied from a page: of no width, or a mark of its direction.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
    )
}
