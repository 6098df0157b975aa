//! The options of every call, found by asking the readers: which there are, which are required, and of which kind.

use serde_json::{Map, Value as Json, json};

use super::answers::every;
use crate::core::api::Api;
use crate::core::api::accounts::{AccountFilter, AccountType, AccountUpdate};
use crate::core::api::actions::{ExecuteOptions, ToolFilter};
use crate::core::api::apps::AppFilter;
use crate::core::calls::complete::CompleteOptions;
use crate::core::calls::create_integration::CreateIntegrationOptions;
use crate::core::calls::expected_params::ExpectedParamsOptions;
use crate::core::calls::initiate::InitiateOptions;
use crate::core::error::ConnectError;
use crate::core::flow::{FlowMode, FlowOptions, ResumeOptions, WhenConnected};
use crate::core::options::{
    ClientOptions, Credentials, RefreshOptions, read_account_id, read_app_key, read_app_to_list,
    read_deletion, read_integration_id, read_timeout,
};
use crate::core::value::Value;
use crate::tests::support::shape::word_set;
use crate::tests::support::value;

type Read = fn(&Value) -> Result<(), ConnectError>;

/// A reader without its result.
macro_rules! read {
    ($read:path) => {
        |options| $read(options).map(drop)
    };
}

/// The reader of a call's options. The bindings read `timeoutMs` first.
macro_rules! call {
    ($read:path) => {
        |options| read_timeout(options).and_then(|_| $read(options)).map(drop)
    };
}

/// The calls as the bindings read them.
const CALLS: &[(&str, Read)] = &[
    ("createClient", read!(ClientOptions::read)),
    (
        "getExpectedParamsForUser",
        call!(ExpectedParamsOptions::read),
    ),
    ("initiateConnection", call!(InitiateOptions::read)),
    ("completeConnection", call!(CompleteOptions::read)),
    ("flow", read!(FlowOptions::read)),
    ("ensureConnected", read!(FlowOptions::read)),
    ("resume", read!(ResumeOptions::read)),
    ("getAuthParams", call!(read_account_id)),
    ("executeAction", call!(ExecuteOptions::read)),
    ("apps.list", read!(AppFilter::read)),
    ("apps.get", call!(read_app_key)),
    ("integrations.list", read!(read_app_to_list)),
    ("integrations.get", call!(read_integration_id)),
    ("integrations.create", call!(CreateIntegrationOptions::read)),
    ("connectedAccounts.initiate", call!(InitiateOptions::read)),
    ("connectedAccounts.get", call!(read_account_id)),
    ("connectedAccounts.list", read!(AccountFilter::read)),
    ("connectedAccounts.waitUntilActive", call!(read_account_id)),
    ("connectedAccounts.refresh", call!(RefreshOptions::read)),
    ("connectedAccounts.update", call!(AccountUpdate::read)),
    ("connectedAccounts.enable", call!(read_account_id)),
    ("connectedAccounts.disable", call!(read_account_id)),
    ("connectedAccounts.revoke", call!(read_account_id)),
    ("connectedAccounts.delete", call!(read_deletion)),
];

/// Calls of one entity: those of the client without `entityId`.
const ENTITY_CALLS: &[(&str, Read)] = &[
    ("entity.getConnection", call!(read_app_key)),
    ("entity.ensureConnected", read!(FlowOptions::read)),
    ("entity.initiateConnection", call!(InitiateOptions::read)),
    ("entity.tools", call!(ToolFilter::read)),
    ("entity.execute", call!(ExecuteOptions::read)),
];

/// The shape of each call's options.
pub fn all() -> Json {
    let calls = CALLS
        .iter()
        .map(|(call, read)| ((*call).to_owned(), shape(*read)));
    let entity_calls = ENTITY_CALLS.iter().map(|(call, read)| {
        let mut shape = shape(*read);
        shape
            .as_object_mut()
            .expect("an object")
            .remove("entityId?");
        ((*call).to_owned(), shape)
    });
    calls.chain(entity_calls).collect()
}

