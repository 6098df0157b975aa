//! Status checks of one account until its status is final.

use std::cell::{Cell, RefCell};

use crate::core::api::accounts::{ConnectedAccount, get_account};
use crate::core::api::http::{HttpRequest, HttpResponse};
use crate::core::calls::Platform;
use crate::core::calls::wait::wait_until_active;
use crate::core::error::{ConnectError, ErrorCode};
use crate::core::status::ConnectionStatus;
use crate::core::watch::{CheckResult, Moment, Surroundings, Watch};
use crate::tests::support::script::block_on;
use crate::tests::support::{Exchange, NOW, Played, exchange, play_within, response};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value as Json, json};

const GET: &str = "GET /api/v3.1/connected_accounts/a";

fn account_is(status: &str) -> Exchange {
    exchange(GET, 200, json!({ "id": "a", "status": status }))
}

fn wait_within(timeout_ms: u32, script: Vec<Exchange>) -> Played<ConnectedAccount> {
    play_within(timeout_ms, script, async |platform| {
        wait_until_active(platform, "a".to_owned()).await
    })
}

fn code(played: &Played<ConnectedAccount>) -> ErrorCode {
    played.result.as_ref().expect_err("an error").code
}

#[test]
fn an_account_is_checked_until_it_is_active() {
    let script = ["initiated", "INITIALIZING", "Some_New_Word", "Success"].map(account_is);
    let played = wait_within(60_000, script.into());
    let account = played.result.unwrap();
    assert_eq!(
        (account.id.as_str(), account.status),
        ("a", ConnectionStatus::Active)
    );
    assert_eq!(played.waits, [1_000, 1_500, 2_250]);
}

#[test]
fn checks_end_at_the_callers_time_limit() {
    // Checks at 0, 1, 2.5, 4.75, 8.125 and 13.1 s.
    for (timeout_ms, checks) in [
        (1, 1),
        (1_000, 1),
        (1_001, 2),
        (2_500, 2),
        (2_501, 3),
        (8_000, 4),
    ] {
        let script = (0..checks).map(|_| account_is("INITIATED")).collect();
        let played = wait_within(timeout_ms, script);
        assert_eq!(code(&played), ErrorCode::Timeout, "{timeout_ms}");
        let error = played.result.unwrap_err();
        assert!(error.retryable && error.message.contains("INITIATED"));
    }
}

#[test]
fn every_final_status_has_its_own_error() {
    for (status, expected) in [
        ("FAILED", ErrorCode::AccountFailed),
        ("expired", ErrorCode::AccountExpired),
        ("REVOKED", ErrorCode::AccountRevoked),
        ("INACTIVE", ErrorCode::AccountInactive),
    ] {
        let played = wait_within(60_000, vec![account_is("INITIATED"), account_is(status)]);
        assert_eq!(code(&played), expected, "{status}");
        assert!(!played.result.unwrap_err().retryable);
    }
    let denied = json!({
        "id": "a", "status": "EXPIRED", "status_reason": "late",
        "state": { "val": { "error": "access_denied", "error_description": "no" } }
    });
    let played = wait_within(60_000, vec![exchange(GET, 200, denied)]);
    assert_eq!(code(&played), ErrorCode::AccessDenied);
    let error = played.result.unwrap_err();
    assert_eq!(error.error_description.as_deref(), Some("no"));
}

#[test]
fn an_answer_about_another_account_is_refused() {
    for id in ["b", "A", " a"] {
        let other = json!({ "id": id, "status": "ACTIVE" });
        let played = wait_within(60_000, vec![exchange(GET, 200, other)]);
        assert_eq!(code(&played), ErrorCode::AccountMismatch, "{id:?}");
    }
}

