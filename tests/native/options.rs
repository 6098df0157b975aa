//! Options of a call: every mistake is named, and every valid option is read.

use std::fmt::Debug;

use crate::core::api::Api;
use crate::core::api::accounts::{AccountFilter, AccountType};
use crate::core::api::actions::{ExecuteOptions, ToolFilter};
use crate::core::api::apps::AppFilter;
use crate::core::calls::complete::CompleteOptions;
use crate::core::calls::create_integration::CreateIntegrationOptions;
use crate::core::calls::expected_params::ExpectedParamsOptions;
use crate::core::calls::initiate::InitiateOptions;
use crate::core::error::{ConnectError, ErrorCode};
use crate::core::flow::{FlowOptions, ResumeOptions};
use crate::core::options::{
    ClientOptions, Credentials, RefreshOptions, read_account_id, read_app_key, read_integration_id,
    read_redirect_url, read_timeout,
};
use crate::core::status::ConnectionStatus;
use crate::core::value::Value;
use crate::tests::support::{arbitrary, value};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value as Json, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    /// Valid options.
    good: Json,
    /// The options that are strings.
    texts: Vec<String>,
    /// The mistakes.
    wrong: Vec<Wrong>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wrong {
    /// Replaces members of the valid options.
    options: Json,
    /// The field that the error must name.
    field: String,
    code: String,
    /// The quirks that it covers.
    #[serde(default, rename = "quirks")]
    _quirks: Vec<String>,
}

fn check_wrong<T: Debug>(
    read: impl Fn(&Value) -> Result<T, ConnectError>,
    good: &Json,
    wrong: &Wrong,
) {
    let mut options = good.clone();
    for (key, other) in wrong.options.as_object().expect("an object") {
        options[key] = other.clone();
    }
    let error = read(&value(&options)).expect_err(&options.to_string());
    assert_eq!(error.code, ErrorCode::InvalidArgument, "{options}");
    assert_eq!(error.issues.len(), 1, "{options}");
    let issue = &error.issues[0];
    assert_eq!(
        (issue.field.as_str(), issue.code),
        (wrong.field.as_str(), wrong.code.as_str()),
        "{options}"
    );
    assert!(!error.retryable, "{options}");
    assert!(
        error.message.contains(&wrong.field),
        "{options}: {}",
        error.message
    );
}

/// Checks that `read` names every mistake that `tests/data/options.json` lists for a call.
fn check<T: Debug>(call: &str, read: impl Fn(&Value) -> Result<T, ConnectError>) {
    let mut calls: Json = serde_json::from_str(include_str!("../data/options.json")).unwrap();
    let call: Call = serde_json::from_value(calls[call].take()).unwrap();
    assert!(read(&value(&call.good)).is_ok(), "{}", call.good);
    for wrong in &call.wrong {
        check_wrong(&read, &call.good, wrong);
    }
    for field in call.texts {
        for (other, code) in [
            (json!(""), "required"),
            (json!(" \t"), "required"),
            (json!(7), "type"),
            (json!(true), "type"),
            (json!(["x"]), "type"),
            (json!({}), "type"),
        ] {
            let wrong = Wrong {
                options: json!({ &field: other }),
                field: field.clone(),
                code: code.to_owned(),
                _quirks: Vec::new(),
            };
            check_wrong(&read, &call.good, &wrong);
        }
    }
    for other in [
        Value::Bool(true),
        Value::String("x".to_owned()),
        Value::Array(Vec::new()),
        Value::Foreign,
    ] {
        assert_eq!(
            read(&other).expect_err("no object").code,
            ErrorCode::InvalidArgument,
            "{other:?}"
        );
    }
}

