//! Samples of every answer: one with all optional members, one without. The literals list every field, so that a new field does not
//! compile until it is here.

use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::core::api::accounts::{AuthParameter, AuthParams, ConnectedAccount, Revocation};
use crate::core::api::actions::{Execution, Tool};
use crate::core::api::apps::{App, AppScheme, Category};
use crate::core::api::integrations::Integration;
use crate::core::callback::{ClaimedOutcome, ConnectionCallback};
use crate::core::calls::complete::CompletedConnection;
use crate::core::calls::expected_params::ExpectedParams;
use crate::core::calls::initiate::ConnectionRequest;
use crate::core::error::{ErrorCode, ErrorDetails, ISSUE_CODES, Issue};
use crate::core::fields::Field;
use crate::core::input_attributes::input_attributes;
use crate::core::json_schema::json_schema;
use crate::core::pending::{AttemptOutcome, PendingConnection};
use crate::core::scheme::AuthScheme;
use crate::core::status::ConnectionStatus;
use crate::core::value::Value;
use crate::tests::flow_grid;
use crate::tests::support::plain;
use crate::tests::support::shape::{Note, Shapes};

/// The variants of an enum. A missing one does not compile.
macro_rules! every {
    ($type:ident: $($variant:ident),*) => {{
        let _ = |value| match value { $($type::$variant => (),)* };
        [$($type::$variant),*]
    }};
}
pub(super) use every;

/// The named shapes, without those of flows.
pub fn named() -> Shapes {
    let mut shapes = Shapes::default();
    words(&mut shapes);
    forms(&mut shapes);
    errors(&mut shapes);
    catalogue(&mut shapes);
    accounts(&mut shapes);
    connections(&mut shapes);
    shapes
}

pub fn some<T>(is_given: bool, value: T) -> Option<T> {
    is_given.then_some(value)
}

pub fn text() -> String {
    "text".to_owned()
}

pub fn scheme() -> AuthScheme {
    AuthScheme::parse("OAUTH2")
}

/// A type's samples, with and without its optional members.
fn both<T: Serialize>(sample: fn(bool) -> T) -> [Json; 2] {
    [true, false].map(|is_given| json!(sample(is_given)))
}

fn words(shapes: &mut Shapes) {
    shapes.words(
        "ConnectErrorCode",
        ErrorCode::ALL.iter().map(|code| code.as_str()),
    );
    shapes.words("IssueCode", ISSUE_CODES.iter().copied());
    shapes.words(
        "FlowState",
        flow_grid::states().iter().map(|(state, _)| *state),
    );
    let is_known = |status: &ConnectionStatus| match status {
        ConnectionStatus::Active
        | ConnectionStatus::Initiated
        | ConnectionStatus::Initializing
        | ConnectionStatus::Pending
        | ConnectionStatus::Failed
        | ConnectionStatus::Expired
        | ConnectionStatus::Revoked
        | ConnectionStatus::Inactive => true,
        ConnectionStatus::Other(_) => false,
    };
    let statuses = [
        ConnectionStatus::Active,
        ConnectionStatus::Initiated,
        ConnectionStatus::Initializing,
        ConnectionStatus::Pending,
        ConnectionStatus::Failed,
        ConnectionStatus::Expired,
        ConnectionStatus::Revoked,
        ConnectionStatus::Inactive,
    ];
    assert!(statuses.iter().all(is_known));
    shapes.words(
        "ConnectionStatus",
        statuses.iter().map(ConnectionStatus::as_str),
    );
}

pub fn field(is_given: bool) -> Field {
    Field {
        name: text(),
        display_name: text(),
        description: some(is_given, text()),
        kind: "string".to_owned(),
        required: is_given,
        secret: is_given,
        default: some(is_given, text()),
        pattern: some(is_given, text()),
        format: some(is_given, text()),
        allowed: some(is_given, vec![text()]),
        example: some(is_given, text()),
        prefix: some(is_given, text()),
        suffix: some(is_given, text()),
        order: some(is_given, 1),
    }
}

/// Fields that together have every attribute, and none.
fn form_fields() -> Vec<Field> {
    let of = |change: fn(&mut Field)| {
        let mut field = field(false);
        change(&mut field);
        field
    };
    vec![
        field(true),
        field(false),
        of(|field| field.required = true),
        of(|field| field.secret = true),
        of(|field| field.pattern = Some("^a+$".to_owned())),
        of(|field| field.kind = "integer".to_owned()),
        of(|field| field.kind = "number".to_owned()),
        of(|field| field.kind = "boolean".to_owned()),
        of(|field| field.format = Some("email".to_owned())),
        of(|field| field.format = Some("uri".to_owned())),
    ]
}

