//! The API's requests and answers: every case of `tests/data`, then any JSON.

use std::collections::{BTreeMap, BTreeSet};

use crate::core::api::Api;
use crate::core::api::accounts::get_account;
use crate::core::api::apps::get_app;
use crate::core::api::http::{Body, HttpRequest, HttpResponse};
use crate::core::api::integrations::get_integration;
use crate::core::error::ErrorCode;
use crate::core::status::ConnectionStatus;
use crate::core::value::Value;
use crate::tests::support::arbitrary::json;
use crate::tests::support::cases::{Answer, AnyEndpoint, Request, all, erased, projection};
use crate::tests::support::sound::{check_sound, is_active_word};
use crate::tests::support::words::{count, replace};
use proptest::prelude::*;
use serde_json::Value as Json;

/// The quirks of the platform that the cases of `tests/data` cover (docs/protocol.md §7).
const SHOWN: &[(&str, &str)] = &[
    ("Q1", "secret fields are not flagged as such"),
    ("Q2", "one member has two spellings, at times in one body"),
    ("Q3", "a field may have nothing but its name"),
    (
        "Q4",
        "a field that names no supplier is the user's to fill in",
    ),
    ("Q5", "a default is text, null or an object"),
    ("Q6", "an absent redirect URL is missing, null or empty"),
    ("Q7", "a finished account keeps its old redirect URL"),
    ("Q8", "a redirect URL may come with INITIALIZING"),
    ("Q9", "status words come in any case, and new ones appear"),
    ("Q10", "the return URL has a different name on each route"),
    ("Q12", "typed values are passed as `data` only"),
    (
        "Q13",
        "callers name the wrong scheme; the integration's is used",
    ),
    ("Q14", "an account with a wrong API key is ACTIVE as well"),
    ("Q16", "totals and cursors may be missing"),
    ("Q17", "a cursor is a number or text"),
    (
        "Q19",
        "an OAuth app may have an integration of another scheme",
    ),
    ("Q20", "asking for a scheme does not guarantee it"),
    ("Q21", "a scheme may have no fields"),
    ("Q22", "a required field may have a default"),
    ("Q23", "an OAuth app may have fields to fill in first"),
    (
        "Q24",
        "error bodies have any shape; the HTTP status decides",
    ),
    ("Q25", "`not found` may be a 400"),
    ("Q26", "a body may report a failure under HTTP 2xx"),
    ("Q27", "any 2xx is a success, with or without a body"),
    ("Q28", "`successful` has two spellings"),
    ("Q30", "numbers, text and null stand for one another"),
    ("Q32", "the scheme is beside or inside the state"),
    (
        "Q36",
        "the first official clients ignore FAILED while they poll",
    ),
    ("Q37", "the answer to a refresh is that of an initiate"),
    ("Q38", "slugs and names may start with `_` or a space"),
    ("Q40", "an app may need no connection"),
    ("Q41", "lists contain deleted items"),
    ("Q42", "201 is a success as well"),
    ("Q43", "an account may lack its user"),
    ("Q44", "a link has no status"),
    ("Q46", "masks differ by year"),
    ("Q47", "an error body may be plain text"),
    ("Q48", "dates may lack their fraction or their time"),
];

/// The quirks that no case covers, each with the reason.
const ELSEWHERE: &[(&str, &str)] = &[
    ("Q39", "HTTP redirects are the browser layer's"),
    ("Q15", "the default entity: tests/native/initiate_checks.rs"),
    ("Q45", "changing an integration is not offered"),
];

