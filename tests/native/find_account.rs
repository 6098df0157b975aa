//! Choosing one of an entity's accounts.

use crate::core::api::accounts::{AccountFilter, ConnectedAccount};
use crate::core::calls::find_account::find_accounts;
use crate::core::error::{ConnectError, ErrorCode};
use crate::tests::support::{Exchange, exchange, play};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value as Json, json};

/// Lists alice's accounts of the app, first page.
const LIST: &str = "GET /api/v3.1/connected_accounts?limit=50&user_ids=alice&toolkit_slugs=github";

/// An active account, created on a day of January 2026, with more members.
fn item(id: &str, app: &str, day: u32, more: &Json) -> Json {
    let mut item = json!({
        "id": id, "toolkit": { "slug": app }, "status": "ACTIVE", "user_id": "alice",
        "created_at": format!("2026-01-{day:02}T00:00:00.000Z"), "is_disabled": false
    });
    for (key, value) in more.as_object().into_iter().flatten() {
        item[key] = value.clone();
    }
    item
}

fn page(items: &[Json]) -> Json {
    json!({ "items": items, "next_cursor": null })
}

/// The ids of the accounts that are found for alice and an app.
fn find_of(filter: AccountFilter, script: Vec<Exchange>) -> Result<Vec<String>, ConnectError> {
    let filter = AccountFilter {
        entity_id: Some("alice".to_owned()),
        ..filter
    };
    let played = play(script, async |platform| {
        find_accounts(platform, filter).await
    });
    let ids = |accounts: Vec<ConnectedAccount>| accounts.into_iter().map(|account| account.id);
    played.result.map(|accounts| ids(accounts).collect())
}

fn find(script: Vec<Exchange>) -> Result<Vec<String>, ConnectError> {
    let filter = AccountFilter {
        app: Some("GitHub".to_owned()),
        ..AccountFilter::default()
    };
    find_of(filter, script)
}

/// The id of the first account that is found.
fn found(script: Vec<Exchange>) -> Option<String> {
    find(script).expect("no error").into_iter().next()
}

fn among(items: &[Json]) -> Option<String> {
    found(vec![exchange(LIST, 200, page(items))])
}

#[test]
fn the_newest_usable_account_of_the_app_is_found() {
    let none = json!(null);
    let items = [
        item("slack", "slack", 9, &none),
        item("old", "github", 2, &none),
        item("newest", "GitHub", 5, &none),
        item("same", "github", 5, &none),
        item("waiting", "github", 6, &json!({ "status": "INITIATED" })),
        item("disabled", "github", 7, &json!({ "is_disabled": true })),
        item("expired", "github", 8, &json!({ "status": "EXPIRED" })),
        item("undated", "github", 9, &json!({ "created_at": null })),
        item("other", "github2", 9, &none),
        item("nothing", "", 9, &none),
    ];
    assert_eq!(among(&items).as_deref(), Some("newest"));
    let mut backwards = items.to_vec();
    backwards.reverse();
    // Of two accounts of the same moment, the first in the list.
    assert_eq!(among(&backwards).as_deref(), Some("same"));
    assert_eq!(among(&items[7..8]).as_deref(), Some("undated"));
    assert_eq!(among(&items[4..7]), None);
    assert_eq!(among(&[]), None);
}

#[test]
fn all_usable_accounts_are_found_newest_first_and_undated_ones_last() {
    let none = json!(null);
    let items = [
        item("undated", "github", 1, &json!({ "created_at": null })),
        item("first", "github", 1, &none),
        item("third", "github", 3, &none),
        item("second", "github", 2, &none),
        item("expired", "github", 4, &json!({ "status": "EXPIRED" })),
        item("of_bob", "github", 5, &json!({ "user_id": "bob" })),
    ];
    assert_eq!(
        find(vec![exchange(LIST, 200, page(&items))]).unwrap(),
        ["third", "second", "first", "undated"]
    );
}

#[test]
fn without_an_app_the_accounts_of_the_integration_are_found() {
    let config = |id: &str| json!({ "auth_config": { "id": id } });
    let items = [
        item("other", "github", 3, &config("ac_2")),
        item("unknown", "github", 2, &json!(null)),
        item("own", "github", 1, &config("ac_1")),
    ];
    let list = "GET /api/v3.1/connected_accounts?limit=50&user_ids=alice&auth_config_ids=ac_1";
    let filter = AccountFilter {
        integration_id: Some("ac_1".to_owned()),
        ..AccountFilter::default()
    };
    let found = find_of(filter, vec![exchange(list, 200, page(&items))]);
    assert_eq!(found.unwrap(), ["own"]);
}

fn page_of(number: usize, cursor: &str) -> Exchange {
    let asked = match number {
        0 => LIST.to_owned(),
        _ => format!("{LIST}&cursor=c{number}"),
    };
    let id = format!("a{number}");
    exchange(
        &asked,
        200,
        json!({ "items": [{ "id": id, "status": "ACTIVE", "toolkit": { "slug": "github" }, "created_at": format!("2026-01-01T00:{number:02}:00Z") }], "next_cursor": cursor }),
    )
}

#[test]
fn every_page_is_searched() {
    let script = vec![page_of(0, "c1"), page_of(1, "c2"), page_of(2, "")];
    assert_eq!(found(script).as_deref(), Some("a2"));
}

#[test]
fn a_list_ends_at_a_repeated_cursor_or_after_20_pages() {
    let script = vec![page_of(0, "c1"), page_of(1, "c1")];
    assert_eq!(found(script).as_deref(), Some("a1"));
    let script = (0..20)
        .map(|number| page_of(number, &format!("c{}", number + 1)))
        .collect();
    assert_eq!(found(script).as_deref(), Some("a19"));
}

#[test]
fn an_error_of_any_page_is_returned() {
    let script = vec![page_of(0, "c1"), {
        let asked = format!("{LIST}&cursor=c1");
        exchange(&asked, 403, Json::Null)
    }];
    let error = find(script).unwrap_err();
    assert_eq!(error.code, ErrorCode::Forbidden);
}

proptest! {
    /// The same account is found, however the list is divided into pages.
    #[test]
    fn the_page_size_makes_no_difference(
        drawn in prop::collection::vec((select(&["github", "GITHUB", "slack", ""][..]), select(&["ACTIVE", "FAILED"][..]), 1u32..6, any::<bool>()), 0..14),
        size in 1usize..5,
    ) {
        let items: Vec<Json> = drawn.iter().enumerate().map(|(at, (app, status, day, off))| {
            item(&at.to_string(), app, *day, &json!({ "status": status, "is_disabled": off }))
        }).collect();
        let usable = drawn.iter().enumerate().filter(|(_, (app, status, _, off))| app.eq_ignore_ascii_case("github") && *status == "ACTIVE" && !off);
        // `max_by_key` takes the last of equals.
        let best = usable.rev().max_by_key(|(_, (_, _, day, _))| *day).map(|(at, _)| at.to_string());
        let pages: Vec<&[Json]> = if items.is_empty() { vec![&[]] } else { items.chunks(size).collect() };
        let script = pages.iter().enumerate().map(|(at, items)| {
            let asked = if at == 0 { LIST.to_owned() } else { format!("{LIST}&cursor=c{at}") };
            let next = if at + 1 < pages.len() { json!(format!("c{}", at + 1)) } else { Json::Null };
            exchange(&asked, 200, json!({ "items": items, "next_cursor": next }))
        }).collect();
        prop_assert_eq!(found(script), best);
    }
}
