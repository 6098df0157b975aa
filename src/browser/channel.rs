//! Messages between windows of this origin: between the page that waits for a flow and the page to which the user returns, and between
//! pages that wait for the same account.

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, AbortSignal};

use super::page;
use super::popup::close;
use crate::core::pending::KEY_PREFIX;
use crate::core::text::concat;
use crate::core::watch::PeerNews;

/// Sent by the page to which the user returned. The text is the callback URL.
pub const CALLBACK: &str = "callback";
/// Reply of the page that waits for the flow.
pub const HEARD: &str = "heard";
/// Text of that reply if the waiting page opened the popup in which the user returned.
pub const POPUP: &str = "popup";
/// Sent by a page that checks an account. The text is empty, or [`DECIDED`].
const CHECK: &str = "check";
/// Text of that message if the answer was final.
const DECIDED: &str = "decided";

#[wasm_bindgen(module = "/src/browser/window.js")]
extern "C" {
    #[wasm_bindgen(js_name = openChannel)]
    fn open_channel(name: &str, listener: &Function) -> JsValue;
    #[wasm_bindgen(js_name = say)]
    fn post(channel: &JsValue, word: &str, text: &str, from: &JsValue);
    #[wasm_bindgen(js_name = heard)]
    fn text_of(event: &JsValue, word: &str, own: &JsValue) -> JsValue;
    /// Tells every page of this origin, this one included, that accounts may have changed, except in a rehearsal. The message has no
    /// content.
    #[wasm_bindgen(js_name = tellAccounts)]
    pub fn tell_accounts(is_rehearsal: bool);
    #[wasm_bindgen(js_name = lock)]
    fn request_lock(name: &str, signal: &AbortSignal) -> Promise;
    #[wasm_bindgen(js_name = joinPeers)]
    fn join_peers(name: &str) -> JsValue;
    #[wasm_bindgen(js_name = takeNews)]
    fn take_news(channel: &JsValue) -> JsValue;
}

/// The `BroadcastChannel` of one flow or account. Closed when dropped.
pub struct Channel(pub JsValue);

impl Channel {
    /// `None` without `BroadcastChannel`. Storage events and status checks then tell the same a little later.
    pub fn open(id: &str, listener: &Function) -> Option<Self> {
        let channel = open_channel(&concat(&[KEY_PREFIX, id]), listener);
        channel.is_object().then_some(Channel(channel))
    }

    /// The channel of the pages that wait for an account. It keeps their news.
    pub fn join(connected_account_id: &str) -> Option<Self> {
        let channel = join_peers(&concat(&[KEY_PREFIX, connected_account_id]));
        channel.is_object().then_some(Channel(channel))
    }

    /// What was told since the last call, on a channel from [`join`](Self::join).
    pub fn news(&self) -> Option<PeerNews> {
        take_news(&self.0).as_string().map(news_of)
    }

    /// Sends a message.
    pub fn send(&self, word: &str, text: &str) {
        post(&self.0, word, text, &own_id());
    }

    /// Tells the pages that wait for the account, and the other calls and flows of this page.
    pub fn tell_peers(&self, news: PeerNews) {
        let text = match news {
            PeerNews::Asked => "",
            PeerNews::Decided => DECIDED,
        };
        post(&self.0, CHECK, text, &JsValue::UNDEFINED);
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        close(&self.0);
    }
}

/// The text of a message `word` from another page. Untrusted: any script of this origin can send it.
pub fn message_text(event: &JsValue, word: &str) -> Option<String> {
    text_of(event, word, &own_id()).as_string()
}

/// The news in a message of a page that waits for the same account. Untrusted, too.
pub fn peer_news(event: &JsValue) -> Option<PeerNews> {
    message_text(event, CHECK).map(news_of)
}

fn news_of(text: String) -> PeerNews {
    match text == DECIDED {
        true => PeerNews::Decided,
        false => PeerNews::Asked,
    }
}

/// The turn to check an account. Ends when dropped.
pub struct Turn(AbortController);

impl Turn {
    /// `None` while another page has the turn. Always granted without Web Locks.
    pub async fn take(id: &str) -> Option<Self> {
        let turn = Turn(AbortController::new().ok()?);
        let lock = request_lock(&concat(&[KEY_PREFIX, id]), &turn.0.signal());
        let is_refused = JsFuture::from(lock).await.is_ok_and(|it| it.is_falsy());
        (!is_refused).then_some(turn)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The id of this page, by which it ignores its own messages.
fn own_id() -> JsValue {
    page::id().into()
}
