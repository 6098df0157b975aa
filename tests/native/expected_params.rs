//! Expected params: which integration decides, and which requests are sent.

use crate::core::calls::expected_params::ExpectedParamsOptions;
use crate::core::error::ErrorCode;
use crate::core::scheme::AuthScheme;
use crate::tests::support::acme::{
    APP, LIST, app, ask, ask_and_create, by_id, code, full, item, of_app, page, seen,
};
use crate::tests::support::{Exchange, exchange};
use serde_json::{Value as Json, json};

const INTEGRATION: &str = "GET /api/v3.1/auth_configs/i";

#[test]
fn the_oldest_enabled_integration_of_the_app_decides() {
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
fn only_integrations_of_the_wanted_scheme_are_considered() {
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
fn an_integration_of_another_scheme_than_wanted_is_refused() {
    let mut unsaid = item("i", "", "2024-12-01");
    unsaid["auth_scheme"] = Json::Null;
    let config = || exchange(INTEGRATION, 200, item("i", "API_KEY", ""));
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
fn fields_are_sorted_by_their_order() {
    let fields = json!([{ "name": "c" }, { "name": "b", "order": 2 }, { "name": "d" }, { "name": "a", "order": 1 }]);
    let config = json!({ "id": "i", "auth_scheme": "BASIC", "expected_input_fields": fields });
    let script = vec![exchange(INTEGRATION, 200, config)];
    let played = ask(by_id("i"), script);
    assert_eq!(
        seen(&played)["expectedInputFields"],
        json!(["a", "b", "c", "d"])
    );
}

#[test]
fn a_listed_integration_with_fields_does_not_wait_for_the_app() {
    let listed = page(&[full("ac_1", "API_KEY", &["generic_api_key"])]);
    for app in [
        exchange(APP, 200, app(&[])).unanswered(),
        exchange(APP, 500, Json::Null),
    ] {
        let script = vec![exchange(LIST, 200, listed.clone()).slow(), app];
        let played = ask(of_app(None), script);
        assert_eq!(
            seen(&played),
            json!({
                "expectedInputFields": ["generic_api_key"], "integrationId": "ac_1", "authScheme": "API_KEY", "app": "acme"
            })
        );
    }
}

#[test]
fn a_listed_integration_without_fields_takes_those_of_its_scheme_from_the_app() {
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
fn the_app_is_requested_beside_the_list_and_only_once() {
    type Slow = fn(Exchange) -> Exchange;
    let app_speeds: [Slow; 2] = [|app| app, Exchange::slow];
    for app_speed in app_speeds {
        let asked_app = || app_speed(exchange(APP, 200, app(&[])));
        let listed = page(&[item("ac_1", "API_KEY", "2025-01-01")]);
        let script = vec![exchange(LIST, 200, listed).slow(), asked_app()];
        let played = ask(of_app(None), script);
        assert_eq!(
            seen(&played)["expectedInputFields"],
            json!(["generic_api_key"])
        );

        let script = vec![exchange(LIST, 200, page(&[])).slow(), asked_app()];
        let played = ask(of_app(None), script);
        assert_eq!(code(&played), ErrorCode::IntegrationNotFound);

        // Beside the first of several pages, and beside the integration.
        let mut unsaid = item("i", "", "2025-01-01");
        unsaid["auth_scheme"] = Json::Null;
        let first = json!({ "items": [unsaid], "next_cursor": 2 });
        let second = [LIST, "&cursor=2"].concat();
        let script = vec![
            exchange(LIST, 200, first).slow(),
            asked_app(),
            exchange(&second, 200, page(&[])).slow(),
            exchange(INTEGRATION, 200, item("i", "OAUTH2", "")).slow(),
        ];
        let played = ask(of_app(None), script);
        assert_eq!(seen(&played)["expectedInputFields"], json!(["subdomain"]));
    }
}

#[test]
fn an_integration_that_is_named_is_requested_alone() {
    let integration = full("i", "API_KEY", &["generic_api_key"]);
    let script = vec![exchange(INTEGRATION, 200, integration).slow()];
    let played = ask_and_create(by_id("i"), script);
    assert_eq!(seen(&played)["integrationId"], "i");
}

#[test]
fn an_app_is_requested_again_under_the_key_that_the_integration_names() {
    let options = ExpectedParamsOptions {
        app: Some("Acme".to_owned()),
        ..of_app(None)
    };
    let list = LIST.replace("acme", "Acme");
    let item = item("ac_1", "API_KEY", "2025-01-01");
    let script = vec![
        exchange(&list, 200, page(&[item])).slow(),
        exchange("GET /api/v3.1/toolkits/Acme", 200, app(&[])).unanswered(),
        exchange(APP, 200, app(&[])),
    ];
    let played = ask(options, script);
    assert_eq!(
        seen(&played)["expectedInputFields"],
        json!(["generic_api_key"])
    );
}

#[test]
fn an_empty_list_of_fields_is_complete_for_oauth_only() {
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
fn a_listed_integration_without_a_scheme_is_requested_by_its_id() {
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
        INTEGRATION,
        200,
        json!({ "id": "i", "expected_input_fields": [] }),
    )];
    assert_eq!(code(&ask(by_id("i"), script)), ErrorCode::ResponseInvalid);
}

#[test]
fn the_oldest_integration_of_all_pages_decides() {
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
fn listing_stops_after_20_pages() {
    let endless = |page: u32| json!({ "items": [], "next_cursor": (page + 1).to_string() });
    let mut script = vec![exchange(LIST, 200, endless(0))];
    script.extend((1..20).map(|page| {
        let request = [LIST, "&cursor=", &page.to_string()].concat();
        exchange(&request, 200, endless(page))
    }));
    script.push(exchange(APP, 200, app(&[])));
    assert_eq!(
        code(&ask(of_app(None), script)),
        ErrorCode::IntegrationNotFound
    );
}

#[test]
fn an_error_of_any_request_is_returned() {
    let app = exchange(APP, 200, app(&[])).unanswered();
    for script in [
        vec![exchange(LIST, 500, Json::Null)],
        vec![exchange(LIST, 500, Json::Null).slow(), app],
    ] {
        assert_eq!(code(&ask(of_app(None), script)), ErrorCode::Server);
    }
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
