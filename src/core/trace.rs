//! What happened lately, to be pasted into a ticket. Nothing that a user, a page or a platform said can get in: an event
//! holds words of this program, numbers, codes, and six digits of a random id.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::error::ErrorCode;
use super::text::concat;

/// How many entries are kept; older ones make room.
pub const LIMIT: usize = 200;

/// One thing that happened.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TraceEvent {
    /// A request was answered, or was not. Each try is one.
    Request {
        /// What was asked, see [`Operation::name`](super::protocol::operation::Operation::name).
        operation: &'static str,
        /// As of HTTP.
        method: &'static str,
        /// Where its path starts.
        prefix: &'static str,
        /// The rest of the path with `{id}` in place of what stands there, without its query.
        route: &'static str,
        /// HTTP status, when a server answered.
        status: Option<u16>,
        /// How long it took, in milliseconds.
        ms: u64,
        /// Why it is a failure, if it is one.
        code: Option<ErrorCode>,
    },
    /// A flow has come to a state.
    State {
        /// Which.
        flow: FlowTag,
        /// Its name.
        state: &'static str,
        /// Why, if it is a failure.
        code: Option<ErrorCode>,
    },
    /// Something about a flow's popup.
    Popup {
        /// Which.
        flow: FlowTag,
        /// `reserved`, `blocked`, `closed` and the like.
        what: &'static str,
    },
    /// Something about a flow's stored record.
    Storage {
        /// Which.
        flow: FlowTag,
        /// `stored`, `kept_in_memory` where the storage did not take it, or `removed`.
        what: &'static str,
    },
}

/// Tells flows apart: the first six digits of a flow id, which alone find nothing and prove nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FlowTag([u8; 6]);

impl FlowTag {
    /// The tag of a flow id. What is no hexadecimal digit becomes a `-`: an id from storage may be anything.
    pub fn of(flow_id: &str) -> Self {
        let mut tag = [b'-'; 6];
        for (digit, byte) in tag.iter_mut().zip(flow_id.bytes()) {
            if byte.is_ascii_hexdigit() {
                *digit = byte;
            }
        }
        FlowTag(tag)
    }

    /// Its six characters.
    pub fn text(&self) -> String {
        self.0.iter().copied().map(char::from).collect()
    }
}

/// An event and when it happened. To JavaScript, one flat object.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TraceEntry {
    /// In milliseconds since 1970; of a request, when it was over.
    pub at_ms: u64,
    /// What happened.
    pub event: TraceEvent,
}

impl Serialize for TraceEntry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("TraceEntry", 0)?;
        object.serialize_field("atMs", &self.at_ms)?;
        let mut code = None;
        let mut word = |name, word: &str| object.serialize_field(name, word);
        match &self.event {
            TraceEvent::Request {
                operation,
                method,
                prefix,
                route,
                status,
                ms,
                code: why,
            } => {
                word("kind", "request")?;
                word("operation", operation)?;
                word("method", method)?;
                word("route", &concat(&[prefix, route]))?;
                if let Some(status) = status {
                    object.serialize_field("status", status)?;
                }
                object.serialize_field("ms", ms)?;
                code = *why;
            }
            TraceEvent::State {
                flow,
                state,
                code: why,
            } => {
                word("kind", "state")?;
                word("flow", &flow.text())?;
                word("state", state)?;
                code = *why;
            }
            TraceEvent::Popup { flow, what } => {
                word("kind", "popup")?;
                word("flow", &flow.text())?;
                word("what", what)?;
            }
            TraceEvent::Storage { flow, what } => {
                word("kind", "storage")?;
                word("flow", &flow.text())?;
                word("what", what)?;
            }
        }
        if let Some(code) = code {
            object.serialize_field("code", code.as_str())?;
        }
        object.end()
    }
}

/// The latest entries, oldest first.
#[derive(Debug, Default)]
pub struct Trace(Vec<TraceEntry>);

impl Trace {
    /// Takes an event in.
    pub fn record(&mut self, event: TraceEvent, at_ms: u64) {
        if self.0.len() == LIMIT {
            self.0.remove(0);
        }
        self.0.push(TraceEntry { at_ms, event });
    }

    /// What is kept, oldest first.
    pub fn entries(&self) -> Vec<TraceEntry> {
        self.0.clone()
    }
}
