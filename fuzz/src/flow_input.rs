//! The input of the target `flow`: calls, events and answers.

use arbitrary::Arbitrary;

use crate::core::api::accounts::ConnectedAccount;
use crate::core::callback::{ClaimedOutcome, ConnectionCallback};
use crate::core::calls::initiate::Initiated;
use crate::core::error::{ConnectError, ErrorCode};
use crate::core::flow::{FlowMode, FlowOptions, WhenConnected, WorkResult};
use crate::core::pending::Verification;
use crate::core::value::Value;
use crate::input::{Text, strip};
use crate::support::flow::{FLOW_ID, URL, account, field, initiated, options, params, record};

/// A flow and what happens to it.
#[derive(Arbitrary, Debug)]
pub struct Input {
    /// Each combination of options is a number.
    pub options: u8,
    pub is_in_app: bool,
    pub happenings: Vec<Happening>,
}

/// The alias of a flow's options, and of some accounts.
pub const ALIAS: &str = "work";

/// The input of an action that verifies an account. No stored record contains it.
pub const VERIFY_INPUT: &str = "input-of-verify";

impl Input {
    fn is_set(&self, bit: u8) -> bool {
        (self.options / 3) >> bit & 1 > 0
    }

    /// Whether other pages check the account for as long as the flow waits.
    pub fn has_peers(&self) -> bool {
        self.is_set(4)
    }

    /// The options of the flow.
    pub fn options(&self) -> FlowOptions {
        let mode =
            [FlowMode::Popup, FlowMode::Auto, FlowMode::Redirect][usize::from(self.options) % 3];
        let is_set = |bit| self.is_set(bit);
        FlowOptions {
            when_connected: match is_set(0) {
                true => WhenConnected::Reuse,
                false => WhenConnected::New,
            },
            verify: is_set(1).then(|| Verification {
                action: "GMAIL_GET_PROFILE".to_owned(),
                input: match is_set(2) {
                    true => Value::String(VERIFY_INPUT.to_owned()),
                    false => Value::Null,
                },
            }),
            alias: is_set(3).then(|| ALIAS.to_owned()),
            ..options(mode)
        }
    }
}

/// One event.
#[derive(Arbitrary, Debug)]
pub struct Happening {
    /// The time since the last event.
    pub pause_ms: Pause,
    pub random: u8,
    pub what: What,
}

/// A time without events, in milliseconds.
#[derive(Arbitrary, Debug)]
pub enum Pause {
    None,
    Short(u16),
    Long(u32),
    /// Until the flow's timer fires.
    Wake,
}

/// The event itself.
#[derive(Arbitrary, Debug)]
pub enum What {
    Load,
    Submit(Vec<(bool, u8)>),
    Retry,
    Cancel,
    Dispose,
    Resume {
        is_popup: bool,
        age_ms: u32,
        callback: Option<Callback>,
    },
    PopupReserved(bool),
    /// An answer to the current work, or to earlier work.
    Done {
        is_late: bool,
        answer: Answer,
    },
    NotLeft,
    CameBack,
    Returned(Callback),
    /// How the attempt ended, according to its record.
    Hint(u8),
    Tick(u8),
    Stray,
    /// Another flow continues the attempt of a disposed one.
    Continue,
    /// The user's accounts, as the current or an earlier load has asked for.
    Listed {
        is_late: bool,
        accounts: Listed,
    },
    /// Another page has started a check.
    PeerAsked,
    /// The current check is put off, because another page is checking.
    PutOff,
}

/// A list of accounts.
#[derive(Arbitrary, Debug)]
pub enum Listed {
    Refused {
        code: u8,
    },
    /// For each account, whether it has the alias.
    Accounts(Vec<bool>),
}

impl Listed {
    /// The result of a list.
    pub fn work_result(self) -> WorkResult {
        WorkResult::Listed(match self {
            Listed::Refused { code } => {
                let code = ErrorCode::ALL[usize::from(code) % ErrorCode::ALL.len()];
                Err(ConnectError::new(code, "refused"))
            }
            Listed::Accounts(aliases) => {
                let named = |(index, has_alias): (usize, bool)| ConnectedAccount {
                    id: format!("old-{index}"),
                    alias: has_alias.then(|| ALIAS.to_owned()),
                    ..account("ACTIVE")
                };
                Ok(aliases.into_iter().take(8).enumerate().map(named).collect())
            }
        })
    }
}

