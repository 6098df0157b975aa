//! How a waiting flow reacts to callbacks and status checks.

use crate::core::error::{ConnectError, ErrorCode};
use crate::core::flow::{Flow, FlowEvent, FlowMode, FlowOptions, WorkResult};
use crate::core::pending::{AttemptOutcome, LIFETIME_MS, PendingConnection};
use crate::core::scheme::AuthScheme;
use crate::core::watch::Surroundings;
use crate::tests::support::flow::*;

const ENDED: [&str; 4] = ["store connected", "abort", "unlisten", "close"];

#[test]
fn an_error_in_the_callback_wins_over_a_success() {
    for (query, code) in [
        (
            "&error=access_denied&status=success",
            ErrorCode::AccessDenied,
        ),
        ("&error=server_error", ErrorCode::AccountFailed),
        (
            "&status=success&connectedAccountId=other",
            ErrorCode::AccountMismatch,
        ),
    ] {
        let mut play = Play::in_popup();
        play.returned(query);
        assert_eq!(play.ended(), ("failed", Some(code)), "{query}");
    }
    let mut play = Play::in_popup();
    play.returned("&status=failed");
    play.checked("INITIATED");
    assert_eq!(play.ended(), ("failed", Some(ErrorCode::AccountFailed)));
    assert_eq!(play.records[1].outcome, AttemptOutcome::Failed);
}

#[test]
fn a_check_from_before_a_reported_failure_does_not_decide() {
    let mut play = Play::in_popup();
    assert_eq!(play.after(1_000, BEHIND), ["look acc-1"]);
    assert_eq!(play.returned("&status=failed"), ["abort", "look acc-1"]);
    let mut denied = account("FAILED");
    denied.refusal.0 = Some("access_denied".to_owned());
    play.done(WorkResult::Checked(Ok(denied)));
    assert_eq!(play.ended(), ("failed", Some(ErrorCode::AccessDenied)));
}

#[test]
fn a_failed_flow_ignores_a_later_success() {
    let mut play = Play::in_popup();
    play.returned("&error=access_denied");
    assert!(play.returned("&status=success").is_empty());
    assert_eq!(play.state(), "failed");
}

#[test]
fn a_final_status_fails_the_flow() {
    for (status, code) in [
        ("FAILED", ErrorCode::AccountFailed),
        ("EXPIRED", ErrorCode::AccountExpired),
        ("REVOKED", ErrorCode::AccountRevoked),
        ("INACTIVE", ErrorCode::AccountInactive),
    ] {
        let mut play = Play::in_popup();
        play.after(1_000, BEHIND);
        let effects = play.checked(status);
        assert_eq!(effects, ["store failed", "abort", "unwatch", "close"]);
        assert_eq!(play.ended(), ("failed", Some(code)));
    }
}

#[test]
fn another_account_or_entity_never_connects_a_flow() {
    let mut other = account("ACTIVE");
    other.id = "acc-2".to_owned();
    let mut foreign = account("ACTIVE");
    foreign.entity_id = Some("Melissa".to_owned());
    for account in [other, foreign] {
        let mut play = Play::in_popup();
        play.after(1_000, BEHIND);
        play.done(WorkResult::Checked(Ok(account)));
        assert_eq!(play.ended(), ("failed", Some(ErrorCode::AccountMismatch)));
    }
}

#[test]
fn checks_become_rarer_and_pause_while_the_page_is_hidden_or_offline() {
    let mut play = Play::in_popup();
    let mut gaps = Vec::new();
    let mut last = play.now_ms;
    while gaps.len() < 6 {
        let wake = u64::from(play.wake_ms.expect("a wake-up"));
        if !play.after(wake, BEHIND).is_empty() {
            gaps.push(play.now_ms - last);
            last = play.now_ms;
            play.checked("INITIATED");
        }
    }
    assert_eq!(gaps, [1_000, 1_000, 1_500, 2_250, 3_375, 5_000]);

    for away in [
        Surroundings {
            is_visible: false,
            ..BEHIND
        },
        Surroundings {
            is_online: false,
            ..BEHIND
        },
    ] {
        for _ in 0..40 {
            assert!(play.after(300, away).is_empty(), "{away:?}");
        }
        assert_eq!(play.after(1, BEHIND), ["look acc-1"], "at once");
        play.checked("INITIATED");
    }
}

