//! Pasted values as the platform wants them. What is left is always a part of what was pasted, and a second time changes nothing.

use super::fields::Field;
use super::text::{concat, contains, find_any as find, parts};
use super::words::{self, ADDRESS, DOMAIN, PASSWORD, SUBDOMAIN};

/// No address is longer; what is, is no address.
const MAX_ADDRESS: usize = 2_048;

/// First labels that belong to the service itself, never to one of its customers.
const SHARED: [&str; 7] = [
    "www",
    "app",
    "admin",
    "api",
    "login",
    "accounts",
    "dashboard",
];

/// The domains under which customers have a subdomain, by the platform's name for the field.
const HOSTS: [(&str, &str); 8] = [
    ("companydomain", "pipedrive.com"),
    ("dc", "admin.mailchimp.com"),
    ("instancename", "service-now.com"),
    ("shop", "myshopify.com"),
    ("shopname", "myshopify.com"),
    ("sitename", "chargebee.com"),
    ("store", "myshopify.com"),
    ("yourdomain", "atlassian.net"),
];

/// The same for fields that are called a subdomain.
const SUBDOMAIN_HOSTS: &str = "zendesk.com freshdesk.com myshopify.com atlassian.net pipedrive.com posthog.com \
    bamboohr.com gorgias.com kommo.com service-now.com freshservice.com recruitee.com workable.com chargebee.com";

/// How much of an address a field asks for.
enum Part<'a> {
    /// All of it, or the field does not ask for an address.
    All,
    /// The host, or the subdomain where the domain is known.
    Host,
    /// The subdomain: as many labels as the hint has, `acme` of `acme.zendesk.com`.
    Subdomain(&'a str),
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
pub fn said(field: &Field) -> u8 {
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
    let names = ["shop", "store", "shopname", "storename", "companydomain"];
    if said & SUBDOMAIN != 0 || names.iter().any(|name| words::is(&field.name, name)) {
        return Part::Subdomain(hint.unwrap_or("x"));
    }
    if said & DOMAIN != 0 {
        return hint.map_or(Part::Host, Part::Subdomain);
    }
    match hosts(field) {
        Some(_) => Part::Host,
        None => Part::All,
    }
}

fn hosts(field: &Field) -> Option<&'static str> {
    let found = HOSTS.iter().find(|(name, _)| words::is(&field.name, name));
    found.map(|(_, hosts)| *hosts)
}

/// Whether customers of the field's app have their subdomains under this domain: the field's own texts show a host under it
/// with as many labels, or name no other service, and it is one of those that the field's name stands for.
fn is_known(field: &Field, host: &str, domain: &str) -> bool {
    let mut said = concat(&[
        &field.name,
        " ",
        &field.display_name,
        " ",
        field.description.as_deref().unwrap_or_default(),
        " ",
        field.example.as_deref().unwrap_or_default(),
    ]);
    said.make_ascii_lowercase();
    let domain = domain.to_ascii_lowercase();
    let is_of_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    let words = said.chars().map(|c| if is_of_host(c) { c } else { ' ' });
    let words: String = words.collect();
    let suffix = concat(&[".", &domain]);
    let is_shown = parts(&words, b' ').into_iter().any(|word| {
        let word = without_dots(word);
        count(word) == count(host) && word.ends_with(&suffix)
    });
    let hosts = parts(hosts(field).unwrap_or(SUBDOMAIN_HOSTS), b' ');
    let is_other = |host: &&str| *host != domain && contains(&said, &host[..find(host, b".")]);
    is_shown || (hosts.contains(&domain.as_str()) && !hosts.iter().any(is_other))
}

/// Whether a value that was normalised is an address although the field asks for a subdomain. To shorten it would be a guess,
/// which may name the account of another customer.
pub fn is_whole_address(field: &Field, text: &str) -> bool {
    let has = |bytes| find(text, bytes) < text.len();
    if field.secret {
        return false;
    }
    match (&field.suffix, part(field, said(field))) {
        (Some(suffix), _) => suffix.starts_with('.') && has(b"/:@?#\\%"),
        (None, Part::Subdomain(hint)) => has(b"/@?#\\%") || (count(hint) == 1 && has(b".:")),
        (None, _) => false,
    }
}

