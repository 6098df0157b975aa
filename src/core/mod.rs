//! The pure half: no browser, no clock, no randomness. Takes inputs, returns outputs.

pub mod callback;
pub mod error;
pub mod fields;
pub mod flow;
pub mod in_app_browser;
pub mod input_attributes;
mod json;
pub mod json_schema;
mod normalise;
pub mod options;
pub(crate) mod order;
pub mod pattern;
pub mod pending;
pub mod plain;
pub mod procedure;
pub mod protocol;
pub mod redirect;
pub mod retry;
pub mod scheme;
pub mod secret;
pub mod status;
pub(crate) mod text;
pub mod time;
pub mod trace;
pub mod validate;
pub mod value;
mod words;