#[test]
fn every_case_sends_its_request_and_reads_its_answer() {
    let mut failures = Vec::new();
    for case in all() {
        assert!(!case.source.is_empty(), "{}: no source", case.name);
        let endpoint = case.endpoint(Api::V31);
        let sent = endpoint.request();
        let request = Request {
            method: sent.method.to_owned(),
            path: [Api::V31.prefix(), &sent.path].concat(),
            body: json_body(sent),
        };
        if request != case.request {
            failures.push(format!(
                "{}\n  sends   {request:?}\n  not     {:?}",
                case.name, case.request
            ));
        }
        if let Err(error) = sent.validate() {
            failures.push(format!("{}: {error}", case.name));
        }
        let seen = projection(&endpoint.read(&case.response()));
        if seen != case.expect {
            failures.push(format!(
                "{}\n  reads   {seen}\n  not     {}",
                case.name, case.expect
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// The body of a request; null without one.
fn json_body(request: &HttpRequest) -> Json {
    request.body.as_ref().map_or(Json::Null, |bytes| {
        serde_json::from_slice(bytes).expect("a JSON body")
    })
}

#[test]
fn the_api_versions_differ_only_in_their_prefix_and_in_the_default_version_of_an_action() {
    assert_eq!(
        (Api::V31.prefix(), Api::V3.prefix()),
        ("/api/v3.1", "/api/v3")
    );
    for case in all() {
        let [current, previous] = [Api::V31, Api::V3].map(|api| case.endpoint(api));
        let (current, previous) = (current.request(), previous.request());
        let path = previous.path.replace("&toolkit_versions=latest", "");
        assert_eq!(current.path, path, "{}", case.name);
        let names_version = path != previous.path;
        assert_eq!(names_version, current.operation == "listTools");
        assert_eq!(current.method, previous.method, "{}", case.name);
        let (mut new, mut old) = (json_body(current), json_body(previous));
        if current.operation == "execute" {
            let version = |body: &mut Json| body.as_object_mut()?.remove("version");
            let named = case.request.body.get("version").cloned();
            let latest = named.clone().unwrap_or_else(|| "latest".into());
            assert_eq!(version(&mut new), named, "{}", case.name);
            assert_eq!(version(&mut old), Some(latest), "{}", case.name);
        }
        assert_eq!(new, old, "{}", case.name);
    }
}

#[test]
fn every_quirk_has_a_case_or_a_reason_without_one() {
    let mut shown: BTreeSet<String> = all().iter().flat_map(|case| case.quirks.clone()).collect();
    // Some are about the caller's options, which tests/native/options.rs checks.
    let options: BTreeMap<String, Json> =
        serde_json::from_str(include_str!("../data/options.json")).unwrap();
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
    // The missing numbers were quirks of v1.
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
        is_deprecated: false,
        sunset_ms: None,
        body,
    }
}

fn account() -> Box<dyn AnyEndpoint> {
    erased(get_account("a"), Answer::Account)
}

#[test]
fn an_answer_beyond_the_size_limit_is_response_invalid() {
    let large = || Body::TooLarge(9_000);
    let error = account().read(&answered(large(), 200)).unwrap_err();
    assert_eq!(
        (error.code, error.retryable),
        (ErrorCode::ResponseInvalid, false)
    );
    assert!(error.message.contains("9000 bytes that `maxAnswerBytes`"));
    let error = account().read(&answered(large(), 500)).unwrap_err();
    assert_eq!(
        (error.code, error.error_description.as_deref()),
        (ErrorCode::Server, None)
    );
}

#[test]
fn server_words_are_cut_to_300_characters() {
    for body in [
        Body::Text("ä".repeat(5_000)),
        Body::Json(Value::String("ä".repeat(5_000))),
        Body::Json(Value::Object(vec![(
            "message".to_owned(),
            Value::String("ä".repeat(5_000)),
        )])),
    ] {
        let error = account().read(&answered(body, 400)).unwrap_err();
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
    let error = account()
        .read(&answered(Body::Json(body), 400))
        .unwrap_err();
    assert_eq!(error.issues.len(), 50);
    assert!(error.issues.iter().all(|issue| issue.message.len() == 300));
}

#[test]
fn refuses_an_id_that_would_change_the_path() {
    for (id, code) in [("", "required"), (".", "format"), ("..", "format")] {
        for (request, field) in [
            (get_app(id).request, "app"),
            (get_integration(id).request, "integrationId"),
            (get_account(id).request, "connectedAccountId"),
        ] {
            let error = request.validate().unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidArgument);
            assert_eq!(
                (error.issues[0].field.as_str(), error.issues[0].code),
                (field, code)
            );
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
            check_sound(&*case.endpoint(Api::V31), &response);
        }
    }

    #[test]
    fn a_valid_body_with_any_change_is_read_soundly(
        pick in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), other in json(), status in any_status(),
    ) {
        let case = pick.get(all());
        let mut response = case.response();
        response.status = status;
        if let Body::Json(body) = &mut response.body {
            let at = at.index(count(body));
            replace(body, at, other);
        }
        check_sound(&*case.endpoint(Api::V31), &response);
    }

    #[test]
    fn only_the_words_for_active_are_read_as_active(word in prop_oneof!["[ a-zA-Z_]{0,10}", "(?i) ?(in)?(active|success)(ed)? ?", ".*"]) {
        let members = [("id", "a"), ("status", &word)];
        let members = members.map(|(key, text)| (key.to_owned(), Value::String(text.to_owned())));
        let response = answered(Body::Json(Value::Object(members.into())), 200);
        let endpoints = all().iter().map(|case| case.endpoint(Api::V31));
        let initiate = endpoints.into_iter().find(|endpoint| endpoint.request().operation == "initiate").unwrap();
        for endpoint in [account(), initiate] {
            let is_active = match endpoint.read(&response) {
                Ok(Answer::Account(account)) => account.status == ConnectionStatus::Active,
                Ok(Answer::Connection(connection)) => connection.status == ConnectionStatus::Active,
                _ => false,
            };
            prop_assert_eq!(is_active, is_active_word(&word), "{}", endpoint.request().operation);
        }
    }

    #[test]
    fn any_text_is_read_soundly(text in ".*", status in any_status()) {
        check_sound(&*account(), &answered(Body::Text(text), status));
    }

    #[test]
    fn an_id_is_one_path_segment(id in ".*") {
        let request = get_account(&id).request;
        if request.validate().is_ok() {
            prop_assert_eq!(request.path.matches('/').count(), 2);
            prop_assert!(request.path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'?' && byte != b'#'));
        }
    }
}
