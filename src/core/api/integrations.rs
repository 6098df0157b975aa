//! Integrations: the platform's auth configs (docs/protocol.md §5.3 and §5.4).

use serde::Serialize;

use super::http::HttpRequest;
use super::{Endpoint, Page, page};
use crate::core::fields::{Field, decode_list};
use crate::core::scheme::AuthScheme;
use crate::core::value::Value;

/// `GET /auth_configs/{id}`.
pub fn get_integration(integration_id: &str) -> Endpoint<Integration> {
    let mut request = HttpRequest::get("getIntegration", "/auth_configs/{id}");
    request.id("integrationId", integration_id);
    Endpoint::new(request, |answer| read_integration(answer.body))
}

/// `GET /auth_configs`: one page of the enabled integrations of an app.
pub fn list_integrations(app: &str, cursor: Option<&str>) -> Endpoint<Page<Integration>> {
    let mut request = HttpRequest::get("listIntegrations", "/auth_configs");
    request.query(&[
        ("toolkit_slug", Some(app)),
        ("limit", Some("50")),
        ("cursor", cursor),
    ]);
    Endpoint::new(request, |answer| {
        let mut found = page(answer.body, read_integration)?;
        found.items.retain(|item| item.is_enabled);
        Some(found)
    })
}

/// `POST /auth_configs`: changes the developer's project. `is_managed`: use the platform's own credentials for the app.
pub fn create_integration(
    app: &str,
    auth_scheme: &AuthScheme,
    is_managed: bool,
) -> Endpoint<Integration> {
    let mut request = HttpRequest::post("createIntegration", "/auth_configs");
    request.json(&|json| {
        json.object("toolkit", |json| json.string("slug", app));
        json.object("auth_config", |json| {
            if is_managed {
                json.string("type", "use_composio_managed_auth");
            } else {
                json.string("type", "use_custom_auth");
                json.string("authScheme", auth_scheme.as_str());
                json.object("credentials", |_| {});
            }
            json.string("name", app);
        });
    });
    Endpoint::new(request, |answer| {
        read_integration(answer.body.get("auth_config"))
    })
}

/// An app, one of its auth schemes, and the credentials for it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Integration {
    /// Opaque id.
    pub id: String,
    /// Key of its app, unchanged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// Its scheme.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_scheme: Option<AuthScheme>,
    /// Whether it is neither disabled nor deleted.
    pub is_enabled: bool,
    /// Whether it uses the platform's own credentials, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_managed: Option<bool>,
    /// ISO 8601, unchanged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    /// The fields to ask the user for, if this answer has them.
    #[serde(
        rename = "expectedInputFields",
        skip_serializing_if = "Option::is_none"
    )]
    pub fields: Option<Vec<Field>>,
}

impl Integration {
    /// Whether it may be an integration of this app.
    pub fn is_of(&self, app: &str) -> bool {
        let own = self.app.as_deref();
        own.is_none_or(|own| own.eq_ignore_ascii_case(app))
    }
}

fn read_integration(body: &Value) -> Option<Integration> {
    let fields = body.get("expected_input_fields");
    let status = body.get("status").as_text().unwrap_or("ENABLED");
    Some(Integration {
        id: body.get("id").to_id()?,
        app: body.get("toolkit").get("slug").to_text(),
        auth_scheme: body.get("auth_scheme").as_text().map(AuthScheme::parse),
        is_enabled: !status.eq_ignore_ascii_case("DISABLED")
            && body.get("deleted").as_bool() != Some(true),
        is_managed: body.get("is_composio_managed").as_bool(),
        created_at: body.get("created_at").to_text(),
        fields: matches!(fields, Value::Array(_)).then(|| decode_list(fields, false)),
    })
}
