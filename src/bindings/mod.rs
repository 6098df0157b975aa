//! The JavaScript classes. They convert and do nothing else.

mod accounts;
mod catalogue;
mod client;
mod convert;
mod fields;
mod flow;
mod lists;

use wasm_bindgen::prelude::*;

/// The types that the classes refer to: the single source of the package's TypeScript.
#[wasm_bindgen(typescript_custom_section)]
const TYPES: &'static str = include_str!("types.d.ts");
