//! Stored attempts: a failing storage falls back to memory, and foreign entries do no harm.

use connect_flow::{ConnectClient, ErrorCode, InitiateOptions, PendingConnection};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::*;

/// Empties `localStorage`, and restores it when dropped.
fn local_storage() -> Undo {
    until_dropped(
        "const before = Object.entries(localStorage);
        localStorage.clear();
        return () => { localStorage.clear(); for (const [key, value] of before) localStorage.setItem(key, value); };",
    )
}

fn over_local_storage(platform: &Platform) -> ConnectClient {
    platform.client_with(|_, overrides| overrides.storage = None)
}

fn flows(client: &ConnectClient) -> Vec<String> {
    let pending = client.pending();
    pending.into_iter().map(|record| record.flow_id).collect()
}

/// Starts a connection and completes it.
async fn connects(client: &ConnectClient, how: &str) {
    let before = client.pending().len();
    let request = initiate(client).await.expect(how);
    let found = client.pending();
    assert_eq!(found.len(), before + 1, "{how}");
    assert!(
        found.iter().any(|record| record.flow_id == request.flow_id),
        "{how}"
    );
    let done = complete(client, &callback(&request)).await.expect(how);
    assert_eq!(
        done.expect(how).connected_account_id,
        request.connected_account_id
    );
    assert_eq!(client.pending().len(), before, "{how}");
}

#[wasm_bindgen_test]
async fn a_connection_completes_although_the_storage_fails() {
    let fail = "throw new DOMException('denied', 'SecurityError')";
    for spoilt in [
        format!("storage.setItem = () => {{ {fail} }}"),
        "storage.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }"
            .to_owned(),
        "storage.setItem = undefined".to_owned(),
        "storage.setItem = () => { throw undefined }".to_owned(),
        format!(
            "for (const name of Object.keys(storage)) Object.defineProperty(storage, name, {{ get() {{ {fail} }} }})"
        ),
        format!(
            "storage.setItem = storage.getItem = storage.removeItem = storage.key = () => {{ {fail} }}"
        ),
    ] {
        let platform = connecting();
        let client =
            platform.client_with(|_, overrides| overrides.storage = Some(storage(&spoilt)));
        connects(&client, &spoilt).await;
    }
}

#[wasm_bindgen_test]
async fn an_attempt_that_cannot_be_read_back_is_unknown() {
    for spoilt in [
        "storage.getItem = () => { throw 'no' }",
        "storage.getItem = () => ({ flowId: 'x' })",
        "storage.getItem = () => 42",
        "storage.key = () => { throw 'no' }",
        "storage.key = () => ({})",
        "Object.defineProperty(storage, 'length', { get() { throw 'no' } })",
        "Object.defineProperty(storage, 'length', { value: -1 })",
        "Object.defineProperty(storage, 'length', { value: NaN })",
        "Object.defineProperty(storage, 'length', { value: 'many' })",
        "storage.removeItem = () => { throw 'no' }; storage.getItem = () => null",
    ] {
        let platform = connecting();
        let client = platform.client_with(|_, overrides| overrides.storage = Some(storage(spoilt)));
        let request = initiate(&client).await.expect(spoilt);
        assert!(!flows(&client).contains(&request.flow_id), "{spoilt}");
        let url = callback(&request);
        assert_eq!(
            code(complete(&client, &url).await),
            ErrorCode::CallbackUnbound,
            "{spoilt}"
        );
    }
}

#[wasm_bindgen_test]
async fn reading_an_endless_storage_stops() {
    let spoilt = "Object.defineProperty(storage, 'length', { value: 1e12 }); globalThis.reads = 0;
        storage.key = (index) => { reads++; return `other-${index}`; }";
    let platform = connecting();
    let client = platform.client_with(|_, overrides| overrides.storage = Some(storage(spoilt)));
    client.pending();
    assert!(
        js("return reads")
            .as_f64()
            .is_some_and(|reads| reads <= 40_000.0)
    );
}

