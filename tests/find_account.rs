//! Choosing one of an entity's accounts.

use crate::support::{Exchange, NOW, exchange, play};
use connect_flow::core::error::ErrorCode;
use connect_flow::core::procedure::find_account::FindAccount;
use connect_flow::core::procedure::{Event, Procedure, Step, Task};
use connect_flow::core::protocol::Api;
use connect_flow::core::protocol::answer::Answer;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value as Json, json};

const V1_APP: &str =
    "GET /api/v1/connectedAccounts?pageSize=50&page=1&user_uuid=alice&appNames=github";
const V1_ALL: &str = "GET /api/v1/connectedAccounts?pageSize=50&page=1&user_uuid=alice";
const V3_APP: &str = "GET /api/v3/connected_accounts?limit=50&user_ids=alice&toolkit_slugs=github";

fn of_app(app: &str) -> FindAccount {
    FindAccount::of_app("alice".to_owned(), app.to_owned())
}

fn of_action(action: &str) -> FindAccount {
    FindAccount::of_action("alice".to_owned(), action.to_owned())
}

/// An active account of v1, created on a day of Jan 2025; `more` is put on it.
fn item(id: &str, app: &str, day: u32, more: &Json) -> Json {
    let mut item = json!({
        "id": id, "appUniqueId": app, "status": "ACTIVE", "clientUniqueUserId": "alice",
        "createdAt": format!("2025-01-{day:02}T00:00:00.000Z"), "enabled": true, "deleted": false, "labels": []
    });
    for (key, value) in more.as_object().into_iter().flatten() {
        item[key] = value.clone();
    }
    item
}

fn page(items: &[Json]) -> Json {
    json!({ "items": items, "totalPages": 1, "page": 1 })
}

fn found(procedure: FindAccount, script: Vec<Exchange>) -> Option<String> {
    let api = if script[0].asked().contains("/v1/") {
        Api::V1
    } else {
        Api::V3
    };
    let found = play(api, procedure, script).result.expect("no error");
    found.map(|account| account.id)
}

fn among(items: &[Json]) -> Option<String> {
    found(of_app("github"), vec![exchange(V1_APP, 200, page(items))])
}

#[test]
fn the_newest_usable_one_of_the_app() {
    let none = json!(null);
    let items = [
        item("slack", "slack", 9, &json!({ "labels": ["primary"] })),
        item("old", "github", 2, &none),
        item("newest", "GitHub", 5, &none),
        item("same", "github", 5, &none),
        item("waiting", "github", 6, &json!({ "status": "INITIATED" })),
        item("off", "github", 7, &json!({ "enabled": false })),
        item("disabled", "github", 7, &json!({ "isDisabled": true })),
        item("deleted", "github", 8, &json!({ "deleted": true })),
        item("expired", "github", 8, &json!({ "status": "EXPIRED" })),
        item("undated", "github", 9, &json!({ "createdAt": null })),
        item("other", "github2", 9, &none),
        item("nothing", "", 9, &none),
    ];
    assert_eq!(among(&items).as_deref(), Some("newest"));
    let mut backwards = items.to_vec();
    backwards.reverse();
    // Of two of the same moment, the one that the platform names first.
    assert_eq!(among(&backwards).as_deref(), Some("same"));
    assert_eq!(among(&items[9..10]).as_deref(), Some("undated"));
    assert_eq!(among(&items[4..9]), None);
    assert_eq!(among(&[]), None);
}

#[test]
fn the_label_decides_within_the_app_only() {
    let primary = |labels: Json| json!({ "labels": labels });
    let items = [
        item("slack", "slack", 9, &primary(json!(["primary"]))),
        item("labelled", "github", 1, &primary(json!(["x", "primary"]))),
        item(
            "newer",
            "github",
            5,
            &primary(json!(["Primary", "secondary"])),
        ),
    ];
    assert_eq!(among(&items).as_deref(), Some("labelled"));
    assert_eq!(
        among(&[items[0].clone(), items[2].clone()]).as_deref(),
        Some("newer")
    );
    let off = item(
        "off",
        "github",
        9,
        &json!({ "labels": ["primary"], "isDisabled": true }),
    );
    assert_eq!(among(&[off, items[2].clone()]).as_deref(), Some("newer"));
}

#[test]
fn v3_accounts_are_chosen_alike() {
    let of = |id: &str, created: &str, disabled: bool| {
        json!({
            "id": id, "status": "ACTIVE", "toolkit": { "slug": "github" }, "created_at": created, "is_disabled": disabled
        })
    };
    let items = [
        of("old", "2026-01-01T00:00:00Z", false),
        of("new", "2026-01-01T00:00:00.500Z", false),
        of("off", "2026-01-02", true),
    ];
    let script = vec![exchange(V3_APP, 200, json!({ "items": items }))];
    assert_eq!(found(of_app("github"), script).as_deref(), Some("new"));
}

