//! The page that a user returns to tells the page that waits, and closes itself when it is that page's popup.

use core::cell::RefCell;

use wasm_bindgen::prelude::*;

use crate::browser::channel::{CALLBACK, Channel, HEARD, POPUP, heard};
use crate::browser::popup::close_own;
use crate::browser::timing::Timer;

/// How long an answer is waited for, in milliseconds.
const ANSWER_MS: u32 = 2_000;

thread_local! {
    /// What has been said on this page, so that it is said once.
    static SAID: RefCell<Option<Announcement>> = const { RefCell::new(None) };
}

struct Announcement {
    url: String,
    line: Option<Line>,
}

struct Line {
    channel: Channel,
    _on_answer: Closure<dyn Fn(JsValue)>,
    _timer: Timer,
}

/// Tells whoever waits for the flow that its user is back, at this callback URL.
pub(super) fn announce(flow_id: &str, url: &str) {
    if SAID.with_borrow(|said| said.as_ref().is_some_and(|said| said.url == url)) {
        return;
    }
    let on_answer = Closure::new(|event: JsValue| {
        if heard(&event, HEARD).as_deref() == Some(POPUP) {
            close_own();
        }
    });
    let channel = Channel::open(flow_id, on_answer.as_ref().unchecked_ref());
    let line = channel.map(|channel| Line {
        channel,
        _on_answer: on_answer,
        _timer: Timer::start(ANSWER_MS, || {
            SAID.with_borrow_mut(|said| said.as_mut().and_then(|said| said.line.take()));
        }),
    });
    if let Some(line) = &line {
        line.channel.say(CALLBACK, url);
    }
    let url = url.to_owned();
    SAID.set(Some(Announcement { url, line }));
}