#[test]
fn a_hidden_page_checks_every_15_seconds_and_never_stops() {
    let mut play = Play::new(FlowMode::Redirect);
    play.event(FlowEvent::Resume(record(START_MS), None));
    play.checked("INITIATED");
    let hidden = Surroundings {
        is_visible: false,
        ..BEHIND
    };
    play.after(100, hidden);
    for _ in 0..30 {
        let wake = u64::from(play.wake_ms.expect("a wake-up"));
        assert!((14_000..=15_000).contains(&wake), "{wake}");
        assert_eq!(play.after(wake, hidden), ["look acc-1"]);
        play.checked("INITIATED");
    }
}

#[test]
fn a_flow_yields_to_a_page_that_checks_but_checks_itself_once_a_minute() {
    for around in [
        BEHIND,
        Surroundings {
            is_visible: false,
            ..BEHIND
        },
    ] {
        let mut play = Play::in_popup();
        let mut last_ms = play.now_ms;
        let mut gaps = Vec::new();
        while gaps.len() < 5 {
            assert!(play.event(FlowEvent::PeerAsked).is_empty());
            if !play.after(5_000, around).is_empty() {
                // It also has the lock.
                if play.flow.takes_turn() {
                    play.event(FlowEvent::PeerAsked);
                    play.done(WorkResult::PutOff);
                    continue;
                }
                play.checked("INITIATED");
                gaps.push(play.now_ms - last_ms);
                last_ms = play.now_ms;
            }
        }
        let is_a_minute = |gap: &u64| (60_000..=85_000).contains(gap);
        assert!(gaps.iter().all(is_a_minute), "{gaps:?}");
    }
}

#[test]
fn hidden_pages_that_wait_for_an_account_check_as_often_as_one() {
    let around = Surroundings {
        is_visible: false,
        ..BEHIND
    };
    let one = 570 / 15;
    for seed in 1..20 {
        let mut plays: Vec<Play> = (0..3).map(|_| Play::in_popup()).collect();
        let mut checks = 0;
        for step in 0..570_000 / 50 {
            for page in 0..plays.len() {
                plays[page].random =
                    f64::from(step * 7919 * seed + page as u32 * 104_729) * 0.618 % 1.0;
                if plays[page].after(50, around).is_empty() {
                    continue;
                }
                checks += 1;
                for (other, play) in plays.iter_mut().enumerate() {
                    if other != page {
                        play.event(FlowEvent::PeerAsked);
                    }
                }
                plays[page].checked("INITIATED");
            }
        }
        assert!(
            checks * 10 <= one * 12,
            "{checks} checks, and of one page {one}"
        );
    }
}

#[test]
fn a_check_is_put_off_once_while_another_page_checks() {
    let mut play = Play::in_popup();
    assert_eq!(play.after(1_000, BEHIND), ["look acc-1"]);
    assert!(play.flow.takes_turn());
    assert!(play.done(WorkResult::PutOff).is_empty());
    assert_eq!(play.after(250, BEHIND), ["look acc-1"]);
    assert!(!play.flow.takes_turn(), "the other page may be frozen");
    play.checked("INITIATED");
    assert_eq!(play.after(5_000, BEHIND), ["look acc-1"]);
    assert!(play.flow.takes_turn());
    // The news of the other page's check comes before this page finds the lock taken, and then after it.
    play.event(FlowEvent::PeerAsked);
    play.done(WorkResult::PutOff);
    assert!(play.after(1_000, BEHIND).is_empty());
    assert_eq!(play.after(5_000, BEHIND), ["look acc-1"]);
    play.done(WorkResult::PutOff);
    play.event(FlowEvent::PeerAsked);
    assert!(play.after(1_000, BEHIND).is_empty());
    assert_eq!(play.after(5_000, BEHIND), ["look acc-1"]);
    assert!(play.flow.takes_turn());
    play.checked("ACTIVE");
    assert_eq!(play.state(), "connected");
}

