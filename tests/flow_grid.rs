//! Every state against every event: what is not in the table of `core::flow` is refused or passed over, and nothing ever panics.

use crate::support::flow::*;
use connect_flow::core::error::{ConnectError, ErrorCode};
use connect_flow::core::flow::{FlowEvent, FlowMode, Outcome, Surroundings};
use connect_flow::core::pending::Outcome as End;
use proptest::prelude::*;

/// Every state, by the shortest way into it.
fn states() -> Vec<(&'static str, Play)> {
    let ready = || {
        let mut play = Play::new(FlowMode::Popup);
        play.load();
        play.loaded(oauth());
        play
    };
    let with = |mut play: Play, change: fn(&mut Play)| {
        change(&mut play);
        play
    };
    vec![
        ("idle", Play::new(FlowMode::Popup)),
        (
            "loading",
            with(Play::new(FlowMode::Popup), |play| drop(play.load())),
        ),
        ("ready", ready()),
        (
            "initiating",
            with(ready(), |play| {
                play.submit(&[]);
                play.reserved(true);
            }),
        ),
        (
            "redirecting",
            with(Play::new(FlowMode::Redirect), |play| {
                play.submit(&[]);
                play.loaded(oauth());
                play.initiated(Some(URL));
            }),
        ),
        ("waiting", Play::in_popup()),
        (
            "verifying",
            with(Play::in_popup(), |play| {
                drop(play.returned("&status=success"))
            }),
        ),
        (
            "completing",
            with(Play::in_popup(), |play| {
                drop(play.returned("&session_uri=urn:1"))
            }),
        ),
        (
            "connected",
            with(Play::in_popup(), |play| {
                play.after(1_000, BEHIND);
                play.looked("ACTIVE");
            }),
        ),
        (
            "failed",
            with(Play::in_popup(), |play| {
                play.after(1_000, BEHIND);
                play.looked("FAILED");
            }),
        ),
        (
            "cancelled",
            with(Play::in_popup(), |play| drop(play.event(FlowEvent::Cancel))),
        ),
    ]
}

#[test]
fn every_state_is_reached() {
    for (name, play) in states() {
        assert_eq!(play.state(), name);
    }
}

/// The calls of an app, and the states that allow them.
#[test]
fn a_call_that_the_state_does_not_allow_changes_nothing() {
    type Call = fn() -> FlowEvent;
    let under_way = [
        "idle",
        "loading",
        "ready",
        "initiating",
        "redirecting",
        "waiting",
        "verifying",
        "completing",
    ];
    let calls: [(&str, Call, &[&str]); 5] = [
        ("load", || FlowEvent::Load, &["idle"]),
        (
            "submit",
            || FlowEvent::Submit(typed(&[])),
            &["idle", "ready"],
        ),
        ("retry", || FlowEvent::Retry, &["failed", "cancelled"]),
        ("cancel", || FlowEvent::Cancel, &under_way),
        (
            "resume",
            || FlowEvent::Resume(record(START_MS), None),
            &["idle"],
        ),
    ];
    let mut refused = 0;
    for (call, event, allowed) in calls {
        for (state, mut play) in states() {
            let before = play.snapshot();
            let result = play.try_event(event());
            assert_eq!(
                result.is_ok(),
                allowed.contains(&state),
                "{call} while {state}"
            );
            if let Err(error) = result {
                refused += 1;
                assert_eq!(error.code, ErrorCode::InvalidTransition);
                assert!(
                    error.message.contains(call) && error.message.contains(state),
                    "{}",
                    error.message
                );
                assert_eq!(play.snapshot(), before, "{call} while {state}");
            }
        }
    }
    assert_eq!(refused, 55 - 1 - 2 - 2 - 8 - 1);
}

#[test]
fn dispose_is_allowed_everywhere_and_twice() {
    for (state, mut play) in states() {
        play.event(FlowEvent::Dispose);
        let after = play.state();
        assert!(
            ["connected", "failed", "cancelled"].contains(&after),
            "{state}"
        );
        play.event(FlowEvent::Dispose);
        assert_eq!(play.state(), after);
        for call in [FlowEvent::Load, FlowEvent::Submit(typed(&[]))] {
            assert!(play.try_event(call).is_err(), "{state}");
        }
    }
}

