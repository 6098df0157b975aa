//! The state that the clones of a client share.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use crate::browser::call::Transport;
use crate::browser::channel::Channel;
use crate::browser::popup::Popup;
use crate::browser::storage::Records;
use crate::browser::timing::Timer;
use crate::core::calls::complete::CompletedConnection;
use crate::core::calls::expected_params::ExpectedParams;
use crate::core::error::Result;
use crate::core::flow::OngoingAttempt;

pub(super) struct Shared {
    pub(super) transport: Rc<Transport>,
    pub(super) records: Records,
    pub(super) handed_over: RefCell<Vec<HandedOver>>,
    /// Whether the server refuses to list accounts.
    pub(super) is_listing_refused: Cell<bool>,
    pub(super) params: RefCell<Vec<ExpectedParams>>,
    pub(super) announced: RefCell<Option<Announcement>>,
    pub(super) completions: RefCell<Vec<Completion>>,
}

/// An attempt whose flow was disposed of before the user finished.
pub(super) struct HandedOver {
    pub(super) attempt: Box<OngoingAttempt>,
    pub(super) popup: Option<Popup>,
}

/// The last callback that this page reported, so that it reports it once.
pub(super) struct Announcement {
    pub(super) url: String,
    pub(super) replies: Option<ReplyChannel>,
}

/// A channel on which a reply is awaited.
pub(super) struct ReplyChannel {
    pub(super) channel: Channel,
    pub(super) _on_reply: Closure<dyn Fn(JsValue)>,
    pub(super) _timer: Timer,
}

/// A completion under way. A page that mounts twice checks the account once.
#[derive(Clone)]
pub(super) struct Completion {
    pub(super) key: CompletionKey,
    pub(super) over: Promise,
    pub(super) result: Rc<RefCell<Option<Completed>>>,
}

/// The callback URL and the time limit.
pub(super) type CompletionKey = (String, Option<u32>);

pub(super) type Completed = Result<Option<CompletedConnection>>;