fn forms(shapes: &mut Shapes) {
    shapes.answer("ExpectedInputField", &both(field), &[]);
    let attributes: Vec<Json> = form_fields()
        .iter()
        .map(|field| plain(&input_attributes(field)))
        .collect();
    let attribute_words = [
        "type",
        "inputMode",
        "autoComplete",
        "autoCapitalize",
        "autoCorrect",
    ];
    shapes.answer(
        "InputAttributes",
        &attributes,
        &attribute_words.map(|name| (name, Note::Words)),
    );
    let schemas: Vec<Json> = form_fields()
        .into_iter()
        .map(|field| plain(&json_schema(&[field])))
        .collect();
    let properties: Vec<Json> = schemas
        .iter()
        .map(|schema| schema["properties"]["text"].clone())
        .collect();
    shapes.answer("FieldJsonSchema", &properties, &[("type", Note::Words)]);
    let notes = [
        ("$schema", Note::Words),
        ("type", Note::Words),
        ("properties", Note::Record),
    ];
    shapes.answer("FieldsJsonSchema", &schemas, &notes);
}

pub fn issues(is_given: bool) -> Vec<Issue> {
    let issue = |code: &&'static str| Issue {
        code,
        field: text(),
        message: text(),
        params: some(is_given, ("label", text())).into_iter().collect(),
    };
    ISSUE_CODES.iter().map(issue).collect()
}

fn details(is_given: bool, code: ErrorCode) -> ErrorDetails {
    ErrorDetails {
        code,
        message: text(),
        retryable: is_given,
        status: some(is_given, 500),
        retry_after_ms: some(is_given, 1),
        request_id: some(is_given, text()),
        error: some(is_given, text()),
        error_description: some(is_given, text()),
        connected_account_id: some(is_given, text()),
        app: some(is_given, text()),
        entity_id: some(is_given, text()),
        action_status: some(is_given, 401),
        in_app_browser: some(is_given, "instagram"),
        issues: match is_given {
            true => issues(true),
            false => Vec::new(),
        },
        cause: None,
    }
}

/// The bindings add `path` to an issue and `name` to an error: tests/node/shapes.test.mjs.
fn errors(shapes: &mut Shapes) {
    let all: Vec<Json> = [true, false]
        .into_iter()
        .flat_map(issues)
        .map(|issue| json!(issue))
        .collect();
    let notes = [("code", Note::Words), ("params", Note::Record)];
    shapes.answer("Issue", &all, &notes);
    let mut samples = Vec::new();
    for code in ErrorCode::ALL {
        samples.extend([true, false].map(|is_given| {
            with(
                json!(details(is_given, *code)),
                "name",
                json!("ConnectError"),
            )
        }));
    }
    shapes.answer(
        "ConnectError",
        &samples,
        &[("code", Note::Words), ("name", Note::Words)],
    );
    let standard: Vec<Json> = all
        .into_iter()
        .map(|issue| with(issue, "path", json!(["text"])))
        .collect();
    shapes.answer("StandardIssue", &standard, &notes);
}

pub fn with(mut object: Json, name: &str, value: Json) -> Json {
    object[name] = value;
    object
}

fn catalogue(shapes: &mut Shapes) {
    let category = || Category {
        id: text(),
        name: text(),
    };
    shapes.answer("AppCategory", &[json!(category())], &[]);
    let app = |is_given| App {
        key: text(),
        name: text(),
        description: some(is_given, text()),
        logo: some(is_given, text()),
        categories: vec![Category {
            id: text(),
            name: text(),
        }],
        no_auth: is_given,
        schemes: some(
            is_given,
            AppScheme {
                scheme: scheme(),
                fields: Vec::new(),
                is_blocked: false,
            },
        )
        .into_iter()
        .collect(),
        managed: vec![scheme()],
    };
    shapes.answer("App", &both(app), &[]);
    let integration = |is_given| Integration {
        id: text(),
        app: some(is_given, text()),
        auth_scheme: some(is_given, scheme()),
        is_enabled: is_given,
        // Both values of a boolean have to be seen.
        is_managed: some(is_given, true),
        created_at: some(is_given, text()),
        fields: some(is_given, vec![field(true)]),
    };
    let unmanaged = Integration {
        is_managed: Some(false),
        ..integration(false)
    };
    let [full, least] = both(integration);
    shapes.answer("Integration", &[full, least, json!(unmanaged)], &[]);
}

