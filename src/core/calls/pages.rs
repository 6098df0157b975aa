//! Lists that are requested page by page.

use std::cell::RefCell;
use std::vec::IntoIter;

use super::{Platform, Result};
use crate::core::api::{Endpoint, Page};

/// The most pages that a search through a list reads.
pub const MAX_SEARCHED_PAGES: u32 = 20;

/// The most pages of a list. Cursors that repeat in a circle would never end.
const MAX_PAGES: u32 = 1_000;

/// The request for a page, by its cursor.
type PageEndpoint<T> = Box<dyn Fn(Option<&str>) -> Endpoint<Page<T>>>;

/// The items of a list. The next page is requested when all items of the current page have been taken.
pub struct Pages<T> {
    page: PageEndpoint<T>,
    items: RefCell<IntoIter<T>>,
    position: RefCell<Position>,
}

/// The page to ask for next.
struct Position {
    cursor: Option<String>,
    pages_left: u32,
}

impl<T> Pages<T> {
    /// `page`: the request for a page; the first has no cursor.
    pub fn new(page: impl Fn(Option<&str>) -> Endpoint<Page<T>> + 'static) -> Self {
        Self::within(MAX_PAGES, page)
    }

    /// Ends after `most` pages.
    pub fn within(most: u32, page: impl Fn(Option<&str>) -> Endpoint<Page<T>> + 'static) -> Self {
        Pages {
            page: Box::new(page),
            items: RefCell::new(Vec::new().into_iter()),
            position: RefCell::new(Position {
                cursor: None,
                pages_left: most,
            }),
        }
    }

    /// The next item, or `None` at the end. After an error, the same page is asked for again.
    ///
    /// # Errors
    /// Those of the request.
    pub async fn next(&self, platform: &impl Platform) -> Result<Option<T>> {
        loop {
            let item = self.items.borrow_mut().next();
            if item.is_some() || self.position.borrow().pages_left == 0 {
                return Ok(item);
            }
            let endpoint = (self.page)(self.position.borrow().cursor.as_deref());
            let page = platform.ask(endpoint).await?;
            self.items.replace(page.items.into_iter());
            self.position.borrow_mut().advance(page.next);
        }
    }

    /// All remaining items.
    ///
    /// # Errors
    /// Those of the requests.
    pub async fn all(&self, platform: &impl Platform) -> Result<Vec<T>> {
        let mut items = Vec::new();
        while let Some(item) = self.next(platform).await? {
            items.push(item);
        }
        Ok(items)
    }
}

impl Position {
    fn advance(&mut self, next: Option<String>) {
        // A cursor that repeats itself ends the list.
        self.pages_left = match next.is_none() || next == self.cursor {
            true => 0,
            false => self.pages_left - 1,
        };
        self.cursor = next;
    }
}
