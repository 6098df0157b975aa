//! The flow's states, driven by the events of a user and a browser.

use crate::core::error::ErrorCode;
use crate::core::flow::{Flow, FlowEvent, FlowMode};
use crate::core::pending::{AttemptOutcome, LIFETIME_MS};
use crate::core::watch::Surroundings;
use crate::tests::support::flow::*;

const ENDED: [&str; 4] = ["store connected", "abort", "unlisten", "close"];

#[test]
fn a_popup_flow_goes_from_its_fields_to_a_connected_account() {
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
    assert_eq!(play.state_and_popup(), ("waiting", Some(true)));
    let waiting = play.snapshot();
    assert_eq!(waiting.expires_at_ms, Some(START_MS + LIFETIME_MS));
    assert_eq!(waiting.flow_id.as_ref(), Some(&play.records[0].flow_id));

    assert_eq!(play.returned("&status=success"), ["look acc-1"]);
    assert_eq!(play.state(), "verifying");
    assert_eq!(play.checked("ACTIVE"), ENDED);
    let connected = play.snapshot();
    assert_eq!(connected.state, "connected");
    assert_eq!(
        connected.account.map(|account| account.id).as_deref(),
        Some("acc-1")
    );
    assert_eq!(connected.return_to.as_deref(), Some("/settings"));
    assert_eq!(play.records[1].outcome, AttemptOutcome::Connected);
}

#[test]
fn a_redirect_flow_stores_its_attempt_and_leaves_the_page() {
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
fn an_api_key_flow_opens_no_popup() {
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
    assert_eq!(play.checked("ACTIVE"), &ENDED[1..]);
    assert_eq!(play.state(), "connected");
}

#[test]
fn submit_loads_and_initiates_when_no_field_is_required() {
    let mut play = Play::new(FlowMode::Popup);
    assert_eq!(play.submit(&[]), ["reserve"]);
    assert_eq!(play.reserved(true), ["load"]);
    assert_eq!(play.loaded(oauth()), ["initiate"]);
    play.initiated(Some(URL));
    assert_eq!(play.state(), "waiting");
}

#[test]
fn submit_stops_at_ready_when_a_required_field_is_missing() {
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
fn defaults_satisfy_required_fields() {
    let mut play = Play::new(FlowMode::Redirect);
    play.load();
    play.loaded(params("API_KEY", vec![field("region", true, Some("eu"))]));
    assert_eq!(play.submit(&[]), ["initiate region=eu"]);
}

#[test]
fn a_blocked_popup_sends_nothing_and_retry_opens_it() {
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
fn an_unexpected_redirect_url_needs_a_click_for_its_popup() {
    // An API key integration that redirects anyway.
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
fn retry_replaces_an_expired_link() {
    let mut play = Play::new(FlowMode::Popup);
    play.load();
    play.loaded(params("API_KEY", vec![]));
    play.submit(&[]);
    play.initiated(Some(URL));
    play.now_ms += LIFETIME_MS;
    assert_eq!(play.event(FlowEvent::Retry), ["unlisten", "initiate"]);
}

#[test]
fn closing_a_blank_popup_cancels_the_flow() {
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
fn a_closed_popup_is_checked_with_the_platform_before_the_flow_is_cancelled() {
    let mut play = Play::in_popup();
    assert_eq!(play.after(300, BACK), ["look acc-1"]);
    assert_eq!(play.state(), "verifying");
    play.checked("INITIATED");
    assert_eq!(play.state(), "verifying");
    assert_eq!(play.after(500, BACK), ["look acc-1"]);
    play.checked("INITIATED");
    assert_eq!(play.after(1_000, BACK), ["abort", "unwatch", "close"]);
    assert_eq!(play.ended(), ("cancelled", Some(ErrorCode::PopupClosed)));
    assert!(play.now_ms < START_MS + 3_000, "within three seconds");
}

#[test]
fn a_closed_popup_with_an_active_account_is_connected() {
    let mut play = Play::in_popup();
    play.after(300, BACK);
    play.checked("INITIATED");
    play.after(500, BACK);
    play.checked("ACTIVE");
    assert_eq!(play.state(), "connected");
}

#[test]
fn a_popup_that_only_looks_closed_keeps_the_flow_waiting() {
    let mut play = Play::in_popup();
    let isolated = Surroundings {
        is_popup_closed: true,
        ..BEHIND
    };
    assert_eq!(play.after(300, isolated), ["look acc-1"]);
    play.checked("INITIATED");
    play.after(500, isolated);
    play.checked("INITIATED");
    play.after(1_000, isolated);
    assert_eq!(play.state_and_popup(), ("waiting", Some(false)));
    // A user who comes back later may only be reading the page.
    play.after(60_000, BACK);
    play.checked("INITIATED");
    assert_eq!(play.state(), "waiting");
    play.returned("&status=success");
    play.checked("ACTIVE");
    assert_eq!(play.state(), "connected");
}

#[test]
fn a_callback_revives_a_flow_that_a_closed_popup_cancelled() {
    let mut play = Play::in_popup();
    play.after(300, BACK);
    play.checked("INITIATED");
    play.after(1_500, BACK);
    assert_eq!(play.state(), "cancelled");
    assert_eq!(play.returned("&status=success"), ["listen", "look acc-1"]);
    play.checked("ACTIVE");
    assert_eq!(play.state(), "connected");
}

#[test]
fn an_ended_flow_listens_for_its_popup_until_the_popup_returns() {
    let mut play = Play::in_popup();
    assert!(play.flow.is_by_popup());
    play.after(300, BACK);
    play.checked("INITIATED");
    play.after(1_500, BACK);
    assert_eq!(play.state(), "cancelled");
    assert!(play.flow.is_by_popup(), "it only looked closed");

    // A status check may be faster than the callback, and the page may be unable to close the popup.
    let mut play = Play::in_popup();
    play.after(5_000, BEHIND);
    assert_eq!(
        play.checked("ACTIVE"),
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
    let effects = play.checked("FAILED");
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
        "the callback has the reason"
    );
    assert!(!play.flow.is_by_popup());

    let mut play = Play::of(Flow::new(Default::default(), None));
    let mut popup = record(START_MS);
    popup.is_popup = true;
    play.event(FlowEvent::Resume(popup, None));
    assert!(
        play.flow.is_by_popup(),
        "the page was reloaded after it opened the popup"
    );

    let mut play = Play::of(Flow::new(Default::default(), None));
    play.event(FlowEvent::Resume(record(START_MS), None));
    assert!(!play.flow.is_by_popup());
}

#[test]
fn an_ended_flow_stops_listening_at_the_end_of_the_attempts_lifetime() {
    let ends: [fn(&mut Play); 3] = [
        |play| drop(play.checked("ACTIVE")),
        |play| drop(play.checked("FAILED")),
        |play| {
            play.checked("INITIATED");
            play.after(100, BACK);
            play.checked("INITIATED");
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
fn a_check_started_before_the_popup_closed_cancels_nothing() {
    let mut play = Play::in_popup();
    assert_eq!(play.after(1_000, BEHIND), ["look acc-1"]);
    play.after(100, BACK);
    assert!(play.after(2_000, BACK).is_empty());
    assert_eq!(play.state(), "verifying");
    play.checked("INITIATED");
    assert_eq!(play.after(500, BACK), ["look acc-1"]);
    play.checked("ACTIVE");
    assert_eq!(play.state(), "connected");
}
