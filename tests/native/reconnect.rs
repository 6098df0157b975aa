//! The hand-over of a reconnected account, in every order of interruptions: the old account stays until its successor is `ACTIVE`.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use crate::core::api::http::{HttpRequest, HttpResponse};
use crate::core::calls::Platform;
use crate::core::calls::reconnect::{check_attempt, settle, takes_new_values};
use crate::core::error::{ConnectError, ErrorCode, Result};
use crate::core::pending::PendingConnection;
use crate::core::watch::{Moment, Surroundings};
use crate::tests::support::flow::{self, api_key, oauth};
use crate::tests::support::script::block_on;
use crate::tests::support::{NOW, response};
use serde_json::{Value as Json, json};

const OLD: &str = "old";
const NEW: &str = "acc-1";

/// The steps of a hand-over with an alias: two reads, two changes of an alias, one deletion.
const STEPS: usize = 5;

/// Two accounts in memory. Like the platform, it refuses an alias that is taken.
struct Accounts {
    by_id: RefCell<BTreeMap<String, Json>>,
    asked: RefCell<Vec<String>>,
    /// The request that fails, and whether the platform carries it out first.
    fault: Cell<Option<(usize, bool)>>,
    /// Whether each request gives way to other tabs first.
    yields: bool,
}

fn account(id: &str, status: &str, more: &Json) -> (String, Json) {
    let mut account = json!({
        "id": id, "status": status, "alias": null, "user_id": "Jessica", "toolkit": { "slug": "gmail" },
        "auth_config": { "id": "int-1" },
    });
    for (name, value) in more.as_object().expect("an object") {
        account[name.as_str()] = value.clone();
    }
    (id.to_owned(), account)
}

impl Accounts {
    fn new(old: &Json, new_status: &str) -> Self {
        Accounts {
            by_id: RefCell::new(BTreeMap::from([
                account(OLD, "ACTIVE", old),
                account(NEW, new_status, &json!({})),
            ])),
            asked: RefCell::default(),
            fault: Cell::default(),
            yields: false,
        }
    }

    fn usable(&self) -> usize {
        let accounts = self.by_id.borrow();
        accounts
            .values()
            .filter(|account| account["status"] == "ACTIVE")
            .count()
    }

    fn answer(&self, request: &HttpRequest) -> (u16, Json) {
        let path = request.path.split('?').next().expect("a path");
        let id = path.rsplit('/').next().expect("an id");
        let mut accounts = self.by_id.borrow_mut();
        let Some(account) = accounts.get(id).cloned() else {
            return (404, json!({ "error": { "message": "no such account" } }));
        };
        match request.method {
            "GET" => (200, account),
            "DELETE" => {
                accounts.remove(id);
                (200, json!({ "success": true }))
            }
            _ => {
                let body = request.body.as_ref().expect("a body");
                let body: Json = serde_json::from_slice(body).expect("JSON");
                let alias = body["alias"].clone();
                let is_taken = |(other, account): (&String, &Json)| {
                    other != id && alias != "" && account["alias"] == alias
                };
                if accounts.iter().any(is_taken) {
                    return (409, json!({ "error": { "message": "taken" } }));
                }
                accounts.get_mut(id).expect("the account")["alias"] = match alias == "" {
                    true => Json::Null,
                    false => alias,
                };
                (200, json!({ "success": true }))
            }
        }
    }
}

impl Platform for Accounts {
    async fn send(
        &self,
        request: &HttpRequest,
        read: &mut dyn FnMut(&HttpResponse) -> Result<()>,
    ) -> Result<()> {
        if self.yields {
            let mut is_polled = false;
            std::future::poll_fn(|_| match std::mem::replace(&mut is_polled, true) {
                true => Poll::Ready(()),
                false => Poll::Pending,
            })
            .await;
        }
        let number = self.asked.borrow().len();
        let sent = [request.method, " ", &request.path].concat();
        self.asked.borrow_mut().push(sent);
        let fault = self.fault.get().filter(|(at, _)| *at == number);
        let answer = match fault {
            Some((_, false)) => None,
            _ => Some(self.answer(request)),
        };
        assert!(self.usable() >= 1, "no account is usable");
        if fault.is_some() {
            return Err(ConnectError::new(ErrorCode::Network, "lost"));
        }
        let (status, body) = answer.expect("an answer");
        read(&response(status, &Json::Null, &body))
    }

