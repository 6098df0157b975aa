//! Flows: their states and their popups.

use std::cell::RefCell;
use std::rc::Rc;

use connect_flow::{ConnectClient, ConnectFlow, ErrorCode, FlowMode, FlowOptions, Secret};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::*;

/// An app with an API key. Its account is active at once.
const KEY_APP: &str = "
    if (path.endsWith('/auth_configs')) return json({ items: [{ id: 'in_1', toolkit: { slug: 'shopify' }, auth_scheme: 'API_KEY',
      expected_input_fields: [{ name: 'api_key', displayName: 'Key', required: true }] }] });
    if (path.includes('/toolkits/')) return json({ slug: 'shopify' });
    if (request.method === 'POST') return json({ id: 'ca_1', status: 'ACTIVE' });
    return json({ id: 'ca_1', status: 'ACTIVE', toolkit: { slug: 'shopify' }, user_id: 'Jessica' });
";

/// An app with OAuth.
const OAUTH_APP: &str = "
    if (path.endsWith('/auth_configs')) return json({ items: [{ id: 'in_1', toolkit: { slug: 'gmail' }, auth_scheme: 'OAUTH2',
      expected_input_fields: [] }] });
    if (path.includes('/toolkits/')) return json({ slug: 'gmail' });
    if (request.method === 'POST') return json({ id: 'ca_1', status: 'INITIATED', redirect_url: 'https://auth.test/go' });
    return json({ id: 'ca_1', status: globalThis.accountStatus, toolkit: { slug: 'gmail' }, user_id: 'Jessica' });
";

fn flow(client: &ConnectClient, app: &str, mode: FlowMode) -> ConnectFlow {
    let options = FlowOptions {
        app: Some(app.to_owned()),
        mode,
        ..FlowOptions::default()
    };
    client.flow(options).expect("a flow")
}

/// Replaces `open`. It returns the fake window `globalThis.popup`, or `null` where popups are not allowed.
fn replace_open(is_allowed: bool) {
    js(if is_allowed {
        "globalThis.realOpen ??= globalThis.open;
         globalThis.popup = { closed: false, opener: 1, close() { this.closed = true; }, location: { replace(url) { popup.url = url; } } };
         globalThis.open = () => popup;"
    } else {
        "globalThis.realOpen ??= globalThis.open; globalThis.open = () => null;"
    });
}

fn restore_open() {
    js("globalThis.open = globalThis.realOpen;");
}

async fn fails_with(flow: &ConnectFlow, code: ErrorCode) {
    let failed = flow.settled().await;
    let error = failed.error.as_ref().expect("an error");
    assert_eq!((failed.state, error.code), ("failed", code));
}

#[wasm_bindgen_test]
async fn a_flow_with_a_key_reports_every_state() {
    let platform = Platform::new(KEY_APP);
    let flow = flow(&platform.client(), "shopify", FlowMode::Auto);
    let states = Rc::new(RefCell::new(Vec::new()));
    let (seen, watched) = (states.clone(), flow.clone());
    flow.subscribe(Rc::new(move || {
        seen.borrow_mut().push(watched.snapshot().state);
        Ok(())
    }));
    flow.load().expect("a valid transition");
    assert_eq!(flow.settled().await.expected_input_fields.len(), 1);
    let key = Secret::new("sk-1".to_owned());
    flow.submit(vec![("api_key".to_owned(), key)])
        .expect("a valid transition");
    let connected = flow.settled().await;
    assert_eq!(connected.connected_account_id.as_deref(), Some("ca_1"));
    assert_eq!(
        *states.borrow(),
        ["loading", "ready", "initiating", "verifying", "connected"]
    );
    flow.dispose();
}

