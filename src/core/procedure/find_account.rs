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
    is_wanted: fn(&ConnectedAccount, &str) -> bool,
    word: String,
    best: Option<ConnectedAccount>,
}

impl FindAccount {
    /// For an app.
    pub fn of_app(entity_id: String, app: String) -> Self {
        // Keys are lower case; that of the platform's filter is compared to the letter.
        let key = app.to_ascii_lowercase();
        Self::new(entity_id, Some(key), app, |account, app| {
            account.app.eq_ignore_ascii_case(app)
        })
    }

    /// For an action, whose name begins with the key of its app: `GMAIL_FETCH_EMAILS`.
    pub fn of_action(entity_id: String, action: String) -> Self {
        Self::new(entity_id, None, action, |account, action| {
            let app = account.app.as_bytes();
            let action = action.as_bytes();
            !app.is_empty()
                && action.len() > app.len()
                && action[..app.len()].eq_ignore_ascii_case(app)
                && action[app.len()] == b'_'
        })
    }

    fn new(
        entity_id: String,
        app: Option<String>,
        word: String,
        is_wanted: fn(&ConnectedAccount, &str) -> bool,
    ) -> Self {
        let filter = AccountFilter {
            entity_id: Some(entity_id),
            app,
            ..AccountFilter::default()
        };
        FindAccount {
            pages: Pages::new(Operation::ListAccounts {
                filter,
                cursor: None,
            }),
            asked: 0,
            is_wanted,
            word,
            best: None,
        }
    }

    fn consider(&mut self, account: ConnectedAccount) {
        // The longest app key wins, should one begin with another; then the label; then the newest.
        let rank = |account: &ConnectedAccount| {
            let created = account.created_at.as_deref().and_then(parse_iso);
            (account.app.len(), account.is_primary, created)
        };
        if account.is_usable()
            && (self.is_wanted)(&account, &self.word)
            && self
                .best
                .as_ref()
                .is_none_or(|best| rank(&account) > rank(best))
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