    async fn wait(&self, _: u64) -> Result<bool> {
        unreachable!("a hand-over does not wait")
    }

    fn moment(&self) -> Moment {
        Moment {
            now_ms: NOW,
            clock_ms: 0,
            random: 0.0,
        }
    }

    fn surroundings(&self) -> Surroundings {
        Surroundings::ATTENDED
    }

    fn deadline_ms(&self) -> u64 {
        u64::MAX
    }

    fn is_timed_out(&self) -> bool {
        false
    }
}

fn record(alias: Option<&str>) -> PendingConnection {
    PendingConnection {
        replaces: Some(OLD.to_owned()),
        alias: alias.map(str::to_owned),
        ..flow::record(NOW)
    }
}

fn assert_handed_over(accounts: &Accounts, alias: Option<&str>) {
    let left = accounts.by_id.borrow();
    assert_eq!(left.keys().collect::<Vec<_>>(), [NEW]);
    assert_eq!(left[NEW]["alias"], json!(alias));
}

#[test]
fn the_alias_moves_before_the_old_account_is_deleted() {
    let accounts = Accounts::new(&json!({ "alias": "work" }), "ACTIVE");
    let account = block_on(check_attempt(&accounts, &record(Some("work")))).unwrap();
    assert_eq!(account.alias.as_deref(), Some("work"));
    assert_handed_over(&accounts, Some("work"));
    assert_eq!(
        *accounts.asked.borrow(),
        [
            "GET /connected_accounts/acc-1",
            "GET /connected_accounts/old",
            "PATCH /connected_accounts/old",
            "PATCH /connected_accounts/acc-1",
            "DELETE /connected_accounts/old",
        ]
    );
}

#[test]
fn a_hand_over_that_is_interrupted_anywhere_any_number_of_times_is_finished_later() {
    for alias in [None, Some("work")] {
        for first in 0..=STEPS {
            for second in 0..=STEPS {
                for (one, other) in [(false, false), (false, true), (true, false), (true, true)] {
                    let accounts = Accounts::new(&json!({ "alias": alias }), "ACTIVE");
                    for fault in [(first, one), (second, other)] {
                        accounts.asked.borrow_mut().clear();
                        accounts.fault.set(Some(fault));
                        let _ = block_on(check_attempt(&accounts, &record(alias)));
                    }
                    accounts.fault.set(None);
                    block_on(check_attempt(&accounts, &record(alias))).unwrap();
                    assert_handed_over(&accounts, alias);
                }
            }
        }
    }
}

#[test]
fn two_tabs_that_hand_over_at_a_time_leave_one_account_in_every_order() {
    for order in 0..1_u32 << (2 * STEPS + 2) {
        let mut accounts = Accounts::new(&json!({ "alias": "work" }), "ACTIVE");
        accounts.yields = true;
        let record = record(Some("work"));
        let mut tabs: [Pin<Box<dyn Future<Output = Result<_>>>>; 2] = [
            Box::pin(check_attempt(&accounts, &record)),
            Box::pin(check_attempt(&accounts, &record)),
        ];
        let mut is_done = [false, false];
        let mut context = Context::from_waker(Waker::noop());
        let turns = (0..2 * STEPS + 2).map(|turn| (order >> turn & 1) as usize);
        for tab in turns.chain([0, 1].repeat(2 * STEPS)) {
            if !is_done[tab]
                && let Poll::Ready(result) = tabs[tab].as_mut().poll(&mut context)
            {
                is_done[tab] = true;
                assert!(result.is_ok(), "{order:b}: {result:?}");
            }
        }
        assert_eq!(is_done, [true, true]);
        drop(tabs);
        assert_handed_over(&accounts, Some("work"));
    }
}

