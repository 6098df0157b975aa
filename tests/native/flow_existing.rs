//! The accounts that a user has already: listed beside the fields, or reused.

use crate::core::api::accounts::ConnectedAccount;
use crate::core::error::{ConnectError, ErrorCode};
use crate::core::flow::{Flow, FlowEvent, FlowMode, FlowOptions, WhenConnected};
use crate::core::scheme::AuthScheme;
use crate::core::status::ConnectionStatus;
use crate::tests::support::flow::*;

fn named(id: &str) -> ConnectedAccount {
    ConnectedAccount {
        id: id.to_owned(),
        ..account("ACTIVE")
    }
}

fn forbidden() -> ConnectError {
    ConnectError::new(ErrorCode::Forbidden, "not allowed")
}

fn reusing(mode: FlowMode) -> FlowOptions {
    FlowOptions {
        when_connected: WhenConnected::Reuse,
        ..options(mode)
    }
}

fn play(options: FlowOptions) -> Play {
    Play::of(Flow::new(options, None))
}

/// The ids in `existing`.
fn existing(play: &Play) -> Option<Vec<String>> {
    let accounts = play.snapshot().existing?;
    Some(accounts.into_iter().map(|account| account.id).collect())
}

#[test]
fn load_asks_for_the_active_accounts_of_the_app_beside_the_fields() {
    let mut play = play(FlowOptions {
        integration_id: Some("int-1".to_owned()),
        ..options(FlowMode::Popup)
    });
    assert_eq!(play.load(), ["load"]);
    let filter = play.load.1.clone().expect("asked");
    assert_eq!(filter.app.as_deref(), Some("gmail"));
    assert_eq!(filter.integration_id.as_deref(), Some("int-1"));
    assert_eq!(filter.entity_id.as_deref(), Some("Jessica"));
    assert_eq!(filter.statuses, [ConnectionStatus::Active]);
    assert_eq!(filter.account_type, None);
}

#[test]
fn a_flow_is_ready_before_the_accounts_are_known() {
    let mut play = Play::new(FlowMode::Popup);
    play.load();
    play.loaded(oauth());
    assert_eq!((play.state(), existing(&play)), ("ready", None));
    play.listed(Ok(vec![named("new"), named("old")]));
    assert_eq!(existing(&play).unwrap(), ["new", "old"]);
    assert_eq!(play.submit(&[]), ["reserve"]);
    assert_eq!(existing(&play), None);
}

#[test]
fn accounts_that_come_before_the_fields_are_shown_with_them() {
    let mut play = Play::new(FlowMode::Popup);
    play.load();
    play.listed(Ok(Vec::new()));
    assert_eq!((play.state(), existing(&play)), ("loading", None));
    play.loaded(oauth());
    assert_eq!(existing(&play).unwrap(), [""; 0]);
}

#[test]
fn a_refused_list_leaves_the_accounts_unknown() {
    for is_first in [true, false] {
        let mut play = Play::new(FlowMode::Popup);
        play.load();
        if is_first {
            play.listed(Err(forbidden()));
        }
        play.loaded(oauth());
        if !is_first {
            play.listed(Err(forbidden()));
        }
        assert_eq!((play.state(), existing(&play)), ("ready", None));
    }
}

#[test]
fn accounts_of_another_scheme_are_left_out() {
    let of = |scheme: Option<&str>, id: &str| ConnectedAccount {
        auth_scheme: scheme.map(AuthScheme::parse),
        ..named(id)
    };
    let accounts = || {
        vec![
            of(Some("API_KEY"), "key"),
            of(Some("OAUTH2"), "oauth"),
            of(None, "unknown"),
        ]
    };
    let mut listing = play(FlowOptions {
        auth_scheme: Some(AuthScheme::parse("OAUTH2")),
        ..options(FlowMode::Popup)
    });
    listing.load();
    listing.loaded(oauth());
    listing.listed(Ok(accounts()));
    assert_eq!(existing(&listing).unwrap(), ["oauth", "unknown"]);
    let mut play = play(FlowOptions {
        auth_scheme: Some(AuthScheme::parse("OAUTH2")),
        ..reusing(FlowMode::Popup)
    });
    play.load();
    play.listed(Ok(accounts()));
    assert_eq!(
        play.snapshot().connected_account_id.as_deref(),
        Some("oauth")
    );
}

