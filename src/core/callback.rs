//! Parses callback URLs: the address at which the user returns to the app. Unauthenticated input: it tells which account to check,
//! and proves nothing.

use serde::Serialize;

use super::error::{ConnectError, ErrorCode, Issue};
use super::pending::PendingConnection;
use super::text::{concat, form_decoded, split, split_before, split_once};

/// Our query parameter, which binds a callback to its attempt. Its value is the flow id.
pub const FLOW_PARAMETER: &str = "cf_flow";

/// The outcome that a callback URL claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ClaimedOutcome {
    /// A status such as `success` or `ACTIVE`.
    Success,
    /// An error, or a status such as `failed`.
    Failure,
    /// No status, or an unknown one.
    Unknown,
}

/// A callback in any of the platform's formats (docs/protocol.md §5.14).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionCallback {
    /// Id of the attempt, from our parameter `cf_flow`. Some platforms drop that parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow_id: Option<String>,
    /// Id of the account that the URL names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connected_account_id: Option<String>,
    /// The outcome that the URL claims.
    pub outcome: ClaimedOutcome,
    /// Key of the app, such as `gmail`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// Error code or text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Explanation of the error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_description: Option<String>,
    /// What the app's server needs to complete the connection, if the platform verifies identities.
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

/// Every parameter that the platform appends, in lower case without underscores.
const PARAMETERS: [(&str, Meaning); 13] = [
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
    PARAMETERS
        .iter()
        .find(|(known, _)| *known == plain)
        .map(|(_, meaning)| *meaning)
}

/// The query of a URL, without `?` and fragment. Empty when there is none.
fn query(url: &str) -> &str {
    let (url, _) = split_before(url, b"#");
    split_once(url, "?").map_or("", |(_, query)| query)
}

/// One parameter of a query.
struct Parameter<'a> {
    /// As it stands in the URL.
    text: &'a str,
    /// Decoded.
    name: String,
    /// Decoded.
    value: String,
    /// `None` for the app's own parameters.
    meaning: Option<Meaning>,
}

fn parameters(query: &str) -> Vec<Parameter<'_>> {
    let parameter = |text| {
        let (name, value) = split_once(text, "=").unwrap_or((text, ""));
        let name = form_decoded(name);
        Parameter {
            text,
            meaning: meaning(&name),
            name,
            value: form_decoded(value),
        }
    };
    split(query, "&").into_iter().map(parameter).collect()
}

impl Parameter<'_> {
    /// Whether the parameter has this meaning and its value is not empty.
    fn has(&self, meaning: Meaning) -> bool {
        self.meaning == Some(meaning) && !self.value.is_empty()
    }

    /// Whether the app may use this name, too. It may use any name of the platform except those of the flow id and the session.
    fn may_be_own(&self) -> bool {
        !matches!(self.meaning, None | Some(Meaning::Flow | Meaning::Session))
    }
}

/// The parameters of a URL, with the app's own told apart from the platform's.
struct Classified<'a> {
    parameters: Vec<Parameter<'a>>,
    /// Parameters of the return address that the platform has overwritten.
    overwritten: Vec<Parameter<'a>>,
    is_callback: bool,
}

/// Tells the platform's parameters from the app's, which may have the same names. On a URL that is no callback, all parameters but
/// ours are the app's.
fn classify<'a>(url: &'a str, records: &'a [PendingConnection]) -> Classified<'a> {
    let mut parameters = parameters(query(url));
    let flow_at = parameters.iter().position(|it| it.has(Meaning::Flow));
    let is_named = |record: &PendingConnection| match flow_at {
        Some(at) => record.flow_id == parameters[at].value,
        None => parameters
            .iter()
            .any(|it| it.has(Meaning::Account) && it.value == record.connected_account_id),
    };
    let record = records.iter().find(|record| is_named(record));
    let own_query = record.and_then(|record| record.own_query.as_deref());
    let mut own = self::parameters(own_query.unwrap_or_default());
    for (at, parameter) in parameters.iter_mut().enumerate() {
        if !parameter.may_be_own() {
            continue;
        }
        let unchanged = own
            .iter()
            .position(|own| own.name == parameter.name && own.value == parameter.value);
        if let Some(unchanged) = unchanged {
            own.swap_remove(unchanged);
            parameter.meaning = None;
        } else if record.is_none() && flow_at.is_some_and(|flow_at| at < flow_at) {
            // Our parameter is the last of a return address. The platform appends after it.
            parameter.meaning = None;
        }
    }
    let has = |meaning| parameters.iter().any(|it| it.has(meaning));
    if flow_at.is_none() && has(Meaning::Session) && !has(Meaning::Account) {
        // The platform sends a session alone, to an address of the project.
        for parameter in &mut parameters {
            let is_ours = |it: &Meaning| matches!(it, Meaning::Flow | Meaning::Session);
            parameter.meaning = parameter.meaning.filter(is_ours);
        }
    }
    let has = |meaning| parameters.iter().any(|it| it.has(meaning));
    let is_callback = flow_at.is_some()
        || has(Meaning::Session)
        || (record.is_some()
            && has(Meaning::Account)
            && (has(Meaning::Status) || has(Meaning::Error)));
    if !is_callback {
        own.clear();
        for parameter in &mut parameters {
            parameter.meaning = parameter.meaning.filter(|it| *it == Meaning::Flow);
        }
    }
    Classified {
        parameters,
        overwritten: own,
        is_callback,
    }
}