#[test]
fn the_old_account_is_untouched_until_the_new_one_is_active() {
    for status in [
        "INITIALIZING",
        "INITIATED",
        "FAILED",
        "EXPIRED",
        "REVOKED",
        "INACTIVE",
        "NEW",
    ] {
        for discards in [false, true] {
            let accounts = Accounts::new(&json!({ "alias": "work" }), status);
            let settled = block_on(settle(&accounts, &record(Some("work")), discards));
            assert_eq!(settled, Ok(None), "{status}");
            let left = accounts.by_id.borrow();
            assert_eq!(left[OLD]["alias"], "work");
            // An INACTIVE account was ACTIVE once.
            let is_kept = !discards || status == "INACTIVE";
            assert_eq!(left.contains_key(NEW), is_kept, "{status}");
        }
    }
}

#[test]
fn a_foreign_or_shared_account_is_never_replaced() {
    for more in [
        json!({ "user_id": "Melissa" }),
        json!({ "toolkit": { "slug": "slack" } }),
        json!({ "experimental": { "account_type": "SHARED" } }),
        json!({ "id": NEW }),
    ] {
        let accounts = Accounts::new(&more, "ACTIVE");
        let error = block_on(check_attempt(&accounts, &record(Some("work")))).unwrap_err();
        assert_eq!(error.code, ErrorCode::AccountMismatch, "{more}");
        assert_eq!(accounts.by_id.borrow().len(), 2, "{more}");
    }
}

#[test]
fn an_account_of_another_user_takes_over_nothing() {
    let accounts = Accounts::new(&json!({}), "ACTIVE");
    accounts.by_id.borrow_mut().get_mut(NEW).unwrap()["user_id"] = json!("Melissa");
    for discards in [false, true] {
        let settled = block_on(settle(&accounts, &record(None), discards));
        assert_eq!(settled, Ok(None));
    }
    assert_eq!(accounts.by_id.borrow().len(), 2);
}

#[test]
fn another_identity_at_the_provider_keeps_the_old_account_and_deletes_the_new_one() {
    for (before, after, is_same) in [
        (json!("a@x.example"), json!("b@x.example"), false),
        (json!("a@x.example"), json!("A@X.example"), true),
        (json!("a@x.example"), Json::Null, true),
        (Json::Null, json!("b@x.example"), true),
    ] {
        let named = |name: &Json| json!({ "val": { "displayName": name } });
        let accounts = Accounts::new(&json!({ "state": named(&before) }), "ACTIVE");
        accounts.by_id.borrow_mut().get_mut(NEW).unwrap()["state"] = named(&after);
        let checked = block_on(check_attempt(&accounts, &record(None)));
        let left: Vec<_> = accounts.by_id.borrow().keys().cloned().collect();
        assert_eq!(left, [if is_same { NEW } else { OLD }], "{before} {after}");
        let code = checked.err().map(|error| error.code);
        assert_eq!(code, (!is_same).then_some(ErrorCode::AccountMismatch));
    }
}

#[test]
fn tokens_are_revoked_only_if_the_integration_changes() {
    for (integration, query) in [("int-1", ""), ("int-2", "?revoke_on_delete=true")] {
        let old = json!({ "auth_config": { "id": integration } });
        let accounts = Accounts::new(&old, "ACTIVE");
        block_on(check_attempt(&accounts, &record(None))).unwrap();
        let expected = format!("DELETE /connected_accounts/old{query}");
        assert_eq!(accounts.asked.borrow().last(), Some(&expected));
    }
}

#[test]
fn values_are_replaced_in_place_only_where_the_platform_allows_it() {
    let mut old = flow::account("ACTIVE");
    old.integration_id = Some("int-1".to_owned());
    assert!(takes_new_values(&old, &api_key(), &["api_key"]));
    assert!(!takes_new_values(&old, &api_key(), &["api_key", "shop"]));
    assert!(!takes_new_values(&old, &oauth(), &[]));
    let mut other = old.clone();
    other.integration_id = Some("int-2".to_owned());
    assert!(!takes_new_values(&other, &api_key(), &["api_key"]));
    old.is_disabled = true;
    assert!(!takes_new_values(&old, &api_key(), &["api_key"]));
}
