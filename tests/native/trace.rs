//! The trace: its form, its limit, and that no argument gets into it.

use crate::core::api::Api;
use crate::core::api::accounts::get_account;
use crate::core::api::http::HttpRequest;
use crate::core::error::ErrorCode;
use crate::core::trace::{FlowTag, LIMIT, PopupChange, StorageChange, Trace, TraceEvent};
use crate::tests::support::NOW;
use crate::tests::support::attempt::FLOW;
use crate::tests::support::cases::{all, operations_saying};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

const APIS: [Api; 2] = [Api::V31, Api::V3];

fn sent(api: Api, request: &HttpRequest) -> TraceEvent {
    TraceEvent::Request {
        operation: request.operation,
        method: request.method,
        prefix: api.prefix(),
        route: request.route,
        status: Some(200),
        ms: 5,
        code: None,
        is_deprecated: false,
        sunset_ms: None,
    }
}

/// The trace of every operation, to each version of the API.
fn trace_of(word: &str) -> Trace {
    let mut trace = Trace::default();
    for api in APIS {
        for operation in operations_saying(api, word) {
            let request = operation.request();
            request.validate().expect("a valid request");
            trace.record(sent(api, request), NOW);
        }
    }
    trace
}

fn written(trace: &Trace) -> String {
    serde_json::to_string(&trace.entries()).expect("JSON")
}

#[test]
fn an_entry_is_serialized_as_one_flat_object() {
    let mut trace = Trace::default();
    let flow = FlowTag::of(FLOW);
    trace.record(sent(Api::V31, &get_account("a").request), NOW);
    let failed = TraceEvent::Request {
        operation: "link",
        method: "POST",
        prefix: "",
        route: "/a",
        status: None,
        ms: 0,
        code: Some(ErrorCode::Network),
        is_deprecated: true,
        sunset_ms: Some(7),
    };
    trace.record(failed, NOW + 1);
    let state = |state, code| TraceEvent::State { flow, state, code };
    trace.record(state("waiting", None), NOW + 2);
    trace.record(state("failed", Some(ErrorCode::AccessDenied)), NOW + 3);
    let what = PopupChange::Blocked;
    trace.record(TraceEvent::Popup { flow, what }, NOW + 4);
    let what = StorageChange::Stored;
    trace.record(TraceEvent::Storage { flow, what }, NOW + 5);
    assert_eq!(
        json!(trace.entries()),
        json!([
            {
                "atMs": NOW, "kind": "request", "operation": "getAccount", "method": "GET",
                "route": "/api/v3.1/connected_accounts/{id}", "status": 200, "ms": 5
            },
            { "atMs": NOW + 1, "kind": "request", "operation": "link", "method": "POST", "route": "/a", "ms": 0, "isDeprecated": true, "sunsetAtMs": 7, "code": "network" },
            { "atMs": NOW + 2, "kind": "state", "flow": "012345", "state": "waiting" },
            { "atMs": NOW + 3, "kind": "state", "flow": "012345", "state": "failed", "code": "access_denied" },
            { "atMs": NOW + 4, "kind": "popup", "flow": "012345", "what": "blocked" },
            { "atMs": NOW + 5, "kind": "storage", "flow": "012345", "what": "stored" }
        ])
    );
}

#[test]
fn lists_are_told_of_every_request_that_changes_accounts_and_of_no_other() {
    let mut changing: Vec<&str> = operations_saying(Api::V31, "x")
        .iter()
        .filter(|operation| sent(Api::V31, operation.request()).may_change_accounts())
        .map(|operation| operation.request().operation)
        .collect();
    changing.sort_unstable();
    changing.dedup();
    let expected = [
        "deleteAccount",
        "initiate",
        "link",
        "refresh",
        "revokeAccount",
        "setEnabled",
        "updateAccount",
    ];
    assert_eq!(changing, expected);
}

#[test]
fn a_full_trace_drops_its_oldest_entry() {
    let mut trace = Trace::default();
    let flow = FlowTag::of(FLOW);
    for at in 0..LIMIT as u64 + 50 {
        let what = StorageChange::Stored;
        trace.record(TraceEvent::Storage { flow, what }, at);
    }
    let times: Vec<u64> = trace.entries().iter().map(|entry| entry.at_ms).collect();
    assert_eq!(times, (50..LIMIT as u64 + 50).collect::<Vec<u64>>());
}

#[test]
fn a_flow_tag_has_six_characters_for_any_id() {
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
        let endpoint = case.endpoint(Api::V31);
        let request = endpoint.request();
        let path = request.path.split('?').next().unwrap();
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
        assert!(!request.route.contains(['?', '#']), "{}", case.name);
    }
}

#[test]
fn an_entry_names_the_operation_of_its_case() {
    for case in all() {
        let endpoint = case.endpoint(Api::V31);
        assert_eq!(
            endpoint.request().operation,
            case.operation_name(),
            "{}",
            case.name
        );
    }
}

#[test]
fn the_trace_omits_every_argument() {
    for word in [
        "sk-live-51abcDEF",
        "jessica@example.com",
        "ca_8sJ2kQ",
        "eyJhbGciOiJIUzI1NiJ9.e30.sig",
        "https://app.example/done?code=4/0Ab",
        "Jessica O'Neil",
    ] {
        let trace = trace_of(word);
        let operations = operations_saying(Api::V31, word);
        assert_eq!(trace.entries().len(), APIS.len() * operations.len());
        let text = written(&trace);
        assert!(!text.contains(word) && !text.contains(&word[4..]), "{word}");
    }
}

proptest! {
    #[test]
    fn the_trace_is_the_same_for_any_arguments(one in "[^/.]{1,40}", other in "[a-z]{1,40}") {
        prop_assert_eq!(written(&trace_of(&one)), written(&trace_of(&other)));
    }

    #[test]
    fn an_entry_shows_at_most_six_digits_of_a_flow_id(id in ".*") {
        let mut trace = Trace::default();
        trace.record(TraceEvent::Storage { flow: FlowTag::of(&id), what: StorageChange::Removed }, NOW);
        let flow = json!(trace.entries())[0]["flow"].clone();
        let Json::String(flow) = flow else { unreachable!() };
        prop_assert_eq!(flow.len(), 6);
        prop_assert!(flow.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit()));
    }
}
