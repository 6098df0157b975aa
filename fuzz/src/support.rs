//! Cases and helpers of the native tests.

#[path = "../../tests/native/support/appended.rs"]
pub mod appended;
#[path = "../../tests/native/support/cases.rs"]
pub mod cases;
#[path = "../../tests/native/support/flow.rs"]
#[allow(dead_code)]
pub mod flow;
#[path = "../../tests/native/support/json.rs"]
pub mod json;
#[path = "../../tests/native/support/sound.rs"]
pub mod sound;
#[path = "../../tests/native/support/words.rs"]
pub mod words;

pub use json::{NOW, body, plain, response, value};
