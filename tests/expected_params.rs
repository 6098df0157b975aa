//! Which fields to ask for: which integration decides, and how many requests it takes.

use crate::support::acme::{APP, LIST, app, ask, by_id, code, full, item, of_app, page, seen};
use crate::support::{NOW, exchange, response};
use connect_flow::core::error::{ConnectError, ErrorCode};
use connect_flow::core::procedure::expected_params::{ExpectedParamsOptions, GetExpectedParams};
use connect_flow::core::procedure::{Event, Procedure, Step, Task};
use connect_flow::core::protocol::read;
use connect_flow::core::scheme::AuthScheme;
use serde_json::{Value as Json, json};

#[test]
fn the_oldest_that_is_enabled_and_not_deleted_decides() {
    let mut disabled = full("disabled", "API_KEY", &[]);
    disabled["created_at"] = json!("2024-01-01");
    disabled["status"] = json!("DISABLED");
    let mut deleted = full("deleted", "API_KEY", &[]);
    deleted["created_at"] = json!("2024-01-02");
    deleted["deleted"] = json!(true);
    let mut other = full("of another app", "API_KEY", &[]);
    other["created_at"] = json!("2024-01-03");
    other["toolkit"] = json!({ "slug": "acme_crm" });
    let mut undated = full("undated", "API_KEY", &[]);
    undated["created_at"] = json!("");
    undated["toolkit"] = Json::Null;
    let mut old = full("old", "API_KEY", &["shop", "api_key"]);
    old["created_at"] = json!("2024-12-01T08:00:00Z");
    let items = [
        undated,
        item("young", "OAUTH2", "2025-01-10T10:15:00.000Z"),
        disabled,
        old,
        deleted,
        other,
    ];
    let played = ask(of_app(None), vec![exchange(LIST, 200, page(&items))]);
    assert_eq!(
        seen(&played),
        json!({
            "expectedInputFields": ["shop", "api_key"], "integrationId": "old", "authScheme": "API_KEY", "app": "acme"
        })
    );
}

#[test]
fn a_scheme_that_is_asked_for_leaves_out_the_others() {
    let items = [
        item("old", "OAUTH2", "2024-12-01"),
        item("young", "api_key", "2025-01-10"),
    ];
    let script = vec![
        exchange(LIST, 200, page(&items)),
        exchange(APP, 200, app(&[])),
    ];
    let played = ask(of_app(Some("Api_Key")), script);
    assert_eq!(seen(&played)["integrationId"], "young");
    assert_eq!(seen(&played)["authScheme"], "API_KEY");
}

#[test]
fn another_scheme_than_asked_for_is_an_error() {
    let mut unsaid = item("i", "", "2024-12-01");
    unsaid["auth_scheme"] = Json::Null;
    let config = || {
        exchange(
            "GET /api/v3.1/auth_configs/i",
            200,
            item("i", "API_KEY", ""),
        )
    };
    let from_list = ask(
        of_app(Some("OAUTH2")),
        vec![exchange(LIST, 200, page(&[unsaid])), config()],
    );
    assert_eq!(code(&from_list), ErrorCode::AuthSchemeMismatch);
    let options = ExpectedParamsOptions {
        auth_scheme: Some(AuthScheme::parse("OAUTH2")),
        ..by_id("i")
    };
    let from_id = ask(options, vec![config()]);
    assert_eq!(code(&from_id), ErrorCode::AuthSchemeMismatch);
}

#[test]
fn fields_come_in_their_order() {
    let fields = json!([{ "name": "c" }, { "name": "b", "order": 2 }, { "name": "d" }, { "name": "a", "order": 1 }]);
    let config = json!({ "id": "i", "auth_scheme": "BASIC", "expected_input_fields": fields });
    let script = vec![exchange("GET /api/v3.1/auth_configs/i", 200, config)];
    let played = ask(by_id("i"), script);
    assert_eq!(
        seen(&played)["expectedInputFields"],
        json!(["a", "b", "c", "d"])
    );
}

#[test]
fn an_item_with_its_fields_needs_no_answer_about_the_app() {
    let mut item = item("ac_1", "API_KEY", "2025-01-01");
    item["expected_input_fields"] = json!([{ "name": "generic_api_key" }]);
    let played = ask(of_app(None), vec![exchange(LIST, 200, page(&[item]))]);
    assert_eq!(played.unread.as_deref(), Some(APP));
    assert_eq!(
        seen(&played),
        json!({
            "expectedInputFields": ["generic_api_key"], "integrationId": "ac_1", "authScheme": "API_KEY", "app": "acme"
        })
    );
}

#[test]
fn an_item_without_fields_takes_those_of_its_scheme_from_the_toolkit() {
    let items = [
        item("ac_1", "API_KEY", "2025-01-01"),
        item("ac_2", "OAUTH2", "2025-01-02"),
    ];
    let played = ask(
        of_app(None),
        vec![
            exchange(LIST, 200, page(&items)),
            exchange(APP, 200, app(&["OAUTH2"])),
        ],
    );
    assert_eq!(
        seen(&played)["expectedInputFields"],
        json!(["generic_api_key"])
    );
    assert_eq!(seen(&played)["integrationId"], "ac_1");
}

