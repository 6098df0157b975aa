//! Normalises pasted values. The result is always a substring of the value, and normalising is idempotent.

use super::fields::Field;
use super::text::{contains, has_any, split, split_before, split_once};
use super::words::{ADDRESS, DOMAIN, PASSWORD, SUBDOMAIN, lowercase_letters, meanings};

/// Longer values, in bytes, are not treated as addresses.
const MAX_ADDRESS: usize = 2_048;

/// First labels of hosts that belong to the service itself, not to a customer.
const SHARED: [&str; 7] = [
    "www",
    "app",
    "admin",
    "api",
    "login",
    "accounts",
    "dashboard",
];

/// Domains on which each customer has a subdomain, by the platform's name for the field.
const DOMAINS: [(&str, &str); 8] = [
    ("companydomain", "pipedrive.com"),
    ("dc", "admin.mailchimp.com"),
    ("instancename", "service-now.com"),
    ("shop", "myshopify.com"),
    ("shopname", "myshopify.com"),
    ("sitename", "chargebee.com"),
    ("store", "myshopify.com"),
    ("yourdomain", "atlassian.net"),
];

/// Domains on which each customer has a subdomain, for fields whose name contains "subdomain".
const SUBDOMAIN_DOMAINS: &str = "zendesk.com freshdesk.com myshopify.com atlassian.net pipedrive.com posthog.com \
    bamboohr.com gorgias.com kommo.com service-now.com freshservice.com recruitee.com workable.com chargebee.com";

/// The part of an address that a field asks for.
enum Part<'a> {
    /// The whole value. Also for fields that do not ask for an address.
    All,
    /// The host, or the subdomain if the domain is known.
    Host,
    /// The subdomain, such as `acme` in `acme.zendesk.com`. The text is the field's example. The value has as many labels.
    Subdomain(&'a str),
}

/// Whether [`normalise`] may cut off more than white space.
pub fn may_cut(field: &Field) -> bool {
    may_cut_as(field, field_meanings(field))
}

fn may_cut_as(field: &Field, meanings: u8) -> bool {
    !field.secret
        && field.allowed.is_none()
        && (field.prefix.is_some()
            || field.suffix.is_some()
            || !matches!(part(field, meanings), Part::All))
}

/// The meanings of the words in the field's name and label (see [`meanings`]).
pub fn field_meanings(field: &Field) -> u8 {
    meanings(&field.name) | meanings(&field.display_name)
}

fn part<'a>(field: &'a Field, meanings: u8) -> Part<'a> {
    let hint = field.example.as_deref().or(field.default.as_deref());
    let hint = hint.map(trim).filter(|hint| !hint.is_empty());
    if field.suffix.is_some()
        || matches!(field.format.as_deref(), Some("uri" | "url" | "email"))
        || hint.is_some_and(|hint| has_any(hint, b"/@"))
        || meanings & ADDRESS != 0
    {
        return Part::All;
    }
    let name = lowercase_letters(&field.name);
    let names = ["shop", "store", "shopname", "storename", "companydomain"];
    if meanings & SUBDOMAIN != 0 || names.iter().any(|known| known.as_bytes() == name) {
        return Part::Subdomain(hint.unwrap_or("x"));
    }
    if meanings & DOMAIN != 0 {
        return hint.map_or(Part::Host, Part::Subdomain);
    }
    match known_domains(field) {
        Some(_) => Part::Host,
        None => Part::All,
    }
}

fn known_domains(field: &Field) -> Option<&'static str> {
    let name = lowercase_letters(&field.name);
    let found = DOMAINS.iter().find(|(known, _)| known.as_bytes() == name);
    found.map(|(_, domains)| *domains)
}

/// Whether customers of the field's app have subdomains on this domain. Two cases: a text of the field shows a host on the domain with
/// as many labels; or the domain is one of those for the field's name, and no text of the field names another service.
fn is_known(field: &Field, host: &str, domain: &str) -> bool {
    let texts = [
        field.name.as_str(),
        &field.display_name,
        field.description.as_deref().unwrap_or_default(),
        field.example.as_deref().unwrap_or_default(),
    ];
    let texts = texts.join(" ").to_ascii_lowercase();
    let domain = domain.to_ascii_lowercase();
    let is_of_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    let is_shown = texts.split(|c: char| !is_of_host(c)).any(|shown| {
        let shown = shown.trim_end_matches('.');
        let subdomain = shown.strip_suffix(&domain);
        count(shown) == count(host) && subdomain.is_some_and(|it| it.ends_with('.'))
    });
    let domains = split(known_domains(field).unwrap_or(SUBDOMAIN_DOMAINS), " ");
    let is_other = |other: &&str| *other != domain && contains(&texts, first_label(other));
    is_shown || (domains.contains(&domain.as_str()) && !domains.iter().any(is_other))
}

/// Whether a normalised value is an address although the field asks for a subdomain. Cutting it down would be a guess and could name
/// another customer.
pub fn is_whole_address(field: &Field, text: &str) -> bool {
    let has_sign = has_any(text, b"/@?#\\%");
    let may_be_address = has_sign || has_any(text, b".:");
    if field.secret || !may_be_address {
        return false;
    }
    match (&field.suffix, part(field, field_meanings(field))) {
        (Some(suffix), _) => suffix.starts_with('.') && (has_sign || has_any(text, b":")),
        (None, Part::Subdomain(hint)) => has_sign || count(hint) == 1,
        (None, _) => false,
    }
}