/// Whether a URL may be a callback. Only [`parse`], which knows the attempts of this browser, can tell.
pub fn may_be(url: &str) -> bool {
    parameters(query(url)).iter().any(|parameter| {
        matches!(
            parameter.meaning,
            Some(Meaning::Flow | Meaning::Account | Meaning::Session)
        )
    })
}

/// Parses a callback URL. A callback has our parameter, or a session, or the account of a record together with a status or an error.
/// `None` for any other URL.
///
/// # Errors
/// `callback_invalid` when a parameter is repeated (RFC 6749 §3.1), or when two names of one parameter have different values. App and
/// error description may be repeated.
pub fn parse(
    url: &str,
    records: &[PendingConnection],
) -> Result<Option<ConnectionCallback>, ConnectError> {
    let classified = classify(url, records);
    if !classified.is_callback {
        return Ok(None);
    }
    let mut callback = ConnectionCallback {
        flow_id: None,
        connected_account_id: None,
        outcome: ClaimedOutcome::Unknown,
        app: None,
        error: None,
        error_description: None,
        session_uri: None,
    };
    let mut status: Option<String> = None;
    let mut seen: Vec<String> = Vec::new();
    for parameter in classified.parameters {
        let Parameter { name, value, .. } = parameter;
        let Some(meaning) = parameter.meaning else {
            continue;
        };
        if value.is_empty() {
            continue;
        }
        let (slot, is_unique) = match meaning {
            Meaning::Flow => (&mut callback.flow_id, true),
            Meaning::Account => (&mut callback.connected_account_id, true),
            Meaning::Status => (&mut status, true),
            Meaning::Session => (&mut callback.session_uri, true),
            Meaning::Error => (&mut callback.error, true),
            Meaning::App => (&mut callback.app, false),
            Meaning::ErrorDescription => (&mut callback.error_description, false),
        };
        let differs = slot.as_deref().is_some_and(|first| match meaning {
            Meaning::Status => outcome(Some(first)) != outcome(Some(&value)),
            _ => first != value,
        });
        if is_unique && (differs || seen.contains(&name)) {
            return Err(duplicate(name));
        }
        if slot.is_none() {
            *slot = Some(value);
        }
        seen.push(name);
    }
    callback.outcome = if callback.error.is_some() {
        ClaimedOutcome::Failure
    } else {
        outcome(status.as_deref())
    };
    Ok(Some(callback))
}

fn duplicate(field: String) -> ConnectError {
    let message = concat(&[
        "the callback URL has more than one value for `",
        &field,
        "`",
    ]);
    let issue = Issue {
        code: "duplicate",
        field,
        message: message.clone(),
        params: Vec::new(),
    };
    ConnectError::new(ErrorCode::CallbackInvalid, message).with_issues(vec![issue])
}

fn outcome(status: Option<&str>) -> ClaimedOutcome {
    match status.map(str::to_ascii_lowercase).as_deref() {
        Some("success" | "active") => ClaimedOutcome::Success,
        Some("failed" | "failure" | "error" | "expired") => ClaimedOutcome::Failure,
        _ => ClaimedOutcome::Unknown,
    }
}

/// Removes our parameter and the platform's from a callback URL and restores the app's. The other bytes of the URL stay the same.
pub fn clean(url: &str, records: &[PendingConnection]) -> String {
    let Classified {
        parameters,
        mut overwritten,
        ..
    } = classify(url, records);
    let (before, fragment) = split_before(url, b"#");
    let Some((path, _)) = split_once(before, "?") else {
        return url.to_owned();
    };
    let mut kept = Vec::new();
    for parameter in parameters {
        if parameter.meaning.is_none() {
            kept.push(parameter.text);
            continue;
        }
        // The platform replaces all parameters of a name by its one.
        let replaced = overwritten.extract_if(.., |own| own.name == parameter.name);
        kept.extend(replaced.map(|own| own.text));
    }
    let separator = if kept.is_empty() { "" } else { "?" };
    concat(&[path, separator, &kept.join("&"), fragment])
}

/// The parameters of a return address that have the same names as the platform's, as a query. A record keeps them for [`clean`].
pub fn own_query(url: &str) -> Option<String> {
    let parameters = parameters(query(url));
    let own = parameters.iter().filter(|it| it.may_be_own());
    let texts: Vec<&str> = own.map(|it| it.text).collect();
    (!texts.is_empty()).then(|| texts.join("&"))
}

/// Adds our parameter to a return address.
pub fn with_flow_id(url: &str, flow_id: &str) -> String {
    let (before, fragment) = split_before(url, b"#");
    let separator = match split_once(before, "?") {
        None => "?",
        Some((_, "")) => "",
        Some(_) => "&",
    };
    concat(&[before, separator, FLOW_PARAMETER, "=", flow_id, fragment])
}
