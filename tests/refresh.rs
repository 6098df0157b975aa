//! A new attempt for an account that exists: two requests, and what is remembered of it.

use crate::support::attempt::FLOW;
use crate::support::{Exchange, NOW, Played, exchange, play};
use connect_flow::core::error::ErrorCode;
use connect_flow::core::pending::{LIFETIME_MS, Outcome};
use connect_flow::core::procedure::initiate::Initiated;
use connect_flow::core::procedure::refresh::{Refresh, RefreshAccount};
use connect_flow::core::procedure::{Event, Procedure, Step, Task};
use connect_flow::core::protocol::answer::Answer;
use serde_json::{Value as Json, json};

const LOOK: &str = "GET /api/v3.1/connected_accounts/a-1";
const POST: &str = "POST /api/v3.1/connected_accounts/a-1/refresh?redirect_url=https%3A%2F%2Fapp.example%2Fdone%3Fcf_flow%3D0123456789abcdef0123456789abcdef";

fn refresh() -> Refresh {
    Refresh {
        connected_account_id: "a-1".to_owned(),
        redirect_url: "https://app.example/done".to_owned(),
        redirect_origins: Vec::new(),
        flow_id: FLOW.to_owned(),
        entity_id: Some("Jessica".to_owned()),
        has_key: false,
    }
}

fn run(refresh: Refresh, script: Vec<Exchange>) -> Played<Initiated> {
    play(RefreshAccount::new(refresh), script)
}

fn look(more: &Json) -> Exchange {
    let mut account = json!({ "id": "a-1", "status": "EXPIRED", "toolkit": { "slug": "acme" } });
    for (key, value) in more.as_object().into_iter().flatten() {
        account[key] = value.clone();
    }
    exchange(LOOK, 200, account)
}

fn started(url: &str) -> Exchange {
    let answer = json!({ "id": "a-1", "status": "INITIATED", "redirect_url": url });
    exchange(POST, 200, answer)
}

#[test]
fn it_is_a_status_check_and_one_request() {
    let played = run(
        refresh(),
        vec![
            look(&json!({ "user_id": "Jessica" })),
            started("https://provider.example/"),
        ],
    );
    let done = played.result.unwrap();
    assert_eq!(
        json!(done.request),
        json!({
            "connectionStatus": "INITIATED", "connectedAccountId": "a-1",
            "redirectUrl": "https://provider.example/", "entityId": "Jessica", "flowId": FLOW
        })
    );
    let record = done.pending().unwrap();
    assert_eq!(
        json!(record),
        json!({
            "flowId": FLOW, "connectedAccountId": "a-1", "entityId": "Jessica", "app": "acme",
            "startedAtMs": NOW, "expiresAtMs": NOW + LIFETIME_MS
        })
    );
    assert_eq!(record.outcome, Outcome::Pending);
    assert_eq!(done.learned, None);
}

#[test]
fn whose_it_is_says_the_account_then_the_client() {
    for (told, own, expected) in [
        (json!("Melissa"), None, Some("Melissa")),
        (json!("Jessica"), Some("Jessica"), Some("Jessica")),
        (json!(null), Some("Jessica"), Some("Jessica")),
        (json!(null), None, None),
    ] {
        let refresh = Refresh {
            entity_id: own.map(str::to_owned),
            ..refresh()
        };
        let script = vec![
            look(&json!({ "user_id": told, "toolkit": null })),
            started("https://provider.example/"),
        ];
        let record = run(refresh, script).result.unwrap().record;
        assert_eq!((record.entity_id.as_deref(), record.app), (expected, None));
    }
}

#[test]
fn an_account_of_another_entity_is_refused_before_anything_is_started() {
    for has_key in [false, true] {
        let refresh = Refresh {
            has_key,
            ..refresh()
        };
        let script = vec![look(&json!({ "user_id": "Melissa" }))];
        let error = run(refresh, script).result.unwrap_err();
        assert_eq!(error.code, ErrorCode::EntityMismatch);
    }
}

#[test]
fn with_a_key_nobody_is_made_up() {
    let refresh = || Refresh {
        entity_id: None,
        has_key: true,
        ..refresh()
    };
    let error = run(refresh(), vec![look(&json!({}))]).result.unwrap_err();
    assert_eq!(
        (error.code, error.issues[0].field.as_str()),
        (ErrorCode::InvalidArgument, "entityId")
    );
    let script = vec![
        look(&json!({ "user_id": "Melissa" })),
        started("https://provider.example/"),
    ];
    let record = run(refresh(), script).result.unwrap().record;
    assert_eq!(record.entity_id.as_deref(), Some("Melissa"));
}

#[test]
fn with_nowhere_to_go_nothing_is_remembered() {
    let active =
        json!({ "id": "a-1", "status": "ACTIVE", "redirect_url": "https://provider.example/" });
    let script = vec![look(&json!({})), exchange(POST, 200, active)];
    let done = run(refresh(), script).result.unwrap();
    assert_eq!((done.pending(), &done.request.redirect_url), (None, &None));
}

#[test]
fn a_page_is_not_sent_where_it_must_not_go() {
    for (url, origins) in [
        ("javascript:alert(1)", &[][..]),
        ("http://provider.example/", &[]),
        ("https://evil.example/", &["https://provider.example"]),
    ] {
        let refresh = Refresh {
            redirect_origins: origins.iter().map(|&origin| origin.to_owned()).collect(),
            ..refresh()
        };
        let script = vec![look(&json!({})), started(url)];
        let error = run(refresh, script).result.unwrap_err();
        assert_eq!(error.code, ErrorCode::RedirectRefused, "{url}");
    }
}

#[test]
fn a_failure_ends_it() {
    let gone = vec![exchange(LOOK, 404, json!({}))];
    let error = run(refresh(), gone).result.unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
    for status in [400, 404, 429, 500, 503] {
        let script = vec![look(&json!({})), exchange(POST, status, json!({}))];
        let error = run(refresh(), script).result.unwrap_err();
        assert_eq!(error.status, Some(status));
    }
}

#[test]
fn an_answer_to_another_question_is_an_error() {
    for event in [Event::Answered(Ok(Answer::Done)), Event::Woke] {
        let mut refresh = RefreshAccount::new(refresh());
        assert!(matches!(
            refresh.advance(Event::Start, NOW),
            Step::Do(Task::Call(_))
        ));
        let step = refresh.advance(event, NOW);
        assert!(matches!(step, Step::Done(Err(_))), "{step:?}");
    }
}
