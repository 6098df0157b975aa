//! Which fields to ask for: which integration decides, and how many requests it takes.

use crate::support::acme::{
    V1_APP, V1_LIST, V3_APP, V3_LIST, ask, ask_and_create, by_id, code, of_app, page, seen,
    v1_full, v1_item, v3_app, v3_item,
};
use crate::support::{NOW, exchange, response};
use connect_flow::core::error::{ConnectError, ErrorCode};
use connect_flow::core::procedure::expected_params::{ExpectedParamsOptions, GetExpectedParams};
use connect_flow::core::procedure::{Event, Procedure, Step, Task};
use connect_flow::core::protocol::{Api, read};
use connect_flow::core::scheme::AuthScheme;
use serde_json::{Value as Json, json};

#[test]
fn the_oldest_that_is_enabled_and_not_deleted_decides() {
    let mut disabled = v1_item("disabled", "API_KEY", "2024-01-01");
    disabled["enabled"] = json!(false);
    let mut deleted = v1_item("deleted", "API_KEY", "2024-01-02");
    deleted["deleted"] = json!(true);
    let mut other = v1_item("of another app", "API_KEY", "2024-01-03");
    other["appName"] = json!("acme_crm");
    let mut undated = v1_item("undated", "API_KEY", "");
    undated["appName"] = Json::Null;
    let items = [
        undated,
        v1_item("young", "OAUTH2", "2025-01-10T10:15:00.000Z"),
        disabled,
        v1_item("old", "API_KEY", "2024-12-01T08:00:00Z"),
        deleted,
        other,
    ];
    let played = ask(
        Api::V1,
        of_app(None),
        vec![
            exchange(V1_LIST, 200, page(&items)),
            exchange(
                "GET /api/v1/integrations/old",
                200,
                v1_full("old", "API_KEY", &["shop", "api_key"]),
            ),
        ],
    );
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
        v1_item("old", "OAUTH2", "2024-12-01"),
        v1_item("young", "api_key", "2025-01-10"),
    ];
    let played = ask(
        Api::V1,
        of_app(Some("Api_Key")),
        vec![
            exchange(V1_LIST, 200, page(&items)),
            exchange(
                "GET /api/v1/integrations/young",
                200,
                v1_full("young", "API_KEY", &[]),
            ),
        ],
    );
    assert_eq!(seen(&played)["integrationId"], "young");
    assert_eq!(seen(&played)["authScheme"], "API_KEY");
}

#[test]
fn another_scheme_than_asked_for_is_an_error() {
    let mut item = v1_item("i", "", "2024-12-01");
    item["authScheme"] = Json::Null;
    let from_list = ask(
        Api::V1,
        of_app(Some("OAUTH2")),
        vec![
            exchange(V1_LIST, 200, page(&[item])),
            exchange(
                "GET /api/v1/integrations/i",
                200,
                v1_full("i", "API_KEY", &["api_key"]),
            ),
        ],
    );
    assert_eq!(code(&from_list), ErrorCode::AuthSchemeMismatch);
    let options = ExpectedParamsOptions {
        auth_scheme: Some(AuthScheme::parse("OAUTH2")),
        ..by_id("i")
    };
    let script = vec![exchange(
        "GET /api/v1/integrations/i",
        200,
        v1_full("i", "API_KEY", &["api_key"]),
    )];
    assert_eq!(
        code(&ask(Api::V1, options, script)),
        ErrorCode::AuthSchemeMismatch
    );
    let options = ExpectedParamsOptions {
        auth_scheme: Some(AuthScheme::parse("OAUTH2")),
        ..by_id("i")
    };
    let script = vec![exchange(
        "GET /api/v3/auth_configs/i",
        200,
        v3_item("i", "API_KEY", ""),
    )];
    assert_eq!(
        code(&ask(Api::V3, options, script)),
        ErrorCode::AuthSchemeMismatch
    );
}

#[test]
fn by_id_is_one_request_in_v1() {
    let played = ask(
        Api::V1,
        by_id("i"),
        vec![exchange(
            "GET /api/v1/integrations/i",
            200,
            v1_full("i", "API_KEY", &[]),
        )],
    );
    assert_eq!(
        seen(&played),
        json!({ "expectedInputFields": [], "integrationId": "i", "authScheme": "API_KEY", "app": "acme" })
    );
}

#[test]
fn fields_come_in_their_order() {
    let fields = json!([{ "name": "c" }, { "name": "b", "order": 2 }, { "name": "d" }, { "name": "a", "order": 1 }]);
    let full = json!({ "id": "i", "authScheme": "BASIC", "expectedInputFields": fields });
    let played = ask(
        Api::V1,
        by_id("i"),
        vec![exchange("GET /api/v1/integrations/i", 200, full)],
    );
    assert_eq!(
        seen(&played)["expectedInputFields"],
        json!(["a", "b", "c", "d"])
    );
}

