//! The effects: everything that touches the browser, and nothing that decides.

pub mod channel;
pub mod driver;
pub mod failure;
pub mod fetch;
pub mod page;
pub mod popup;
pub mod storage;
pub mod surroundings;
pub mod timing;
pub mod value;
