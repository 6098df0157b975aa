//! Waits until an account is `ACTIVE`.

use super::{Platform, Result};
use crate::core::api::accounts::{ConnectedAccount, get_account};
use crate::core::watch::{CheckResult, Pace, PeerNews, Watch};

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

/// Runs the checks of a watch. The first one starts at once. Pages that wait for the same account take turns.
pub(super) async fn run_watch(
    platform: &impl Platform,
    mut watch: Watch,
    pace: Pace,
) -> Result<ConnectedAccount> {
    platform.join_peers(&watch.connected_account_id);
    watch.start(platform.moment().clock_ms);
    loop {
        platform.tell_peers(PeerNews::Asked);
        let endpoint = get_account(&watch.connected_account_id);
        let answer = platform.ask(endpoint).await;
        let is_answered = answer.is_ok();
        let is_cut_off = !is_answered && platform.is_timed_out();
        let checked = watch.checked(answer, None, platform.moment());
        if is_answered && matches!(checked, CheckResult::Active(_) | CheckResult::Failed(_)) {
            platform.tell_peers(PeerNews::Decided);
        }
        match checked {
            CheckResult::Active(account) => return Ok(account),
            CheckResult::TooLate => return Err(watch.too_late()),
            CheckResult::Failed(_) if is_cut_off => return Err(watch.too_late()),
            CheckResult::Failed(error) => return Err(error),
            CheckResult::Waiting => {}
        }
        let mut is_timer = false;
        loop {
            let moment = platform.moment();
            let clock_ms = moment.clock_ms;
            let news = platform.peer_news();
            if news == Some(PeerNews::Asked) {
                watch.yield_to_peer(moment);
            }
            watch.notice(platform.surroundings(), clock_ms);
            let is_started = match news {
                Some(PeerNews::Decided) => {
                    watch.outdate();
                    watch.start(clock_ms)
                }
                None if is_timer => watch.start_after_timer(pace, clock_ms),
                _ => watch.start_if_due(pace, clock_ms),
            };
            if is_started {
                if watch.skips_turn || platform.take_turn(&watch.connected_account_id).await {
                    break;
                }
                watch.put_off(platform.moment());
                // The timer that fired was for the check that is put off.
                is_timer = false;
                continue;
            }
            let wait_ms = watch.wake_at_ms(pace).saturating_sub(clock_ms);
            is_timer = match platform.wait(wait_ms).await {
                Err(_) if platform.is_timed_out() => return Err(watch.too_late()),
                waited => waited?,
            };
        }
    }
}
