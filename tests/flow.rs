//! The flow's way through its states, as a user and a browser bring it about.

use crate::support::flow::*;
use connect_flow::core::error::{ConnectError, ErrorCode, Issue};
use connect_flow::core::flow::{Flow, FlowEvent, FlowMode, Outcome, Surroundings};
use connect_flow::core::pending::{LIFETIME_MS, Outcome as End};

const ENDED: [&str; 4] = ["store connected", "abort", "unlisten", "close"];

#[test]
fn by_popup_from_the_fields_to_the_account() {
    let mut play = Play::new(FlowMode::Popup);
    assert_eq!(play.state(), "idle");
    assert_eq!(play.load(), ["load"]);
    assert_eq!(play.state(), "loading");
    assert!(play.loaded(oauth()).is_empty());
    let ready = play.snapshot();
    assert_eq!(
        (ready.state, ready.issues, ready.in_app_browser),
        ("ready", Some(vec![]), None)
    );
    assert_eq!(play.submit(&[]), ["reserve"]);
    assert_eq!(play.state(), "initiating");
    assert_eq!(play.reserved(true), ["initiate"]);
    let sent = play.initiated(Some(URL));
    assert_eq!(
        sent,
        ["store pending", "listen", &format!("navigate {URL}")]
    );
    assert!(play.records[0].is_popup);
    let waiting = play.snapshot();
    assert_eq!(
        (waiting.state, waiting.is_popup_open),
        ("waiting", Some(true))
    );
    assert_eq!(waiting.expires_at_ms, Some(START_MS + LIFETIME_MS));
    assert_eq!(waiting.flow_id.as_ref(), Some(&play.records[0].flow_id));

    assert_eq!(play.returned("&status=success"), ["look acc-1"]);
    assert_eq!(play.state(), "verifying");
    assert_eq!(play.looked("ACTIVE"), ENDED);
    let connected = play.snapshot();
    assert_eq!(connected.state, "connected");
    assert_eq!(
        connected.account.map(|account| account.id).as_deref(),
        Some("acc-1")
    );
    assert_eq!(connected.return_to.as_deref(), Some("/settings"));
    assert_eq!(play.records[1].outcome, End::Connected);
}

#[test]
fn by_redirect_the_page_leaves() {
    for (mode, blank) in [(FlowMode::Redirect, None), (FlowMode::Auto, Some(false))] {
        let mut play = Play::new(mode);
        play.load();
        play.loaded(oauth());
        play.submit(&[]);
        if let Some(is_there) = blank {
            assert_eq!(play.reserved(is_there), ["initiate"]);
        }
        let sent = play.initiated(Some(URL));
        assert_eq!(
            sent,
            ["store pending", "listen", &format!("leave {URL}")],
            "{mode:?}"
        );
        assert_eq!(play.state(), "redirecting");
        assert!(!play.records[0].is_popup);
        assert!(play.flow.is_settled());
    }
}

#[test]
fn a_key_is_saved_without_a_popup() {
    let mut play = Play::new(FlowMode::Popup);
    play.load();
    play.loaded(api_key());
    assert!(play.submit(&[]).is_empty());
    let issues = play.snapshot().issues.unwrap();
    assert_eq!(
        (play.state(), issues[0].code, issues[0].field.as_str()),
        ("ready", "required", "api_key")
    );
    assert_eq!(
        play.submit(&[("api_key", "sk-1")]),
        ["initiate api_key=sk-1"]
    );
    assert_eq!(play.initiated(None), ["look acc-1"]);
    assert_eq!(play.state(), "verifying");
    assert_eq!(play.looked("ACTIVE"), &ENDED[1..]);
    assert_eq!(play.state(), "connected");
}

#[test]
fn one_click_without_fields_does_it_all() {
    let mut play = Play::new(FlowMode::Popup);
    assert_eq!(play.submit(&[]), ["reserve"]);
    assert_eq!(play.reserved(true), ["load"]);
    assert_eq!(play.loaded(oauth()), ["initiate"]);
    play.initiated(Some(URL));
    assert_eq!(play.state(), "waiting");
}

