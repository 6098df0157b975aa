//! Reads dates from the platform's answers, as milliseconds since 1970.

use super::text::{find, split, split_once};

/// Reads an ISO 8601 date, or a date with a time. Fraction and zone are optional; without a zone the time is UTC.
pub fn parse_iso(text: &str) -> Option<u64> {
    let bytes = text.trim().as_bytes();
    let number = |at: usize, length: usize| digits(bytes.get(at..at + length)?);
    let has = |at: usize, any: &str| bytes.get(at).is_some_and(|b| any.as_bytes().contains(b));
    if !has(4, "-") || !has(7, "-") {
        return None;
    }
    let days = days_since_1970(number(0, 4)?, number(5, 2)?, number(8, 2)?)?;
    let mut millis = days * 86_400_000;
    if bytes.len() == 10 {
        return u64::try_from(millis).ok();
    }
    let (hour, minute, second) = (number(11, 2)?, number(14, 2)?, number(17, 2)?);
    if !has(10, "Tt ") || !has(13, ":") || !has(16, ":") || hour > 23 || minute > 59 || second > 60
    {
        return None;
    }
    millis += (hour * 3600 + minute * 60 + second) * 1000;
    let mut at = 19;
    if has(at, ".") {
        let mut scale = 100;
        while let Some(digit) = number(at + 1, 1) {
            millis += digit * scale;
            scale /= 10;
            at += 1;
        }
        if at == 19 {
            return None;
        }
        at += 1;
    }
    let mut end = at;
    if has(at, "Zz") {
        end += 1;
    } else if has(at, "+-") {
        let offset = (number(at + 1, 2)? * 60 + number(at + 4, 2)?) * 60_000;
        millis += if has(at, "+") { -offset } else { offset };
        end += if has(at + 3, ":") { 6 } else { 0 };
    }
    let millis = u64::try_from(millis).ok();
    millis.filter(|_| bytes.len() == end)
}

const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";

/// Reads an `IMF-fixdate`, the preferred date format of HTTP (RFC 9110 §5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
pub fn parse_http_date(text: &str) -> Option<u64> {
    let (_, date) = split_once(text, ", ")?;
    let date = split(date, " ");
    let [day, name, year, clock, "GMT", ..] = date[..] else {
        return None;
    };
    let month = find(MONTHS, name).filter(|at| name.len() == 3 && at % 3 == 0)?;
    let clock = split(clock, ":");
    if clock.len() != 3 {
        return None;
    }
    let mut seconds = 0;
    for (part, limit) in clock.into_iter().zip([24, 60, 61]) {
        let part = digits(part.as_bytes())?;
        if part >= limit {
            return None;
        }
        seconds = seconds * 60 + part;
    }
    let (year, day) = (digits(year.as_bytes())?, digits(day.as_bytes())?);
    let days = days_since_1970(year, month as i64 / 3 + 1, day)?;
    u64::try_from((days * 86_400 + seconds) * 1000).ok()
}

/// A number of one to four digits.
fn digits(bytes: &[u8]) -> Option<i64> {
    if bytes.is_empty() || bytes.len() > 4 {
        return None;
    }
    bytes.iter().try_fold(0, |sum, byte| {
        byte.is_ascii_digit()
            .then(|| sum * 10 + i64::from(byte - b'0'))
    })
}

/// Days of the proleptic Gregorian calendar. Years are counted from March, so that the leap day is the last day of a year.
fn days_since_1970(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - 719_468)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn parse_iso_reads_dates_with_and_without_time_and_refuses_the_rest() {
        for (text, expected) in [
            ("1970-01-01T00:00:00.000Z", Some(0)),
            ("2026-01-16T10:30:00.000Z", Some(1_768_559_400_000)),
            ("2026-01-16T10:30:00Z", Some(1_768_559_400_000)),
            ("2026-01-16T12:30:00.0+02:00", Some(1_768_559_400_000)),
            ("2024-02-29T23:59:59.9994Z", Some(1_709_251_199_999)),
            ("2026-01-16", Some(1_768_521_600_000)),
            ("1969-12-31T23:59:59Z", None),
            ("2026-13-16", None),
            ("2026-01-16T25:00:00Z", None),
            ("2026-01-16T10:30:00.Z", None),
            ("2026-01-16T10:30:00+0200", None),
            ("null", None),
            ("", None),
            ("2026-01-1é", None),
        ] {
            assert_eq!(parse_iso(text), expected, "{text}");
        }
    }

    #[test]
    fn parse_http_date_reads_only_imf_fixdate() {
        for (text, expected) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(784_111_777_000)),
            ("Thu, 29 Feb 2024 23:59:59 GMT", Some(1_709_251_199_000)),
            ("Sun, 06 Nov 1994 08:49:37 CET", None),
            ("Sun, 06 Foo 1994 08:49:37 GMT", None),
            ("Sun, 06 Nov 1994 24:49:37 GMT", None),
            ("12", None),
        ] {
            assert_eq!(parse_http_date(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn parsing_never_panics(text in ".*") {
            let _ = (parse_iso(&text), parse_http_date(&text));
        }

        #[test]
        fn parse_iso_agrees_with_counting_days(a in 0i64..40_000, b in 0i64..40_000) {
            let date = |days: i64| {
                let (mut year, mut month, mut left) = (1970, 1, days);
                loop {
                    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
                    let length = match month { 2 => 28 + i64::from(leap), 4 | 6 | 9 | 11 => 30, _ => 31 };
                    if left < length { break format!("{year:04}-{month:02}-{:02}", left + 1); }
                    left -= length;
                    month += 1;
                    if month > 12 { month = 1; year += 1; }
                }
            };
            prop_assert_eq!(parse_iso(&date(a)), Some(a as u64 * 86_400_000));
            prop_assert_eq!(parse_iso(&date(a)) < parse_iso(&date(b)), a < b);
        }
    }
}
