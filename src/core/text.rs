//! The little that is done with text here. What the standard library has for it is made for long texts and for every format:
//! together it takes 2 KB.

/// The parts in one text.
pub fn concat(parts: &[&str]) -> String {
    let mut text = String::new();
    for part in parts {
        text.push_str(part);
    }
    text
}

/// The parts in one text, with this between them.
pub fn join(parts: &[&str], between: &str) -> String {
    let mut text = String::new();
    for (at, part) in parts.iter().enumerate() {
        text.push_str(if at == 0 { "" } else { between });
        text.push_str(part);
    }
    text
}

/// The first characters of a text.
pub fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// Where `part` begins in a text.
pub fn find(text: &str, part: &str) -> Option<usize> {
    let (text, part) = (text.as_bytes(), part.as_bytes());
    (0..text.len()).find(|at| text[*at..].starts_with(part))
}

/// Whether a text has `part` in it.
pub fn contains(text: &str, part: &str) -> bool {
    find(text, part).is_some()
}

/// What stands before and after the first `part`.
pub fn split_once<'a>(text: &'a str, part: &str) -> Option<(&'a str, &'a str)> {
    let at = find(text, part)?;
    Some((&text[..at], &text[at + part.len()..]))
}

/// Where the first of some ASCII characters is; the end where there is none.
pub fn find_any(text: &str, bytes: &[u8]) -> usize {
    let found = text.bytes().position(|byte| bytes.contains(&byte));
    found.unwrap_or(text.len())
}

/// What stands between the separators, an ASCII character. At least one part.
pub fn parts(text: &str, separator: u8) -> Vec<&str> {
    let (mut parts, mut rest) = (Vec::new(), text);
    loop {
        let (part, more) = rest.split_at(find_any(rest, &[separator]));
        parts.push(part);
        match more.get(1..) {
            Some(more) => rest = more,
            None => return parts,
        }
    }
}

/// As it may stand in a URL: all but RFC 3986's `unreserved` as `%` and two digits, and a space as `space`.
pub fn percent_encoded(text: &str, space: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else if byte == b' ' {
            encoded.push_str(space);
        } else {
            encoded.push('%');
            encoded.push_str(&hex(byte).to_ascii_uppercase());
        }
    }
    encoded
}

/// What a part of a query says, by the rules of HTML's forms.
pub fn form_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let digit = |at: usize| char::from(*bytes.get(at)?).to_digit(16);
    let (mut decoded, mut at) = (Vec::new(), 0);
    while let Some(byte) = bytes.get(at) {
        at += 1;
        decoded.push(match (byte, digit(at), digit(at + 1)) {
            (b'%', Some(high), Some(low)) => {
                at += 2;
                (high * 16 + low) as u8
            }
            (b'+', ..) => b' ',
            _ => *byte,
        });
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// Two hexadecimal digits.
pub fn hex(byte: u8) -> String {
    let digit = |nibble: u8| char::from(b"0123456789abcdef"[usize::from(nibble)]);
    [digit(byte >> 4), digit(byte & 15)].iter().collect()
}

/// Whether a character is one of `set`.
pub fn is_one_of(c: char, set: &str) -> bool {
    set.chars().any(|one| one == c)
}

/// A number in decimal digits.
pub fn decimal(mut number: u64) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(char::from(b'0' + (number % 10) as u8));
        number /= 10;
        if number == 0 {
            return digits.iter().rev().collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn as_the_standard_library_does_it(text in "[ab/\u{e4}]{0,12}", part in "[ab/\u{e4}]{1,3}", number: u64) {
            prop_assert_eq!(find(&text, &part), text.find(&part));
            prop_assert_eq!(split_once(&text, &part), text.split_once(&part));
            prop_assert_eq!(concat(&[&text, "", &part]), [&text, "", &part[..]].concat());
            prop_assert_eq!(join(&[&text, "", &part], ", "), [&text, "", &part[..]].join(", "));
            prop_assert_eq!(is_one_of('\u{e4}', &text), text.contains('\u{e4}'));
            prop_assert_eq!(decimal(number), number.to_string());
        }

        #[test]
        fn parts_are_those_of_the_standard_library(text in "[a/?\u{e4}]{0,12}") {
            prop_assert_eq!(parts(&text, b'/'), text.split('/').collect::<Vec<_>>());
            prop_assert_eq!(find_any(&text, b"/?"), text.find(['/', '?']).unwrap_or(text.len()));
        }

        #[test]
        fn queries_are_as_form_urlencoded_has_them(text in "([%+=a0-9A-Ff]|.){0,12}", encoded in ".{0,12}") {
            let text = text.replace('&', "");
            let pair = format!("a={text}");
            let (_, expected) = form_urlencoded::parse(pair.as_bytes()).next().unwrap();
            prop_assert_eq!(form_decoded(&text), expected);
            for space in ["+", "%20"] {
                prop_assert_eq!(&form_decoded(&percent_encoded(&encoded, space)), &encoded);
            }
        }
    }
}