#[test]
fn at_the_deadline_a_check_is_put_off_once_even_if_another_page_checks_all_the_time() {
    let mut play = Play::in_popup();
    assert_eq!(play.after(LIFETIME_MS - 10_000, BEHIND), ["look acc-1"]);
    play.checked("INITIATED");
    assert_eq!(play.after(10_000, BEHIND), ["look acc-1"]);
    play.event(FlowEvent::PeerAsked);
    assert!(play.flow.takes_turn());
    play.done(WorkResult::PutOff);
    play.event(FlowEvent::PeerAsked);
    assert_eq!(play.after(0, BEHIND), ["look acc-1"]);
    assert!(!play.flow.takes_turn());
}

#[test]
fn a_check_does_not_wait_for_its_turn_after_a_callback_or_news() {
    let mut play = Play::in_popup();
    play.returned("&status=success");
    assert!(!play.flow.takes_turn());
    let mut play = Play::in_popup();
    let news = FlowEvent::RecordChanged(AttemptOutcome::Pending);
    assert_eq!(play.event(news), ["look acc-1"]);
    assert!(!play.flow.takes_turn());
    // News during a check make another one due at once.
    play.event(FlowEvent::RecordChanged(AttemptOutcome::Pending));
    play.checked("INITIATED");
    assert_eq!(play.after(0, BEHIND), ["look acc-1"]);
}

#[test]
fn after_the_popup_closed_a_flow_yields_to_no_page() {
    let mut play = Play::in_popup();
    assert_eq!(play.after(900, BACK), ["look acc-1"]);
    play.checked("INITIATED");
    play.event(FlowEvent::PeerAsked);
    assert_eq!(play.after(500, BACK), ["look acc-1"]);
}

#[test]
fn after_a_callback_a_hidden_page_checks_as_often_as_a_visible_one() {
    let mut play = Play::in_popup();
    play.returned("&status=success");
    play.checked("INITIATED");
    let hidden = Surroundings {
        is_visible: false,
        ..BACK
    };
    assert!(play.after(100, hidden).is_empty());
    let wake = u64::from(play.wake_ms.expect("a wake-up"));
    assert_eq!(wake, 900, "as on a visible page");
    assert_eq!(play.after(wake, hidden), ["look acc-1"]);
    play.checked("INITIATED");
    let offline = Surroundings {
        is_online: false,
        ..BACK
    };
    assert!(play.after(100, offline).is_empty());
    let wake = u64::from(play.wake_ms.expect("a wake-up"));
    assert_eq!(wake, 14_900, "the browser may be wrong about the network");
    assert_eq!(play.after(wake, offline), ["look acc-1"]);
    play.checked("INITIATED");
    assert!(play.after(100, offline).is_empty());
    assert_eq!(play.after(100, BACK), ["look acc-1"], "at once");
}

#[test]
fn a_retryable_error_keeps_the_flow_waiting_and_any_other_fails_it() {
    let mut play = Play::in_popup();
    play.after(1_000, BEHIND);
    play.refused(server_error());
    assert_eq!(play.state(), "waiting");
    let mut busy = server_error();
    busy.retry_after_ms = Some(20_000);
    play.after(5_000, BEHIND);
    play.refused(busy);
    assert!(
        play.after(19_000, BEHIND).is_empty(),
        "the platform asked for 20 seconds"
    );
    assert_eq!(play.after(1_000, BEHIND), ["look acc-1"]);
    play.refused(ConnectError::new(ErrorCode::Forbidden, "no"));
    assert_eq!(play.ended(), ("failed", Some(ErrorCode::Forbidden)));
}

