//! Options and typed values: JSON reads back as it was written, and an error does not contain a typed value.
#![no_main]

use arbitrary::Arbitrary;
use connect_flow::core::api::Api;
use connect_flow::core::api::actions::{ExecuteOptions, execute_action};
use connect_flow::core::api::connections::{NewAccount, create_account};
use connect_flow::core::api::http::HttpRequest;
use connect_flow::core::calls::complete::CompleteOptions;
use connect_flow::core::calls::expected_params::ExpectedParamsOptions;
use connect_flow::core::calls::initiate::InitiateOptions;
use connect_flow::core::error::ConnectError;
use connect_flow::core::fields;
use connect_flow::core::flow::{FlowOptions, ResumeOptions};
use connect_flow::core::options::{
    ClientOptions, RefreshOptions, read_account_id, read_app_key, read_data, read_headers,
    read_integration_id, read_redirect_url, read_timeout,
};
use connect_flow::core::scheme::AuthScheme;
use connect_flow::core::secret::{Secret, redact};
use connect_flow::core::value::Value;
use connect_flow_fuzz::input::{Json, Text, size, strip};
use connect_flow_fuzz::support::plain;
use connect_flow_fuzz::{TYPED, check_error, check_hidden, within};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    is_v3: bool,
    id: Text,
    value: Json,
    typed: Vec<(Text, Text)>,
    words: Vec<Text>,
}

fuzz_target!(|input: Input| {
    let api = if input.is_v3 { Api::V3 } else { Api::V31 };
    let Json(value) = input.value;
    let bytes = size(&value)
        + input
            .typed
            .iter()
            .map(|(name, text)| name.0.len() + text.0.len())
            .sum::<usize>();
    within(bytes, 20_000, || {
        execute(api, &input.id.0, &value);
        options(&value);
    });
    let typed: Vec<_> = input
        .typed
        .into_iter()
        .map(|(name, text)| (strip(&name.0), Secret::new(text.0)))
        .collect();
    initiate(&strip(&input.id.0), typed.clone());
    redacted(&input.words, &typed);
});

fn execute(api: Api, action: &str, input: &Value) {
    let options = ExecuteOptions {
        action: action.to_owned(),
        entity_id: None,
        connected_account_id: None,
        version: None,
        input: input.clone(),
    };
    let request = execute_action(api, &options).request;
    if is_valid(&request) {
        let arguments = &body(&request)["arguments"];
        assert_eq!(*arguments, plain(input), "the input reads back changed");
    }
}

fn body(request: &HttpRequest) -> serde_json::Value {
    serde_json::from_slice(request.body.as_ref().expect("a body")).expect("JSON")
}

/// Whether a request can be sent. If so, its path is checked.
fn is_valid(request: &HttpRequest) -> bool {
    if let Err(error) = request.validate() {
        check_error(&error);
        return false;
    }
    let path = request.path.split('?').next().unwrap_or_default();
    let (before, after) = request
        .route
        .split_once("{id}")
        .unwrap_or((request.route, ""));
    let id = path
        .strip_prefix(before)
        .and_then(|rest| rest.strip_suffix(after))
        .expect("the route");
    assert!(
        !id.contains('/') && ![".", ".."].contains(&id),
        "{path}: the id is not one segment"
    );
    assert!(
        request
            .path
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'#')
    );
    true
}

fn initiate(id: &str, data: Vec<(String, Secret)>) {
    let account = NewAccount {
        integration_id: id.to_owned(),
        entity_id: Some(id.to_owned()),
        auth_scheme: AuthScheme::parse("API_KEY"),
        data: data.clone(),
        alias: None,
        redirect_url: "https://app.example/".to_owned(),
    };
    check_hidden(&format!("{account:?}"));
    let request = create_account(&account).request;
    if !is_valid(&request) {
        return;
    }
    check_hidden(&format!("{} {:?}", request.path, request.typed));
    let bytes = request.body.as_ref().expect("a body");
    assert!(bytes.len() <= bytes.capacity() && bytes.capacity() >= 256);
    let body = body(&request);
    for (at, (name, value)) in data.iter().enumerate() {
        let is_last = data[at + 1..].iter().all(|(other, _)| other != name);
        if is_last && name != "status" {
            let sent = &body["connection"]["state"]["val"][name];
            assert_eq!(*sent, *value.expose(), "a typed value is sent changed");
        }
    }
}

/// Redacting removes every typed value from a server's words.
fn redacted(words: &[Text], typed: &[(String, Secret)]) {
    let own: Vec<_> = typed
        .iter()
        .filter(|(_, value)| value.expose().contains(TYPED))
        .cloned()
        .collect();
    let Some((_, value)) = own.first() else {
        return;
    };
    let mut text = String::new();
    for word in words {
        text.push_str(&strip(&word.0));
        text.push_str(value.expose());
    }
    let before = text.len();
    redact(&mut text, &own);
    check_hidden(&text);
    assert!(text.len() <= before + 10 * (words.len() + 1) * own.len());
}

fn options(value: &Value) {
    macro_rules! read {
        ($($read:expr,)*) => {$(
            match $read(value) {
                Err(error) => check_refused(value, &error),
                Ok(_) => {}
            }
        )*};
    }
    read! {
        ClientOptions::read, InitiateOptions::read, ExpectedParamsOptions::read, CompleteOptions::read, FlowOptions::read,
        RefreshOptions::read, read_wait, read_account_id, read_app_key, read_integration_id, read_headers, read_data,
        ResumeOptions::read, read_redirect_url, fields::read_fields,
    }
    if let Ok(options) = InitiateOptions::read(value) {
        let data = format!("{:?}", options.data);
        check_hidden(&data.replace("[redacted]", ""));
    }
}

fn read_wait(options: &Value) -> Result<Option<u32>, ConnectError> {
    let timeout_ms = read_timeout(options)?;
    read_account_id(options).map(|_| timeout_ms)
}

/// An error may contain the name of an argument, but no value.
fn check_refused(value: &Value, error: &ConnectError) {
    let is_name = |value: &Value| value.members().iter().any(|(key, _)| key.contains(TYPED));
    if !is_name(value) && !value.members().iter().any(|(_, item)| is_name(item)) {
        check_error(error);
    }
}