#[test]
fn entities_are_compared_where_both_sides_name_one() {
    let moment = Moment {
        now_ms: NOW,
        clock_ms: 0,
        random: 0.0,
    };
    for (expected, told, is_same) in [
        (Some("alice"), json!("alice"), true),
        (Some("alice"), json!(null), true),
        (None, json!("mallory"), true),
        (Some("alice"), json!("mallory"), false),
        (Some("alice"), json!("Alice"), false),
    ] {
        for status in ["ACTIVE", "INITIATED"] {
            let account = json!({ "id": "a", "status": status, "user_id": told });
            let answer = get_account("a").read(&response(200, &Json::Null, &account));
            let expected = expected.map(str::to_owned);
            let mut watch = Watch::new("a".to_owned(), expected, 1, moment);
            match watch.checked(answer, None, moment) {
                CheckResult::Active(_) => assert!(is_same && status == "ACTIVE"),
                CheckResult::Waiting => assert!(is_same && status == "INITIATED"),
                CheckResult::Failed(error) => {
                    assert_eq!((is_same, error.code), (false, ErrorCode::AccountMismatch));
                }
                CheckResult::TooLate => panic!("the deadline is later"),
            }
        }
    }
}

#[test]
fn checks_go_on_after_a_retryable_error_and_end_at_any_other() {
    let fails = |status| exchange(GET, status, Json::Null);
    let script = vec![
        fails(500),
        fails(429),
        fails(408),
        // A body that is missing.
        fails(200),
        account_is("ACTIVE"),
    ];
    let played = wait_within(60_000, script);
    assert!(played.result.is_ok());
    assert_eq!(played.waits, [1_000, 1_500, 2_250, 3_375]);

    let played = wait_within(1_001, vec![fails(503), fails(503)]);
    assert_eq!(code(&played), ErrorCode::Timeout);

    for (status, expected) in [
        (401, ErrorCode::Unauthorized),
        (403, ErrorCode::Forbidden),
        (404, ErrorCode::NotFound),
        (410, ErrorCode::EndpointRetired),
    ] {
        let played = wait_within(60_000, vec![account_is("INITIATED"), fails(status)]);
        assert_eq!(code(&played), expected);
    }
}

/// The page was loaded an hour ago.
const CLOCK_START_MS: u64 = 3_600_000;

/// A platform that repeats its responses without end. A request takes 10 ms.
struct Repeating<'a> {
    responses: &'a [HttpResponse],
    requests: Cell<usize>,
    waits: RefCell<Vec<u64>>,
    has_waited_last: Cell<bool>,
    elapsed_ms: Cell<u64>,
    limit_ms: u64,
    page: Cell<Surroundings>,
    on_wait: OnWait,
}

/// What happens while the call waits.
#[derive(Debug, Clone, Copy, PartialEq)]
enum OnWait {
    /// The time passes.
    Nothing,
    /// Half of the time passes, then the page reports a change that does not matter.
    Interruption,
    /// 100 ms pass, then the user comes back to the page.
    Return,
}

impl<'a> Repeating<'a> {
    fn new(responses: &'a [HttpResponse], limit_ms: u64) -> Self {
        Repeating {
            responses,
            requests: Cell::new(0),
            waits: RefCell::default(),
            has_waited_last: Cell::new(false),
            elapsed_ms: Cell::new(0),
            limit_ms,
            page: Cell::new(Surroundings::ATTENDED),
            on_wait: OnWait::Nothing,
        }
    }

    fn pass(&self, ms: u64) {
        self.elapsed_ms.set(self.elapsed_ms.get() + ms);
    }
}

impl Platform for Repeating<'_> {
    async fn send(
        &self,
        _: &HttpRequest,
        read: &mut dyn FnMut(&HttpResponse) -> Result<(), ConnectError>,
    ) -> Result<(), ConnectError> {
        let number = self.requests.get();
        assert!(number < 1_000, "checks without end");
        self.requests.set(number + 1);
        self.has_waited_last.set(false);
        self.pass(10);
        read(&self.responses[number % self.responses.len()])
    }

    async fn wait(&self, wait_ms: u64) -> Result<bool, ConnectError> {
        let number = self.waits.borrow().len();
        assert!(number < 10_000, "waits without end");
        self.waits.borrow_mut().push(wait_ms);
        self.has_waited_last.set(true);
        self.pass(match self.on_wait {
            OnWait::Nothing => wait_ms,
            OnWait::Interruption => (wait_ms / 2).max(1),
            OnWait::Return => 100,
        });
        if self.on_wait == OnWait::Return {
            self.page.set(Surroundings::ATTENDED);
        }
        match self.is_timed_out() {
            true => Err(ConnectError::new(ErrorCode::Timeout, "late")),
            false => Ok(self.on_wait == OnWait::Nothing),
        }
    }

    fn moment(&self) -> Moment {
        Moment {
            now_ms: NOW + self.elapsed_ms.get(),
            clock_ms: CLOCK_START_MS + self.elapsed_ms.get(),
            random: 0.0,
        }
    }

    fn surroundings(&self) -> Surroundings {
        self.page.get()
    }

    fn deadline_ms(&self) -> u64 {
        CLOCK_START_MS + self.limit_ms
    }

    fn is_timed_out(&self) -> bool {
        self.elapsed_ms.get() >= self.limit_ms
    }
}