/// One mistake is an unknown name: an early client read `connectionParams` and dropped the `data` of the documents.
#[test]
fn every_mistake_is_named() {
    check("client", ClientOptions::read);
    check("expectedParams", ExpectedParamsOptions::read);
    check("initiate", InitiateOptions::read);
    check("complete", with_timeout(CompleteOptions::read));
    check("account", read_account_id);
    check("wait", with_timeout(read_account_id));
    check("refresh", RefreshOptions::read);
    check("list", AccountFilter::read);
    check("getConnection", read_app_key);
    check("flow", FlowOptions::read);
    check("resume", ResumeOptions::read);
    check("execute", ExecuteOptions::read);
    check("tools", ToolFilter::read);
    check("apps", AppFilter::read);
    check("integration", read_integration_id);
    check("createIntegration", CreateIntegrationOptions::read);
}

#[test]
fn reads_every_option_of_a_client() {
    let options = json!({
        "baseUrl": "https://gateway.example/api//", "api": "v3", "entityId": "Jessica", "headers": { "x-session": "s", "x-none": null },
        "credentials": "include", "redirectUrl": "/done", "providerOrigins": ["https://a.example"], "timeoutMs": 600_000,
        "retry": 10, "createIntegrations": true, "unsafeApiKey": "k"
    });
    let read = ClientOptions::read(&value(&options)).unwrap();
    assert_eq!(read.base_url, "https://gateway.example/api");
    assert_eq!(
        (read.api, read.entity_id.as_deref()),
        (Api::V3, Some("Jessica"))
    );
    assert_eq!(read.headers, [("x-session".to_owned(), "s".to_owned())]);
    assert_eq!(
        (read.credentials, read.redirect_url.as_deref()),
        (Credentials::Include, Some("/done"))
    );
    assert_eq!(read.provider_origins, ["https://a.example"]);
    assert_eq!(
        (read.timeout_ms, read.retry, read.create_integrations),
        (600_000, 10, true)
    );
    assert_eq!(read.unsafe_api_key.unwrap().expose(), "k");
    let read = ClientOptions::read(&value(&json!({ "baseUrl": "/" }))).unwrap();
    assert_eq!(
        (read.base_url.as_str(), read.api, read.credentials),
        ("", Api::V31, Credentials::SameOrigin)
    );
    assert_eq!(
        (read.timeout_ms, read.retry, read.create_integrations),
        (15_000, 2, false)
    );
    assert!(read.unsafe_api_key.is_none() && read.provider_origins.is_empty());
}

#[test]
fn reads_the_options_of_expected_params() {
    let read = ExpectedParamsOptions::read(&value(
        &json!({ "integrationId": " i ", "authScheme": " oauth2", "entityId": "e" }),
    ))
    .unwrap();
    assert_eq!(
        (
            read.integration_id.as_deref(),
            read.auth_scheme.unwrap().as_str()
        ),
        (Some(" i "), "OAUTH2")
    );
    assert_eq!(
        ExpectedParamsOptions::read(&Value::Null)
            .unwrap_err()
            .issues[0]
            .field,
        "app"
    );
}

#[test]
fn reads_the_options_of_initiate_as_the_documents_write_them() {
    let options = json!({
        "entityId": "Jessica", "integrationId": "i", "authMode": "OAUTH2", "authConfig": {}, "redirectUri": "https://app.example/done",
        "redirectUrl": "https://app.example/done", "data": { "shop": "acme", "Base64_Encode": " x ", "none": null }, "returnTo": "/a?b#c"
    });
    let read = InitiateOptions::read(&value(&options)).unwrap();
    assert_eq!(
        (
            read.entity_id.as_deref(),
            read.integration_id.as_deref(),
            read.app
        ),
        (Some("Jessica"), Some("i"), None)
    );
    assert_eq!(
        (read.redirect_url.as_deref(), read.return_to.as_deref()),
        (Some("https://app.example/done"), Some("/a?b#c"))
    );
    // Callers often give a wrong `authMode`, so the scheme of the integration is used.
    assert_eq!(read.auth_scheme, None);
    let typed: Vec<(&str, &str)> = read
        .data
        .iter()
        .map(|(name, secret)| (name.as_str(), secret.expose()))
        .collect();
    assert_eq!(typed, [("Base64_Encode", " x "), ("shop", "acme")]);
}

