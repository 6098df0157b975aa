//! Waits until an account is `ACTIVE`.

use super::{Platform, Result};
use crate::core::api::accounts::{ConnectedAccount, get_account};
use crate::core::watch::{CheckResult, Pace, Watch};

/// Checks an account until it is `ACTIVE` or the time limit of the call has passed.
///
/// # Errors
/// `access_denied`, `account_failed`, `account_expired`, `account_revoked`, `account_inactive`, `account_mismatch`, `timeout`, and
/// those of the request that are not retryable.
pub async fn wait_until_active(
    platform: &impl Platform,
    connected_account_id: String,
) -> Result<ConnectedAccount> {
    let watch = watch_account(platform, connected_account_id, None);
    run_watch(platform, watch, Pace::Polite).await
}

/// A watch whose deadline is the time limit of the call.
pub(super) fn watch_account(
    platform: &impl Platform,
    connected_account_id: String,
    entity_id: Option<String>,
) -> Watch {
    let deadline_ms = platform.deadline_ms();
    Watch::new(
        connected_account_id,
        entity_id,
        deadline_ms,
        platform.moment(),
    )
}

/// Runs the checks of a watch. The first one starts at once.
pub(super) async fn run_watch(
    platform: &impl Platform,
    mut watch: Watch,
    pace: Pace,
) -> Result<ConnectedAccount> {
    watch.start(platform.moment().clock_ms);
    loop {
        let endpoint = get_account(&watch.connected_account_id);
        let answer = platform.ask(endpoint).await;
        let is_cut_off = answer.is_err() && platform.is_timed_out();
        match watch.checked(answer, None, platform.moment()) {
            CheckResult::Active(account) => return Ok(account),
            CheckResult::TooLate => return Err(watch.too_late()),
            CheckResult::Failed(_) if is_cut_off => return Err(watch.too_late()),
            CheckResult::Failed(error) => return Err(error),
            CheckResult::Waiting => {}
        }
        let mut is_timer = false;
        loop {
            let clock_ms = platform.moment().clock_ms;
            watch.notice(platform.surroundings(), clock_ms);
            let is_started = match is_timer {
                true => watch.start_after_timer(pace, clock_ms),
                false => watch.start_if_due(pace, clock_ms),
            };
            if is_started {
                break;
            }
            let wait_ms = watch.wake_at_ms(pace).saturating_sub(clock_ms);
            is_timer = match platform.wait(wait_ms).await {
                Err(_) if platform.is_timed_out() => return Err(watch.too_late()),
                waited => waited?,
            };
        }
    }
}
