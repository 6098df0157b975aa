//! The native tests: one program, as linking one for each file took longer than the tests themselves.
#![cfg(not(target_arch = "wasm32"))]

mod callback;
mod changes;
mod complete;
mod create_integration;
mod entities;
mod errors;
mod expected_params;
mod find_account;
mod flow;
mod flow_ended;
mod flow_grid;
mod flow_popup;
mod flow_waiting;
mod in_app_browser;
mod initiate;
mod initiate_checks;
mod json;
mod options;
mod pages;
mod pattern;
mod pending;
mod protocol;
mod redirect;
mod refresh;
mod secrets;
mod support;
mod trace;
mod validate;
mod watch;

#[test]
fn every_file_of_native_tests_is_here() {
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests")).unwrap();
    let names = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let missing: Vec<String> = names
        .filter(|name| name.ends_with(".rs") && !["native.rs", "web.rs"].contains(&name.as_str()))
        .filter(|name| {
            !include_str!("native.rs").contains(&format!("\nmod {};", &name[..name.len() - 3]))
        })
        .collect();
    assert!(missing.is_empty(), "not in tests/native.rs: {missing:?}");
}
