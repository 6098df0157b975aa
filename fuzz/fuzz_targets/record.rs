//! A stored attempt, which other code may have written, and the completion of a callback that is bound to it.
#![no_main]

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::vec::IntoIter;

use arbitrary::Arbitrary;
use connect_flow::core::api::accounts::{ConnectedAccount, get_account};
use connect_flow::core::api::http::{HttpRequest, HttpResponse};
use connect_flow::core::callback::{ClaimedOutcome, ConnectionCallback};
use connect_flow::core::calls::Platform;
use connect_flow::core::calls::complete::{
    Bound, CompletedConnection, TIMEOUT_MS, bind, complete_connection, find_attempt,
};
use connect_flow::core::error::{ConnectError, ErrorCode};
use connect_flow::core::pending::{AttemptOutcome, LIFETIME_MS, PendingConnection};
use connect_flow::core::redirect::is_local_path;
use connect_flow::core::status::ConnectionStatus;
use connect_flow::core::value::Value;
use connect_flow::core::watch::{Moment, Surroundings};
use connect_flow_fuzz::input::{Edit, Json, Text, size, strip};
use connect_flow_fuzz::support::flow::{record, server_error};
use connect_flow_fuzz::support::{NOW, response, value};
use connect_flow_fuzz::{check_error, within};
use libfuzzer_sys::fuzz_target;
use serde_json::json;

#[derive(Arbitrary, Debug)]
struct Input {
    stored: Stored,
    now_ms: u32,
    callback: Callback,
    answers: Vec<Seen>,
}

#[derive(Arbitrary, Debug)]
enum Stored {
    /// A valid record with changes.
    Edits(Vec<Edit>),
    Json(Json),
    /// A valid record with any texts.
    Ours {
        connected_account_id: Text,
        entity_id: Text,
        app: Option<Text>,
        return_to: Option<Text>,
        is_popup: bool,
        outcome: u8,
    },
}

#[derive(Arbitrary, Debug)]
struct Callback {
    is_bound: bool,
    account: Option<bool>,
    outcome: u8,
    error: Option<Text>,
    has_session: bool,
}

#[derive(Arbitrary, Debug)]
struct Seen {
    id: Option<Text>,
    entity: Option<Option<Text>>,
    status: Text,
    fails: bool,
}

fuzz_target!(|input: Input| {
    let stored = match input.stored {
        Stored::Json(Json(stored)) => stored,
        Stored::Edits(edits) => {
            let mut stored = read_json(&record(NOW).to_json());
            edits
                .into_iter()
                .take(8)
                .for_each(|edit| edit.apply(&mut stored));
            stored
        }
        Stored::Ours {
            connected_account_id,
            entity_id,
            app,
            return_to,
            is_popup,
            outcome,
        } => {
            let made = PendingConnection {
                connected_account_id: connected_account_id.0,
                entity_id: Some(entity_id.0),
                app: app.map(|text| text.0),
                return_to: return_to
                    .map(|text| text.0)
                    .filter(|path| is_local_path(path)),
                is_popup,
                outcome: [
                    AttemptOutcome::Pending,
                    AttemptOutcome::Connected,
                    AttemptOutcome::Failed,
                    AttemptOutcome::Cancelled,
                ][usize::from(outcome) % 4],
                ..record(NOW)
            };
            let is_text = |text: &str| !text.trim().is_empty() && text.len() <= 1024;
            let texts = [
                Some(&made.connected_account_id),
                made.entity_id.as_ref(),
                made.app.as_ref(),
                made.return_to.as_ref(),
            ];
            let stored = read_json(&made.to_json());
            let read =
                PendingConnection::from_value(&PendingConnection::key(&made.flow_id), &stored);
            if texts.into_iter().flatten().all(|text| is_text(text)) {
                assert_eq!(read.as_ref(), Some(&made), "the record reads back changed");
            }
            stored
        }
    };
    let key = PendingConnection::key(&record(NOW).flow_id);
    let Some(mut record) = within(size(&stored), 2_000, || {
        PendingConnection::from_value(&key, &stored)
    }) else {
        return;
    };
    assert_eq!(PendingConnection::key(&record.flow_id), key);
    assert!(record.expires_at_ms - record.started_at_ms <= LIFETIME_MS);
    assert!(record.return_to.as_deref().is_none_or(is_local_path));
    assert_eq!(
        PendingConnection::from_value(&key, &read_json(&record.to_json())).as_ref(),
        Some(&record),
        "the record reads back changed"
    );
    // Errors contain the id of the account, which is never typed.
    record.connected_account_id = strip(&record.connected_account_id);

    let now_ms = NOW - LIFETIME_MS + u64::from(input.now_ms % (3 * LIFETIME_MS as u32));
    let callback = ConnectionCallback {
        flow_id: input.callback.is_bound.then(|| record.flow_id.clone()),
        connected_account_id: input.callback.account.map(|own| {
            if own {
                record.connected_account_id.clone()
            } else {
                "other".to_owned()
            }
        }),
        outcome: [
            ClaimedOutcome::Success,
            ClaimedOutcome::Failure,
            ClaimedOutcome::Unknown,
        ][usize::from(input.callback.outcome) % 3],
        app: None,
        error: input.callback.error.map(|text| strip(&text.0)),
        error_description: None,
        session_uri: input.callback.has_session.then(|| "urn:1".to_owned()),
    };
    let own = std::slice::from_ref(&record);
    let found = find_attempt(&callback, own, record.tab.as_deref(), now_ms);
    match bind(&callback, found, now_ms) {
        Err(error) => check_error(&error),
        Ok(bound) => {
            assert_eq!(bound.record, record);
            assert_eq!(bound.otherwise.is_some(), record.is_expired(now_ms));
            assert!(!record.is_forgotten(now_ms), "the record is too old");
            let named = callback.connected_account_id.as_ref();
            assert!(named.is_none_or(|id| *id == record.connected_account_id));
            assert!(
                callback.flow_id.is_some() || named.is_some() || callback.session_uri.is_some(),
                "nothing binds the callback"
            );
            if bound.session_uri.is_some() {
                assert_eq!(bound.session_uri, callback.session_uri);
                assert!(record.outcome != AttemptOutcome::Cancelled && bound.otherwise.is_none());
            }
            assert!(!record.is_ended() || callback.outcome == ClaimedOutcome::Failure);
            complete(callback, bound, now_ms, input.answers);
        }
    }
});

