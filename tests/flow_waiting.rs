//! What a flow that waits makes of callbacks and of looks at the account.

use crate::support::flow::*;
use connect_flow::core::error::{ConnectError, ErrorCode};
use connect_flow::core::flow::{Flow, FlowEvent, FlowMode, FlowOptions, Outcome, Surroundings};
use connect_flow::core::pending::{LIFETIME_MS, Outcome as End, PendingConnection};
use connect_flow::core::scheme::AuthScheme;

const ENDED: [&str; 4] = ["store connected", "abort", "unlisten", "close"];

#[test]
fn errors_in_the_callback_beat_everything() {
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
    play.looked("INITIATED");
    assert_eq!(play.ended(), ("failed", Some(ErrorCode::AccountFailed)));
    assert_eq!(play.records[1].outcome, End::Failed);
}

#[test]
fn a_failed_flow_ignores_a_later_success() {
    let mut play = Play::in_popup();
    play.returned("&error=access_denied");
    assert!(play.returned("&status=success").is_empty());
    assert_eq!(play.state(), "failed");
}

#[test]
fn final_words_of_the_platform_end_it() {
    for (status, code) in [
        ("FAILED", ErrorCode::AccountFailed),
        ("EXPIRED", ErrorCode::AccountExpired),
        ("REVOKED", ErrorCode::AccountRevoked),
        ("INACTIVE", ErrorCode::AccountInactive),
    ] {
        let mut play = Play::in_popup();
        play.after(1_000, BEHIND);
        let effects = play.looked(status);
        assert_eq!(effects, ["store failed", "abort", "unwatch", "close"]);
        assert_eq!(play.ended(), ("failed", Some(code)));
    }
}

#[test]
fn another_account_or_entity_is_never_success() {
    let mut other = account("ACTIVE");
    other.id = "acc-2".to_owned();
    let mut foreign = account("ACTIVE");
    foreign.entity_id = Some("Melissa".to_owned());
    for account in [other, foreign] {
        let mut play = Play::in_popup();
        play.after(1_000, BEHIND);
        play.done(Outcome::Looked(Ok(account)));
        assert_eq!(play.ended(), ("failed", Some(ErrorCode::AccountMismatch)));
    }
}

#[test]
fn looks_grow_apart_and_pause_while_nobody_watches() {
    let mut play = Play::in_popup();
    let mut gaps = Vec::new();
    let mut last = play.now_ms;
    while gaps.len() < 6 {
        let wake = u64::from(play.wake_ms.expect("a wake-up"));
        if !play.after(wake, BEHIND).is_empty() {
            gaps.push(play.now_ms - last);
            last = play.now_ms;
            play.looked("INITIATED");
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
        play.looked("INITIATED");
    }
}

#[test]
fn a_page_that_nobody_watches_checks_slowly_and_never_stops() {
    let mut play = Play::new(FlowMode::Redirect);
    play.event(FlowEvent::Resume(record(START_MS), None));
    play.looked("INITIATED");
    let hidden = Surroundings {
        is_visible: false,
        ..BEHIND
    };
    play.after(100, hidden);
    for _ in 0..30 {
        let wake = u64::from(play.wake_ms.expect("a wake-up"));
        assert!((14_000..=15_000).contains(&wake), "{wake}");
        assert_eq!(play.after(wake, hidden), ["look acc-1"]);
        play.looked("INITIATED");
    }
}

#[test]
fn who_is_back_is_looked_after_though_nobody_watches() {
    let mut play = Play::in_popup();
    play.returned("&status=success");
    play.looked("INITIATED");
    let hidden = Surroundings {
        is_visible: false,
        ..BACK
    };
    assert!(play.after(100, hidden).is_empty());
    let wake = u64::from(play.wake_ms.expect("a wake-up"));
    assert_eq!(wake, 900, "as where it is seen");
    assert_eq!(play.after(wake, hidden), ["look acc-1"]);
    play.looked("INITIATED");
    let offline = Surroundings {
        is_online: false,
        ..BACK
    };
    assert!(play.after(100, offline).is_empty());
    let wake = u64::from(play.wake_ms.expect("a wake-up"));
    assert_eq!(
        wake, 14_900,
        "later, since the browser may be wrong about the network"
    );
    assert_eq!(play.after(wake, offline), ["look acc-1"]);
    play.looked("INITIATED");
    assert!(play.after(100, offline).is_empty());
    assert_eq!(play.after(100, BACK), ["look acc-1"], "at once");
}

#[test]
fn a_platform_that_stumbles_has_not_decided() {
    let mut play = Play::in_popup();
    play.after(1_000, BEHIND);
    play.refused(server_error());
    assert_eq!(play.state(), "waiting");
    let mut busy = server_error();
    busy.retry_after_ms = Some(20_000);
    play.after(5_000, BEHIND);
    play.refused(busy);
    assert!(play.after(19_000, BEHIND).is_empty(), "as asked");
    assert_eq!(play.after(1_000, BEHIND), ["look acc-1"]);
    play.refused(ConnectError::new(ErrorCode::Forbidden, "no"));
    assert_eq!(play.ended(), ("failed", Some(ErrorCode::Forbidden)));
}

#[test]
fn the_deadline_is_the_links_where_that_is_sooner_and_gets_a_last_look() {
    let mut play = Play::in_popup_until(Some(START_MS + 60_000));
    assert_eq!(play.snapshot().expires_at_ms, Some(START_MS + 60_000));
    assert_eq!(play.after(60_000, BEHIND), ["look acc-1"]);
    play.looked("INITIATED");
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
        "asked all the same"
    );
    play.looked("INITIATED");
    assert_eq!(play.ended(), ("failed", Some(ErrorCode::FlowExpired)));
}

