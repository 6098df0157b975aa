//! Apps: the platform's toolkits (docs/protocol.md §5.1).

use serde::{Serialize, Serializer};

use super::http::HttpRequest;
use super::{Endpoint, Page, page};
use crate::core::error::ErrorCode;
use crate::core::fields::{Field, decode_list};
use crate::core::scheme::{AuthScheme, PREFERRED};
use crate::core::value::Value;

/// `GET /toolkits/{slug}`.
pub fn get_app(app: &str) -> Endpoint<App> {
    let mut request = HttpRequest::get("getApp", "/toolkits/{id}");
    request.id("app", app);
    // The platform answers 400 for an unknown key.
    request.statuses = &[(400, ErrorCode::NotFound)];
    Endpoint::new(request, |answer| read_app(answer.body))
}

/// `GET /toolkits`: one page.
pub fn list_apps(filter: &AppFilter, cursor: Option<&str>) -> Endpoint<Page<App>> {
    let mut request = HttpRequest::get("listApps", "/toolkits");
    request.query(&[
        ("search", filter.search.as_deref()),
        ("category", filter.category.as_deref()),
        ("limit", Some("100")),
        ("cursor", cursor),
    ]);
    Endpoint::new(request, |answer| page(answer.body, read_app))
}

/// Which apps to list. Absent members do not filter.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AppFilter {
    /// Text that the key or the name contains, in any case.
    pub search: Option<String>,
    /// Id of a category.
    pub category: Option<String>,
}

/// An app that users can connect.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct App {
    /// Key, such as `gmail`. Unchanged.
    pub key: String,
    /// Name for display.
    pub name: String,
    /// What the app does. Text, not markup.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Address of an image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
    /// In the platform's order.
    pub categories: Vec<Category>,
    /// Whether its actions need no connection.
    pub no_auth: bool,
    /// In the platform's order. Empty if the platform does not list them.
    #[serde(rename = "authSchemes", skip_serializing_if = "Vec::is_empty")]
    pub schemes: Vec<AppScheme>,
    /// Schemes for which the platform has its own credentials.
    #[serde(rename = "managedAuthSchemes")]
    pub managed: Vec<AuthScheme>,
}

/// A category of apps.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Category {
    /// Id, for [`AppFilter`].
    pub id: String,
    /// Name for display.
    pub name: String,
}

/// One way to authenticate with an app. Serialized as its name.
#[derive(Debug, Clone, PartialEq)]
pub struct AppScheme {
    /// Its name.
    pub scheme: AuthScheme,
    /// What to ask the user for.
    pub fields: Vec<Field>,
    /// Whether it requires the developer's own credentials: a value without a default.
    pub is_blocked: bool,
}

impl Serialize for AppScheme {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.scheme.serialize(serializer)
    }
}

impl App {
    /// The entry of a scheme.
    pub fn scheme(&self, scheme: &AuthScheme) -> Option<&AppScheme> {
        self.schemes.iter().find(|entry| entry.scheme == *scheme)
    }

    /// Whether the platform has its own credentials for a scheme.
    pub fn is_managed(&self, scheme: &AuthScheme) -> bool {
        self.managed.contains(scheme)
    }

    /// The scheme to create an integration for: the wanted one, or the first in the order of preference that works without the
    /// developer's credentials.
    pub fn creatable(&self, wanted: Option<&AuthScheme>) -> Option<&AppScheme> {
        let usable = |entry: &&AppScheme| !entry.is_blocked || self.is_managed(&entry.scheme);
        match wanted {
            Some(wanted) => self.scheme(wanted).filter(usable),
            None => PREFERRED
                .iter()
                .filter_map(|name| self.scheme(&AuthScheme::parse(name)))
                .find(usable),
        }
    }
}

fn read_app(body: &Value) -> Option<App> {
    // The slug is an id and never trimmed. The name is for display.
    let key = body.get("slug").as_str().filter(|slug| !slug.is_empty())?;
    let meta = body.get("meta");
    let schemes: Vec<AppScheme> = body
        // Items of a list have only the names.
        .any(&["auth_config_details", "auth_schemes"])
        .items()
        .iter()
        .filter_map(read_scheme)
        .collect();
    Some(App {
        name: body.get("name").to_text().unwrap_or_else(|| key.to_owned()),
        key: key.to_owned(),
        description: meta.get("description").to_text(),
        logo: meta.get("logo").to_text(),
        categories: meta
            .get("categories")
            .items()
            .iter()
            .filter_map(read_category)
            .collect(),
        no_auth: body.get("no_auth").as_bool() == Some(true)
            || schemes.iter().any(|entry| entry.scheme.is_none()),
        schemes,
        managed: body
            .get("composio_managed_auth_schemes")
            .items()
            .iter()
            .filter_map(Value::as_text)
            .map(AuthScheme::parse)
            .collect(),
    })
}

fn read_scheme(entry: &Value) -> Option<AppScheme> {
    let fields = entry.get("fields");
    let user = fields.get("connected_account_initiation");
    let developer = fields.get("auth_config_creation");
    let mut asked = decode_list(user.get("required"), true);
    asked.extend(decode_list(user.get("optional"), false));
    let name = entry.as_text();
    Some(AppScheme {
        scheme: AuthScheme::parse(name.or_else(|| entry.any(&["mode", "auth_mode"]).as_text())?),
        fields: asked,
        is_blocked: developer
            .get("required")
            .items()
            .iter()
            .any(|field| field.get("default").is_null()),
    })
}

/// The id is `id` in lists of apps, and `slug` in an app.
fn read_category(value: &Value) -> Option<Category> {
    let id = value.any(&["id", "slug"]).as_text()?;
    Some(Category {
        id: id.to_owned(),
        name: value.get("name").as_text().unwrap_or(id).to_owned(),
    })
}