/// What a browser reports out of turn: in none of these states does anybody wait for it.
#[test]
fn reports_that_nobody_waits_for_are_passed_over() {
    type Report = fn() -> FlowEvent;
    let reports: [(&str, Report, &[&str]); 6] = [
        ("popup reserved", || FlowEvent::PopupReserved(true), &[]),
        (
            "not left",
            || FlowEvent::NotLeft(server_error()),
            &["redirecting", "waiting"],
        ),
        ("came back", || FlowEvent::CameBack, &["redirecting"]),
        ("hint", || FlowEvent::Hint(End::Pending), &["waiting"]),
        (
            "old work",
            || FlowEvent::Done(0, Outcome::Loaded(Ok(oauth()))),
            &[],
        ),
        (
            "returned",
            || FlowEvent::Returned(callback("&status=success")),
            // What has ended hears of a popup that is still out.
            &[
                "redirecting",
                "waiting",
                "verifying",
                "completing",
                "connected",
                "failed",
            ],
        ),
    ];
    for (name, report, heard) in reports {
        for (state, mut play) in states() {
            let before = play.snapshot();
            let effects = play.event(report());
            if !heard.contains(&state) {
                assert_eq!(
                    (play.snapshot(), effects.len()),
                    (before, 0),
                    "{name} while {state}"
                );
            }
        }
    }
}

fn event() -> impl Strategy<Value = u8> {
    0u8..22
}

proptest! {
    /// Success is only ACTIVE, of the account that was initiated, seen by a look; and whoever waits is told within the lifetime.
    #[test]
    fn whatever_happens_success_is_only_active(
        state in 0usize..11,
        mode in prop_oneof![Just(FlowMode::Popup), Just(FlowMode::Auto), Just(FlowMode::Redirect)],
        events in prop::collection::vec((event(), 0u64..20_000), 0..40),
    ) {
        let mut play = states().swap_remove(state).1;
        if state == 0 {
            play = Play::new(mode);
        }
        for (number, millis) in events {
            let was_connected = play.state() == "connected";
            let mut was_active = false;
            play.now_ms += millis;
            let around = Surroundings {
                is_popup_closed: number % 2 == 0,
                has_focus: number % 3 == 0,
                is_visible: number % 5 != 0,
                is_online: number % 7 != 0,
            };
            let is_at = |kind: &str| play.work.as_ref().is_some_and(|(_, word)| word.starts_with(kind));
            let (load, initiate, look) = (is_at("load"), is_at("initiate"), is_at("look"));
            let _ = match number {
                0 => play.try_event(FlowEvent::Load),
                1 => play.try_event(FlowEvent::Submit(typed(&[("api_key", "sk-1")]))),
                2 => play.try_event(FlowEvent::Retry),
                3 => play.try_event(FlowEvent::Cancel),
                4 => play.try_event(FlowEvent::PopupReserved(true)),
                5 => play.try_event(FlowEvent::PopupReserved(false)),
                6 if play.work.is_some() => Ok(play.refused(server_error())),
                7 if play.work.is_some() => Ok(play.refused(ConnectError::new(ErrorCode::NotFound, ""))),
                8 if look => {
                    was_active = true;
                    Ok(play.looked("ACTIVE"))
                }
                9 if look => Ok(play.looked("INITIATED")),
                10 if look => Ok(play.looked("EXPIRED")),
                11 if load => Ok(play.loaded(oauth())),
                12 if load => Ok(play.loaded(api_key())),
                13 if initiate => Ok(play.initiated(Some(URL))),
                14 if initiate => Ok(play.initiated(None)),
                15 => Ok(play.returned("&status=success")),
                16 => Ok(play.returned("&error=access_denied")),
                17 => play.try_event(FlowEvent::CameBack),
                18 => play.try_event(FlowEvent::Hint(End::Pending)),
                19 => play.try_event(FlowEvent::Hint(End::Cancelled)),
                _ => play.try_event(FlowEvent::Tick(around)),
            };
            prop_assert!(play.state() != "connected" || was_connected || was_active);
            let snapshot = play.snapshot();
            prop_assert_eq!(snapshot.error.is_some(), ["failed", "cancelled"].contains(&snapshot.state));
            prop_assert_eq!(snapshot.account.is_some(), snapshot.state == "connected");
        }
        // Nobody does anything any more but the clock and the platform.
        for _ in 0..10_000 {
            let Some(wake) = play.wake_ms.take() else { break };
            if play.flow.is_settled() && play.state() != "redirecting" { break }
            play.after(u64::from(wake), BEHIND);
            if play.work.is_some() { play.refused(server_error()); }
        }
        let ends = ["idle", "ready", "connected", "failed", "cancelled"];
        let is_under_way = play.work.is_some() || play.state() == "initiating";
        prop_assert!(ends.contains(&play.state()) || is_under_way, "still {}", play.state());
    }
}
