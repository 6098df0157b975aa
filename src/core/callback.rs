//! What the URL says that the user returns to. Unauthenticated input: it tells which account to look at, nothing more.

use serde::Serialize;

use super::error::{ConnectError, ErrorCode, Issue};
use super::text::concat;

/// Our own parameter, which binds a callback to the attempt that it belongs to.
pub const FLOW_PARAMETER: &str = "cf_flow";

/// What the platform says of the outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It claims success.
    Success,
    /// It reports a failure.
    Failure,
    /// It says nothing, or a word that is not known here.
    Unknown,
}

/// A callback in any dialect (docs/protocol.md §5.14).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionCallback {
    /// Our id of the attempt; some platforms drop it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow_id: Option<String>,
    /// The account that the callback names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connected_account_id: Option<String>,
    /// What it says of the outcome.
    pub outcome: Outcome,
    /// Key of the app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// An error code or text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// An explanation of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_description: Option<String>,
    /// What the app's server needs to finish the connection, where the platform verifies identities.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_uri: Option<String>,
}

#[derive(Clone, Copy, PartialEq)]
enum Meaning {
    Flow,
    Account,
    Status,
    App,
    Error,
    ErrorDescription,
    Session,
}

/// Every parameter that a platform appends, in lower case without underscores, and what it means.
const DIALECTS: [(&str, Meaning); 13] = [
    ("cfflow", Meaning::Flow),
    ("connectedaccountid", Meaning::Account),
    ("connectionid", Meaning::Account),
    ("status", Meaning::Status),
    ("connectionstatus", Meaning::Status),
    ("appname", Meaning::App),
    ("toolkit", Meaning::App),
    ("error", Meaning::Error),
    ("errordescription", Meaning::ErrorDescription),
    ("message", Meaning::ErrorDescription),
    ("reason", Meaning::ErrorDescription),
    ("sessionuri", Meaning::Session),
    ("errormessage", Meaning::ErrorDescription),
];

fn meaning(name: &str) -> Option<Meaning> {
    let plain: String = name
        .chars()
        .filter(|c| *c != '_')
        .map(|c| c.to_ascii_lowercase())
        .collect();
    DIALECTS
        .iter()
        .find(|(word, _)| *word == plain)
        .map(|(_, meaning)| *meaning)
}

/// The query of a URL, without `?` and without the fragment.
fn query(url: &str) -> &str {
    let url = url.split_once('#').map_or(url, |(before, _)| before);
    url.split_once('?').map_or("", |(_, query)| query)
}

/// Reads a callback URL. `None` on any other page: one that has neither our parameter, nor an account with a
/// status, nor a session.
///
/// # Errors
/// `callback_invalid` when a parameter that matters stands there twice, or an account is named in two ways that differ.
pub fn parse(url: &str) -> Result<Option<ConnectionCallback>, ConnectError> {
    let mut callback = ConnectionCallback {
        flow_id: None,
        connected_account_id: None,
        outcome: Outcome::Unknown,
        app: None,
        error: None,
        error_description: None,
        session_uri: None,
    };
    let mut status: Option<String> = None;
    let mut seen: Vec<String> = Vec::new();
    let mut duplicate: Option<String> = None;
    for (name, value) in form_urlencoded::parse(query(url).as_bytes()) {
        let Some(meaning) = meaning(&name) else {
            continue;
        };
        if value.is_empty() {
            continue;
        }
        let (slot, must_be_one) = match meaning {
            Meaning::Flow => (&mut callback.flow_id, true),
            Meaning::Account => (&mut callback.connected_account_id, true),
            Meaning::Status => (&mut status, true),
            Meaning::Session => (&mut callback.session_uri, true),
            Meaning::Error => (&mut callback.error, true),
            Meaning::App => (&mut callback.app, false),
            Meaning::ErrorDescription => (&mut callback.error_description, false),
        };
        // RFC 6749 §3.1: no parameter twice. Two spellings of one meaning may agree.
        let differs = slot.as_deref().is_some_and(|first| match meaning {
            Meaning::Status => outcome(Some(first)) != outcome(Some(&value)),
            _ => first != value,
        });
        if must_be_one && (differs || seen.iter().any(|other| *other == name)) {
            duplicate = Some(name.into_owned());
            continue;
        }
        if slot.is_none() {
            *slot = Some(value.into_owned());
        }
        seen.push(name.into_owned());
    }
    let is_callback = callback.flow_id.is_some()
        || callback.session_uri.is_some()
        || (callback.connected_account_id.is_some()
            && (status.is_some() || callback.error.is_some()));
    if !is_callback {
        return Ok(None);
    }
    if let Some(field) = duplicate {
        let message = concat(&["the callback has two values for `", &field, "`"]);
        let issue = Issue {
            code: "duplicate",
            field,
            message: message.clone(),
            params: Vec::new(),
        };
        return Err(ConnectError::new(ErrorCode::CallbackInvalid, message).with_issues(vec![issue]));
    }
    callback.outcome = if callback.error.is_some() {
        Outcome::Failure
    } else {
        outcome(status.as_deref())
    };
    Ok(Some(callback))
}

fn outcome(status: Option<&str>) -> Outcome {
    match status.map(str::to_ascii_lowercase).as_deref() {
        Some("success" | "active") => Outcome::Success,
        Some("failed" | "failure" | "error" | "expired") => Outcome::Failure,
        _ => Outcome::Unknown,
    }
}

/// `url` without our parameter and the platform's; every other byte stays as it was.
pub fn clean(url: &str) -> String {
    let (before, fragment) = url
        .split_once('#')
        .map_or((url, None), |(a, b)| (a, Some(b)));
    let mut cleaned = match before.split_once('?') {
        None => before.to_owned(),
        Some((path, query)) => {
            let mut kept = path.to_owned();
            for pair in query.split('&').filter(|pair| !is_ours(pair)) {
                kept.push(if kept.len() == path.len() { '?' } else { '&' });
                kept.push_str(pair);
            }
            kept
        }
    };
    if let Some(fragment) = fragment {
        cleaned.push('#');
        cleaned.push_str(fragment);
    }
    cleaned
}

fn is_ours(pair: &str) -> bool {
    form_urlencoded::parse(pair.as_bytes())
        .next()
        .is_some_and(|(name, _)| meaning(&name).is_some())
}

/// The first parameter of a return address that the platform will write as well, which would make the callback ambiguous.
pub fn collision(url: &str) -> Option<String> {
    form_urlencoded::parse(query(url).as_bytes())
        .find(|(name, _)| meaning(name).is_some())
        .map(|(name, _)| name.into_owned())
}

/// A return address with our parameter added to it.
pub fn bind(url: &str, flow_id: &str) -> String {
    let (before, fragment) = url
        .split_once('#')
        .map_or((url, ""), |(a, _)| (a, &url[a.len()..]));
    let joint = match before.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some(_) => "&",
    };
    concat(&[before, joint, FLOW_PARAMETER, "=", flow_id, fragment])
}
