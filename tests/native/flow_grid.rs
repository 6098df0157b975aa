//! Every state against every event: an event that the table of `core::flow` does not list is refused or ignored.

use crate::core::error::{ConnectError, ErrorCode};
use crate::core::flow::{FlowEvent, FlowMode, WorkResult};
use crate::core::pending::AttemptOutcome;
use crate::core::watch::Surroundings;
use crate::tests::shapes::flows::is_typed;
use crate::tests::support::flow::*;
use proptest::prelude::*;

/// A flow in every state.
pub fn states() -> Vec<(&'static str, Play)> {
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
                play.checked("ACTIVE");
            }),
        ),
        (
            "failed",
            with(Play::in_popup(), |play| {
                play.after(1_000, BEHIND);
                play.checked("FAILED");
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

#[test]
fn a_call_that_the_state_does_not_allow_is_refused_and_changes_nothing() {
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
fn dispose_is_allowed_in_every_state_and_twice() {
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

#[test]
fn a_report_that_the_state_does_not_expect_is_ignored() {
    type Report = fn() -> FlowEvent;
    let reports: [(&str, Report, &[&str]); 6] = [
        ("popup reserved", || FlowEvent::PopupReserved(true), &[]),
        (
            "not left",
            || FlowEvent::NavigationFailed(server_error()),
            &["redirecting", "waiting"],
        ),
        ("came back", || FlowEvent::PageRestored, &["redirecting"]),
        (
            "hint",
            || FlowEvent::RecordChanged(AttemptOutcome::Pending),
            &["waiting"],
        ),
        (
            "old work",
            || FlowEvent::Done(0, WorkResult::Loaded(Ok(oauth()))),
            &[],
        ),
        (
            "returned",
            || FlowEvent::Returned(callback("&status=success")),
            // An ended flow still listens for its popup.
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
    /// A flow connects only when a check shows its account `ACTIVE`, and it does not wait without end.
    #[test]
    fn only_an_active_account_connects_a_flow_whatever_happens(
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
                    Ok(play.checked("ACTIVE"))
                }
                9 if look => Ok(play.checked("INITIATED")),
                10 if look => Ok(play.checked("EXPIRED")),
                11 if load => Ok(play.loaded(oauth())),
                12 if load => Ok(play.loaded(api_key())),
                13 if initiate => Ok(play.initiated(Some(URL))),
                14 if initiate => Ok(play.initiated(None)),
                15 => Ok(play.returned("&status=success")),
                16 => Ok(play.returned("&error=access_denied")),
                17 => play.try_event(FlowEvent::PageRestored),
                18 => play.try_event(FlowEvent::RecordChanged(AttemptOutcome::Pending)),
                19 => play.try_event(FlowEvent::RecordChanged(AttemptOutcome::Cancelled)),
                _ => play.try_event(FlowEvent::Tick(around)),
            };
            prop_assert!(play.state() != "connected" || was_connected || was_active);
            let snapshot = play.snapshot();
            prop_assert_eq!(snapshot.error.is_some(), ["failed", "cancelled"].contains(&snapshot.state));
            prop_assert_eq!(snapshot.account.is_some(), snapshot.state == "connected");
            prop_assert!(is_typed(&snapshot), "{:?}", snapshot);
        }
        // From here on, time passes and every request fails.
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