#[test]
fn one_click_stops_where_fields_are_to_be_asked_for() {
    let mut play = Play::new(FlowMode::Auto);
    play.submit(&[]);
    play.reserved(true);
    assert_eq!(play.loaded(api_key()), ["close"]);
    assert_eq!(
        (play.state(), play.snapshot().issues),
        ("ready", Some(vec![]))
    );

    let mut play = Play::new(FlowMode::Auto);
    play.submit(&[("other", "x")]);
    play.reserved(true);
    assert_eq!(play.loaded(api_key()), ["close"]);
    assert_eq!(play.snapshot().issues.unwrap().len(), 1);

    let mut play = Play::new(FlowMode::Auto);
    play.submit(&[("api_key", "sk-1")]);
    play.reserved(true);
    assert_eq!(play.loaded(api_key()), ["close", "initiate api_key=sk-1"]);
}

#[test]
fn defaults_count_as_given() {
    let mut play = Play::new(FlowMode::Redirect);
    play.load();
    play.loaded(params("API_KEY", vec![field("region", true, Some("eu"))]));
    assert_eq!(play.submit(&[]), ["initiate region=eu"]);
}

#[test]
fn a_blocked_popup_starts_nothing_and_the_next_click_goes_on() {
    let mut play = Play::new(FlowMode::Popup);
    play.load();
    play.loaded(oauth());
    play.submit(&[]);
    assert_eq!(play.reserved(false), ["abort", "unlisten", "close"]);
    assert_eq!(play.ended(), ("failed", Some(ErrorCode::PopupBlocked)));
    assert!(play.snapshot().error.unwrap().retryable);
    assert_eq!(play.event(FlowEvent::Retry), ["unlisten", "reserve"]);
    assert_eq!(play.reserved(true), ["initiate"]);
}

#[test]
fn a_popup_that_nobody_expected_waits_for_a_click() {
    // An API key's integration that redirects after all.
    let mut play = Play::new(FlowMode::Popup);
    play.load();
    play.loaded(params("API_KEY", vec![]));
    assert_eq!(play.submit(&[]), ["initiate"]);
    assert_eq!(play.initiated(Some(URL)), ["abort", "unlisten", "close"]);
    assert_eq!(play.ended(), ("failed", Some(ErrorCode::PopupBlocked)));
    assert_eq!(play.event(FlowEvent::Retry), ["unlisten", "reserve"]);
    let sent = play.reserved(true);
    assert_eq!(
        sent,
        ["store pending", "listen", &format!("navigate {URL}")],
        "no second account"
    );
}

#[test]
fn a_link_that_ran_out_is_minted_again_on_retry() {
    let mut play = Play::new(FlowMode::Popup);
    play.load();
    play.loaded(params("API_KEY", vec![]));
    play.submit(&[]);
    play.initiated(Some(URL));
    play.now_ms += LIFETIME_MS;
    assert_eq!(play.event(FlowEvent::Retry), ["unlisten", "initiate"]);
}

#[test]
fn a_popup_that_is_closed_while_blank_is_a_cancel() {
    let mut play = Play::new(FlowMode::Auto);
    play.load();
    play.loaded(oauth());
    play.submit(&[]);
    play.reserved(true);
    assert!(play.wake_ms.is_some());
    assert!(play.after(300, BEHIND).is_empty());
    assert_eq!(play.after(300, BACK), ["abort", "unlisten", "close"]);
    assert_eq!(play.ended(), ("cancelled", Some(ErrorCode::PopupClosed)));
}

#[test]
fn a_closed_popup_is_a_question_to_the_platform() {
    let mut play = Play::in_popup();
    assert_eq!(play.after(300, BACK), ["look acc-1"]);
    assert_eq!(play.state(), "verifying");
    play.looked("INITIATED");
    assert_eq!(play.state(), "verifying");
    assert_eq!(play.after(500, BACK), ["look acc-1"]);
    play.looked("INITIATED");
    assert_eq!(play.after(1_000, BACK), ["abort", "unwatch", "close"]);
    assert_eq!(play.ended(), ("cancelled", Some(ErrorCode::PopupClosed)));
    assert!(play.now_ms < START_MS + 3_000, "within three seconds");
}

