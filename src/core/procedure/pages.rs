//! A list, page by page, as it is asked for.

use std::vec::IntoIter;

use super::{Event, Procedure, Step, out_of_step};
use crate::core::error::ConnectError;
use crate::core::protocol::answer::{Answer, Page};
use crate::core::protocol::operation::Operation;

/// Whoever wants all of a list gets no more pages than this: cursors that go round would never end.
const MAX_PAGES: u32 = 1_000;

/// A list whose next page is asked for when nothing is at hand.
#[derive(Debug, Clone)]
pub struct Pages<T> {
    walk: Walk,
    at_hand: IntoIter<T>,
}

/// Where in a list we are; apart from its items, so that it is compiled once.
#[derive(Debug, Clone)]
struct Walk {
    list: Operation,
    /// Where the next page starts; the first has no cursor, and after the last there is none.
    next: Option<Option<String>>,
    pages: u32,
}

impl<T> Pages<T> {
    /// All of a list. Nothing is asked yet.
    pub fn new(list: Operation) -> Self {
        Pages {
            walk: Walk {
                list,
                next: Some(None),
                pages: 0,
            },
            at_hand: Vec::new().into_iter(),
        }
    }

    /// The next item at hand.
    pub fn pop(&mut self) -> Option<T> {
        self.at_hand.next()
    }

    /// What to ask for once no item is at hand; `None` when there are no more.
    pub fn request(&self) -> Option<Operation> {
        self.walk.request()
    }

    /// Takes in the page that was asked for.
    pub fn answered(&mut self, page: Page<T>) {
        self.at_hand = page.items.into_iter();
        self.walk.answered(page.next);
    }
}

/// The next item, for which a page is asked for when none is at hand. It may be started again as long as there are items.
impl<T> Procedure for Pages<T>
where
    Page<T>: TryFrom<Answer, Error = ConnectError>,
{
    type Output = Option<T>;

    fn advance(&mut self, event: Event, _now_ms: u64) -> Step<Option<T>> {
        match event {
            Event::Start => {}
            Event::Answered(Ok(answer)) => match answer.try_into() {
                Ok(page) => self.answered(page),
                Err(error) => return Step::Done(Err(error)),
            },
            Event::Answered(Err(error)) => return Step::Done(Err(error)),
            Event::Woke | Event::Expired => return out_of_step(),
        }
        match (self.pop(), self.request()) {
            (None, Some(operation)) => Step::call(operation),
            (item, _) => Step::Done(Ok(item)),
        }
    }
}

impl Walk {
    fn request(&self) -> Option<Operation> {
        let cursor = self.next.as_ref()?;
        self.list.at(cursor.clone())
    }

    /// A cursor that repeats itself ends the list: it would never end otherwise.
    fn answered(&mut self, next: Option<String>) {
        let asked = self.next.take().flatten();
        self.pages += 1;
        self.next = next
            .filter(|next| Some(next) != asked.as_ref() && self.pages < MAX_PAGES)
            .map(Some);
    }
}
