//! What ends a flow, and where it goes on.

use crate::support::flow::*;
use connect_flow::core::error::{ConnectError, ErrorCode, Issue};
use connect_flow::core::flow::{Flow, FlowEvent, FlowMode, Outcome};
use connect_flow::core::pending::{KEPT_MS, LIFETIME_MS, Outcome as End};

const ENDED: [&str; 4] = ["store connected", "abort", "unlisten", "close"];

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
        play.retry_with_the_account();
        play.looked_and_connected();
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
        play.retry_with_the_account();
        if is_there {
            play.looked_and_connected();
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
        play.looked_and_connected();

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
    play.now_ms += KEPT_MS;
    assert_eq!(
        play.event(FlowEvent::Retry),
        ["unlisten", "close", "reserve"]
    );
    let mut play = refused_in_popup(ErrorCode::Unauthorized);
    play.now_ms += LIFETIME_MS;
    play.retry_with_the_account();
    play.looked("INITIATED");
    assert_eq!(play.ended(), ("failed", Some(ErrorCode::FlowExpired)));
    assert_eq!(play.event(FlowEvent::Retry), ["unlisten", "reserve"]);
    let mut play = refused_in_popup(ErrorCode::Unauthorized);
    assert_eq!(
        play.event(FlowEvent::Dispose),
        ["abort", "unlisten", "leave"],
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
        play.retry_with_the_account();
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
        ["store cancelled", "abort", "unlisten", "close"]
    );
    assert_eq!(play.ended(), ("cancelled", Some(ErrorCode::Cancelled)));
    assert!(play.returned("&status=success").is_empty());

    let mut play = Play::in_popup();
    assert_eq!(
        play.event(FlowEvent::Dispose),
        ["abort", "unlisten", "leave"],
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

/// What a disposed flow has left, at another flow.
fn left(mut play: Play) -> Play {
    play.event(FlowEvent::Dispose);
    let mut next = Play::new(FlowMode::Popup);
    next.now_ms = play.now_ms;
    let effects = next.event(FlowEvent::Continue(play.left.expect("an attempt")));
    assert_eq!(effects.last().map(String::as_str), Some("look acc-1"));
    next
}

#[test]
fn the_next_flow_goes_on_with_the_attempt_and_its_popup() {
    let mut play = left(Play::in_popup());
    play.looked("INITIATED");
    let snapshot = play.snapshot();
    assert_eq!(
        (snapshot.state, snapshot.is_popup_open),
        ("waiting", Some(true))
    );
    play.returned("&status=success");
    assert_eq!(play.looked("ACTIVE"), ENDED);

    // Closed meanwhile: asked once, then it is over.
    let mut play = left(Play::in_popup());
    play.looked("INITIATED");
    play.after(10, BACK);
    play.looked("INITIATED");
    play.after(2_000, BACK);
    assert_eq!(play.ended(), ("cancelled", Some(ErrorCode::PopupClosed)));

    // With what its user came back with.
    let mut play = Play::in_popup();
    play.returned("&session_uri=urn%3A1");
    let mut play = left(play);
    assert_eq!(play.state(), "completing");
    play.looked_and_connected();

    let mut play = Play::in_popup();
    play.now_ms += LIFETIME_MS;
    let mut play = left(play);
    play.looked("INITIATED");
    assert_eq!(play.ended(), ("failed", Some(ErrorCode::FlowExpired)));

    // One that waits for nobody: another try would make a second account.
    let mut play = Play::new(FlowMode::Popup);
    play.load();
    play.loaded(api_key());
    play.submit(&[("api_key", "sk-1")]);
    play.initiated(None);
    left(play).looked_and_connected();
}

#[test]
fn an_attempt_that_would_leave_the_page_is_not_gone_on_with() {
    let mut play = Play::new(FlowMode::Redirect);
    play.submit(&[]);
    play.loaded(oauth());
    play.initiated(Some(URL));
    play.event(FlowEvent::CameBack);
    assert_eq!(play.event(FlowEvent::Dispose), ["abort", "unlisten"]);
}

#[test]
fn what_another_flow_of_the_attempt_has_ended_has_ended_here() {
    let mut play = Play::in_popup();
    play.event(FlowEvent::Hint(End::Cancelled));
    assert_eq!(play.ended(), ("cancelled", Some(ErrorCode::Cancelled)));
    assert!(play.returned("&status=success").is_empty());

    for status in ["ACTIVE", "INITIATED"] {
        let mut play = Play::in_popup();
        play.event(FlowEvent::Hint(End::Failed));
        play.looked(status);
        assert_eq!(play.ended(), ("failed", Some(ErrorCode::CallbackReplayed)));
        let id = play.snapshot().error.unwrap().connected_account_id.clone();
        assert_eq!(id.as_deref(), Some("acc-1"));
    }
}

#[test]
fn who_was_too_slow_is_looked_at_once_more() {
    for (status, ended) in [
        ("ACTIVE", ("connected", None)),
        ("INITIATED", ("failed", Some(ErrorCode::FlowExpired))),
    ] {
        let mut play = Play::in_popup();
        play.after(LIFETIME_MS, BEHIND);
        play.looked("INITIATED");
        assert_eq!(play.ended(), ("failed", Some(ErrorCode::FlowExpired)));
        play.now_ms += 60_000;
        assert_eq!(play.returned("&status=success"), ["listen", "look acc-1"]);
        play.looked(status);
        assert_eq!(play.ended(), ended);
    }
}
