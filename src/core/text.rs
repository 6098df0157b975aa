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
            prop_assert_eq!(is_one_of('\u{e4}', &text), text.contains('\u{e4}'));
            prop_assert_eq!(decimal(number), number.to_string());
        }
    }
}
