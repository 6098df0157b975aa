//! Which of an entity's accounts to use for an app (docs/protocol.md §5.13): the newest that is usable.

use super::pages::Pages;
use super::{Event, Procedure, Step, out_of_step};
use crate::core::protocol::answer::{Answer, ConnectedAccount};
use crate::core::protocol::operation::{AccountFilter, Operation};
use crate::core::time::parse_iso;

/// Where one account is looked for, a list that goes on for longer than this is not walked to its end.
const MAX_PAGES: u32 = 20;

/// The procedure. It comes to an account, or none.
#[derive(Debug)]
pub struct FindAccount {
    pages: Pages<ConnectedAccount>,
    asked: u32,
    app: String,
    best: Option<ConnectedAccount>,
}

impl FindAccount {
    /// For an app.
    pub fn new(entity_id: String, app: String) -> Self {
        let filter = AccountFilter {
            entity_id: Some(entity_id),
            // Keys are lower case; that of the platform's filter is compared to the letter.
            app: Some(app.to_ascii_lowercase()),
            ..AccountFilter::default()
        };
        FindAccount {
            pages: Pages::new(Operation::ListAccounts {
                filter,
                cursor: None,
            }),
            asked: 0,
            app,
            best: None,
        }
    }

    fn consider(&mut self, account: ConnectedAccount) {
        let created =
            |account: &ConnectedAccount| account.created_at.as_deref().and_then(parse_iso);
        if account.is_usable()
            && account.app.eq_ignore_ascii_case(&self.app)
            && self
                .best
                .as_ref()
                .is_none_or(|best| created(&account) > created(best))
        {
            self.best = Some(account);
        }
    }

    fn next(&mut self) -> Step<Option<ConnectedAccount>> {
        while let Some(account) = self.pages.pop() {
            self.consider(account);
        }
        self.asked += 1;
        match self.pages.request() {
            Some(operation) if self.asked <= MAX_PAGES => Step::call(operation),
            _ => Step::Done(Ok(self.best.take())),
        }
    }
}

impl Procedure for FindAccount {
    type Output = Option<ConnectedAccount>;

    fn advance(&mut self, event: Event, _now_ms: u64) -> Step<Option<ConnectedAccount>> {
        match event {
            Event::Start => self.next(),
            Event::Answered(Ok(Answer::Accounts(page))) => {
                self.pages.answered(page);
                self.next()
            }
            Event::Answered(Err(error)) => Step::Done(Err(error)),
            _ => out_of_step(),
        }
    }
}
