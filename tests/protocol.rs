//! What goes over the wire and what is read from it, the cases of `tests/data`, then any JSON.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::arbitrary::json;
use crate::support::cases::{Case, Request, all, projection};
use crate::support::sound::{check_sound, is_active_word};
use crate::support::words::{count, replace};
use connect_flow::core::error::ErrorCode;
use connect_flow::core::protocol::answer::Answer;
use connect_flow::core::protocol::http::{Body, HttpRequest, HttpResponse};
use connect_flow::core::protocol::operation::Operation;
use connect_flow::core::protocol::{Api, build, read};
use connect_flow::core::status::ConnectionStatus;
use connect_flow::core::value::Value;
use proptest::prelude::*;

/// The quirks of the platform that the cases of `tests/data` show, each in a few words.
const SHOWN: &[(&str, &str)] = &[
    ("Q1", "secret fields are not flagged as such"),
    ("Q2", "one member has two spellings, at times in one body"),
    ("Q3", "a field may have nothing but its name"),
    (
        "Q4",
        "who supplies a field may be left open: then the user does",
    ),
    ("Q5", "a default is text, null, or something else"),
    ("Q6", "no address: missing, null or empty"),
    (
        "Q7",
        "a finished account still carries the address it was connected at",
    ),
    ("Q8", "an address may come before the status says INITIATED"),
    ("Q9", "status words in any case, and new ones"),
    (
        "Q10",
        "the return address has a name of its own on every route",
    ),
    ("Q12", "the guides' name of an option is the only one"),
    (
        "Q13",
        "callers name the wrong scheme: the integration's counts",
    ),
    ("Q14", "a key makes an active account, right or wrong"),
    (
        "Q16",
        "page sizes are absurd by default, totals and cursors may be missing",
    ),
    ("Q17", "a cursor is a number or text"),
    (
        "Q19",
        "the integration of an OAuth app may have another scheme",
    ),
    ("Q20", "asking for a scheme does not guarantee it"),
    ("Q21", "a scheme may have nothing to ask for"),
    ("Q22", "a required field may have a default"),
    ("Q23", "an OAuth app may ask for something first"),
    ("Q24", "error bodies have any shape; the HTTP status wins"),
    ("Q25", "`not found` may be a 400"),
    ("Q26", "HTTP says success and the body failure"),
    ("Q27", "any 2xx is a success, with or without a body"),
    ("Q28", "success has two spellings"),
    ("Q30", "numbers, text and null stand for one another"),
    ("Q32", "the scheme stands beside or inside the state"),
    (
        "Q36",
        "official waiters do not notice that an account has failed",
    ),
    (
        "Q37",
        "another attempt for an account is answered as the first one",
    ),
    ("Q38", "slugs and names with odd first characters"),
    ("Q40", "an app may need no connection"),
    ("Q41", "what was deleted stays in lists"),
    ("Q42", "201 is a success as well"),
    ("Q43", "an account need not name its user"),
    ("Q44", "a link comes without a status"),
    ("Q46", "a mask looks different every year"),
    ("Q47", "an error body may be plain text"),
    ("Q48", "dates with or without a fraction, or without a time"),
];

/// The quirks that no case shows, each with the reason.
const ELSEWHERE: &[(&str, &str)] = &[
    ("Q39", "how fetch treats HTTP redirects: the browser layer"),
    ("Q15", "no entity is made up: tests/initiate_checks.rs"),
    ("Q45", "changing an integration is not offered"),
];

fn sent(case: &Case) -> Request {
    let request = build(Api::default(), &case.operation()).expect("a request");
    Request {
        method: request.method.to_owned(),
        path: request.path,
        body: request.body.map_or(serde_json::Value::Null, |bytes| {
            serde_json::from_slice(&bytes).expect("a JSON body")
        }),
    }
}

