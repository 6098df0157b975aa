//! The public Rust API in a real browser: how a client copes with the page, its storage and its network.
#![cfg(target_arch = "wasm32")]

use wasm_bindgen_test::wasm_bindgen_test_configure;

mod web {
    mod answers;
    mod beside;
    mod cancelling;
    mod flow;
    mod headers;
    mod lists;
    mod page;
    mod requests;
    mod returning;
    mod secrets;
    mod storage;
    mod support;
    mod urls;
}

wasm_bindgen_test_configure!(run_in_browser);
