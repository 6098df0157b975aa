//! Words in the name or label of a field. Case, spaces, `_` and `-` do not count: `apiKey`, `API Key` and `api_key` are equal.

/// A secret.
pub const SECRET: u8 = 1;
/// A secret chosen by the user, so that spaces in it may be meant.
pub const PASSWORD: u8 = 2;
/// A whole address: a URL or an email address.
pub const ADDRESS: u8 = 4;
/// Part of a host name.
pub const DOMAIN: u8 = 8;
/// The first label of a host name.
pub const SUBDOMAIN: u8 = 16;
/// A user name.
pub const USERNAME: u8 = 32;

/// The words by their first letter. Names are searched by hand, because 26 calls of `str::contains` make `validateParams` of many
/// fields more than twice as slow.
fn words(first: u8) -> &'static [(&'static str, u8)] {
    match first {
        b'a' => &[
            ("accesskey", SECRET),
            ("apikey", SECRET),
            ("authorization", SECRET),
        ],
        b'b' => &[("base64", SECRET), ("bearer", SECRET)],
        b'c' => &[
            ("connectionstring", SECRET),
            ("cookie", SECRET),
            ("credential", SECRET),
        ],
        b'd' => &[("domain", DOMAIN)],
        b'e' => &[
            ("email", ADDRESS),
            ("encoded", SECRET),
            ("endpoint", ADDRESS),
        ],
        b'j' => &[("jwt", SECRET)],
        b'p' => &[
            ("passcode", SECRET | PASSWORD),
            ("passphrase", SECRET | PASSWORD),
            ("passw", SECRET | PASSWORD),
            ("privatekey", SECRET),
            ("pwd", SECRET | PASSWORD),
        ],
        b's' => &[
            ("secret", SECRET),
            ("session", SECRET),
            ("signature", SECRET),
            ("subdomain", SUBDOMAIN),
        ],
        b't' => &[("token", SECRET)],
        b'u' => &[("uri", ADDRESS), ("url", ADDRESS), ("username", USERNAME)],
        _ => &[],
    }
}

/// The meanings of all words in a name, as one bit set.
pub fn meanings(name: &str) -> u8 {
    let name = name.as_bytes();
    let mut meanings = 0;
    for (at, first) in name.iter().enumerate() {
        for (word, meaning) in words(first.to_ascii_lowercase()) {
            let mut letters = letters(&name[at..]);
            if word.bytes().all(|byte| letters.next() == Some(byte)) {
                meanings |= meaning;
            }
        }
    }
    meanings
}

/// The bytes of a name in lower case, without separators.
pub fn lowercase_letters(name: &str) -> Vec<u8> {
    letters(name.as_bytes()).collect()
}

fn letters(name: &[u8]) -> impl Iterator<Item = u8> {
    let letters = name
        .iter()
        .filter(|byte| !matches!(byte, b'_' | b'-' | b' '));
    letters.map(u8::to_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{lowercase_letters, meanings, words};

    fn all() -> impl Iterator<Item = &'static (&'static str, u8)> {
        (b'a'..=b'z').flat_map(words)
    }

    #[test]
    fn a_word_is_found_in_any_case_and_with_any_separators() {
        assert_eq!(all().count(), 26);
        for (word, meaning) in all() {
            let capitals = word.to_uppercase();
            let (first, rest) = word.split_at(1);
            for name in [
                *word,
                &capitals,
                &format!("my_{word}2"),
                &format!("\u{e4} {first}-_{rest}"),
            ] {
                assert_eq!(meanings(name) & meaning, *meaning, "{name}");
            }
        }
        assert_eq!(meanings("shop"), 0);
    }

    proptest! {
        #[test]
        fn meanings_agree_with_a_search_for_each_word(name in "([a-zA-Z]{0,3}|url|E-mail|sub|domain|pass[ _]?w|phrase|API|key|\u{e4}){0,5}") {
            let found = all().filter(|(word, _)| String::from_utf8(lowercase_letters(&name)).unwrap().contains(word));
            prop_assert_eq!(meanings(&name), found.fold(0, |all, (_, meaning)| all | meaning));
        }
    }
}
