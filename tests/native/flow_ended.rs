//! How a flow ends, and where it continues.

use crate::core::error::{ConnectError, ErrorCode, Issue};
use crate::core::flow::{Flow, FlowEvent, FlowMode, WorkResult};
use crate::core::pending::{AttemptOutcome, KEPT_MS, LIFETIME_MS};
use crate::tests::support::flow::*;

const ENDED: [&str; 4] = ["store connected", "abort", "unlisten", "close"];

#[test]
fn a_navigation_that_does_not_happen_fails_the_flow() {
    for mode in [FlowMode::Redirect, FlowMode::Popup] {
        let mut play = Play::new(mode);
        play.submit(&[]);
        if mode == FlowMode::Popup {
            play.reserved(true);
        }
        play.loaded(oauth());
        play.initiated(Some(URL));
        let error = ConnectError::new(ErrorCode::RedirectRefused, "");
        let effects = play.event(FlowEvent::NavigationFailed(error));
        assert_eq!(play.ended(), ("failed", Some(ErrorCode::RedirectRefused)));
        assert_eq!(effects, ["store failed", "abort", "unlisten", "close"]);
    }
}

#[test]
fn the_platforms_issue_with_a_field_returns_the_flow_to_ready() {
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
fn an_issue_with_an_unknown_field_loads_the_fields_again() {
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
fn retry_starts_at_the_step_that_failed() {
    let mut play = Play::new(FlowMode::Auto);
    play.load();
    play.refused(server_error());
    assert_eq!(play.event(FlowEvent::Retry), ["unlisten", "load"]);
    play.loaded(api_key());
    play.submit(&[("api_key", "sk-1")]);
    play.refused(server_error());
    assert_eq!(play.ended(), ("failed", Some(ErrorCode::Server)));
    assert_eq!(play.event(FlowEvent::Retry), ["unlisten"]);
    assert_eq!(play.state(), "ready", "typed values are not kept");
}

#[test]
fn retry_after_a_refused_check_keeps_the_account() {
    for code in [ErrorCode::Unauthorized, ErrorCode::InvalidRequest] {
        let mut play = Play::in_popup();
        play.returned("&status=success");
        play.refused(ConnectError::new(code, "no"));
        assert_eq!(play.ended(), ("failed", Some(code)));
        play.retry_with_the_account();
        play.checked_and_connected();
    }
}

#[test]
fn retry_checks_a_missing_account_once_before_it_starts_over() {
    let missing = || ConnectError::new(ErrorCode::NotFound, "no such account");
    for is_there in [true, false] {
        let mut play = Play::in_popup();
        play.returned("&status=success");
        play.refused(missing());
        assert_eq!(play.ended(), ("failed", Some(ErrorCode::NotFound)));
        play.retry_with_the_account();
        if is_there {
            play.checked_and_connected();
        } else {
            play.refused(missing());
            assert_eq!(play.event(FlowEvent::Retry), ["unlisten", "reserve"]);
        }
    }
}

#[test]
fn a_callback_after_a_refused_check_of_an_expired_attempt_is_checked() {
    let mut record = record(START_MS);
    record.is_popup = true;
    let mut play = Play::of(Flow::new(options(FlowMode::Popup), None));
    play.now_ms = record.expires_at_ms;
    play.event(FlowEvent::Resume(record, None));
    play.refused(ConnectError::new(ErrorCode::Server, "no"));
    assert_eq!(play.state(), "failed");
    let effects = play.returned("&status=success");
    assert!(effects.contains(&"look acc-1".to_owned()), "{effects:?}");
    play.checked("ACTIVE");
    assert_eq!(play.state(), "connected");
}

/// A flow whose check was refused while its popup is open.
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
fn a_refused_check_keeps_the_popup_open() {
    for code in [
        ErrorCode::Unauthorized,
        ErrorCode::Forbidden,
        ErrorCode::NotFound,
    ] {
        let mut play = refused_in_popup(code);
        play.event(FlowEvent::Retry);
        play.checked("INITIATED");
        assert_eq!(play.state_and_popup(), ("waiting", Some(true)));
        play.returned("&status=success");
        play.checked_and_connected();

        // The user finishes in the popup before a retry.
        let mut play = refused_in_popup(code);
        assert_eq!(play.returned("&status=success"), ["listen", "look acc-1"]);
        assert_eq!(play.checked("ACTIVE"), ENDED);

        let mut play = refused_in_popup(code);
        play.returned("&error=access_denied");
        assert_eq!(play.ended(), ("failed", Some(ErrorCode::AccessDenied)));
        assert_eq!(play.event(FlowEvent::Retry), ["unlisten", "reserve"]);
    }
}

#[test]
fn retry_after_a_refused_check_starts_over_once_the_attempt_is_too_old() {
    let mut play = refused_in_popup(ErrorCode::Unauthorized);
    play.now_ms += KEPT_MS;
    assert_eq!(
        play.event(FlowEvent::Retry),
        ["unlisten", "close", "reserve"]
    );
    let mut play = refused_in_popup(ErrorCode::Unauthorized);
    play.now_ms += LIFETIME_MS;
    play.retry_with_the_account();
    play.checked("INITIATED");
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
fn an_account_without_a_redirect_url_is_checked_for_30_seconds() {
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
            play.checked("INITIATED");
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
fn an_app_without_auth_fails_with_connection_not_needed() {
    let mut play = Play::new(FlowMode::Auto);
    play.load();
    play.loaded(params("NO_AUTH", vec![]));
    assert_eq!(
        play.ended(),
        ("failed", Some(ErrorCode::ConnectionNotNeeded))
    );
}

#[test]
fn an_in_app_browser_fails_an_oauth_flow_and_allows_an_api_key() {
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
    let error = play.snapshot().error.unwrap();
    assert_eq!(error.in_app_browser, Some("instagram"));
    let mut play = of(api_key());
    assert_eq!(play.snapshot().in_app_browser, None);
    assert_eq!(
        play.submit(&[("api_key", "sk-1")]),
        ["initiate api_key=sk-1"]
    );
}

#[test]
fn cancel_ends_the_attempt_and_dispose_leaves_it_to_the_next_flow() {
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
fn an_answer_after_cancel_is_ignored() {
    let mut play = Play::new(FlowMode::Auto);
    play.load();
    let (number, _) = play.work.clone().unwrap();
    play.event(FlowEvent::Cancel);
    assert!(
        play.event(FlowEvent::Done(number, WorkResult::Loaded(Ok(oauth()))))
            .is_empty()
    );
    assert_eq!(play.state(), "cancelled");
}

/// Disposes of a flow. Returns another one that continues its attempt.
fn left(mut play: Play) -> Play {
    play.event(FlowEvent::Dispose);
    let mut next = Play::new(FlowMode::Popup);
    next.now_ms = play.now_ms;
    let effects = next.event(FlowEvent::TakeOver(play.left.expect("an attempt")));
    assert_eq!(effects.last().map(String::as_str), Some("look acc-1"));
    next
}

#[test]
fn the_next_flow_continues_the_attempt_with_its_popup_and_callback() {
    let mut play = left(Play::in_popup());
    play.checked("INITIATED");
    assert_eq!(play.state_and_popup(), ("waiting", Some(true)));
    play.returned("&status=success");
    assert_eq!(play.checked("ACTIVE"), ENDED);

    // The popup was closed meanwhile.
    let mut play = left(Play::in_popup());
    play.checked("INITIATED");
    play.after(10, BACK);
    play.checked("INITIATED");
    play.after(2_000, BACK);
    assert_eq!(play.ended(), ("cancelled", Some(ErrorCode::PopupClosed)));

    // A callback was being checked.
    let mut play = Play::in_popup();
    play.returned("&session_uri=urn%3A1");
    let mut play = left(play);
    assert_eq!(play.state(), "completing");
    play.checked_and_connected();

    let mut play = Play::in_popup();
    play.now_ms += LIFETIME_MS;
    let mut play = left(play);
    play.checked("INITIATED");
    assert_eq!(play.ended(), ("failed", Some(ErrorCode::FlowExpired)));

    // Without a redirect URL. A new attempt would create a second account.
    let mut play = Play::new(FlowMode::Popup);
    play.load();
    play.loaded(api_key());
    play.submit(&[("api_key", "sk-1")]);
    play.initiated(None);
    left(play).checked_and_connected();
}

#[test]
fn a_redirect_attempt_is_not_left_to_the_next_flow() {
    let mut play = Play::new(FlowMode::Redirect);
    play.submit(&[]);
    play.loaded(oauth());
    play.initiated(Some(URL));
    play.event(FlowEvent::PageRestored);
    assert_eq!(play.event(FlowEvent::Dispose), ["abort", "unlisten"]);
}

#[test]
fn an_attempt_that_another_flow_ended_ends_here() {
    let mut play = Play::in_popup();
    play.event(FlowEvent::RecordChanged(AttemptOutcome::Cancelled));
    assert_eq!(play.ended(), ("cancelled", Some(ErrorCode::Cancelled)));
    assert!(play.returned("&status=success").is_empty());

    for status in ["ACTIVE", "INITIATED"] {
        let mut play = Play::in_popup();
        play.event(FlowEvent::RecordChanged(AttemptOutcome::Failed));
        play.checked(status);
        assert_eq!(play.ended(), ("failed", Some(ErrorCode::CallbackReplayed)));
        let id = play.snapshot().error.unwrap().connected_account_id.clone();
        assert_eq!(id.as_deref(), Some("acc-1"));
    }
}

#[test]
fn an_answer_from_before_another_flow_ended_the_attempt_decides_nothing() {
    for (status, code) in [
        ("FAILED", ErrorCode::AccountFailed),
        ("INITIATED", ErrorCode::CallbackReplayed),
    ] {
        let mut play = Play::in_popup();
        assert_eq!(play.after(1_000, BEHIND), ["look acc-1"]);
        play.event(FlowEvent::RecordChanged(AttemptOutcome::Failed));
        play.checked("INITIATED");
        assert_eq!(play.after(0, BEHIND), ["look acc-1"]);
        play.checked(status);
        assert_eq!(play.ended(), ("failed", Some(code)));
    }
    let mut play = Play::in_popup();
    assert_eq!(play.after(1_000, BEHIND), ["look acc-1"]);
    play.event(FlowEvent::RecordChanged(AttemptOutcome::Failed));
    play.checked("ACTIVE");
    assert_eq!(play.ended(), ("failed", Some(ErrorCode::CallbackReplayed)));
}

#[test]
fn a_callback_after_expiry_is_checked_once() {
    for (status, ended) in [
        ("ACTIVE", ("connected", None)),
        ("INITIATED", ("failed", Some(ErrorCode::FlowExpired))),
    ] {
        let mut play = Play::in_popup();
        play.after(LIFETIME_MS, BEHIND);
        play.checked("INITIATED");
        assert_eq!(play.ended(), ("failed", Some(ErrorCode::FlowExpired)));
        play.now_ms += 60_000;
        assert_eq!(play.returned("&status=success"), ["listen", "look acc-1"]);
        play.checked(status);
        assert_eq!(play.ended(), ended);
    }
}
