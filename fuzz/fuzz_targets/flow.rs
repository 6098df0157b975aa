//! A flow under any events, answers, surroundings and times.
#![no_main]

use arbitrary::Arbitrary;
use connect_flow::core::callback::{ConnectionCallback, Outcome as Claim};
use connect_flow::core::error::{ConnectError, ErrorCode};
use connect_flow::core::flow::{
    Effect, Flow, FlowEvent, FlowMode, Moment, Outcome, Surroundings, Waiting, Work,
};
use connect_flow::core::pending::{LIFETIME_MS, Outcome as End, PendingConnection};
use connect_flow::core::procedure::complete::TIMEOUT_MS;
use connect_flow::core::procedure::initiate::Initiated;
use connect_flow::core::protocol::answer::ConnectedAccount;
use connect_flow::core::status::ConnectionStatus;
use connect_flow_fuzz::input::{Text, strip};
use connect_flow_fuzz::support::flow::{
    BEHIND, FLOW_ID, START_MS, URL, account, field, initiated, options, params, record,
    server_error, typed,
};
use connect_flow_fuzz::{TYPED, check_error, check_hidden, within};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    mode: u8,
    is_in_app: bool,
    happenings: Vec<Happening>,
}

#[derive(Arbitrary, Debug)]
struct Happening {
    /// How long nothing has happened before, in milliseconds.
    pause_ms: Pause,
    random: u8,
    what: What,
}

#[derive(Arbitrary, Debug)]
enum Pause {
    None,
    Short(u16),
    Long(u32),
    /// Until the flow wants to be woken.
    Wake,
}

#[derive(Arbitrary, Debug)]
enum What {
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
    /// To the work under way, or the answer to work that is over.
    Done {
        is_late: bool,
        answer: Answer,
    },
    NotLeft,
    CameBack,
    Returned(Callback),
    /// What the record says by now of how the attempt ended.
    Hint(u8),
    Tick(u8),
    Stray,
    /// The next flow takes over what a disposed one has left.
    Continue,
}

