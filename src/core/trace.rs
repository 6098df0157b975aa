//! The latest events of a client, for bug reports. An event has only constants of this program, numbers, codes and six digits of a
//! random id. Nothing from the user, the page or the platform can get in.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::error::ErrorCode;
use super::text::concat;

/// The number of entries kept.
pub const LIMIT: usize = 200;

/// An event.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TraceEvent {
    /// A request ended, with or without an answer. Each retry is an event of its own.
    Request {
        /// Name of the operation, such as `getAccount`.
        operation: &'static str,
        /// HTTP method.
        method: &'static str,
        /// Start of the path, such as `/api/v3.1`.
        prefix: &'static str,
        /// Rest of the path, with `{id}` in place of ids and without the query.
        route: &'static str,
        /// HTTP status, if a server answered.
        status: Option<u16>,
        /// Duration in milliseconds.
        ms: u64,
        /// Code of the error, if it failed.
        code: Option<ErrorCode>,
        /// Whether the platform announces that it will remove the route.
        is_deprecated: bool,
        /// When it removes the route, in milliseconds since 1970, if it says so.
        sunset_ms: Option<u64>,
    },
    /// A flow entered a state.
    State {
        /// The flow.
        flow: FlowTag,
        /// Name of the state.
        state: &'static str,
        /// Code of the error, if the flow failed.
        code: Option<ErrorCode>,
    },
    /// A flow's popup changed.
    Popup {
        /// The flow.
        flow: FlowTag,
        /// What happened to it.
        what: PopupChange,
    },
    /// A flow's stored record changed.
    Storage {
        /// The flow.
        flow: FlowTag,
        /// What happened to it.
        what: StorageChange,
    },
}

impl TraceEvent {
    /// Whether an account may be another one now: after a request that changes one, whatever its answer, and when an attempt starts or ends.
    pub fn may_change_accounts(&self) -> bool {
        match self {
            Self::Request { method, route, .. } => {
                *method != "GET" && route.starts_with("/connected_accounts")
            }
            Self::State { state, .. } => *state == "connected",
            Self::Storage { what, .. } => *what != StorageChange::Removed,
            Self::Popup { .. } => false,
        }
    }
}

/// What happened to a popup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PopupChange {
    /// The browser opened it.
    Reserved,
    /// The browser did not allow it.
    Blocked,
    /// It was sent to the provider.
    Navigated,
    /// The flow closed it.
    Closed,
}

impl PopupChange {
    /// The change as JavaScript sees it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Blocked => "blocked",
            Self::Navigated => "navigated",
            Self::Closed => "closed",
        }
    }
}

/// What happened to a stored record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StorageChange {
    /// The storage has it.
    Stored,
    /// The storage refused it.
    KeptInMemory,
    /// It was too old.
    Removed,
}

impl StorageChange {
    /// The change as JavaScript sees it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::KeptInMemory => "kept_in_memory",
            Self::Removed => "removed",
        }
    }
}

/// The first six digits of a flow id. Enough to tell flows apart, and useless to an attacker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FlowTag([u8; 6]);

impl FlowTag {
    /// The tag of a flow id. Other characters than hexadecimal digits become `-`, because ids from storage are untrusted.
    pub fn of(flow_id: &str) -> Self {
        let mut tag = [b'-'; 6];
        for (digit, byte) in tag.iter_mut().zip(flow_id.bytes()) {
            if byte.is_ascii_hexdigit() {
                *digit = byte;
            }
        }
        FlowTag(tag)
    }

    /// The six characters.
    pub fn text(&self) -> String {
        self.0.iter().copied().map(char::from).collect()
    }
}

/// An event with its time. Serializes to one flat object.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TraceEntry {
    /// Time in milliseconds since 1970. For a request, its end.
    pub at_ms: u64,
    /// The event.
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
                is_deprecated,
                sunset_ms,
            } => {
                word("kind", "request")?;
                word("operation", operation)?;
                word("method", method)?;
                word("route", &concat(&[prefix, route]))?;
                if let Some(status) = status {
                    object.serialize_field("status", status)?;
                }
                object.serialize_field("ms", ms)?;
                if *is_deprecated {
                    object.serialize_field("isDeprecated", is_deprecated)?;
                }
                if let Some(sunset_ms) = sunset_ms {
                    object.serialize_field("sunsetAtMs", sunset_ms)?;
                }
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
                word("what", what.as_str())?;
            }
            TraceEvent::Storage { flow, what } => {
                word("kind", "storage")?;
                word("flow", &flow.text())?;
                word("what", what.as_str())?;
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
    /// Adds an event and drops the oldest beyond [`LIMIT`].
    pub fn record(&mut self, event: TraceEvent, at_ms: u64) {
        if self.0.len() == LIMIT {
            self.0.remove(0);
        }
        self.0.push(TraceEntry { at_ms, event });
    }

    /// A copy of the entries, oldest first.
    pub fn entries(&self) -> Vec<TraceEntry> {
        self.0.clone()
    }
}
