//! What the URL says that the user returns to. Unauthenticated input: it tells which account to look at, nothing more.

use serde::Serialize;

use super::error::{ConnectError, ErrorCode, Issue};
use super::pending::PendingConnection;
use super::text::{concat, find_any, form_decoded, join, parts, split_once};

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
    let (url, _) = url.split_at(find_any(url, b"#"));
    split_once(url, "?").map_or("", |(_, query)| query)
}

/// One parameter of a query: its text, and what that says.
struct Parameter<'a> {
    text: &'a str,
    name: String,
    value: String,
    /// `None` where it is the app's own.
    meaning: Option<Meaning>,
}

fn parameters(query: &str) -> Vec<Parameter<'_>> {
    let mut parameters = Vec::new();
    for text in parts(query, b'&') {
        let (name, value) = split_once(text, "=").unwrap_or((text, ""));
        let name = form_decoded(name);
        parameters.push(Parameter {
            text,
            meaning: meaning(&name),
            name,
            value: form_decoded(value),
        });
    }
    parameters
}

impl Parameter<'_> {
    fn says(&self, meaning: Meaning) -> bool {
        self.meaning == Some(meaning) && !self.value.is_empty()
    }
}

/// What [`read`] finds.
struct Read<'a> {
    parameters: Vec<Parameter<'a>>,
    /// Those of the return address that the platform has written over.
    written_over: Vec<Parameter<'a>>,
    is_callback: bool,
}

/// Tells the platform's parameters of a URL from the app's. Where it is no callback, all but ours are the app's.
fn read<'a>(url: &'a str, records: &'a [PendingConnection]) -> Read<'a> {
    let mut read = parameters(query(url));
    let at_flow = read.iter().position(|own| own.says(Meaning::Flow));
    let is_named = |record: &PendingConnection| match at_flow {
        Some(at) => record.flow_id == read[at].value,
        None => read.iter().any(|named| {
            named.says(Meaning::Account) && named.value == record.connected_account_id
        }),
    };
    let record = records.iter().find(|record| is_named(record));
    let mut own = parameters(
        record
            .and_then(|record| record.own_query.as_deref())
            .unwrap_or_default(),
    );
    for (at, parameter) in read.iter_mut().enumerate() {
        // No app has an attempt of ours or a session of the platform in its address.
        if matches!(
            parameter.meaning,
            None | Some(Meaning::Flow | Meaning::Session)
        ) {
            continue;
        }
        let found = own
            .iter()
            .position(|own| own.name == parameter.name && own.value == parameter.value);
        if let Some(found) = found {
            own.swap_remove(found);
            parameter.meaning = None;
        } else if record.is_none() && at_flow.is_some_and(|at_flow| at < at_flow) {
            // Ours is the last of a return address, and the platform appends behind it.
            parameter.meaning = None;
        }
    }
    let says = |meaning| read.iter().any(|parameter| parameter.says(meaning));
    let is_callback = at_flow.is_some()
        || says(Meaning::Session)
        || (record.is_some()
            && says(Meaning::Account)
            && (says(Meaning::Status) || says(Meaning::Error)));
    if !is_callback {
        own.clear();
        for parameter in &mut read {
            parameter.meaning = parameter.meaning.filter(|word| *word == Meaning::Flow);
        }
    }
    Read {
        parameters: read,
        written_over: own,
        is_callback,
    }
}

/// Whether a URL may be a callback; only the attempts of this browser can tell.
pub fn may_be(url: &str) -> bool {
    parameters(query(url)).iter().any(|parameter| {
        matches!(
            parameter.meaning,
            Some(Meaning::Flow | Meaning::Account | Meaning::Session)
        )
    })
}

/// Reads a callback URL. `None` on any other page: one that has neither our parameter, nor a session, nor the account of an
/// attempt with a status.
///
/// # Errors
/// `callback_invalid` when a parameter that matters stands there twice, or an account is named in two ways that differ.
pub fn parse(
    url: &str,
    records: &[PendingConnection],
) -> Result<Option<ConnectionCallback>, ConnectError> {
    let read = read(url, records);
    if !read.is_callback {
        return Ok(None);
    }
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
    for parameter in read.parameters {
        let Parameter { name, value, .. } = parameter;
        let Some(meaning) = parameter.meaning else {
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
        if must_be_one && (differs || seen.contains(&name)) {
            return Err(twice(name));
        }
        if slot.is_none() {
            *slot = Some(value);
        }
        seen.push(name);
    }
    callback.outcome = if callback.error.is_some() {
        Outcome::Failure
    } else {
        outcome(status.as_deref())
    };
    Ok(Some(callback))
}

fn twice(field: String) -> ConnectError {
    let message = concat(&["the callback has two values for `", &field, "`"]);
    let issue = Issue {
        code: "duplicate",
        field,
        message: message.clone(),
        params: Vec::new(),
    };
    ConnectError::new(ErrorCode::CallbackInvalid, message).with_issues(vec![issue])
}

fn outcome(status: Option<&str>) -> Outcome {
    match status.map(str::to_ascii_lowercase).as_deref() {
        Some("success" | "active") => Outcome::Success,
        Some("failed" | "failure" | "error" | "expired") => Outcome::Failure,
        _ => Outcome::Unknown,
    }
}

/// A callback URL without our parameter and the platform's, as the return address was. Every other byte of it stays, and any other
/// URL.
pub fn clean(url: &str, records: &[PendingConnection]) -> String {
    let Read {
        parameters,
        mut written_over,
        ..
    } = read(url, records);
    let (before, fragment) = url.split_at(find_any(url, b"#"));
    let Some((path, _)) = split_once(before, "?") else {
        return url.to_owned();
    };
    let mut cleaned = path.to_owned();
    let mut keep = |text: &str| {
        cleaned.push(if cleaned.len() == path.len() {
            '?'
        } else {
            '&'
        });
        cleaned.push_str(text);
    };
    for parameter in parameters {
        if parameter.meaning.is_none() {
            keep(parameter.text);
            continue;
        }
        // Who sets a parameter writes over all of its name.
        written_over.retain(|own| {
            let is_other = own.name != parameter.name;
            if !is_other {
                keep(own.text);
            }
            is_other
        });
    }
    cleaned.push_str(fragment);
    cleaned
}

/// The parameters of a return address that are named like the platform's, as a query: what an attempt has to remember of it.
pub fn own_query(url: &str) -> Option<String> {
    let mut own = parameters(query(url));
    own.retain(|parameter| {
        !matches!(
            parameter.meaning,
            None | Some(Meaning::Flow | Meaning::Session)
        )
    });
    let texts: Vec<&str> = own.iter().map(|parameter| parameter.text).collect();
    (!texts.is_empty()).then(|| join(&texts, "&"))
}

/// A return address with our parameter added to it.
pub fn bind(url: &str, flow_id: &str) -> String {
    let (before, fragment) = url.split_at(find_any(url, b"#"));
    let joint = match split_once(before, "?") {
        None => "?",
        Some((_, "")) => "",
        Some(_) => "&",
    };
    concat(&[before, joint, FLOW_PARAMETER, "=", flow_id, fragment])
}
