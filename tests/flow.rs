//! The flow's way through its states, as a user and a browser bring it about.

use crate::support::flow::*;
use connect_flow::core::error::ErrorCode;
use connect_flow::core::flow::{Flow, FlowEvent, FlowMode, Surroundings};
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