pub fn account(is_given: bool) -> ConnectedAccount {
    ConnectedAccount {
        id: text(),
        status: ConnectionStatus::Active,
        alias: some(is_given, text()),
        word_id: some(is_given, text()),
        display_name: some(is_given, text()),
        account_type: some(is_given, text()),
        requested_scopes: some(is_given, vec![text()]).unwrap_or_default(),
        status_reason: some(is_given, text()),
        app: text(),
        integration_id: some(is_given, text()),
        entity_id: some(is_given, text()),
        auth_scheme: some(is_given, scheme()),
        is_disabled: is_given,
        created_at: some(is_given, text()),
        updated_at: some(is_given, text()),
        refusal: (None, None),
    }
}

fn accounts(shapes: &mut Shapes) {
    shapes.answer("ConnectedAccount", &both(account), &[]);
    let parameter = |is_masked| AuthParameter {
        name: text(),
        value: text(),
        is_masked,
    };
    shapes.answer("AuthParameter", &both(parameter), &[]);
    let params = |is_given| AuthParams {
        base_url: some(is_given, text()),
        parameters: vec![AuthParameter {
            name: text(),
            value: text(),
            is_masked: false,
        }],
    };
    shapes.answer("AuthParams", &both(params), &[]);
    let revocation = Revocation {
        status: ConnectionStatus::Revoked,
        revoked_tokens: vec![text()],
    };
    shapes.answer("Revocation", &[json!(revocation)], &[]);
    // As the bindings show it: tests/node/shapes.test.mjs.
    let executions = [None, Some(text())].map(|log_id| {
        let Execution { data, log_id } = Execution {
            data: Value::Null,
            log_id,
        };
        let shown = json!({ "successful": true, "data": plain(&data) });
        log_id.map_or(shown.clone(), |id| with(shown, "logId", json!(id)))
    });
    shapes.answer("Execution", &executions, &[("data", Note::Unknown)]);
    let Tool {
        name,
        description,
        input_schema,
    } = Tool {
        name: text(),
        description: text(),
        input_schema: Value::Null,
    };
    let tool =
        json!({ "name": name, "description": description, "inputSchema": plain(&input_schema) });
    shapes.answer("Tool", &[tool], &[("inputSchema", Note::Unknown)]);
}

fn connections(shapes: &mut Shapes) {
    let params = |is_given| ExpectedParams {
        expected_input_fields: vec![field(is_given)],
        integration_id: some(is_given, text()),
        auth_scheme: scheme(),
        app: some(is_given, text()),
        is_managed: None,
    };
    shapes.answer("ExpectedParams", &both(params), &[]);
    let request = |is_given| ConnectionRequest {
        connection_status: ConnectionStatus::Initiated,
        connected_account_id: text(),
        redirect_url: some(is_given, text()),
        expires_at_ms: some(is_given, 1),
        entity_id: some(is_given, text()),
        flow_id: text(),
    };
    shapes.answer("ConnectionRequest", &both(request), &[]);
    let callback = |is_given, outcome| ConnectionCallback {
        flow_id: some(is_given, text()),
        connected_account_id: some(is_given, text()),
        outcome,
        app: some(is_given, text()),
        error: some(is_given, text()),
        error_description: some(is_given, text()),
        session_uri: some(is_given, text()),
    };
    let outcomes = every!(ClaimedOutcome: Success, Failure, Unknown);
    let callbacks =
        outcomes.map(|outcome| [true, false].map(|is_given| json!(callback(is_given, outcome))));
    shapes.answer(
        "ConnectionCallback",
        callbacks.as_flattened(),
        &[("outcome", Note::Words)],
    );
    let completed = |is_given| CompletedConnection {
        // The client completes a connection with no other status.
        connection_status: ConnectionStatus::Active,
        connected_account_id: text(),
        account: account(is_given),
        app: some(is_given, text()),
        return_to: some(is_given, text()),
    };
    shapes.answer(
        "CompletedConnection",
        &both(completed),
        &[("connectionStatus", Note::Words)],
    );
    let pending = |is_given| PendingConnection {
        flow_id: text(),
        connected_account_id: text(),
        entity_id: some(is_given, text()),
        app: some(is_given, text()),
        integration_id: some(is_given, text()),
        auth_scheme: some(is_given, scheme()),
        started_at_ms: 1,
        expires_at_ms: 1,
        return_to: some(is_given, text()),
        own_query: None,
        replaces: some(is_given, text()),
        verify: None,
        alias: None,
        is_popup: false,
        tab: None,
        session: None,
        outcome: AttemptOutcome::Pending,
    };
    shapes.answer("PendingConnection", &both(pending), &[]);
}