/// Cuts off what was pasted along with a value.
///
/// - White space and invisible characters around it. Around a password only line ends and invisible characters, because spaces may
///   be meant.
/// - The field's prefix and suffix, which are shown around the input. Not for secrets.
/// - The rest of a URL or host, if the field asks for a subdomain, a shop or a domain. Only if the domain is known to belong to the
///   app. Not for secrets.
pub fn normalise<'a>(field: &Field, value: &'a str) -> &'a str {
    let mut text = trim(value);
    let has_no_address = !has_any(text, b".:/");
    let is_whole = field.prefix.is_none() && field.suffix.is_none() && has_no_address;
    if is_whole && text.len() == value.len() {
        return text;
    }
    let meanings = field_meanings(field);
    if meanings & PASSWORD != 0 {
        // An emoji may end with a variation selector.
        return value.trim_matches(|c: char| {
            matches!(c, '\r' | '\n') || (is_invisible(c) && !matches!(c, '\u{fe00}'..='\u{fe0f}'))
        });
    }
    if is_whole || !may_cut_as(field, meanings) || text.len() > MAX_ADDRESS {
        return text;
    }
    let part = part(field, meanings);
    loop {
        let shorter = trim(keep_part(field, &part, text));
        if shorter.is_empty() || shorter.len() == text.len() {
            return text;
        }
        text = shorter;
    }
}

fn keep_part<'a>(field: &Field, part: &Part, text: &'a str) -> &'a str {
    if let Some(prefix) = &field.prefix
        && let Some(rest) = without_prefix(text, prefix)
    {
        return rest;
    }
    let address = parse_address(text);
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
    let subdomain = |hint| subdomain(field, &address, hint);
    match part {
        Part::All => text,
        Part::Host => match subdomain("x").filter(|_| known_domains(field).is_some()) {
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
        let shop = split_before(rest, b"/?#").0;
        return is_known(field, "x.myshopify.com", "myshopify.com").then_some(shop);
    }
    let end = split(host, ".").get(..count(hint))?.join(".").len();
    let (subdomain, domain) = (&host[..end], host.get(end + 1..)?);
    let first = first_label(host);
    let is_shared = SHARED.iter().any(|label| first.eq_ignore_ascii_case(label));
    // A hint with the same last label is a whole host.
    let is_host = count(hint) > 1 && last_label(hint) == last_label(host);
    (!is_shared && !is_host && is_known(field, host, domain)).then_some(subdomain)
}

/// The number of labels of a host.
fn count(host: &str) -> usize {
    split(host, ".").len()
}

fn first_label(host: &str) -> &str {
    split_before(host, b".").0
}

fn last_label(host: &str) -> &str {
    split(host, ".").pop().unwrap_or_default()
}

struct Address<'a> {
    /// Whether it starts with `http://` or `https://`.
    is_url: bool,
    /// Host and port.
    authority: &'a str,
    host: &'a str,
    path: &'a str,
}

fn parse_address(text: &str) -> Option<Address<'_>> {
    let rest = ["https://", "http://"]
        .iter()
        .find_map(|scheme| without_prefix(text, scheme));
    let is_url = rest.is_some();
    let rest = rest.unwrap_or(text);
    let (authority, path) = split_before(rest, b"/?#");
    let (host, port) = split_once(authority, ":").unwrap_or((authority, ""));
    let is_host = !host.is_empty()
        && !host.starts_with('.')
        && !host.ends_with('.')
        && !contains(host, "..")
        && !has_any(authority, b"@\\[")
        && port.bytes().all(|byte| byte.is_ascii_digit())
        && !text.chars().any(char::is_whitespace);
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

/// Removes white space and invisible characters around a text.
pub fn trim(text: &str) -> &str {
    // Most values have nothing to trim.
    let is_graphic = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    let bytes = text.as_bytes();
    if is_graphic(bytes.first()) && is_graphic(bytes.last()) {
        return text;
    }
    text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c))
}

/// Whether a character is invisible: Unicode's property Default_Ignorable_Code_Point, controls except tab and line ends, line and
/// paragraph separators, annotation characters and the blank Braille pattern. They are often copied along from a page.
///
/// Source: Unicode 17, DerivedCoreProperties.txt.
pub fn is_invisible(c: char) -> bool {
    let code = u32::from(c);
    !c.is_ascii_graphic()
        && INVISIBLE
            .iter()
            .any(|(first, more)| code.wrapping_sub(*first) <= u32::from(*more))
}

/// Ranges: the first code point, and how many follow it.
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

/// Whether a secret contains an invisible character. In a password an invisible character after a non-ASCII character is allowed:
/// emoji and several scripts need it.
pub fn has_invisible(field: &Field, text: &str) -> bool {
    let is_password = field_meanings(field) & PASSWORD != 0;
    let mut last = ' ';
    text.chars().any(|c| {
        let is_allowed = is_password && !last.is_ascii();
        last = c;
        is_invisible(c) && !is_allowed
    })
}
