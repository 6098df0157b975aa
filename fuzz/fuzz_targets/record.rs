//! The record of an attempt in storage, where anybody may have written, and the callback that is bound to it.
#![no_main]

use arbitrary::Arbitrary;
use connect_flow::core::callback::{ConnectionCallback, Outcome as Claim};
use connect_flow::core::error::ConnectError;
use connect_flow::core::pending::{LIFETIME_MS, Outcome, PendingConnection};
use connect_flow::core::procedure::complete::{
    Bound, CompleteConnection, CompletedConnection, bind,
};
use connect_flow::core::procedure::{Event, Procedure, Step, Task};
use connect_flow::core::protocol::answer::{Answer, ConnectedAccount};
use connect_flow::core::protocol::operation::Operation;
use connect_flow::core::redirect::is_local_path;
use connect_flow::core::retry::before_look;
use connect_flow::core::status::ConnectionStatus;
use connect_flow_fuzz::input::{Edit, Json, Text, size, strip};
use connect_flow_fuzz::support::flow::{account, record, server_error};
use connect_flow_fuzz::support::{NOW, value};
use connect_flow_fuzz::{check_error, within};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    stored: Stored,
    now_ms: u32,
    callback: Callback,
    answers: Vec<Seen>,
}

#[derive(Arbitrary, Debug)]
enum Stored {
    /// A good record with changes.
    Edits(Vec<Edit>),
    Json(Json),
    /// A record of ours, with any texts.
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
                    Outcome::Pending,
                    Outcome::Connected,
                    Outcome::Failed,
                    Outcome::Cancelled,
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
                assert_eq!(read.as_ref(), Some(&made), "what is written reads back");
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
        "once more"
    );
    // Errors name the account, and nobody types its id.
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
        outcome: [Claim::Success, Claim::Failure, Claim::Unknown]
            [usize::from(input.callback.outcome) % 3],
        app: None,
        error: input.callback.error.map(|text| strip(&text.0)),
        error_description: None,
        session_uri: input.callback.has_session.then(|| "urn:1".to_owned()),
    };
    match bind(&callback, std::slice::from_ref(&record), now_ms) {
        Err(error) => check_error(&error),
        Ok(bound) => {
            assert_eq!(bound.record, record);
            assert_eq!(bound.is_expired, record.is_expired(now_ms));
            assert!(!record.is_forgotten(now_ms), "a record that is too old");
            let named = callback.connected_account_id.as_ref();
            assert!(named.is_none_or(|id| *id == record.connected_account_id));
            assert!(
                callback.flow_id.is_some() || named.is_some(),
                "bound by nothing"
            );
            assert!(!record.is_ended() || callback.outcome == Claim::Failure);
            complete(callback, bound, now_ms, input.answers);
        }
    }
});

fn read_json(text: &str) -> connect_flow::core::value::Value {
    value(&serde_json::from_str(text).expect("JSON"))
}

/// Success is only `ACTIVE`, of the account and the entity of the record; and it comes to an end in time.
fn complete(callback: ConnectionCallback, bound: Bound, start_ms: u64, answers: Vec<Seen>) {
    let record = &bound.record.clone();
    let is_refused = callback.error.is_some() || record.is_ended();
    let mut procedure = CompleteConnection::new(callback, bound);
    let (mut event, mut now_ms, mut answers) = (Event::Start, start_ms, answers.into_iter());
    let mut last: Option<ConnectedAccount> = None;
    loop {
        event = match procedure.advance(event, now_ms) {
            Step::Done(result) => break judge(result, record, last, is_refused),
            Step::Do(Task::Wait(pause)) => {
                now_ms += before_look(pause.look, 0.0).max(pause.at_least_ms);
                match now_ms < start_ms + 30_000 {
                    true => Event::Woke,
                    false => Event::Expired,
                }
            }
            Step::Do(Task::Call(Operation::GetAccount {
                connected_account_id,
            })) => {
                assert_eq!(
                    connected_account_id, record.connected_account_id,
                    "another account is looked at"
                );
                now_ms += 1;
                Event::Answered(match answers.next() {
                    Some(seen) if !seen.fails => {
                        let seen = seen.account(record);
                        last = Some(seen.clone());
                        Ok(Answer::Account(seen))
                    }
                    _ => Err(server_error()),
                })
            }
            other => panic!("asks {other:?}"),
        };
    }
}

impl Seen {
    fn account(self, record: &PendingConnection) -> ConnectedAccount {
        ConnectedAccount {
            id: self
                .id
                .map_or_else(|| record.connected_account_id.clone(), |text| text.0),
            entity_id: match self.entity {
                None => record.entity_id.clone(),
                Some(other) => other.map(|text| text.0),
            },
            ..account(&strip(&self.status.0))
        }
    }
}

fn judge(
    result: Result<CompletedConnection, ConnectError>,
    record: &PendingConnection,
    last: Option<ConnectedAccount>,
    is_refused: bool,
) {
    match result {
        Err(error) => check_error(&error),
        Ok(done) => {
            assert!(!is_refused, "an error beats an id");
            assert_eq!(
                Some(&done.account),
                last.as_ref(),
                "an account that was not seen"
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
