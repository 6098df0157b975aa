//! Connects a user's account of an app, such as Gmail, from the browser.
//!
//! A [`ConnectClient`] asks the platform which fields the user must fill in, starts the connection, sends the user to the provider, and
//! confirms the account on the callback page. A [`ConnectFlow`] does all of that and has a state to render.
//!
//! ```no_run
//! use connect_flow::{ClientOptions, ConnectClient, ConnectError, FlowOptions};
//!
//! async fn connect() -> Result<(), ConnectError> {
//!     let client = ConnectClient::new(ClientOptions {
//!         base_url: "/api/connect".to_owned(),
//!         ..ClientOptions::default()
//!     })?;
//!     let flow = client.flow(FlowOptions {
//!         app: Some("gmail".to_owned()),
//!         ..FlowOptions::default()
//!     })?;
//!     // When the page opens. On the callback page, this completes the connection.
//!     flow.load()?;
//!     let snapshot = flow.settled().await;
//!     if snapshot.state == "ready" {
//!         // In the click, with the user's values of `snapshot.expected_input_fields`.
//!         flow.submit(Vec::new())?;
//!     }
//!     Ok(())
//! }
//! ```
//!
//! Each step is also a method of its own: [`ConnectClient::get_expected_params_for_user`],
//! [`ConnectClient::initiate_connection`], [`ConnectClient::redirect`], [`ConnectClient::complete_connection`] and
//! [`ConnectClient::get_connected_account`]. Every error is a [`ConnectError`] with a stable [`ErrorCode`].
//!
//! In an app written in Rust, turn off the feature `bindings`, which exports the JavaScript classes of the npm package.

// Fuzz targets are a separate crate and test the core directly.
#[cfg(fuzzing)]
pub mod core;
// Only the bindings pass arguments of JavaScript to the core.
#[cfg(not(fuzzing))]
#[cfg_attr(not(feature = "bindings"), allow(dead_code, unused_imports))]
mod core;

mod browser;
mod client;

#[cfg(feature = "bindings")]
mod bindings;

// Compiles the code of the guide.
#[cfg(doctest)]
#[doc = include_str!("../docs/guides/rust.md")]
mod guide {}

#[cfg(all(test, not(target_arch = "wasm32")))]
#[path = "../tests/native/mod.rs"]
mod tests;

pub use browser::storage::Storage;
pub use client::{CallFuture, ConnectClient, ConnectFlow, Ensured, List, Listener, Overrides};
pub use core::api::Api;
pub use core::api::accounts::{
    AccountFilter, AccountType, AccountUpdate, AuthParameter, AuthParams, ConnectedAccount,
    Revocation,
};
pub use core::api::actions::{ExecuteOptions, Execution, Tool, ToolFilter};
pub use core::api::apps::{App, AppFilter, AppScheme, Category};
pub use core::api::integrations::Integration;
pub use core::callback::{ClaimedOutcome, ConnectionCallback};
pub use core::calls::complete::{CompleteOptions, CompletedConnection};
pub use core::calls::create_integration::CreateIntegrationOptions;
pub use core::calls::expected_params::{ExpectedParams, ExpectedParamsOptions};
pub use core::calls::initiate::{ConnectionRequest, InitiateOptions};
pub use core::error::{ConnectError, ErrorCode, ErrorDetails, ISSUE_CODES, Issue};
pub use core::fields::Field;
pub use core::flow::{FlowMode, FlowOptions, FlowSnapshot, ResumeOptions, WhenConnected};
pub use core::input_attributes::input_attributes;
pub use core::json_schema::json_schema as to_json_schema;
pub use core::options::{ClientOptions, Credentials};
pub use core::pending::{PendingConnection, Verification};
pub use core::scheme::AuthScheme;
pub use core::secret::Secret;
pub use core::status::ConnectionStatus;
pub use core::trace::{FlowTag, PopupChange, StorageChange, TraceEntry, TraceEvent};
pub use core::validate::prepare as validate_params;
pub use core::value::Value;