#[test]
fn a_closed_popup_whose_account_is_active_is_connected() {
    let mut play = Play::in_popup();
    play.after(300, BACK);
    play.looked("INITIATED");
    play.after(500, BACK);
    play.looked("ACTIVE");
    assert_eq!(play.state(), "connected");
}

#[test]
fn a_popup_that_only_looks_closed_goes_on() {
    let mut play = Play::in_popup();
    let isolated = Surroundings {
        is_popup_closed: true,
        ..BEHIND
    };
    assert_eq!(play.after(300, isolated), ["look acc-1"]);
    play.looked("INITIATED");
    play.after(500, isolated);
    play.looked("INITIATED");
    play.after(1_000, isolated);
    let snapshot = play.snapshot();
    assert_eq!(
        (snapshot.state, snapshot.is_popup_open),
        ("waiting", Some(false))
    );
    // Whoever comes back to the page later may only want to read something there.
    play.after(60_000, BACK);
    play.looked("INITIATED");
    assert_eq!(play.state(), "waiting");
    play.returned("&status=success");
    play.looked("ACTIVE");
    assert_eq!(play.state(), "connected");
}

#[test]
fn a_callback_heals_a_false_cancel() {
    let mut play = Play::in_popup();
    play.after(300, BACK);
    play.looked("INITIATED");
    play.after(1_500, BACK);
    assert_eq!(play.state(), "cancelled");
    assert_eq!(play.returned("&status=success"), ["listen", "look acc-1"]);
    play.looked("ACTIVE");
    assert_eq!(play.state(), "connected");
}

#[test]
fn a_popup_that_is_back_closes_itself_however_the_flow_learned_of_it() {
    let mut play = Play::in_popup();
    assert!(play.flow.is_by_popup());
    play.after(300, BACK);
    play.looked("INITIATED");
    play.after(1_500, BACK);
    assert_eq!(play.state(), "cancelled");
    assert!(play.flow.is_by_popup(), "it only looked closed");

    // The platform's word may be faster than the callback, and the popup is where it cannot be closed.
    let mut play = Play::in_popup();
    play.after(5_000, BEHIND);
    assert_eq!(
        play.looked("ACTIVE"),
        ["store connected", "abort", "unwatch", "close"],
        "still listening"
    );
    assert!(play.flow.is_by_popup());
    assert_eq!(play.returned("&status=success"), ["unlisten"]);
    assert_eq!(play.state(), "connected");
    assert!(!play.flow.is_by_popup());
    assert!(play.returned("&status=success").is_empty());

    let mut play = Play::in_popup();
    play.after(5_000, BEHIND);
    let effects = play.looked("FAILED");
    assert_eq!(effects, ["store failed", "abort", "unwatch", "close"]);
    assert_eq!(play.ended(), ("failed", Some(ErrorCode::AccountFailed)));
    assert!(play.flow.is_by_popup());
    assert_eq!(
        play.returned("&status=failed&error=access_denied"),
        ["unlisten"]
    );
    assert_eq!(
        play.ended(),
        ("failed", Some(ErrorCode::AccessDenied)),
        "the callback knows why"
    );
    assert!(!play.flow.is_by_popup());

    let mut play = Play::of(Flow::new(Default::default(), None));
    let mut popup = record(START_MS);
    popup.is_popup = true;
    play.event(FlowEvent::Resume(popup, None));
    assert!(
        play.flow.is_by_popup(),
        "the page was reloaded since it opened the popup"
    );

    let mut play = Play::of(Flow::new(Default::default(), None));
    play.event(FlowEvent::Resume(record(START_MS), None));
    assert!(!play.flow.is_by_popup());
}