#[test]
fn the_deadline_is_the_links_expiry_where_that_is_sooner_and_gets_a_last_check() {
    let mut play = Play::in_popup_until(Some(START_MS + 60_000));
    assert_eq!(play.snapshot().expires_at_ms, Some(START_MS + 60_000));
    assert_eq!(play.after(60_000, BEHIND), ["look acc-1"]);
    play.checked("INITIATED");
    assert_eq!(play.ended(), ("failed", Some(ErrorCode::FlowExpired)));
    assert_eq!(
        play.event(FlowEvent::Retry),
        ["unlisten", "reserve"],
        "a new link"
    );

    let mut play = Play::in_popup();
    let offline = Surroundings {
        is_online: false,
        ..BEHIND
    };
    assert_eq!(
        play.after(LIFETIME_MS, offline),
        ["look acc-1"],
        "checked although offline"
    );
    play.checked("INITIATED");
    assert_eq!(play.ended(), ("failed", Some(ErrorCode::FlowExpired)));
}

#[test]
fn a_link_that_has_already_expired_gets_the_usual_lifetime() {
    let play = Play::in_popup_until(Some(START_MS - 60_000));
    assert_eq!(
        play.snapshot().expires_at_ms,
        Some(START_MS + LIFETIME_MS),
        "dated by another clock"
    );
}

#[test]
fn an_unconfirmed_success_times_out_and_can_be_retried() {
    let mut play = Play::in_popup();
    play.returned("&status=success");
    play.checked("INITIATED");
    assert_eq!(play.after(30_000, BACK), ["look acc-1"]);
    play.checked("INITIATED");
    assert_eq!(play.ended(), ("failed", Some(ErrorCode::Timeout)));
    play.retry_with_the_account();
    play.checked_and_connected();
}

#[test]
fn a_session_uri_is_for_the_apps_server() {
    let mut play = Play::in_popup();
    assert_eq!(play.returned("&session_uri=urn:1"), ["look acc-1"]);
    let snapshot = play.snapshot();
    assert_eq!(
        (snapshot.state, snapshot.session_uri.as_deref()),
        ("completing", Some("urn:1"))
    );
    play.checked("INITIATED");
    assert!(
        !play.after(60_000, BACK).is_empty(),
        "checked until the attempt expires"
    );
    play.checked_and_connected();
}

#[test]
fn the_callback_page_completes_the_flow_of_its_own_app() {
    let mut play = Play::new(FlowMode::Auto);
    assert!(play.flow.is_own(&record(START_MS)));
    let effects = play.event(FlowEvent::Resume(
        record(START_MS),
        Some(callback("&status=success")),
    ));
    assert_eq!(effects, ["listen", "look acc-1"]);
    assert_eq!(play.state(), "verifying");
    assert_eq!(play.checked("ACTIVE"), [&ENDED[..], &["clean"]].concat());
}

