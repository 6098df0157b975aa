//! The JavaScript classes. They convert and do nothing else.

mod accounts;
mod actions;
mod catalogue;
mod client;
mod convert;
mod entity;
mod fields;
mod flow;
mod list;
mod value;

use wasm_bindgen::prelude::*;

/// The types that the classes refer to: the single source of the package's TypeScript.
#[wasm_bindgen(typescript_custom_section)]
const TYPES: &'static str = include_str!("bindings/types.d.ts");

/// A third of the size of the standard library's. Rust frontends that take the crate without these bindings choose their own.
#[cfg(all(target_family = "wasm", not(target_feature = "atomics")))]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