#[test]
fn reads_the_options_of_complete() {
    let options = value(&json!({ "url": "https://app.example/?a", "timeoutMs": 1 }));
    let (read, timeout_ms) = with_timeout(CompleteOptions::read)(&options).unwrap();
    assert_eq!(
        (read.url.as_deref(), timeout_ms),
        (Some("https://app.example/?a"), Some(1))
    );
    assert!(CompleteOptions::read(&Value::Null).unwrap().url.is_none());
}

#[test]
fn reads_the_id_of_an_account() {
    assert_eq!(
        read_account_id(&value(&json!({ "connectedAccountId": " a" }))).unwrap(),
        " a"
    );
}

#[test]
fn reads_the_options_of_waiting_and_of_refresh() {
    let options = value(&json!({ "connectedAccountId": "a", "timeoutMs": 3_600_000 }));
    let read = with_timeout(read_account_id)(&options).unwrap();
    assert_eq!(read, ("a".to_owned(), Some(3_600_000)));
    for options in [
        json!({ "connectedAccountId": "a", "redirectUrl": "/b" }),
        json!({ "connectedAccountId": "a", "redirectUri": "/b" }),
    ] {
        let read = RefreshOptions::read(&value(&options)).unwrap();
        assert_eq!(
            (
                read.connected_account_id.as_str(),
                read.redirect_url.as_deref()
            ),
            ("a", Some("/b"))
        );
    }
    let read = RefreshOptions::read(&value(&json!({ "connectedAccountId": "a" }))).unwrap();
    assert_eq!(read.redirect_url, None);
}

#[test]
fn reads_the_filter_of_accounts() {
    assert_eq!(
        AccountFilter::read(&Value::Null).unwrap(),
        AccountFilter::default()
    );
    let options = json!({ "entityId": "alice", "app": "gmail", "integrationId": "i", "statuses": [" expired", "ACTIVE"], "accountType": "all" });
    assert_eq!(
        AccountFilter::read(&value(&options)).unwrap(),
        AccountFilter {
            entity_id: Some("alice".to_owned()),
            all_entities: false,
            app: Some("gmail".to_owned()),
            integration_id: Some("i".to_owned()),
            statuses: vec![ConnectionStatus::Expired, ConnectionStatus::Active],
            account_type: Some(AccountType::Both),
        }
    );
    for (options, field, message) in [
        (
            json!({ "statuses": ["ACTIVE", "DONE"] }),
            "statuses",
            "`statuses` must be an array of `ACTIVE`, `INITIATED`, `INITIALIZING`, `FAILED`, `EXPIRED`, `REVOKED` or `INACTIVE`, got `DONE`",
        ),
        (
            json!({ "statuses": "ACTIVE" }),
            "statuses",
            "`statuses` must be an array, got a string",
        ),
        (json!({ "statuses": [7] }), "statuses", "got a number"),
        (
            json!({ "accountType": "public" }),
            "accountType",
            "`accountType` must be `PRIVATE`, `SHARED` or `ALL`, got `public`",
        ),
        (
            json!({ "status": "ACTIVE" }),
            "status",
            "did you mean `statuses`?",
        ),
    ] {
        let error = AccountFilter::read(&value(&options)).unwrap_err();
        assert_eq!(error.issues[0].field, field);
        assert!(error.message.contains(message), "{}", error.message);
    }
}

