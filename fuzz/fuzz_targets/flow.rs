//! A flow with any events, answers, page states and times.
#![no_main]

use connect_flow::core::api::accounts::ConnectedAccount;
use connect_flow::core::calls::complete::TIMEOUT_MS;
use connect_flow::core::error::ErrorCode;
use connect_flow::core::flow::{
    Effect, Flow, FlowEvent, FlowOptions, OngoingAttempt, WhenConnected, Work, WorkResult,
};
use connect_flow::core::pending::{AttemptOutcome, LIFETIME_MS, PendingConnection};
use connect_flow::core::status::ConnectionStatus;
use connect_flow::core::watch::{Moment, Surroundings};
use connect_flow_fuzz::flow_input::{
    Answer, Callback, Happening, Input, Kind, Listed, Pause, VERIFY_INPUT, What,
};
use connect_flow_fuzz::support::flow::{
    BEHIND, FLOW_ID, START_MS, URL, record, server_error, typed,
};
use connect_flow_fuzz::{TYPED, check_error, check_hidden, within};
use libfuzzer_sys::fuzz_target;

/// The flow and its page.
struct World {
    flow: Flow,
    now_ms: u64,
    random: f64,
    /// Number and kind of the current work.
    work: Option<(u32, Kind)>,
    last: Option<(u32, Kind)>,
    /// Number of the current load, if it also asks for the user's accounts.
    listing: Option<u32>,
    is_popup_asked_for: bool,
    wake_at_ms: Option<u64>,
    /// The attempt that may succeed.
    attempt: Option<PendingConnection>,
    /// The attempt that a disposed flow has left.
    left: Option<Box<OngoingAttempt>>,
    options: FlowOptions,
}

