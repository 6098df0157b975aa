//! When a page with a popup wakes up, and what it does then.

use crate::core::error::{ConnectError, ErrorCode};
use crate::core::watch::Surroundings;
use crate::tests::support::flow::*;

const MINUTE_MS: u64 = 60_000;

const HIDDEN: Surroundings = Surroundings {
    is_visible: false,
    ..BEHIND
};

/// The page has the focus while the popup is open.
const BESIDE: Surroundings = Surroundings {
    has_focus: true,
    ..BEHIND
};

const ISOLATED: Surroundings = Surroundings {
    is_popup_closed: true,
    ..BEHIND
};

/// Fires the flow's timers for this long while the platform answers `INITIATED`. Returns how many fired.
fn wakes(play: &mut Play, millis: u64, around: Surroundings) -> u64 {
    let end_ms = play.now_ms + millis;
    let mut count = 0;
    loop {
        let wake_ms = u64::from(play.wake_ms.expect("a wake-up"));
        if play.now_ms + wake_ms > end_ms {
            return count;
        }
        count += 1;
        play.after(wake_ms, around);
        if play.work.is_some() {
            play.checked("INITIATED");
        }
    }
}

#[test]
fn a_page_with_a_popup_wakes_up_less_than_once_a_second() {
    let mut play = Play::in_popup();
    assert!(
        wakes(&mut play, MINUTE_MS, BEHIND) <= 75,
        "with status checks"
    );
    let later = wakes(&mut play, 8 * MINUTE_MS + 30_000, BEHIND);
    assert!(later < 510 / 2, "{later}");
    assert_eq!(play.state(), "waiting");
}

#[test]
fn a_hidden_page_with_a_popup_wakes_up_for_a_check_every_15_seconds() {
    let mut play = Play::in_popup();
    play.after(500, HIDDEN);
    let count = wakes(&mut play, 9 * MINUTE_MS, HIDDEN);
    assert!((30..=50).contains(&count), "{count}");
    // The user has closed the popup and is back.
    assert_eq!(play.after(1_000, BACK), ["look acc-1"]);
    play.checked("INITIATED");
    play.after(1_500, BACK);
    assert_eq!(play.ended(), ("cancelled", Some(ErrorCode::PopupClosed)));
}

#[test]
fn a_popup_that_looked_closed_while_the_page_was_hidden_keeps_the_flow_waiting() {
    let mut play = Play::in_popup();
    let isolated = Surroundings {
        is_popup_closed: true,
        ..HIDDEN
    };
    play.after(100, HIDDEN);
    wakes(&mut play, 5_000, isolated);
    assert_eq!(play.snapshot().is_popup_open, Some(false));
    play.after(60_000, BACK);
    play.checked("INITIATED");
    wakes(&mut play, 5_000, BACK);
    assert_eq!(
        play.state(),
        "waiting",
        "the user is only reading something"
    );
}

#[test]
fn a_return_to_the_page_causes_a_check_at_once_and_frequent_looks_at_the_popup() {
    let mut play = Play::in_popup();
    wakes(&mut play, 5 * MINUTE_MS, BEHIND);
    play.after(1_000, BEHIND);
    assert_eq!(play.after(1_000, BESIDE), ["look acc-1"]);
    play.checked("INITIATED");
    // Some browsers return the focus before they report the popup as closed.
    assert_eq!(play.wake_ms, Some(300));
    assert_eq!(play.after(300, BACK), ["look acc-1"]);

    let mut play = Play::in_popup();
    wakes(&mut play, 5 * MINUTE_MS, BEHIND);
    play.after(1_000, BESIDE);
    assert!(
        wakes(&mut play, MINUTE_MS, BESIDE) < 40,
        "a user who stays on the page causes no frequent looks"
    );
}

#[test]
fn two_reports_of_one_return_cause_one_check() {
    let mut play = Play::in_popup();
    play.after(1_000, HIDDEN);
    assert_eq!(play.after(0, BEHIND), ["look acc-1"], "visible");
    play.checked("INITIATED");
    assert!(play.after(20, BESIDE).is_empty(), "focused");
    play.after(400, BEHIND);
    assert_eq!(play.after(0, BESIDE), ["look acc-1"], "the next return");
}

#[test]
fn a_closed_popup_cancels_the_flow_after_1500_ms() {
    let mut play = Play::in_popup();
    play.after(1_000, BEHIND);
    play.checked("INITIATED");
    play.after(100, BACK);
    play.checked("INITIATED");
    assert_eq!(wakes(&mut play, 1_400, BACK), 2, "two more checks");
    assert_eq!(play.state(), "verifying");
    let wake_ms = u64::from(play.wake_ms.expect("a wake-up"));
    play.after(wake_ms, BACK);
    assert_eq!(play.state(), "cancelled");
    assert_eq!(play.now_ms, START_MS + 1_100 + 1_500);
}

#[test]
fn a_closed_popup_cancels_the_flow_only_after_an_answer_of_the_platform() {
    let mut play = Play::in_popup();
    let offline = Surroundings {
        is_online: false,
        ..BACK
    };
    play.after(5_000, offline);
    for _ in 0..4 {
        let wake_ms = u64::from(play.wake_ms.expect("a wake-up"));
        assert!(wake_ms >= 10_000);
        assert_eq!(play.after(wake_ms, offline), ["look acc-1"]);
        play.refused(ConnectError::new(ErrorCode::Network, "").with_retryable(true));
        assert!(play.after(10, offline).is_empty(), "no answer yet");
    }
    assert_eq!(play.after(MINUTE_MS, BACK), ["look acc-1"]);
    play.checked("INITIATED");
    assert_eq!(play.after(10, BACK), ["abort", "unwatch", "close"]);
}

#[test]
fn a_hidden_page_checks_a_callback_and_a_closed_popup_without_delay() {
    let mut play = Play::in_popup();
    play.after(100, HIDDEN);
    play.returned("&status=success");
    play.checked("INITIATED");
    assert_eq!(play.wake_ms, Some(1_000));
    assert_eq!(play.after(1_000, HIDDEN), ["look acc-1"]);

    let mut play = Play::in_popup();
    play.after(500, ISOLATED);
    assert_eq!(play.state(), "verifying");
}