#[wasm_bindgen_test]
async fn the_popup_opens_synchronously_and_loses_its_opener() {
    replace_open(true);
    set_global("accountStatus", &"INITIATED".into());
    let platform = Platform::new(OAUTH_APP);
    let flow = flow(&platform.client(), "gmail", FlowMode::Popup);
    flow.load().expect("a valid transition");
    flow.settled().await;
    flow.submit(Vec::new()).expect("a valid transition");
    assert!(js("return popup.url === undefined").is_truthy());
    restore_open();
    wait_for(&flow, "waiting").await;
    assert_eq!(text("return popup.url"), "https://auth.test/go");
    assert!(js("return popup.opener === null").is_truthy());
    set_global("accountStatus", &"ACTIVE".into());
    wait_for(&flow, "connected").await;
    assert!(js("return popup.closed").is_truthy());
    flow.dispose();
}

#[wasm_bindgen_test]
async fn a_popup_that_cannot_be_navigated_is_closed() {
    replace_open(true);
    js("popup.location.replace = () => { throw new DOMException('no URL', 'SyntaxError'); }");
    let platform = Platform::new(OAUTH_APP);
    let client = platform.client();
    let flow = flow(&client, "gmail", FlowMode::Popup);
    flow.submit(Vec::new()).expect("a valid transition");
    restore_open();
    fails_with(&flow, ErrorCode::RedirectRefused).await;
    let error = flow.snapshot().error.clone().expect("an error");
    assert!(error.cause::<JsValue>().is_none() && client.pending().is_empty());
    assert!(js("return popup.closed").is_truthy());
}

#[wasm_bindgen_test]
async fn a_popup_that_closes_during_navigation_counts_as_closed_by_the_user() {
    replace_open(true);
    js("popup.location.replace = () => { popup.closed = true; throw new TypeError('gone'); }");
    set_global("accountStatus", &"INITIATED".into());
    let platform = Platform::new(OAUTH_APP);
    let flow = flow(&platform.client(), "gmail", FlowMode::Popup);
    flow.submit(Vec::new()).expect("a valid transition");
    restore_open();
    wait_for(&flow, "waiting").await;
    flow.dispose();
}

#[wasm_bindgen_test]
async fn a_blocked_popup_sends_no_request() {
    replace_open(false);
    let platform = Platform::new(OAUTH_APP);
    let flow = flow(&platform.client(), "gmail", FlowMode::Popup);
    flow.load().expect("a valid transition");
    flow.settled().await;
    let before = platform.count();
    flow.submit(Vec::new()).expect("a valid transition");
    restore_open();
    fails_with(&flow, ErrorCode::PopupBlocked).await;
    assert_eq!(platform.count(), before);
}

#[wasm_bindgen_test]
async fn cancelling_closes_a_real_popup() {
    // A browser may block the popup, since there is no click.
    let platform = Platform::new("return new Promise(() => {})");
    let flow = flow(&platform.client(), "gmail", FlowMode::Auto);
    js(
        "globalThis.realOpen ??= globalThis.open; globalThis.popup = null;
        globalThis.open = (...values) => (globalThis.popup = globalThis.realOpen(...values));",
    );
    flow.submit(Vec::new()).expect("a valid transition");
    restore_open();
    let was_open = js("return popup && !popup.closed");
    flow.cancel().expect("a valid transition");
    assert!(was_open.is_null() || was_open.is_truthy());
    assert!(js("return !popup || popup.closed").is_truthy());
    assert_eq!(flow.snapshot().state, "cancelled");
}

async fn wait_for(flow: &ConnectFlow, state: &str) {
    let (resolver, watched) = (Rc::new(RefCell::new(None)), flow.clone());
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        resolver.replace(Some(resolve));
    });
    let (wanted, resolve) = (state.to_owned(), resolver.take().expect("a resolver"));
    let number = flow.subscribe(Rc::new(move || {
        if watched.snapshot().state == wanted {
            resolve.call0(&JsValue::UNDEFINED)?;
        }
        Ok(())
    }));
    if flow.snapshot().state != state {
        wasm_bindgen_futures::JsFuture::from(promise)
            .await
            .expect("the state is reached");
    }
    flow.unsubscribe(number);
}