#[test]
fn v3_item_with_its_fields_needs_no_answer_about_the_app() {
    let mut item = v3_item("ac_1", "API_KEY", "2025-01-01");
    item["expected_input_fields"] = json!([{ "name": "generic_api_key" }]);
    let played = ask(
        Api::V3,
        of_app(None),
        vec![exchange(V3_LIST, 200, page(&[item]))],
    );
    assert_eq!(played.unread.as_deref(), Some(V3_APP));
    assert_eq!(
        seen(&played),
        json!({
            "expectedInputFields": ["generic_api_key"], "integrationId": "ac_1", "authScheme": "API_KEY", "app": "acme"
        })
    );
}

#[test]
fn v3_item_without_fields_takes_those_of_its_scheme_from_the_toolkit() {
    let items = [
        v3_item("ac_1", "API_KEY", "2025-01-01"),
        v3_item("ac_2", "OAUTH2", "2025-01-02"),
    ];
    let played = ask(
        Api::V3,
        of_app(None),
        vec![
            exchange(V3_LIST, 200, page(&items)),
            exchange(V3_APP, 200, v3_app(&["OAUTH2"])),
        ],
    );
    assert_eq!(
        seen(&played)["expectedInputFields"],
        json!(["generic_api_key"])
    );
    assert_eq!(seen(&played)["integrationId"], "ac_1");
}

#[test]
fn v3_asks_for_the_app_beside_the_list_and_for_nothing_twice() {
    let lists = [page(&[v3_item("ac_1", "API_KEY", "2025-01-01")]), page(&[])];
    for list in lists {
        let mut procedure = GetExpectedParams::new(Api::V3, of_app(None), false);
        let Step::Do(Task::Both(first, second)) = procedure.advance(Event::Start, NOW) else {
            panic!("one after the other");
        };
        assert_eq!(
            (first.name(), second.name()),
            ("listIntegrations", "getApp")
        );
        let answer = read(Api::V3, &first, &response(200, &Json::Null, &list));
        let step = procedure.advance(Event::Answered(answer), NOW);
        assert!(matches!(step, Step::Do(Task::Second)), "{step:?}");
    }
    for (api, options) in [
        (Api::V1, of_app(None)),
        (Api::V1, by_id("i")),
        (Api::V3, by_id("i")),
    ] {
        let step = GetExpectedParams::new(api, options, true).advance(Event::Start, NOW);
        assert!(matches!(step, Step::Do(Task::Call(_))), "{step:?}");
    }
}

#[test]
fn v3_app_that_the_integration_spells_differently_is_asked_for_as_it_is_spelled_there() {
    let options = ExpectedParamsOptions {
        app: Some("Acme".to_owned()),
        ..of_app(None)
    };
    let list = V3_LIST.replace("acme", "Acme");
    let item = v3_item("ac_1", "API_KEY", "2025-01-01");
    let script = vec![
        exchange(&list, 200, page(&[item])),
        exchange(V3_APP, 200, v3_app(&[])),
    ];
    let played = ask(Api::V3, options, script);
    assert_eq!(
        seen(&played)["expectedInputFields"],
        json!(["generic_api_key"])
    );
    assert_eq!(played.unread.as_deref(), Some("GET /api/v3/toolkits/Acme"));
}

#[test]
fn v3_empty_list_of_fields_is_believed_of_oauth_only() {
    let with_no_fields = |scheme: &str| {
        let mut item = v3_item("ac_1", scheme, "2025-01-01");
        item["expected_input_fields"] = json!([]);
        item
    };
    let config = "GET /api/v3/auth_configs/ac_1";
    let played = ask(
        Api::V3,
        by_id("ac_1"),
        vec![exchange(config, 200, with_no_fields("OAUTH2"))],
    );
    assert_eq!(seen(&played)["expectedInputFields"], json!([]));
    let played = ask(
        Api::V3,
        by_id("ac_1"),
        vec![
            exchange(config, 200, with_no_fields("API_KEY")),
            exchange(V3_APP, 200, v3_app(&[])),
        ],
    );
    assert_eq!(
        seen(&played)["expectedInputFields"],
        json!(["generic_api_key"])
    );
    let played = ask(
        Api::V3,
        of_app(None),
        vec![
            exchange(V3_LIST, 200, page(&[with_no_fields("API_KEY")])),
            exchange(V3_APP, 200, v3_app(&[])),
        ],
    );
    assert_eq!(
        seen(&played)["expectedInputFields"],
        json!(["generic_api_key"])
    );
}

