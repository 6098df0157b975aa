//! Answers of a platform: a case of `tests/data` with any changes, read by any operation, with any status.
#![no_main]

use arbitrary::Arbitrary;
use connect_flow::core::api::Api;
use connect_flow::core::api::http::{Body, HttpResponse};
use connect_flow::core::secret::Secret;
use connect_flow::core::value::Value;
use connect_flow_fuzz::input::{Edit, Json, Text, size};
use connect_flow_fuzz::support::cases::{all, projection};
use connect_flow_fuzz::support::sound::check_sound;
use connect_flow_fuzz::{TYPED, check_error, check_hidden, within};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    /// The case of the response.
    case: u16,
    /// The case of the operation, if it is another one.
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
    let typed = [("api_key".to_owned(), Secret::new(TYPED.to_owned()))];
    let endpoint = asking.endpoint_with(Api::V31, &typed);
    let request = endpoint.request();
    // Only `initiate` and `link` take typed values.
    let has_typed = !request.typed.is_empty();
    if has_typed {
        request.validate().expect("a valid request");
        check_hidden(&format!("{} {:?}", request.path, request.typed));
    }
    let mut response = case.response();
    change(&mut response, input);
    let bytes = match &response.body {
        Body::Json(value) => size(value),
        Body::Text(text) => text.len(),
        _ => 0,
    };
    let answer = within(bytes, 20_000, || {
        check_sound(&*endpoint, &response);
        endpoint.read(&response)
    });
    if let Err(error) = &answer {
        if has_typed {
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
        endpoint.read(&response),
        answer,
        "reading the response again gives another answer"
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