/// Cuts off what was not meant.
///
/// White space and invisible characters around a value, but around a password only line ends and invisible characters, since
/// its spaces may be meant. Never anything within. Of values that are no secrets, also the prefix and the suffix that the field
/// shows around its input; and where the field asks for a subdomain, a shop or a domain, the rest of a pasted URL, if its domain is
/// known to be that of the app.
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
        // An emoji may end with a variation selector.
        return trim_all(value, |c| {
            matches!(c, '\r' | '\n') || (is_invisible(c) && !matches!(c, '\u{fe00}'..='\u{fe0f}'))
        });
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
            .map(without_dots)
            .or_else(|| without_suffix(text, suffix))
            .unwrap_or(text);
    }
    let Some(address) = address else {
        return text;
    };
    let subdomain = |hint| subdomain(field, &address, hint);
    match part {
        Part::All => text,
        Part::Host => match subdomain("x").filter(|_| hosts(field).is_some()) {
            Some(subdomain) => subdomain,
            None if address.is_url => address.authority,
            None => text,
        },
        Part::Subdomain(hint) => match subdomain(hint) {
            Some(subdomain) => subdomain,
            None if address.is_url && count(hint) > 1 => address.host,
            None => text,
        },
    }
}

fn subdomain<'a>(field: &Field, address: &Address<'a>, hint: &str) -> Option<&'a str> {
    let host = address.host;
    if host.eq_ignore_ascii_case("admin.shopify.com") {
        let rest = address.path.strip_prefix("/store/")?;
        let shop = &rest[..find(rest, b"/?#")];
        return is_known(field, "x.myshopify.com", "myshopify.com").then_some(shop);
    }
    let mut end = 0;
    for _ in 0..count(hint) {
        end += 1 + find(host.get(end..)?, b".");
    }
    let (first, domain) = (&host[..find(host, b".")], host.get(end..)?);
    let is_shared = SHARED.iter().any(|label| first.eq_ignore_ascii_case(label));
    // A hint that ends like the host is a whole host itself.
    let is_host = count(hint) > 1 && last(hint) == last(host);
    (!is_shared && !is_host && is_known(field, host, domain)).then(|| &host[..end - 1])
}

/// How many labels a host has.
fn count(host: &str) -> usize {
    1 + host.bytes().filter(|byte| *byte == b'.').count()
}

/// The last label of a host.
fn last(host: &str) -> &str {
    parts(host, b'.').pop().unwrap_or_default()
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

fn without_dots(mut host: &str) -> &str {
    while let Some(less) = host.strip_suffix(".") {
        host = less;
    }
    host
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

/// What has no glyph of its own: the characters of Unicode's property Default_Ignorable_Code_Point, controls but tab and line
/// ends, separators of lines, annotations and objects in text, and the blank pattern of Braille. They come along when text is
/// copied from a page or written by a machine.
///
/// Source: Unicode 17, DerivedCoreProperties.txt.
pub fn is_invisible(c: char) -> bool {
    let c = u32::from(c);
    INVISIBLE
        .iter()
        .any(|(first, more)| c.wrapping_sub(*first) <= u32::from(*more))
}

/// Ranges: the first, and how many follow it.
const INVISIBLE: [(u32, u16); 22] = [
    (0x00, 8),
    (0x0b, 1),
    (0x0e, 17),
    (0x7f, 32),
    (0xad, 0),
    (0x34f, 0),
    (0x61c, 0),
    (0x115f, 1),
    (0x17b4, 1),
    (0x180b, 4),
    (0x200b, 4),
    (0x2028, 6),
    (0x2060, 15),
    (0x2800, 0),
    (0x3164, 0),
    (0xfe00, 15),
    (0xfeff, 0),
    (0xffa0, 0),
    (0xfff0, 12),
    (0x1bca0, 3),
    (0x1d173, 7),
    (0xe0000, 0xfff),
];

/// Whether a secret has an invisible character in it. In a password, one that follows a letter or a sign outside of ASCII may be
/// meant: emoji and several scripts need them.
pub fn hides_something(field: &Field, text: &str) -> bool {
    let may_be_meant = said(field) & PASSWORD != 0;
    let mut last = ' ';
    text.chars().any(|c| {
        let is_part = may_be_meant && !last.is_ascii();
        last = c;
        is_invisible(c) && !is_part
    })
}