#[test]
fn a_clock_that_is_ahead_of_the_platforms_ends_nothing() {
    let play = Play::in_popup_until(Some(START_MS - 60_000));
    assert_eq!(
        play.snapshot().expires_at_ms,
        Some(START_MS + LIFETIME_MS),
        "as where no time is told"
    );
}

#[test]
fn success_that_the_platform_does_not_confirm_in_time_can_be_asked_for_again() {
    let mut play = Play::in_popup();
    play.returned("&status=success");
    play.looked("INITIATED");
    assert_eq!(play.after(30_000, BACK), ["look acc-1"]);
    play.looked("INITIATED");
    assert_eq!(play.ended(), ("failed", Some(ErrorCode::Timeout)));
    play.retry_with_the_account();
    play.looked_and_connected();
}

#[test]
fn a_session_is_for_the_apps_server() {
    let mut play = Play::in_popup();
    assert_eq!(play.returned("&session_uri=urn:1"), ["look acc-1"]);
    let snapshot = play.snapshot();
    assert_eq!(
        (snapshot.state, snapshot.session_uri.as_deref()),
        ("completing", Some("urn:1"))
    );
    play.looked("INITIATED");
    assert!(
        !play.after(60_000, BACK).is_empty(),
        "asked until the attempt runs out"
    );
    play.looked_and_connected();
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
    assert_eq!(play.looked("ACTIVE"), [&ENDED[..], &["clean"]].concat());
}

#[test]
fn a_flow_owns_an_attempt_when_something_is_known_on_both_sides_and_all_that_is_agrees() {
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
fn a_callback_that_may_be_needed_again_stays_in_the_address() {
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
fn a_resumed_flow_looks_at_once_and_waits_on() {
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
    play.looked("INITIATED");
    assert_eq!(play.state(), "waiting");
    assert_eq!(
        play.event(FlowEvent::Hint(End::Pending)),
        ["look acc-1"],
        "another window has stored something"
    );
}

#[test]
fn a_page_that_is_back_waits() {
    for back in [true, false] {
        let mut play = Play::new(FlowMode::Redirect);
        play.submit(&[]);
        play.loaded(oauth());
        play.initiated(Some(URL));
        if back {
            assert_eq!(play.event(FlowEvent::CameBack), ["look acc-1"]);
        } else {
            assert!(play.after(9_999, BACK).is_empty());
            assert_eq!(play.after(1, BACK), ["look acc-1"]);
        }
        assert_eq!(play.state(), "waiting");
    }
}
