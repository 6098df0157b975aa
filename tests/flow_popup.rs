//! When a page wakes up to look after its user's popup, and what it does in between.

use crate::support::flow::*;
use connect_flow::core::error::{ConnectError, ErrorCode};
use connect_flow::core::flow::Surroundings;

const MINUTE_MS: u64 = 60_000;

const HIDDEN: Surroundings = Surroundings {
    is_visible: false,
    ..BEHIND
};

/// The page has the focus although the popup is there.
const BESIDE: Surroundings = Surroundings {
    has_focus: true,
    ..BEHIND
};

const ISOLATED: Surroundings = Surroundings {
    is_popup_closed: true,
    ..BEHIND
};

/// Lets the timers go off for so long, with a platform that says `INITIATED`; gives how often one did.
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
            play.looked("INITIATED");
        }
    }
}

#[test]
fn a_page_with_a_popup_wakes_up_less_than_once_a_second() {
    let mut play = Play::in_popup();
    assert!(wakes(&mut play, MINUTE_MS, BEHIND) <= 75, "looks as well");
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
    // Whoever is back at it has closed the popup.
    assert_eq!(play.after(1_000, BACK), ["look acc-1"]);
    play.looked("INITIATED");
    play.after(1_500, BACK);
    assert_eq!(play.ended(), ("cancelled", Some(ErrorCode::PopupClosed)));
}

#[test]
fn a_popup_that_looks_closed_to_a_hidden_page_goes_on_when_that_is_seen() {
    let mut play = Play::in_popup();
    let isolated = Surroundings {
        is_popup_closed: true,
        ..HIDDEN
    };
    play.after(100, HIDDEN);
    wakes(&mut play, 5_000, isolated);
    assert_eq!(play.snapshot().is_popup_open, Some(false));
    play.after(60_000, BACK);
    play.looked("INITIATED");
    wakes(&mut play, 5_000, BACK);
    assert_eq!(
        play.state(),
        "waiting",
        "the user is only reading something"
    );
}

#[test]
fn who_comes_back_is_looked_after_at_once_and_closely() {
    let mut play = Play::in_popup();
    wakes(&mut play, 5 * MINUTE_MS, BEHIND);
    play.after(1_000, BEHIND);
    assert_eq!(play.after(1_000, BESIDE), ["look acc-1"]);
    play.looked("INITIATED");
    // Some browsers give the focus back first.
    assert_eq!(play.wake_ms, Some(300));
    assert_eq!(play.after(300, BACK), ["look acc-1"]);

    let mut play = Play::in_popup();
    wakes(&mut play, 5 * MINUTE_MS, BEHIND);
    play.after(1_000, BESIDE);
    assert!(
        wakes(&mut play, MINUTE_MS, BESIDE) < 40,
        "who stays at the page is looked after as before"
    );
}

#[test]
fn who_comes_back_is_told_of_twice_and_looked_after_once() {
    let mut play = Play::in_popup();
    play.after(1_000, HIDDEN);
    assert_eq!(play.after(0, BEHIND), ["look acc-1"], "seen");
    play.looked("INITIATED");
    assert!(play.after(20, BESIDE).is_empty(), "and has the focus");
    play.after(400, BEHIND);
    assert_eq!(play.after(0, BESIDE), ["look acc-1"], "the next time");
}

#[test]
fn a_closed_popup_is_decided_as_soon_as_the_platform_had_its_time() {
    let mut play = Play::in_popup();
    play.after(1_000, BEHIND);
    play.looked("INITIATED");
    play.after(100, BACK);
    play.looked("INITIATED");
    assert_eq!(wakes(&mut play, 1_400, BACK), 2, "two more looks");
    assert_eq!(play.state(), "verifying");
    let wake_ms = u64::from(play.wake_ms.expect("a wake-up"));
    play.after(wake_ms, BACK);
    assert_eq!(play.state(), "cancelled");
    assert_eq!(play.now_ms, START_MS + 1_100 + 1_500);
}

#[test]
fn without_a_network_a_closed_popup_is_decided_later() {
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
        assert!(play.after(10, offline).is_empty(), "nobody has answered");
    }
    assert_eq!(play.after(MINUTE_MS, BACK), ["look acc-1"]);
    play.looked("INITIATED");
    assert_eq!(play.after(10, BACK), ["abort", "unwatch", "close"]);
}

#[test]
fn what_has_happened_is_looked_at_while_hidden_too() {
    let mut play = Play::in_popup();
    play.after(100, HIDDEN);
    play.returned("&status=success");
    play.looked("INITIATED");
    assert_eq!(play.wake_ms, Some(1_000));
    assert_eq!(play.after(1_000, HIDDEN), ["look acc-1"]);

    let mut play = Play::in_popup();
    play.after(500, ISOLATED);
    assert_eq!(play.state(), "verifying");
}
