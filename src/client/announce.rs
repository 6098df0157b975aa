//! The callback page reports to the page that waits, and closes itself if it is that page's popup.

use wasm_bindgen::prelude::*;

use super::ConnectClient;
use super::shared::{Announcement, ReplyChannel};
use crate::browser::channel::{CALLBACK, Channel, HEARD, POPUP, message_text};
use crate::browser::popup::close_own;
use crate::browser::timing::Timer;

/// How long to wait for a reply, in milliseconds.
const REPLY_MS: u32 = 2_000;

impl ConnectClient {
    /// Sends the callback URL of this page to the page that waits for the flow.
    pub(super) fn announce(&self, flow_id: &str, url: &str) {
        let announced = &self.0.shared.announced;
        if announced.borrow().as_ref().is_some_and(|it| it.url == url) {
            return;
        }
        // Stored before anything is sent: a patched channel may call back.
        announced.replace(Some(Announcement {
            url: url.to_owned(),
            replies: None,
        }));
        let on_reply = Closure::new(|event: JsValue| {
            if message_text(&event, HEARD).as_deref() == Some(POPUP) {
                close_own();
            }
        });
        let client = self.clone();
        let channel = Channel::open(flow_id, on_reply.as_ref().unchecked_ref());
        let replies = channel.map(|channel| ReplyChannel {
            channel,
            _on_reply: on_reply,
            _timer: Timer::start(REPLY_MS, move || client.set_reply_channel(None)),
        });
        if let Some(replies) = &replies {
            replies.channel.send(CALLBACK, url);
        }
        self.set_reply_channel(replies);
    }

    /// Replaces the channel on which replies are awaited. Closes the previous one.
    fn set_reply_channel(&self, replies: Option<ReplyChannel>) {
        let mut announced = self.0.shared.announced.borrow_mut();
        let before = announced
            .as_mut()
            .and_then(|it| std::mem::replace(&mut it.replies, replies));
        // Closing a channel is the page's code, which may call back.
        drop(announced);
        drop(before);
    }
}