/// The result of work.
#[derive(Arbitrary, Debug)]
pub enum Answer {
    Refused {
        code: u8,
        is_retryable: bool,
        retry_after_ms: Option<u16>,
        has_issues: bool,
    },
    Good {
        scheme: u8,
        has_fields: bool,
        has_url: bool,
        expires_ms: Option<u32>,
        status: Status,
        id: bool,
        entity: Option<bool>,
    },
}

/// The status of an account.
#[derive(Arbitrary, Debug)]
pub enum Status {
    Active,
    Initiated,
    Failed,
    Expired,
    Word(Text),
}

/// A callback. The numbers select a variant.
#[derive(Arbitrary, Debug)]
pub struct Callback {
    pub flow: u8,
    pub account: u8,
    pub outcome: u8,
    pub error: Option<bool>,
    pub has_session: bool,
}

impl Callback {
    /// The callback.
    pub fn callback(self) -> ConnectionCallback {
        let either = |pick: u8, own: &str| {
            [None, Some(own.to_owned()), Some("other".to_owned())][usize::from(pick) % 3].clone()
        };
        ConnectionCallback {
            flow_id: either(self.flow, FLOW_ID),
            connected_account_id: either(self.account, "acc-1"),
            outcome: [
                ClaimedOutcome::Success,
                ClaimedOutcome::Failure,
                ClaimedOutcome::Unknown,
            ][usize::from(self.outcome) % 3],
            app: None,
            error: self.error.map(|denied| {
                if denied {
                    "access_denied"
                } else {
                    "server_error"
                }
                .to_owned()
            }),
            error_description: None,
            session_uri: self.has_session.then(|| "urn:1".to_owned()),
        }
    }
}

/// A kind of work.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Kind {
    Load,
    Initiate,
    Look,
    Complete,
}

impl Answer {
    /// The result of work of this kind.
    pub fn work_result(self, kind: Kind, now_ms: u64, is_asked: bool) -> WorkResult {
        match self {
            Answer::Refused {
                code,
                is_retryable,
                retry_after_ms,
                has_issues,
            } => {
                let code = ErrorCode::ALL[usize::from(code) % ErrorCode::ALL.len()];
                let mut error = if has_issues && is_asked {
                    ConnectError::argument("format", "api_key", "is refused")
                } else {
                    ConnectError::new(code, "refused")
                };
                error.code = code;
                error.retryable = is_retryable;
                error.retry_after_ms = retry_after_ms.map(u64::from);
                match kind {
                    Kind::Load => WorkResult::Loaded(Err(error)),
                    Kind::Initiate => WorkResult::Initiated(Err(error)),
                    Kind::Look => WorkResult::Checked(Err(error)),
                    Kind::Complete => WorkResult::Completed(Err(error)),
                }
            }
            Answer::Good {
                scheme,
                has_fields,
                has_url,
                expires_ms,
                status,
                id,
                entity,
            } => match kind {
                Kind::Load => {
                    let scheme =
                        ["OAUTH2", "API_KEY", "NO_AUTH", "SOMETHING"][usize::from(scheme) % 4];
                    let fields = if has_fields {
                        vec![field("api_key", true, None)]
                    } else {
                        Vec::new()
                    };
                    WorkResult::Loaded(Ok(params(scheme, fields)))
                }
                Kind::Initiate => {
                    let mut initiated: Initiated = initiated(has_url.then_some(URL), now_ms);
                    initiated.request.expires_at_ms =
                        expires_ms.map(|millis| now_ms + u64::from(millis));
                    WorkResult::Initiated(Ok(initiated))
                }
                Kind::Complete => WorkResult::Completed(Ok(Box::new(record(now_ms)))),
                Kind::Look => {
                    let word = match status {
                        Status::Active => "ACTIVE".to_owned(),
                        Status::Initiated => "INITIATED".to_owned(),
                        Status::Failed => "FAILED".to_owned(),
                        Status::Expired => "EXPIRED".to_owned(),
                        Status::Word(text) => strip(&text.0),
                    };
                    let own = |is_own: bool, own: &str| {
                        if is_own {
                            own.to_owned()
                        } else {
                            "other".to_owned()
                        }
                    };
                    WorkResult::Checked(Ok(ConnectedAccount {
                        id: own(id, "acc-1"),
                        entity_id: entity.map(|is_own| own(is_own, "Jessica")),
                        ..account(&word)
                    }))
                }
            },
        }
    }
}