#[test]
fn whoever_is_not_back_when_the_attempts_time_is_over_is_not_listened_for() {
    let ends: [fn(&mut Play); 3] = [
        |play| drop(play.looked("ACTIVE")),
        |play| drop(play.looked("FAILED")),
        |play| {
            play.looked("INITIATED");
            play.after(100, BACK);
            play.looked("INITIATED");
            play.after(1_500, BACK);
        },
    ];
    for end in ends {
        let mut play = Play::in_popup();
        play.after(5_000, BEHIND);
        end(&mut play);
        let before = play.snapshot();
        assert!(play.flow.is_settled() && play.flow.is_by_popup());
        assert!(play.after(60_000, BEHIND).is_empty(), "still listening");
        let wake_ms = u64::from(play.wake_ms.expect("a wake-up"));
        assert_eq!(play.after(wake_ms, BEHIND), ["unlisten"]);
        assert_eq!(play.wake_ms, None);
        assert!(!play.flow.is_by_popup());
        assert_eq!(play.snapshot(), before);
    }
}

#[test]
fn a_look_that_began_before_the_popup_closed_decides_nothing() {
    let mut play = Play::in_popup();
    assert_eq!(play.after(1_000, BEHIND), ["look acc-1"]);
    play.after(100, BACK);
    assert!(play.after(2_000, BACK).is_empty());
    assert_eq!(play.state(), "verifying");
    play.looked("INITIATED");
    assert_eq!(play.after(500, BACK), ["look acc-1"]);
    play.looked("ACTIVE");
    assert_eq!(play.state(), "connected");
}

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
        for _ in 0..100 {
            assert!(play.after(300, away).is_empty(), "{away:?}");
        }
        assert_eq!(play.after(1, BEHIND), ["look acc-1"], "at once");
        play.looked("INITIATED");
    }
}

