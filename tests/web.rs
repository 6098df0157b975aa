//! The browser layer, in a real browser: what a page, its storage and its network do to a client.
#![cfg(target_arch = "wasm32")]

use wasm_bindgen_test::wasm_bindgen_test_configure;

mod web {
    mod answers;
    mod beside;
    mod cancelling;
    mod flow;
    mod headers;
    mod page;
    mod requests;
    mod returning;
    mod secrets;
    mod storage;
    mod support;
    mod urls;
}

wasm_bindgen_test_configure!(run_in_browser);
