//! What is kept of what happened: its form, its bound, and what never gets into it.

use crate::support::NOW;
use crate::support::attempt::FLOW;
use crate::support::cases::all;
use connect_flow::core::error::ErrorCode;
use connect_flow::core::protocol::operation::{
    AccountFilter, AppFilter, Execute, Initiate, Operation,
};
use connect_flow::core::protocol::{Api, build};
use connect_flow::core::scheme::AuthScheme;
use connect_flow::core::secret::Secret;
use connect_flow::core::status::ConnectionStatus;
use connect_flow::core::trace::{FlowTag, LIMIT, Trace, TraceEvent};
use connect_flow::core::value::Value;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

const APIS: [Api; 2] = [Api::V31, Api::V3];

/// Every operation, with the same word for everything that a caller can say.
fn operations(word: &str) -> Vec<Operation> {
    let text = || word.to_owned();
    let some = || Some(text());
    let initiate = Initiate {
        integration_id: text(),
        entity_id: some(),
        auth_scheme: Some(AuthScheme::parse(word)),
        data: vec![(text(), Secret::new(text()))],
        redirect_url: text(),
    };
    vec![
        Operation::GetApp { app: text() },
        Operation::ListApps {
            filter: AppFilter {
                search: some(),
                category: some(),
            },
            cursor: some(),
        },
        Operation::ListIntegrations {
            app: text(),
            cursor: some(),
        },
        Operation::GetIntegration {
            integration_id: text(),
        },
        Operation::CreateIntegration {
            app: text(),
            auth_scheme: AuthScheme::parse(word),
            is_managed: false,
        },
        Operation::Initiate(initiate.clone()),
        Operation::Link(initiate),
        Operation::GetAccount {
            connected_account_id: text(),
        },
        Operation::ListAccounts {
            filter: AccountFilter {
                entity_id: some(),
                all_entities: false,
                app: some(),
                integration_id: some(),
                status: Some(ConnectionStatus::parse(word)),
            },
            cursor: some(),
        },
        Operation::Refresh {
            connected_account_id: text(),
            redirect_url: text(),
        },
        Operation::SetEnabled {
            connected_account_id: text(),
            enabled: true,
        },
        Operation::SetEnabled {
            connected_account_id: text(),
            enabled: false,
        },
        Operation::DeleteAccount {
            connected_account_id: text(),
        },
        Operation::GetAuthParams {
            connected_account_id: text(),
        },
        Operation::Execute(Execute {
            action: text(),
            entity_id: some(),
            connected_account_id: some(),
            version: some(),
            input: Value::String(text()),
        }),
    ]
}

fn request(api: Api, operation: &Operation) -> TraceEvent {
    let request = build(api, operation).expect("a request");
    TraceEvent::Request {
        operation: operation.name(),
        method: request.method,
        prefix: request.prefix,
        route: request.route,
        status: Some(200),
        ms: 5,
        code: None,
    }
}

fn written(trace: &Trace) -> String {
    serde_json::to_string(&trace.entries()).expect("JSON")
}

#[test]
fn every_kind_is_one_flat_object() {
    let mut trace = Trace::default();
    let flow = FlowTag::of(FLOW);
    let account = Operation::GetAccount {
        connected_account_id: "a".to_owned(),
    };
    trace.record(request(Api::V31, &account), NOW);
    let failed = TraceEvent::Request {
        operation: "link",
        method: "POST",
        prefix: "",
        route: "/a",
        status: None,
        ms: 0,
        code: Some(ErrorCode::Network),
    };
    trace.record(failed, NOW + 1);
    let state = |state, code| TraceEvent::State { flow, state, code };
    trace.record(state("waiting", None), NOW + 2);
    trace.record(state("failed", Some(ErrorCode::AccessDenied)), NOW + 3);
    let what = "blocked";
    trace.record(TraceEvent::Popup { flow, what }, NOW + 4);
    let what = "stored";
    trace.record(TraceEvent::Storage { flow, what }, NOW + 5);
    assert_eq!(
        json!(trace.entries()),
        json!([
            {
                "atMs": NOW, "kind": "request", "operation": "getAccount", "method": "GET",
                "route": "/api/v3.1/connected_accounts/{id}", "status": 200, "ms": 5
            },
            { "atMs": NOW + 1, "kind": "request", "operation": "link", "method": "POST", "route": "/a", "ms": 0, "code": "network" },
            { "atMs": NOW + 2, "kind": "state", "flow": "012345", "state": "waiting" },
            { "atMs": NOW + 3, "kind": "state", "flow": "012345", "state": "failed", "code": "access_denied" },
            { "atMs": NOW + 4, "kind": "popup", "flow": "012345", "what": "blocked" },
            { "atMs": NOW + 5, "kind": "storage", "flow": "012345", "what": "stored" }
        ])
    );
}