#[wasm_bindgen_test]
async fn a_connection_completes_without_local_storage() {
    for getter in [
        "throw new DOMException('denied', 'SecurityError')",
        "return null",
        "return undefined",
    ] {
        let _page = until_dropped(&format!(
            "const own = Object.getOwnPropertyDescriptor(globalThis, 'localStorage');
            Object.defineProperty(globalThis, 'localStorage', {{ configurable: true, get() {{ {getter} }} }});
            return () => Object.defineProperty(globalThis, 'localStorage', own);"
        ));
        connects(&over_local_storage(&connecting()), getter).await;
    }
}

#[wasm_bindgen_test]
async fn an_attempt_ends_although_the_storage_is_full() {
    let platform = connecting();
    let shared = storage("");
    set_global("shared", shared.as_ref());
    let client = platform.client_with(|_, overrides| overrides.storage = Some(shared));
    let request = initiate(&client).await.expect("a request");
    js("shared.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }");
    complete(&client, &callback(&request))
        .await
        .expect("an account");
    assert!(
        client.pending().is_empty(),
        "the attempt has ended, although the storage still says pending"
    );
}

#[wasm_bindgen_test]
async fn malformed_records_under_our_keys_are_ignored() {
    let _storage = local_storage();
    let platform = connecting();
    let client = over_local_storage(&platform);
    let before = flows(&client);
    let request = initiate(&client).await.expect("a request");
    js(r#"
        const now = Date.now();
        const record = (id, change) => JSON.stringify({
          flowId: id, connectedAccountId: "ca_evil", entityId: "e", startedAtMs: now, expiresAtMs: now + 1000, ...change,
        });
        const put = (id, text) => localStorage.setItem(`connect-flow:${id}`, text);
        for (const [index, text] of ["", "junk", "{", "null", "[]", "42", '"text"', "{}", "\u0000", "\ud800"].entries()) {
          put(`junk${index}`, text);
        }
        put("", record(""));
        put("proto", '{"__proto__":' + record("proto") + "}");
        put("own-proto", record("own-proto", {}).replace("connectedAccountId", "__proto__"));
        put("huge", record("huge", { connectedAccountId: "x".repeat(1e6) }));
        put("deep", '{"flowId":'.repeat(5000) + "1" + "}".repeat(5000));
        put("elsewhere", record("another"));
        put("no-time", record("no-time", { startedAtMs: undefined }));
        put("text-time", record("text-time", { startedAtMs: String(now) }));
        put("half-time", record("half-time", { startedAtMs: now + 0.5 }));
        put("immortal", record("immortal", { expiresAtMs: now + 1e9 }));
        put("backwards", record("backwards", { expiresAtMs: now - 1 }));
        put("numbers", record("numbers", { connectedAccountId: 7 }));
    "#);
    let found = client.pending();
    let ours: Vec<&PendingConnection> = found
        .iter()
        .filter(|one| !before.contains(&one.flow_id))
        .collect();
    assert_eq!(ours.len(), 1, "{ours:?}");
    assert_eq!(ours[0].flow_id, request.flow_id);
    for id in ["junk0", "proto", "elsewhere", "immortal", "huge"] {
        let url = format!("https://app.test/?cf_flow={id}&status=success");
        assert_eq!(
            code(complete(&client, &url).await),
            ErrorCode::CallbackUnbound,
            "{id}"
        );
    }
    let done = complete(&client, &callback(&request))
        .await
        .expect("an account");
    assert_eq!(
        done.expect("a callback").connected_account_id,
        request.connected_account_id
    );
}

#[wasm_bindgen_test]
async fn a_stored_return_path_to_another_site_is_dropped() {
    let _storage = local_storage();
    let client = over_local_storage(&connecting());
    for (path, kept) in [
        ("/orders?x=1", true),
        ("//evil.test", false),
        ("https://evil.test", false),
        ("/\\\\evil.test", false),
        ("javascript:alert(1)", false),
    ] {
        set_global("path", &path.replace("\\\\", "\\").into());
        js(r#"localStorage.setItem("connect-flow:f1", JSON.stringify({
            flowId: "f1", connectedAccountId: "ca_1", entityId: "Jessica",
            startedAtMs: Date.now(), expiresAtMs: Date.now() + 1000, returnTo: path,
        }))"#);
        let url = "https://app.test/?cf_flow=f1&status=success";
        let done = complete(&client, url).await.expect(path).expect(path);
        assert_eq!(done.return_to.is_some(), kept, "{path}");
    }
}

