//! What a platform answers: a case of `tests/data` with any changes, to any question, under any status.
#![no_main]

use arbitrary::Arbitrary;
use connect_flow::core::protocol::http::{Body, HttpResponse};
use connect_flow::core::protocol::operation::Operation;
use connect_flow::core::protocol::{Api, build, read};
use connect_flow::core::secret::Secret;
use connect_flow::core::value::Value;
use connect_flow_fuzz::input::{Edit, Json, Text, size};
use connect_flow_fuzz::support::cases::{all, projection};
use connect_flow_fuzz::support::sound::check_sound;
use connect_flow_fuzz::{TYPED, check_error, check_hidden, within};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    /// The case that answers.
    case: u16,
    /// The case that asks, where it is another one.
    question: Option<u16>,
    status: Option<u16>,
    request_id: Option<Text>,
    retry_after_ms: Option<u32>,
    change: Change,
}

#[derive(Arbitrary, Debug)]
enum Change {
    Edits(Vec<Edit>),
    Json(Json),
    Text(Text),
    Empty,
    TooLarge,
}

fuzz_target!(|input: Input| {
    let case = &all()[usize::from(input.case) % all().len()];
    let asking = &all()[usize::from(input.question.unwrap_or(input.case)) % all().len()];
    let mut operation = asking.operation();
    if let Operation::Initiate(initiate) | Operation::Link(initiate) = &mut operation {
        initiate
            .data
            .push(("api_key".to_owned(), Secret::new(TYPED.to_owned())));
        let request = build(Api::V31, &operation).expect("a request");
        check_hidden(&format!("{request:?} {operation:?}"));
    }
    let mut response = case.response();
    change(&mut response, input);
    let bytes = match &response.body {
        Body::Json(value) => size(value),
        Body::Text(text) => text.len(),
        _ => 0,
    };
    let answer = within(bytes, 20_000, || {
        check_sound(&operation, &response);
        read(&operation, &response)
    });
    if let Err(error) = &answer {
        if matches!(operation, Operation::Initiate(_) | Operation::Link(_)) {
            check_error(error);
        }
        assert!(error.issues.len() <= 50);
    }
    let written = projection(&answer).to_string();
    assert!(
        written.len() <= 10_000 + 12 * bytes,
        "{} bytes of {bytes}",
        written.len()
    );
    assert_eq!(
        read(&operation, &response),
        answer,
        "the same answer reads the same"
    );
});

fn change(response: &mut HttpResponse, input: Input) {
    if let Some(status) = input.status {
        response.status = 100 + status % 500;
    }
    response.request_id = input.request_id.map(|text| text.0);
    response.retry_after_ms = input.retry_after_ms.map(u64::from);
    match input.change {
        Change::Edits(edits) => {
            if let Body::Json(body) = &mut response.body {
                edits.into_iter().take(16).for_each(|edit| edit.apply(body));
            }
        }
        Change::Json(Json(Value::Null)) | Change::Empty => response.body = Body::Empty,
        Change::Json(Json(value)) => response.body = Body::Json(value),
        Change::Text(Text(text)) => response.body = Body::Text(text),
        Change::TooLarge => response.body = Body::TooLarge(1_000_000),
    }
}