#[test]
fn the_oldest_make_room() {
    let mut trace = Trace::default();
    let flow = FlowTag::of(FLOW);
    for at in 0..LIMIT as u64 + 50 {
        let what = "stored";
        trace.record(TraceEvent::Storage { flow, what }, at);
    }
    let times: Vec<u64> = trace.entries().iter().map(|entry| entry.at_ms).collect();
    assert_eq!(times, (50..LIMIT as u64 + 50).collect::<Vec<u64>>());
}

#[test]
fn a_tag_is_six_characters_whatever_the_id_is() {
    for (id, tag) in [
        (FLOW, "012345"),
        ("abCDef0123", "abCDef"),
        ("", "------"),
        ("ab", "ab----"),
        ("a@b.cdef", "a-b-cd"),
        ("ümlaut00", "----a-"),
        ("<script>", "--c---"),
    ] {
        assert_eq!(FlowTag::of(id).text(), tag, "{id:?}");
    }
}

#[test]
fn a_route_is_the_path_without_its_id_and_query() {
    for case in all() {
        let request = build(Api::V31, &case.operation()).expect("a request");
        let path = request.path.split('?').next().unwrap();
        let path = path.strip_prefix(request.prefix).unwrap();
        match request.route.split_once("{id}") {
            None => assert_eq!(path, request.route, "{}", case.name),
            Some((before, after)) => {
                let id = path
                    .strip_prefix(before)
                    .and_then(|rest| rest.strip_suffix(after));
                assert!(
                    id.is_some_and(|id| !id.is_empty() && !id.contains('/')),
                    "{}: {path}",
                    case.name
                );
            }
        }
        assert!(request.prefix.starts_with("/api/v"), "{}", case.name);
        assert!(!request.route.contains(['?', '#']), "{}", case.name);
    }
}

#[test]
fn every_operation_has_a_name_of_its_own() {
    let mut names: Vec<&str> = operations("x").iter().map(Operation::name).collect();
    // Switching on and off is one operation.
    names.dedup();
    let total = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!((names.len(), total), (14, 14));
    // They are the words of the cases.
    for case in all() {
        assert!(names.contains(&case.operation().name()), "{}", case.name);
    }
}

#[test]
fn what_was_said_is_not_in_it() {
    for word in [
        "sk-live-51abcDEF",
        "jessica@example.com",
        "ca_8sJ2kQ",
        "eyJhbGciOiJIUzI1NiJ9.e30.sig",
        "https://app.example/done?code=4/0Ab",
        "Jessica O'Neil",
    ] {
        let mut trace = Trace::default();
        for (api, operation) in APIS
            .into_iter()
            .flat_map(|api| operations(word).into_iter().map(move |one| (api, one)))
        {
            trace.record(request(api, &operation), NOW);
        }
        assert_eq!(trace.entries().len(), 30);
        let text = written(&trace);
        assert!(!text.contains(word) && !text.contains(&word[4..]), "{word}");
    }
}

proptest! {
    /// The trace of any words is the trace of any other words of the same length of flow id: nothing of them is kept.
    #[test]
    fn the_words_make_no_difference(one in "[^/.]{1,40}", other in "[a-z]{1,40}") {
        let of = |word: &str| {
            let mut trace = Trace::default();
            for api in APIS {
                for operation in operations(word) {
                    trace.record(request(api, &operation), NOW);
                }
            }
            written(&trace)
        };
        prop_assert_eq!(of(&one), of(&other));
    }

    #[test]
    fn a_flow_shows_six_digits_at_most(id in ".*") {
        let mut trace = Trace::default();
        trace.record(TraceEvent::Storage { flow: FlowTag::of(&id), what: "removed" }, NOW);
        let flow = json!(trace.entries())[0]["flow"].clone();
        let Json::String(flow) = flow else { unreachable!() };
        prop_assert_eq!(flow.len(), 6);
        prop_assert!(flow.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit()));
    }
}