fn shape(read: Read) -> Json {
    let names = names(read);
    let full: Map<String, Json> = names
        .iter()
        .map(|name| (name.clone(), sample(name)))
        .collect();
    let ask = |options: Map<String, Json>| read(&value(&Json::Object(options)));
    ask(full.clone()).expect("samples that fit");
    let member = |name: String| {
        let mut without = full.clone();
        without.remove(&name);
        let mark = if ask(without).is_ok() { "?" } else { "" };
        let kind = kind(&name, |given| {
            let mut options = full.clone();
            options.insert(name.clone(), given);
            ask(options).map_err(|error| error.issues[0].code)
        });
        (format!("{name}{mark}"), kind)
    };
    names.into_iter().map(member).collect()
}

/// The names that the error of an unknown option lists.
fn names(read: Read) -> Vec<String> {
    let error = read(&value(&json!({ "?": true }))).expect_err("unknown");
    let (_, names) = error
        .message
        .split_once("the options are ")
        .expect("the names");
    names.split(", ").map(str::to_owned).collect()
}

/// A value that every call with this option accepts.
fn sample(name: &str) -> Json {
    match name {
        "baseUrl" | "redirectUri" | "redirectUrl" | "returnTo" => json!("/path"),
        "maxAnswerBytes" | "retry" | "timeoutMs" => json!(1),
        "allEntities" | "allowInAppBrowser" | "createIntegrations" | "revoke" => json!(false),
        "authConfig" | "headers" | "input" => json!({}),
        "data" => json!({ "name": "value" }),
        "verify" => json!({ "action": "text" }),
        "providerOrigins" | "statuses" => json!([]),
        "actions" => json!(["A_B"]),
        "api" => json!("v3"),
        "credentials" => json!("omit"),
        "mode" => json!("popup"),
        "whenConnected" => json!("reuse"),
        "accountType" => json!("ALL"),
        "fetch" | "signal" | "storage" | "wasmUrl" => Json::Null,
        _ => json!("text"),
    }
}

/// The kind of value that is accepted, or the words. An option that the core does not read is `foreign`.
fn kind(name: &str, ask: impl Fn(Json) -> Result<(), &'static str>) -> Json {
    if let Some(words) = words(name) {
        assert!(
            words.iter().all(|word| ask(json!(word)).is_ok()),
            "`{name}` refuses one of {words:?}"
        );
        assert_eq!(ask(json!("text")), Err("format"), "`{name}`");
        return word_set(words);
    }
    let kinds = [
        ("string", json!("text")),
        ("number", json!(1)),
        ("boolean", json!(true)),
        ("array", json!([])),
        ("object", json!({})),
    ];
    let accepted = kinds
        .iter()
        .filter(|(_, given)| ask(given.clone()) != Err("type"));
    let accepted: Vec<&str> = accepted.map(|(kind, _)| *kind).collect();
    match accepted[..] {
        [kind] => json!(kind),
        [_, _, _, _, _] => json!("foreign"),
        _ => panic!("`{name}` accepts {accepted:?}"),
    }
}

fn words(name: &str) -> Option<Vec<&'static str>> {
    Some(match name {
        "api" => Vec::from(every!(Api: V31, V3).map(|api| match api {
            Api::V31 => "v3.1",
            Api::V3 => "v3",
        })),
        "credentials" => Vec::from(every!(Credentials: Omit, SameOrigin, Include).map(
            |credentials| match credentials {
                Credentials::Omit => "omit",
                Credentials::SameOrigin => "same-origin",
                Credentials::Include => "include",
            },
        )),
        "accountType" => Vec::from(AccountType::ALL.map(AccountType::as_str)),
        "mode" => Vec::from(
            every!(FlowMode: Redirect, Popup, Auto).map(|mode| match mode {
                FlowMode::Redirect => "redirect",
                FlowMode::Popup => "popup",
                FlowMode::Auto => "auto",
            }),
        ),
        "whenConnected" => Vec::from(every!(WhenConnected: New, Reuse).map(|when| match when {
            WhenConnected::New => "new",
            WhenConnected::Reuse => "reuse",
        })),
        _ => return None,
    })
}
