//! The native tests' own cases and helpers.

#[path = "../../tests/support/appended.rs"]
pub mod appended;
#[path = "../../tests/support/cases.rs"]
pub mod cases;
#[path = "../../tests/support/flow.rs"]
#[allow(dead_code)]
pub mod flow;
#[path = "../../tests/support/json.rs"]
pub mod json;
#[path = "../../tests/support/sound.rs"]
pub mod sound;
#[path = "../../tests/support/words.rs"]
pub mod words;

pub use json::{NOW, body, plain, response, value};
