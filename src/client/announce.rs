//! The page that a user returns to tells the page that waits, and closes itself when it is that page's popup.

use wasm_bindgen::prelude::*;

use super::ConnectClient;
use crate::browser::channel::{CALLBACK, Channel, HEARD, POPUP, heard};
use crate::browser::popup::close_own;
use crate::browser::timing::Timer;

/// How long an answer is waited for, in milliseconds.
const ANSWER_MS: u32 = 2_000;

/// What a client has said of this page, so that it says it once.
pub(super) struct Announcement {
    url: String,
    line: Option<Line>,
}

struct Line {
    channel: Channel,
    _on_answer: Closure<dyn Fn(JsValue)>,
    _timer: Timer,
}

impl ConnectClient {
    /// Tells whoever waits for the flow that its user is back, at this callback URL.
    pub(super) fn announce(&self, flow_id: &str, url: &str) {
        let said = &self.0.inner.announced;
        if said.borrow().as_ref().is_some_and(|said| said.url == url) {
            return;
        }
        // Before anything is said: a patched channel may call back.
        let line = None;
        said.replace(Some(Announcement {
            url: url.to_owned(),
            line,
        }));
        let on_answer = Closure::new(|event: JsValue| {
            if heard(&event, HEARD).as_deref() == Some(POPUP) {
                close_own();
            }
        });
        let client = self.clone();
        let channel = Channel::open(flow_id, on_answer.as_ref().unchecked_ref());
        let line = channel.map(|channel| Line {
            channel,
            _on_answer: on_answer,
            _timer: Timer::start(ANSWER_MS, move || {
                client.hang_up(None);
            }),
        });
        if let Some(line) = &line {
            line.channel.say(CALLBACK, url);
        }
        self.hang_up(line);
    }

    /// Closes the line that is open, if any, and keeps this one.
    fn hang_up(&self, line: Option<Line>) {
        let mut said = self.0.inner.announced.borrow_mut();
        let before = said
            .as_mut()
            .and_then(|said| core::mem::replace(&mut said.line, line));
        drop(said);
        drop(before);
    }
}