#[test]
fn it_asks_for_the_app_beside_the_list_and_for_nothing_twice() {
    let lists = [page(&[item("ac_1", "API_KEY", "2025-01-01")]), page(&[])];
    for list in lists {
        let mut procedure = GetExpectedParams::new(of_app(None), false);
        let Step::Do(Task::Both(first, second)) = procedure.advance(Event::Start, NOW) else {
            panic!("one after the other");
        };
        assert_eq!(
            (first.name(), second.name()),
            ("listIntegrations", "getApp")
        );
        let answer = read(&first, &response(200, &Json::Null, &list));
        let step = procedure.advance(Event::Answered(answer), NOW);
        assert!(matches!(step, Step::Do(Task::Second)), "{step:?}");
    }
    let step = GetExpectedParams::new(by_id("i"), true).advance(Event::Start, NOW);
    assert!(matches!(step, Step::Do(Task::Call(_))), "{step:?}");
}

#[test]
fn an_app_that_the_integration_spells_differently_is_asked_for_as_it_is_spelled_there() {
    let options = ExpectedParamsOptions {
        app: Some("Acme".to_owned()),
        ..of_app(None)
    };
    let list = LIST.replace("acme", "Acme");
    let item = item("ac_1", "API_KEY", "2025-01-01");
    let script = vec![
        exchange(&list, 200, page(&[item])),
        exchange(APP, 200, app(&[])),
    ];
    let played = ask(options, script);
    assert_eq!(
        seen(&played)["expectedInputFields"],
        json!(["generic_api_key"])
    );
    assert_eq!(
        played.unread.as_deref(),
        Some("GET /api/v3.1/toolkits/Acme")
    );
}

#[test]
fn an_empty_list_of_fields_is_believed_of_oauth_only() {
    let with_no_fields = |scheme: &str| {
        let mut item = item("ac_1", scheme, "2025-01-01");
        item["expected_input_fields"] = json!([]);
        item
    };
    let config = "GET /api/v3.1/auth_configs/ac_1";
    let played = ask(
        by_id("ac_1"),
        vec![exchange(config, 200, with_no_fields("OAUTH2"))],
    );
    assert_eq!(seen(&played)["expectedInputFields"], json!([]));
    let played = ask(
        by_id("ac_1"),
        vec![
            exchange(config, 200, with_no_fields("API_KEY")),
            exchange(APP, 200, app(&[])),
        ],
    );
    assert_eq!(
        seen(&played)["expectedInputFields"],
        json!(["generic_api_key"])
    );
    let played = ask(
        of_app(None),
        vec![
            exchange(LIST, 200, page(&[with_no_fields("API_KEY")])),
            exchange(APP, 200, app(&[])),
        ],
    );
    assert_eq!(
        seen(&played)["expectedInputFields"],
        json!(["generic_api_key"])
    );
}

#[test]
fn an_item_without_a_scheme_is_fetched() {
    let mut unsaid = item("ac_1", "", "2025-01-01");
    unsaid["auth_scheme"] = Json::Null;
    let played = ask(
        of_app(None),
        vec![
            exchange(LIST, 200, page(&[unsaid])),
            exchange(
                "GET /api/v3.1/auth_configs/ac_1",
                200,
                item("ac_1", "OAUTH2", ""),
            ),
            exchange(APP, 200, app(&[])),
        ],
    );
    assert_eq!(seen(&played)["expectedInputFields"], json!(["subdomain"]));
}

#[test]
fn an_integration_without_a_scheme_is_invalid() {
    let script = vec![exchange(
        "GET /api/v3.1/auth_configs/i",
        200,
        json!({ "id": "i", "expected_input_fields": [] }),
    )];
    assert_eq!(code(&ask(by_id("i"), script)), ErrorCode::ResponseInvalid);
}

#[test]
fn the_oldest_of_all_pages() {
    let played = ask(
        of_app(None),
        vec![
            exchange(
                LIST,
                200,
                json!({ "items": [item("ac_1", "OAUTH2", "2025-01-01")], "next_cursor": 2 }),
            ),
            exchange(
                &[LIST, "&cursor=2"].concat(),
                200,
                json!({ "items": [item("ac_2", "OAUTH2", "2024-01-01")], "next_cursor": "" }),
            ),
            exchange(APP, 200, app(&[])),
        ],
    );
    assert_eq!(seen(&played)["integrationId"], "ac_2");
}

#[test]
fn a_list_without_an_end_is_left_after_twenty_pages() {
    let endless = || json!({ "items": [], "next_cursor": "more" });
    let mut script = vec![exchange(LIST, 200, endless())];
    script.extend((1..20).map(|_| exchange(&[LIST, "&cursor=more"].concat(), 200, endless())));
    script.push(exchange(APP, 200, app(&[])));
    assert_eq!(
        code(&ask(of_app(None), script)),
        ErrorCode::IntegrationNotFound
    );
}

#[test]
fn an_error_ends_it_wherever_it_comes() {
    let played = ask(of_app(None), vec![exchange(LIST, 500, Json::Null)]);
    assert_eq!(code(&played), ErrorCode::Server);
    let unknown = exchange(APP, 404, json!({ "error": { "message": "Not found" } }));
    let script = vec![exchange(LIST, 200, page(&[])), unknown];
    assert_eq!(code(&ask(of_app(None), script)), ErrorCode::NotFound);
    let unknown = exchange(
        "GET /api/v3.1/auth_configs/x",
        400,
        json!({ "error": { "code": 607, "message": "Auth config not found" } }),
    );
    assert_eq!(code(&ask(by_id("x"), vec![unknown])), ErrorCode::NotFound);
}

#[test]
fn an_event_out_of_turn_is_an_error() {
    for early in [
        Event::Woke,
        Event::Answered(Err(ConnectError::new(ErrorCode::Network, ""))),
    ] {
        let mut procedure = GetExpectedParams::new(of_app(None), false);
        assert!(matches!(procedure.advance(early, NOW), Step::Done(Err(_))));
        assert!(matches!(
            procedure.advance(Event::Start, NOW),
            Step::Done(Err(_))
        ));
    }
}