#[test]
fn a_flow_owns_an_attempt_when_both_name_the_same_app_or_integration_and_differ_in_nothing() {
    let own = |app: Option<&str>, integration: Option<&str>, scheme: Option<&str>| {
        let options = FlowOptions {
            app: app.map(str::to_owned),
            integration_id: integration.map(str::to_owned),
            auth_scheme: scheme.map(AuthScheme::parse),
            ..options(FlowMode::Auto)
        };
        Flow::new(options, None)
    };
    let full = record(START_MS);
    let by_app = PendingConnection {
        integration_id: None,
        auth_scheme: None,
        ..full.clone()
    };
    let by_integration = PendingConnection {
        app: None,
        ..full.clone()
    };
    for (flow, expected) in [
        (own(Some("gmail"), None, None), [true, true, false]),
        (own(Some("GMail"), None, None), [true, true, false]),
        (own(Some("slack"), None, None), [false; 3]),
        (own(None, Some("int-1"), None), [true, false, true]),
        (own(None, Some("int-2"), None), [false; 3]),
        (own(None, Some("INT-1"), None), [false; 3]),
        (own(Some("gmail"), Some("int-1"), None), [true; 3]),
        (
            own(Some("slack"), Some("int-1"), None),
            [false, false, true],
        ),
        (
            own(Some("gmail"), Some("int-2"), None),
            [false, true, false],
        ),
        (
            own(Some("gmail"), None, Some("oauth2")),
            [true, true, false],
        ),
        (
            own(Some("gmail"), None, Some("API_KEY")),
            [false, true, false],
        ),
    ] {
        let owned = [&full, &by_app, &by_integration].map(|record| flow.is_own(record));
        assert_eq!(owned, expected, "{flow:?}");
    }
    let mut other = full;
    other.entity_id = Some("Melissa".to_owned());
    assert!(!own(Some("gmail"), Some("int-1"), None).is_own(&other));
}

#[test]
fn a_flow_owns_attempts_for_the_account_that_it_reconnects_and_any_without_one() {
    let reconnecting = |id: Option<&str>| {
        let options = FlowOptions {
            app: Some("gmail".to_owned()),
            reconnect: id.map(str::to_owned),
            ..FlowOptions::default()
        };
        Flow::new(options, None)
    };
    let replacing = |id: Option<&str>| PendingConnection {
        replaces: id.map(str::to_owned),
        ..record(START_MS)
    };
    let attempts = [None, Some("old"), Some("other")].map(replacing);
    for (flow, owned, same) in [
        (reconnecting(None), [true; 3], [true, false, false]),
        (
            reconnecting(Some("old")),
            [false, true, false],
            [false, true, false],
        ),
    ] {
        assert_eq!(attempts.each_ref().map(|it| flow.is_own(it)), owned);
        assert_eq!(attempts.each_ref().map(|it| flow.is_same(it)), same);
    }
}

#[test]
fn a_callback_stays_in_the_address_until_its_outcome_is_final() {
    for (error, is_cleaned) in [
        (ConnectError::new(ErrorCode::Unauthorized, ""), false),
        (ConnectError::new(ErrorCode::AccountFailed, ""), true),
    ] {
        let mut play = Play::new(FlowMode::Auto);
        play.event(FlowEvent::Resume(
            record(START_MS),
            Some(callback("&status=success")),
        ));
        assert_eq!(
            play.refused(error).contains(&"clean".to_owned()),
            is_cleaned
        );
    }
}

#[test]
fn a_resumed_flow_checks_at_once_and_then_waits() {
    let mut play = Play::of(Flow::new(Default::default(), None));
    assert_eq!(
        play.event(FlowEvent::Resume(record(START_MS), None)),
        ["listen", "look acc-1"]
    );
    let snapshot = play.snapshot();
    assert_eq!(
        (snapshot.app.as_deref(), snapshot.entity_id.as_deref()),
        (Some("gmail"), Some("Jessica"))
    );
    play.checked("INITIATED");
    assert_eq!(play.state(), "waiting");
    assert_eq!(
        play.event(FlowEvent::RecordChanged(AttemptOutcome::Pending)),
        ["look acc-1"],
        "another window has changed the record"
    );
}

#[test]
fn a_page_that_comes_back_or_was_never_left_waits() {
    for back in [true, false] {
        let mut play = Play::new(FlowMode::Redirect);
        play.submit(&[]);
        play.loaded(oauth());
        play.initiated(Some(URL));
        if back {
            assert_eq!(play.event(FlowEvent::PageRestored), ["look acc-1"]);
        } else {
            assert!(play.after(9_999, BACK).is_empty());
            assert_eq!(play.after(1, BACK), ["look acc-1"]);
        }
        assert_eq!(play.state(), "waiting");
    }
}