#[test]
fn reads_the_options_of_apps_and_integrations() {
    let read = AppFilter::read(&value(&json!({ "search": "mail", "category": "crm" }))).unwrap();
    assert_eq!(
        (read.search.as_deref(), read.category.as_deref()),
        (Some("mail"), Some("crm"))
    );
    assert_eq!(AppFilter::read(&Value::Null).unwrap(), AppFilter::default());
    let options = json!({ "app": "gmail", "authScheme": "oauth2" });
    let read = CreateIntegrationOptions::read(&value(&options)).unwrap();
    assert_eq!(
        (read.app.as_str(), read.auth_scheme.unwrap().as_str()),
        ("gmail", "OAUTH2")
    );
    let options = json!({ "integrationId": " i" });
    assert_eq!(read_integration_id(&value(&options)).unwrap(), " i");
}

#[test]
fn reads_the_options_of_an_action() {
    let options = json!({ "action": "A_B", "entityId": "alice", "connectedAccountId": "a", "version": "20250905_00", "input": { "n": [1, null] } });
    let read = ExecuteOptions::read(&value(&options)).unwrap();
    assert_eq!(
        (read.action.as_str(), read.entity_id.as_deref()),
        ("A_B", Some("alice"))
    );
    assert_eq!(
        (
            read.connected_account_id.as_deref(),
            read.version.as_deref()
        ),
        (Some("a"), Some("20250905_00"))
    );
    assert_eq!(read.input, value(&json!({ "n": [1, null] })));
    let read = ExecuteOptions::read(&value(&json!({ "action": "A_B", "input": null }))).unwrap();
    assert_eq!(read.input, Value::Object(Vec::new()));
    assert_eq!((read.entity_id, read.connected_account_id), (None, None));
}

#[test]
fn reads_the_options_of_tools() {
    let options = json!({ "app": "gmail", "actions": ["A_B", "A_C"], "timeoutMs": 5 });
    let read = ToolFilter::read(&value(&options)).unwrap();
    let actions = vec!["A_B".to_owned(), "A_C".to_owned()];
    let app = Some("gmail".to_owned());
    assert_eq!(read, ToolFilter { app, actions });
    assert_eq!(
        ToolFilter::read(&Value::Null).unwrap(),
        ToolFilter::default()
    );
}

#[test]
fn reads_the_redirect_url_of_a_connection_request() {
    let request = json!({ "connectionStatus": "INITIATED", "redirectUrl": "https://provider.example/", "flowId": "0f" });
    assert_eq!(
        read_redirect_url(&value(&request)).unwrap(),
        "https://provider.example/"
    );
    for nowhere in [
        json!({ "redirectUrl": null }),
        json!({ "redirectUrl": " " }),
        json!({ "redirectUrl": 7 }),
        json!({}),
    ] {
        assert_eq!(
            read_redirect_url(&value(&nowhere)).unwrap_err().code,
            ErrorCode::RedirectRefused
        );
    }
    for other in [json!(null), json!("https://provider.example/"), json!([])] {
        let error = read_redirect_url(&value(&other)).unwrap_err();
        assert_eq!(
            (error.code, error.issues[0].field.as_str()),
            (ErrorCode::InvalidArgument, "request")
        );
    }
}

/// Reads the options of a call, and its time limit first, as every call does.
fn with_timeout<T>(
    read: impl Fn(&Value) -> Result<T, ConnectError>,
) -> impl Fn(&Value) -> Result<(T, Option<u32>), ConnectError> {
    move |options| {
        let timeout_ms = read_timeout(options)?;
        Ok((read(options)?, timeout_ms))
    }
}

proptest! {
    #[test]
    fn reading_any_options_does_not_panic(options in arbitrary::json()) {
        let _ = (ClientOptions::read(&options), ExpectedParamsOptions::read(&options), InitiateOptions::read(&options));
        let _ = (CompleteOptions::read(&options), read_account_id(&options), read_redirect_url(&options));
        let _ = (read_timeout(&options), RefreshOptions::read(&options), AccountFilter::read(&options));
        let _ = (read_app_key(&options), ExecuteOptions::read(&options), AppFilter::read(&options));
        let _ = (read_integration_id(&options), CreateIntegrationOptions::read(&options), ToolFilter::read(&options));
    }
}
