//! Calls of several requests, as ordinary async functions over a [`Platform`].

mod alongside;
pub mod complete;
pub mod create_integration;
pub mod expected_params;
pub mod find_account;
pub mod initiate;
pub mod pages;
pub mod reconnect;
pub mod refresh;
pub mod rotate;
pub mod verify;
pub mod wait;

use std::future::Future;
use std::pin::Pin;

use super::api::Endpoint;
use super::api::http::{HttpRequest, HttpResponse};
use super::error::{ConnectError, ErrorCode, Result};
use super::watch::{Moment, PeerNews, Surroundings};

/// `None` if the account does not exist.
fn unless_missing<T>(answer: Result<T>) -> Result<Option<T>> {
    match answer {
        Err(error) if error.is_missing() => Ok(None),
        answer => answer.map(Some),
    }
}

/// What a call can do: send requests, wait, and see the time and the page.
#[allow(async_fn_in_trait, reason = "only the fuzz targets see it as public")]
pub trait Platform {
    /// Sends a request and hands every response to `read`. Repeats it where that is safe and the failure may pass, also when `read`
    /// fails. Dropping the future aborts the request.
    ///
    /// # Errors
    /// The last failure of `read`, or why there was no response.
    async fn send(
        &self,
        request: &HttpRequest,
        read: &mut dyn FnMut(&HttpResponse) -> Result<()>,
    ) -> Result<()>;

    /// Waits this many milliseconds, or until the state of the page changes. True when the time has passed.
    ///
    /// # Errors
    /// `cancelled`, or `timeout` when the time limit of the call has passed.
    async fn wait(&self, wait_ms: u64) -> Result<bool>;

    /// Listens to other pages that wait for this account.
    fn join_peers(&self, _connected_account_id: &str) {}

    /// Tells the other pages.
    fn tell_peers(&self, _news: PeerNews) {}

    /// Whether no other page is checking this account. If so, none does until the next request of this call is answered.
    async fn take_turn(&self, _connected_account_id: &str) -> bool {
        true
    }

    /// What other pages have told since the last call. News also end [`Platform::wait`].
    fn peer_news(&self) -> Option<PeerNews> {
        None
    }

    /// The time, and a random number.
    fn moment(&self) -> Moment;

    /// The state of the page.
    fn surroundings(&self) -> Surroundings;

    /// The clock's time when the time limit of the call passes, in milliseconds.
    fn deadline_ms(&self) -> u64;

    /// Whether the time limit of the call has passed.
    fn is_timed_out(&self) -> bool;

    /// Sends an endpoint's request and reads the answer.
    ///
    /// # Errors
    /// Those of the endpoint and of [`Platform::send`].
    async fn ask<T>(&self, endpoint: Endpoint<T>) -> Result<T> {
        let mut answer = None;
        let mut read = |response: &HttpResponse| {
            answer = Some(endpoint.read(response)?);
            Ok(())
        };
        // Boxed, since `send` is large and would be a part of every future that asks something.
        let sent: Pin<Box<dyn Future<Output = Result<()>> + '_>> =
            Box::pin(self.send(&endpoint.request, &mut read));
        sent.await?;
        answer.ok_or_else(|| {
            ConnectError::new(ErrorCode::ResponseInvalid, "the response was not read")
        })
    }
}