#[derive(Arbitrary, Debug)]
enum Answer {
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

#[derive(Arbitrary, Debug)]
enum Status {
    Active,
    Initiated,
    Failed,
    Expired,
    Word(Text),
}

#[derive(Arbitrary, Debug)]
struct Callback {
    flow: u8,
    account: u8,
    outcome: u8,
    error: Option<bool>,
    has_session: bool,
}

impl Callback {
    fn made(self) -> ConnectionCallback {
        let either = |pick: u8, own: &str| {
            [None, Some(own.to_owned()), Some("other".to_owned())][usize::from(pick) % 3].clone()
        };
        ConnectionCallback {
            flow_id: either(self.flow, FLOW_ID),
            connected_account_id: either(self.account, "acc-1"),
            outcome: [Claim::Success, Claim::Failure, Claim::Unknown]
                [usize::from(self.outcome) % 3],
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

/// What is under way in the page, as the driver keeps it.
struct World {
    flow: Flow,
    now_ms: u64,
    random: f64,
    /// Number and kind of the work under way.
    work: Option<(u32, Kind)>,
    last: Option<(u32, Kind)>,
    is_popup_asked_for: bool,
    wake_at_ms: Option<u64>,
    /// The attempt that may succeed.
    attempt: Option<PendingConnection>,
    /// What a disposed flow has left.
    left: Option<Box<Waiting>>,
    mode: FlowMode,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Kind {
    Load,
    Initiate,
    Look,
}

fuzz_target!(|input: Input| {
    let mode = [FlowMode::Popup, FlowMode::Auto, FlowMode::Redirect][usize::from(input.mode) % 3];
    let mut world = World {
        flow: Flow::new(options(mode), input.is_in_app.then_some("instagram")),
        now_ms: START_MS,
        random: 0.0,
        work: None,
        last: None,
        is_popup_asked_for: false,
        wake_at_ms: None,
        attempt: None,
        left: None,
        mode,
    };
    within(input.happenings.len(), 5_000_000, || {
        for happening in input.happenings.into_iter().take(200) {
            world.happens(happening);
        }
        world.comes_to_an_end();
    });
});

impl World {
    fn happens(&mut self, happening: Happening) {
        self.now_ms += match happening.pause_ms {
            Pause::None => 0,
            Pause::Short(millis) => u64::from(millis),
            Pause::Long(millis) => u64::from(millis) % LIFETIME_MS,
            Pause::Wake => self
                .wake_at_ms
                .map_or(0, |at_ms| at_ms.saturating_sub(self.now_ms)),
        };
        self.random = f64::from(happening.random) / 255.0;
        let Some(event) = self.event(happening.what) else {
            return;
        };
        self.handle(event);
    }

    fn event(&mut self, what: What) -> Option<FlowEvent> {
        Some(match what {
            What::Load => FlowEvent::Load,
            What::Submit(data) => {
                let data = data.into_iter().take(8).map(|(known, suffix)| {
                    let name = if known { "api_key" } else { "other" };
                    (name, format!("{TYPED}{suffix}"))
                });
                let data: Vec<_> = data.collect();
                let pairs: Vec<_> = data
                    .iter()
                    .map(|(name, value)| (*name, value.as_str()))
                    .collect();
                FlowEvent::Submit(typed(&pairs))
            }
            What::Retry => FlowEvent::Retry,
            What::Cancel => FlowEvent::Cancel,
            What::Dispose => FlowEvent::Dispose,
            What::Resume {
                is_popup,
                age_ms,
                callback,
            } => {
                let started_at_ms = self.now_ms - u64::from(age_ms) % LIFETIME_MS;
                let record = PendingConnection {
                    is_popup,
                    ..record(started_at_ms)
                };
                FlowEvent::Resume(record, callback.map(Callback::made))
            }
            What::PopupReserved(is_there) if self.is_popup_asked_for => {
                FlowEvent::PopupReserved(is_there)
            }
            What::PopupReserved(_) => return None,
            What::Done { is_late, answer } => {
                let (number, kind) = match is_late {
                    true => self.last?,
                    false => self.work?,
                };
                FlowEvent::Done(number, answer.to(kind, self.now_ms, self.is_asked()))
            }
            What::NotLeft => FlowEvent::NotLeft(server_error()),
            What::CameBack => FlowEvent::CameBack,
            What::Returned(callback) => FlowEvent::Returned(callback.made()),
            What::Hint(outcome) => FlowEvent::Hint(
                [End::Pending, End::Connected, End::Failed, End::Cancelled]
                    [usize::from(outcome) % 4],
            ),
            What::Stray => FlowEvent::Stray,
            What::Continue => {
                let waiting = self.left.take()?;
                self.attempt = Some(waiting.record.clone());
                // What the flow before has under way is its own.
                self.flow = Flow::new(options(self.mode), None);
                (self.work, self.last, self.wake_at_ms) = (None, None, None);
                self.is_popup_asked_for = false;
                FlowEvent::Continue(waiting)
            }
            What::Tick(bits) => FlowEvent::Tick(Surroundings {
                is_popup_closed: bits & 1 > 0,
                has_focus: bits & 2 > 0,
                is_visible: bits & 4 == 0,
                is_online: bits & 8 == 0,
            }),
        })
    }

    fn handle(&mut self, event: FlowEvent) {
        let was_connected = self.flow.state() == "connected";
        let mut proof = false;
        match &event {
            FlowEvent::Resume(record, _) if self.flow.state() == "idle" => {
                self.attempt = Some(record.clone())
            }
            FlowEvent::PopupReserved(_) => self.is_popup_asked_for = false,
            FlowEvent::Tick(_) if self.wake_at_ms.is_some_and(|at_ms| at_ms <= self.now_ms) => {
                self.wake_at_ms = None
            }
            FlowEvent::Done(number, outcome)
                if self.work.is_some_and(|(current, _)| current == *number) =>
            {
                self.work = None;
                match outcome {
                    Outcome::Initiated(Ok(initiated)) => {
                        self.attempt = Some(initiated.record.clone())
                    }
                    Outcome::Looked(Ok(account)) => proof = self.is_proof(account),
                    _ => {}
                }
            }
            _ => {}
        }
        let before = self.flow.snapshot();
        let moment = Moment {
            now_ms: self.now_ms,
            clock_ms: self.now_ms,
            random: self.random,
        };
        match self.flow.handle(event, moment) {
            Err(error) => {
                check_error(&error);
                assert_eq!(error.code, ErrorCode::InvalidTransition);
                assert_eq!(
                    self.flow.snapshot(),
                    before,
                    "refused, and something has changed"
                );
            }
            Ok(effects) => {
                check_hidden(&format!("{effects:?}"));
                effects.into_iter().for_each(|effect| self.perform(effect));
            }
        }
        assert!(
            was_connected || self.flow.state() != "connected" || proof,
            "connected without proof"
        );
        self.check();
    }

    /// Whether a field is asked for: initiate finds something wrong with no other.
    fn is_asked(&self) -> bool {
        !self.flow.snapshot().expected_input_fields.is_empty()
    }

    /// Success is only `ACTIVE`, of the account that was initiated, for the entity that it was initiated for.
    fn is_proof(&self, account: &ConnectedAccount) -> bool {
        self.attempt.as_ref().is_some_and(|attempt| {
            account.status == ConnectionStatus::Active
                && account.id == attempt.connected_account_id
                && account
                    .entity_id
                    .as_ref()
                    .is_none_or(|entity| attempt.entity_id.as_ref().is_none_or(|own| own == entity))
        })
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::ReservePopup => self.is_popup_asked_for = true,
            Effect::NavigatePopup(url) | Effect::LeavePage(url) => {
                assert_eq!(url, URL, "sent elsewhere")
            }
            Effect::Run(number, work) => {
                assert_eq!(self.work, None, "two pieces of work at once");
                let kind = match work {
                    Work::Load(_) => Kind::Load,
                    Work::Initiate(_) => Kind::Initiate,
                    Work::Look(id) => {
                        assert_eq!(id, "acc-1", "another account is looked at");
                        Kind::Look
                    }
                };
                self.last = self.work.or(self.last);
                self.work = Some((number, kind));
            }
            Effect::Abort => {
                self.last = self.work.take().or(self.last);
                self.wake_at_ms = None;
            }
            Effect::Store(record) => check_hidden(&record.to_json()),
            Effect::Leave(waiting) => {
                check_hidden(&format!("{waiting:?}"));
                self.left = Some(waiting);
            }
            Effect::Wake(millis) => self.wake_at_ms = Some(self.now_ms + u64::from(millis)),
            Effect::ClosePopup
            | Effect::Listen(_)
            | Effect::Unwatch
            | Effect::Unlisten
            | Effect::CleanAddress => {}
        }
    }

    /// What holds of a flow at any moment.
    fn check(&self) {
        let snapshot = self.flow.snapshot();
        check_hidden(&format!("{:?} {snapshot:?}", self.flow));
        check_hidden(&serde_json::to_string(&snapshot).expect("JSON"));
        let state = snapshot.state;
        if let Some(error) = &snapshot.error {
            check_error(error);
        }
        assert_eq!(
            snapshot.error.is_some(),
            ["failed", "cancelled"].contains(&state)
        );
        assert_eq!(snapshot.account.is_some(), state == "connected");
        assert_eq!(snapshot.session_uri.is_some(), state == "completing");
        assert_eq!(snapshot.issues.is_some(), state == "ready");
        for issue in snapshot.issues.iter().flatten() {
            assert!(
                snapshot
                    .expected_input_fields
                    .iter()
                    .any(|field| field.name == issue.field),
                "{} is no field",
                issue.field
            );
        }
        // Whoever waits has something that brings it on.
        let is_under_way = self.work.is_some() || self.is_popup_asked_for;
        match state {
            "idle" | "loading" | "initiating" => assert!(
                is_under_way || state == "idle",
                "{state}, and nothing is under way"
            ),
            "redirecting" | "waiting" | "verifying" | "completing" => {
                assert!(self.wake_at_ms.is_some(), "{state}, and nobody wakes it");
            }
            _ => {}
        }
    }

    /// Nobody does anything any more but the clock and a platform that is out of order.
    fn comes_to_an_end(&mut self) {
        let start_ms = self.now_ms;
        for _ in 0..5_000 {
            if let Some((number, kind)) = self.work {
                let answer = Answer::Refused {
                    code: 0,
                    is_retryable: true,
                    retry_after_ms: Some(u16::MAX),
                    has_issues: false,
                };
                self.handle(FlowEvent::Done(
                    number,
                    answer.to(kind, self.now_ms, self.is_asked()),
                ));
            } else if self.is_popup_asked_for {
                self.handle(FlowEvent::PopupReserved(true));
            } else if ["redirecting", "waiting", "verifying", "completing"]
                .contains(&self.flow.state())
            {
                self.now_ms = self.wake_at_ms.expect("a wake").max(self.now_ms);
                self.handle(FlowEvent::Tick(BEHIND));
            } else {
                break;
            }
        }
        let state = self.flow.state();
        assert!(
            ["idle", "ready", "connected", "failed", "cancelled"].contains(&state),
            "still {state}"
        );
        let most_ms = LIFETIME_MS + u64::from(TIMEOUT_MS) + 20_000;
        assert!(
            self.now_ms - start_ms <= most_ms,
            "told after {} ms",
            self.now_ms - start_ms
        );
    }
}

impl Answer {
    fn to(self, kind: Kind, now_ms: u64, is_asked: bool) -> Outcome {
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
                    Kind::Load => Outcome::Loaded(Err(error)),
                    Kind::Initiate => Outcome::Initiated(Err(error)),
                    Kind::Look => Outcome::Looked(Err(error)),
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
                    Outcome::Loaded(Ok(params(scheme, fields)))
                }
                Kind::Initiate => {
                    let mut initiated: Initiated = initiated(has_url.then_some(URL), now_ms);
                    initiated.request.expires_at_ms =
                        expires_ms.map(|millis| now_ms + u64::from(millis));
                    Outcome::Initiated(Ok(initiated))
                }
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
                    Outcome::Looked(Ok(ConnectedAccount {
                        id: own(id, "acc-1"),
                        entity_id: entity.map(|is_own| own(is_own, "Jessica")),
                        ..account(&word)
                    }))
                }
            },
        }
    }
}
