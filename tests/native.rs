//! The native tests: one program, as linking one for each file took longer than the tests themselves.
#![cfg(not(target_arch = "wasm32"))]

#[path = "callback.rs"]
mod callback;
#[path = "changes.rs"]
mod changes;
#[path = "complete.rs"]
mod complete;
#[path = "create_integration.rs"]
mod create_integration;
#[path = "errors.rs"]
mod errors;
#[path = "execute.rs"]
mod execute;
#[path = "expected_params.rs"]
mod expected_params;
#[path = "find_account.rs"]
mod find_account;
#[path = "flow.rs"]
mod flow;
#[path = "flow_grid.rs"]
mod flow_grid;
#[path = "in_app_browser.rs"]
mod in_app_browser;
#[path = "initiate.rs"]
mod initiate;
#[path = "initiate_checks.rs"]
mod initiate_checks;
#[path = "json.rs"]
mod json;
#[path = "options.rs"]
mod options;
#[path = "pages.rs"]
mod pages;
#[path = "pattern.rs"]
mod pattern;
#[path = "pending.rs"]
mod pending;
#[path = "protocol.rs"]
mod protocol;
#[path = "redirect.rs"]
mod redirect;
#[path = "refresh.rs"]
mod refresh;
#[path = "secrets.rs"]
mod secrets;
#[path = "trace.rs"]
mod trace;
#[path = "validate.rs"]
mod validate;
#[path = "watch.rs"]
mod watch;

#[test]
fn every_file_of_native_tests_is_here() {
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests")).unwrap();
    let names = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let missing: Vec<String> = names
        .filter(|name| name.ends_with(".rs") && !["native.rs", "web.rs"].contains(&name.as_str()))
        .filter(|name| !include_str!("native.rs").contains(&format!("#[path = \"{name}\"]")))
        .collect();
    assert!(missing.is_empty(), "not in tests/native.rs: {missing:?}");
}
