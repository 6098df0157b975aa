//! Everything that touches the browser. Decisions are made in the core.

pub mod call;
pub mod channel;
pub mod fetch;
pub mod page;
pub mod popup;
pub mod promise;
pub mod storage;
pub mod surroundings;
pub mod timing;
pub mod value;
