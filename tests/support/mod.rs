//! What the test files share: responses from JSON, and a strict driver of procedures.

pub mod acme;
pub mod arbitrary;
pub mod attempt;
pub mod cases;
pub mod flow;
pub mod json;
pub mod sound;
pub mod words;

pub use json::{NOW, plain, response, value};

use connect_flow::core::error::ConnectError;
use connect_flow::core::procedure::{Event, Procedure, Step, Task};
use connect_flow::core::protocol::http::{HttpRequest, HttpResponse};
use connect_flow::core::protocol::operation::Operation;
use connect_flow::core::protocol::{Api, build, read};
use connect_flow::core::retry::before_look;
use serde_json::Value as Json;

/// One exchange of a script: the request that must come, and what it is answered with.
pub struct Exchange {
    asked: String,
    answer: HttpResponse,
}

impl Exchange {
    /// Its answer comes with this header `x-request-id`.
    pub fn request_id(&mut self, id: &str) {
        self.answer.request_id = Some(id.to_owned());
    }
}

/// `asked` is `METHOD path?query`.
pub fn exchange(asked: &str, status: u16, content: Json) -> Exchange {
    Exchange {
        asked: asked.to_owned(),
        answer: response(status, &Json::Null, &content),
    }
}

impl Exchange {
    /// The same by a platform whose clock says this.
    pub fn dated(mut self, date_ms: Option<u64>) -> Self {
        self.answer.date_ms = date_ms;
        self
    }
}

/// What became of a procedure.
pub struct Played<T> {
    /// What it came to.
    pub result: Result<T, ConnectError>,
    /// Bodies of its requests in order; null where none is sent.
    pub bodies: Vec<Json>,
    /// What was asked meanwhile and not read, see [`Task::Both`].
    pub unread: Option<String>,
    /// The numbers of the looks that it waited for.
    pub waits: Vec<u32>,
}

/// Drives a procedure through real requests and answers. A request that is not the next one of
/// the script fails, and so does an exchange that was not used; one that is asked meanwhile has its place in it where its answer
/// is read. Waiting takes its full time on a clock of its own.
pub fn play<P: Procedure>(procedure: P, script: Vec<Exchange>) -> Played<P::Output> {
    play_within(u32::MAX, procedure, script)
}

/// The same, with a time limit for its waits, in milliseconds.
pub fn play_within<P: Procedure>(
    limit_ms: u32,
    mut procedure: P,
    script: Vec<Exchange>,
) -> Played<P::Output> {
    let mut script = script.into_iter();
    let (mut bodies, mut waits, mut now_ms) = (Vec::new(), Vec::new(), NOW);
    let mut meanwhile = None;
    let mut answer = |operation: Operation| {
        let request = request(&operation);
        let asked = asked(&request);
        let Some(next) = script.next() else {
            panic!("unexpected request: {asked}");
        };
        assert_eq!(asked, next.asked, "another request was expected");
        bodies.push(match &request.body {
            None => Json::Null,
            Some(bytes) => serde_json::from_slice(bytes).expect("a JSON body"),
        });
        Event::Answered(read(&operation, &next.answer))
    };
    let mut event = Event::Start;
    loop {
        event = match procedure.advance(event, now_ms) {
            Step::Done(result) => {
                let unused: Vec<String> = script.map(|exchange| exchange.asked).collect();
                assert!(unused.is_empty(), "never asked: {unused:?}");
                return Played {
                    result,
                    bodies,
                    unread: meanwhile.map(|operation| asked(&request(&operation))),
                    waits,
                };
            }
            Step::Do(Task::Wait(pause)) => {
                assert!(waits.len() < 1_000, "waits for ever");
                waits.push(pause.look);
                now_ms += before_look(pause.look, 0.0).max(pause.at_least_ms);
                match now_ms < NOW + u64::from(limit_ms) {
                    true => Event::Woke,
                    false => Event::Expired,
                }
            }
            Step::Do(Task::Call(operation)) => answer(operation),
            Step::Do(Task::Both(operation, second)) => {
                assert!(meanwhile.is_none(), "one at a time");
                meanwhile = Some(second);
                answer(operation)
            }
            Step::Do(Task::Second) => answer(meanwhile.take().expect("something asked meanwhile")),
        };
    }
}

fn request(operation: &Operation) -> HttpRequest {
    match build(Api::default(), operation) {
        Ok(request) => request,
        Err(error) => panic!("{operation:?} makes no request: {error}"),
    }
}

fn asked(request: &HttpRequest) -> String {
    [request.method, " ", &request.path].concat()
}
