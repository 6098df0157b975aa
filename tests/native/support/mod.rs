//! Helpers of the native tests: responses from JSON, and a platform that follows a script.

pub mod acme;
pub mod appended;
pub mod arbitrary;
pub mod attempt;
pub mod cases;
pub mod flow;
pub mod json;
pub mod script;
pub mod shape;
pub mod sound;
pub mod words;

pub use json::{NOW, plain, response, value};
pub use script::{Exchange, Played, exchange, play, play_within};