#[test]
fn by_the_name_of_an_action() {
    let none = json!(null);
    let items = [
        item("acme", "acme", 9, &json!({ "labels": ["primary"] })),
        item("tickets", "Acme_Tickets", 1, &none),
        item("nothing", "", 9, &none),
        item("ac", "ac", 9, &none),
    ];
    for (action, expected) in [
        ("ACME_TICKETS_LIST", Some("tickets")),
        ("acme_tickets_list", Some("tickets")),
        ("ACME_LIST", Some("acme")),
        ("ACME_TICKETS", Some("acme")),
        ("ACME_TICKETSLIST", Some("acme")),
        ("AC_ME", Some("ac")),
        ("ACME", None),
        ("ACMELIST", None),
        ("_LIST", None),
        ("ÄCME_LIST", None),
    ] {
        let script = vec![exchange(V1_ALL, 200, page(&items))];
        assert_eq!(
            found(of_action(action), script).as_deref(),
            expected,
            "{action}"
        );
    }
}

fn v3_page(number: usize, cursor: &str) -> Exchange {
    let asked = match number {
        0 => V3_APP.to_owned(),
        _ => format!("{V3_APP}&cursor=c{number}"),
    };
    let id = format!("a{number}");
    exchange(
        &asked,
        200,
        json!({ "items": [{ "id": id, "status": "ACTIVE", "toolkit": { "slug": "github" }, "created_at": format!("2026-01-01T00:{number:02}:00Z") }], "next_cursor": cursor }),
    )
}

#[test]
fn every_page_is_looked_at() {
    let script = vec![v3_page(0, "c1"), v3_page(1, "c2"), v3_page(2, "")];
    assert_eq!(found(of_app("github"), script).as_deref(), Some("a2"));
    // v1 counts.
    let second = V1_APP.replace("page=1", "page=2");
    let item = item("a", "github", 1, &json!(null));
    let script = vec![
        exchange(
            V1_APP,
            200,
            json!({ "items": [], "totalPages": 2, "page": 1 }),
        ),
        exchange(
            &second,
            200,
            json!({ "items": [item], "totalPages": 2, "page": 2 }),
        ),
    ];
    assert_eq!(found(of_app("github"), script).as_deref(), Some("a"));
}

#[test]
fn a_list_has_an_end() {
    // A cursor that repeats itself.
    let script = vec![v3_page(0, "c1"), v3_page(1, "c1")];
    assert_eq!(found(of_app("github"), script).as_deref(), Some("a1"));
    // One that never does.
    let script = (0..20)
        .map(|number| v3_page(number, &format!("c{}", number + 1)))
        .collect();
    assert_eq!(found(of_app("github"), script).as_deref(), Some("a19"));
}

#[test]
fn a_list_that_fails_finds_nothing() {
    let script = vec![v3_page(0, "c1"), {
        let asked = format!("{V3_APP}&cursor=c1");
        exchange(&asked, 403, Json::Null)
    }];
    let error = play(Api::V3, of_app("github"), script).result.unwrap_err();
    assert_eq!(error.code, ErrorCode::Forbidden);
    let mut procedure = of_app("github");
    assert!(matches!(
        procedure.advance(Event::Start, NOW),
        Step::Do(Task::Call(_))
    ));
    assert!(matches!(
        procedure.advance(Event::Answered(Ok(Answer::Done)), NOW),
        Step::Done(Err(_))
    ));
}

proptest! {
    /// However the accounts are spread over pages, the one chosen is the one that a look at all of them chooses.
    #[test]
    fn pages_make_no_difference(
        drawn in prop::collection::vec((select(&["github", "GITHUB", "slack", ""][..]), select(&["ACTIVE", "FAILED"][..]), 1u32..6, any::<bool>(), any::<bool>()), 0..14),
        size in 1usize..5,
    ) {
        let items: Vec<Json> = drawn.iter().enumerate().map(|(at, (app, status, day, primary, off))| {
            let labels = if *primary { json!(["primary"]) } else { json!([]) };
            item(&at.to_string(), app, *day, &json!({ "status": status, "labels": labels, "isDisabled": off }))
        }).collect();
        let usable = drawn.iter().enumerate().filter(|(_, (app, status, _, _, off))| app.eq_ignore_ascii_case("github") && *status == "ACTIVE" && !off);
        // `max_by_key` takes the last of equals.
        let best = usable.rev().max_by_key(|(_, (_, _, day, primary, _))| (*primary, *day)).map(|(at, _)| at.to_string());
        let pages: Vec<&[Json]> = if items.is_empty() { vec![&[]] } else { items.chunks(size).collect() };
        let script = pages.iter().enumerate().map(|(at, items)| {
            let asked = V1_APP.replace("page=1", &format!("page={}", at + 1));
            exchange(&asked, 200, json!({ "items": items, "totalPages": pages.len(), "page": at + 1 }))
        }).collect();
        prop_assert_eq!(found(of_app("github"), script), best);
    }
}
