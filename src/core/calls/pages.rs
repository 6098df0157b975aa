//! Lists that are requested page by page.

use std::cell::RefCell;
use std::rc::Rc;
use std::vec::IntoIter;

use super::{Boxed, Platform, Result};
use crate::core::api::{Endpoint, Page};

/// The most pages of a list. Cursors that repeat in a circle would never end.
const MAX_PAGES: u32 = 1_000;

/// The request for a page, by its cursor.
type PageEndpoint<T> = Box<dyn Fn(Option<&str>) -> Endpoint<Page<T>>>;

/// The items of a list. The next page is requested when the items of the last one are used up.
pub struct Pages<T> {
    page: PageEndpoint<T>,
    items: RefCell<IntoIter<T>>,
    position: RefCell<Position>,
}

/// The page to request next.
struct Position {
    cursor: Option<String>,
    pages_left: u32,
}

impl<T: 'static> Pages<T> {
    /// `page`: the request for a page; the first has no cursor.
    pub fn new(page: impl Fn(Option<&str>) -> Endpoint<Page<T>> + 'static) -> Rc<Self> {
        Self::within(MAX_PAGES, page)
    }

    /// Ends after `most` pages.
    pub fn within(
        most: u32,
        page: impl Fn(Option<&str>) -> Endpoint<Page<T>> + 'static,
    ) -> Rc<Self> {
        Rc::new(Pages {
            page: Box::new(page),
            items: RefCell::new(Vec::new().into_iter()),
            position: RefCell::new(Position {
                cursor: None,
                pages_left: most,
            }),
        })
    }

    /// The next item, or `None` at the end. After an error, the next call requests the same page again.
    ///
    /// # Errors
    /// Those of the request.
    pub async fn next(self: &Rc<Self>, platform: &impl Platform) -> Result<Option<T>> {
        fill(self.clone(), platform).await?;
        Ok(self.pop())
    }

    /// The next item of the pages that were read.
    pub fn pop(&self) -> Option<T> {
        self.items.borrow_mut().next()
    }
}

/// A list of any type, so that code for it is compiled once.
pub trait AnyPages {
    /// Whether the next item needs another page.
    fn needs_page(&self) -> bool;

    /// Requests the next page and stores its items.
    fn ask_page(self: Rc<Self>, platform: &dyn Platform) -> Boxed<()>;
}

impl<T: 'static> AnyPages for Pages<T> {
    fn needs_page(&self) -> bool {
        self.items.borrow().as_slice().is_empty() && self.position.borrow().pages_left > 0
    }

    fn ask_page(self: Rc<Self>, platform: &dyn Platform) -> Boxed<()> {
        let endpoint = (self.page)(self.position.borrow().cursor.as_deref());
        let (request, read) = endpoint.split();
        let read = move |request: &_, response: &_| {
            let page = read(request, response)?;
            self.items.replace(page.items.into_iter());
            self.position.borrow_mut().advance(page.next);
            Ok(())
        };
        platform.send(request, Box::new(read))
    }
}

/// Requests pages until there is an item, or the list has ended.
///
/// # Errors
/// Those of the request.
pub async fn fill(pages: Rc<dyn AnyPages>, platform: &dyn Platform) -> Result<()> {
    while pages.needs_page() {
        pages.clone().ask_page(platform).await?;
    }
    Ok(())
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
