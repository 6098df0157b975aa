//! What the name or the label of a field says, whatever separates its words and however they are written: `apiKey`, `API Key`
//! and `api_key` are one.

/// A secret.
pub const SECRET: u8 = 1;
/// A secret that a user made up: its spaces may be meant.
pub const PASSWORD: u8 = 2;
/// A whole address.
pub const ADDRESS: u8 = 4;
/// A part of a host.
pub const DOMAIN: u8 = 8;
/// The first part of a host.
pub const SUBDOMAIN: u8 = 16;

/// The name of a user.
pub const USERNAME: u8 = 32;

/// By their first letter: most letters begin none.
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

/// All that is said.
pub fn said(name: &str) -> u8 {
    let name = name.as_bytes();
    let mut said = 0;
    for at in 0..name.len() {
        for (word, meaning) in words(name[at].to_ascii_lowercase()) {
            if begins(&name[at..], word) {
                said |= meaning;
            }
        }
    }
    said
}

/// Whether a text, without what separates its words, begins with a word.
fn begins(text: &[u8], word: &str) -> bool {
    let mut letters = plain(text);
    word.bytes().all(|byte| letters.next() == Some(byte))
}

/// Whether a text is one word.
pub fn is(text: &str, word: &str) -> bool {
    plain(text.as_bytes()).eq(word.bytes())
}

/// Whether a text, without what separates its words, ends with a word.
pub fn ends(text: &str, word: &str) -> bool {
    let mut letters = plain(text.as_bytes()).rev();
    word.bytes().rev().all(|byte| letters.next() == Some(byte))
}

fn plain(text: &[u8]) -> impl DoubleEndedIterator<Item = u8> {
    let letters = text
        .iter()
        .filter(|byte| !matches!(byte, b'_' | b'-' | b' '));
    letters.map(u8::to_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{said, words};

    fn all() -> impl Iterator<Item = &'static (&'static str, u8)> {
        (b'a'..=b'z').flat_map(words)
    }

    #[test]
    fn a_word_is_found_however_it_is_written() {
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
                assert_eq!(said(name) & meaning, *meaning, "{name}");
            }
        }
        assert_eq!(said("shop"), 0);
    }

    proptest! {
        #[test]
        fn as_by_searching_for_each_word(name in "([a-zA-Z]{0,3}|url|E-mail|sub|domain|pass[ _]?w|phrase|API|key|\u{e4}){0,5}") {
            let plain: String = name.to_lowercase().replace(['_', '-', ' '], "");
            let expected = all().filter(|(word, _)| plain.contains(word));
            prop_assert_eq!(said(&name), expected.fold(0, |all, (_, meaning)| all | meaning));
        }
    }
}