#[test]
fn v3_item_without_a_scheme_is_fetched() {
    let mut item = v3_item("ac_1", "", "2025-01-01");
    item["auth_scheme"] = Json::Null;
    let played = ask(
        Api::V3,
        of_app(None),
        vec![
            exchange(V3_LIST, 200, page(&[item])),
            exchange(
                "GET /api/v3/auth_configs/ac_1",
                200,
                v3_item("ac_1", "OAUTH2", ""),
            ),
            exchange(V3_APP, 200, v3_app(&[])),
        ],
    );
    assert_eq!(seen(&played)["expectedInputFields"], json!(["subdomain"]));
}

#[test]
fn an_integration_without_a_scheme_is_invalid() {
    let script = vec![exchange(
        "GET /api/v1/integrations/i",
        200,
        json!({ "id": "i", "expectedInputFields": [] }),
    )];
    assert_eq!(
        code(&ask(Api::V1, by_id("i"), script)),
        ErrorCode::ResponseInvalid
    );
}

#[test]
fn the_oldest_of_all_pages() {
    let v1_page = |number: u32| V1_LIST.replace("&page=1", &format!("&page={number}"));
    let items = |id: &str, year: &str, page: u32| json!({ "items": [v1_item(id, "BASIC", year)], "totalPages": 3, "page": page });
    let played = ask(
        Api::V1,
        of_app(None),
        vec![
            exchange(V1_LIST, 200, items("a", "2025-01-01", 1)),
            exchange(&v1_page(2), 200, items("b", "2024-01-01", 2)),
            exchange(&v1_page(3), 200, items("c", "2026-01-01", 3)),
            exchange(
                "GET /api/v1/integrations/b",
                200,
                v1_full("b", "BASIC", &[]),
            ),
        ],
    );
    assert_eq!(seen(&played)["integrationId"], "b");
    let played = ask(
        Api::V3,
        of_app(None),
        vec![
            exchange(
                V3_LIST,
                200,
                json!({ "items": [v3_item("ac_1", "OAUTH2", "2025-01-01")], "next_cursor": 2 }),
            ),
            exchange(
                &[V3_LIST, "&cursor=2"].concat(),
                200,
                json!({ "items": [v3_item("ac_2", "OAUTH2", "2024-01-01")], "next_cursor": "" }),
            ),
            exchange(V3_APP, 200, v3_app(&[])),
        ],
    );
    assert_eq!(seen(&played)["integrationId"], "ac_2");
}

#[test]
fn a_list_without_an_end_is_left_after_twenty_pages() {
    let endless = || json!({ "items": [], "next_cursor": "more" });
    let mut script = vec![exchange(V3_LIST, 200, endless())];
    script.extend((1..20).map(|_| exchange(&[V3_LIST, "&cursor=more"].concat(), 200, endless())));
    script.push(exchange(V3_APP, 200, v3_app(&[])));
    assert_eq!(
        code(&ask(Api::V3, of_app(None), script)),
        ErrorCode::IntegrationNotFound
    );
}

#[test]
fn an_error_ends_it_wherever_it_comes() {
    let played = ask(
        Api::V1,
        of_app(None),
        vec![exchange(V1_LIST, 500, Json::Null)],
    );
    assert_eq!(code(&played), ErrorCode::Server);
    let unknown = || {
        exchange(
            V1_APP,
            404,
            json!({ "type": "NotFoundError", "name": "AppNotFoundError", "message": "Not found" }),
        )
    };
    let played = ask_and_create(
        Api::V1,
        of_app(None),
        vec![exchange(V1_LIST, 200, page(&[])), unknown()],
    );
    assert_eq!(code(&played), ErrorCode::NotFound);
    let unknown = exchange(
        "GET /api/v3/auth_configs/x",
        400,
        json!({ "error": { "code": 607, "message": "Auth config not found" } }),
    );
    assert_eq!(
        code(&ask(Api::V3, by_id("x"), vec![unknown])),
        ErrorCode::NotFound
    );
}

#[test]
fn an_event_out_of_turn_is_an_error() {
    for early in [
        Event::Woke,
        Event::Answered(Err(ConnectError::new(ErrorCode::Network, ""))),
    ] {
        let mut procedure = GetExpectedParams::new(Api::V3, of_app(None), false);
        assert!(matches!(procedure.advance(early, NOW), Step::Done(Err(_))));
        assert!(matches!(
            procedure.advance(Event::Start, NOW),
            Step::Done(Err(_))
        ));
    }
}