#[test]
fn without_a_popup_nothing_wakes_a_page_that_nobody_watches() {
    let mut play = Play::new(FlowMode::Redirect);
    play.event(FlowEvent::Resume(record(START_MS), None));
    play.looked("INITIATED");
    let hidden = Surroundings {
        is_visible: false,
        ..BEHIND
    };
    play.after(100, hidden);
    assert_eq!(
        u64::from(play.wake_ms.unwrap()),
        LIFETIME_MS - 100,
        "not before the deadline"
    );
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
    assert!(wake > 20_000, "without a network not before the deadline");
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
    play.after(LIFETIME_MS, offline);
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
    assert_eq!(
        play.event(FlowEvent::Retry),
        ["unlisten", "listen", "look acc-1"]
    );
    play.looked("ACTIVE");
    assert_eq!(play.state(), "connected");
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
    play.looked("ACTIVE");
    assert_eq!(play.state(), "connected");
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

    let mut other = record(START_MS);
    other.app = Some("slack".to_owned());
    assert!(!play.flow.is_own(&other));
    let mut other = record(START_MS);
    other.entity_id = "Melissa".to_owned();
    assert!(!play.flow.is_own(&other));
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
        play.event(FlowEvent::Hint),
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

#[test]
fn where_the_browser_does_not_go_nobody_is_waited_for() {
    for mode in [FlowMode::Redirect, FlowMode::Popup] {
        let mut play = Play::new(mode);
        play.submit(&[]);
        if mode == FlowMode::Popup {
            play.reserved(true);
        }
        play.loaded(oauth());
        play.initiated(Some(URL));
        let error = ConnectError::new(ErrorCode::RedirectRefused, "");
        let effects = play.event(FlowEvent::NotLeft(error));
        assert_eq!(play.ended(), ("failed", Some(ErrorCode::RedirectRefused)));
        assert_eq!(effects, ["store failed", "abort", "unlisten", "close"]);
    }
}

#[test]
fn what_the_platform_says_of_a_field_is_shown_at_the_field() {
    let mut play = Play::new(FlowMode::Auto);
    play.load();
    play.loaded(params("OAUTH2", vec![field("subdomain", true, None)]));
    play.submit(&[("subdomain", "acme")]);
    play.reserved(true);
    let issue = Issue {
        code: "format",
        field: "subdomain".to_owned(),
        message: "unknown".to_owned(),
        params: Vec::new(),
    };
    let error = ConnectError::new(ErrorCode::FieldsInvalid, "").with_issues(vec![issue]);
    assert!(play.refused(error).contains(&"close".to_owned()));
    assert_eq!(
        (play.state(), play.snapshot().issues.unwrap().len()),
        ("ready", 1)
    );
}

#[test]
fn a_field_that_is_news_to_the_flow_is_listed_before_anything_is_said_of_it() {
    let mut play = Play::new(FlowMode::Auto);
    play.load();
    play.loaded(api_key());
    play.submit(&[("api_key", "sk-1")]);
    let issue = |field: &str| Issue {
        code: "required",
        field: field.to_owned(),
        message: "missing".to_owned(),
        params: Vec::new(),
    };
    let issues = vec![issue("region"), issue("gone")];
    let effects = play.refused(ConnectError::new(ErrorCode::FieldsInvalid, "").with_issues(issues));
    assert_eq!(effects, ["abort", "unlisten", "close", "load"]);
    assert_eq!(play.state(), "loading");
    play.loaded(params(
        "API_KEY",
        vec![field("region", true, None), field("api_key", true, None)],
    ));
    let snapshot = play.snapshot();
    assert_eq!(
        (snapshot.state, snapshot.issues),
        ("ready", Some(vec![issue("region")]))
    );
    assert_eq!(snapshot.expected_input_fields.len(), 2);
}

#[test]
fn retry_begins_where_it_went_wrong() {
    let mut play = Play::new(FlowMode::Auto);
    play.load();
    play.refused(server_error());
    assert_eq!(play.event(FlowEvent::Retry), ["unlisten", "load"]);
    play.loaded(api_key());
    play.submit(&[("api_key", "sk-1")]);
    play.refused(server_error());
    assert_eq!(play.ended(), ("failed", Some(ErrorCode::Server)));
    assert_eq!(play.event(FlowEvent::Retry), ["unlisten"]);
    assert_eq!(play.state(), "ready", "what was typed is gone");
}

#[test]
fn a_look_that_was_refused_is_no_reason_for_a_second_account() {
    for code in [ErrorCode::Unauthorized, ErrorCode::InvalidRequest] {
        let mut play = Play::in_popup();
        play.returned("&status=success");
        play.refused(ConnectError::new(code, "no"));
        assert_eq!(play.ended(), ("failed", Some(code)));
        assert_eq!(
            play.event(FlowEvent::Retry),
            ["unlisten", "listen", "look acc-1"]
        );
        play.looked("ACTIVE");
        assert_eq!(play.state(), "connected");
    }
}

#[test]
fn an_account_that_is_missing_is_looked_for_once_more() {
    let missing = || ConnectError::new(ErrorCode::NotFound, "no such account");
    for is_there in [true, false] {
        let mut play = Play::in_popup();
        play.returned("&status=success");
        play.refused(missing());
        assert_eq!(play.ended(), ("failed", Some(ErrorCode::NotFound)));
        assert_eq!(
            play.event(FlowEvent::Retry),
            ["unlisten", "listen", "look acc-1"]
        );
        if is_there {
            play.looked("ACTIVE");
            assert_eq!(play.state(), "connected");
        } else {
            play.refused(missing());
            assert_eq!(play.event(FlowEvent::Retry), ["unlisten", "reserve"]);
        }
    }
}

/// In a popup, after a look that was refused: the popup is still there.
fn refused_in_popup(code: ErrorCode) -> Play {
    let mut play = Play::in_popup();
    play.after(1_000, BEHIND);
    let effects = play.refused(ConnectError::new(code, "no"));
    assert_eq!(effects, ["abort", "unwatch"]);
    assert_eq!(play.ended(), ("failed", Some(code)));
    assert!(play.flow.is_by_popup());
    play
}

#[test]
fn a_refused_look_leaves_the_user_in_the_popup() {
    for code in [
        ErrorCode::Unauthorized,
        ErrorCode::Forbidden,
        ErrorCode::NotFound,
    ] {
        let mut play = refused_in_popup(code);
        play.event(FlowEvent::Retry);
        play.looked("INITIATED");
        let snapshot = play.snapshot();
        assert_eq!(
            (snapshot.state, snapshot.is_popup_open),
            ("waiting", Some(true))
        );
        play.returned("&status=success");
        play.looked("ACTIVE");
        assert_eq!(play.state(), "connected");

        // Who finishes there before anybody has tried again.
        let mut play = refused_in_popup(code);
        assert_eq!(play.returned("&status=success"), ["listen", "look acc-1"]);
        assert_eq!(play.looked("ACTIVE"), ENDED);

        let mut play = refused_in_popup(code);
        play.returned("&error=access_denied");
        assert_eq!(play.ended(), ("failed", Some(ErrorCode::AccessDenied)));
        assert_eq!(play.event(FlowEvent::Retry), ["unlisten", "reserve"]);
    }
}

#[test]
fn a_refused_look_is_forgotten_with_the_attempt() {
    let mut play = refused_in_popup(ErrorCode::Unauthorized);
    play.now_ms += LIFETIME_MS;
    assert_eq!(
        play.event(FlowEvent::Retry),
        ["unlisten", "close", "reserve"]
    );
    let mut play = refused_in_popup(ErrorCode::Unauthorized);
    assert_eq!(
        play.event(FlowEvent::Dispose),
        ["abort", "unlisten"],
        "the user may still finish"
    );
}

#[test]
fn an_account_that_waits_for_nobody_is_waited_for_half_a_minute() {
    for late in [true, false] {
        let mut play = Play::new(FlowMode::Popup);
        play.load();
        play.loaded(api_key());
        play.submit(&[("api_key", "sk-1")]);
        play.initiated(None);
        play.refused(server_error());
        assert_eq!(play.state(), "verifying");
        assert_eq!(play.after(30_000, BEHIND), ["look acc-1"]);
        let code = if late {
            play.looked("INITIATED");
            ErrorCode::Timeout
        } else {
            play.refused(server_error());
            ErrorCode::Server
        };
        assert_eq!(play.ended(), ("failed", Some(code)));
        assert_eq!(
            play.event(FlowEvent::Retry),
            ["unlisten", "listen", "look acc-1"]
        );
    }
}

#[test]
fn an_app_that_needs_no_connection_says_so() {
    let mut play = Play::new(FlowMode::Auto);
    play.load();
    play.loaded(params("NO_AUTH", vec![]));
    assert_eq!(
        play.ended(),
        ("failed", Some(ErrorCode::ConnectionNotNeeded))
    );
}

#[test]
fn in_another_apps_browser_nobody_is_sent_to_sign_in() {
    let of = |params| {
        let mut play = Play::of(Flow::new(options(FlowMode::Auto), Some("instagram")));
        play.load();
        play.loaded(params);
        play
    };
    let mut play = of(oauth());
    assert_eq!(play.snapshot().in_app_browser, Some("instagram"));
    play.submit(&[]);
    assert_eq!(play.ended(), ("failed", Some(ErrorCode::InAppBrowser)));
    assert_eq!(
        play.snapshot().error.unwrap().error.as_deref(),
        Some("instagram")
    );
    let mut play = of(api_key());
    assert_eq!(play.snapshot().in_app_browser, None);
    assert_eq!(
        play.submit(&[("api_key", "sk-1")]),
        ["initiate api_key=sk-1"]
    );
}

#[test]
fn cancel_refuses_the_callback_and_dispose_leaves_it_alone() {
    let mut play = Play::in_popup();
    assert_eq!(
        play.event(FlowEvent::Cancel),
        ["store failed", "abort", "unlisten", "close"]
    );
    assert_eq!(play.ended(), ("cancelled", Some(ErrorCode::Cancelled)));
    assert!(play.returned("&status=success").is_empty());

    let mut play = Play::in_popup();
    assert_eq!(
        play.event(FlowEvent::Dispose),
        ["abort", "unlisten"],
        "the user may still finish"
    );
    assert_eq!(play.records.len(), 1);
    play.event(FlowEvent::Dispose);
    assert_eq!(play.state(), "cancelled");
}

#[test]
fn what_comes_too_late_is_passed_over() {
    let mut play = Play::new(FlowMode::Auto);
    play.load();
    let (number, _) = play.work.clone().unwrap();
    play.event(FlowEvent::Cancel);
    assert!(
        play.event(FlowEvent::Done(number, Outcome::Loaded(Ok(oauth()))))
            .is_empty()
    );
    assert_eq!(play.state(), "cancelled");
}