#[wasm_bindgen_test]
async fn old_attempts_are_removed_and_other_keys_stay() {
    let own = storage("");
    set_global("own", own.as_ref());
    js(r#"
        const put = (id, ageMs) => own.setItem(`connect-flow:${id}`, JSON.stringify({
          flowId: id, connectedAccountId: "ca_old", entityId: "e",
          startedAtMs: Date.now() - ageMs, expiresAtMs: Date.now() - ageMs + 600_000,
        }));
        // Kept for an hour, so that a late callback gets a precise error.
        put("old", 3_700_000);
        put("young", 1_000);
        put("future", -3_700_000);
        own.setItem("connect-flow-theme", "dark");
        own.setItem("other", "1");
        own.setItem("connect-flow:unreadable", "{");
    "#);
    let client = connecting().client_with(|_, overrides| overrides.storage = Some(own));
    let is_there = |key: &str| js(&format!("return own.getItem('{key}') !== null")).is_truthy();
    assert!(
        client
            .pending()
            .iter()
            .any(|record| record.flow_id == "young")
    );
    assert!(
        client
            .pending()
            .iter()
            .all(|record| record.flow_id != "old" && record.flow_id != "future")
    );
    let url = "https://app.test/?cf_flow=old&status=success";
    initiate(&client).await.expect("the next attempt");
    assert!(!is_there("connect-flow:old") && !is_there("connect-flow:future"));
    assert!(is_there("connect-flow:young") && is_there("connect-flow-theme") && is_there("other"));
    assert_eq!(
        code(complete(&client, url).await),
        ErrorCode::CallbackUnbound
    );
}

#[wasm_bindgen_test]
async fn concurrent_attempts_are_stored_separately() {
    let _storage = local_storage();
    let platform = connecting();
    let work = |app: &'static str| -> Work<()> {
        let client = over_local_storage(&platform);
        Box::pin(async move {
            let options = InitiateOptions {
                app: Some(app.to_owned()),
                return_to: Some(format!("/{app}")),
                ..initiating()
            };
            let request = client
                .initiate_connection(options)
                .await
                .expect("a request");
            let done = complete(&client, &callback(&request))
                .await
                .expect("an account")
                .expect("a callback");
            assert_eq!(done.connected_account_id, request.connected_account_id);
            assert_eq!(done.return_to, Some(format!("/{app}")));
        })
    };
    at_once(vec![work("gmail"), work("shopify"), work("zendesk")]).await;
    assert_eq!(js("return Object.keys(localStorage).length"), 3);
    let is_ours: JsValue = js(
        "return Object.keys(localStorage).every((key) => /^connect-flow:[0-9a-f]{32}$/.test(key))",
    );
    assert_eq!(is_ours, true);
}

#[wasm_bindgen_test]
async fn a_storage_override_replaces_local_storage() {
    let _storage = local_storage();
    let shared = storage("");
    set_global("shared", shared.as_ref());
    let client = connecting().client_with(|_, overrides| overrides.storage = Some(shared));
    initiate(&client).await.expect("a request");
    assert_eq!(js("return localStorage.length"), 0);
    assert_eq!(js("return shared.map.size"), 1);
}

#[wasm_bindgen_test]
async fn entries_of_other_code_are_not_read() {
    let shared = storage(
        "map.set('session', 'private'); map.set('connect-flow', 'x'); globalThis.read = [];
        const { getItem } = storage;
        storage.getItem = (key) => { read.push(key); return getItem(key); };",
    );
    let client = connecting().client_with(|_, overrides| overrides.storage = Some(shared));
    let request = initiate(&client).await.expect("a request");
    complete(&client, &callback(&request))
        .await
        .expect("an account");
    let is_ours =
        js("return read.length > 0 && read.every((key) => key.startsWith('connect-flow:'))");
    assert_eq!(is_ours, true);
}
