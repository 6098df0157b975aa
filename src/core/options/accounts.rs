//! Options of the calls about accounts and actions.

use super::{Options, Result, read_one};
use crate::core::api::accounts::{AccountFilter, AccountType, AccountUpdate};
use crate::core::api::actions::{ExecuteOptions, ToolFilter};
use crate::core::status::ConnectionStatus;
use crate::core::text::concat;
use crate::core::value::Value;

/// Options of `connectedAccounts.refresh`.
#[derive(Debug, Clone, PartialEq)]
pub struct RefreshOptions {
    /// Id of the account.
    pub connected_account_id: String,
    /// Where the user returns to. Default: the client's.
    pub redirect_url: Option<String>,
}

const ID: &str = "connectedAccountId";

/// Reads the argument of a call whose only option is `connectedAccountId`.
///
/// # Errors
/// `invalid_argument`.
pub fn read_account_id(value: &Value) -> Result<String> {
    read_one(value, ID)
}

impl RefreshOptions {
    /// Reads the argument of `connectedAccounts.refresh`.
    ///
    /// # Errors
    /// `invalid_argument`.
    pub fn read(value: &Value) -> Result<Self> {
        let mut options = Options::new(value);
        let redirect_url = options.either_return_address();
        let read = RefreshOptions {
            connected_account_id: options.required(ID),
            redirect_url,
        };
        options.end_call(read)
    }
}

/// Reads the argument of `connectedAccounts.delete`: the id, and whether to revoke the tokens.
///
/// # Errors
/// `invalid_argument`.
pub fn read_deletion(value: &Value) -> Result<(String, bool)> {
    let mut options = Options::new(value);
    let read = (
        options.required(ID),
        options.bool("revoke").unwrap_or_default(),
    );
    options.end_call(read)
}

impl AccountUpdate {
    /// Reads the argument of `connectedAccounts.update`.
    ///
    /// # Errors
    /// `invalid_argument`.
    pub fn read(value: &Value) -> Result<Self> {
        let mut options = Options::new(value);
        let alias = match value.get("alias").as_str() {
            Some("") => options.get("alias").as_str().map(str::to_owned),
            _ => options.alias(),
        };
        let read = AccountUpdate {
            connected_account_id: options.required(ID),
            data: options.secrets("data"),
            alias,
        };
        if read.alias.is_none() && read.data.is_empty() {
            options.refuse("required", "alias", "or `data` is required");
        }
        options.end_call(read)
    }
}

const STATUSES: &str = "an array of `ACTIVE`, `INITIATED`, `INITIALIZING`, `FAILED`, `EXPIRED`, `REVOKED` or `INACTIVE`";

/// The longest alias, in bytes.
const MAX_ALIAS: usize = 255;

impl Options<'_> {
    /// The alias of an account.
    pub(super) fn alias(&mut self) -> Option<String> {
        let alias = self.string("alias");
        if alias.as_ref().is_some_and(|alias| alias.len() > MAX_ALIAS) {
            self.refuse(
                "too_long",
                "alias",
                "must have at most 255 bytes: choose a shorter one",
            );
        }
        alias
    }

    fn statuses(&mut self, name: &'static str) -> Vec<ConnectionStatus> {
        let mut statuses = Vec::new();
        for item in self.array(name) {
            let word = item.as_str().unwrap_or_default();
            match ConnectionStatus::parse(word) {
                _ if item.as_str().is_none() => self.mismatch(name, STATUSES, item),
                ConnectionStatus::Other(_) | ConnectionStatus::Pending => {
                    self.unknown_word(name, STATUSES, word);
                }
                status => statuses.push(status),
            }
        }
        statuses
    }

    fn account_type(&mut self) -> Option<AccountType> {
        let came = self.string("accountType")?;
        let of_word = AccountType::ALL
            .into_iter()
            .find(|kind| kind.as_str().eq_ignore_ascii_case(&came));
        if of_word.is_none() {
            self.unknown_word("accountType", "`PRIVATE`, `SHARED` or `ALL`", &came);
        }
        of_word
    }
}

impl AccountFilter {
    /// Reads the argument of `connectedAccounts.list`.
    ///
    /// # Errors
    /// `invalid_argument`.
    pub fn read(value: &Value) -> Result<Self> {
        let mut options = Options::new(value);
        let entity_id = options.string("entityId");
        let all_entities = options.bool("allEntities") == Some(true);
        if all_entities && entity_id.is_some() {
            options.refuse(
                "duplicate",
                "allEntities",
                "must not be true when `entityId` is given: leave one of them out",
            );
        }
        let read = AccountFilter {
            entity_id,
            all_entities,
            app: options.string("app"),
            integration_id: options.string("integrationId"),
            statuses: options.statuses("statuses"),
            account_type: options.account_type(),
        };
        options.end(read)
    }
}

impl ExecuteOptions {
    /// Reads the argument of `executeAction`.
    ///
    /// # Errors
    /// `invalid_argument`.
    pub fn read(value: &Value) -> Result<Self> {
        let mut options = Options::new(value);
        let mut input = options.get("input").clone();
        if input.is_null() {
            input = Value::Object(Vec::new());
        }
        let expected = "an object, or JSON text of one";
        match input {
            Value::Object(_) => options.json("input", &input),
            Value::String(_) => {
                let problem = concat(&[
                    "must be ",
                    expected,
                    ", got other text: check its quotes and brackets",
                ]);
                options.refuse("type", "input", &problem);
            }
            _ => options.mismatch("input", expected, &input),
        }
        let read = ExecuteOptions {
            action: options.required("action"),
            entity_id: options.string("entityId"),
            connected_account_id: options.string(ID),
            version: options.string("version"),
            input,
        };
        options.end_call(read)
    }
}

impl ToolFilter {
    /// Reads the argument of `entity.tools`.
    ///
    /// # Errors
    /// `invalid_argument`.
    pub fn read(value: &Value) -> Result<Self> {
        let mut options = Options::new(value);
        let app = options.string("app");
        let given = options.array("actions");
        let mut actions = Vec::new();
        for item in given {
            match item.to_id() {
                Some(name) => actions.push(name),
                None => options.mismatch("actions", "an array of names of actions", item),
            }
        }
        // With an empty filter, the platform would list everything.
        if given.is_empty() && !value.get("actions").is_null() {
            options.refuse("required", "actions", "must name at least one action");
        }
        options.end_call(ToolFilter { app, actions })
    }
}
