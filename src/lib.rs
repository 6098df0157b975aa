#![doc = include_str!("../README.md")]

pub mod core;

mod browser;
mod client;

#[cfg(feature = "bindings")]
mod bindings;

pub use browser::failure::Failure;
pub use browser::storage::Storage;
pub use client::{
    ConnectClient, ConnectFlow, ConnectionRequest, FlowMode, FlowOptions, Listener, Overrides,
    ResumeOptions,
};
