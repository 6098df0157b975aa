//! Walking the pages of a list, of whatever kind.

use connect_flow::core::procedure::pages::Pages;
use connect_flow::core::protocol::answer::Page;
use connect_flow::core::protocol::operation::{AccountFilter, AppFilter, Operation};

fn page(items: &[&'static str], next: Option<&str>) -> Page<&'static str> {
    Page {
        items: items.to_vec(),
        next: next.map(str::to_owned),
    }
}

/// Every list, each with a filter.
fn lists() -> Vec<Operation> {
    vec![
        Operation::ListAccounts {
            filter: AccountFilter {
                app: Some("github".to_owned()),
                ..AccountFilter::default()
            },
            cursor: None,
        },
        Operation::ListApps {
            filter: AppFilter {
                search: Some("github".to_owned()),
                category: None,
            },
            cursor: None,
        },
        Operation::ListIntegrations {
            app: "github".to_owned(),
            cursor: None,
        },
    ]
}

/// Where the next request starts; it must be of the same list.
fn cursor(pages: &Pages<&'static str>) -> Option<Option<String>> {
    pages.request().map(|operation| match operation {
        Operation::ListAccounts { filter, cursor } => {
            assert_eq!(filter.app.as_deref(), Some("github"));
            cursor
        }
        Operation::ListApps { filter, cursor } => {
            assert_eq!(filter.search.as_deref(), Some("github"));
            cursor
        }
        Operation::ListIntegrations { app, cursor } => {
            assert_eq!(app, "github");
            cursor
        }
        other => panic!("{other:?}"),
    })
}

#[test]
fn pages_are_asked_for_one_by_one() {
    for list in lists() {
        let mut pages = Pages::new(list);
        assert!(pages.pop().is_none());
        assert_eq!(cursor(&pages), Some(None));
        // What is not answered is asked for again: a request that failed loses no page.
        assert_eq!(cursor(&pages), Some(None));
        pages.answered(page(&["a", "b"], Some("2")));
        assert_eq!(cursor(&pages), Some(Some("2".to_owned())));
        assert_eq!(pages.pop(), Some("a"));
        assert_eq!(pages.pop(), Some("b"));
        assert!(pages.pop().is_none());
        pages.answered(page(&[], Some("3")));
        assert_eq!(cursor(&pages), Some(Some("3".to_owned())));
        pages.answered(page(&["c"], Some("3")));
        assert_eq!(cursor(&pages), None);
        assert_eq!(pages.pop(), Some("c"));
        assert!(pages.pop().is_none() && pages.request().is_none());
    }
}

#[test]
fn cursors_that_go_round_end() {
    for list in lists() {
        let mut pages = Pages::new(list);
        let mut asked = 0;
        while pages.request().is_some() {
            pages.answered(page(&[], Some(&(asked % 3).to_string())));
            asked += 1;
        }
        assert_eq!(asked, 1_000);
    }
}