fn read_json(text: &str) -> Value {
    value(&serde_json::from_str(text).expect("JSON"))
}

/// Completes the connection. It ends in time, and checks only the account of the record.
fn complete(callback: ConnectionCallback, bound: Bound, start_ms: u64, answers: Vec<Seen>) {
    let record = &bound.record;
    let is_refused = callback.error.is_some() || record.is_ended();
    let platform = Answers {
        record,
        answers: RefCell::new(answers.into_iter()),
        last: RefCell::default(),
        start_ms,
        passed_ms: Cell::default(),
    };
    let result = block_on(complete_connection(&platform, callback, &bound));
    // The last request may end after the time limit.
    assert!(platform.passed_ms.get() <= u64::from(TIMEOUT_MS) + REQUEST_MS);
    judge(result, record, platform.last.into_inner(), is_refused);
}

/// How long a request takes, in milliseconds.
const REQUEST_MS: u64 = 1;

/// A platform that answers status checks. Waiting takes its full time on the clock of the platform.
struct Answers<'a> {
    record: &'a PendingConnection,
    answers: RefCell<IntoIter<Seen>>,
    /// The account of the last answer.
    last: RefCell<Option<ConnectedAccount>>,
    start_ms: u64,
    passed_ms: Cell<u64>,
}

impl Answers<'_> {
    fn pass(&self, millis: u64) {
        self.passed_ms.set(self.passed_ms.get() + millis);
    }

    fn answer(
        &self,
        request: &HttpRequest,
        read: &mut dyn FnMut(&HttpResponse) -> Result<(), ConnectError>,
    ) -> Result<(), ConnectError> {
        request.validate()?;
        let status_check = get_account(&self.record.connected_account_id);
        assert_eq!(
            (request.method, &request.path),
            ("GET", &status_check.request.path),
            "not a status check of this account"
        );
        self.pass(REQUEST_MS);
        match self.answers.borrow_mut().next() {
            Some(seen) if !seen.fails => {
                let response = seen.response(self.record);
                self.last.replace(status_check.read(&response).ok());
                read(&response)
            }
            _ => Err(server_error()),
        }
    }
}

impl Platform for Answers<'_> {
    async fn send(
        &self,
        request: &HttpRequest,
        read: &mut dyn FnMut(&HttpResponse) -> Result<(), ConnectError>,
    ) -> Result<(), ConnectError> {
        self.answer(request, read)
    }

    async fn wait(&self, wait_ms: u64) -> Result<bool, ConnectError> {
        assert!(wait_ms > 0, "a status check without a pause");
        self.pass(wait_ms);
        match self.is_timed_out() {
            true => Err(ConnectError::new(ErrorCode::Timeout, "late")),
            false => Ok(true),
        }
    }

    fn moment(&self) -> Moment {
        Moment {
            now_ms: self.start_ms + self.passed_ms.get(),
            clock_ms: self.start_ms + self.passed_ms.get(),
            random: 0.0,
        }
    }

    fn surroundings(&self) -> Surroundings {
        Surroundings::ATTENDED
    }

    fn deadline_ms(&self) -> u64 {
        self.start_ms + u64::from(TIMEOUT_MS)
    }

    fn is_timed_out(&self) -> bool {
        self.passed_ms.get() >= u64::from(TIMEOUT_MS)
    }
}

/// Runs a future that is never pending, since [`Answers`] answers at once.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    match future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("nothing wakes the future"),
    }
}

impl Seen {
    fn response(self, record: &PendingConnection) -> HttpResponse {
        let own_id = || record.connected_account_id.clone();
        let body = json!({
            "id": self.id.map_or_else(own_id, |text| text.0),
            "status": strip(&self.status.0),
            "toolkit": { "slug": "gmail" },
            "user_id": match self.entity {
                None => record.entity_id.clone(),
                Some(other) => other.map(|text| text.0),
            },
        });
        response(200, &serde_json::Value::Null, &body)
    }
}

/// Success needs an account that is `ACTIVE`, and that has the id and the entity of the record.
fn judge(
    result: Result<CompletedConnection, ConnectError>,
    record: &PendingConnection,
    last: Option<ConnectedAccount>,
    is_refused: bool,
) {
    match result {
        Err(error) => check_error(&error),
        Ok(done) => {
            assert!(!is_refused, "a refused callback succeeded");
            assert_eq!(
                Some(&done.account),
                last.as_ref(),
                "not the account of the last answer"
            );
            assert_eq!(
                (&done.connection_status, &done.account.status),
                (&ConnectionStatus::Active, &ConnectionStatus::Active)
            );
            assert_eq!(
                (&done.connected_account_id, &done.account.id),
                (&record.connected_account_id, &record.connected_account_id)
            );
            assert!(
                done.account.entity_id.is_none_or(|entity| record
                    .entity_id
                    .as_ref()
                    .is_none_or(|own| *own == entity))
            );
        }
    }
}