const HIDDEN: Surroundings = Surroundings {
    is_visible: false,
    ..Surroundings::ATTENDED
};

const OFFLINE: Surroundings = Surroundings {
    is_online: false,
    ..Surroundings::ATTENDED
};

/// Refused for 20 seconds, then waiting for the user, then active.
fn busy_then_active() -> [HttpResponse; 3] {
    [
        response(429, &json!({ "retry-after": "20" }), &Json::Null),
        response(200, &Json::Null, &json!({ "id": "a", "status": "PENDING" })),
        response(200, &Json::Null, &json!({ "id": "a", "status": "ACTIVE" })),
    ]
}

#[test]
fn the_next_check_is_as_late_as_the_platform_asks_and_rare_while_the_page_is_away() {
    let responses = busy_then_active();
    // A check takes 10 ms, and the time of a page that is away starts with it.
    for (page, expected) in [
        (Surroundings::ATTENDED, [20_000, 1_500]),
        (HIDDEN, [20_000, 14_990]),
        (OFFLINE, [20_000, 14_990]),
    ] {
        let platform = Repeating::new(&responses, 600_000);
        platform.page.set(page);
        assert!(block_on(wait_until_active(&platform, "a".to_owned())).is_ok());
        assert_eq!(platform.waits.into_inner(), expected, "{page:?}");
    }
}

#[test]
fn a_page_that_is_attended_again_is_checked_at_once() {
    let responses = &busy_then_active()[1..];
    for page in [HIDDEN, OFFLINE] {
        let platform = Repeating {
            on_wait: OnWait::Return,
            ..Repeating::new(responses, 600_000)
        };
        platform.page.set(page);
        assert!(block_on(wait_until_active(&platform, "a".to_owned())).is_ok());
        assert_eq!(platform.waits.into_inner(), [14_990], "{page:?}");
        assert_eq!(platform.elapsed_ms.get(), 10 + 100 + 10);
    }
}

proptest! {
    /// Checks end whatever the platform answers, and succeed only when the last answer is the account, `ACTIVE`.
    #[test]
    fn checks_end_and_believe_nothing_but_active(
        drawn in prop::collection::vec((select(&["a", "b"][..]), select(&["ACTIVE", "INITIATED", "PENDING", "FAILED", "EXPIRED", "X", "INACTIVE"][..]), select(&[200u16, 200, 200, 500, 404][..])), 1..40),
        timeout_ms in 0u64..200_000,
        page in select(&[Surroundings::ATTENDED, HIDDEN, OFFLINE][..]),
        on_wait in select(&[OnWait::Nothing, OnWait::Interruption, OnWait::Return][..]),
    ) {
        let responses: Vec<HttpResponse> = drawn.iter().map(|(id, status, http)| {
            response(*http, &Json::Null, &json!({ "id": id, "status": status }))
        }).collect();
        let platform = Repeating { on_wait, ..Repeating::new(&responses, timeout_ms) };
        platform.page.set(page);
        let result = block_on(wait_until_active(&platform, "a".to_owned()));
        let requests = platform.requests.get();
        prop_assert!(requests > 0);
        let is_last_active = drawn[(requests - 1) % drawn.len()] == ("a", "ACTIVE", 200);
        prop_assert_eq!(result.is_ok(), is_last_active && !platform.has_waited_last.get());
        if let Ok(account) = result {
            prop_assert_eq!((account.id.as_str(), account.status), ("a", ConnectionStatus::Active));
        }
    }
}
