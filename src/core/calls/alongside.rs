//! A future that runs while others are awaited.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;

/// A future that makes progress while other futures are awaited through [`Alongside::until`]. Dropping it cancels it.
pub struct Alongside<'a, T> {
    future: Pin<Box<dyn Future<Output = T> + 'a>>,
    output: Option<T>,
}

impl<'a, T> Alongside<'a, T> {
    /// Holds the future, which makes no progress until something is awaited through this value.
    pub fn new(future: impl Future<Output = T> + 'a) -> Self {
        Alongside {
            future: Box::pin(future),
            output: None,
        }
    }

    /// Awaits another future.
    pub async fn until<U>(&mut self, other: impl Future<Output = U>) -> U {
        let mut other = pin!(other);
        poll_fn(|context| {
            let polled = other.as_mut().poll(context);
            if polled.is_pending()
                && self.output.is_none()
                && let Poll::Ready(output) = self.future.as_mut().poll(context)
            {
                self.output = Some(output);
            }
            polled
        })
        .await
    }

    /// Its own output.
    pub async fn output(self) -> T {
        match self.output {
            Some(output) => output,
            None => self.future.await,
        }
    }
}
