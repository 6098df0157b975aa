//! Delays of retries and status checks. Random numbers are arguments.

use super::error::ConnectError;
use super::time::{parse_http_date, parse_iso};

/// Upper limit of the delay that a server may ask for, in milliseconds.
const MAX_RETRY_AFTER_MS: u64 = 60_000;

/// No retry starts later than this after the start of its call, in milliseconds.
pub const RETRY_BUDGET_MS: u64 = 30_000;

/// How long a status check may be delayed while the browser reports the page as hidden or offline, in milliseconds. Limited because
/// browsers can be wrong about both.
pub const MAX_AWAY_MS: u64 = 15_000;

/// The delay that a response asks for, in milliseconds, at most one minute. The header `retry-after-ms` has priority over
/// `retry-after` (RFC 9110 §10.2.3: seconds or a date).
pub fn retry_after_ms(millis: Option<&str>, header: Option<&str>, now_ms: u64) -> Option<u64> {
    let header = header.map(str::trim);
    millis
        .and_then(|text| text.trim().parse().ok())
        .or_else(|| header?.parse::<u64>().ok().map(|s| s.saturating_mul(1000)))
        .or_else(|| {
            let at_ms =
                header.and_then(|text| parse_http_date(text).or_else(|| parse_iso(text)))?;
            Some(at_ms.saturating_sub(now_ms))
        })
        .map(|wait: u64| wait.min(MAX_RETRY_AFTER_MS))
}

/// Delay before retry number `attempt` (from 1) of a GET, in milliseconds: exponential backoff from 500 ms to 8 s with full jitter, plus
/// the delay that the server asked for. `None` to give up, also if the delay does not end within `left_ms`.
pub fn before_retry(
    attempt: u32,
    limit: u32,
    error: &ConnectError,
    random: f64,
    left_ms: u64,
) -> Option<u64> {
    // 500 ms doubled four times is 8 s.
    let backoff = 500 << (attempt - 1).min(4);
    let wait = error.retry_after_ms.unwrap_or(0) + random_part(backoff, random);
    (attempt <= limit && error.retryable && wait < left_ms).then_some(wait)
}

/// The delay before status check number `check` (from 1) of an account, in milliseconds. It starts at 1 s and grows by half up to 5 s,
/// minus a random part of up to a quarter. Full jitter is unnecessary, because users start their attempts at different times.
pub fn before_check(check: u32, random: f64) -> u64 {
    let mut wait = 1_000;
    for _ in 1..check.min(6) {
        wait = (wait + wait / 2).min(5_000);
    }
    wait - random_part(wait / 4, random)
}

fn random_part(of: u64, random: f64) -> u64 {
    (of as f64 * random.clamp(0.0, 1.0)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::error::ErrorCode;
    use proptest::prelude::*;

    #[test]
    fn retry_after_reads_milliseconds_seconds_and_dates() {
        // 2026-01-16T10:30:00Z
        let now = 1_768_559_400_000;
        for (millis, header, expected) in [
            (None, Some("12"), Some(12_000)),
            (Some("1500"), Some("12"), Some(1_500)),
            (None, Some("Fri, 16 Jan 2026 10:30:07 GMT"), Some(7_000)),
            (None, Some("Fri, 16 Jan 2026 10:29:07 GMT"), Some(0)),
            (None, Some("86400"), Some(60_000)),
            (None, Some("99999999999999999999"), None),
            (None, Some("soon"), None),
            (None, None, None),
        ] {
            assert_eq!(
                retry_after_ms(millis, header, now),
                expected,
                "{millis:?} {header:?}"
            );
        }
    }

    #[test]
    fn delays_grow_up_to_a_limit() {
        let error = ConnectError::new(ErrorCode::Server, "").with_retryable(true);
        let delays: Vec<_> = (1..=7)
            .map(|n| before_retry(n, 6, &error, 1.0, u64::MAX))
            .collect();
        assert_eq!(
            delays,
            [
                Some(500),
                Some(1_000),
                Some(2_000),
                Some(4_000),
                Some(8_000),
                Some(8_000),
                None
            ]
        );
        let checks: Vec<_> = (1..=6).map(|n| before_check(n, 0.0)).collect();
        assert_eq!(checks, [1_000, 1_500, 2_250, 3_375, 5_000, 5_000]);
        let mut asked = error.clone();
        asked.retry_after_ms = Some(12_000);
        assert_eq!(before_retry(1, 2, &asked, 0.5, 30_000), Some(12_250));
        assert_eq!(before_retry(1, 2, &asked, 0.5, 12_250), None, "too late");
        let refused = error.with_retryable(false);
        assert_eq!(before_retry(1, 2, &refused, 0.0, 30_000), None);
    }

    proptest! {
        #[test]
        fn retry_delays_spread_over_the_whole_backoff(attempt in 1u32..100, check: u32, random in 0.0f64..=1.0) {
            let error = ConnectError::new(ErrorCode::Server, "").with_retryable(true);
            let retry = |random| before_retry(attempt, 100, &error, random, RETRY_BUDGET_MS).unwrap();
            prop_assert_eq!(retry(0.0), 0);
            prop_assert_eq!(retry(random), (retry(1.0) as f64 * random) as u64);
            prop_assert!((750..=5_000).contains(&before_check(check, random)));
        }
    }
}