#[test]
fn submit_before_load_lists_no_accounts_unless_it_reuses_them() {
    for (options, is_asked) in [
        (options(FlowMode::Redirect), false),
        (reusing(FlowMode::Redirect), true),
    ] {
        let mut play = play(options);
        assert_eq!(play.submit(&[]), ["load"]);
        assert_eq!(play.load.1.is_some(), is_asked);
    }
}

#[test]
fn a_late_list_changes_nothing() {
    let mut play = Play::new(FlowMode::Redirect);
    play.load();
    play.loaded(oauth());
    play.submit(&[]);
    let before = play.snapshot();
    assert!(play.listed(Ok(vec![named("late")])).is_empty());
    assert_eq!(play.snapshot(), before);
    play.event(FlowEvent::Cancel);
    assert!(play.listed(Ok(vec![named("late")])).is_empty());
    assert_eq!(play.state(), "cancelled");
}

#[test]
fn reuse_ends_in_connected_with_the_newest_account() {
    for is_loaded in [true, false] {
        let mut play = play(reusing(FlowMode::Popup));
        play.load();
        if is_loaded {
            assert!(play.loaded(oauth()).is_empty());
            assert_eq!(play.state(), "loading");
        }
        let effects = play.listed(Ok(vec![named("new"), named("old")]));
        assert_eq!(effects, ["abort", "unlisten", "close"]);
        let connected = play.snapshot();
        assert_eq!(connected.state, "connected");
        assert_eq!(connected.connected_account_id.as_deref(), Some("new"));
        assert_eq!(connected.return_to.as_deref(), Some("/settings"));
        assert!(play.records.is_empty());
    }
}

#[test]
fn reuse_takes_only_an_account_with_the_alias_of_the_options() {
    for (alias, state) in [("work", "connected"), ("home", "ready")] {
        let mut play = play(FlowOptions {
            alias: Some(alias.to_owned()),
            ..reusing(FlowMode::Popup)
        });
        play.load();
        play.loaded(oauth());
        let work = ConnectedAccount {
            alias: Some("work".to_owned()),
            ..named("work")
        };
        play.listed(Ok(vec![named("new"), work]));
        assert_eq!(play.state(), state);
        let id = play.snapshot().connected_account_id;
        assert_eq!(id.as_deref(), (state == "connected").then_some("work"));
    }
}

#[test]
fn reuse_without_an_account_goes_on_to_ready() {
    for is_loaded in [true, false] {
        let mut play = play(reusing(FlowMode::Popup));
        play.load();
        if is_loaded {
            play.loaded(oauth());
        }
        play.listed(Ok(Vec::new()));
        if !is_loaded {
            assert_eq!(play.state(), "loading");
            play.loaded(oauth());
        }
        assert_eq!((play.state(), existing(&play)), ("ready", Some(vec![])));
        assert_eq!(play.submit(&[]), ["reserve"]);
    }
}

#[test]
fn a_failed_load_does_not_hide_an_account_to_reuse() {
    for (accounts, state) in [(vec![named("new")], "connected"), (vec![], "failed")] {
        let mut play = play(reusing(FlowMode::Popup));
        play.load();
        play.refused(server_error());
        assert_eq!(play.state(), "loading");
        play.listed(Ok(accounts));
        assert_eq!(play.state(), state);
    }
}

#[test]
fn reuse_fails_if_the_accounts_cannot_be_listed() {
    let mut play = play(reusing(FlowMode::Popup));
    play.load();
    play.loaded(oauth());
    play.listed(Err(server_error()));
    assert_eq!(play.ended(), ("failed", Some(ErrorCode::Server)));
    assert_eq!(play.event(FlowEvent::Retry), ["unlisten", "load"]);
    play.listed(Ok(vec![named("new")]));
    assert_eq!(play.state(), "connected");
}

#[test]
fn a_click_that_reuses_an_account_closes_its_popup() {
    let mut play = play(reusing(FlowMode::Popup));
    assert_eq!(play.submit(&[]), ["reserve"]);
    assert_eq!(play.reserved(true), ["load"]);
    play.loaded(oauth());
    let effects = play.listed(Ok(vec![named("new")]));
    assert_eq!(effects, ["abort", "unlisten", "close"]);
    assert_eq!(play.state(), "connected");
}

#[test]
fn a_click_without_an_account_to_reuse_goes_to_the_provider() {
    let mut play = play(reusing(FlowMode::Redirect));
    assert_eq!(play.submit(&[]), ["load"]);
    play.loaded(oauth());
    assert_eq!(play.listed(Ok(Vec::new())), ["initiate"]);
}
