//! What the test files share: responses from JSON, and a strict driver of procedures.

// Each test file is a crate of its own and uses a part of this.
#![allow(dead_code)]

pub mod acme;
pub mod arbitrary;
pub mod attempt;
pub mod cases;

use connect_flow::core::error::ConnectError;
use connect_flow::core::procedure::{Event, Procedure, Step};
use connect_flow::core::protocol::http::{Body, HttpResponse};
use connect_flow::core::protocol::{Api, build, read};
use connect_flow::core::retry::{before_look, retry_after_ms};
use connect_flow::core::value::Value;
use serde_json::Value as Json;

/// 2026-01-16T10:30:00Z, the present of every test, in milliseconds since 1970.
pub const NOW: u64 = 1_768_559_400_000;

/// The core's own value of a JSON value.
pub fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(flag) => Value::Bool(*flag),
        Json::Number(number) => Value::Number(number.to_string()),
        Json::String(text) => Value::String(text.clone()),
        Json::Array(items) => Value::Array(items.iter().map(value).collect()),
        Json::Object(members) => Value::Object(
            members
                .iter()
                .map(|(key, item)| (key.clone(), value(item)))
                .collect(),
        ),
    }
}

/// The JSON value of a core's own value; what JSON cannot hold is null.
pub fn plain(value: &Value) -> Json {
    match value {
        Value::Null | Value::Foreign => Json::Null,
        Value::Bool(flag) => Json::Bool(*flag),
        Value::Number(text) => serde_json::from_str(text).unwrap_or(Json::Null),
        Value::String(text) => Json::String(text.clone()),
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(key, item)| (key.clone(), plain(item)))
            .collect(),
    }
}

/// A body as the browser layer hands it over: `null` is an empty one, a string stands for the bytes that were sent.
pub fn body(json: &Json) -> Body {
    match json {
        Json::Null => Body::Empty,
        Json::String(text) if text.trim().is_empty() => Body::Empty,
        Json::String(text) => match serde_json::from_str(text) {
            Ok(parsed) => Body::Json(value(&parsed)),
            Err(_) => Body::Text(text.clone()),
        },
        parsed => Body::Json(value(parsed)),
    }
}

/// A response; the names of its headers are in lower case.
pub fn response(status: u16, headers: &Json, content: &Json) -> HttpResponse {
    let header = |name: &str| headers[name].as_str();
    HttpResponse {
        status,
        retry_after_ms: retry_after_ms(header("retry-after-ms"), header("retry-after"), NOW),
        request_id: header("x-request-id").map(str::to_owned),
        body: body(content),
    }
}

/// One exchange of a script: the request that must come, and what it is answered with.
pub struct Exchange {
    asked: String,
    answer: HttpResponse,
}

impl Exchange {
    /// The request that must come.
    pub fn asked(&self) -> &str {
        &self.asked
    }
}

/// `asked` is `METHOD path?query`.
pub fn exchange(asked: &str, status: u16, content: Json) -> Exchange {
    Exchange {
        asked: asked.to_owned(),
        answer: response(status, &Json::Null, &content),
    }
}

/// What became of a procedure.
pub struct Played<T> {
    /// What it came to.
    pub result: Result<T, ConnectError>,
    /// Bodies of its requests in order; null where none is sent.
    pub bodies: Vec<Json>,
    /// The numbers of the looks that it waited for.
    pub waits: Vec<u32>,
}

/// Drives a procedure through the real requests and answers of a generation. A request that is not the next one of
/// the script fails, and so does an exchange that was not used. Waiting takes its full time on a clock of its own.
pub fn play<P: Procedure>(api: Api, mut procedure: P, script: Vec<Exchange>) -> Played<P::Output> {
    let mut script = script.into_iter();
    let (mut bodies, mut waits, mut now_ms) = (Vec::new(), Vec::new(), NOW);
    let mut event = Event::Start;
    loop {
        event = match procedure.advance(event, now_ms) {
            Step::Done(result) => {
                let unused: Vec<String> = script.map(|exchange| exchange.asked).collect();
                assert!(unused.is_empty(), "never asked: {unused:?}");
                return Played {
                    result,
                    bodies,
                    waits,
                };
            }
            Step::Wait(pause) => {
                assert!(waits.len() < 1_000, "waits for ever");
                waits.push(pause.look);
                now_ms += before_look(pause.look, 0.0).max(pause.at_least_ms);
                Event::Woke
            }
            Step::Call(operation) => {
                let request = match build(api, &operation) {
                    Ok(request) => request,
                    Err(error) => panic!("{operation:?} makes no request: {error}"),
                };
                let asked = [request.method, " ", &request.path].concat();
                let Some(next) = script.next() else {
                    panic!("unexpected request: {asked}");
                };
                assert_eq!(asked, next.asked, "another request was expected");
                bodies.push(match &request.body {
                    None => Json::Null,
                    Some(bytes) => serde_json::from_slice(bytes).expect("a JSON body"),
                });
                Event::Answered(read(api, &operation, &next.answer))
            }
        };
    }
}
