//! The pages of a list, for every list.

use crate::core::api::accounts::{AccountFilter, list_accounts};
use crate::core::api::apps::{AppFilter, list_apps};
use crate::core::api::integrations::list_integrations;
use crate::core::api::{Endpoint, Page};
use crate::core::calls::pages::Pages;
use crate::core::error::ErrorCode;
use crate::tests::support::{Exchange, exchange, play};
use serde_json::{Value as Json, json};

const ACCOUNTS: &str = "GET /api/v3.1/connected_accounts?limit=50&toolkit_slugs=github";
const APPS: &str = "GET /api/v3.1/toolkits?search=github&limit=100";
const INTEGRATIONS: &str = "GET /api/v3.1/auth_configs?toolkit_slug=github&limit=50";

/// A page of any list. Each item is an account, an app and an integration.
fn page(items: &[&str], next: Option<&str>) -> Json {
    let item = |id: &&str| json!({ "id": id, "slug": id, "status": "ACTIVE" });
    let items: Vec<Json> = items.iter().map(item).collect();
    json!({ "items": items, "next_cursor": next, "user_id": "Jessica" })
}

/// The exchange of a page.
fn paged(list: &str, cursor: Option<&str>, content: Json) -> Exchange {
    let request = match cursor {
        None => list.to_owned(),
        Some(cursor) => [list, "&cursor=", cursor].concat(),
    };
    exchange(&request, 200, content)
}

/// A test of one list: its first request, its pages, and the id of an item.
trait ListTest {
    fn run<T: 'static>(
        &self,
        list: &str,
        page: impl Fn(Option<&str>) -> Endpoint<Page<T>> + 'static,
        id: fn(&T) -> &str,
    );
}

fn for_every_list(test: &impl ListTest) {
    let app = || Some("github".to_owned());
    let filter = AccountFilter {
        app: app(),
        ..AccountFilter::default()
    };
    let accounts = move |cursor: Option<&str>| list_accounts(&filter, cursor);
    test.run(ACCOUNTS, accounts, |account| &account.id);
    let filter = AppFilter {
        search: app(),
        category: None,
    };
    let apps = move |cursor: Option<&str>| list_apps(&filter, cursor);
    test.run(APPS, apps, |app| &app.key);
    let integrations = |cursor: Option<&str>| list_integrations("github", cursor);
    test.run(INTEGRATIONS, integrations, |integration| &integration.id);
}

struct AsksForOnePageAtATime;

impl ListTest for AsksForOnePageAtATime {
    fn run<T: 'static>(
        &self,
        list: &str,
        page_of: impl Fn(Option<&str>) -> Endpoint<Page<T>> + 'static,
        id: fn(&T) -> &str,
    ) {
        let pages = Pages::new(page_of);
        let next = |script| {
            let item = play(script, async |platform| pages.next(platform).await).result?;
            Ok(item.map(|item| id(&item).to_owned()))
        };
        let item = |id: &str| Ok(Some(id.to_owned()));
        // A failed request loses no page.
        let failed: Result<_, crate::core::error::ConnectError> =
            next(vec![exchange(list, 500, json!({}))]);
        assert_eq!(failed.unwrap_err().code, ErrorCode::Server);
        let first = page(&["a", "b"], Some("2"));
        assert_eq!(next(vec![paged(list, None, first)]), item("a"));
        assert_eq!(next(vec![]), item("b"));
        let empty = paged(list, Some("2"), page(&[], Some("3")));
        // The cursor of the last page repeats itself.
        let last = paged(list, Some("3"), page(&["c"], Some("3")));
        assert_eq!(next(vec![empty, last]), item("c"));
        assert_eq!(next(vec![]), Ok(None));
        assert_eq!(next(vec![]), Ok(None));
    }
}

#[test]
fn a_list_asks_for_a_page_once_the_last_is_used_up() {
    for_every_list(&AsksForOnePageAtATime);
}

struct EndsAfterAThousandPages;

impl ListTest for EndsAfterAThousandPages {
    fn run<T: 'static>(
        &self,
        list: &str,
        page_of: impl Fn(Option<&str>) -> Endpoint<Page<T>> + 'static,
        _: fn(&T) -> &str,
    ) {
        let pages = Pages::new(page_of);
        let cursors = ["0", "1", "2"].into_iter().cycle();
        let asked = std::iter::once(None).chain(cursors.clone().map(Some));
        let script = asked.zip(cursors).take(1_000);
        let script = script.map(|(cursor, next)| paged(list, cursor, page(&[], Some(next))));
        let played = play(script.collect(), async |platform| {
            pages.next(platform).await
        });
        assert!(played.result.expect("the end").is_none());
    }
}

#[test]
fn a_list_whose_cursors_repeat_in_a_circle_ends_after_1000_pages() {
    for_every_list(&EndsAfterAThousandPages);
}
