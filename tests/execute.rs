//! Executing an action: with which account, and never twice.

use crate::support::{Exchange, NOW, Played, exchange, plain, play, value};
use connect_flow::core::error::ErrorCode;
use connect_flow::core::procedure::execute::ExecuteAction;
use connect_flow::core::procedure::{Event, Procedure, Step, Task};
use connect_flow::core::protocol::Api;
use connect_flow::core::protocol::answer::{Answer, Execution};
use connect_flow::core::protocol::operation::Execute;
use serde_json::{Value as Json, json};

const V1_LIST: &str = "GET /api/v1/connectedAccounts?pageSize=50&page=1&user_uuid=alice";
const V1_POST: &str = "POST /api/v2/actions/GMAIL_SEND_EMAIL/execute";
const V3_POST: &str = "POST /api/v3/tools/execute/GMAIL_SEND_EMAIL";

fn execute(more: &Json) -> Execute {
    let mut options = json!({ "action": "GMAIL_SEND_EMAIL", "input": { "to": "b" } });
    for (key, value) in more.as_object().into_iter().flatten() {
        options[key] = value.clone();
    }
    Execute::read(&value(&options)).expect("options")
}

fn run(api: Api, more: &Json, script: Vec<Exchange>) -> Played<Execution> {
    play(api, ExecuteAction::new(api, execute(more)), script)
}

fn done(asked: &str) -> Exchange {
    exchange(
        asked,
        200,
        json!({ "data": { "id": "m" }, "successful": true, "log_id": "l" }),
    )
}

/// The accounts of alice: an older one of the app, a newer one, one of another app.
fn accounts() -> Json {
    let of = |id: &str, app: &str, created: &str| json!({ "id": id, "appUniqueId": app, "status": "ACTIVE", "createdAt": created });
    json!({
        "items": [of("a-1", "gmail", "2025-01-01"), of("a-2", "Gmail", "2025-01-02"), of("s-1", "slack", "2025-01-03")],
        "totalPages": 1, "page": 1
    })
}

#[test]
fn v3_looks_nothing_up() {
    let played = run(
        Api::V3,
        &json!({ "entityId": "alice", "app": "gmail" }),
        vec![done(V3_POST)],
    );
    assert_eq!(
        played.bodies,
        [json!({ "user_id": "alice", "arguments": { "to": "b" } })]
    );
    let execution = played.result.unwrap();
    assert_eq!(plain(&execution.data), json!({ "id": "m" }));
    assert_eq!(execution.log_id.as_deref(), Some("l"));
}

#[test]
fn v1_takes_the_newest_account_of_the_apps() {
    // The app is told, or the action's name tells it.
    for (more, list) in [
        (
            json!({ "entityId": "alice", "app": "gmail" }),
            [V1_LIST, "&appNames=gmail"].concat(),
        ),
        (json!({ "entityId": "alice" }), V1_LIST.to_owned()),
    ] {
        let script = vec![exchange(&list, 200, accounts()), done(V1_POST)];
        let played = run(Api::V1, &more, script);
        assert!(played.result.is_ok());
        // The app is told in the caller's word for it, if there is one.
        let app = more["app"].as_str().unwrap_or("Gmail");
        assert_eq!(
            played.bodies[1],
            json!({ "connectedAccountId": "a-2", "entityId": "alice", "appName": app, "input": { "to": "b" } })
        );
    }
}

#[test]
fn an_account_that_is_named_is_used_as_it_is() {
    let more = json!({ "entityId": "alice", "connectedAccountId": "s-1" });
    let played = run(Api::V1, &more, vec![done(V1_POST)]);
    assert_eq!(
        played.bodies,
        [json!({ "connectedAccountId": "s-1", "entityId": "alice", "input": { "to": "b" } })]
    );
    let played = run(Api::V3, &more, vec![done(V3_POST)]);
    assert_eq!(
        played.bodies,
        [json!({ "connected_account_id": "s-1", "user_id": "alice", "arguments": { "to": "b" } })]
    );
}

#[test]
fn without_an_account_the_platform_decides() {
    let nobody = json!({ "items": [], "totalPages": 0, "page": 1 });
    let script = vec![exchange(V1_LIST, 200, nobody), done(V1_POST)];
    let played = run(Api::V1, &json!({ "entityId": "alice" }), script);
    assert!(played.result.is_ok());
    assert_eq!(
        played.bodies[1],
        json!({ "entityId": "alice", "input": { "to": "b" } })
    );
    // Nobody is named either: there is nothing to look up.
    let played = run(Api::V1, &json!({ "app": "gmail" }), vec![done(V1_POST)]);
    assert_eq!(
        played.bodies,
        [json!({ "appName": "gmail", "input": { "to": "b" } })]
    );
}

#[test]
fn a_lookup_that_fails_executes_nothing() {
    for (status, code) in [
        (401, ErrorCode::Unauthorized),
        (429, ErrorCode::RateLimited),
        (500, ErrorCode::Server),
        (200, ErrorCode::ResponseInvalid),
    ] {
        let script = vec![exchange(V1_LIST, status, json!({}))];
        let played = run(Api::V1, &json!({ "entityId": "alice" }), script);
        assert_eq!(played.result.unwrap_err().code, code);
    }
}

/// The driver fails at a request that is not in the script: a second one would show.
#[test]
fn whatever_comes_of_it_nothing_is_executed_twice() {
    for (status, body, code) in [
        (
            200,
            json!({ "successful": false, "error": "x" }),
            ErrorCode::ActionFailed,
        ),
        (
            201,
            json!({ "successfull": false, "error": "x" }),
            ErrorCode::ActionFailed,
        ),
        (200, json!("{\"data\":"), ErrorCode::ResponseInvalid),
        (204, Json::Null, ErrorCode::ResponseInvalid),
        (
            400,
            json!({ "message": "Connected account is disabled" }),
            ErrorCode::InvalidRequest,
        ),
        (
            400,
            json!({ "error": { "code": 1812 } }),
            ErrorCode::InvalidRequest,
        ),
        (404, json!({}), ErrorCode::NotFound),
        (408, json!({}), ErrorCode::Timeout),
        (429, json!({}), ErrorCode::RateLimited),
        (500, json!({}), ErrorCode::Server),
        (503, Json::Null, ErrorCode::Server),
    ] {
        let answered = |asked: &str| exchange(asked, status, body.clone());
        let who = json!({ "entityId": "alice" });
        let v3 = run(Api::V3, &who, vec![answered(V3_POST)]);
        let list = exchange(V1_LIST, 200, accounts());
        let v1 = run(Api::V1, &who, vec![list, answered(V1_POST)]);
        for played in [v1, v3] {
            let error = played.result.unwrap_err();
            assert_eq!(error.code, code, "{status}");
            // Only what was refused before anything was done may be sent again, by whoever asked.
            assert_eq!(error.retryable, code == ErrorCode::RateLimited);
            assert!(played.waits.is_empty());
        }
    }
}

#[test]
fn an_answer_to_another_question_is_an_error() {
    for api in [Api::V1, Api::V3] {
        let who = json!({ "entityId": "alice" });
        let mut procedure = ExecuteAction::new(api, execute(&who));
        assert!(matches!(
            procedure.advance(Event::Start, NOW),
            Step::Do(Task::Call(_))
        ));
        assert!(matches!(
            procedure.advance(Event::Answered(Ok(Answer::Done)), NOW),
            Step::Done(Err(_))
        ));
    }
}