fuzz_target!(|input: Input| {
    let options = input.options();
    let has_peers = input.has_peers();
    let mut world = World {
        flow: Flow::new(options.clone(), input.is_in_app.then_some("instagram")),
        now_ms: START_MS,
        random: 0.0,
        work: None,
        last: None,
        listing: None,
        is_popup_asked_for: false,
        wake_at_ms: None,
        attempt: None,
        left: None,
        options,
    };
    within(input.happenings.len(), 5_000_000, || {
        for happening in input.happenings.into_iter().take(200) {
            world.happens(happening);
        }
        world.comes_to_an_end(has_peers);
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
                FlowEvent::Resume(record, callback.map(Callback::callback))
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
                FlowEvent::Done(
                    number,
                    answer.work_result(kind, self.now_ms, self.is_asked()),
                )
            }
            What::NotLeft => FlowEvent::NavigationFailed(server_error()),
            What::CameBack => FlowEvent::PageRestored,
            What::Returned(callback) => FlowEvent::Returned(callback.callback()),
            What::Hint(outcome) => FlowEvent::RecordChanged(
                [
                    AttemptOutcome::Pending,
                    AttemptOutcome::Connected,
                    AttemptOutcome::Failed,
                    AttemptOutcome::Cancelled,
                ][usize::from(outcome) % 4],
            ),
            What::Stray => FlowEvent::UnknownCallback,
            What::Continue => {
                let waiting = self.left.take()?;
                self.attempt = Some(waiting.record.clone());
                // The disposed flow keeps its work.
                self.flow = Flow::new(self.options.clone(), None);
                (self.work, self.last, self.wake_at_ms) = (None, None, None);
                self.listing = None;
                self.is_popup_asked_for = false;
                FlowEvent::TakeOver(waiting)
            }
            What::Listed { is_late, accounts } => {
                let number = match is_late {
                    true => self.last?.0,
                    false => self.listing?,
                };
                FlowEvent::Done(number, accounts.work_result())
            }
            What::PeerAsked => FlowEvent::PeerAsked,
            What::PutOff => {
                let (number, _) = self.work.filter(|(_, kind)| *kind == Kind::Look)?;
                FlowEvent::Done(number, WorkResult::PutOff)
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
            // A request that completes a session continues, and nobody waits for its answer.
            FlowEvent::Dispose => self.last = self.work.take().or(self.last),
            FlowEvent::Tick(_) if self.wake_at_ms.is_some_and(|at_ms| at_ms <= self.now_ms) => {
                self.wake_at_ms = None
            }
            FlowEvent::Done(number, WorkResult::Listed(result))
                if self.listing == Some(*number) =>
            {
                self.listing = None;
                proof = result
                    .as_ref()
                    .is_ok_and(|accounts| accounts.iter().any(|account| self.is_wanted(account)));
            }
            FlowEvent::Done(_, WorkResult::Listed(_)) => {}
            FlowEvent::Done(number, outcome)
                if self.work.is_some_and(|(current, _)| current == *number) =>
            {
                self.work = None;
                match outcome {
                    WorkResult::Initiated(Ok(initiated)) => {
                        self.attempt = Some(initiated.record.clone())
                    }
                    WorkResult::Checked(Ok(account)) => proof = self.is_proof(account),
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
                    "a refused event changed the snapshot"
                );
            }
            Ok(effects) => {
                check_hidden(&format!("{effects:?}"));
                effects.into_iter().for_each(|effect| self.perform(effect));
            }
        }
        assert!(
            was_connected || self.flow.state() != "connected" || proof,
            "connected without an ACTIVE account"
        );
        self.check();
    }

    /// Whether the flow has fields. Issues can only name those.
    fn is_asked(&self) -> bool {
        !self.flow.snapshot().expected_input_fields.is_empty()
    }

    /// Success needs an account that is `ACTIVE`, and that has the id and the entity of the attempt.
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

    /// Whether the flow may end in `connected` with an account that exists.
    fn is_wanted(&self, account: &ConnectedAccount) -> bool {
        let alias = &self.options.alias;
        self.options.when_connected == WhenConnected::Reuse
            && (alias.is_none() || account.alias == *alias)
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::ReservePopup => self.is_popup_asked_for = true,
            Effect::NavigatePopup(url) | Effect::LeavePage(url) => {
                assert_eq!(url, URL, "another URL than the redirect URL")
            }
            Effect::Run(number, work) => {
                assert_eq!(self.work, None, "two works at once");
                self.listing = None;
                let kind = match work {
                    Work::Load(_, accounts) => {
                        if let Some(filter) = accounts {
                            assert_eq!(filter.statuses, [ConnectionStatus::Active]);
                            assert_eq!(filter.entity_id, self.options.entity_id);
                            self.listing = Some(number);
                        }
                        Kind::Load
                    }
                    Work::Initiate(_) => Kind::Initiate,
                    Work::Find(_) | Work::Replace(..) => panic!("no account is to be reconnected"),
                    Work::Check(record) => {
                        let id = &*record.connected_account_id;
                        assert_eq!(id, "acc-1", "a status check of another account");
                        let verify = &self.options.verify;
                        assert_eq!(&record.verify, verify, "an account is not verified");
                        Kind::Look
                    }
                    Work::Complete(record, session_uri) => {
                        assert_eq!((&*record.flow_id, &*session_uri), (FLOW_ID, "urn:1"));
                        Kind::Complete
                    }
                };
                self.last = self.work.or(self.last);
                self.work = Some((number, kind));
            }
            Effect::Abort => {
                self.last = self.work.take().or(self.last);
                self.listing = None;
                self.wake_at_ms = None;
            }
            Effect::Store(record) | Effect::Discard(record) => {
                let stored = record.to_json();
                check_hidden(&stored);
                assert!(!stored.contains(VERIFY_INPUT), "the record has an input");
            }
            Effect::HandOver(waiting) => {
                check_hidden(&format!("{waiting:?}"));
                self.left = Some(waiting);
            }
            Effect::Wake(millis) => self.wake_at_ms = Some(self.now_ms + u64::from(millis)),
            Effect::ClosePopup
            | Effect::Listen(_)
            | Effect::IgnorePage
            | Effect::StopListening
            | Effect::CleanAddress => {}
        }
    }

    /// Checks what holds of a flow at any time.
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
        assert!(snapshot.existing.is_none() || state == "ready");
        for issue in snapshot.issues.iter().flatten() {
            assert!(
                snapshot
                    .expected_input_fields
                    .iter()
                    .any(|field| field.name == issue.field),
                "{} is not a field",
                issue.field
            );
        }
        // A state that waits has work or a timer that ends it.
        let is_listing =
            self.listing.is_some() && self.options.when_connected == WhenConnected::Reuse;
        let is_under_way = self.work.is_some() || self.is_popup_asked_for || is_listing;
        match state {
            "idle" | "loading" | "initiating" => {
                assert!(is_under_way || state == "idle", "{state} without work")
            }
            "redirecting" | "waiting" | "verifying" | "completing" => {
                assert!(self.wake_at_ms.is_some(), "{state} without a timer");
            }
            _ => {}
        }
    }

    /// Checks that the flow ends when only the clock advances and the platform fails, also if other pages check the account all the time.
    fn comes_to_an_end(&mut self, has_peers: bool) {
        let start_ms = self.now_ms;
        for _ in 0..5_000 {
            if has_peers {
                self.handle(FlowEvent::PeerAsked);
            }
            if let Some((number, kind)) = self.work {
                if has_peers && kind == Kind::Look && self.flow.takes_turn() {
                    self.handle(FlowEvent::Done(number, WorkResult::PutOff));
                    continue;
                }
                let answer = Answer::Refused {
                    code: 0,
                    is_retryable: true,
                    retry_after_ms: Some(u16::MAX),
                    has_issues: false,
                };
                self.handle(FlowEvent::Done(
                    number,
                    answer.work_result(kind, self.now_ms, self.is_asked()),
                ));
            } else if self.is_popup_asked_for {
                self.handle(FlowEvent::PopupReserved(true));
            } else if self.flow.state() == "loading"
                && let Some(number) = self.listing
            {
                let refused = Listed::Refused { code: 0 };
                self.handle(FlowEvent::Done(number, refused.work_result()));
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
            "ended after {} ms",
            self.now_ms - start_ms
        );
    }
}