#[test]
fn every_case() {
    let mut failures = Vec::new();
    for case in all() {
        assert!(!case.source.is_empty(), "{}: no source", case.name);
        let (request, answer) = (sent(case), read(&case.operation(), &case.response()));
        if request != case.request {
            failures.push(format!(
                "{}\n  sends   {request:?}\n  not     {:?}",
                case.name, case.request
            ));
        }
        let seen = projection(&answer);
        if seen != case.expect {
            failures.push(format!(
                "{}\n  reads   {seen}\n  not     {}",
                case.name, case.expect
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn the_versions_differ_in_their_prefix_and_in_the_version_of_a_tool_that_nobody_names() {
    for case in all() {
        let operation = case.operation();
        let current = build(Api::V31, &operation).expect("a request");
        let previous = build(Api::V3, &operation).expect("a request");
        assert_eq!(
            previous.path,
            current.path.replacen("/api/v3.1/", "/api/v3/", 1),
            "{}",
            case.name
        );
        let body = |request: &HttpRequest| {
            let bytes = request.body.as_ref()?;
            Some(serde_json::from_slice::<serde_json::Value>(bytes).expect("a JSON body"))
        };
        let (mut current, mut previous) = (body(&current), body(&previous));
        if let Operation::Execute(execute) = &operation {
            let version = |body: &mut Option<serde_json::Value>| {
                let members = body.as_mut()?.as_object_mut()?;
                members.remove("version")
            };
            let named = execute.version.clone();
            let latest = Some(named.clone().unwrap_or_else(|| "latest".to_owned()));
            assert_eq!(version(&mut current), named.map(Into::into));
            assert_eq!(version(&mut previous), latest.map(Into::into));
        }
        assert_eq!(current, previous, "{}", case.name);
    }
}

#[test]
fn every_quirk_is_shown_or_left_out_for_a_reason() {
    let mut shown: BTreeSet<String> = all().iter().flat_map(|case| case.quirks.clone()).collect();
    // Some are about what the caller says: tests/options.rs checks those.
    let options: BTreeMap<String, serde_json::Value> =
        serde_json::from_str(include_str!("data/options.json")).unwrap();
    for wrong in options
        .values()
        .flat_map(|call| call["wrong"].as_array().unwrap())
    {
        let quirks = wrong["quirks"].as_array().into_iter().flatten();
        shown.extend(quirks.map(|id| id.as_str().unwrap().to_owned()));
    }
    let listed: BTreeSet<String> = SHOWN.iter().map(|(id, _)| (*id).to_owned()).collect();
    assert_eq!(shown, listed);
    let mut ids: Vec<u32> = SHOWN
        .iter()
        .chain(ELSEWHERE)
        .map(|(id, _)| id[1..].parse().unwrap())
        .collect();
    ids.sort_unstable();
    // The numbers that are missing were quirks of v1.
    let retired = [11, 18, 29, 31, 33, 34, 35];
    assert_eq!(
        ids,
        (1..=48)
            .filter(|id| !retired.contains(id))
            .collect::<Vec<u32>>()
    );
}

#[test]
fn case_names_are_unique() {
    let unique: BTreeSet<&str> = all().iter().map(|case| case.name.as_str()).collect();
    assert_eq!(unique.len(), all().len());
}

fn answered(body: Body, status: u16) -> HttpResponse {
    HttpResponse {
        status,
        retry_after_ms: None,
        date_ms: None,
        request_id: None,
        body,
    }
}

fn get_account() -> Operation {
    Operation::GetAccount {
        connected_account_id: "a".to_owned(),
    }
}

#[test]
fn an_answer_that_is_too_large_is_invalid() {
    let large = || Body::TooLarge(9_000);
    let error = read(&get_account(), &answered(large(), 200)).unwrap_err();
    assert_eq!(
        (error.code, error.retryable),
        (ErrorCode::ResponseInvalid, false)
    );
    assert!(error.message.contains("9000 bytes that `maxAnswerBytes`"));
    let error = read(&get_account(), &answered(large(), 500)).unwrap_err();
    assert_eq!(
        (error.code, error.error_description.as_deref()),
        (ErrorCode::Server, None)
    );
}

#[test]
fn long_words_of_a_server_are_cut_between_characters() {
    for body in [
        Body::Text("ä".repeat(5_000)),
        Body::Json(Value::String("ä".repeat(5_000))),
        Body::Json(Value::Object(vec![(
            "message".to_owned(),
            Value::String("ä".repeat(5_000)),
        )])),
    ] {
        let error = read(&get_account(), &answered(body, 400)).unwrap_err();
        assert_eq!(
            error.error_description.as_deref(),
            Some("ä".repeat(300).as_str())
        );
        assert_eq!(
            error.message,
            [
                "the server at `baseUrl` answered HTTP 400: ",
                &"ä".repeat(300)
            ]
            .concat()
        );
    }
    let details = vec![Value::String("x".repeat(5_000)); 1_000];
    let body = Value::Object(vec![("errors".to_owned(), Value::Array(details))]);
    let error = read(&get_account(), &answered(Body::Json(body), 400)).unwrap_err();
    assert_eq!(error.issues.len(), 50);
    assert!(error.issues.iter().all(|issue| issue.message.len() == 300));
}

#[test]
fn an_id_that_would_climb_the_path_makes_no_request() {
    for (id, code) in [("", "required"), (".", "format"), ("..", "format")] {
        {
            for (operation, field) in [
                (Operation::GetApp { app: id.to_owned() }, "app"),
                (
                    Operation::GetIntegration {
                        integration_id: id.to_owned(),
                    },
                    "integrationId",
                ),
                (
                    Operation::GetAccount {
                        connected_account_id: id.to_owned(),
                    },
                    "connectedAccountId",
                ),
            ] {
                let error = build(Api::default(), &operation).unwrap_err();
                assert_eq!(error.code, ErrorCode::InvalidArgument);
                assert_eq!(
                    (error.issues[0].field.as_str(), error.issues[0].code),
                    (field, code)
                );
            }
        }
    }
}

fn any_status() -> impl Strategy<Value = u16> {
    prop_oneof![3 => Just(200u16), 1 => 100u16..600]
}

proptest! {
    #[test]
    fn any_json_is_read_soundly(body in json(), status in any_status()) {
        let response = answered(Body::Json(body), status);
        for case in all().iter().filter(|case| case.expect.get("error").is_none()) {
            check_sound(&case.operation(), &response);
        }
    }

    #[test]
    fn a_good_body_with_any_change_is_read_soundly(
        pick in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), other in json(), status in any_status(),
    ) {
        let case = pick.get(all());
        let mut response = case.response();
        response.status = status;
        if let Body::Json(body) = &mut response.body {
            let at = at.index(count(body));
            replace(body, at, other);
        }
        check_sound(&case.operation(), &response);
    }

    #[test]
    fn only_active_is_active(word in prop_oneof!["[ a-zA-Z_]{0,10}", "(?i) ?(in)?(active|success)(ed)? ?", ".*"]) {
        let status = || Value::String(word.clone());
        let id = || Value::String("a".to_owned());
        let body = |members: Vec<(&str, Value)>| {
            answered(Body::Json(Value::Object(members.into_iter().map(|(key, item)| (key.to_owned(), item)).collect())), 200)
        };
        let initiate = || all().iter().map(Case::operation).find(|operation| matches!(operation, Operation::Initiate(_))).unwrap();
        for operation in [get_account(), initiate()] {
            let is_active = match read(&operation, &body(vec![("id", id()), ("status", status())])) {
                Ok(Answer::Account(account)) => account.status == ConnectionStatus::Active,
                Ok(Answer::Connection(connection)) => connection.status == ConnectionStatus::Active,
                _ => false,
            };
            prop_assert_eq!(is_active, is_active_word(&word), "{:?}", operation);
        }
    }

    #[test]
    fn any_text_is_read_soundly(text in ".*", status in any_status()) {
        check_sound(&get_account(), &answered(Body::Text(text), status));
    }

    #[test]
    fn any_id_stays_one_segment(id in ".*") {
        for api in [Api::V31, Api::V3] {
            let Ok(request) = build(api, &Operation::GetAccount { connected_account_id: id.clone() }) else {
                continue;
            };
            prop_assert_eq!(request.path.matches('/').count(), 4);
            prop_assert!(request.path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'?' && byte != b'#'));
        }
    }
}
